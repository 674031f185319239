/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the oracle says of ATA commands, and what clause a request is about. For oracle.c. */
#ifndef AOE_ORACLE_PART_H
#define AOE_ORACLE_PART_H

#include "oracle.h"

/* One request on its way through, and what the model has answered. */
struct question {
    struct oracle *oracle;
    struct arena *arena;
    struct aoe_frame request, answer;
    bool had_string;    /* before the request */
    bool certain;       /* it must be answered */
    bool again;         /* with a tag that an earlier request of the sequence had */
    bool may_learn;     /* the response can be kept */
    bool changes_data;  /* the request has other data than the sectors that it would write had */
    const char *learns; /* as in struct oracle_says */
};

/* Bytes as a scenario has them: x"00ff". */
const char *oracle_hex(struct arena *arena, struct aoe_span bytes);

/* Cut in its header or its argument. */
bool oracle_is_cut(const struct question *q);

/* Whether the target has the command: the lists are there, or are refused as a whole. */
bool oracle_has_command(const struct question *q);

/* The clause that a request is about, given what the model thinks of it: where the target does
 * something else, most likely that one is broken. */
const char *oracle_clause(const struct question *q);

/* To be called before the model is: sets `changes_data`. */
void oracle_ata_compare(struct question *q);

/* What the target may answer to an ATA command that the model has answered. */
const char *oracle_ata_expects(struct question *q);

#endif
