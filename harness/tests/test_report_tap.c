/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/report.h"
#include "made_report.h"

enum { LINES = 256 };

struct lines {
    const char *at[LINES];
    size_t count;
};

static struct lines lines_of(struct made_fixture *fixture)
{
    size_t length;
    struct lines lines = {0};
    char *text = made_written(&fixture->arena, report_tap, fixture->report, &length);
    assert_non_null(text);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(lines.count < LINES);
        lines.at[lines.count++] = line;
    }
    return lines;
}

/* The line of a test by its number; the line after it in `next`. */
static const char *test_line(const struct lines *lines, size_t number, size_t *next)
{
    char ok[32], not_ok[32];
    snprintf(ok, sizeof ok, "ok %zu ", number);
    snprintf(not_ok, sizeof not_ok, "not ok %zu ", number);
    for (size_t i = 0; i < lines->count; i++) {
        bool is = !strncmp(lines->at[i], ok, strlen(ok)) ||
                  !strncmp(lines->at[i], not_ok, strlen(not_ok));
        if (is && next)
            *next = i + 1;
        if (is)
            return lines->at[i];
    }
    fail_msg("no test %zu", number);
    return NULL;
}

static void test_head(void **state)
{
    struct lines lines = lines_of(*state);
    assert_string_equal(lines.at[0], "TAP version 13");
    assert_string_equal(lines.at[1], "1..11");
}

static void test_verdicts(void **state)
{
    struct lines lines = lines_of(*state);
    static const struct {
        size_t result;
        const char *line;
    } all[] = {
        {MADE_PASS, "ok 1 - config/read a read returns the string"},
        {MADE_FAIL, "not ok 2 - config/set-refused set does not replace a config string that is "
                    "present"},
        {MADE_ADVICE, "ok 3 - config/unknown CCmd 5 to 15 are refused"},
        {MADE_SKIP, "ok 4 - mask/add an address is added once # SKIP changes the mask list: "
                    "--allow masks"},
        {MADE_INCONCLUSIVE, "not ok 6 - race/set of two hosts one succeeds"},
        {MADE_KNOWN, "not ok 7 - ata/flush flush succeeds # TODO known: #17: no write cache"},
        {MADE_FIXED, "not ok 8 - ata/power check power mode says active"},
        {MADE_ERROR,
         "not ok 9 - odd/text odd \" ' \\\\ <&> \\# \\\\x1b[31m \\\\x01 \\\\xff\\\\xc3( "
         "\xc3\xa9 ]]>"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_string_equal(test_line(&lines, all[i].result + 1, NULL), all[i].line);
}

static void test_every_test_once_in_order(void **state)
{
    struct lines lines = lines_of(*state);
    size_t seen = 0;
    for (size_t i = 0; i < lines.count; i++) {
        if (strncmp(lines.at[i], "ok ", 3) && strncmp(lines.at[i], "not ok ", 7))
            continue;
        size_t next;
        assert_ptr_equal(test_line(&lines, ++seen, &next), lines.at[i]);
    }
    assert_int_equal(seen, MADE_COUNT);
}

static void test_block(void **state)
{
    static const char *const expected[] = {
        "  ---",
        "  verdict: \"fail\"",
        "  message: \"error=0 instead of error=4\"",
        "  clause: \"3.2-set\"",
        "  level: \"must\"",
        "  file: \"scenarios/config/set-refused.aoe\"",
        "  line: 9",
        "  statement: \"a expect config error=4\"",
        "  values: \"v=3 n=0\"",
        "  expected: \"error=4\"",
        "  actual: \"error=0\"",
        "  failures: 5",
        "  ...",
    };
    struct lines lines = lines_of(*state);
    size_t next = 0;
    test_line(&lines, MADE_FAIL + 1, &next);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(lines.at[next + i], expected[i]);
}

static void test_block_quotes(void **state)
{
    struct lines lines = lines_of(*state);
    size_t next = 0;
    test_line(&lines, MADE_ERROR + 1, &next);
    assert_string_equal(lines.at[next], "  ---");
    assert_string_equal(lines.at[next + 2],
                        "  message: \"odd \\\" ' \\\\ <&> # \\\\x1b[31m \\\\x01 \\\\xff\\\\xc3( "
                        "\xc3\xa9 ]]>\\\\x0asecond line\"");
    assert_string_equal(lines.at[next + 3], "  ...");
}

/* A pass and a skip have no block; a block opens right after its test line and is closed. */
static void test_blocks_are_closed(void **state)
{
    struct lines lines = lines_of(*state);
    size_t next = 0, opened = 0, closed = 0;
    test_line(&lines, MADE_PASS + 1, &next);
    assert_string_not_equal(lines.at[next], "  ---");
    test_line(&lines, MADE_SKIP + 1, &next);
    assert_string_not_equal(lines.at[next], "  ---");
    for (size_t i = 0; i < lines.count; i++) {
        opened += !strcmp(lines.at[i], "  ---");
        closed += !strcmp(lines.at[i], "  ...");
        assert_true(opened - closed <= 1);
    }
    assert_int_equal(opened, MADE_COUNT - 3);
    assert_int_equal(closed, opened);
}

static void test_advice_is_said(void **state)
{
    struct lines lines = lines_of(*state);
    size_t found = 0;
    for (size_t i = 0; i < lines.count; i++)
        found += !strcmp(lines.at[i], "# advice: silence instead of error=2");
    assert_int_equal(found, 1);
}

static void test_a_run_that_ended_early(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->error = "the link\nwent down";
    fixture->report->count = 1;
    struct lines lines = lines_of(fixture);
    assert_string_equal(lines.at[lines.count - 1], "Bail out! the link\\x0awent down");
    fixture->report->error = "";
    fixture->report->target_found = false;
    fixture->report->count = 0;
    lines = lines_of(fixture);
    assert_string_equal(lines.at[1], "1..0 # SKIP nothing ran");
    assert_string_equal(lines.at[2], "Bail out! no answer from the target");
}

static void test_full_disk(void **state)
{
    struct made_fixture *fixture = *state;
    assert_true(made_fails(report_tap, fixture->report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_every_test_once_in_order),
        cmocka_unit_test(test_block),
        cmocka_unit_test(test_block_quotes),
        cmocka_unit_test(test_blocks_are_closed),
        cmocka_unit_test(test_advice_is_said),
        cmocka_unit_test_setup_teardown(test_a_run_that_ended_early, made_set_up, made_tear_down),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, made_set_up, made_tear_down);
}
