/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of an AoE frame, read ahead by another thread than the one that counts: small,
 * and in the order of the capture, so that counting waits for no memory. */
#ifndef AOE_SAMPLE_H
#define AOE_SAMPLE_H

#include "capture.h"
#include "protocol/exchange.h"
#include "protocol/vlan.h"
#include "unwrap.h"

struct sample {
    struct aoe_exchange_reading reading;
    const struct capture_frame
        *captured; /* where there is more to know; NULL where `frame` is given */
    const struct aoe_frame *frame;
    uint64_t number;      /* of the frame, from 1 within its batch, or in the capture */
    int64_t time;         /* ns since the epoch */
    uint32_t vlan;        /* as aoe_vlan_of makes it */
    uint32_t wire_length; /* without VLAN tags */
    uint16_t shelf;
    uint8_t slot, command;
    uint8_t flags, error;
    uint8_t opcode; /* of ATA: opcode, in a response status */
    uint8_t
        feature; /* and feature, in a response error register; both 0 where they are not there */
};

/* The samples of a batch, and its other frames by their number. */
struct sample_batch {
    struct sample *samples; /* [CAPTURE_BATCH_FRAMES] */
    size_t count;
    uint64_t frames, other_frames, cut_frames;
};

/* -1 where there is no memory; then nothing is held. */
int sample_batch_open(struct sample_batch *batch);
void sample_batch_close(struct sample_batch *batch);

/* Reads all frames of a capture's batch. Samples point to its frames. */
void sample_batch_read(struct sample_batch *batch, const struct capture_batch *from,
                       struct unwrapper *unwrapper);

/* Reads one frame that was decoded. */
void sample_read(struct sample *sample, const struct aoe_frame *frame, uint64_t number,
                 int64_t time, uint32_t vlan);

#endif
