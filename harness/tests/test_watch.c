/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is found in an initiator's frames, and what looks like it and is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/watch.h"

#define MILLISECONDS(n) ((int64_t)(n)*1000000)

enum { SHELF = 5, SLOT = 2, MTU = 1500, BLOCK = 8 };

static const uint8_t target_mac[] = {2, 0, 0, 0, 0, 0xAA}, own[] = {2, 0, 0, 0, 0, 1};
static const uint8_t everybody[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

struct lab {
    struct arena arena;
    struct target target;
    struct session session;
    struct result result;
    struct watch watch;
    int64_t now;
    uint8_t data; /* that writes carry */
};

static int set_up(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    lab->target = (struct target){.shelf = SHELF, .slot = SLOT};
    lab->session = (struct session){.arena = &lab->arena, .target = &lab->target};
    lab->session.result = &lab->result;
    lab->now = MILLISECONDS(1000000);
    assert_int_equal(watch_open(&lab->watch, &lab->session, MTU), 0);
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    watch_close(&lab->watch);
    arena_free(&lab->arena);
    free(lab);
    return 0;
}

static void wait_ms(struct lab *lab, int64_t ms)
{
    lab->now += MILLISECONDS(ms);
}

static size_t found(const struct lab *lab, const char *clause)
{
    for (size_t i = 0; i < lab->session.ledger_count; i++)
        if (!strcmp(lab->session.ledger[i].clause->id, clause))
            return lab->session.ledger[i].findings;
    return 0;
}

/* So many findings in all, so many of them of that clause. */
static void assert_found(const struct lab *lab, const char *clause, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < lab->session.ledger_count; i++)
        all += lab->session.ledger[i].findings;
    assert_int_equal(found(lab, clause), count);
    assert_int_equal(all, count);
}

static void assert_nothing_found(const struct lab *lab)
{
    if (lab->session.ledger_count)
        fail_msg("%s: %s", lab->session.ledger[0].clause->id, lab->session.ledger[0].first.actual);
}

/* As the first finding of the run says it. */
static void assert_said(const struct lab *lab, const char *expected, const char *actual)
{
    assert_true(lab->session.ledger_count);
    assert_string_equal(lab->session.ledger[0].first.expected, expected);
    assert_string_equal(lab->session.ledger[0].first.actual, actual);
}

static struct event *event_of(struct lab *lab, const struct aoe_frame *made,
                              struct aoe_frame *frame)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    size_t length = aoe_frame_build(made, bytes, sizeof bytes);
    assert_true(length);
    length = aoe_frame_pad(bytes, length, AOE_FRAME_MIN, sizeof bytes);
    struct event *event = arena_new(&lab->arena, sizeof *event);
    event->time = lab->now;
    event->frame = (struct aoe_span){arena_bytes(&lab->arena, bytes, length), length};
    aoe_frame_decode(frame, event->frame.bytes, length, length);
    return event;
}

static const struct event *take(struct lab *lab, const struct aoe_frame *made)
{
    struct aoe_frame frame;
    const struct event *event = event_of(lab, made, &frame);
    watch_request(&lab->watch, event, &frame);
    return event;
}

static struct aoe_frame header(uint8_t command, uint32_t tag)
{
    struct aoe_frame frame = {.type = AOE_ETHERTYPE,
                              .version = AOE_VERSION,
                              .shelf = SHELF,
                              .slot = SLOT,
                              .command = command,
                              .tag = tag};
    memcpy(frame.destination, target_mac, AOE_MAC_BYTES);
    memcpy(frame.source, own, AOE_MAC_BYTES);
    return frame;
}

static const struct event *ata(struct lab *lab, uint8_t opcode, uint32_t tag, uint64_t lba,
                               uint8_t count)
{
    static uint8_t data[UINT8_MAX * AOE_SECTOR_BYTES];
    struct aoe_frame frame = header(AOE_COMMAND_ATA, tag);
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    bool out = entry->direction == ATA_DATA_OUT;
    frame.ata = (struct aoe_ata){.opcode = opcode, .count = count};
    frame.ata.aflags =
        (uint8_t)((entry->extended ? AOE_ATA_EXTENDED : 0) | (out ? AOE_ATA_WRITE : 0));
    aoe_ata_set_lba(&frame.ata, lba);
    memset(data, lab->data, sizeof data);
    frame.payload = (struct aoe_span){data, out ? count * (size_t)AOE_SECTOR_BYTES : 0};
    return take(lab, &frame);
}

