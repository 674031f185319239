/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "response.h"

#include <stdio.h>

#include "protocol/names.h"

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, AOE_MAC_BYTES) == 0;
}

bool response_is_broadcast(const struct aoe_frame *frame)
{
    static const uint8_t broadcast[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    return same_mac(frame->destination, broadcast);
}

bool response_counts(const struct aoe_frame *frame, uint16_t shelf, uint8_t slot,
                     const uint8_t own[AOE_MAC_BYTES])
{
    return frame->extent >= AOE_EXTENT_HEADER && aoe_is_response(frame) &&
           frame->version == AOE_VERSION && frame->shelf == shelf && frame->slot == slot &&
           !aoe_mac_is_group(frame->source) && !same_mac(frame->source, own) &&
           (same_mac(frame->destination, own) || response_is_broadcast(frame));
}

bool response_is_error(const struct aoe_frame *frame)
{
    return aoe_is_error(frame) || frame->error;
}

char *response_aoe_error(char to[RESPONSE_TEXT], const struct aoe_frame *frame)
{
    snprintf(to, RESPONSE_TEXT, "AoE error %u (%s)", frame->error, aoe_name_error(frame->error));
    return to;
}

char *response_ata_error(char to[RESPONSE_TEXT], const struct aoe_ata *ata)
{
    char status[RESPONSE_TEXT / 3], error[RESPONSE_TEXT / 3];
    snprintf(to, RESPONSE_TEXT, "I/O error: status %s, error %s",
             aoe_name_status(status, sizeof status, ata->opcode),
             aoe_name_ata_error(error, sizeof error, ata->feature));
    return to;
}
