/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/analysis.h"

#include "story.h"

#define TOLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static int set_up(void **state)
{
    static struct story story;
    story_begin(&story, (struct analysis_options){.check = false});
    *state = &story;
    return 0;
}

static int tear_down(void **state)
{
    story_end(*state);
    return 0;
}

static void test_a_read_and_a_write(void **state)
{
    struct story *story = *state;
    say(story, 1000, read_of(1, 1000, 8));
    say(story, 1100, done(1));
    say(story, 1200, write_of(2, 1008, 2));
    say(story, 1400, done(2));
    story_finish(story);
    static const char *const latency =
        "{\"count\":2,\"min_ns\":100,\"mean_ns\":150,\"p50_ns\":100,\"p90_ns\":200,\"p99_ns\":200,"
        "\"p99_9_ns\":200,\"p99_99_ns\":200,\"max_ns\":200,"
        "\"histogram\":[[100,101,1],[200,202,1]]}";
    EXPECT(story, {"total.requests", "2"}, {"total.responses", "2"}, {"total.commands", "2"},
           {"total.answered", "2"}, {"total.unanswered", "0"}, {"total.unanswered_once", "0"},
           {"total.open", "0"}, {"total.answers_to_broadcast", "0"},
           {"total.repeats", "{\"same_tag\":0,\"new_tag\":0,\"spurious\":0,\"commands\":0}"},
           {"total.duplicate", "0"}, {"total.late", "0"}, {"total.unsolicited", "0"},
           {"total.adverts", "0"}, {"total.lost", "0"}, {"total.loss_ratio", "0.0"},
           {"total.read_bytes", "4096"}, {"total.written_bytes", "1024"},
           {"total.bytes_per_second", "12800000000"}, {"total.iops", "5000000"},
           {"total.errors", "{\"aoe\":{},\"ata\":0,\"ata_bits\":{}}"},
           {"total.frame_round_trip", latency}, {"total.command_latency", latency},
           {"total.outstanding", "{\"max\":1,\"mean\":0.75,\"levels\":[[0,100],[1,300]]}"},
           {"total.sectors", "[[2,1],[8,1]]"}, {"total.alignment", "[[4096,1],[8192,1]]"},
           {"total.seeks", "{\"sequential\":1,\"forward\":[],\"backward\":[]}"},
           {"total.think_time.count", "1"}, {"total.think_time.max_ns", "100"},
           {"total.first_repeat", "null"}, {"total.later_repeat", "null"},
           {"total.largest_frame", "1046"});
    EXPECT(story, {"operations.0.operation", "\"read\""}, {"operations.0.answered", "1"},
           {"operations.0.read_bytes", "4096"}, {"operations.0.written_bytes", "0"},
           {"operations.1.operation", "\"write\""}, {"operations.1.sectors", "[[2,1]]"},
           {"operations.1.command_latency.max_ns", "200"}, {"capture.frames", "4"},
           {"capture.aoe_frames", "4"}, {"capture.wire_bytes", "1240"},
           {"capture.start_ns", "1000"}, {"capture.end_ns", "1400"}, {"capture.duration_ns", "400"},
           {"capture.patience_ns", "1000"}, {"capture.complete", "true"},
           {"capture.dropped", "null"});
    assert_int_equal(json_array_size(story_at(story, "operations")), 2);
    assert_null(json_object_get(story_at(story, "operations.0"), "outstanding"));
    assert_null(json_object_get(story_at(story, "operations.0"), "think_time"));
    assert_null(json_object_get(story_at(story, "operations.0"), "seeks"));
}

static void test_unanswered_and_open(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 0, 1));
    say(story, 500, read_of(2, 8, 1));
    say(story, 700, read_of(2, 8, 1)); /* repeated, and given up at 1700 */
    say(story, 5000, read_of(3, 16, 1));
    story_finish(story);
    EXPECT(story, {"total.commands", "3"}, {"total.unanswered", "2"},
           {"total.unanswered_once", "1"}, {"total.open", "1"}, {"total.answered", "0"},
           {"total.lost", "3"}, {"total.loss_ratio", "0.75"}, {"total.command_latency", "null"},
           {"total.outstanding.levels", "[[0,3300],[1,1200],[2,500]]"},
           {"total.outstanding.max", "2"}, {"total.iops", "0"}, {"slowest", "[]"});
}

