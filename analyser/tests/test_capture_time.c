/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyser/capture_time.h"

static void test_resolutions(void **state)
{
    static const struct {
        uint8_t resolution;
        int64_t offset;
        uint64_t ticks;
        int64_t ns;
    } cases[] = {
        {6, 0, 1700000000123456, 1700000000123456000},
        {9, 0, 1700000000123456789, 1700000000123456789},
        {0, 0, 1700000000, 1700000000000000000},
        {3, 0, 1, 1000000},
        {12, 0, 1999, 1},
        {28, 0, UINT64_MAX, 1},
        {29, 0, UINT64_MAX, 0},
        {127, 0, UINT64_MAX, 0},
        {0x80, 0, 3, 3000000000},
        {0x80 | 20, 0, 1 << 19, 500000000},
        {0x80 | 32, 0, (uint64_t)17 << 32 | 1u << 30, 17250000000},
        {0x80 | 127, 0, UINT64_MAX, 0},
        {6, 5, 1, 5000001000},
        {6, -5, 1, -4999999000},
        {0x80 | 1, -1, 1, -500000000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct capture_clock clock = capture_clock(cases[i].resolution, cases[i].offset);
        assert_int_equal(capture_time(&clock, cases[i].ticks), cases[i].ns);
        assert_int_equal(capture_time_of(&clock, cases[i].ticks), cases[i].ns);
    }
}

static void test_ends_of_the_range(void **state)
{
    (void)state;
    struct capture_clock clock = capture_clock(9, 0);
    assert_true(capture_time(&clock, INT64_MAX) == INT64_MAX);
    assert_true(capture_time(&clock, UINT64_MAX) == INT64_MAX);
    clock = capture_clock(0, INT64_MAX);
    assert_true(capture_time(&clock, UINT64_MAX) == INT64_MAX);
    clock = capture_clock(6, INT64_MIN);
    assert_true(capture_time(&clock, 0) == INT64_MIN);
    assert_true(capture_time(&clock, 1) == INT64_MIN + 1000);
    clock = capture_clock(9, -2);
    assert_true(capture_time(&clock, (uint64_t)INT64_MAX + 5) == INT64_MAX - 2000000000 + 5);
    clock = capture_clock(9, -9223372036);
    assert_true(capture_time(&clock, 0) == -9223372036000000000);
}

/* Every resolution, with the most extreme ticks and offsets: no undefined arithmetic. */
static void test_every_resolution(void **state)
{
    static const int64_t offsets[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    (void)state;
    for (unsigned resolution = 0; resolution < 256; resolution++)
        for (size_t i = 0; i < 5; i++) {
            struct capture_clock clock = capture_clock((uint8_t)resolution, offsets[i]);
            assert_true(capture_time(&clock, 0) <= capture_time(&clock, UINT64_MAX / 2));
            assert_true(capture_time(&clock, UINT64_MAX / 2) <= capture_time(&clock, UINT64_MAX));
        }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolutions),
        cmocka_unit_test(test_ends_of_the_range),
        cmocka_unit_test(test_every_resolution),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
