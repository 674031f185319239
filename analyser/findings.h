/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What breaks the rules of the protocol, by clause: how often, and the first frames. */
#ifndef AOE_FINDINGS_H
#define AOE_FINDINGS_H

#include "protocol/clause.h"
#include "protocol/request_memory.h"
#include "protocol/rule.h"

enum { FINDINGS_FIRST = 10 }; /* of each clause */

struct broken_rule {
    uint64_t frame; /* number */
    uint32_t pair;  /* index in the traffic */
    uint16_t byte, bytes;
    char field[32];
    char expected[64], actual[64];
};

struct clause_findings {
    uint64_t count;
    size_t first_count;
    struct broken_rule *first; /* [FINDINGS_FIRST], or NULL */
};

struct findings {
    struct clause_findings *clauses; /* as many as aoe_clauses has; NULL where nothing is checked */
    struct aoe_request_memory memory;
};

/* -1 where there is no memory. */
int findings_open(struct findings *findings);
void findings_close(struct findings *findings);

/* Applies the rules to frame `number` of that pair. `request` is the number of the frame that it
 * answers, 0 where it is a request or answers none. */
void findings_check(struct findings *findings, const struct aoe_frame *frame, uint64_t number,
                    uint32_t pair, uint64_t request);

/* Adds what a rule about whole exchanges found. */
void findings_add(struct findings *findings, const struct aoe_finding *finding, uint64_t number,
                  uint32_t pair);

/* Forgets what was found. */
void findings_restart(struct findings *findings);

/* Adds those of the part that follows, whose frames are `frames` later and whose pair i is
 * `pairs[i]` here. -1 where there is no memory. */
int findings_join(struct findings *findings, const struct findings *after, uint64_t frames,
                  const uint32_t *pairs);

#endif
