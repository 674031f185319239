/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `-z conv,aoe` and `-z endpoints,aoe`: who talks with whom, targets by shelf.slot and VLAN. */
#ifndef AOE_CONVERSATIONS_H
#define AOE_CONVERSATIONS_H

void conversations_register(int protocol);

#endif
