/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <stdio.h>

#include "protocol/names.h"
#include "protocol/vlan.h"

enum { TYPE_AT = 2 * AOE_MAC_BYTES, NANOSECONDS = 1000000000 };

/* True where the `tags` tags before the type of Ethernet, whose bytes end at `end`, follow two
 * addresses that are the packet's. */
static bool has_tags(const uint8_t *end, size_t before, unsigned tags, const packet_info *packet)
{
    size_t length = AOE_ETHERNET_BYTES + (size_t)tags * AOE_VLAN_TAG_BYTES;
    if (length > before)
        return false;
    const uint8_t *start = end - length;
    for (unsigned i = 0; i < tags; i++) {
        const uint8_t *type = start + TYPE_AT + (size_t)i * AOE_VLAN_TAG_BYTES;
        if (!aoe_vlan_is_tag((uint16_t)(type[0] << 8 | type[1])))
            return false;
    }
    return !memcmp(start, packet->dl_dst.data, AOE_MAC_BYTES) &&
           !memcmp(start + AOE_MAC_BYTES, packet->dl_src.data, AOE_MAC_BYTES);
}

/* How many tags the frame has, or -1 where what is in front of AoE is not Ethernet. */
static int count_tags(const uint8_t *end, size_t before, const packet_info *packet)
{
    if (packet->dl_src.type != AT_ETHER || packet->dl_dst.type != AT_ETHER)
        return -1;
    for (unsigned tags = 0; tags <= AOE_VLAN_TAGS_MOST; tags++)
        if (has_tags(end, before, tags, packet))
            return (int)tags;
    return -1;
}

static uint16_t tag_at(const uint8_t *end, int tags, int index)
{
    const uint8_t *tag = end - AOE_ETHERNET_BYTES + TYPE_AT - (tags - index) * AOE_VLAN_TAG_BYTES;
    return (uint16_t)(tag[2] << 8 | tag[3]);
}

/* The addresses as far as the packet has them, the type, and the bytes behind. */
static const uint8_t *assemble(tvbuff_t *tvb, packet_info *packet, size_t length)
{
    uint8_t *bytes = wmem_alloc0(packet->pool, AOE_ETHERNET_BYTES + length);
    if (packet->dl_dst.type == AT_ETHER)
        memcpy(bytes, packet->dl_dst.data, AOE_MAC_BYTES);
    if (packet->dl_src.type == AT_ETHER)
        memcpy(bytes + AOE_MAC_BYTES, packet->dl_src.data, AOE_MAC_BYTES);
    bytes[TYPE_AT] = AOE_ETHERTYPE >> 8;
    bytes[TYPE_AT + 1] = AOE_ETHERTYPE & 0xFF;
    tvb_memcpy(tvb, bytes + AOE_ETHERNET_BYTES, 0, length);
    return bytes;
}

static int64_t time_of(const packet_info *packet)
{
    int64_t time;
    if (!(packet->presence_flags & PINFO_HAS_TS) ||
        __builtin_mul_overflow((int64_t)packet->abs_ts.secs, NANOSECONDS, &time) ||
        __builtin_add_overflow(time, packet->abs_ts.nsecs, &time))
        return 0;
    return time;
}

void link_frame_read(struct link_frame *to, tvbuff_t *tvb, packet_info *packet)
{
    size_t length = tvb_captured_length(tvb);
    tvbuff_t *source = tvb_get_ds_tvb(tvb);
    size_t before = (size_t)tvb_raw_offset(tvb);
    bool whole = tvb_captured_length(source) >= before + length;
    const uint8_t *end = whole ? tvb_get_ptr(source, 0, (int)(before + length)) + before : NULL;
    int tags = whole ? count_tags(end, before, packet) : -1;
    const uint8_t *bytes = tags == 0 ? end - AOE_ETHERNET_BYTES : assemble(tvb, packet, length);
    to->vlan = 0;
    if (tags > 0)
        to->vlan =
            aoe_vlan_of((unsigned)tags, tag_at(end, tags, 0), tags > 1 ? tag_at(end, tags, 1) : 0);
    to->time = time_of(packet);
    aoe_frame_decode(&to->frame, bytes, AOE_ETHERNET_BYTES + length,
                     AOE_ETHERNET_BYTES + tvb_reported_length(tvb));
}

const char *link_target_text(char to[LINK_TARGET_TEXT], const struct link_frame *link)
{
    char address[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    const char *tags = aoe_vlan_text(vlan, link->vlan);
    aoe_address_text(address, link->frame.shelf, link->frame.slot);
    snprintf(to, LINK_TARGET_TEXT, "%s%s%s", address, tags ? " VLAN " : "", tags ? tags : "");
    return to;
}