/* A command of its own for each tag. */
static const struct event *read_one(struct lab *lab, uint32_t tag)
{
    return ata(lab, ATA_READ_EXT, tag, (uint64_t)tag * BLOCK, 1);
}

static void respond_with(struct lab *lab, const struct event *request, uint8_t flags, uint8_t error)
{
    struct aoe_frame frame, sent;
    aoe_frame_decode(&frame, request->frame.bytes, request->frame.length, request->frame.length);
    memcpy(frame.destination, frame.source, AOE_MAC_BYTES);
    memcpy(frame.source, target_mac, AOE_MAC_BYTES);
    frame.flags = flags;
    frame.error = error;
    frame.payload.length = 0;
    if (frame.command == AOE_COMMAND_ATA)
        frame.ata.opcode = ATA_STATUS_DRDY;
    struct event *event = event_of(lab, &frame, &sent);
    event->request = request;
    watch_response(&lab->watch, event, &sent);
}

static void respond(struct lab *lab, const struct event *request)
{
    respond_with(lab, request, AOE_FLAG_RESPONSE, 0);
}

static void refuse(struct lab *lab, const struct event *request)
{
    respond_with(lab, request, AOE_FLAG_RESPONSE | AOE_FLAG_ERROR, AOE_ERROR_DEVICE);
}

static struct aoe_frame advert_of(uint16_t buffers, uint8_t sectors)
{
    struct aoe_frame frame = header(AOE_COMMAND_CONFIG, 0);
    memcpy(frame.destination, everybody, AOE_MAC_BYTES);
    memcpy(frame.source, target_mac, AOE_MAC_BYTES);
    frame.flags = AOE_FLAG_RESPONSE;
    frame.config = (struct aoe_config){
        .buffer_count = buffers, .sector_count = sectors, .version = AOE_VERSION};
    return frame;
}

static void send_advert(struct lab *lab, const struct aoe_frame *made)
{
    struct aoe_frame frame;
    const struct event *event = event_of(lab, made, &frame);
    watch_response(&lab->watch, event, &frame);
}

static void announce(struct lab *lab, uint16_t buffers, uint8_t sectors)
{
    const struct aoe_frame frame = advert_of(buffers, sectors);
    send_advert(lab, &frame);
}

static const struct event *query(struct lab *lab, const uint8_t *to, uint16_t shelf, uint32_t tag)
{
    struct aoe_frame frame = header(AOE_COMMAND_CONFIG, tag);
    memcpy(frame.destination, to, AOE_MAC_BYTES);
    frame.shelf = shelf;
    frame.config.version = AOE_VERSION;
    return take(lab, &frame);
}

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

/* ---- sectors ---- */

static void test_more_sectors_than_advertised(void **state)
{
    struct lab *lab = *state;
    announce(lab, 16, 1);
    ata(lab, ATA_READ_EXT, 1, 0, 1);
    ata(lab, ATA_VERIFY_EXT, 2, 0, 200); /* moves no data */
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 3, 0, 2);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count at most 1, as advertised", "sector count 2");
    ata(lab, ATA_WRITE_EXT, 4, 0, 2);
    assert_found(lab, "i-sectors", 2);
}

static void test_no_sectors_stand_for_two(void **state)
{
    struct lab *lab = *state;
    lab->watch.mtu = 9000;
    announce(lab, 16, 0);
    ata(lab, ATA_READ_EXT, 1, 0, 2);
    ata(lab, ATA_WRITE_EXT, 2, 0, 2);
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 3, 0, 3);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count at most 2, as advertised", "sector count 3");
}

static void test_sectors_that_nobody_has_told(void **state)
{
    struct lab *lab = *state;
    lab->watch.mtu = 9000;
    ata(lab, ATA_READ_EXT, 1, 0, 17);
    ata(lab, ATA_WRITE_EXT, 2, 0, 17);
    assert_nothing_found(lab);
}

static void test_sectors_that_become_fewer(void **state)
{
    struct lab *lab = *state;
    lab->watch.mtu = 9000;
    announce(lab, 16, 16);
    announce(lab, 16, 4);
    wait_ms(lab, 499);
    ata(lab, ATA_READ_EXT, 1, 0, 16);
    assert_nothing_found(lab);
    wait_ms(lab, 1);
    ata(lab, ATA_READ_EXT, 2, 100, 5);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count at most 4, as advertised", "sector count 5");
}

