/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time stamps of any resolution in ns since the epoch. */
#ifndef AOE_CAPTURE_TIME_H
#define AOE_CAPTURE_TIME_H

#include <stdint.h>

enum { CAPTURE_MICROSECONDS = 6 }; /* the resolution where pcapng's if_tsresol does not say one */

/* ns = ticks * multiply / divide + offset */
struct capture_clock {
    uint64_t multiply;
    unsigned __int128 divide;
    int64_t offset;
};

/* `resolution` as in pcapng's if_tsresol: a tick is 10 to -resolution seconds, or with the highest
 * bit 2 to -resolution (without that bit); `offset` in seconds, as in if_tsoffset. */
struct capture_clock capture_clock(uint8_t resolution, int64_t offset);

/* What lies beyond the range of 64 bits becomes its nearest end. */
int64_t capture_time_of(const struct capture_clock *clock, uint64_t ticks);

/* The same; quick where the resolution is 1 ns or coarser. */
static inline int64_t capture_time(const struct capture_clock *clock, uint64_t ticks)
{
    int64_t time;
    uint64_t ns;
    if (clock->divide != 1 || __builtin_mul_overflow(ticks, clock->multiply, &ns) ||
        __builtin_add_overflow(ns, clock->offset, &time))
        return capture_time_of(clock, ticks);
    return time;
}

#endif
