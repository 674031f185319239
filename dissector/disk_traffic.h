/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands of a capture moved to and from disks: the data of reads with their responses,
 * the data of writes with theirs, which say that the disk took it. Knows nothing of Wireshark. */
#ifndef AOE_DISK_TRAFFIC_H
#define AOE_DISK_TRAFFIC_H

#include "history.h"

/* Where a disk is. */
struct disk {
    uint32_t vlan; /* as of aoe_vlan_of */
    uint16_t shelf;
    uint8_t slot;
};

enum disk_event_kind {
    DISK_SECTORS,  /* sectors with their content */
    DISK_MISSING,  /* sectors that were moved, but are not in the capture, or were not kept until
                      their answer came */
    DISK_CAPACITY, /* the size of the disk, as its IDENTIFY says */
};

struct disk_event {
    enum disk_event_kind kind;
    struct disk disk;
    uint64_t lba;         /* of the first sector, below 2^48; DISK_SECTORS and DISK_MISSING */
    uint64_t sectors;     /* 1 upwards */
    const uint8_t *bytes; /* DISK_SECTORS: 512 a sector */
};

typedef void disk_sink(void *user, const struct disk_event *event);

struct disk_traffic;

/* Keeps at most `most` bytes of writes that wait for their response: where there is no room for one
 * more, the oldest is forgotten. */
struct disk_traffic *disk_traffic_new(size_t most, disk_sink *sink, void *user);
void disk_traffic_free(struct disk_traffic *traffic);

/* Forgets the writes that wait. */
void disk_traffic_clear(struct disk_traffic *traffic);

/* Takes the next frame, with its place in its command. Only whole sectors count, and of a repeated
 * write the data that was sent last. */
void disk_traffic_feed(struct disk_traffic *traffic, const struct aoe_frame *frame, uint32_t vlan,
                       const struct history_exchange *exchange);

/* "e0.1"; in a VLAN "e0.1-vlan10", "e0.1-vlan100.10": as files are named. */
enum { DISK_NAME = 40 };
const char *disk_name(char to[DISK_NAME], const struct disk *disk);

/* A hash of a struct disk, and whether two are the same, as GLib's hash tables want them. */
unsigned disk_hash(const void *disk);
int disk_equal(const void *left, const void *right);

#endif
