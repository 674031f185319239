/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a frame that comes in is worth, by itself: clauses i-match, i-error. */
#ifndef INITIATOR_RESPONSE_H
#define INITIATOR_RESPONSE_H

#include "protocol/ata.h"

enum { RESPONSE_TEXT = 120 };

/* True where the frame is a response of version 1 of the target shelf.slot (never of all targets)
 * from the address of one host that is not `own`, to `own` or to everybody. */
bool response_counts(const struct aoe_frame *frame, uint16_t shelf, uint8_t slot,
                     const uint8_t own[AOE_MAC_BYTES]);

/* True where it was sent to everybody: adverts are, answers never. */
bool response_is_broadcast(const struct aoe_frame *frame);

/* True where it is an AoE error, and also where error field and flag contradict each other: that
 * is no success. */
bool response_is_error(const struct aoe_frame *frame);

/* "AoE error 3 (device unavailable)". Returns `to`. */
char *response_aoe_error(char to[RESPONSE_TEXT], const struct aoe_frame *frame);

/* "I/O error: status DRDY ERR, error IDNF", for a status that is not good. Returns `to`. */
char *response_ata_error(char to[RESPONSE_TEXT], const struct aoe_ata *ata);

#endif
