/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dissector: one AoE frame at a time, as Wireshark asks for it. */
#ifndef AOE_DISSECT_H
#define AOE_DISSECT_H

#include "history.h"
#include "wireshark.h"

/* Adds to the protocol "aoe" that Wireshark has: fields, expert information, preferences, taps. */
void dissect_register(void);

/* Takes over the Ethernet type 0x88A2. */
void dissect_hand_off(void);

/* What is known of the capture that is open; NULL without one. */
const struct history *dissect_history(void);

#endif
