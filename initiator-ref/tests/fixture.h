/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An engine, a clock that the test moves, and answers that the test makes. Every request that a
 * test sees has been judged by the rules first. */
#ifndef INITIATOR_TESTS_FIXTURE_H
#define INITIATOR_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "initiator-ref/engine.h"
#include "protocol/rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MILLISECOND (ATTEMPT_SECOND / 1000)
#define DEADLINE (10 * ATTEMPT_SECOND)

enum { SHELF = 7, SLOT = 3, SECTORS = 600, MTU = 9000, BUFFERS = 16, DEPTH = 4 };

static const uint8_t OWN[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 1};
static const uint8_t TARGET[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0xAA};
static const uint8_t SECOND[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0xBB};
static const uint8_t STRANGER[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0xCC};
static const uint8_t EVERYBODY[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

struct fixture {
    struct engine engine;
    int64_t now;
    struct aoe_frame sent; /* the last request */
    uint8_t bytes[AOE_FRAME_MAX];
    struct ata_identity identity; /* that bring_up() answers with */
    uint8_t data[SECTORS * AOE_SECTOR_BYTES];
    struct engine_transfer transfer;
};

static inline int setup(void **state)
{
    static const struct engine_settings settings = {
        SHELF, SLOT, {2, 0, 0, 0, 0, 1}, MTU, DEPTH, DEADLINE, 100, NULL};
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    engine_init(&f->engine, &settings);
    f->now = 5 * ATTEMPT_SECOND;
    f->identity = (struct ata_identity){.lba = true,
                                        .lba48_supported = true,
                                        .lba48_enabled = true,
                                        .lba28_sectors = SECTORS,
                                        .lba48_sectors = SECTORS};
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    free(*state);
    return 0;
}

static inline void print_finding(void *user, const struct aoe_finding *finding)
{
    (void)user;
    print_error("%s: %s at byte %zu: expected %s, got %s\n", finding->clause, finding->field,
                finding->byte, finding->expected, finding->actual);
}

/* The next request that is to be sent now. False where there is none. */
static inline bool next(struct fixture *f)
{
    size_t length = engine_send(&f->engine, f->now, f->bytes);
    if (!length)
        return false;
    struct aoe_rule_context context = {.mtu = f->engine.settings.mtu};
    aoe_frame_decode(&f->sent, f->bytes, length, length);
    assert_int_equal(aoe_rules_check(&f->sent, &context, print_finding, NULL), 0);
    assert_int_equal(f->sent.extent, AOE_EXTENT_ARGUMENT);
    assert_in_range(length, AOE_CONFIG_BYTES, (size_t)MTU + AOE_ETHERNET_BYTES);
    assert_memory_equal(f->sent.source, OWN, AOE_MAC_BYTES);
    assert_int_equal(f->sent.shelf, SHELF);
    assert_int_equal(f->sent.slot, SLOT);
    assert_int_not_equal(f->sent.tag, 0);
    return true;
}

/* Waits as long as the engine wants to, for a request that there must be. */
static inline void next_later(struct fixture *f)
{
    assert_false(next(f));
    int64_t wake = engine_wake(&f->engine);
    assert_true(wake > f->now && wake < INT64_MAX);
    f->now = wake - 1;
    assert_false(next(f));
    f->now = wake;
    assert_true(next(f));
}

/* Lets the time pass until a request is sent. False where the engine ends before. */
static inline bool next_ever(struct fixture *f)
{
    while (!next(f)) {
        if (engine_wake(&f->engine) == INT64_MAX)
            return false;
        assert_true(engine_wake(&f->engine) > f->now);
        f->now = engine_wake(&f->engine);
    }
    return true;
}

/* The same for a request that is no query, which comes where a command is stuck. */
static inline bool next_command(struct fixture *f)
{
    bool any = next_ever(f);
    while (any && f->sent.command != AOE_COMMAND_ATA)
        any = next_ever(f);
    return any;
}

static inline enum engine_state state_of(const struct fixture *f)
{
    return engine_state(&f->engine);
}

/* Gives the engine a frame in a block of exactly its size, so that the address sanitizer sees a
 * read past it. */
static inline void receive(struct fixture *f, const struct aoe_frame *frame)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    size_t length = aoe_frame_build(frame, bytes, sizeof bytes);
    uint8_t *exact = malloc(length);
    assert_non_null(exact);
    memcpy(exact, bytes, length);
    engine_receive(&f->engine, (struct aoe_span){exact, length});
    free(exact);
}

