/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "family.h"

#include <time.h>

void family_fail(struct aoe_frame *response, uint8_t error)
{
    response->ata.opcode = ATA_STATUS_DRDY | ATA_STATUS_ERR;
    response->ata.feature = error;
    response->payload = (struct aoe_span){NULL, 0};
}

void family_succeed(struct aoe_frame *response)
{
    model_set_error(response, AOE_ERROR_NONE);
    response->ata.opcode = ATA_STATUS_DRDY;
    response->ata.feature = 0;
    response->ata.count = 0;
    response->payload = (struct aoe_span){NULL, 0};
}

size_t family_message_end(const uint8_t *bytes, size_t length)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    size_t end = length > AOE_FRAME_MIN ? length : aoe_message_end(&frame, 0);
    return end < length ? end : length;
}

uint64_t family_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool family_list_resembles(const struct model_list *list, const uint8_t *mac, size_t first,
                           size_t count)
{
    for (size_t i = 0; i < list->count; i++)
        if (memcmp(list->mac[i] + first, mac + first, count) == 0)
            return true;
    return false;
}
