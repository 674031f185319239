/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>

#include "harness/report.h"
#include "made_report.h"

/* What is written, read back; jansson refuses text that is not UTF-8 and names that come twice. */
static json_t *read_back(struct made_fixture *fixture)
{
    size_t length;
    json_error_t error;
    const char *text = made_written(&fixture->arena, report_json, fixture->report, &length);
    assert_non_null(text);
    assert_int_equal(text[length - 1], '\n');
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("line %d: %s", error.line, error.text);
    return json;
}

/* The value at a path such as "target.mac". */
static const json_t *at(const json_t *json, const char *path)
{
    char name[64];
    while (*path) {
        size_t length = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        json = json_object_get(json, name);
        path += length + (path[length] == '.');
    }
    if (!json)
        fail_msg("no %s", name);
    return json;
}

static void assert_text(const json_t *json, const char *path, const char *expected)
{
    assert_true(json_is_string(at(json, path)));
    assert_string_equal(json_string_value(at(json, path)), expected);
}

static void assert_number(const json_t *json, const char *path, json_int_t expected)
{
    assert_true(json_is_integer(at(json, path)));
    assert_int_equal(json_integer_value(at(json, path)), expected);
}

static void assert_null_at(const json_t *json, const char *path)
{
    assert_true(json_is_null(at(json, path)));
}

static const json_t *scenario_at(const json_t *json, size_t i)
{
    return json_array_get(at(json, "scenarios"), i);
}

static void test_run(void **state)
{
    json_t *json = read_back(*state);
    assert_text(json, "suite", "aoe-conform");
    assert_text(json, "version", "0.1.0");
    assert_number(json, "seed", 1);
    assert_null_at(json, "error");
    assert_number(json, "exit_status", 3);
    assert_int_equal(json_object_size(json), 9);
    json_decref(json);
}

static void test_target(void **state)
{
    json_t *json = read_back(*state);
    const json_t *target = at(json, "target"), *commands = at(target, "commands");
    assert_text(target, "interface", "eth0");
    assert_text(target, "address", "e0.1");
    assert_text(target, "mac", "02:00:00:00:00:01");
    assert_number(target, "mtu", 1500);
    assert_number(target, "buffer_count", 16);
    assert_number(target, "sector_count", 2);
    assert_number(target, "firmware", 0x4019);
    assert_number(target, "capacity", 2097152);
    assert_text(target, "model", "Made Disk");
    assert_text(target, "serial", "0001");
    assert_text(target, "ata_firmware", "1.0");
    assert_true(json_is_false(at(target, "read_only")));
    assert_int_equal(json_array_size(commands), 3);
    assert_string_equal(json_string_value(json_array_get(commands, 0)), "ATA");
    assert_string_equal(json_string_value(json_array_get(commands, 1)), "config");
    assert_string_equal(json_string_value(json_array_get(commands, 2)), "mask");
    json_decref(json);
}

static void test_timing_and_summary(void **state)
{
    json_t *json = read_back(*state);
    assert_true(json_real_value(at(json, "timing.rtt_us.p50")) == 42.5);
    assert_true(json_real_value(at(json, "timing.rtt_us.p99")) == 87);
    assert_true(json_real_value(at(json, "timing.quiet_ms")) == 20);
    assert_true(json_real_value(at(json, "timing.timeout_ms")) == 1000);
    assert_true(json_real_value(at(json, "timing.jitter_us")) == 12);
    assert_true(json_real_value(at(json, "timing.worst_delay_us")) == 31000);
    assert_number(json, "timing.drops", 2);
    assert_number(json, "summary.pass", 1);
    assert_number(json, "summary.fail", 3);
    assert_number(json, "summary.skip", 2);
    assert_number(json, "summary.advice", 1);
    assert_number(json, "summary.inconclusive", 1);
    assert_number(json, "summary.known", 1);
    assert_number(json, "summary.fixed", 1);
    assert_number(json, "summary.error", 1);
    assert_true(json_real_value(at(json, "summary.duration_ms")) == 1300);
    json_decref(json);
}

static void test_a_pass_has_nothing_to_say(void **state)
{
    json_t *json = read_back(*state);
    const json_t *pass = scenario_at(json, MADE_PASS);
    assert_text(pass, "id", "config/read");
    assert_text(pass, "verdict", "pass");
    assert_null_at(pass, "reason");
    assert_null_at(pass, "line");
    assert_null_at(pass, "expected");
    assert_null_at(pass, "actual");
    assert_null_at(pass, "capture");
    assert_true(json_is_array(at(pass, "failures")));
    assert_int_equal(json_array_size(at(pass, "failures")), 0);
    json_decref(json);
}

