/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Of the analysis: which frames count, their times, the rules, and what is told of commands. */
#include "analyser/analysis.h"

#include "story.h"

static void test_one_target_alone(void **state)
{
    struct story story;
    (void)state;
    story_begin(&story, (struct analysis_options){.target_given = true, .shelf = 7, .slot = 3});
    say(&story, 0, discovery(9));
    say(&story, 10, config_of(9, 7, 3, 7));
    say(&story, 20, config_of(9, 8, 3, 8));
    say(&story, 30, of_slot(read_of(1, 0, 1), 7, 4));
    say(&story, 40, read_of(2, 0, 1));
    story_finish(&story);
    EXPECT(&story, {"capture.frames", "5"}, {"capture.aoe_frames", "3"},
           {"capture.filtered_frames", "2"}, {"targets.0.target", "\"e7.3\""},
           {"targets.1.target", "\"e*.*\""}, {"total.answers_to_broadcast", "1"},
           {"slowest.0.answer_frame", "2"}, {"total.requests", "2"});
    assert_int_equal(json_array_size(story_at(&story, "targets")), 2);
    story_end(&story);
}

static void test_one_initiator_alone(void **state)
{
    struct story story;
    (void)state;
    story_begin(&story, (struct analysis_options){.host_given = true, .host = {2, 0, 0, 0, 0, 5}});
    say(&story, 0, of_host(read_of(1, 0, 1), 5));
    say(&story, 10, of_host(read_of(1, 0, 1), 6));
    say(&story, 20, of_host(done(1), 5));
    say(&story, 30, of_host(done(1), 6));
    story_finish(&story);
    EXPECT(&story, {"capture.aoe_frames", "2"}, {"capture.filtered_frames", "2"},
           {"capture.end_ns", "20"}, {"total.answered", "1"}, {"slowest.0.answer_frame", "3"});
    story_end(&story);
}

static void test_times_that_step_back(void **state)
{
    struct story *story = *state;
    say(story, 1000, read_of(1, 0, 1));
    say(story, 900, done(1)); /* an interval of 0 */
    say(story, 1200, read_of(2, 0, 1));
    say(story, 1150, read_of(3, 8, 1));
    story_finish(story);
    EXPECT(story, {"capture.steps_back", "2"}, {"capture.step_back_max_ns", "100"},
           {"capture.start_ns", "900"}, {"capture.end_ns", "1200"}, {"capture.duration_ns", "300"},
           {"total.command_latency.max_ns", "0"}, {"total.answered", "1"}, {"total.open", "2"});
}

static void test_another_recording(void **state)
{
    struct story *story = *state;
    say(story, 1000000, read_of(1, 0, 1));
    say(story, 1000100, done(1));
    say(story, 1000200, read_of(2, 0, 1));
    say(story, 500, read_of(3, 0, 1)); /* further back than the patience */
    say(story, 600, done(3));
    story_finish(story);
    EXPECT(story, {"total.commands", "3"}, {"total.answered", "2"}, {"total.open", "1"},
           {"total.unanswered", "0"}, {"capture.step_back_max_ns", "999700"},
           {"total.outstanding.max", "1"}, {"targets.0.outstanding.levels.1", "[1,200]"});
}

static void test_the_ends_of_time(void **state)
{
    struct story *story = *state;
    say(story, INT64_MIN, read_of(1, 0, 1));
    say(story, INT64_MAX, done(1));
    say(story, INT64_MIN, read_of(2, 0, 1));
    say(story, INT64_MAX, read_of(3, 0, 1));
    story_finish(story);
    EXPECT(story, {"capture.start_ns", "-9223372036854775808"},
           {"capture.end_ns", "9223372036854775807"},
           {"capture.duration_ns", "9223372036854775807"},
           {"capture.step_back_max_ns", "9223372036854775807"}, {"total.late", "1"},
           {"total.commands", "3"});
}

