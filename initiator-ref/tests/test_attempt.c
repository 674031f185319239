/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"

static void test_intervals_double_up_to_a_limit(void **state)
{
    static const int64_t intervals[] = {250, 500, 1000, 2000, 2000, 2000};
    struct attempt attempt = attempt_begin(5);
    int64_t now = 77;
    (void)state;
    assert_int_equal(attempt.tag, 5);
    assert_true(attempt_due(&attempt) <= now);
    for (size_t i = 0; i < COUNT(intervals); i++) {
        attempt_sent(&attempt, now);
        assert_int_equal(attempt_due(&attempt), now + intervals[i] * MILLISECOND);
        now = attempt_due(&attempt);
    }
    assert_int_equal(attempt.sent, COUNT(intervals));
}

static void test_intervals_never_shrink(void **state)
{
    struct attempt attempt = attempt_begin(1);
    (void)state;
    attempt_sent(&attempt, 0);
    attempt_sent(&attempt, 7 * ATTEMPT_SECOND); /* the host was stopped for so long */
    assert_int_equal(attempt_due(&attempt), 14 * ATTEMPT_SECOND);
}

static void test_end(void **state)
{
    struct attempt attempt = attempt_begin(1);
    (void)state;
    assert_int_equal(attempt_end(&attempt, 100), INT64_MAX);
    attempt_sent(&attempt, 30);
    attempt_sent(&attempt, 40);
    assert_int_equal(attempt_end(&attempt, 100), 130);
}

static void test_refusals_count_once_for_each_time_sent(void **state)
{
    struct attempt attempt = attempt_begin(1);
    (void)state;
    for (int i = 0; i < ATTEMPT_REFUSALS - 1; i++) {
        attempt_sent(&attempt, i);
        for (int duplicates = 0; duplicates < 9; duplicates++)
            assert_false(attempt_refuse(&attempt));
    }
    attempt_sent(&attempt, 9);
    assert_true(attempt_refuse(&attempt));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_intervals_double_up_to_a_limit),
        cmocka_unit_test(test_intervals_never_shrink),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_refusals_count_once_for_each_time_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
