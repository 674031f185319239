/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a scenario. */
#ifndef AOE_INTERPRET_H
#define AOE_INTERPRET_H

#include "evaluate.h"

/* Judges one scenario and fills `result` (scenario, verdict, reason, failures, frames). The needs
 * and permissions are looked at first: what is missing makes it a skip. `facts` is indexed by
 * enum fact; `initiator` is who is judged, NULL where a target is. */
void interpret(struct session *session, struct initiator *initiator,
               const struct scenario *scenario, const uint64_t *facts, struct result *result);

/* The verdict that the failures of a result give: fail for a must, advice for less. Also for
 * failures that came in after the scenario had ended. */
void interpret_conclude(struct result *result);

#endif