static void test_cut_frames(void **state)
{
    struct story *story = *state;
    story->captured = 23;
    assert_int_equal(say(story, 0, read_of(1, 0, 1)), UNWRAPPED_CUT);
    story->captured = 35;
    assert_int_equal(say(story, 1, read_of(1, 0, 1)), UNWRAPPED_CUT);
    story->captured = 36;
    assert_int_equal(say(story, 2, write_of(1, 0, 16)), UNWRAPPED_AOE);
    story->captured = 24; /* a config frame is of use without its argument */
    assert_int_equal(say(story, 3, tagged(config_request(AOE_CONFIG_READ, ""), 2)), UNWRAPPED_AOE);
    story->captured = 13;
    assert_int_equal(say(story, 4, read_of(1, 0, 1)), UNWRAPPED_OTHER);
    story_finish(story);
    EXPECT(story, {"capture.frames", "5"}, {"capture.cut_frames", "2"}, {"capture.aoe_frames", "2"},
           {"capture.other_frames", "1"}, {"capture.wire_bytes", "8288"}, {"capture.start_ns", "2"},
           {"total.largest_frame", "8214"}, {"total.commands", "2"});
}

static void test_other_frames(void **state)
{
    struct story *story = *state;
    struct aoe_frame other = read_of(1, 0, 1);
    other.type = 0x0800;
    assert_int_equal(say(story, 0, other), UNWRAPPED_OTHER);
    static const uint8_t tag[4] = {0x81, 0, 0, 1};
    story->tags = tag;
    story->tags_length = 4;
    assert_int_equal(say(story, 0, other), UNWRAPPED_OTHER);
    story_finish(story);
    EXPECT(story, {"capture.other_frames", "2"}, {"capture.aoe_frames", "0"},
           {"capture.start_ns", "null"});
}

static void test_facts_add(void **state)
{
    struct story *story = *state;
    const struct capture_facts first = {.not_ethernet = 1, .timeless = 2, .dropped = 3},
                               second = {.not_ethernet = 10, .dropped = 4, .drops_known = true};
    analysis_facts(&story->analysis, &first);
    analysis_facts(&story->analysis, &second);
    story_finish(story);
    EXPECT(story, {"capture.not_ethernet", "11"}, {"capture.timeless", "2"},
           {"capture.dropped", "7"});
}

static const struct clause_findings *findings_of(const struct story *story, const char *clause)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count), *of = aoe_clause_find(clause);
    assert_non_null(of);
    return &story->analysis.figures.findings.clauses[of - clauses];
}

static void test_rules(void **state)
{
    struct story story;
    (void)state;
    story_begin(&story, (struct analysis_options){.check = true});
    struct aoe_frame wrong = done(2), other = of_target(done(1), 2);
    wrong.version = 3;
    say(&story, 0, read_of(1, 0, 0));
    say(&story, 10, done(1));
    say(&story, 20, other);
    say(&story, 30, read_of(2, 0, 0));
    say(&story, 40, wrong);
    const struct clause_findings *once = findings_of(&story, "2-once");
    assert_int_equal(once->count, 1);
    assert_int_equal(once->first[0].frame, 3);
    assert_int_equal(once->first[0].pair, 0);
    const struct clause_findings *version = findings_of(&story, "2.2-version");
    assert_int_equal(version->count, 1);
    assert_int_equal(version->first[0].frame, 5);
    assert_int_equal(version->first[0].byte, 14);
    assert_string_equal(version->first[0].actual, "3");
    story_finish(&story);
    story_end(&story);
}

/* A rule that needs the request: the response carries what was asked for. */
static void test_rules_know_the_request(void **state)
{
    struct story story;
    (void)state;
    story_begin(&story, (struct analysis_options){.check = true});
    say(&story, 0, read_of(1, 0, 2));
    say(&story, 10, done(1)); /* without the two sectors */
    assert_int_equal(findings_of(&story, "3.1-data")->count, 1);
    say(&story, 20, tagged(ata_request(ATA_FLUSH, 0, 0), 2));
    say(&story, 30, done(2));
    assert_int_equal(findings_of(&story, "3.1-data")->count, 1);
    story_end(&story);
}

static void test_without_check_nothing_is_found(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 0, 1));
    say(story, 10, done(1));
    say(story, 20, done(1));
    assert_null(story->analysis.figures.findings.clauses);
    story_finish(story);
    EXPECT(story, {"findings", "null"});
}

