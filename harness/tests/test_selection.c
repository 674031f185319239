/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/selection.h"

enum { SCENARIOS = 5 };

struct lab {
    struct arena arena;
    struct scenario scenarios[SCENARIOS];
    struct scenario *list[SCENARIOS];
    struct catalogue catalogue;
    struct options options;
};

static int set_up(void **state)
{
    static const struct scenario made[SCENARIOS] = {
        {.id = "config/read", .quick = true},
        {.id = "config/set"},
        {.id = "initiator/read", .initiator = true, .quick = true},
        {.id = "initiator/write", .initiator = true},
        {.id = "rules/request", .initiator = true, .runwide = true},
    };
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    memcpy(lab->scenarios, made, sizeof made);
    for (size_t i = 0; i < SCENARIOS; i++)
        lab->list[i] = &lab->scenarios[i];
    lab->catalogue.scenarios = lab->list;
    lab->catalogue.count = SCENARIOS;
    lab->options = (struct options){.mode = MODE_INITIATOR, .interface = "v0", .seed = 1};
    lab->options.shelf = 7;
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    arena_free(&lab->arena);
    free(lab);
    return 0;
}

/* The ids of what would run, with a space behind each. */
static const char *chosen(struct lab *lab)
{
    struct report report = {0};
    const char *text = "";
    selection_make(&lab->arena, &lab->options, &lab->catalogue, &report);
    for (size_t i = 0; i < report.count; i++)
        text = arena_print(&lab->arena, "%s%s ", text, report.results[i].scenario->id);
    return text;
}

static const char *error_of(struct lab *lab)
{
    const char *error = "";
    int status = selection_check(&lab->arena, &lab->options, &lab->catalogue, &error);
    assert_int_equal(status, *error ? -1 : 0);
    return error;
}

static void test_sides(void **state)
{
    struct lab *lab = *state;
    assert_string_equal(chosen(lab), "initiator/read initiator/write rules/request ");
    lab->options.quick = true;
    assert_string_equal(chosen(lab), "initiator/read rules/request ");
    lab->options.mode = MODE_TARGET;
    assert_string_equal(chosen(lab), "config/read ");
    lab->options.quick = false;
    assert_string_equal(chosen(lab), "config/read config/set ");
}

static void test_patterns(void **state)
{
    struct lab *lab = *state;
    const char *patterns[] = {"*/read"}, *skips[] = {"rules/*"};
    lab->options.patterns = patterns;
    lab->options.pattern_count = 1;
    assert_string_equal(chosen(lab), "initiator/read rules/request ");
    lab->options.skips = skips;
    lab->options.skip_count = 1;
    assert_string_equal(chosen(lab), "initiator/read ");
    assert_string_equal(error_of(lab), "");
    lab->options.mode = MODE_TARGET;
    assert_string_equal(chosen(lab), "config/read ");
    assert_string_equal(
        error_of(lab),
        "no scenario for targets matches 'rules/*': 'aoe-conform --list' shows them");
    patterns[0] = "config/set";
    lab->options.mode = MODE_INITIATOR;
    assert_string_equal(
        error_of(lab),
        "no scenario for initiators matches 'config/set': 'aoe-conform --list' shows them");
}

static void test_commands(void **state)
{
    struct lab *lab = *state;
    struct options *options = &lab->options;
    assert_string_equal(selection_command(&lab->arena, options),
                        "aoe-conform --initiator v0 --serve e7.0");
    options->stimulus = "ssh host";
    options->allow_text = "link";
    options->seed = 4;
    assert_string_equal(
        selection_command(&lab->arena, options),
        "aoe-conform --initiator v0 --serve e7.0 --stimulus 'ssh host' --allow link --seed 4");
    *options = (struct options){
        .mode = MODE_INITIATOR, .interface = "v0", .seed = 1, .stimulus = "sh -c 'x y' z"};
    assert_string_equal(
        selection_command(&lab->arena, options),
        "aoe-conform --initiator v0 --serve e0.0 --stimulus 'sh -c '\\''x y'\\'' z'");
    *options = (struct options){.mode = MODE_TARGET,
                                .interface = "v0",
                                .slot = 1,
                                .seed = 1,
                                .rounds = 7,
                                .scenarios = "S"};
    assert_string_equal(selection_command(&lab->arena, options),
                        "aoe-conform --target v0 e0.1 --rounds 7 --scenarios S");
    const char *patterns[] = {"config/*", "it's"}, *skips[] = {"rules/*"};
    options->quick = true;
    options->patterns = patterns;
    options->pattern_count = 2;
    options->skips = skips;
    options->skip_count = 1;
    assert_string_equal(
        selection_command_whole(&lab->arena, options),
        "aoe-conform --target v0 e0.1 --rounds 7 --scenarios S --quick --skip 'rules/*' "
        "'config/*' 'it'\\''s'");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {TEST(test_sides), TEST(test_patterns), TEST(test_commands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
