/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "analyser/options.h"

enum { MOST = 32 };

struct line {
    char text[256];
    char *words[MOST + 1];
    struct options options;
    char error[256];
};

static int parse(struct line *line, const char *text)
{
    char *save;
    int count = 0;
    snprintf(line->text, sizeof line->text, "aoe-analyze %s", text);
    for (char *word = strtok_r(line->text, " ", &save); word; word = strtok_r(NULL, " ", &save))
        line->words[count++] = word;
    line->words[count] = NULL;
    line->error[0] = '\0';
    return options_parse(count, line->words, &line->options, line->error, sizeof line->error);
}

static void test_defaults(void **state)
{
    struct line line;
    (void)state;
    assert_int_equal(parse(&line, "a.pcap"), 0);
    assert_int_equal(line.options.mode, MODE_CAPTURES);
    assert_int_equal(line.options.analysis.patience, INT64_C(10000000000));
    assert_int_equal(line.options.interval, 1000000000);
    assert_int_equal(line.options.path_count, 1);
    assert_string_equal(line.options.paths[0], "a.pcap");
    assert_false(line.options.analysis.check);
    assert_false(options_take_output(&line.options));
}

static void test_everything(void **state)
{
    struct line line;
    (void)state;
    assert_int_equal(parse(&line, "a --json - b --csv d --html h --check --baseline f "
                                  "--write-baseline w --target e7.3 --host 02:00:00:00:00:0f "
                                  "--patience 0.25 --save s --quiet --verbose -"),
                     0);
    const struct options *options = &line.options;
    assert_string_equal(options->json, "-");
    assert_string_equal(options->csv, "d");
    assert_string_equal(options->html, "h");
    assert_string_equal(options->baseline, "f");
    assert_string_equal(options->write_baseline, "w");
    assert_string_equal(options->save, "s");
    assert_true(options->analysis.check && options->quiet && options->verbose);
    assert_true(options->analysis.target_given && options->analysis.host_given);
    assert_int_equal(options->analysis.shelf, 7);
    assert_int_equal(options->analysis.slot, 3);
    assert_int_equal(options->analysis.host[5], 0x0F);
    assert_int_equal(options->analysis.patience, 250000000);
    assert_int_equal(options->path_count, 3);
    assert_string_equal(options->paths[2], "-");
    assert_true(options_take_output(options));
}

static void test_modes(void **state)
{
    struct line line;
    (void)state;
    assert_int_equal(parse(&line, "merge --json j a b"), 0);
    assert_int_equal(line.options.mode, MODE_MERGE);
    assert_int_equal(line.options.path_count, 2);
    assert_int_equal(parse(&line, "--compare a b"), 0);
    assert_int_equal(line.options.mode, MODE_COMPARE);
    assert_int_equal(parse(&line, "--live eth0 --interval 0.1 --count 3"), 0);
    assert_int_equal(line.options.mode, MODE_LIVE);
    assert_string_equal(line.options.interface, "eth0");
    assert_int_equal(line.options.interval, 100000000);
    assert_int_equal(line.options.count, 3);
    assert_int_equal(parse(&line, "./merge"), 0);
    assert_int_equal(line.options.mode, MODE_CAPTURES);
}

static void test_wrong_use(void **state)
{
    static const struct {
        const char *line, *says;
    } all[] = {
        {"", "--help"},
        {"--frobnicate a", "--frobnicate"},
        {"a --json", "missing"},
        {"--target 7.3 a", "e0.1"},
        {"--target e65535.1 a", "65534"},
        {"--host 02:00 a", "02:00:00:00:00:01"},
        {"--patience 0 a", "--patience"},
        {"--patience -1 a", "--patience"},
        {"--patience 1. a", "--patience"},
        {"--patience 1e9 a", "--patience"},
        {"--patience 1000001 a", "1000000"},
        {"--patience 1000000.1 a", "1000000"},
        {"--patience 99999999999999999999 a", "--patience"},
        {"--interval 0.09 --live x", "0.1"},
        {"--count 0 --live x", "--count"},
        {"--json - --html - a", "both"},
        {"--csv - a", "--csv"},
        {"--baseline f a", "--check"},
        {"--compare a", "two"},
        {"--compare a b c", "two"},
        {"--compare --live x", "at a time"},
        {"--compare --csv d a b", "--csv"},
        {"--live x y", "'y'"},
        {"--live x --html h", "--html"},
        {"merge", "states"},
        {"merge --target e0.1 s", "--target"},
    };
    struct line line;
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(parse(&line, all[i].line), -1);
        if (!strstr(line.error, all[i].says))
            fail_msg("'%s': %s", all[i].line, line.error);
        assert_null(strchr(line.error, '\n'));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_wrong_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