static void test_a_fail(void **state)
{
    json_t *json = read_back(*state);
    const json_t *fail = scenario_at(json, MADE_FAIL);
    assert_text(fail, "id", "config/set-refused");
    assert_text(fail, "title", "set does not replace a config string that is present");
    assert_text(fail, "clause", "3.2-set");
    assert_text(fail, "level", "must");
    assert_text(fail, "basis", "text");
    assert_text(fail, "file", "scenarios/config/set-refused.aoe");
    assert_text(fail, "reason", "error=0 instead of error=4");
    assert_number(fail, "line", 9);
    assert_text(fail, "expected", "error=4");
    assert_text(fail, "actual", "error=0");
    assert_true(json_real_value(at(fail, "duration_ms")) == 1.234567);
    assert_text(fail, "capture", "captures/config-set-refused.pcapng");
    assert_true(json_is_null(at(fail, "requests")));
    assert_int_equal(json_object_size(fail), 15);
    json_decref(json);
}

static void test_failures(void **state)
{
    json_t *json = read_back(*state);
    const json_t *failures = at(scenario_at(json, MADE_FAIL), "failures");
    const json_t *first = json_array_get(failures, 0), *second = json_array_get(failures, 1);
    assert_int_equal(json_array_size(failures), 2);
    assert_text(first, "clause", "3.2-set");
    assert_text(first, "statement", "a expect config error=4");
    assert_text(first, "values", "v=3 n=0");
    const json_t *row = json_array_get(at(first, "rows"), 0);
    assert_text(row, "field", "error");
    assert_text(row, "expected", "4 (config string present)");
    assert_text(row, "actual", "0 (none)");
    assert_number(row, "byte", 15);
    assert_number(row, "bytes", 1);
    assert_true(json_is_true(at(row, "wrong")));
    row = json_array_get(at(first, "rows"), 3);
    assert_null_at(row, "byte");
    assert_true(json_is_false(at(row, "wrong")));
    assert_null_at(second, "frame");
    assert_null_at(second, "request");
    assert_null_at(second, "values");
    json_decref(json);
}

static void test_frames_are_hex(void **state)
{
    static const char ask[] = "02000000000102000000000a88a21000000001010000000700000000001300046265"
                              "7461";
    json_t *json = read_back(*state);
    const json_t *failures = at(scenario_at(json, MADE_FAIL), "failures");
    const json_t *first = json_array_get(failures, 0);
    const char *request = json_string_value(at(first, "request"));
    const char *frame = json_string_value(at(first, "frame"));
    assert_int_equal(strlen(request), 120);
    assert_memory_equal(request, ask, sizeof ask - 1);
    assert_int_equal(strlen(frame), 120);
    assert_memory_equal(frame + 28, "1800", 4);
    json_decref(json);
}

/* What is not UTF-8 is escaped; all else comes back as it was, controls included. */
static void test_odd_text(void **state)
{
    json_t *json = read_back(*state);
    const json_t *odd = scenario_at(json, MADE_ERROR);
    const char *expected = "odd \" ' \\ <&> # \x1b[31m \x01 \\xff\\xc3\x28 \xc3\xa9 ]]>";
    assert_text(odd, "title", expected);
    assert_true(strstr(json_string_value(at(odd, "reason")), "\nsecond line"));
    json_decref(json);
}

static void test_target_not_found(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->target_found = false;
    fixture->report->error = "no answer from e0.1";
    fixture->report->count = 0;
    json_t *json = read_back(fixture);
    assert_text(json, "target.interface", "eth0");
    assert_text(json, "target.address", "e0.1");
    assert_null_at(json, "target.mac");
    assert_null_at(json, "target.commands");
    assert_null_at(json, "target.capacity");
    assert_null_at(json, "target.read_only");
    assert_text(json, "error", "no answer from e0.1");
    assert_int_equal(json_array_size(at(json, "scenarios")), 0);
    json_decref(json);
}

static void test_a_target_without_ata(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->target.has_ata = false;
    fixture->report->target.has_reserve = true;
    fixture->report->target.read_only_known = false;
    json_t *json = read_back(fixture);
    assert_null_at(json, "target.model");
    assert_null_at(json, "target.capacity");
    assert_null_at(json, "target.read_only");
    assert_int_equal(json_array_size(at(json, "target.commands")), 3);
    assert_number(json, "target.buffer_count", 16);
    json_decref(json);
}

static void test_great_seeds(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->seed = INT64_MAX;
    json_t *json = read_back(fixture);
    assert_number(json, "seed", INT64_MAX);
    json_decref(json);
    fixture->report->seed = UINT64_MAX;
    json = read_back(fixture);
    assert_text(json, "seed", "18446744073709551615");
    json_decref(json);
}

static void test_full_disk(void **state)
{
    struct made_fixture *fixture = *state;
    assert_true(made_fails(report_json, fixture->report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run),
        cmocka_unit_test(test_target),
        cmocka_unit_test(test_timing_and_summary),
        cmocka_unit_test(test_a_pass_has_nothing_to_say),
        cmocka_unit_test(test_a_fail),
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_frames_are_hex),
        cmocka_unit_test(test_odd_text),
        cmocka_unit_test_setup_teardown(test_target_not_found, made_set_up, made_tear_down),
        cmocka_unit_test_setup_teardown(test_a_target_without_ata, made_set_up, made_tear_down),
        cmocka_unit_test_setup_teardown(test_great_seeds, made_set_up, made_tear_down),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, made_set_up, made_tear_down);
}
