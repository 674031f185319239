/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unwrap.h"

#include <stdlib.h>

#include "protocol/exchange.h"
#include "protocol/vlan.h"

enum { TYPE_AT = 2 * AOE_MAC_BYTES };

int unwrapper_open(struct unwrapper *unwrapper)
{
    unwrapper->bytes = malloc(UNWRAP_BYTES);
    return unwrapper->bytes ? 0 : -1;
}

void unwrapper_close(struct unwrapper *unwrapper)
{
    free(unwrapper->bytes);
    unwrapper->bytes = NULL;
}

static uint16_t type_at(const struct capture_frame *captured, size_t offset)
{
    if (offset + 2 > captured->length)
        return 0;
    return (uint16_t)(captured->bytes[offset] << 8 | captured->bytes[offset + 1]);
}

static enum unwrapped judge(const struct aoe_frame *frame)
{
    return aoe_exchange_readable(frame) ? UNWRAPPED_AOE : UNWRAPPED_CUT;
}

static enum unwrapped unwrap_tags(struct unwrapper *unwrapper, const struct capture_frame *captured,
                                  struct aoe_frame *frame, uint32_t *vlan)
{
    uint16_t ids[2] = {0, 0};
    unsigned tags = 0;
    size_t at = TYPE_AT;
    for (; tags < AOE_VLAN_TAGS_MOST && aoe_vlan_is_tag(type_at(captured, at));
         tags++, at += AOE_VLAN_TAG_BYTES)
        if (tags < 2)
            ids[tags] = type_at(captured, at + 2);
    if (type_at(captured, at) != AOE_ETHERTYPE)
        return UNWRAPPED_OTHER;
    size_t length = captured->length - (at - TYPE_AT);
    if (length > UNWRAP_BYTES)
        length = UNWRAP_BYTES;
    memcpy(unwrapper->bytes, captured->bytes, TYPE_AT);
    memcpy(unwrapper->bytes + TYPE_AT, captured->bytes + at, length - TYPE_AT);
    *vlan = aoe_vlan_of(tags, ids[0], ids[1]);
    aoe_frame_decode(frame, unwrapper->bytes, length, captured->wire_length - (at - TYPE_AT));
    return judge(frame);
}

enum unwrapped unwrap(struct unwrapper *unwrapper, const struct capture_frame *captured,
                      struct aoe_frame *frame, uint32_t *vlan)
{
    uint16_t type = type_at(captured, TYPE_AT);
    if (type != AOE_ETHERTYPE)
        return aoe_vlan_is_tag(type) ? unwrap_tags(unwrapper, captured, frame, vlan)
                                     : UNWRAPPED_OTHER;
    *vlan = 0;
    aoe_frame_decode(frame, captured->bytes, captured->length, captured->wire_length);
    return judge(frame);
}
