/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames for the tests of protocol/: good ones, to be spoilt one field at a time. */
#ifndef AOE_TESTS_FRAMES_H
#define AOE_TESTS_FRAMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/ata.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t host_mac[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 1};
static const uint8_t target_mac[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 2};

/* A frame with room for its bytes; `frame` points into them once sealed. */
struct made {
    struct aoe_frame frame;
    uint8_t bytes[4096];
    size_t length;
};

/* Builds the fields into exactly as many bytes, padded to `minimum`, and decodes them. */
static inline void seal(struct made *made, size_t minimum)
{
    made->length = aoe_frame_build(&made->frame, made->bytes, sizeof made->bytes);
    assert_true(made->length >= AOE_HEADER_BYTES);
    made->length = aoe_frame_pad(made->bytes, made->length, minimum, sizeof made->bytes);
    aoe_frame_decode(&made->frame, made->bytes, made->length, made->length);
}

/* Decodes again after bytes were changed in place. */
static inline void reseal(struct made *made, size_t length)
{
    made->length = length;
    aoe_frame_decode(&made->frame, made->bytes, length, length);
}

static inline struct aoe_frame request_of(uint8_t command)
{
    struct aoe_frame frame = {.type = AOE_ETHERTYPE, .version = AOE_VERSION, .command = command};
    memcpy(frame.destination, target_mac, AOE_MAC_BYTES);
    memcpy(frame.source, host_mac, AOE_MAC_BYTES);
    frame.shelf = 7;
    frame.slot = 3;
    frame.tag = 0x01020304;
    return frame;
}

static inline struct aoe_frame response_of(uint8_t command)
{
    struct aoe_frame frame = request_of(command);
    memcpy(frame.destination, host_mac, AOE_MAC_BYTES);
    memcpy(frame.source, target_mac, AOE_MAC_BYTES);
    frame.flags = AOE_FLAG_RESPONSE;
    return frame;
}

static inline struct aoe_frame ata_request(uint8_t opcode, uint8_t count, uint64_t lba)
{
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    struct aoe_frame frame = request_of(AOE_COMMAND_ATA);
    frame.ata.opcode = opcode;
    frame.ata.count = count;
    aoe_ata_set_lba(&frame.ata, lba);
    if (entry && entry->addressed && entry->extended)
        frame.ata.aflags |= AOE_ATA_EXTENDED;
    if (entry && entry->direction == ATA_DATA_OUT)
        frame.ata.aflags |= AOE_ATA_WRITE;
    return frame;
}

static inline struct aoe_frame ata_response(uint8_t status, uint64_t lba)
{
    struct aoe_frame frame = response_of(AOE_COMMAND_ATA);
    frame.ata.opcode = status;
    aoe_ata_set_lba(&frame.ata, lba);
    return frame;
}

static inline struct aoe_frame config_request(uint8_t ccmd, const char *string)
{
    struct aoe_frame frame = request_of(AOE_COMMAND_CONFIG);
    frame.config.ccmd = ccmd;
    frame.config.length = (uint16_t)strlen(string);
    frame.payload = (struct aoe_span){(const uint8_t *)string, strlen(string)};
    return frame;
}

static inline struct aoe_frame config_response(uint8_t ccmd, const char *string)
{
    struct aoe_frame frame = response_of(AOE_COMMAND_CONFIG);
    frame.config = (struct aoe_config){.buffer_count = 16,
                                       .firmware = 0x4019,
                                       .sector_count = 2,
                                       .version = AOE_VERSION,
                                       .ccmd = ccmd,
                                       .length = (uint16_t)strlen(string)};
    frame.payload = (struct aoe_span){(const uint8_t *)string, strlen(string)};
    return frame;
}

#endif
