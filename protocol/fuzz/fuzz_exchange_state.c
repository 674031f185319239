/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a saved state. What is accepted is fed frames that meet its entries, saved, and
 * loaded again. The first byte says how many frames, the rest is the state. */
#include <stdlib.h>

#include "protocol/exchange.h"

enum { CAPACITY = 16, PATIENCE = 1000, ROOM = 1 << 13, ENTRY = 113, HEAD = 30 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* A frame from the bytes of some entry, so that it often fits one. */
static struct aoe_frame frame_of(const uint8_t *data, size_t size, unsigned choice)
{
    struct aoe_frame frame = {.type = AOE_ETHERTYPE, .version = AOE_VERSION};
    struct aoe_cursor from = aoe_cursor(data, size);
    aoe_take(&from, HEAD + (size_t)(choice >> 3) % CAPACITY * ENTRY + 1);
    const bool response = choice & 1;
    uint8_t *initiator = response ? frame.destination : frame.source;
    aoe_take_copy(&from, initiator, AOE_MAC_BYTES);
    aoe_take_be16(&from);
    frame.flags = response ? AOE_FLAG_RESPONSE : 0;
    frame.command = aoe_take_u8(&from);
    frame.slot = aoe_take_u8(&from);
    frame.shelf = aoe_take_be16(&from);
    frame.tag = aoe_take_be32(&from) + (choice >> 1 & 1);
    uint64_t content = aoe_take_be64(&from);
    frame.ata.opcode = (uint8_t)(content >> 56);
    frame.ata.count = (uint8_t)(content >> 48);
    aoe_ata_set_lba(&frame.ata, content);
    aoe_take_copy(&from, response ? frame.source : frame.destination, AOE_MAC_BYTES);
    frame.ata.aflags = aoe_take_u8(&from);
    frame.ata.feature = aoe_take_u8(&from);
    return frame;
}

static void feed(struct aoe_exchanges *exchanges, const uint8_t *data, size_t size, unsigned frames)
{
    int64_t time = 0;
    for (unsigned i = 0; i < frames; i++) {
        uint8_t bytes[AOE_ATA_BYTES];
        struct aoe_frame frame = frame_of(data, size, i * 29 % 128);
        size_t length = aoe_frame_build(&frame, bytes, sizeof bytes);
        aoe_frame_decode(&frame, bytes, length, length);
        time += i % 7 ? 3 : 400;
        struct aoe_exchange_event event = aoe_exchanges_feed(exchanges, &frame, i, time, 0);
        aoe_exchanges_mark(exchanges, i % 3);
        require(event.since_last >= 0 && event.since_first >= 0);
        require(aoe_exchanges_open(exchanges) <= CAPACITY);
    }
}

/* What was saved is accepted, and saved again is the same. */
static void save_twice(const struct aoe_exchanges *exchanges)
{
    static const uint32_t marks[] = {0, 1, 2};
    uint8_t once[ROOM], twice[ROOM];
    struct aoe_exchanges *other = aoe_exchanges_new(CAPACITY, PATIENCE, NULL, NULL);
    struct aoe_writer to = aoe_writer(once, sizeof once);
    require(other && aoe_exchanges_save(exchanges, &to));
    struct aoe_cursor from = aoe_cursor(once, to.position);
    require(!aoe_exchanges_load(other, &from, 0, marks, 3));
    struct aoe_writer again = aoe_writer(twice, sizeof twice);
    require(aoe_exchanges_save(other, &again));
    require(again.position == to.position && !memcmp(once, twice, to.position));
    aoe_exchanges_free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t marks[] = {0, 1, 2};
    if (!size)
        return 0;
    struct aoe_exchanges *exchanges = aoe_exchanges_new(CAPACITY, PATIENCE, NULL, NULL);
    struct aoe_cursor from = aoe_cursor(data + 1, size - 1);
    require(exchanges);
    if (!aoe_exchanges_load(exchanges, &from, 0, marks, 3)) {
        save_twice(exchanges);
        feed(exchanges, data + 1, size - 1, data[0]);
        save_twice(exchanges);
    } else {
        require(!aoe_exchanges_open(exchanges));
    }
    aoe_exchanges_finish(exchanges);
    require(!aoe_exchanges_open(exchanges));
    aoe_exchanges_free(exchanges);
    return 0;
}
