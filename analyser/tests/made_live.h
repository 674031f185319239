/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames for the tests of the live figures: reads of one sector, and their answers. */
#ifndef AOE_MADE_LIVE_H
#define AOE_MADE_LIVE_H

#include "analyser/live_figures.h"

#define MS INT64_C(1000000)

enum { MADE_LIVE_BYTES = 60, MADE_TAGGED_BYTES = 64, MADE_SECTOR = 512 };

struct made_read {
    uint8_t slot, initiator; /* e1.SLOT, 02:00:00:00:00:INITIATOR */
    uint32_t tag;
    uint8_t error; /* of an answer: AoE error */
    uint8_t vlan;  /* 0: none */
};

static inline void made_live_send(struct live_figures *live, const struct made_read *read,
                                  bool answer, int64_t time)
{
    uint8_t bytes[MADE_TAGGED_BYTES] = {0}, *at = bytes + 12;
    const uint8_t initiator[6] = {2, 0, 0, 0, 0, read->initiator};
    const uint8_t target[6] = {2, 0, 0, 0, 1, read->slot};
    const uint8_t tagged[4] = {0x81, 0x00, 0, read->vlan};
    memcpy(bytes, answer ? initiator : target, 6);
    memcpy(bytes + 6, answer ? target : initiator, 6);
    if (read->vlan) {
        memcpy(at, tagged, sizeof tagged);
        at += sizeof tagged;
    }
    const uint8_t header[] = {0x88,
                              0xA2,
                              (uint8_t)(answer ? read->error ? 0x1C : 0x18 : 0x10),
                              read->error,
                              0,
                              1,
                              read->slot,
                              0,
                              (uint8_t)(read->tag >> 24),
                              (uint8_t)(read->tag >> 16),
                              (uint8_t)(read->tag >> 8),
                              (uint8_t)read->tag,
                              0,
                              0,
                              1,
                              (uint8_t)(answer ? 0x40 : 0x20)};
    memcpy(at, header, sizeof header);
    struct capture_frame frame = {
        .bytes = bytes, .time = time, .length = read->vlan ? MADE_TAGGED_BYTES : MADE_LIVE_BYTES};
    frame.wire_length = frame.length + (answer ? MADE_SECTOR : 0);
    live_figures_feed(live, &frame);
}

static inline void made_live_request(struct live_figures *live, struct made_read read, int64_t time)
{
    made_live_send(live, &read, false, time);
}

static inline void made_live_answer(struct live_figures *live, struct made_read read, int64_t time)
{
    made_live_send(live, &read, true, time);
}

/* A command and its answer `latency` later. */
static inline void made_live_command(struct live_figures *live, struct made_read read, int64_t time,
                                     int64_t latency)
{
    made_live_request(live, read, time);
    made_live_answer(live, read, time + latency);
}

#endif
