/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found in an initiator's frames, and what looks like it and is not: rules, tags, buffers.
 */
#include "watch_lab.h"

/* ---- rules ---- */

static void test_rules_of_requests(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame frame = header(AOE_COMMAND_CONFIG, 1);
    frame.config.buffer_count = 4;
    take(lab, &frame);
    assert_found(lab, "i-request", 1);
    assert_said(lab, "buffer-count 0 (only a response fills it)", "buffer-count 0x4");
    assert_int_equal(lab->session.responses, 1);
}

static void test_reserved_bits(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame frame = header(AOE_COMMAND_ATA, 1);
    frame.ata = (struct aoe_ata){.opcode = ATA_FLUSH, .reserved = 1};
    take(lab, &frame);
    assert_found(lab, "i-request", 1);
}

static void test_flags(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame frame = header(AOE_COMMAND_ATA, 1);
    frame.ata = (struct aoe_ata){.opcode = ATA_READ_EXT, .count = 1};
    take(lab, &frame);
    assert_found(lab, "i-flags", 1);
}

/* Also what is no AoE message at all is looked at. */
static void test_frames_that_are_cut(void **state)
{
    static const uint8_t bytes[AOE_ATA_BYTES] = {2, 0, 0,    0,    0,    0xAA, 2, 0,     0,   0,
                                                 0, 1, 0x88, 0xA2, 0x10, 0,    0, SHELF, SLOT};
    struct lab *lab = *state;
    announce(lab, 1, 2);
    for (size_t length = 0; length < sizeof bytes; length++) {
        uint8_t *copy = malloc(length + 1);
        struct aoe_frame frame;
        assert_non_null(copy);
        memcpy(copy, bytes, length);
        struct event event = {.time = lab->now, .frame = {copy, length}};
        aoe_frame_decode(&frame, copy, length, length);
        watch_request(&lab->watch, &event, &frame);
        watch_response(&lab->watch, &event, &frame);
        free(copy);
    }
    assert_int_equal(lab->session.responses, sizeof bytes);
}

/* A finding fails the scenario that is about its clause, and none other. */
static void test_a_finding_fails_its_scenario(void **state)
{
    struct lab *lab = *state;
    struct scenario scenario = {.id = "x", .path = "x.aoe", .clause = aoe_clause_find("i-tag")};
    lab->result.scenario = &scenario;
    read_one(lab, 1);
    ata(lab, ATA_READ_EXT, 1, 0, 3);
    assert_int_equal(found(lab, "i-tag"), 1);
    assert_int_equal(found(lab, "i-sectors"), 1);
    assert_int_equal(lab->result.failures_in_all, 1);
    assert_string_equal(lab->result.failures[0].clause->id, "i-tag");
}

/* ---- tags ---- */

static void test_a_tag_of_two_commands(void **state)
{
    struct lab *lab = *state;
    read_one(lab, 0x1234);
    ata(lab, ATA_READ_EXT, 0x1234, 800, 1);
    assert_found(lab, "i-tag", 1);
    assert_said(lab, "tag one that no outstanding command has",
                "tag 0x00001234, as another that is outstanding");
}

static void test_a_tag_of_two_kinds(void **state)
{
    struct lab *lab = *state;
    read_one(lab, 7);
    query(lab, target_mac, SHELF, 7);
    assert_found(lab, "i-tag", 1);
}

static void test_a_repeat_takes_anothers_tag(void **state)
{
    struct lab *lab = *state;
    read_one(lab, 1);
    read_one(lab, 2);
    ata(lab, ATA_READ_EXT, 2, 1 * BLOCK, 1);
    assert_found(lab, "i-tag", 1);
}

static void test_tags_that_may_be_used(void **state)
{
    struct lab *lab = *state;
    respond(lab, read_one(lab, 1));
    ata(lab, ATA_READ_EXT, 1, 800, 1); /* the first is answered */
    read_one(lab, 2);
    read_one(lab, 2); /* the same command again */
    ata(lab, ATA_READ_EXT, 3, 2 * BLOCK, 1);
    ata(lab, ATA_READ_EXT, 2, 900, 1); /* the repeat has given its first tag free */
    query(lab, everybody, AOE_SHELF_ALL, 1);
    query(lab, everybody, SHELF, 2);
    assert_nothing_found(lab);
}

/* ---- buffers ---- */

static void test_more_than_the_buffers(void **state)
{
    struct lab *lab = *state;
    announce(lab, 2, 2);
    read_one(lab, 1);
    query(lab, target_mac, SHELF, 2);
    assert_nothing_found(lab);
    read_one(lab, 3);
    assert_found(lab, "i-bufcount", 1);
    assert_said(lab, "outstanding commands at most 2, the buffer count", "outstanding commands 3");
    read_one(lab, 4);
    assert_found(lab, "i-bufcount", 2);
}

static void test_no_buffers(void **state)
{
    struct lab *lab = *state;
    announce(lab, 0, 2);
    read_one(lab, 1);
    assert_found(lab, "i-bufcount", 1);
}

static void test_buffers_that_nobody_has_told(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame other = advert_of(1, 2), error = advert_of(1, 2), request = advert_of(1, 2);
    other.slot = SLOT + 1;
    send_advert(lab, &other);
    error.flags |= AOE_FLAG_ERROR;
    send_advert(lab, &error);
    request.flags = 0;
    send_advert(lab, &request);
    request.flags = AOE_FLAG_RESPONSE;
    request.version = AOE_VERSION + 1;
    send_advert(lab, &request);
    read_one(lab, 1);
    read_one(lab, 2);
    assert_nothing_found(lab);
}