/* Exactly as long as the patience is not too long. */
static void test_patience_to_the_nanosecond(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 0, 1));
    say(story, STORY_PATIENCE, done(1));
    say(story, 10000, read_of(2, 0, 1));
    say(story, 10001 + STORY_PATIENCE, done(2));
    story_finish(story);
    EXPECT(story, {"total.answered", "1"}, {"total.unanswered", "1"}, {"total.late", "1"});
}

static void test_repeated_with_the_same_tag(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 0, 1));
    say(story, 300, read_of(1, 0, 1));
    say(story, 700, read_of(1, 0, 1));
    say(story, 800, done(1));
    story_finish(story);
    EXPECT(story, {"total.requests", "3"}, {"total.commands", "1"}, {"total.answered", "1"},
           {"total.repeats", "{\"same_tag\":2,\"new_tag\":0,\"spurious\":0,\"commands\":1}"},
           {"total.first_repeat.count", "1"}, {"total.first_repeat.max_ns", "300"},
           {"total.later_repeat.count", "1"}, {"total.later_repeat.max_ns", "400"},
           {"total.frame_round_trip.max_ns", "100"}, {"total.command_latency.max_ns", "800"},
           {"total.lost", "2"}, {"total.outstanding.levels", "[[1,800]]"},
           {"slowest.0.repeats", "2"}, {"slowest.0.frame_round_trip_ns", "100"},
           {"slowest.0.command_latency_ns", "800"}, {"slowest.0.first_frame", "1"},
           {"slowest.0.answer_frame", "4"}, {"slowest.0.time_ns", "0"});
}

static void test_repeated_with_a_new_tag(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 300, read_of(2, 64, 1));
    say(story, 350, done(2));
    say(story, 400, done(1)); /* late: the repeat was for nothing */
    story_finish(story);
    EXPECT(story, {"total.commands", "1"}, {"total.answered", "1"}, {"total.late", "1"},
           {"total.repeats", "{\"same_tag\":0,\"new_tag\":1,\"spurious\":1,\"commands\":1}"},
           {"total.first_repeat.max_ns", "300"}, {"total.later_repeat", "null"},
           {"total.frame_round_trip.max_ns", "50"}, {"total.command_latency.max_ns", "350"},
           {"total.lost", "0"}, {"total.duplicate", "0"}, {"total.outstanding.max", "1"});
}

static void test_the_first_tag_is_answered_after_the_new_one_was_sent(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 300, read_of(2, 64, 1));
    say(story, 350, done(1));
    story_finish(story);
    EXPECT(story, {"total.answered", "1"}, {"total.frame_round_trip.max_ns", "350"},
           {"total.command_latency.max_ns", "350"}, {"total.lost", "1"}, {"total.open", "0"});
}

static void test_a_further_answer(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 100, done(1));
    say(story, 200, done(1));
    story_finish(story);
    EXPECT(story, {"total.responses", "2"}, {"total.answered", "1"}, {"total.duplicate", "1"},
           {"total.late", "0"}, {"total.read_bytes", "512"}, {"total.command_latency.count", "1"});
}

static void test_both_sends_of_one_tag_are_answered(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 100, read_of(1, 64, 1));
    say(story, 110, done(1));
    say(story, 120, done(1)); /* the repeat was spurious */
    say(story, 130, done(1)); /* nothing explains this one */
    story_finish(story);
    EXPECT(story, {"total.late", "1"}, {"total.duplicate", "1"}, {"total.repeats.spurious", "1"},
           {"total.lost", "0"});
}

static void test_answered_after_it_was_given_up(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 1500, read_of(2, 8, 1));
    say(story, 1600, done(1));
    story_finish(story);
    EXPECT(story, {"total.unanswered", "1"}, {"total.unanswered_once", "1"}, {"total.late", "1"},
           {"total.repeats.spurious", "0"}, {"total.answered", "0"}, {"total.open", "1"},
           {"total.lost", "0"}, {"total.read_bytes", "0"}, {"total.command_latency", "null"});
}

static void test_repeated_after_it_was_given_up(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 1500, read_of(1, 64, 1));
    say(story, 1600, done(1));
    story_finish(story);
    EXPECT(story, {"total.commands", "1"}, {"total.unanswered", "0"},
           {"total.unanswered_once", "0"}, {"total.answered", "1"}, {"total.repeats.same_tag", "1"},
           {"total.first_repeat.max_ns", "1500"}, {"total.frame_round_trip.max_ns", "100"},
           {"total.command_latency.max_ns", "1600"},
           {"total.outstanding.levels", "[[0,500],[1,1100]]"});
    assert_int_equal(story->sink.count, 2); /* given up, and answered after all */
}

