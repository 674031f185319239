/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From what Wireshark hands to a dissector back to a whole Ethernet frame, as protocol/ reads it.
 */
#ifndef AOE_LINK_H
#define AOE_LINK_H

#include "wireshark.h"

#include "protocol/frame.h"

struct link_frame {
    struct aoe_frame frame; /* without VLAN tags; its bytes live as long as the packet */
    uint32_t vlan;          /* as of aoe_vlan_of */
    int64_t time;           /* ns since the epoch; 0 where the frame has no time */
};

/* The offset in the AoE dissector's buffer of a byte of the frame, which begins with the Ethernet
 * header: negative in that. */
static inline int link_offset(size_t byte)
{
    return (int)byte - AOE_ETHERNET_BYTES;
}

/* The target of a frame as people say it: "e0.1", "e0.1 VLAN 10". */
enum { LINK_TARGET_TEXT = 40 };
const char *link_target_text(char to[LINK_TARGET_TEXT], const struct link_frame *link);

/* Decodes the frame whose AoE header `tvb` begins with. Addresses that the capture does not have
 * (it was not taken from Ethernet) are zero. */
void link_frame_read(struct link_frame *to, tvbuff_t *tvb, packet_info *packet);

#endif
