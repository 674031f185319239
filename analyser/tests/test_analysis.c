/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/analysis.h"

#include "story.h"

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

static uint64_t samples_in_buckets(const struct analysis *analysis)
{
    const struct traffic *traffic = &analysis->figures.traffic;
    const struct measure *reads = traffic->pairs[0]->measures[OPERATION_READ];
    uint64_t samples = 0;
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++)
        samples += latency_in(&traffic->pool, &reads->plain, bucket);
    return samples;
}

/* All of them, and at once: also the latest latencies are in their buckets. */
static void test_a_batch_is_counted_whole(void **state)
{
    enum { COMMANDS = LATENCY_SOON + 3, FRAMES = 2 * COMMANDS + 1, BYTES = 128 };
    (void)state;
    /* Short, so that the same batch once more, which steps back in time, is another recording. */
    const struct analysis_options options = {.patience = 100};
    static uint8_t bytes[FRAMES][BYTES];
    struct capture_frame frames[FRAMES] = {{bytes[0], 0, AOE_FRAME_MIN, AOE_FRAME_MIN}};
    for (uint32_t i = 1; i < FRAMES; i++) {
        uint32_t tag = (i + 1) / 2;
        struct aoe_frame frame = i % 2 ? read_of(tag, tag, 1) : done(tag);
        uint32_t length = (uint32_t)aoe_frame_build(&frame, bytes[i], BYTES);
        frames[i] = (struct capture_frame){bytes[i], (int64_t)i * 10, length, length};
    }
    const struct capture_batch captured = {.frames = frames, .count = FRAMES};
    struct sample_batch batch;
    struct analysis analysis;
    assert_int_equal(sample_batch_open(&batch), 0);
    assert_int_equal(analysis_open(&analysis, &options), 0);
    for (uint64_t times = 1; times <= 2; times++) {
        sample_batch_read(&batch, &captured, &analysis.unwrapper);
        analysis_feed_batch(&analysis, &batch);
        assert_int_equal(samples_in_buckets(&analysis), times * COMMANDS);
        assert_int_equal(analysis.figures.counters.frames, times * FRAMES);
        assert_int_equal(analysis.figures.counters.aoe_frames, times * (FRAMES - 1));
    }
    assert_int_equal(analysis.figures.slowest.commands[0].first_frame, 2);
    analysis_close(&analysis);
    sample_batch_close(&batch);
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
        cmocka_unit_test(test_a_batch_is_counted_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
