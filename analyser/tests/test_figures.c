/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/analysis.h"

#include "alike.h"
#include "chatter.h"

static const struct analysis_options checking = {.patience = STORY_PATIENCE, .check = true};

/* The same frames twice: once as a whole; once as two parts, of which the first is counted to its
 * end by `first` and the second begins at nothing where `second` stands. */
struct split {
    struct story whole, first, second;
};

static void tell_both(struct split *split, uint64_t seed, size_t count, size_t at)
{
    struct chatter chatters[3];
    struct story *const stories[] = {&split->whole, &split->first, &split->second};
    for (size_t i = 0; i < 3; i++) {
        chatters[i] = (struct chatter){.seed = seed, .time = 1000};
        story_begin(stories[i], checking);
    }
    chatter_say(&chatters[0], &split->whole, count);
    chatter_say(&chatters[1], &split->first, at);
    chatter_say(&chatters[2], &split->second, at);
    analysis_restart(&split->second.analysis);
    split->second.analysis.figures.counters.frames = 0;
    chatter_say(&chatters[2], &split->second, count - at);
    analysis_finish(&split->whole.analysis);
    split->second.analysis.finishing = true;
    aoe_exchanges_finish(split->second.analysis.exchanges);
}

static void end_both(struct split *split)
{
    story_end(&split->whole);
    story_end(&split->first);
    story_end(&split->second);
}

static void test_parts_joined_are_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 15; seed++) {
        struct split split;
        uint64_t random = seed;
        uint32_t pairs[TRAFFIC_PAIRS];
        size_t count = 1 + chance_below(&random, 400), at = chance_below(&random, count + 1);
        tell_both(&split, seed, count, at);
        struct figures *figures = &split.first.analysis.figures;
        assert_int_equal(figures_join(figures, &split.second.analysis.figures, 0, pairs), 0);
        traffic_end(&figures->traffic, figures->counters.end);
        assert_figures_alike(figures, &split.whole.analysis.figures, &checking);
        end_both(&split);
    }
}

/* The traffic has what the test above is to be about. */
static void test_the_traffic_by_chance_has_everything(void **state)
{
    (void)state;
    struct story story;
    struct chatter chatter = {.seed = 5, .time = 1000};
    story_begin(&story, checking);
    chatter_say(&chatter, &story, 5000);
    story_finish(&story);
    static const char *const paths[] = {
        "answered",
        "unanswered",
        "answers_to_broadcast",
        "repeats.same_tag",
        "repeats.new_tag",
        "repeats.spurious",
        "duplicate",
        "late",
        "unsolicited",
        "errors.ata",
        "seeks.sequential",
        "think_time.count",
        "errors.aoe.1",
        "adverts",
        "later_repeat.count",
        "read_bytes",
    };
    for (size_t i = 0; i < COUNT(paths); i++) {
        char path[64];
        snprintf(path, sizeof path, "total.%s", paths[i]);
        if (json_integer_value(story_at(&story, path)) <= 0)
            fail_msg("there is no %s", paths[i]);
    }
    assert_true(json_integer_value(story_at(&story, "capture.steps_back")) > 10);
    assert_true(json_array_size(story_at(&story, "findings")) > 3);
    story_end(&story);
}

static void test_numbers_of_frames_are_shifted(void **state)
{
    (void)state;
    struct story first, second;
    uint32_t pairs[TRAFFIC_PAIRS];
    struct aoe_frame wrong = done(1);
    wrong.version = 2;
    story_begin(&first, checking);
    story_begin(&second, checking);
    say(&first, 0, of_slot(read_of(1, 0, 0), 1, 1));
    say(&second, 100, read_of(1, 0, 0));
    say(&second, 110, wrong);
    struct figures *figures = &first.analysis.figures;
    assert_int_equal(figures_join(figures, &second.analysis.figures, 1000, pairs), 0);
    assert_int_equal(pairs[0], 1);
    assert_int_equal(figures->slowest.commands[0].first_frame, 1001);
    assert_int_equal(figures->slowest.commands[0].answer_frame, 1002);
    assert_int_equal(figures->slowest.commands[0].pair, 1);
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count), *of = aoe_clause_find("2.2-version");
    const struct broken_rule *broken = figures->findings.clauses[of - clauses].first;
    assert_int_equal(broken->frame, 1002);
    assert_int_equal(broken->pair, 1);
    assert_non_null(figures->timeline.targets[1]);
    assert_int_equal(figures->timeline.targets[1][0].answers, 1);
    story_end(&first);
    story_end(&second);
}

static void test_counters(void **state)
{
    (void)state;
    struct counters to = {.start = 5, .end = 6}, none = {.frames = 1, .start = 99, .end = -99};
    const struct counters after = {.frames = 1,
                                   .aoe_frames = 2,
                                   .cut_frames = 3,
                                   .other_frames = 4,
                                   .filtered_frames = 5,
                                   .not_ethernet = 6,
                                   .timeless = 7,
                                   .wire_bytes = 8,
                                   .steps_back = 9,
                                   .step_back_max = 10,
                                   .start = -20,
                                   .end = 30,
                                   .dropped = 11,
                                   .drops_known = true};
    counters_join(&to, &after);
    assert_true(to.start == -20 && to.end == 30); /* nothing was known before */
    counters_join(&to, &none);
    assert_true(to.start == -20 && to.end == 30);
    struct counters later = after;
    later.start = -10;
    later.end = 40;
    later.step_back_max = 3;
    later.drops_known = false;
    counters_join(&to, &later);
    assert_true(to.start == -20 && to.end == 40 && to.step_back_max == 10);
    assert_true(to.frames == 3 && to.aoe_frames == 4 && to.cut_frames == 6);
    assert_true(to.other_frames == 8 && to.filtered_frames == 10 && to.not_ethernet == 12);
    assert_true(to.timeless == 14 && to.wire_bytes == 16 && to.steps_back == 18);
    assert_true(to.dropped == 22 && to.drops_known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_joined_are_the_whole),
        cmocka_unit_test(test_the_traffic_by_chance_has_everything),
        cmocka_unit_test(test_numbers_of_frames_are_shifted),
        cmocka_unit_test(test_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
