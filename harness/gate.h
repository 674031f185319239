/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one gate on the transmit path: every frame is classified by what a target could do with
 * it, also a malformed one, and what --allow does not cover is not sent. */
#ifndef AOE_GATE_H
#define AOE_GATE_H

#include "scenario.h"

enum { GATE_EXTENTS = 32 };

struct extent {
    uint64_t lba, count; /* sectors */
};

/* What may be sent, and what the gate must know to judge it. */
struct gate {
    unsigned allowed; /* bits of enum touch */
    uint16_t shelf;
    uint8_t slot;
    uint8_t target[AOE_MAC_BYTES];
    bool target_known;
    bool initiator; /* `target` is the address of an initiator: what goes there alone is harmless */
    uint64_t capacity;                   /* sectors; 0: not known */
    struct extent extents[GATE_EXTENTS]; /* sectors that are saved and may be written */
    size_t extent_count;
    uint8_t own[AOE_MAC_BYTES]; /* the harness's first host: in every mask list it sets */
    uint8_t masks[AOE_LIST_MAX][AOE_MAC_BYTES]; /* the mask list as it should be now */
    size_t mask_count;
};

/* What a target could change on receiving these bytes: bits of enum touch, 0 for nothing.
 * `never` is set to a reason for what no --allow covers (an ATA command with effects that cannot
 * be put back). Looks at the command whatever version, flags, address or length the frame has:
 * a broken target may not. A frame that is cut before the byte that tells counts as the worst
 * that its command could do. */
unsigned gate_effects(const void *bytes, size_t length, const char **never);

/* Adds the sectors from `lba` on to what may be written, as far as they are on the medium (past
 * its end they only count for what follows), and with them every sector that a
 * target which loses high bits of an address (beyond 28, 31, 32 or 40) would write instead, as
 * far as they are on the medium. 0, or -1 where there is no room for more. */
int gate_add_extent(struct gate *gate, uint64_t lba, uint64_t count);

/* True where all sectors of the range are in the extents. */
bool gate_covers(const struct gate *gate, uint64_t lba, uint64_t count);

/* NULL where the frame may be sent, else the reason in one line (static or in `text`). */
const char *gate_refuses(const struct gate *gate, const void *bytes, size_t length, char *text,
                         size_t size);

/* Notes a frame that was sent: follows the mask list through the edits. */
void gate_sent(struct gate *gate, const void *bytes, size_t length);

/* Takes over a mask list that the target has told. */
void gate_set_masks(struct gate *gate, const struct aoe_frame *response);

#endif
