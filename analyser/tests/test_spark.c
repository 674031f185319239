/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyser/spark.h"

static void test_heights(void **state)
{
    const uint64_t values[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    char text[SPARK_TEXT];
    (void)state;
    assert_string_equal(spark_line(text, values, 9, 9, true), " ▁▂▃▄▅▆▇█");
    assert_string_equal(spark_line(text, values, 9, 9, false), " .,-=+*%#");
}

static void test_the_latest_are_at_the_right(void **state)
{
    const uint64_t values[] = {100, 2, 1};
    char text[SPARK_TEXT];
    (void)state;
    assert_string_equal(spark_line(text, values, 3, 5, false), "  #..");
    /* What is out of sight gives no scale. */
    assert_string_equal(spark_line(text, values, 3, 2, false), "#=");
    assert_string_equal(spark_line(text, values, 0, 3, false), "   ");
    assert_string_equal(spark_line(text, values, 3, 0, false), "");
}

static void test_extremes(void **state)
{
    const uint64_t values[] = {0, 1, UINT64_MAX, UINT64_MAX / 2};
    const uint64_t nothing[] = {0, 0};
    char text[SPARK_TEXT];
    (void)state;
    assert_string_equal(spark_line(text, values, 4, 4, false), " .#=");
    assert_string_equal(spark_line(text, nothing, 2, 2, false), "  ");
}

static void test_no_more_than_there_is_room_for(void **state)
{
    static uint64_t values[SPARK_COLUMNS + 50];
    char text[SPARK_TEXT];
    (void)state;
    for (size_t i = 0; i < SPARK_COLUMNS + 50; i++)
        values[i] = 1;
    assert_int_equal(strlen(spark_line(text, values, SPARK_COLUMNS + 50, 5000, true)),
                     SPARK_TEXT - 1);
    assert_int_equal(strlen(spark_bar(text, 1, 1, 5000, true)), SPARK_TEXT - 1);
}

static void test_bars(void **state)
{
    char text[SPARK_TEXT];
    (void)state;
    assert_string_equal(spark_bar(text, 10, 10, 4, true), "████");
    assert_string_equal(spark_bar(text, 5, 10, 4, true), "██");
    assert_string_equal(spark_bar(text, 1, 1000, 4, true), "▏");
    assert_string_equal(spark_bar(text, 7, 32, 4, true), "▉");
    assert_string_equal(spark_bar(text, 9, 32, 4, true), "█▏");
    assert_string_equal(spark_bar(text, 9, 32, 4, false), "##");
    assert_string_equal(spark_bar(text, 0, 10, 4, true), "");
    assert_string_equal(spark_bar(text, 0, 0, 4, true), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heights),  cmocka_unit_test(test_the_latest_are_at_the_right),
        cmocka_unit_test(test_extremes), cmocka_unit_test(test_no_more_than_there_is_room_for),
        cmocka_unit_test(test_bars),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
