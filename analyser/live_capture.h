/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AoE frames from an interface, through the kernel's filter. */
#ifndef AOE_LIVE_CAPTURE_H
#define AOE_LIVE_CAPTURE_H

#include <stdbool.h>

#include "capture.h"

/* What the kernel takes: AoE, below any one or two VLAN tags. */
#define LIVE_CAPTURE_FILTER                                                                        \
    "ether proto 0x88a2 or (vlan and (ether proto 0x88a2 or (vlan and ether proto 0x88a2)))"

struct live_capture;

/* Handed every frame; its bytes are valid during the call. */
typedef void live_capture_sink(void *user, const struct capture_frame *frame);

/* Opens an interface that is up; `whole` frames, or as much as headers need. NULL and one line in
 * `error` that says what to do. */
struct live_capture *live_capture_open(const char *interface, bool whole, char *error, size_t size);
void live_capture_close(struct live_capture *capture);

/* To be polled for input; -1 while the interface is not there. */
int live_capture_fd(const struct live_capture *capture);
bool live_capture_up(const struct live_capture *capture);

/* Hands over what waits, a few thousand frames at most. Returns how many. An interface that went
 * down, or away, is `up` no more. */
size_t live_capture_read(struct live_capture *capture, live_capture_sink *sink, void *user);

/* Tries once whether the interface is there again. True where it is. */
bool live_capture_retry(struct live_capture *capture);

/* Frames that were lost since the last call: by the kernel for want of room, and by the interface
 * itself. */
void live_capture_drops(struct live_capture *capture, uint64_t *kernel, uint64_t *interface);

#endif