/* A good answer to a request, from the target that it went to. */
static inline struct aoe_frame answer_to(const struct aoe_frame *request)
{
    struct aoe_frame answer = *request;
    answer.payload = (struct aoe_span){NULL, 0};
    answer.flags = AOE_FLAG_RESPONSE;
    memcpy(answer.destination, request->source, AOE_MAC_BYTES);
    memcpy(answer.source, request->destination, AOE_MAC_BYTES);
    if (request->command == AOE_COMMAND_ATA) {
        answer.ata.opcode = ATA_STATUS_DRDY;
        answer.ata.count = 0;
    }
    return answer;
}

static inline struct aoe_frame config_answer(const struct aoe_frame *request, const uint8_t *from,
                                             uint16_t buffers, uint8_t sectors)
{
    struct aoe_frame answer = answer_to(request);
    answer.config.version = AOE_VERSION;
    answer.config.buffer_count = buffers;
    answer.config.sector_count = sectors;
    memcpy(answer.source, from, AOE_MAC_BYTES);
    return answer;
}

/* What a target tells everybody when it comes up or changes. */
static inline struct aoe_frame advert(const uint8_t *from, uint16_t buffers, uint8_t sectors)
{
    struct aoe_frame query = {.type = AOE_ETHERTYPE,
                              .version = AOE_VERSION,
                              .shelf = SHELF,
                              .slot = SLOT,
                              .command = AOE_COMMAND_CONFIG};
    memcpy(query.source, EVERYBODY, AOE_MAC_BYTES);
    return config_answer(&query, from, buffers, sectors);
}

/* The data of LBA `lba` on the disk of these tests, byte by byte. */
static inline uint8_t content(uint64_t lba, size_t at)
{
    return (uint8_t)(lba * 31 + at * 7 + at / 256);
}

/* Answers a read, a write (whose data has to be the disk's content), or IDENTIFY DEVICE. */
static inline void answer(struct fixture *f, const struct aoe_frame *request)
{
    uint8_t data[UINT8_MAX * AOE_SECTOR_BYTES];
    struct aoe_frame frame = answer_to(request);
    size_t bytes = (size_t)request->ata.count * AOE_SECTOR_BYTES;
    uint64_t lba = aoe_ata_lba(&request->ata);
    for (size_t i = 0; i < bytes; i++)
        data[i] = content(lba + i / AOE_SECTOR_BYTES, i % AOE_SECTOR_BYTES);
    if (request->ata.opcode == ATA_IDENTIFY)
        ata_identify_encode(&f->identity, data);
    if (request->ata.aflags & AOE_ATA_WRITE)
        assert_memory_equal(request->payload.bytes, data, bytes);
    else
        frame.payload = (struct aoe_span){data, bytes};
    receive(f, &frame);
}

/* A copy of the last request that outlives the next one. */
static inline struct aoe_frame keep(const struct fixture *f)
{
    struct aoe_frame request = f->sent;
    request.payload = (struct aoe_span){NULL, 0};
    return request;
}

/* Discovery and IDENTIFY DEVICE, with these adverts. */
static inline void bring_up(struct fixture *f, uint16_t buffers, uint8_t sectors)
{
    engine_open(&f->engine);
    assert_true(next(f));
    struct aoe_frame config = config_answer(&f->sent, TARGET, buffers, sectors);
    receive(f, &config);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.opcode, ATA_IDENTIFY);
    answer(f, &f->sent);
    assert_int_equal(state_of(f), ENGINE_DONE);
}

/* Begins a transfer between f->data and the sectors at `lba`. */
static inline void begin(struct fixture *f, enum ata_direction direction, uint64_t lba,
                         size_t sectors)
{
    f->transfer = (struct engine_transfer){direction, lba, sectors, f->data};
    memset(f->data, 0xDB, sizeof f->data);
    for (size_t i = 0; direction == ATA_DATA_OUT && i < sectors * AOE_SECTOR_BYTES; i++)
        f->data[i] = content(lba + i / AOE_SECTOR_BYTES, i % AOE_SECTOR_BYTES);
    engine_transfer(&f->engine, &f->transfer, 1);
}

/* The engine is done, and the data are those of the disk: no less, and nothing behind them. */
static inline void assert_read(const struct fixture *f)
{
    size_t bytes = f->transfer.sectors * AOE_SECTOR_BYTES;
    assert_int_equal(state_of(f), ENGINE_DONE);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(f->data[i],
                         content(f->transfer.lba + i / AOE_SECTOR_BYTES, i % AOE_SECTOR_BYTES));
    if (bytes < sizeof f->data)
        assert_int_equal(f->data[bytes], 0xDB);
}

static inline void assert_failed(const struct fixture *f, const char *message)
{
    assert_int_equal(state_of(f), ENGINE_FAILED);
    assert_string_equal(engine_message(&f->engine), message);
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