static void test_the_sink_is_told_of_every_command_that_is_over(void **state)
{
    struct story *story = *state;
    say(story, 100, read_of(1, 64, 3));
    say(story, 150, of_host(write_of(2, 8, 1), 9));
    say(story, 200, read_of(1, 64, 3));
    say(story, 300, failed_with(1, 3));
    say(story, 310, done(1)); /* late: not told again */
    say(story, 2000, write_of(3, 32, 5));
    say(story, 2100, ata_failed_with(3, ATA_STATUS_ERR, ATA_ERROR_UNC));
    story_finish(story);
    const struct command *told = story->sink.commands;
    assert_int_equal(story->sink.count, 3);
    assert_int_equal(told[0].first_frame, 1);
    assert_int_equal(told[0].answer_frame, 4);
    assert_true(told[0].time == 100 && told[0].latency == 200 && told[0].round_trip == 100);
    assert_true(told[0].lba == 64 && told[0].sectors == 3 && told[0].repeats == 1);
    assert_true(told[0].error == 3 && told[0].ata_error == 0);
    assert_int_equal(told[1].first_frame, 2); /* given up */
    assert_int_equal(told[1].answer_frame, 0);
    assert_true(told[1].time == 150 && told[1].repeats == 0 && told[1].pair == 1);
    assert_int_equal(told[1].operation, OPERATION_WRITE);
    assert_int_equal(told[2].operation, OPERATION_WRITE);
    assert_true(told[2].error == 0 && told[2].ata_error == ATA_ERROR_UNC);
}

/* From an answer that leaves nothing outstanding to the next command. */
static void test_think_time(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 0, 1));
    say(story, 10, read_of(2, 8, 1));
    say(story, 100, done(1)); /* one still waits */
    say(story, 120, read_of(3, 16, 1));
    say(story, 200, done(2));
    say(story, 210, done(3));
    say(story, 240, read_of(4, 24, 1));
    story_finish(story);
    EXPECT(story, {"total.think_time.count", "1"}, {"total.think_time.max_ns", "30"});
}

static void test_what_the_target_advertises(void **state)
{
    struct story *story = *state;
    struct aoe_frame small = config_of(0, 7, 3, 2);
    small.config.buffer_count = 1;
    small.config.sector_count = 0;
    say(story, 0, config_of(0, 7, 3, 2));
    say(story, 1, small); /* the last one counts: buffer count 1, sectors 0 for 2 */
    say(story, 10, read_of(1, 0, 2));
    say(story, 20, read_of(2, 8, 3));
    say(story, 50, done(1));
    say(story, 70, done(2));
    say(story, 80, of_slot(read_of(1, 0, 9), 9, 9));
    story_finish(story);
    EXPECT(story,
           {"targets.0.advertised", "{\"buffer_count\":1,\"sector_count\":0,\"firmware\":16409}"},
           {"targets.0.over_buffer_count_ns", "30"}, {"targets.0.over_sector_count", "1"},
           {"targets.1.advertised", "null"}, {"targets.1.over_buffer_count_ns", "null"},
           {"targets.1.over_sector_count", "null"});
}

static void test_the_series(void **state)
{
    (void)state;
    const int64_t bin = 1 << 20;
    struct story slow;
    story_begin(&slow, (struct analysis_options){.patience = 100 * bin});
    say(&slow, 5 * bin + 10, read_of(1, 1000, 8));
    say(&slow, 5 * bin + 20, write_of(2, 100, 2));
    say(&slow, 8 * bin, write_of(2, 100, 2));
    say(&slow, 8 * bin + 2010, failed_with(1, 2));
    say(&slow, 8 * bin + 2020, done(2));
    story_finish(&slow);
    EXPECT(&slow, {"series.bin_ns", "1048576"}, {"series.first_ns", "5242880"},
           {"series.total.0", "[2,0,0,0,0,0,0,0,2]"}, {"series.total.1", "[0,0,0,0,0,0,0,0,2]"},
           {"series.total.2", "[0,0,0,0,0,0,0,0,2]"},
           {"series.total.3", "[0,2,0,1024,1,1,6295456,3147728,2]"},
           {"series.targets.0.target", "\"e7.3\""},
           {"series.targets.0.bins.3", "[0,2,0,1024,1,1,6295456,3147728,2]"},
           {"heat.cells", "[[3,46,2]]"}, {"positions.row_sectors", "8"},
           {"positions.cells", "[[0,12,0,1],[0,125,1,0]]"});
    story_end(&slow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_target_alone),
        cmocka_unit_test(test_one_initiator_alone),
        TOLD(test_times_that_step_back),
        TOLD(test_another_recording),
        TOLD(test_the_ends_of_time),
        TOLD(test_cut_frames),
        TOLD(test_other_frames),
        TOLD(test_facts_add),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_rules_know_the_request),
        TOLD(test_without_check_nothing_is_found),
        TOLD(test_the_sink_is_told_of_every_command_that_is_over),
        TOLD(test_think_time),
        TOLD(test_what_the_target_advertises),
        cmocka_unit_test(test_the_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
