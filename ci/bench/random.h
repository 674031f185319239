/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that look random and are the same for the same seed, on every machine. */
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/* The next 64 bits (SplitMix64). */
static inline uint64_t random_next(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* A number below `end` (1 to 2^32). */
static inline uint64_t random_below(struct random *random, uint64_t end)
{
    return (random_next(random) >> 32) * end >> 32;
}

/* True in `parts` of 1,000,000 cases. */
static inline bool random_chance(struct random *random, uint64_t parts)
{
    return parts && random_below(random, 1000000) < parts;
}

/* An exponentially distributed time of that mean, in the unit of the mean, at least 1. */
static inline int64_t random_delay(struct random *random, int64_t mean)
{
    double unit = (double)(random_next(random) >> 11) * 0x1p-53;
    return 1 + (int64_t)(-log1p(-unit) * (double)mean);
}

#endif
