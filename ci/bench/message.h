/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames of the simulation. */
#ifndef BENCH_MESSAGE_H
#define BENCH_MESSAGE_H

#include "options.h"
#include "protocol/ata.h"
#include "random.h"

enum { DATA_BYTES = 1 << 20 };

/* What data frames carry: half of it cannot be compressed. */
struct data {
    uint8_t bytes[DATA_BYTES];
    uint8_t identity[AOE_SECTOR_BYTES];
};
void data_fill(struct data *data, struct random *random, uint64_t capacity);

/* The two ends of a request; 0xFFFF and 0xFF stand for all targets. */
struct ends {
    uint64_t target, initiator; /* MACs as numbers */
    uint16_t shelf;
    uint8_t slot;
};
#define MAC_ALL UINT64_C(0xFFFFFFFFFFFF)

/* A request without its tag. `sectors` and `lba` are looked at for reads, writes and verifies. */
void message_request(struct aoe_frame *frame, enum operation operation, const struct ends *ends,
                     struct random *random);
void message_transfer(struct aoe_frame *frame, enum operation operation, const struct ends *ends,
                      uint64_t lba, unsigned sectors, bool extended, const struct data *data,
                      struct random *random);

/* How a response ends: an AoE error, an ATA error or neither. */
struct outcome {
    uint8_t error, status, error_register;
};

/* The response to `request` from the target at `from`. */
void message_response(struct aoe_frame *frame, const struct aoe_frame *request,
                      const struct ends *from, const struct outcome *outcome,
                      const struct options *options, const struct data *data,
                      struct random *random);

#endif
