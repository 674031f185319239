/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the initiator knows of its target: the addresses that it answers from, what it advertised
 * from each, and which of them are worth sending to. */
#ifndef INITIATOR_TARGET_H
#define INITIATOR_TARGET_H

#include "protocol/ata.h"

enum {
    TARGET_PATHS_MAX = 8,
    TARGET_PATIENCE = 2, /* commands in a row that a path leaves unanswered, and it is dead */
};

/* One Ethernet address of the target. */
struct target_path {
    uint8_t mac[AOE_MAC_BYTES];
    uint16_t buffer_count; /* messages, 1 or more */
    uint8_t sector_count;  /* sectors per command, 1 or more */
    uint32_t heard;        /* tag of the last query that was answered from here; 0: none */
    unsigned unanswered;   /* commands in a row */
};

struct target {
    struct target_path paths[TARGET_PATHS_MAX];
    size_t path_count;
    size_t turn; /* the path that was used last */
    struct ata_identity identity;
};

enum target_news {
    TARGET_ABSURD,     /* nothing in it is believed */
    TARGET_OLD,        /* a duplicate: this path has answered that query before */
    TARGET_NO_BUFFERS, /* a buffer count of 0: nothing may be sent there; not taken over */
    TARGET_HEARD,      /* taken over: a new path, or new values of a known one */
};

/* Takes over what a config response advertises; that its header is right and its source the
 * address of one host is the caller's to know. Where all places are taken a dead path makes room.
 */
enum target_news target_hear(struct target *target, const struct aoe_frame *response);

/* Takes over what IDENTIFY DEVICE returned, as far as it can be used: 28-bit commands reach no more
 * than 2^28 - 1 sectors, whatever it says, and 48-bit ones are for devices that have enabled them.
 * False where there are no sectors, or more than 48 bits count. */
bool target_identify(struct target *target, const uint8_t data[AOE_SECTOR_BYTES]);

/* True where the target has been heard from this address. */
bool target_has(const struct target *target, const uint8_t mac[AOE_MAC_BYTES]);

/* The path for the next frame: the living ones in turn, or all where none lives. NULL where there
 * is no path at all. */
const struct target_path *target_next(struct target *target);

/* Notes that a command to this address was answered, or was not in time. */
void target_answered(struct target *target, const uint8_t mac[AOE_MAC_BYTES]);
void target_unanswered(struct target *target, const uint8_t mac[AOE_MAC_BYTES]);

/* The messages that the target queues: the least of the paths in use. 0 without a path. */
unsigned target_buffer_count(const struct target *target);

/* Sectors per command: the least that the paths in use advertise and that frames of an MTU of
 * `mtu` bytes carry. 0 without a path and where the MTU carries none. */
uint8_t target_sector_count(const struct target *target, uint32_t mtu);

#endif
