/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "analyser/format.h"

static void test_durations(void **state)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } all[] = {
        {0, "0 ns"},
        {999, "999 ns"},
        {1000, "1.00 us"},
        {1234, "1.23 us"},
        {1235, "1.24 us"},
        {9995, "10.0 us"},
        {99949, "99.9 us"},
        {99950, "100 us"},
        {999499, "999 us"},
        {999500, "1.00 ms"},
        {12345678, "12.3 ms"},
        {1999999999, "2.00 s"},
        {UINT64_C(999400000000), "999 s"},
        {UINT64_C(1000000000000), "16.7 min"},
        {UINT64_C(10000000000000), "2.78 h"},
        {UINT64_C(300000000000000), "3.47 d"},
        {UINT64_MAX, "213,504 d"},
    };
    char to[FORMAT_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_string_equal(format_duration(to, all[i].ns), all[i].text);
}

static void test_bytes_and_counts(void **state)
{
    char to[FORMAT_TEXT];
    (void)state;
    assert_string_equal(format_bytes(to, 0), "0 B");
    assert_string_equal(format_bytes(to, 999), "999 B");
    assert_string_equal(format_bytes(to, 1152000000), "1.15 GB");
    assert_string_equal(format_bytes(to, UINT64_MAX), "18,447 PB");
    assert_string_equal(format_count(to, 0), "0");
    assert_string_equal(format_count(to, 999), "999");
    assert_string_equal(format_count(to, 1000), "1,000");
    assert_string_equal(format_count(to, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(format_counted(to, 1, "frame"), "1 frame");
    assert_string_equal(format_counted(to, 1200, "frame"), "1,200 frames");
}

static void test_shares(void **state)
{
    char to[FORMAT_TEXT];
    (void)state;
    assert_string_equal(format_share(to, 0, 5), "0 %");
    assert_string_equal(format_share(to, 5, 0), "0 %");
    assert_string_equal(format_share(to, 1, 1000000), "under 0.01 %");
    assert_string_equal(format_share(to, 2, 10000), "0.02 %");
    assert_string_equal(format_share(to, 12, 1000), "1.2 %");
    assert_string_equal(format_share(to, 54, 100), "54 %");
    assert_string_equal(format_share(to, UINT64_MAX, UINT64_MAX), "100 %");
    assert_string_equal(format_times(to, 15, 10), "1.5");
    assert_string_equal(format_times(to, 1234567, 1000), "1,235");
    assert_string_equal(format_times(to, 1, 0), "0.0");
}

static void test_times(void **state)
{
    char to[FORMAT_TEXT];
    (void)state;
    setenv("TZ", "UTC", 1);
    assert_string_equal(format_time(to, INT64_C(1750000000123457870)),
                        "2025-06-15 15:06:40.123457 UTC");
    assert_string_equal(format_time(to, -1), "1969-12-31 23:59:59.999999 UTC");
    format_time(to, INT64_MAX);
    format_time(to, INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_bytes_and_counts),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