static void test_revived_and_given_up_again(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 64, 1));
    say(story, 1500, read_of(1, 64, 1));
    say(story, 3500, read_of(2, 8, 1));
    story_finish(story);
    EXPECT(story, {"total.commands", "2"}, {"total.unanswered", "1"},
           {"total.unanswered_once", "0"}, {"total.open", "1"}, {"total.repeats.commands", "1"},
           {"total.outstanding.levels", "[[0,1500],[1,2000]]"});
}

static struct aoe_frame config_of(uint32_t tag, uint16_t shelf, uint8_t slot, uint8_t mac)
{
    return of_target(of_slot(tagged(config_response(AOE_CONFIG_READ, ""), tag), shelf, slot), mac);
}

static void test_a_broadcast_and_two_that_answer(void **state)
{
    struct story *story = *state;
    say(story, 0, discovery(9));
    say(story, 100, config_of(9, 8, 4, 8));
    say(story, 300, config_of(9, 7, 3, 7));
    say(story, 400, config_of(9, 7, 3, 7)); /* once more */
    story_finish(story);
    EXPECT(story, {"total.commands", "1"}, {"total.answered", "1"}, {"total.open", "0"},
           {"total.answers_to_broadcast", "2"}, {"total.responses", "3"}, {"total.duplicate", "1"},
           {"total.lost", "0"}, {"total.frame_round_trip.count", "2"},
           {"total.command_latency.max_ns", "300"}, {"targets.0.target", "\"e7.3\""},
           {"targets.0.answers_to_broadcast", "1"}, {"targets.0.answered", "0"},
           {"targets.0.requests", "0"}, {"targets.0.responses", "2"},
           {"targets.0.loss_ratio", "null"}, {"targets.0.command_latency.max_ns", "300"},
           {"targets.0.macs", "[\"02:00:00:00:00:07\"]"}, {"targets.1.target", "\"e8.4\""},
           {"targets.1.command_latency.max_ns", "100"}, {"targets.2.target", "\"e*.*\""},
           {"targets.2.answered", "1"}, {"targets.2.answers_to_broadcast", "0"},
           {"targets.2.commands", "1"}, {"targets.2.responses", "0"}, {"targets.2.macs", "[]"},
           {"targets.2.outstanding.levels", "[[0,300],[1,100]]"});
}

static void test_a_broadcast_that_nobody_answers(void **state)
{
    struct story *story = *state;
    say(story, 0, of_slot(discovery(9), 5, AOE_SLOT_ALL));
    say(story, 2000, of_slot(discovery(9), AOE_SHELF_ALL, 1));
    story_finish(story);
    EXPECT(story, {"targets.0.target", "\"e5.*\""}, {"targets.0.unanswered", "1"},
           {"targets.1.target", "\"e*.1\""}, {"targets.1.open", "1"});
}

static void test_adverts_and_other_responses_that_nobody_asked_for(void **state)
{
    struct story *story = *state;
    struct aoe_frame advert = config_of(77, 7, 3, 2);
    memset(advert.destination, 0xFF, AOE_MAC_BYTES);
    say(story, 0, advert);
    say(story, 10, config_of(0, 7, 3, 2));
    say(story, 20, config_of(5, 7, 3, 2));
    say(story, 30, done(0));
    story_finish(story);
    EXPECT(story, {"total.unsolicited", "4"}, {"total.adverts", "2"}, {"total.responses", "4"},
           {"total.requests", "0"}, {"total.lost", "0"}, {"total.loss_ratio", "null"},
           {"operations.0.operation", "\"ata\""}, {"operations.1.operation", "\"config\""},
           {"operations.1.adverts", "2"}, {"operations.1.unsolicited", "3"});
}