static void test_a_response_beyond_the_mtu(void **state)
{
    struct lab *lab = *state;
    announce(lab, 16, 255);
    ata(lab, ATA_READ_EXT, 1, 0, 2);
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 2, 100, 3);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count frames of at most 1514 bytes, the MTU is 1500",
                "sector count a frame of 1572");
}

static void test_a_request_beyond_the_mtu(void **state)
{
    struct lab *lab = *state;
    announce(lab, 16, 255);
    ata(lab, ATA_WRITE_EXT, 1, 0, 2);
    assert_nothing_found(lab);
    ata(lab, ATA_WRITE_EXT, 2, 100, 3);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "frame length frames of at most 1514 bytes, the MTU is 1500",
                "frame length a frame of 1572");
}

/* ---- repeats ---- */

/* Sends a command, and again after each of the intervals (ms); 0 ends them. */
static void repeat_after(struct lab *lab, const unsigned *intervals)
{
    read_one(lab, 1);
    for (; *intervals; intervals++) {
        wait_ms(lab, *intervals);
        read_one(lab, 1);
    }
}

static void test_intervals_that_shrink(void **state)
{
    struct lab *lab = *state;
    repeat_after(lab, (const unsigned[]){1000, 700, 0});
    assert_found(lab, "i-retransmit", 1);
    assert_said(lab, "repeat not sooner than the last one, 1000 ms", "repeat after 700 ms");
    watch_begin(&lab->watch);
    repeat_after(lab, (const unsigned[]){200, 400, 200, 0});
    assert_found(lab, "i-retransmit", 2);
}

static void test_intervals_that_may_be(void **state)
{
    static const unsigned all[][5] = {
        {1000, 1000, 1000, 0}, {200, 400, 800, 0}, {1000, 750, 563, 0}, /* by a quarter */
        {200, 80, 0},                                                   /* by the timer's slack */
        {1000, 900, 1000, 0},
    };
    struct lab *lab = *state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        watch_begin(&lab->watch);
        repeat_after(lab, all[i]);
    }
    assert_nothing_found(lab);
    watch_begin(&lab->watch);
    repeat_after(lab, (const unsigned[]){200, 79, 0});
    assert_found(lab, "i-retransmit", 1);
}

/* With a new tag a repeat is a repeat nevertheless. */
static void test_intervals_of_repeats_with_new_tags(void **state)
{
    struct lab *lab = *state;
    ata(lab, ATA_READ_EXT, 1, 0, 1);
    wait_ms(lab, 1000);
    ata(lab, ATA_READ_EXT, 2, 0, 1);
    wait_ms(lab, 500);
    ata(lab, ATA_READ_EXT, 3, 0, 1);
    assert_found(lab, "i-retransmit", 1);
}

static void test_a_new_command_begins_anew(void **state)
{
    struct lab *lab = *state;
    repeat_after(lab, (const unsigned[]){1000, 0});
    wait_ms(lab, 1000);
    respond(lab, read_one(lab, 1));
    read_one(lab, 2);
    wait_ms(lab, 200);
    read_one(lab, 2);
    wait_ms(lab, 200);
    read_one(lab, 1); /* the first once more: an answer is missing again */
    wait_ms(lab, 200);
    read_one(lab, 1);
    assert_nothing_found(lab);
}

static void test_pace_after_an_error(void **state)
{
    struct lab *lab = *state;
    refuse(lab, read_one(lab, 1));
    wait_ms(lab, 9);
    ata(lab, ATA_READ_EXT, 2, 1 * BLOCK, 1);
    assert_found(lab, "i-retransmit", 1);
    assert_said(lab, "repeat 10 ms or more after the error response", "repeat 9.000 ms after it");
    refuse(lab, query(lab, target_mac, SHELF, 5));
    query(lab, target_mac, SHELF, 6);
    assert_found(lab, "i-retransmit", 2);
}

static void test_the_same_tag_after_an_error(void **state)
{
    struct lab *lab = *state;
    refuse(lab, read_one(lab, 1));
    read_one(lab, 1);
    assert_found(lab, "i-retransmit", 1);
}

