/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyser/live_json.h"
#include "made_live.h"

#define START INT64_C(1700000000000000000)

static int open_live(void **state)
{
    static struct live_figures live;
    const struct analysis_options options = {.patience = 10000 * MS};
    *state = &live;
    return live_figures_open(&live, &options);
}

static int close_live(void **state)
{
    live_figures_close(*state);
    return 0;
}

static json_int_t number(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void test_a_line(void **state)
{
    struct live_figures *live = *state;
    made_live_request(live, (struct made_read){2, 1, 3, 0, 10}, START);
    made_live_request(live, (struct made_read){2, 1, 3, 0, 10}, START);
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    made_live_command(live, (struct made_read){1, 1, 2, 2, 0}, START + MS, 3 * MS);
    assert_int_equal(live_figures_end(live, START, START + 1000 * MS, 3, 4, false), 0);
    json_t *line = live_json(live, "eth0", true);
    assert_non_null(line);
    assert_int_equal(number(line, "schema"), 1);
    assert_true(number(line, "time_ns") == START + 1000 * MS);
    assert_true(number(line, "interval_ns") == 1000 * MS);
    assert_string_equal(text(line, "interface"), "eth0");
    assert_true(json_is_true(json_object_get(line, "up")));
    assert_true(json_is_true(json_object_get(line, "complete")));
    assert_true(json_is_null(json_object_get(line, "findings")));
    assert_int_equal(number(line, "received"), 6);
    assert_int_equal(number(line, "dropped_kernel"), 3);
    assert_int_equal(number(line, "dropped_interface"), 4);
    const json_t *total = json_object_get(line, "total");
    assert_int_equal(number(total, "commands"), 3);
    assert_int_equal(number(total, "answers"), 2);
    assert_int_equal(number(total, "errors"), 1);
    assert_int_equal(number(total, "repeats"), 1);
    assert_int_equal(number(total, "read_bytes"), 512);
    assert_int_equal(number(json_object_get(total, "outstanding"), "now"), 1);
    assert_int_equal(number(json_object_get(total, "outstanding"), "max"), 2);
    const json_t *latency = json_object_get(total, "command_latency");
    assert_int_equal(number(latency, "count"), 2);
    assert_int_equal(number(latency, "max_ns"), 3 * MS);
    assert_int_equal(number(latency, "mean_ns"), 2 * MS);
    json_decref(line);
}

static void test_who_is_there(void **state)
{
    struct live_figures *live = *state;
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    made_live_request(live, (struct made_read){2, 3, 3, 0, 10}, START);
    assert_int_equal(live_figures_end(live, START, START + 1000 * MS, 0, 0, false), 0);
    json_t *line = live_json(live, "eth0", false);
    assert_true(json_is_false(json_object_get(line, "up")));
    const json_t *targets = json_object_get(line, "targets");
    assert_int_equal(json_array_size(targets), 2);
    const json_t *first = json_array_get(targets, 0), *second = json_array_get(targets, 1);
    assert_string_equal(text(first, "target"), "e1.1");
    assert_true(json_is_null(json_object_get(first, "vlan")));
    assert_string_equal(text(second, "target"), "e1.2");
    assert_string_equal(text(second, "vlan"), "10");
    assert_true(json_is_null(json_object_get(second, "command_latency")));
    assert_true(json_is_null(json_object_get(second, "advertised")));
    const json_t *initiators = json_object_get(line, "initiators");
    assert_string_equal(text(json_array_get(initiators, 1), "initiator"), "02:00:00:00:00:03");
    const json_t *pair = json_array_get(json_object_get(line, "pairs"), 1);
    assert_string_equal(text(pair, "target"), "e1.2");
    assert_string_equal(text(pair, "vlan"), "10");
    assert_string_equal(text(pair, "initiator"), "02:00:00:00:00:03");
    json_decref(line);
}

/* Who does nothing is left out, who waits is not. */
static void test_the_idle_are_left_out(void **state)
{
    struct live_figures *live = *state;
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    made_live_request(live, (struct made_read){2, 3, 3, 0, 0}, START);
    assert_int_equal(live_figures_end(live, START, START + 1000 * MS, 1, 0, false), 0);
    assert_int_equal(live_figures_end(live, START + 1000 * MS, START + 2000 * MS, 2, 0, false), 0);
    json_t *line = live_json(live, "eth0", true);
    const json_t *targets = json_object_get(line, "targets");
    assert_int_equal(json_array_size(targets), 1);
    assert_string_equal(text(json_array_get(targets, 0), "target"), "e1.2");
    assert_int_equal(number(json_array_get(targets, 0), "silent_ns"), 1000 * MS);
    const json_t *whole = json_object_get(line, "whole");
    assert_int_equal(number(whole, "commands"), 2);
    assert_int_equal(number(whole, "intervals"), 2);
    assert_int_equal(number(whole, "duration_ns"), 2000 * MS);
    assert_int_equal(number(whole, "dropped_kernel"), 3);
    json_decref(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_line, open_live, close_live),
        cmocka_unit_test_setup_teardown(test_who_is_there, open_live, close_live),
        cmocka_unit_test_setup_teardown(test_the_idle_are_left_out, open_live, close_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
