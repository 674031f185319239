/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of what a scenario sends. */
#ifndef AOE_COMPOSE_H
#define AOE_COMPOSE_H

#include "evaluate.h"

/* Builds the frame of a send statement for `host` into `bytes` (room: AOE_FRAME_MAX): defaults of
 * a correct request, the fields that the scenario sets, payload, cuts and padding, in that order.
 * Returns its length, or 0 with run->error set. `again` is what "send again" repeats, or NULL. */
size_t compose(struct run *run, const struct send *send, size_t host, const struct request *again,
               uint8_t *bytes);

/* The same for a frame of a target that is served: `answer`, the model's own, with the fields,
 * data and modifiers of `send`. A pattern as data is made for the count and LBA of `request`. */
size_t compose_answer(struct run *run, const struct send *send, const struct aoe_frame *request,
                      struct aoe_span answer, uint8_t *bytes);

#endif
