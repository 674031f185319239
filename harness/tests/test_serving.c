/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The target that is served: what it says of itself, and what it does instead of the right thing.
 */
#include "fake_initiator.h"

#include "common/pattern.h"

#define READ "stimulate read 8 2\n"
#define OK READ "stimulus ok\n"

static struct aoe_frame event_frame(const struct event *event)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, event->frame.bytes, event->frame.length, event->frame.length);
    return frame;
}

/* What the target has sent, the first as 0. */
static struct aoe_frame sent(const struct stage *stage, size_t index)
{
    const struct result *result = &stage->lab.result;
    for (size_t i = 0; i < result->event_count; i++)
        if (result->events[i]->sent && !index--)
            return event_frame(result->events[i]);
    fail_msg("so many frames were not sent");
    return (struct aoe_frame){0};
}

static void assert_error(struct stage *stage, const char *body, const char *reason)
{
    assert_int_equal(lab_run(&stage->lab, "i-match", body), VERDICT_ERROR);
    assert_string_equal(stage->lab.result.reason, reason);
}

/* ---- which requests ---- */

static void test_a_lost_answer(void **state)
{
    struct stage *stage = *state;
    assert_played(stage, "when 1 ata read drop\n" OK, ">c<c>i<i>r>r<r");
    assert_played(stage, "when 2..3 ata read drop\nstimulate read 8 4\nstimulus ok\n",
                  ">c<c>i<i>r<r>r>r>r<r");
    assert_played(stage, "when every ata read drop\n" READ "stimulus fails\n", ">c<c>i<i>r>r>r>r");
    assert_played(stage, "when 1 request drop\n" OK, ">c>c<c>i<i>r<r");
}

/* What is dropped was done, what is ignored was not. */
static void test_a_lost_request(void **state)
{
    struct stage *stage = *state;
    static const char body[] = "when every ata write %s\nstimulate write 8 2\nstimulus fails\n"
                               "serve normally\n" OK;
    uint8_t kept[AOE_SECTOR_BYTES];
    uint64_t lba, seed;
    for (size_t i = 0; i < 2; i++) {
        const char *text = arena_print(&stage->lab.arena, body, i ? "ignore" : "drop");
        assert_played(stage, text, ">c<c>i<i>w>w>w>w>r<r");
        memcpy(kept, sent(stage, 2).payload.bytes, sizeof kept);
        assert_true(pattern_identify(kept, &lba, &seed));
        assert_int_equal(lba, 8);
        assert_int_equal(seed == SERVING_SEED, i);
    }
}

static void test_the_first_line_decides(void **state)
{
    struct stage *stage = *state;
    assert_played(stage,
                  "when 1 ata read drop\nwhen 1..2 ata read answer and answer\n"
                  "when 3 request answer\nstimulate read 8 4\nstimulus ok\n",
                  ">c<c>i<i>r>r<r<r>r<r");
    assert_played(stage, "when 2 request ignore\nwhen 1 ata identify drop\n" OK, ">c<c>i>i<i>r<r");
}

static void test_serving_normally(void **state)
{
    struct stage *stage = *state;
    assert_played(stage,
                  "when every ata read drop\n" READ "initiator sends ata read\nserve normally\n"
                  "stimulus ok\nwhen 2 ata read drop\n" READ "stimulus ok\n",
                  ">c<c>i<i>r>r<r>r<r");
}

static void test_rules_end_with_their_scenario(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  "when every request ignore\nserve shelf=9 buffer-count=3\n" READ
                  "stimulus fails\n");
    assert_played(stage, OK, ">c<c>i<i>r<r");
    assert_int_equal(stage->initiator.serving.watch.command_count, 0);
    assert_int_equal(sent(stage, 0).config.buffer_count, MODEL_BUFFER_COUNT);
}

static void test_numbers_of_requests(void **state)
{
    struct stage *stage = *state;
    assert_error(stage, "when 0 ata drop\n" OK, "x.aoe:3: requests are counted from 1 upwards");
    assert_error(stage, "when 3..2 ata drop\n" OK, "x.aoe:3: requests are counted from 1 upwards");
    assert_error(stage, "when 1 / 0 ata drop\n" OK, "x.aoe:3:8: division by zero");
}

