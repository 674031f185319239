/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "story.h"

/* The problem of that id as JSON, or NULL. */
static const json_t *problem(const struct story *story, const char *id)
{
    const json_t *problems = json_object_get(story->results, "problems");
    for (size_t i = 0; i < json_array_size(problems); i++)
        if (!strcmp(json_string_value(json_object_get(json_array_get(problems, i), "id")), id))
            return json_array_get(problems, i);
    return NULL;
}

static void expect_problem(const struct story *story, const char *id, const char *severity,
                           json_int_t count)
{
    const json_t *of = problem(story, id);
    if (!of)
        fail_msg("there is no %s", id);
    assert_string_equal(json_string_value(json_object_get(of, "severity")), severity);
    assert_int_equal(json_integer_value(json_object_get(of, "count")), count);
}

/* `count` reads of 8 sectors one after the other, each answered after 100 ns. */
static void reads(struct story *story, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        say(story, (int64_t)i * 200, read_of(i + 1, (uint64_t)i * 8, 8));
        say(story, (int64_t)i * 200 + 100, done(i + 1));
    }
}

static void begin(struct story *story)
{
    story_begin(story, (struct analysis_options){.patience = INT64_C(1000000000)});
}

static void test_nothing(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    reads(&story, 50);
    story_finish(&story);
    expect(&story, "problems", "[]");
    story_end(&story);
}

static void test_loss_and_spurious(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    reads(&story, 50);
    say(&story, 20000, read_of(900, 0, 8));
    say(&story, 30000, read_of(900, 0, 8));
    say(&story, 30100, done(900));
    say(&story, 40000, read_of(901, 0, 8));
    say(&story, 50000, read_of(901, 0, 8));
    say(&story, 50100, done(901));
    say(&story, 50200, done(901));
    story_finish(&story);
    expect_problem(&story, "loss", "wrong", 1);
    expect_problem(&story, "spurious", "slow", 1);
    expect(&story, "problems.0.frames", "[101,104]");
    assert_null(problem(&story, "duplicates"));
    story_end(&story);
}

static void test_a_little_loss_is_slow(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    reads(&story, 2100);
    say(&story, 500000, read_of(9000, 0, 8));
    say(&story, 510000, read_of(9000, 0, 8));
    say(&story, 510100, done(9000));
    story_finish(&story);
    expect_problem(&story, "loss", "slow", 1);
    expect_problem(&story, "slow-tail", "note", 0);
    expect_problem(&story, "one-at-a-time", "note", 2101);
    story_end(&story);
}

static void test_unanswered(void **state)
{
    struct story story;
    (void)state;
    story_begin(&story, (struct analysis_options){.patience = 1000});
    say(&story, 0, read_of(1, 0, 8));
    say(&story, 500, read_of(1, 0, 8));
    say(&story, 600, read_of(2, 8, 8));
    say(&story, 100000, read_of(3, 16, 8));
    say(&story, 100100, done(3));
    story_finish(&story);
    expect_problem(&story, "unanswered", "wrong", 1);
    expect_problem(&story, "capture-missed", "note", 1);
    expect(&story, "problems.0.id", "\"unanswered\"");
    story_end(&story);
}

static void test_errors(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    say(&story, 0, read_of(1, 0, 8));
    say(&story, 10, failed_with(1, 2));
    say(&story, 20, read_of(2, 0, 8));
    say(&story, 30, ata_failed_with(2, ATA_STATUS_DRDY | ATA_STATUS_ERR, ATA_ERROR_UNC));
    story_finish(&story);
    expect_problem(&story, "aoe-errors", "wrong", 1);
    expect_problem(&story, "ata-errors", "wrong", 1);
    story_end(&story);
}

static void test_a_refused_command_is_a_note(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    say(&story, 0, read_of(1, 0, 8));
    say(&story, 10, ata_failed_with(1, ATA_STATUS_DRDY | ATA_STATUS_ERR, ATA_ERROR_ABRT));
    story_finish(&story);
    expect_problem(&story, "ata-errors", "note", 1);
    story_end(&story);
}

static void test_a_slow_tail(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    reads(&story, 200);
    for (uint32_t i = 0; i < 5; i++) {
        say(&story, 100000 + (int64_t)i * 5000, read_of(1000 + i, 0, 8));
        say(&story, 101200 + (int64_t)i * 5000, done(1000 + i));
    }
    story_finish(&story);
    expect_problem(&story, "slow-tail", "slow", 0);
    expect(&story, "problems.0.operation", "\"read\"");
    expect(&story, "problems.0.frames.0", "401");
    story_end(&story);
}

static void test_unaligned(void **state)
{
    struct story story;
    (void)state;
    begin(&story);
    reads(&story, 100);
    for (uint32_t i = 0; i < 20; i++) {
        say(&story, 100000 + (int64_t)i * 200, read_of(1000 + i, 1 + 8 * i, 8));
        say(&story, 100100 + (int64_t)i * 200, done(1000 + i));
    }
    story_finish(&story);
    expect_problem(&story, "unaligned", "note", 20);
    story_end(&story);
}

static void test_drops_and_steps_back(void **state)
{
    struct story story;
    const struct capture_facts facts = {.dropped = 7, .drops_known = true};
    (void)state;
    begin(&story);
    say(&story, 1000, read_of(1, 0, 8));
    say(&story, 900, done(1));
    analysis_facts(&story.analysis, &facts);
    story_finish(&story);
    expect(&story, "problems.0.id", "\"capture-dropped\"");
    expect_problem(&story, "capture-dropped", "wrong", 7);
    expect_problem(&story, "steps-back", "note", 1);
    story_end(&story);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_loss_and_spurious),
        cmocka_unit_test(test_a_little_loss_is_slow),
        cmocka_unit_test(test_unanswered),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_a_refused_command_is_a_note),
        cmocka_unit_test(test_a_slow_tail),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_drops_and_steps_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
