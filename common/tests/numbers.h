/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of figures share: cmocka, and numbers by chance that are the same in every run. */
#ifndef AOE_TESTS_NUMBERS_H
#define AOE_TESTS_NUMBERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* xorshift64*; the seed is not 0. */
static inline uint64_t chance(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(0x2545F4914F6CDD1D);
}

/* From 0 to below `end`. */
static inline uint64_t chance_below(uint64_t *seed, uint64_t end)
{
    return (chance(seed) >> 11) % end;
}

#endif