/* ---- patterns ---- */

/* The read of the stimulus is dropped once where the pattern means it. */
static void assert_meant(struct stage *stage, const char *pattern, bool meant)
{
    const char *body = arena_print(&stage->lab.arena, "when 1 %s drop\n" OK, pattern);
    assert_passes(&stage->lab, "i-match", body);
    const char *trace = stage_trace(stage);
    const char *expected = meant ? ">c<c>i<i>r>r<r" : ">c<c>i<i>r<r";
    if (strcmp(trace, expected))
        fail_msg("%s: %s", pattern, trace);
}

static void test_patterns(void **state)
{
    static const char *const meant[] = {
        "ata read",        "ata read-dma",           "ata opcode=0x24",
        "ata lba=8",       "ata lba&1=0 count=2|4",  "request destination=target lba0=8",
        "ata count>1",     "command 0 opcode!=0xEC", "request source=initiator opcode=0x24",
        "ata read data=*",
    };
    static const char *const others[] = {
        "ata write",    "ata verify",  "ata read lba=9",     "ata flush",
        "mask",         "reserve set", "config test",        "ata read count<2",
        "command 0xF0", "mask edit",   "config string=\"x\""};
    for (size_t i = 0; i < COUNT(meant); i++)
        assert_meant(*state, meant[i], true);
    for (size_t i = 0; i < COUNT(others); i++)
        assert_meant(*state, others[i], false);
}

/* ---- other answers ---- */

static void test_changed_answers(void **state)
{
    struct stage *stage = *state;
    assert_played(stage, "when 1 ata read answer tag=request.tag+1 and answer\n" OK,
                  ">c<c>i<i>r<r<r");
    assert_int_equal(sent(stage, 2).tag, sent(stage, 3).tag + 1);
    assert_played(stage,
                  "when 1 ata read answer e=1 error=2 cut 36 pad 60\n" READ "stimulus fails\n",
                  ">c<c>i<i>r<r");
    assert_int_equal(sent(stage, 2).error, 2);
    assert_int_equal(sent(stage, 2).raw.length, AOE_FRAME_MIN);
    assert_played(stage, "when 1 ata read answer cut 40\n" OK, ">c<c>i<i>r<r>r<r");
    assert_int_equal(sent(stage, 2).raw.length, 40);
}

/* An answer is made of the model's, by what it and the request hold. */
static void test_what_answers_are_made_of(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  "when 1 config answer buffer-count=response.buffer-count*2 firmware=length("
                  "response.string) tag=request.tag\nwhen 1 ata read answer lba=request.lba+1 "
                  "count=response.frame-length/256 append x\"AA\" byte[40]=0xFE\n" READ
                  "initiator sends ata read\n");
    assert_int_equal(sent(stage, 0).config.buffer_count, 2 * MODEL_BUFFER_COUNT);
    assert_int_equal(sent(stage, 0).config.firmware, 0);
    const struct aoe_frame answer = sent(stage, 2);
    assert_int_equal(answer.ata.lba[0], 9);
    assert_int_equal(answer.ata.count, (AOE_ATA_BYTES + 2 * AOE_SECTOR_BYTES) / 256);
    assert_int_equal(answer.raw.length, AOE_ATA_BYTES + 2 * AOE_SECTOR_BYTES + 1);
    assert_int_equal(answer.raw.bytes[answer.raw.length - 1], 0xAA);
    assert_int_equal(answer.raw.bytes[40], 0xFE);
}

