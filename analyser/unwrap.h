/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is around an AoE frame in a capture: VLAN tags. */
#ifndef AOE_UNWRAP_H
#define AOE_UNWRAP_H

#include "capture.h"
#include "protocol/frame.h"

enum { UNWRAP_BYTES = AOE_FRAME_MAX + 64 };

enum unwrapped {
    UNWRAPPED_AOE,
    UNWRAPPED_CUT,   /* AoE, but its header or its ATA argument was not captured */
    UNWRAPPED_OTHER, /* another Ethernet type */
};

struct unwrapper {
    uint8_t *bytes; /* a frame without its tags */
};

/* -1 where there is no memory. */
int unwrapper_open(struct unwrapper *unwrapper);
void unwrapper_close(struct unwrapper *unwrapper);

/* Decodes a captured frame, without its VLAN tags (types 0x8100, 0x88A8 and 0x9100; any number, of
 * which the outer two are told apart): `frame` points into the capture or, where there were tags,
 * into the unwrapper. `vlan` becomes what aoe_vlan_of makes of the tags. */
enum unwrapped unwrap(struct unwrapper *unwrapper, const struct capture_frame *captured,
                      struct aoe_frame *frame, uint32_t *vlan);

#endif
