/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The latest requests of a capture, as the rules about their responses need them. */
#ifndef AOE_REQUEST_MEMORY_H
#define AOE_REQUEST_MEMORY_H

#include "frame.h"

enum {
    AOE_REQUESTS_REMEMBERED = 32768, /* frames; a request further back is not known any more */
    AOE_REQUEST_BYTES = 64,          /* what is kept of each */
};

struct aoe_remembered_request {
    uint64_t number; /* of its frame; 0 for none */
    uint32_t wire_length;
    uint16_t length;
    uint8_t bytes[AOE_REQUEST_BYTES];
};

struct aoe_request_memory {
    struct aoe_remembered_request *requests; /* [AOE_REQUESTS_REMEMBERED], by frame number */
};

/* False where there is no memory. */
bool aoe_request_memory_open(struct aoe_request_memory *memory);
void aoe_request_memory_close(struct aoe_request_memory *memory);

/* Keeps frame `number` (1 upwards, growing). */
void aoe_request_remember(struct aoe_request_memory *memory, const struct aoe_frame *frame,
                          uint64_t number);

/* Decodes the request that was frame `number` into `to`, which then points into the memory. False
 * where it is not known, and for number 0. */
bool aoe_request_recall(const struct aoe_request_memory *memory, uint64_t number,
                        struct aoe_frame *to);

#endif