static void test_other_data(void **state)
{
    struct stage *stage = *state;
    uint64_t lba, seed;
    assert_int_equal(
        lab_run(&stage->lab, "i-match", "when 1 ata read answer data=pattern(77)\n" OK),
        VERDICT_FAIL);
    assert_int_equal(stage->lab.result.failures[0].line, 5);
    struct aoe_frame answer = sent(stage, 2);
    assert_int_equal(answer.payload.length, 2 * AOE_SECTOR_BYTES);
    assert_true(pattern_identify(answer.payload.bytes + AOE_SECTOR_BYTES, &lba, &seed));
    assert_int_equal(lba, 9);
    assert_int_not_equal(seed, SERVING_SEED);
    assert_passes(&stage->lab, "i-match", "when 1 ata read answer data=zeros(3)\n" OK);
    answer = sent(stage, 2);
    assert_int_equal(answer.raw.length, AOE_FRAME_MIN);
    assert_passes(&stage->lab, "i-match", "when 1 config answer payload=\"abc\" length=3\n" OK);
    assert_int_equal(sent(stage, 0).config.length, 3);
    assert_memory_equal(sent(stage, 0).payload.bytes, "abc", 3);
}

static void test_answers_that_cannot_be(void **state)
{
    struct stage *stage = *state;
    assert_error(stage, "when 1 ata read answer tag=1 / 0\n" OK, "x.aoe:3:30: division by zero");
    assert_error(stage, "when 1 ata read answer count=256\n" OK,
                 "x.aoe:3: 256 does not fit field 'count'");
    assert_error(stage, "when 1 ata read answer data=zeros(65549)\n" OK,
                 "x.aoe:3: the data does not fit any frame");
    assert_error(stage, "when 1 ata read answer byte[1060]=1\n" OK,
                 "x.aoe:3: byte[...] is outside of the frame, or more than 255");
}

/* The time between request and answer, in ms. */
static int64_t took(const struct stage *stage, const struct event *answer)
{
    (void)stage;
    return (answer->time - answer->request->time) / MILLISECONDS(1);
}

static void test_delayed_answers(void **state)
{
    struct stage *stage = *state;
    const struct result *result = &stage->lab.result;
    assert_played(stage,
                  "when 1 ata identify answer after 90 ms error=1 shelf=9 and answer after 30 ms "
                  "error=2 shelf=9 and answer error=3 shelf=9 and answer after 30 ms error=4 "
                  "shelf=9 and answer after 120 ms\n" OK,
                  ">c<c>i<i<i<i<i<i>r<r");
    static const int64_t times[] = {0, 30, 30, 90, 120};
    static const uint8_t errors[] = {3, 2, 4, 1, 0};
    for (size_t i = 0; i < COUNT(times); i++) {
        const struct event *answer = result->events[3 + i];
        assert_int_equal(event_frame(answer).error, errors[i]);
        assert_in_range(took(stage, answer), times[i], times[i] + 1);
        assert_ptr_equal(answer->request, result->events[2]);
        assert_int_equal(answer->line, 3);
    }
}

/* What is still to come belongs to a scenario that is over. */
static void test_delayed_answers_end_with_their_scenario(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  "when 1 ata read answer after 700 ms and answer\n" READ "stimulus ok\n");
    assert_null(stage->initiator.serving.delayed);
    assert_played(stage, "pause 1000 ms\n" OK, ">c<c>i<i>r<r");
}

/* ---- what is served ---- */

static void test_what_the_target_says(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  "serve buffer-count=3 firmware=7 sector-count=1 string=\"abc\"\n"
                  "let n = sector-count * 100 + buffer-count * 10 + firmware\n"
                  "stimulate read n n - 134\nstimulus ok\n");
    assert_string_equal(stage_trace(stage), ">c<c>i<i>r<r>r<r>r<r");
    const struct aoe_frame answer = sent(stage, 0);
    assert_int_equal(answer.config.buffer_count, 3);
    assert_int_equal(answer.config.firmware, 7);
    assert_int_equal(answer.config.sector_count, 1);
    assert_int_equal(answer.config.length, 3);
    assert_memory_equal(answer.payload.bytes, "abc", 3);
}

static void test_no_sector_count(void **state)
{
    struct stage *stage = *state;
    assert_played(stage, "serve sector-count=0\nstimulate read 8 sector-count\nstimulus ok\n",
                  ">c<c>i<i>r<r");
    assert_int_equal(sent(stage, 0).config.sector_count, 0);
    assert_played(stage, "serve sector-count=1\nannounce\n" OK, "<c>c<c>i<i>r<r>r<r");
    assert_int_equal(sent(stage, 0).config.sector_count, 1);
}

