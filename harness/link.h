/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The harness's interface: libnet sends, libpcap receives through a kernel filter. */
#ifndef AOE_LINK_H
#define AOE_LINK_H

#include "protocol/frame.h"

struct link;

struct received {
    int64_t time;         /* ns since the epoch, by the kernel where it can */
    const uint8_t *bytes; /* until the next call */
    size_t length;
};

/* Opens an interface, promiscuously, for AoE frames that come in. NULL with one line in `error`
 * that says what to do: no such interface, no permission (with the capability), not Ethernet. */
struct link *link_open(const char *interface, char *error, size_t size);
void link_close(struct link *link);

const uint8_t *link_mac(const struct link *link);

/* As it was when the interface was opened. */
unsigned link_mtu(const struct link *link);

/* True where the interface is up and has a carrier. */
bool link_is_up(const struct link *link);

/* True where frames below 60 bytes leave as they are, as on veth, tap and virtio-net. Hardware
 * pads them, and so is every kind of interface taken that this does not know. */
bool link_carries_short(const struct link *link);

/* Takes the interface down or up (CAP_NET_ADMIN). 0, or -1 with a line in `error`. */
int link_set_up(struct link *link, bool up, char *error, size_t size);

/* Gives the interface another MTU (CAP_NET_ADMIN), which link_mtu() does not follow. 0, or -1 with
 * a line in `error`. */
int link_set_mtu(struct link *link, unsigned mtu, char *error, size_t size);

/* Sends one frame as it is, short ones too: no padding is added. Returns 0 and the time at which
 * it was handed over, or -1 with a line in `error`. */
int link_send(struct link *link, const void *bytes, size_t length, int64_t *time, char *error,
              size_t size);

/* Waits until `until` (ns since the epoch; in the past: does not wait) for a frame. 1 with a
 * frame, 0 without, -1 where the interface is gone or a signal handler has run. */
int link_receive(struct link *link, int64_t until, struct received *to);

/* Frames that the kernel dropped since the link was opened. */
uint64_t link_drops(const struct link *link);

/* Now, in ns since the epoch. */
int64_t link_now(void);

#endif