static void test_errors_by_code_and_by_bit(void **state)
{
    struct story *story = *state;
    static const uint8_t codes[] = {1, 2, 3, 4, 5, 6, 0, 7, 255, 2};
    uint32_t tag = 1;
    for (size_t i = 0; i < COUNT(codes); i++, tag++) {
        say(story, 100 * tag, read_of(tag, 8 * tag, 1));
        say(story, 100 * tag + 50, failed_with(tag, codes[i]));
    }
    static const uint8_t registers[][2] = {
        {ATA_STATUS_DRDY | ATA_STATUS_ERR, ATA_ERROR_ABRT},
        {ATA_STATUS_DRDY | ATA_STATUS_DF, ATA_ERROR_IDNF | ATA_ERROR_UNC},
        {ATA_STATUS_ERR, 0x80 | 0x01 | ATA_ERROR_ABRT},
        {ATA_STATUS_ERR, 0},
        {ATA_STATUS_DRDY, 0xFF}, /* no error: the register says nothing */
    };
    for (size_t i = 0; i < COUNT(registers); i++, tag++) {
        say(story, 100 * tag, write_of(tag, 8 * tag, 1));
        say(story, 100 * tag + 50, ata_failed_with(tag, registers[i][0], registers[i][1]));
    }
    story_finish(story);
    EXPECT(story,
           {"total.errors.aoe", "{\"1\":1,\"2\":2,\"3\":1,\"4\":1,\"5\":1,\"6\":1,\"other\":3}"},
           {"total.errors.ata", "4"},
           {"total.errors.ata_bits", "{\"ABRT\":2,\"IDNF\":1,\"UNC\":1,\"other\":1}"},
           {"total.answered", "15"}, {"total.read_bytes", "0"}, {"total.written_bytes", "512"},
           {"total.command_latency.count", "15"}, {"operations.0.errors.ata", "0"},
           {"operations.1.errors.aoe", "{}"});
}

static void test_operations(void **state)
{
    struct story *story = *state;
    struct aoe_frame vendor = request_of(0xF3), unknown = request_of(9);
    say(story, 0, tagged(ata_request(ATA_FLUSH_EXT, 0, 0), 1));
    say(story, 1, tagged(ata_request(ATA_IDENTIFY, 0, 0), 2));
    say(story, 2, tagged(ata_request(ATA_CHECK_POWER, 0, 0), 3));
    say(story, 3, tagged(config_request(AOE_CONFIG_SET, "x"), 4));
    say(story, 4, tagged(request_of(AOE_COMMAND_MASK), 5));
    say(story, 5, tagged(request_of(AOE_COMMAND_RESERVE), 6));
    say(story, 6, tagged(vendor, 7));
    say(story, 7, tagged(unknown, 8));
    say(story, 8, tagged(ata_request(ATA_READ_DMA, 1, 0), 9));
    say(story, 9, tagged(ata_request(ATA_WRITE_DMA, 1, 0), 10));
    story_finish(story);
    static const char *const names[] = {"\"read\"",     "\"write\"",   "\"flush\"",
                                        "\"identify\"", "\"ata\"",     "\"config\"",
                                        "\"mask\"",     "\"reserve\"", "\"vendor\""};
    for (size_t i = 0; i < COUNT(names); i++) {
        char path[64];
        snprintf(path, sizeof path, "pairs.0.operations.%zu.operation", i);
        expect(story, path, names[i]);
        snprintf(path, sizeof path, "pairs.0.operations.%zu.commands", i);
        expect(story, path, i == OPERATION_VENDOR ? "2" : "1");
    }
}

/* The device register shares a byte with the top of a 28-bit address; 48 bits have it whole. */
static void test_addresses_of_28_and_48_bits(void **state)
{
    struct story *story = *state;
    struct aoe_frame narrow = tagged(ata_request(ATA_READ, 1, 0x1234560), 1);
    narrow.ata.lba[3] |= 0xE0;
    narrow.ata.lba[4] = narrow.ata.lba[5] = 0xFF;
    say(story, 0, narrow);
    say(story, 100, done(1));
    say(story, 200, read_of(2, UINT64_C(0xFEDCBA987654), 3));
    say(story, 290, done(2));
    story_finish(story);
    EXPECT(story, {"slowest.0.lba", "19088736"}, {"slowest.0.sectors", "1"},
           {"slowest.1.lba", "280223976814164"}, {"slowest.1.sectors", "3"},
           {"total.alignment", "[[2048,1],[16384,1]]"},
           {"total.seeks", "{\"sequential\":0,\"forward\":[[140737488355328,1]],\"backward\":[]}"});
}

static void test_alignment_ends_at_a_mebibyte(void **state)
{
    struct story *story = *state;
    static const uint64_t addresses[] = {0, 1, 2, 1024, 2048, 4096, 3 * 2048};
    for (uint32_t i = 0; i < COUNT(addresses); i++)
        say(story, i, read_of(i + 1, addresses[i], 1));
    story_finish(story);
    EXPECT(story, {"total.alignment", "[[512,1],[1024,1],[524288,1],[1048576,4]]"});
}