static void test_a_larger_medium(void **state)
{
    struct stage *stage = *state;
    static const uint8_t zeros[AOE_SECTOR_BYTES];
    uint64_t lba, seed;
    assert_passes(&stage->lab, "i-match",
                  "serve capacity=0x20000001\nstimulate discover\nstimulus ok\n"
                  "stimulate read 32767 2\nstimulus ok\nstimulate write last 1\nstimulus ok\n"
                  "stimulate read last 1\nstimulus ok\n");
    const struct aoe_frame border = sent(stage, 2), end = sent(stage, 4);
    assert_true(pattern_identify(border.payload.bytes, &lba, &seed));
    assert_int_equal(lba, 32767);
    assert_memory_equal(border.payload.bytes + AOE_SECTOR_BYTES, zeros, sizeof zeros);
    assert_true(pattern_identify(end.payload.bytes, &lba, &seed));
    assert_int_equal(lba, 0x20000000);
    assert_passes(&stage->lab, "i-match", "serve capacity=9\n" READ "stimulus fails\n");
    assert_passes(&stage->lab, "i-match\nneeds capacity = 32768", OK);
}

static void test_a_read_only_medium(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  "serve read-only=1\nlet n = read-only * 10 + writable\n"
                  "stimulate write n 2\nstimulus fails\nstimulate read n 2\nstimulus ok\n");
    assert_int_equal(stage->initiator.lba, 10);
    assert_int_equal(stage->initiator.serving.facts[FACT_WRITABLE], 1);
}

static void test_a_fresh_medium(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match", "stimulate write 8 2\nstimulus ok\n");
    assert_passes(&stage->lab, "i-match", OK);
    uint64_t lba, seed;
    assert_true(pattern_identify(sent(stage, 2).payload.bytes, &lba, &seed));
    assert_int_equal(seed, SERVING_SEED);
}

/* Only broadcasts reach them all. */
static void test_several_addresses(void **state)
{
    struct stage *stage = *state;
    assert_played(stage, "serve macs=[02:00:00:00:0B:01 02:00:00:00:0B:02]\n" OK, ">c<c<c>i<i>r<r");
    static const uint8_t one[] = {2, 0, 0, 0, 0x0B, 1}, two[] = {2, 0, 0, 0, 0x0B, 2};
    assert_memory_equal(sent(stage, 0).source, one, sizeof one);
    assert_memory_equal(sent(stage, 1).source, two, sizeof two);
    assert_memory_equal(sent(stage, 3).source, one, sizeof one);
    assert_played(stage, "serve macs=[target other]\nannounce\n" OK, "<c<c>c<c<c>i<i>r<r");
    assert_memory_equal(sent(stage, 0).source, HOST_MAC, AOE_MAC_BYTES);
    assert_memory_not_equal(sent(stage, 1).source, HOST_MAC, AOE_MAC_BYTES);
}

/* The initiator goes on asking where nobody is any more. */
static void test_an_address_that_is_gone(void **state)
{
    struct stage *stage = *state;
    assert_played(stage,
                  "stimulate discover\nstimulus ok\nserve macs=[other]\n" READ "stimulus fails\n",
                  ">c<c>i<i>r>r>r>r");
    assert_passes(&stage->lab, "i-match", "serve shelf=shelf + 1\n" READ "stimulus fails\n");
    assert_string_equal(stage_trace(stage), ">c>c>c>c");
    assert_passes(&stage->lab, "i-match", "serve slot=9\n" READ "stimulus fails\n");
}

