/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "attempt.h"

struct attempt attempt_begin(uint32_t tag)
{
    return (struct attempt){.tag = tag};
}

static int64_t next_interval(const struct attempt *attempt, int64_t now)
{
    int64_t before = now - attempt->last;
    int64_t twice = 2 * attempt->interval;
    int64_t next = twice < ATTEMPT_INTERVAL_LAST ? twice : ATTEMPT_INTERVAL_LAST;
    return next > before ? next : before;
}

void attempt_sent(struct attempt *attempt, int64_t now)
{
    attempt->interval = attempt->sent ? next_interval(attempt, now) : ATTEMPT_INTERVAL_FIRST;
    if (!attempt->sent)
        attempt->first = now;
    attempt->last = now;
    attempt->sent++;
    attempt->refused = false;
}

int64_t attempt_due(const struct attempt *attempt)
{
    return attempt->sent ? attempt->last + attempt->interval : INT64_MIN;
}

int64_t attempt_end(const struct attempt *attempt, int64_t deadline)
{
    return attempt->sent ? attempt->first + deadline : INT64_MAX;
}

bool attempt_refuse(struct attempt *attempt)
{
    attempt->refusals += !attempt->refused;
    attempt->refused = true;
    return attempt->refusals >= ATTEMPT_REFUSALS;
}