static void test_seeks_are_of_first_sends_of_a_pair(void **state)
{
    struct story *story = *state;
    say(story, 0, read_of(1, 100, 8));
    say(story, 1, read_of(1, 100, 8)); /* a repeat moves nothing */
    say(story, 2, write_of(2, 108, 8));
    say(story, 3, of_host(read_of(3, 5000, 8), 9)); /* another pair */
    say(story, 4, tagged(ata_request(ATA_FLUSH, 0, 0), 4));
    say(story, 5, read_of(5, 119, 1)); /* 3 further */
    say(story, 6, read_of(6, 20, 1));  /* 100 back */
    story_finish(story);
    EXPECT(story, {"total.seeks", "{\"sequential\":1,\"forward\":[[2,1]],\"backward\":[[64,1]]}"},
           {"initiators.0.seeks.sequential", "1"}, {"initiators.1.seeks.sequential", "0"});
}

static void test_vlans_keep_pairs_apart(void **state)
{
    struct story *story = *state;
    static const uint8_t tags[][8] = {{0x81, 0, 0xE0, 10},
                                      {0x81, 0, 0, 20},
                                      {0x88, 0xA8, 0, 100, 0x81, 0, 0, 10},
                                      {0x91, 0, 0, 100, 0x81, 0, 0, 20},
                                      {0x81, 0, 0xE0, 0}}; /* a priority alone is no VLAN */
    for (unsigned answer = 0; answer < 2; answer++)
        for (size_t i = 0; i < COUNT(tags); i++) {
            story->tags = tags[i];
            story->tags_length = i == 2 || i == 3 ? 8 : 4;
            int64_t time = (int64_t)(100 * answer * (i + 1));
            assert_int_equal(say(story, time, answer ? done(1) : read_of(1, 0, 1)), UNWRAPPED_AOE);
        }
    story_finish(story);
    EXPECT(story, {"total.answered", "5"}, {"pairs.0.vlan", "null"}, {"pairs.1.vlan", "\"10\""},
           {"pairs.2.vlan", "\"20\""}, {"pairs.3.vlan", "\"100.10\""},
           {"pairs.4.vlan", "\"100.20\""}, {"pairs.0.command_latency.max_ns", "500"},
           {"pairs.1.command_latency.max_ns", "100"}, {"pairs.4.command_latency.max_ns", "400"},
           {"targets.3.vlan", "\"100.10\""}, {"slowest.0.vlan", "null"},
           {"slowest.1.vlan", "\"100.20\""}, {"total.largest_frame", "46"});
    assert_int_equal(json_array_size(story_at(story, "pairs")), 5);
    assert_int_equal(json_array_size(story_at(story, "initiators")), 1);
}

static void test_two_slots_behind_one_address_with_equal_tags(void **state)
{
    struct story *story = *state;
    say(story, 0, of_slot(read_of(1, 0, 1), 7, 3));
    say(story, 10, of_slot(read_of(1, 0, 1), 7, 4));
    say(story, 20, of_slot(done(1), 7, 4));
    say(story, 100, of_slot(done(1), 7, 3));
    story_finish(story);
    EXPECT(story, {"total.answered", "2"}, {"total.repeats.same_tag", "0"},
           {"targets.0.command_latency.max_ns", "100"}, {"targets.1.target", "\"e7.4\""},
           {"targets.1.command_latency.max_ns", "10"}, {"total.outstanding.max", "2"},
           {"targets.0.outstanding.max", "1"}, {"initiators.0.outstanding.max", "2"});
}

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
        TOLD(test_a_read_and_a_write),
        TOLD(test_unanswered_and_open),
        TOLD(test_patience_to_the_nanosecond),
        TOLD(test_repeated_with_the_same_tag),
        TOLD(test_repeated_with_a_new_tag),
        TOLD(test_the_first_tag_is_answered_after_the_new_one_was_sent),
        TOLD(test_a_further_answer),
        TOLD(test_both_sends_of_one_tag_are_answered),
        TOLD(test_answered_after_it_was_given_up),
        TOLD(test_repeated_after_it_was_given_up),
        TOLD(test_revived_and_given_up_again),
        TOLD(test_a_broadcast_and_two_that_answer),
        TOLD(test_a_broadcast_that_nobody_answers),
        TOLD(test_adverts_and_other_responses_that_nobody_asked_for),
        TOLD(test_errors_by_code_and_by_bit),
        TOLD(test_operations),
        TOLD(test_addresses_of_28_and_48_bits),
        TOLD(test_alignment_ends_at_a_mebibyte),
        TOLD(test_seeks_are_of_first_sends_of_a_pair),
        TOLD(test_vlans_keep_pairs_apart),
        TOLD(test_two_slots_behind_one_address_with_equal_tags),
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