static void test_what_no_target_says(void **state)
{
    static const char *const bad[] = {
        "buffer-count=65536",
        "sector-count=256",
        "firmware=65536",
        "capacity=0",
        "capacity=0x1000000000000",
        "read-only=2",
        "string=text(1025)",
        "macs=[]",
        "macs=macs(9)",
        "shelf=65535",
        "slot=255",
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_error(stage, arena_print(&stage->lab.arena, "serve %s\n" OK, bad[i]),
                     "x.aoe:3: no target can say this of itself");
    assert_passes(&stage->lab, "i-match",
                  "serve buffer-count=65535 firmware=65535 string=text(1024) macs=macs(8)\n"
                  "serve string=\"\" capacity=0xFFFFFFFFFFFF shelf=65534 slot=254\n" READ
                  "stimulus fails\n");
}

/* ---- announcing ---- */

static void test_announcements(void **state)
{
    struct stage *stage = *state;
    assert_played(stage,
                  "serve buffer-count=5\nannounce\nannounce buffer-count=1 tag=4 cut 30\n" OK,
                  "<c<c>c<c>i<i>r<r");
    const struct aoe_frame plain = sent(stage, 0), changed = sent(stage, 1);
    assert_memory_equal(plain.destination, ALL_MACS, AOE_MAC_BYTES);
    assert_true(aoe_is_response(&plain));
    assert_int_equal(plain.config.buffer_count, 5);
    assert_int_equal(plain.tag, 0);
    assert_int_equal(changed.tag, 4);
    assert_int_equal(changed.raw.length, 30);
    assert_int_equal(stage->lab.result.events[1]->line, 5);
}

/* What was announced is what the initiator is held to, by the target as well. */
static void test_announcements_count(void **state)
{
    struct stage *stage = *state;
    static const char body[] =
        OK "serve sector-count=1\nannounce\npause %u ms\n" READ "stimulus fails\n";
    assert_int_equal(lab_run(&stage->lab, "i-sectors", arena_print(&stage->lab.arena, body, 600)),
                     VERDICT_FAIL);
    assert_string_equal(stage->lab.result.reason, "sector count 2");
    assert_passes(&stage->lab, "i-sectors", arena_print(&stage->lab.arena, body, 400));
    assert_int_equal(sent(stage, 4).error, AOE_ERROR_ARGUMENT);
}

static void test_what_others_must_not_get(void **state)
{
    struct stage *stage = *state;
    assert_error(stage,
                 "when 1 ata write answer destination=FF:FF:FF:FF:FF:FF\n"
                 "stimulate write 8 2\nstimulus ends\n",
                 "it could change the target's media: --allow media");
    assert_string_equal(stage_trace(stage), ">c<c>i<i>w"); /* the scenario ends there */
    assert_played(stage, "when 1 ata read answer destination=FF:FF:FF:FF:FF:FF\n" OK,
                  ">c<c>i<i>r<r>r<r");
    assert_error(stage, "announce ccmd=4\n" OK,
                 "it could change the target's config-string: --allow config");
}

static void test_a_link_that_fails(void **state)
{
    struct stage *stage = *state;
    stage->lab.link->broken = true;
    assert_error(stage, READ "stimulus fails\n", "the link is broken");
    assert_error(stage, "announce\n" READ "stimulus fails\n", "the link is broken");
}

/* ---- who is the initiator ---- */

static void take_from(struct stage *stage, const uint8_t *mac, uint16_t shelf, uint8_t flags)
{
    uint8_t bytes[AOE_FRAME_MIN];
    struct aoe_frame frame = {.type = AOE_ETHERTYPE,
                              .version = AOE_VERSION,
                              .shelf = shelf,
                              .slot = SLOT,
                              .flags = flags,
                              .command = AOE_COMMAND_CONFIG};
    memcpy(frame.destination, ALL_MACS, AOE_MAC_BYTES);
    memcpy(frame.source, mac, AOE_MAC_BYTES);
    memset(bytes, 0, sizeof bytes);
    aoe_frame_build(&frame, bytes, sizeof bytes);
    const struct received received = {link_now(), bytes, sizeof bytes};
    serving_take(&stage->initiator.serving, &received);
}

static void test_who_is_the_initiator(void **state)
{
    struct stage *stage = *state;
    struct serving *serving = &stage->initiator.serving;
    take_from(stage, STRANGER_MAC, SHELF + 1, 0);
    take_from(stage, ALL_MACS, SHELF, 0);
    take_from(stage, STRANGER_MAC, SHELF, AOE_FLAG_RESPONSE);
    assert_false(serving->initiator_known);
    take_from(stage, INITIATOR_MAC, AOE_SHELF_ALL, 0);
    assert_true(serving->initiator_known);
    take_from(stage, STRANGER_MAC, SHELF, 0);
    take_from(stage, INITIATOR_MAC, SHELF + 1, 0); /* it is heard, but not answered */
    assert_memory_equal(serving->initiator, INITIATOR_MAC, AOE_MAC_BYTES);
    assert_int_equal(serving->heard_count, 2);
    assert_int_equal(stage->lab.link->sent, 1);
}

static void test_the_initiator_that_was_named(void **state)
{
    struct stage *stage = *state;
    struct serving *serving = &stage->initiator.serving;
    serving->only = INITIATOR_MAC;
    take_from(stage, STRANGER_MAC, SHELF, 0);
    assert_false(serving->initiator_known);
    take_from(stage, INITIATOR_MAC, SHELF, 0);
    assert_true(serving->initiator_known);
}

static void test_frames_that_are_cut(void **state)
{
    struct stage *stage = *state;
    uint8_t bytes[AOE_HEADER_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0,     0,   0,
                                       0,    0x11, 0x88, 0xA2, 0x10, 0,    0, SHELF, SLOT};
    for (size_t length = 0; length < sizeof bytes; length++) {
        uint8_t *copy = malloc(length + 1);
        assert_non_null(copy);
        memcpy(copy, bytes, length);
        const struct received received = {link_now(), copy, length};
        serving_take(&stage->initiator.serving, &received);
        free(copy);
    }
    assert_false(stage->initiator.serving.initiator_known);
    assert_int_equal(stage->lab.link->sent, 0);
}

static void test_reading_the_medium(void **state)
{
    struct stage *stage = *state;
    struct serving *serving = &stage->initiator.serving;
    uint8_t data[2 * AOE_SECTOR_BYTES];
    assert_true(serving_medium(serving, SERVING_SECTORS - 2, 2, data));
    assert_false(serving_medium(serving, SERVING_SECTORS - 1, 2, data));
    assert_false(serving_medium(serving, SERVING_SECTORS, 1, data));
    assert_false(serving_medium(serving, UINT64_MAX, 2, data));
}

int main(void)
{
#define FIRST(test) cmocka_unit_test_setup_teardown(test, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_lost_answer),
        STAGE_TEST(test_a_lost_request),
        STAGE_TEST(test_the_first_line_decides),
        STAGE_TEST(test_serving_normally),
        STAGE_TEST(test_rules_end_with_their_scenario),
        STAGE_TEST(test_numbers_of_requests),
        STAGE_TEST(test_patterns),
        STAGE_TEST(test_changed_answers),
        STAGE_TEST(test_what_answers_are_made_of),
        STAGE_TEST(test_other_data),
        STAGE_TEST(test_answers_that_cannot_be),
        STAGE_TEST(test_delayed_answers),
        STAGE_TEST(test_delayed_answers_end_with_their_scenario),
        STAGE_TEST(test_what_the_target_says),
        STAGE_TEST(test_no_sector_count),
        STAGE_TEST(test_a_larger_medium),
        STAGE_TEST(test_a_read_only_medium),
        STAGE_TEST(test_a_fresh_medium),
        STAGE_TEST(test_several_addresses),
        STAGE_TEST(test_an_address_that_is_gone),
        STAGE_TEST(test_what_no_target_says),
        STAGE_TEST(test_announcements),
        STAGE_TEST(test_announcements_count),
        STAGE_TEST(test_what_others_must_not_get),
        STAGE_TEST(test_a_link_that_fails),
        FIRST(test_who_is_the_initiator),
        FIRST(test_the_initiator_that_was_named),
        FIRST(test_frames_that_are_cut),
        FIRST(test_reading_the_medium),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
