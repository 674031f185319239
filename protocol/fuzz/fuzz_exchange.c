/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of frames: each takes a byte of choices, a byte of time and 14 bytes of content from
 * the input. Few different values, so that requests and responses meet. */
#include <stdlib.h>

#include "protocol/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void note(void *user, const struct aoe_exchange_given_up *told)
{
    size_t *given_up = user;
    require(told->sent > 0);
    ++*given_up;
}

static uint8_t few(uint8_t value)
{
    return value & 0x80 ? 0xFF : value & 3;
}

static size_t frame_of(struct aoe_cursor *input, uint8_t *bytes, size_t capacity)
{
    struct aoe_frame frame = {.type = AOE_ETHERTYPE, .version = AOE_VERSION};
    frame.flags = aoe_take_u8(input) & 0xF;
    frame.command = aoe_take_u8(input) & 3;
    frame.shelf = few(aoe_take_u8(input));
    if (frame.shelf == 0xFF)
        frame.shelf = AOE_SHELF_ALL;
    frame.slot = few(aoe_take_u8(input));
    frame.tag = few(aoe_take_u8(input));
    frame.source[5] = few(aoe_take_u8(input));
    frame.destination[0] = frame.destination[5] = few(aoe_take_u8(input));
    if (frame.destination[0] != 0xFF)
        frame.destination[0] = 0;
    aoe_take_copy(input, &frame.ata, 7);
    return aoe_frame_build(&frame, bytes, capacity);
}

static int64_t step_of(uint8_t time)
{
    int64_t step = time & 0x3F;
    if (time & 0x40)
        step *= 100;
    return time & 0x80 ? -step : step;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t given_up = 0, begun = 0, ended = 0;
    int64_t now = 0, latest = 0;
    bool stepped_back = false;
    uint64_t number = 0;
    struct aoe_cursor input = aoe_cursor(data, size);
    struct aoe_exchanges *exchanges = aoe_exchanges_new(16, 1000, note, &given_up);
    require(exchanges);
    while (aoe_cursor_left(&input)) {
        uint8_t bytes[AOE_ATA_BYTES], choice = aoe_take_u8(&input);
        struct aoe_frame frame;
        now += step_of(aoe_take_u8(&input));
        stepped_back |= now < latest;
        latest = now > latest ? now : latest;
        size_t length = frame_of(&input, bytes, sizeof bytes);
        aoe_frame_decode(&frame, bytes, choice & 0x80 ? choice % length : length, length);
        struct aoe_exchange_event event =
            aoe_exchanges_feed(exchanges, &frame, number, now, choice & 1);
        bool request = event.kind == AOE_EXCHANGE_REQUEST;
        begun += request;
        ended += event.kind == AOE_EXCHANGE_ANSWER;
        require(event.since_last >= 0 && event.since_first >= 0);
        require(stepped_back || event.since_last <= event.since_first);
        require(request ? event.request == number : event.request <= number);
        require(event.request_first <= event.request);
        require(aoe_exchanges_open(exchanges) <= 16);
        number++;
        if (input.overrun)
            break;
    }
    require(aoe_exchanges_open(exchanges) <= begun + number);
    aoe_exchanges_finish(exchanges);
    require(!aoe_exchanges_open(exchanges));
    require(given_up <= number && ended <= number);
    aoe_exchanges_free(exchanges);
    return 0;
}
