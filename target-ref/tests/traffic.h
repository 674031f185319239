/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random requests that often mean something to a target of the fixture. */
#ifndef TARGET_TESTS_TRAFFIC_H
#define TARGET_TESTS_TRAFFIC_H

#include "fixture.h"

enum { TRAFFIC_BYTES = 1200 };

static inline void traffic_ata(struct aoe_frame *request)
{
    static const uint8_t opcodes[] = {ATA_READ,      ATA_READ_EXT,    ATA_WRITE,
                                      ATA_WRITE_EXT, ATA_READ_DMA,    ATA_VERIFY,
                                      ATA_IDENTIFY,  ATA_FLUSH,       ATA_FLUSH_EXT,
                                      0x01,          ATA_CHECK_POWER, ATA_WRITE_DMA_EXT};
    uint8_t opcode = opcodes[(size_t)rand() % COUNT(opcodes)];
    uint8_t flags = rand() % 8 ? 0 : (uint8_t)rand();
    uint64_t lba = (uint64_t)rand() % (SECTORS + 2);
    request->ata = ata(opcode, lba, (uint8_t)(rand() % 4), NULL).ata;
    request->ata.aflags ^= flags;
}

/* The argument of a request; of lists one address or none, as the bytes behind it are random. */
static inline void traffic_argument(struct aoe_frame *request)
{
    switch (request->command) {
    case AOE_COMMAND_ATA:
        traffic_ata(request);
        break;
    case AOE_COMMAND_CONFIG:
        request->config.ccmd = (uint8_t)(rand() % 6);
        request->config.length = (uint16_t)(rand() % (rand() % 4 ? 8 : 2048));
        break;
    case AOE_COMMAND_MASK:
        request->mask.mcmd = (uint8_t)(rand() % 3);
        request->mask.count = (uint8_t)(rand() % 10 ? 0 : rand());
        break;
    case AOE_COMMAND_RESERVE:
        request->reserve.rcmd = (uint8_t)(rand() % 4);
        request->reserve.count = (uint8_t)(rand() % 4 ? 0 : rand() % 3);
        break;
    default:
        break;
    }
}

/* Writes one frame, and returns its length: sometimes cut anywhere, else 60 bytes and more. */
static inline size_t traffic_frame(uint8_t frame[TRAFFIC_BYTES])
{
    struct aoe_frame request = request_of((uint8_t)(rand() % 5));
    for (size_t i = 0; i < TRAFFIC_BYTES; i++)
        frame[i] = (uint8_t)rand();
    if (rand() % 2)
        from_bob(&request);
    if (rand() % 16 == 0)
        request.flags = (uint8_t)(rand() & 0xF);
    if (rand() % 16 == 0)
        request.shelf = AOE_SHELF_ALL;
    traffic_argument(&request);
    aoe_frame_build(&request, frame, TRAFFIC_BYTES);
    if (rand() % 50 == 0)
        return (size_t)rand() % AOE_FRAME_MIN;
    return (size_t)rand() % (TRAFFIC_BYTES - AOE_FRAME_MIN) + AOE_FRAME_MIN;
}

#endif
