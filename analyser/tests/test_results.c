/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/results.h"

#include "common/group.h"
#include "story.h"

static void test_a_capture_of_nothing(void **state)
{
    struct story *story = *state;
    story_finish(story);
    EXPECT(story, {"suite", "\"aoe-suite\""}, {"tool", "\"aoe-analyze\""}, {"schema", "1"},
           {"capture.frames", "0"}, {"capture.start_ns", "null"}, {"capture.end_ns", "null"},
           {"capture.duration_ns", "null"}, {"capture.dropped", "null"},
           {"capture.complete", "true"}, {"total.requests", "0"}, {"total.loss_ratio", "null"},
           {"total.bytes_per_second", "null"}, {"total.iops", "null"},
           {"total.frame_round_trip", "null"}, {"total.command_latency", "null"},
           {"total.think_time", "null"}, {"total.first_repeat", "null"},
           {"total.later_repeat", "null"}, {"total.sectors", "[]"}, {"total.alignment", "[]"},
           {"total.outstanding", "{\"max\":0,\"mean\":null,\"levels\":[]}"}, {"operations", "[]"},
           {"targets", "[]"}, {"initiators", "[]"}, {"pairs", "[]"}, {"slowest", "[]"},
           {"series.first_ns", "null"}, {"series.total", "[]"}, {"series.targets", "[]"},
           {"heat.cells", "[]"}, {"positions.cells", "[]"}, {"findings", "null"});
    assert_int_equal(json_array_size(story_at(story, "heat.rows_from_ns")), HEAT_ROWS);
    assert_int_equal(json_array_size(story_at(story, "series.columns")), 9);
}

/* One frame: no time passes, so nothing goes by the second. */
static void test_a_capture_of_one_frame(void **state)
{
    struct story *story = *state;
    say(story, 77, read_of(1, 0, 1));
    story_finish(story);
    EXPECT(story, {"capture.duration_ns", "0"}, {"total.iops", "null"},
           {"total.outstanding.mean", "null"}, {"total.open", "1"}, {"total.loss_ratio", "0.0"});
}

static void test_the_order_of_targets_initiators_and_pairs(void **state)
{
    struct story *story = *state;
    static const uint8_t tag[4] = {0x81, 0, 0, 5};
    say(story, 0, of_host(of_slot(read_of(1, 0, 1), 10, 0), 9));
    say(story, 1, of_host(of_slot(read_of(1, 0, 1), 9, 1), 9));
    story->tags = tag;
    story->tags_length = sizeof tag;
    say(story, 2, of_host(of_slot(read_of(1, 0, 1), 1, 0), 8));
    story->tags_length = 0;
    say(story, 3, of_host(of_slot(read_of(1, 0, 1), 9, 0), 9));
    say(story, 4, of_host(of_slot(read_of(1, 0, 1), 9, 0), 7));
    story_finish(story);
    EXPECT(story, {"targets.0.target", "\"e9.0\""}, {"targets.1.target", "\"e9.1\""},
           {"targets.2.target", "\"e10.0\""}, {"targets.3.target", "\"e1.0\""},
           {"targets.3.vlan", "\"5\""}, {"initiators.0.initiator", "\"02:00:00:00:00:07\""},
           {"initiators.2.initiator", "\"02:00:00:00:00:09\""},
           {"pairs.0.initiator", "\"02:00:00:00:00:07\""},
           {"pairs.1.initiator", "\"02:00:00:00:00:09\""}, {"pairs.1.target", "\"e9.0\""},
           {"pairs.4.vlan", "\"5\""}, {"series.targets.0.target", "\"e9.0\""});
}

static void test_what_found_no_room_stands_last(void **state)
{
    struct story *story = *state;
    for (uint32_t i = 0; i < TRAFFIC_PAIRS; i++)
        say(story, 0, of_slot(read_of(1, 0, 1), (uint16_t)(1000 - i), 0));
    say(story, 10, of_slot(read_of(2, 0, 1), 1, 0));
    story_finish(story);
    EXPECT(story, {"capture.complete", "false"}, {"targets.0.target", "\"e490.0\""},
           {"targets.511.target", "\"others\""}, {"initiators.1.initiator", "\"others\""},
           {"pairs.511.target", "\"others\""}, {"pairs.511.commands", "2"},
           {"total.commands", "513"}, {"series.targets", "[]"});
}

static void test_numbers_that_json_does_not_hold(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 0, 1));
    say(story, 1, done(1));
    struct traffic *traffic = &story->analysis.figures.traffic;
    traffic->pairs[0]->measures[OPERATION_READ]->bytes = UINT64_MAX;
    traffic->pairs[0]->measures[OPERATION_READ]->duplicate = UINT64_C(1) << 63;
    story_finish(story);
    EXPECT(story, {"total.read_bytes", "9223372036854775807"},
           {"total.duplicate", "9223372036854775807"},
           {"total.bytes_per_second", "9223372036854775807"});
}

static void test_rates(void **state)
{
    (void)state;
    bool known;
    assert_int_equal(group_rate(10, 0, &known), 0);
    assert_false(known);
    assert_int_equal(group_rate(10, 4000000000, &known), 2);
    assert_true(known);
    assert_true(group_rate(UINT64_MAX, 1, &known) == UINT64_MAX);
    assert_true(group_rate(UINT64_MAX, 1000000000, &known) == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TOLD(test_a_capture_of_nothing),
        TOLD(test_a_capture_of_one_frame),
        TOLD(test_the_order_of_targets_initiators_and_pairs),
        TOLD(test_what_found_no_room_stands_last),
        TOLD(test_numbers_that_json_does_not_hold),
        cmocka_unit_test(test_rates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