static void test_what_is_not_outstanding(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 2);
    read_one(lab, 1);
    wait_ms(lab, 200);
    read_one(lab, 1);
    wait_ms(lab, 200);
    const struct event *repeated = ata(lab, ATA_READ_EXT, 2, 1 * BLOCK, 1);
    query(lab, everybody, AOE_SHELF_ALL, 3);
    query(lab, everybody, SHELF, 4);
    query(lab, target_mac, AOE_SHELF_ALL, 5);
    respond(lab, repeated);
    read_one(lab, 6);
    assert_nothing_found(lab);
}

static void test_responses_that_answer_nothing(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 2);
    const struct event *first = read_one(lab, 1);
    respond(lab, first);
    respond(lab, first); /* once too often */
    read_one(lab, 2);
    respond(lab, first); /* still none to the second */
    assert_nothing_found(lab);
    read_one(lab, 3);
    assert_found(lab, "i-bufcount", 1);
}

/* A response that came too late, or was not to be used: the command is sent once more. */
static void test_a_command_that_crosses_its_response(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 2);
    for (unsigned i = 0; i < 3; i++) {
        const struct event *request = read_one(lab, 1);
        respond(lab, request);
        respond(lab, request);
        wait_ms(lab, 300);
    }
    read_one(lab, 2);
    assert_nothing_found(lab);
    read_one(lab, 3);
    assert_found(lab, "i-bufcount", 1);
}

static void test_a_command_waits_again(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 2);
    respond(lab, read_one(lab, 1));
    read_one(lab, 1);
    read_one(lab, 2);
    assert_found(lab, "i-bufcount", 1);
}

static void test_buffers_that_become_fewer(void **state)
{
    struct lab *lab = *state;
    announce(lab, 3, 2);
    announce(lab, 2, 2);
    announce(lab, 1, 2);
    for (uint32_t tag = 1; tag <= 3; tag++)
        read_one(lab, tag); /* as before, until the initiator has heard it */
    assert_nothing_found(lab);
    wait_ms(lab, 499);
    announce(lab, 1, 2); /* no news */
    wait_ms(lab, 1);
    read_one(lab, 4);
    assert_found(lab, "i-bufcount", 1);
    assert_said(lab, "outstanding commands at most 1, the buffer count", "outstanding commands 4");
}

static void test_buffers_in_the_time_of_grace(void **state)
{
    struct lab *lab = *state;
    announce(lab, 2, 2);
    announce(lab, 1, 2);
    wait_ms(lab, 499);
    read_one(lab, 1);
    read_one(lab, 2);
    assert_nothing_found(lab);
    read_one(lab, 3);
    assert_found(lab, "i-bufcount", 1);
}

static void test_buffers_that_become_more(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 2);
    announce(lab, 3, 2);
    for (uint32_t tag = 1; tag <= 3; tag++)
        read_one(lab, tag);
    assert_nothing_found(lab);
    wait_ms(lab, 600);
    read_one(lab, 4);
    assert_found(lab, "i-bufcount", 1);
}

static void test_what_was_given_up(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 2);
    const struct event *old = read_one(lab, 1);
    watch_given_up(&lab->watch);
    ata(lab, ATA_READ_EXT, 1, 800, 1); /* its tag is free, its place as well */
    assert_nothing_found(lab);
    respond(lab, read_one(lab, 2));
    assert_found(lab, "i-bufcount", 1);
    respond(lab, old);
    read_one(lab, 3);
    assert_found(lab, "i-bufcount", 1);
}

static void test_a_reset(void **state)
{
    struct lab *lab = *state;
    announce(lab, 1, 1);
    const struct event *old = read_one(lab, 1);
    refuse(lab, read_one(lab, 1));
    watch_begin(&lab->watch);
    read_one(lab, 1);
    ata(lab, ATA_READ_EXT, 2, 0, 2);
    respond(lab, old);
    assert_nothing_found(lab);
    announce(lab, 2, 1);
    read_one(lab, 3);
    assert_nothing_found(lab); /* the old response was to the new request of its tag */
    read_one(lab, 4);
    assert_found(lab, "i-bufcount", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(test_rules_of_requests),
        WATCH_TEST(test_reserved_bits),
        WATCH_TEST(test_flags),
        WATCH_TEST(test_frames_that_are_cut),
        WATCH_TEST(test_a_finding_fails_its_scenario),
        WATCH_TEST(test_a_tag_of_two_commands),
        WATCH_TEST(test_a_tag_of_two_kinds),
        WATCH_TEST(test_a_repeat_takes_anothers_tag),
        WATCH_TEST(test_tags_that_may_be_used),
        WATCH_TEST(test_more_than_the_buffers),
        WATCH_TEST(test_no_buffers),
        WATCH_TEST(test_buffers_that_nobody_has_told),
        WATCH_TEST(test_what_is_not_outstanding),
        WATCH_TEST(test_responses_that_answer_nothing),
        WATCH_TEST(test_a_command_that_crosses_its_response),
        WATCH_TEST(test_a_command_waits_again),
        WATCH_TEST(test_buffers_that_become_fewer),
        WATCH_TEST(test_buffers_in_the_time_of_grace),
        WATCH_TEST(test_buffers_that_become_more),
        WATCH_TEST(test_what_was_given_up),
        WATCH_TEST(test_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
