/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The VLAN tags in front of an AoE frame, as one number. */
#ifndef AOE_VLAN_H
#define AOE_VLAN_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a tag; and the most tags that are passed over to find the Ethernet type, of which the
 * outer two are told apart. */
enum { AOE_VLAN_TAG_BYTES = 4, AOE_VLAN_TAGS_MOST = 8 };

/* What such a number is made of: above the ids the number of tags. */
enum { AOE_VLAN_ID = 0xFFF, AOE_VLAN_ONE = 1 << 24, AOE_VLAN_TWO = 2 << 24 };

/* True for the types 0x8100, 0x88A8 and 0x9100. */
bool aoe_vlan_is_tag(uint16_t type);

/* A number that sorts: 0 without a tag, or with one that names no VLAN. `outer` and `inner` are
 * the first two tags without their types; their priority bits do not count. */
uint32_t aoe_vlan_of(unsigned tags, uint16_t outer, uint16_t inner);

/* Bytes of those tags in a frame, as far as they are told apart. */
static inline uint32_t aoe_vlan_bytes(uint32_t vlan)
{
    return AOE_VLAN_TAG_BYTES * (vlan >> 24);
}

/* By what the exchanges know a VLAN: its 12 bits where there is one tag, two tags folded. */
static inline uint16_t aoe_vlan_fold(uint32_t vlan)
{
    if (vlan < AOE_VLAN_TWO)
        return (uint16_t)(vlan & AOE_VLAN_ID);
    return (uint16_t)(0x8000 | (vlan * UINT32_C(0x9E3779B1) >> 17));
}

/* "10", "100.10"; NULL without a tag. */
enum { AOE_VLAN_TEXT = 12 };
const char *aoe_vlan_text(char to[AOE_VLAN_TEXT], uint32_t vlan);

#endif
