/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the target is and has, found out before anything is judged. Nothing here changes it. */
#ifndef AOE_DISCOVER_H
#define AOE_DISCOVER_H

#include "session.h"

/* Asks for the target by broadcast, repeatedly, for at most three seconds; then asks it for its
 * configuration, identity and commands. 0, or -1 with one line in `reason`. Fills
 * session->target and what the gate knows of the target. */
int discover(struct session *session, const char **reason);

/* Measures round trips and the harness's own wake-up delay, and sets the quiet window and the
 * timeout by them; `timeout_ms` is the user's, 0 for none. 0, or -1 with a line in `reason`. */
int discover_timing(struct session *session, unsigned timeout_ms, const char **reason);

/* Finds out which other targets there are behind the same MAC, so that their answers are not taken
 * for this one's. After discover_timing. */
void discover_neighbours(struct session *session);

/* Finds out whether writes are refused, by writing a sector of the scratch window with what is in
 * it; refused in whatever way. Only where the gate allows media; else, and without a window,
 * nothing is known. */
void discover_read_only(struct session *session);

/* The values of all facts, indexed by enum fact. */
void discover_facts(const struct session *session, uint64_t facts[FACT_COUNT]);

#endif
