/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the exchanges say of a frame becomes figures. Not for others than the analysis. */
#ifndef AOE_ANALYSIS_EVENT_H
#define AOE_ANALYSIS_EVENT_H

#include "analysis.h"

/* An AoE frame on its way through. */
struct step {
    const struct sample *sample;
    uint64_t number;
    size_t bin;                           /* of the timeline */
    const struct aoe_frame *frame;        /* NULL until it is needed: see step_frame; then */
    const struct capture_frame *captured; /* this is decoded */
    struct aoe_frame *decoded;            /* into that */
};

/* The whole frame: most are counted without. */
const struct aoe_frame *step_frame(struct analysis *analysis, struct step *step);

/* Feeds the frame to the exchanges and counts what comes of it. */
void analysis_event(struct analysis *analysis, struct step *step);

/* Counts a request that nobody answered: what the exchanges tell an analysis, `user`. */
void analysis_give_up(void *user, const struct aoe_exchange_given_up *given_up);

#endif
