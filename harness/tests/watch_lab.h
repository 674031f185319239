/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames and made-up times for a watch, and what it has found in them. */
#ifndef AOE_TESTS_WATCH_LAB_H
#define AOE_TESTS_WATCH_LAB_H

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

static inline int set_up(void **state)
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

static inline int tear_down(void **state)
{
    struct lab *lab = *state;
    watch_close(&lab->watch);
    arena_free(&lab->arena);
    free(lab);
    return 0;
}

static inline void wait_ms(struct lab *lab, int64_t ms)
{
    lab->now += MILLISECONDS(ms);
}

static inline size_t found(const struct lab *lab, const char *clause)
{
    for (size_t i = 0; i < lab->session.ledger_count; i++)
        if (!strcmp(lab->session.ledger[i].clause->id, clause))
            return lab->session.ledger[i].findings;
    return 0;
}

/* So many findings in all, so many of them of that clause. */
static inline void assert_found(const struct lab *lab, const char *clause, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < lab->session.ledger_count; i++)
        all += lab->session.ledger[i].findings;
    assert_int_equal(found(lab, clause), count);
    assert_int_equal(all, count);
}

static inline void assert_nothing_found(const struct lab *lab)
{
    if (lab->session.ledger_count)
        fail_msg("%s: %s", lab->session.ledger[0].clause->id, lab->session.ledger[0].first.actual);
}

/* As the first finding of the run says it. */
static inline void assert_said(const struct lab *lab, const char *expected, const char *actual)
{
    assert_true(lab->session.ledger_count);
    assert_string_equal(lab->session.ledger[0].first.expected, expected);
    assert_string_equal(lab->session.ledger[0].first.actual, actual);
}

static inline struct event *event_of(struct lab *lab, const struct aoe_frame *made,
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

static inline const struct event *take(struct lab *lab, const struct aoe_frame *made)
{
    struct aoe_frame frame;
    const struct event *event = event_of(lab, made, &frame);
    watch_request(&lab->watch, event, &frame);
    return event;
}

static inline struct aoe_frame header(uint8_t command, uint32_t tag)
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

static inline const struct event *ata(struct lab *lab, uint8_t opcode, uint32_t tag, uint64_t lba,
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
static inline const struct event *read_one(struct lab *lab, uint32_t tag)
{
    return ata(lab, ATA_READ_EXT, tag, (uint64_t)tag * BLOCK, 1);
}

static inline void respond_with(struct lab *lab, const struct event *request, uint8_t flags,
                                uint8_t error)
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

static inline void respond(struct lab *lab, const struct event *request)
{
    respond_with(lab, request, AOE_FLAG_RESPONSE, 0);
}

static inline void refuse(struct lab *lab, const struct event *request)
{
    respond_with(lab, request, AOE_FLAG_RESPONSE | AOE_FLAG_ERROR, AOE_ERROR_DEVICE);
}

static inline struct aoe_frame advert_of(uint16_t buffers, uint8_t sectors)
{
    struct aoe_frame frame = header(AOE_COMMAND_CONFIG, 0);
    memcpy(frame.destination, everybody, AOE_MAC_BYTES);
    memcpy(frame.source, target_mac, AOE_MAC_BYTES);
    frame.flags = AOE_FLAG_RESPONSE;
    frame.config = (struct aoe_config){
        .buffer_count = buffers, .sector_count = sectors, .version = AOE_VERSION};
    return frame;
}

static inline void send_advert(struct lab *lab, const struct aoe_frame *made)
{
    struct aoe_frame frame;
    const struct event *event = event_of(lab, made, &frame);
    watch_response(&lab->watch, event, &frame);
}

static inline void announce(struct lab *lab, uint16_t buffers, uint8_t sectors)
{
    const struct aoe_frame frame = advert_of(buffers, sectors);
    send_advert(lab, &frame);
}

static inline const struct event *query(struct lab *lab, const uint8_t *to, uint16_t shelf,
                                        uint32_t tag)
{
    struct aoe_frame frame = header(AOE_COMMAND_CONFIG, tag);
    memcpy(frame.destination, to, AOE_MAC_BYTES);
    frame.shelf = shelf;
    frame.config.version = AOE_VERSION;
    return take(lab, &frame);
}

#define WATCH_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
