/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `-z conv,aoe` and `-z endpoints,aoe`: who talks with whom, targets by shelf.slot and VLAN. */
#ifndef AOE_CONVERSATIONS_H
#define AOE_CONVERSATIONS_H

#include "wireshark.h"

#include "protocol/frame.h"

/* Registers the tables, and the fields that their filters need. */
void conversations_register(int protocol);

/* Adds those fields, hidden, to the tree of a message: aoe.src, aoe.dst and aoe.addr have the
 * initiator as MAC and the target as "e0.1". */
void conversations_show(proto_tree *tree, tvbuff_t *tvb, const struct aoe_frame *frame);

#endif
