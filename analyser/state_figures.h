/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures in a state. Not for others. */
#ifndef AOE_STATE_FIGURES_H
#define AOE_STATE_FIGURES_H

#include "analysis.h"
#include "archive.h"

/* Each writes, or reads into what is empty. */
void state_counters(struct archive *archive, struct counters *counters);
void state_figures(struct archive *archive, struct figures *figures);

/* After a restart of what began in the middle of a capture: where seeks and think time of a pair
 * stand is not known, since what was before may have had a part in it. figures_join knows. */
void state_forget(struct figures *figures);

/* What was found, of `pairs` pairs. */
void state_findings(struct archive *archive, struct findings *findings, size_t pairs);

/* What the rules remember of the last requests before frame `number` and it: those that are read
 * get `shift` added to their numbers. */
void state_requests(struct archive *archive, struct findings *findings, uint64_t number,
                    uint64_t shift);

#endif
