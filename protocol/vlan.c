/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vlan.h"

#include <stddef.h>
#include <stdio.h>

bool aoe_vlan_is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88A8 || type == 0x9100;
}

uint32_t aoe_vlan_of(unsigned tags, uint16_t outer, uint16_t inner)
{
    if (!tags || (tags == 1 && !(outer & AOE_VLAN_ID)))
        return 0; /* a priority tag names no VLAN */
    if (tags == 1)
        return AOE_VLAN_ONE | (outer & AOE_VLAN_ID);
    return AOE_VLAN_TWO | (uint32_t)(outer & AOE_VLAN_ID) << 12 | (inner & AOE_VLAN_ID);
}

const char *aoe_vlan_text(char to[AOE_VLAN_TEXT], uint32_t vlan)
{
    if (!vlan)
        return NULL;
    if (vlan < AOE_VLAN_TWO)
        snprintf(to, AOE_VLAN_TEXT, "%u", vlan & AOE_VLAN_ID);
    else
        snprintf(to, AOE_VLAN_TEXT, "%u.%u", vlan >> 12 & AOE_VLAN_ID, vlan & AOE_VLAN_ID);
    return to;
}
