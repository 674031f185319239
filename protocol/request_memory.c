/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request_memory.h"

#include <stdlib.h>

bool aoe_request_memory_open(struct aoe_request_memory *memory)
{
    memory->requests = calloc(AOE_REQUESTS_REMEMBERED, sizeof *memory->requests);
    return memory->requests != NULL;
}

void aoe_request_memory_close(struct aoe_request_memory *memory)
{
    free(memory->requests);
    memory->requests = NULL;
}

void aoe_request_remember(struct aoe_request_memory *memory, const struct aoe_frame *frame,
                          uint64_t number)
{
    struct aoe_remembered_request *to = &memory->requests[number % AOE_REQUESTS_REMEMBERED];
    size_t length = frame->raw.length;
    if (length > sizeof to->bytes)
        length = sizeof to->bytes;
    to->number = number;
    to->wire_length = (uint32_t)frame->wire_length;
    to->length = (uint16_t)length;
    memcpy(to->bytes, frame->raw.bytes, length);
}

bool aoe_request_recall(const struct aoe_request_memory *memory, uint64_t number,
                        struct aoe_frame *to)
{
    const struct aoe_remembered_request *from = &memory->requests[number % AOE_REQUESTS_REMEMBERED];
    if (!number || from->number != number)
        return false;
    aoe_frame_decode(to, from->bytes, from->length, from->wire_length);
    return true;
}
