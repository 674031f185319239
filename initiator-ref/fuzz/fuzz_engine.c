/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as frames to the engine, while it discovers, reads and writes. Whatever comes: what it
 * sends stands up to the rules, stays inside what was advertised and inside the MTU, and what it
 * takes stays inside its buffers. */
#include <stdio.h>
#include <stdlib.h>

#include "initiator-ref/engine.h"
#include "protocol/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SHELF = 1, SLOT = 2, SECTORS = 8, DEPTH = 8 };

/* What the byte before each frame asks for. */
enum {
    AS_IT_IS = 0x01, /* else the header is mended so that it is an answer of the target */
    LATEST = 0x02,   /* with the tag of what was sent last; else of what was sent before that */
    WAIT = 0x04,     /* until the engine wants to send */
    OTHER_PATH = 0x08,
    BEGIN = 0x10,  /* the next action, where the last one has ended */
    ADVERT = 0x20, /* with tag 0, to everybody */
    MTU = 0x40,    /* the link changes */
};

static const uint8_t own[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 1};
static struct engine engine;
static int64_t now;
static uint32_t tags[2];
static uint8_t command;
static struct engine_transfer transfer;

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static void print_finding(void *user, const struct aoe_finding *finding)
{
    (void)user;
    fprintf(stderr, "%s: %s at byte %zu: expected %s, got %s\n", finding->clause, finding->field,
            finding->byte, finding->expected, finding->actual);
}

static void check_request(const uint8_t *bytes, size_t length)
{
    struct aoe_frame frame;
    struct aoe_rule_context context = {.mtu = engine.settings.mtu};
    aoe_frame_decode(&frame, bytes, length, length);
    require(frame.extent == AOE_EXTENT_ARGUMENT, "a request is whole");
    require(aoe_rules_check(&frame, &context, print_finding, NULL) == 0, "the rules");
    require(length <= (size_t)engine.settings.mtu + AOE_ETHERNET_BYTES, "a request fits the MTU");
    require(frame.tag != 0, "no request has the tag of adverts");
    if (frame.command == AOE_COMMAND_ATA && frame.ata.opcode != ATA_IDENTIFY) {
        uint64_t lba = aoe_ata_lba(&frame.ata);
        require(frame.ata.count > 0 && lba >= transfer.lba &&
                    lba + frame.ata.count <= transfer.lba + transfer.sectors,
                "only the sectors of the transfer are asked for");
    }
    tags[1] = tags[0];
    tags[0] = frame.tag;
    command = frame.command;
}

static void send_all(void)
{
    static uint8_t frame[AOE_FRAME_MAX];
    unsigned before = engine.commands.open;
    size_t length;
    while ((length = engine_send(&engine, now, frame)) != 0) {
        check_request(frame, length);
        unsigned open = engine.commands.open;
        require(open <= before || open <= target_buffer_count(&engine.target), "the buffer count");
        require(open <= DEPTH, "the depth");
    }
    require(engine_wake(&engine) > now, "whoever waits for the engine waits");
}

static void begin_next(void)
{
    static unsigned turn;
    if (engine_state(&engine) == ENGINE_BUSY)
        return;
    free(transfer.data);
    transfer = (struct engine_transfer){.data = NULL};
    uint64_t capacity = engine_capacity(&engine);
    if (!capacity || engine_state(&engine) == ENGINE_FAILED) {
        engine_open(&engine);
        return;
    }
    transfer.direction = turn++ % 2 ? ATA_DATA_IN : ATA_DATA_OUT;
    transfer.sectors = capacity < SECTORS ? (size_t)capacity : SECTORS;
    transfer.lba = capacity - transfer.sectors;
    transfer.data = calloc(transfer.sectors, AOE_SECTOR_BYTES);
    engine_transfer(&engine, &transfer, 1);
}

static void mend(uint8_t *frame, size_t length, uint8_t control)
{
    const uint8_t header[] = {0x88, 0xA2, 0x18, 0, 0, SHELF, SLOT, command};
    const uint8_t from[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, control & OTHER_PATH ? 3 : 2};
    uint32_t tag = control & ADVERT ? 0 : tags[!(control & LATEST)];
    const uint8_t wire_tag[] = {(uint8_t)(tag >> 24), (uint8_t)(tag >> 16), (uint8_t)(tag >> 8),
                                (uint8_t)tag};
    if (length < AOE_HEADER_BYTES)
        return;
    memcpy(frame, own, sizeof own);
    memcpy(frame + 6, from, sizeof from);
    memcpy(frame + 12, header, sizeof header);
    memcpy(frame + 20, wire_tag, sizeof wire_tag);
    if (control & ADVERT) {
        memset(frame, 0xFF, AOE_MAC_BYTES);
        frame[19] = AOE_COMMAND_CONFIG;
    }
}

/* Feeds one frame in a block of its own, so that a read past it is seen. */
static void feed(const uint8_t *bytes, size_t length, uint8_t control)
{
    uint8_t *frame = malloc(length + !length);
    if (!frame)
        return;
    if (length)
        memcpy(frame, bytes, length);
    if (!(control & AS_IT_IS))
        mend(frame, length, control);
    engine_receive(&engine, (struct aoe_span){frame, length});
    free(frame);
}

static void obey(uint8_t control)
{
    static const uint32_t mtus[] = {1500, 9000, 600, 100};
    if (control & MTU)
        engine_follow_link(&engine, own, mtus[control & 3]);
    if (control & BEGIN)
        begin_next();
    if (control & WAIT && engine_wake(&engine) < INT64_MAX && engine_wake(&engine) > now)
        now = engine_wake(&engine);
    send_all();
}

/* The input: for each frame a control byte, its length in two bytes, and its bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct aoe_cursor cursor = aoe_cursor(data, size);
    const struct engine_settings settings = {
        SHELF, SLOT, {2, 0, 0, 0, 0, 1}, 9000, DEPTH, 3 * ATTEMPT_SECOND, 0xFFFFFFF0, NULL};
    engine_init(&engine, &settings);
    now = 0;
    begin_next();
    send_all();
    while (aoe_cursor_left(&cursor) > 3) {
        uint8_t control = aoe_take_u8(&cursor);
        size_t length = aoe_take_be16(&cursor);
        if (length > aoe_cursor_left(&cursor))
            length = aoe_cursor_left(&cursor);
        feed(aoe_take(&cursor, length), length, control);
        obey(control);
    }
    free(transfer.data);
    transfer = (struct engine_transfer){.data = NULL};
    return 0;
}
