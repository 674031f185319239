/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A model over a disk in memory, and requests to it. Every response that a test sees has been
 * judged by the rules first. */
#ifndef TARGET_TESTS_FIXTURE_H
#define TARGET_TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "protocol/rule.h"
#include "target-ref/model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SHELF = 7, SLOT = 3, SECTORS = 64, MTU = 1500, TAG = (int)0x89ABCDEF };

static const uint8_t OWN[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0xAA};
static const uint8_t ALICE[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 1};
static const uint8_t BOB[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 2};
static const uint8_t EVERYBODY[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

struct fixture {
    struct model model;
    uint8_t media[SECTORS * AOE_SECTOR_BYTES];
    uint64_t first; /* LBA of the media's first byte, for disks larger than it */
    bool broken;    /* the media fails */
    bool full;      /* settings cannot be saved */
    unsigned flushes;
    struct model_settings saved;
    unsigned saves;
    uint8_t bytes[AOE_FRAME_MAX]; /* the last response */
    size_t length;
    struct aoe_frame answer;
};

static inline int media_read(void *user, uint64_t lba, size_t count, void *to)
{
    struct fixture *f = user;
    assert_in_range(lba, f->first, f->first + SECTORS - 1);
    assert_true(count > 0 && count <= SECTORS - (lba - f->first));
    memcpy(to, f->media + (lba - f->first) * AOE_SECTOR_BYTES, count * AOE_SECTOR_BYTES);
    return f->broken ? -1 : 0;
}

static inline int media_write(void *user, uint64_t lba, size_t count, const void *from)
{
    struct fixture *f = user;
    assert_in_range(lba, f->first, f->first + SECTORS - 1);
    assert_true(count > 0 && count <= SECTORS - (lba - f->first));
    if (f->broken)
        return -1;
    memcpy(f->media + (lba - f->first) * AOE_SECTOR_BYTES, from, count * AOE_SECTOR_BYTES);
    return 0;
}

static inline int media_flush(void *user)
{
    struct fixture *f = user;
    f->flushes++;
    return f->broken ? -1 : 0;
}

static inline int settings_save(void *user, const struct model_settings *settings)
{
    struct fixture *f = user;
    if (f->full)
        return -1;
    f->saves++;
    f->saved = *settings;
    return 0;
}

/* A target of `sectors`, whose media holds the last SECTORS of them. */
static inline void start_large(struct fixture *f, uint64_t sectors)
{
    struct model_disk disk = {f, sectors, media_read, media_write, media_flush};
    memset(f, 0, sizeof *f);
    model_init(&f->model, SHELF, SLOT, &disk);
    f->first = f->model.disk.sectors - SECTORS;
    memcpy(f->model.mac, OWN, AOE_MAC_BYTES);
    f->model.mtu = MTU;
    f->model.store = (struct model_store){f, settings_save};
    for (size_t i = 0; i < sizeof f->media; i++)
        f->media[i] = (uint8_t)(i / AOE_SECTOR_BYTES * 7 + i);
}

static inline int setup(void **state)
{
    struct fixture *f = malloc(sizeof *f);
    if (!f)
        return -1;
    start_large(f, SECTORS);
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

/* Gives the model these bytes in a block of exactly their size, so that the address sanitizer
 * sees a read past them. True where it answers; the response has passed the rules. */
static inline bool ask_bytes(struct fixture *f, const void *bytes, size_t length)
{
    uint8_t *exact = malloc(length ? length : 1);
    struct aoe_frame request;
    assert_non_null(exact);
    memcpy(exact, bytes, length);
    memset(f->bytes, 0xDB, sizeof f->bytes); /* old memory, which must not leak */
    f->length = model_answer(&f->model, (struct aoe_span){exact, length}, f->bytes);
    aoe_frame_decode(&f->answer, f->bytes, f->length, f->length);
    aoe_frame_decode(&request, exact, length, length);
    if (f->length) {
        struct aoe_rule_context context = {&request, f->model.mac, SHELF, SLOT, true, f->model.mtu};
        assert_int_equal(aoe_rules_check(&f->answer, &context, print_finding, NULL), 0);
        assert_in_range(f->length, AOE_FRAME_MIN, (size_t)f->model.mtu + AOE_ETHERNET_BYTES);
        assert_memory_equal(f->answer.source, f->model.mac, AOE_MAC_BYTES);
        assert_memory_equal(f->answer.destination, request.source, AOE_MAC_BYTES);
        assert_int_equal(f->answer.flags, AOE_FLAG_RESPONSE | (f->answer.error ? 0x4 : 0));
        assert_int_equal(f->answer.version, AOE_VERSION);
        assert_int_equal(f->answer.tag, request.tag);
        assert_int_equal(f->answer.command, request.command);
        assert_int_equal(f->answer.shelf, SHELF);
        assert_int_equal(f->answer.slot, SLOT);
    }
    free(exact);
    return f->length > 0;
}

static inline bool ask(struct fixture *f, const struct aoe_frame *request)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    return ask_bytes(f, bytes, aoe_frame_build(request, bytes, sizeof bytes));
}

/* The AoE error of the answer to a request that must be answered. */
static inline unsigned error_of(struct fixture *f, const struct aoe_frame *request)
{
    assert_true(ask(f, request));
    return f->answer.error;
}

static inline struct aoe_frame request_of(uint8_t command)
{
    struct aoe_frame request = {.type = AOE_ETHERTYPE,
                                .version = AOE_VERSION,
                                .shelf = SHELF,
                                .slot = SLOT,
                                .command = command,
                                .tag = (uint32_t)TAG};
    memcpy(request.destination, OWN, AOE_MAC_BYTES);
    memcpy(request.source, ALICE, AOE_MAC_BYTES);
    return request;
}

static inline struct aoe_frame config(uint8_t ccmd, const char *string)
{
    struct aoe_frame request = request_of(AOE_COMMAND_CONFIG);
    request.config.ccmd = ccmd;
    request.config.length = (uint16_t)strlen(string);
    request.payload = (struct aoe_span){(const uint8_t *)string, strlen(string)};
    return request;
}

/* An edit of the mask list with `count` directives, 8 bytes each. */
static inline struct aoe_frame mask(uint8_t mcmd, const void *directives, uint8_t count)
{
    struct aoe_frame request = request_of(AOE_COMMAND_MASK);
    request.mask.mcmd = mcmd;
    request.mask.count = count;
    request.payload = (struct aoe_span){directives, (size_t)count * AOE_DIRECTIVE_BYTES};
    return request;
}

static inline struct aoe_frame reserve(uint8_t rcmd, const void *addresses, uint8_t count)
{
    struct aoe_frame request = request_of(AOE_COMMAND_RESERVE);
    request.reserve.rcmd = rcmd;
    request.reserve.count = count;
    request.payload = (struct aoe_span){addresses, (size_t)count * AOE_MAC_BYTES};
    return request;
}

/* An ATA request with the flags that its opcode wants; `data` of `count` sectors for a write. */
static inline struct aoe_frame ata(uint8_t opcode, uint64_t lba, uint8_t count, const void *data)
{
    struct aoe_frame request = request_of(AOE_COMMAND_ATA);
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    request.ata.opcode = opcode;
    request.ata.count = count;
    aoe_ata_set_lba(&request.ata, lba);
    if (entry && entry->extended)
        request.ata.aflags |= AOE_ATA_EXTENDED;
    if (entry && entry->direction == ATA_DATA_OUT)
        request.ata.aflags |= AOE_ATA_WRITE;
    request.payload = (struct aoe_span){data, data ? (size_t)count * AOE_SECTOR_BYTES : 0};
    return request;
}

static inline void from_bob(struct aoe_frame *request)
{
    memcpy(request->source, BOB, AOE_MAC_BYTES);
}

/* The answer carries this config string. */
static inline void assert_string(const struct fixture *f, const char *string)
{
    assert_int_equal(f->answer.config.length, strlen(string));
    assert_memory_equal(f->answer.payload.bytes, string, strlen(string));
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
