/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of an AoE frame, read ahead by another thread than the one that counts: small,
 * and in the order of the capture, so that counting waits for no memory. */
#ifndef AOE_SAMPLE_H
#define AOE_SAMPLE_H

#include "capture.h"
#include "protocol/exchange.h"
#include "protocol/vlan.h"
#include "unwrap.h"

/* One line of the cache. */
struct sample {
    _Alignas(64) struct aoe_exchange_reading reading;
    int64_t time;         /* ns since the epoch */
    uint32_t place;       /* of the frame among those of its batch, from 0 */
    uint32_t vlan;        /* as aoe_vlan_of makes it */
    uint32_t wire_length; /* without VLAN tags */
    uint8_t flags, error;
    uint8_t opcode; /* of ATA: opcode, in a response status */
    uint8_t
        feature; /* and feature, in a response error register; both 0 where they are not there */
};

/* The samples of a batch, and how many other frames it has. */
struct sample_batch {
    struct sample *samples; /* [CAPTURE_BATCH_FRAMES] */
    size_t count;
    const struct capture_frame *captured; /* all frames, where there is more to know */
    uint64_t frames, other_frames, cut_frames;
};

/* -1 where there is no memory; then nothing is held. */
int sample_batch_open(struct sample_batch *batch);
void sample_batch_close(struct sample_batch *batch);

/* Reads all frames of a capture's batch, which must stay as long as the samples are used. */
void sample_batch_read(struct sample_batch *batch, const struct capture_batch *from,
                       struct unwrapper *unwrapper);

/* Reads one frame that was decoded; its place is 0. */
void sample_read(struct sample *sample, const struct aoe_frame *frame, int64_t time, uint32_t vlan);

#endif