static void test_what_may_follow_an_error(void **state)
{
    struct lab *lab = *state;
    refuse(lab, read_one(lab, 1));
    wait_ms(lab, 10);
    ata(lab, ATA_READ_EXT, 2, 1 * BLOCK, 1);
    refuse(lab, read_one(lab, 3));
    read_one(lab, 4); /* another command */
    query(lab, target_mac, SHELF, 5);
    respond(lab, read_one(lab, 6));
    ata(lab, ATA_READ_EXT, 7, 6 * BLOCK, 1); /* after a success */
    refuse(lab, query(lab, everybody, AOE_SHELF_ALL, 8));
    query(lab, everybody, AOE_SHELF_ALL, 9);
    assert_nothing_found(lab);
}

static void test_the_latest_errors_are_remembered(void **state)
{
    struct lab *lab = *state;
    for (uint32_t tag = 1; tag <= WATCH_ERRORS + 1; tag++)
        refuse(lab, read_one(lab, tag));
    ata(lab, ATA_READ_EXT, 100, 1 * BLOCK, 1);
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 101, 2 * BLOCK, 1);
    ata(lab, ATA_READ_EXT, 102, (WATCH_ERRORS + 1) * BLOCK, 1);
    assert_found(lab, "i-retransmit", 2);
}

static void test_other_data_in_a_repeat(void **state)
{
    struct lab *lab = *state;
    ata(lab, ATA_WRITE_EXT, 1, 8, 2);
    ata(lab, ATA_WRITE_EXT, 1, 8, 2);
    ata(lab, ATA_WRITE_EXT, 2, 8, 2);
    assert_nothing_found(lab);
    lab->data = 7;
    ata(lab, ATA_WRITE_EXT, 3, 8, 2);
    assert_found(lab, "i-retransmit", 1);
    assert_said(lab, "data the data that it had first", "data other data");
    ata(lab, ATA_WRITE_EXT, 3, 8, 2);
    assert_found(lab, "i-retransmit", 2);
}

static void test_other_data_in_another_write(void **state)
{
    struct lab *lab = *state;
    respond(lab, ata(lab, ATA_WRITE_EXT, 1, 8, 2));
    lab->data = 7;
    ata(lab, ATA_WRITE_EXT, 2, 8, 2);
    ata(lab, ATA_WRITE_EXT, 3, 10, 2);
    assert_nothing_found(lab);
}

/* A padding is no data. */
static void test_another_padding_in_a_repeat(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame frame = header(AOE_COMMAND_ATA, 1);
    frame.ata = (struct aoe_ata){.opcode = ATA_FLUSH};
    frame.payload = (struct aoe_span){target_mac, 4};
    take(lab, &frame);
    frame.payload = (struct aoe_span){everybody, 4};
    take(lab, &frame);
    assert_nothing_found(lab);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_rules_of_requests),
        TEST(test_flags),
        TEST(test_frames_that_are_cut),
        TEST(test_a_finding_fails_its_scenario),
        TEST(test_a_tag_of_two_commands),
        TEST(test_a_tag_of_two_kinds),
        TEST(test_a_repeat_takes_anothers_tag),
        TEST(test_tags_that_may_be_used),
        TEST(test_more_than_the_buffers),
        TEST(test_no_buffers),
        TEST(test_buffers_that_nobody_has_told),
        TEST(test_what_is_not_outstanding),
        TEST(test_responses_that_answer_nothing),
        TEST(test_a_command_that_crosses_its_response),
        TEST(test_a_command_waits_again),
        TEST(test_buffers_that_become_fewer),
        TEST(test_buffers_in_the_time_of_grace),
        TEST(test_buffers_that_become_more),
        TEST(test_what_was_given_up),
        TEST(test_a_reset),
        TEST(test_more_sectors_than_advertised),
        TEST(test_no_sectors_stand_for_two),
        TEST(test_sectors_that_nobody_has_told),
        TEST(test_sectors_that_become_fewer),
        TEST(test_a_response_beyond_the_mtu),
        TEST(test_a_request_beyond_the_mtu),
        TEST(test_intervals_that_shrink),
        TEST(test_intervals_that_may_be),
        TEST(test_intervals_of_repeats_with_new_tags),
        TEST(test_a_new_command_begins_anew),
        TEST(test_pace_after_an_error),
        TEST(test_the_same_tag_after_an_error),
        TEST(test_what_may_follow_an_error),
        TEST(test_the_latest_errors_are_remembered),
        TEST(test_other_data_in_a_repeat),
        TEST(test_other_data_in_another_write),
        TEST(test_another_padding_in_a_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
