/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_clock.h"

static int64_t add(int64_t time, int64_t more)
{
    int64_t sum;
    return __builtin_add_overflow(time, more, &sum) ? INT64_MAX : sum;
}

int64_t live_clock_end(const struct live_clock *clock)
{
    return add(clock->start, clock->interval);
}

bool live_clock_frame_ends(const struct live_clock *clock, int64_t time)
{
    return time >= live_clock_end(clock);
}

bool live_clock_ends(struct live_clock *clock, int64_t now)
{
    if (now < clock->start - LIVE_CLOCK_GRACE)
        clock->start = now;
    return now >= add(live_clock_end(clock), LIVE_CLOCK_GRACE);
}

void live_clock_advance(struct live_clock *clock, int64_t time)
{
    clock->start = live_clock_end(clock);
    if (time > clock->start)
        clock->start += (time - clock->start) / clock->interval * clock->interval;
}

int live_clock_wait(const struct live_clock *clock, int64_t now)
{
    int64_t left = add(live_clock_end(clock), LIVE_CLOCK_GRACE) - now;
    if (left <= 0)
        return 0;
    return left > INT64_C(3600000000000) ? 3600000 : (int)((left + 999999) / 1000000);
}
