/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyser/live_clock.h"

#define S INT64_C(1000000000)

static void test_frames_belong_to_their_time(void **state)
{
    struct live_clock clock = {.start = 100 * S, .interval = 2 * S};
    (void)state;
    assert_true(live_clock_end(&clock) == 102 * S);
    assert_false(live_clock_frame_ends(&clock, 99 * S));
    assert_false(live_clock_frame_ends(&clock, 102 * S - 1));
    assert_true(live_clock_frame_ends(&clock, 102 * S));
    live_clock_advance(&clock, 102 * S);
    assert_true(clock.start == 102 * S);
    assert_false(live_clock_frame_ends(&clock, 104 * S - 1));
}

/* Intervals in which nothing could be looked at are not made up. */
static void test_a_gap_is_skipped_in_whole_intervals(void **state)
{
    struct live_clock clock = {.start = 100 * S, .interval = 2 * S};
    (void)state;
    live_clock_advance(&clock, 109 * S + 1);
    assert_true(clock.start == 108 * S);
}

static void test_late_frames_are_waited_for(void **state)
{
    struct live_clock clock = {.start = 100 * S, .interval = S};
    (void)state;
    assert_false(live_clock_ends(&clock, 101 * S));
    assert_false(live_clock_ends(&clock, 101 * S + LIVE_CLOCK_GRACE - 1));
    assert_true(live_clock_ends(&clock, 101 * S + LIVE_CLOCK_GRACE));
    live_clock_advance(&clock, 101 * S);
    assert_true(clock.start == 101 * S);
    /* Frames that were under way when the interval ended are in the next one. */
    assert_false(live_clock_frame_ends(&clock, 101 * S - 1));
}

static void test_a_clock_that_is_set_back(void **state)
{
    struct live_clock clock = {.start = 100 * S, .interval = S};
    (void)state;
    assert_false(live_clock_ends(&clock, 50 * S));
    assert_true(clock.start == 50 * S);
    assert_true(live_clock_ends(&clock, 52 * S));
}

static void test_waiting(void **state)
{
    struct live_clock clock = {.start = 100 * S, .interval = S};
    (void)state;
    assert_int_equal(live_clock_wait(&clock, 100 * S), 1300);
    assert_int_equal(live_clock_wait(&clock, 101 * S + LIVE_CLOCK_GRACE - 1), 1);
    assert_int_equal(live_clock_wait(&clock, 101 * S + LIVE_CLOCK_GRACE), 0);
    assert_int_equal(live_clock_wait(&clock, 999 * S), 0);
    clock.interval = INT64_MAX - S;
    assert_int_equal(live_clock_wait(&clock, 0), 3600000);
    assert_false(live_clock_frame_ends(&clock, INT64_MAX - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_belong_to_their_time),
        cmocka_unit_test(test_a_gap_is_skipped_in_whole_intervals),
        cmocka_unit_test(test_late_frames_are_waited_for),
        cmocka_unit_test(test_a_clock_that_is_set_back),
        cmocka_unit_test(test_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
