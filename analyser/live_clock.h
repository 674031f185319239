/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the intervals of the live view begin and end. Frames belong to the interval of their time
 * stamps, however late they are delivered. */
#ifndef AOE_LIVE_CLOCK_H
#define AOE_LIVE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* For how long frames of an interval may come after its end, ns. */
#define LIVE_CLOCK_GRACE INT64_C(300000000)

struct live_clock {
    int64_t start, interval; /* ns since the epoch, ns */
};

/* When the interval ends. */
int64_t live_clock_end(const struct live_clock *clock);

/* True where a frame of that time ends the interval: it belongs to a later one. */
bool live_clock_frame_ends(const struct live_clock *clock, int64_t time);

/* True where the interval is over at the time of day `now`, since no frame of it comes any more. A
 * clock that was set back begins the interval anew. */
bool live_clock_ends(struct live_clock *clock, int64_t now);

/* Goes to the interval after this one, or to a later one where `time` is in it. */
void live_clock_advance(struct live_clock *clock, int64_t time);

/* Milliseconds from `now` until live_clock_ends is worth asking, 0 where it is now. */
int live_clock_wait(const struct live_clock *clock, int64_t now);

#endif
