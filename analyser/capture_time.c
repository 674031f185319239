/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_time.h"

enum { SECOND = 1000000000, BINARY = 0x80, NANOSECONDS = 9, DIGITS = 38 };

static int64_t seconds(int64_t count)
{
    int64_t ns;
    if (!__builtin_mul_overflow(count, SECOND, &ns))
        return ns;
    return count < 0 ? INT64_MIN : INT64_MAX;
}

struct capture_clock capture_clock(uint8_t resolution, int64_t offset)
{
    struct capture_clock clock = {1, 1, seconds(offset)};
    unsigned exponent = resolution & (BINARY - 1u);
    if (resolution & BINARY) {
        clock.multiply = SECOND;
        clock.divide <<= exponent;
        return clock;
    }
    for (; exponent < NANOSECONDS; exponent++)
        clock.multiply *= 10;
    for (unsigned i = NANOSECONDS; i < exponent && i < DIGITS; i++)
        clock.divide *= 10;
    return clock;
}

int64_t capture_time_of(const struct capture_clock *clock, uint64_t ticks)
{
    unsigned __int128 ns = (unsigned __int128)ticks * clock->multiply / clock->divide;
    __int128 time = (__int128)ns + clock->offset;
    return time > INT64_MAX ? INT64_MAX : (int64_t)time;
}
