/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random streams of frames for the tests of exchanges, the same for the same seed. */
#ifndef AOE_TESTS_STREAM_H
#define AOE_TESTS_STREAM_H

#include "wire.h"

struct stream {
    uint64_t seed;
    unsigned tags, places; /* how many different ones */
    unsigned loss;         /* one response of so many is not sent; 0 for anything at any time */
    int64_t step;          /* ns between frames, at most */
    bool plain;            /* nothing but reads */
    int64_t time;
    uint64_t number;
    uint32_t next_tag;
    struct aoe_frame waiting[8]; /* requests that will be answered, repeated or both */
    bool is_waiting[8];
};

static inline unsigned stream_below(struct stream *stream, unsigned limit)
{
    stream->seed ^= stream->seed << 13;
    stream->seed ^= stream->seed >> 7;
    stream->seed ^= stream->seed << 17;
    return (unsigned)((stream->seed >> 20) % limit);
}

static inline struct stream stream_of(uint64_t seed)
{
    struct stream stream = {.seed = seed * UINT64_C(0x9E3779B97F4A7C15) | 1};
    for (int i = 0; i < 8; i++)
        stream_below(&stream, 2);
    return stream;
}

static inline struct aoe_frame stream_answer(struct stream *stream, const struct aoe_frame *request)
{
    struct aoe_frame frame = *request;
    memcpy(frame.source, request->destination, AOE_MAC_BYTES);
    memcpy(frame.destination, request->source, AOE_MAC_BYTES);
    frame.flags = AOE_FLAG_RESPONSE;
    if (aoe_mac_is_group(frame.source))
        memcpy(frame.source, target_mac, AOE_MAC_BYTES);
    if (frame.shelf == AOE_SHELF_ALL)
        frame.shelf = (uint16_t)(7 + stream_below(stream, 2));
    if (frame.slot == AOE_SLOT_ALL)
        frame.slot = 3;
    if (frame.command == AOE_COMMAND_ATA)
        frame.ata.opcode = ATA_STATUS_DRDY;
    return frame;
}

/* A request, of few different ones. */
static inline struct aoe_frame stream_request(struct stream *stream)
{
    unsigned kind = stream->plain ? 8 : stream_below(stream, 16);
    struct aoe_frame frame = read_of(0, stream_below(stream, stream->places));
    if (kind == 0)
        frame = config_request((uint8_t)stream_below(stream, 2), "a");
    else if (kind == 1)
        frame = discovery();
    else if (kind == 2)
        frame.ata.opcode = ATA_VERIFY;
    else if (kind == 3)
        frame.slot = AOE_SLOT_ALL;
    frame.source[5] = (uint8_t)(8 + stream_below(stream, 2));
    if (kind > 1 && !stream_below(stream, 8))
        frame.destination[5] = 9;
    frame.tag = stream->next_tag++ % stream->tags;
    return frame;
}

/* Anything at any time. */
static inline struct aoe_frame stream_anything(struct stream *stream)
{
    struct aoe_frame frame = stream_request(stream);
    frame.tag = stream_below(stream, stream->tags);
    return stream_below(stream, 2) ? stream_answer(stream, &frame) : frame;
}

/* What initiators and targets do: most requests are answered once and soon, some are repeated, with
 * the same tag or a new one, and some twice answered. */
static inline struct aoe_frame stream_next(struct stream *stream)
{
    unsigned which = stream_below(stream, COUNT(stream->waiting));
    struct aoe_frame *waiting = &stream->waiting[which];
    stream->time += 1 + stream_below(stream, (unsigned)stream->step);
    stream->number++;
    if (!stream->loss)
        return stream_anything(stream);
    if (!stream->is_waiting[which]) {
        *waiting = stream_request(stream);
        stream->is_waiting[which] = true;
        return *waiting;
    }
    if (stream_below(stream, stream->loss)) {
        stream->is_waiting[which] = !stream_below(stream, stream->loss);
        return stream_answer(stream, waiting);
    }
    if (stream_below(stream, 2))
        waiting->tag = stream->next_tag++ % stream->tags;
    return *waiting;
}

static inline struct aoe_exchange_event stream_feed(struct aoe_exchanges *exchanges,
                                                    const struct aoe_frame *frame, uint64_t number,
                                                    int64_t time)
{
    struct made made = {.frame = *frame};
    seal(&made, 0);
    return aoe_exchanges_feed(exchanges, &made.frame, number, time, 0);
}

#endif
