/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of the reference target beside the target that is judged: told of every request, it
 * knows what the target may answer. What the specification leaves open, it leaves open. */
#ifndef AOE_ORACLE_H
#define AOE_ORACLE_H

#include "evaluate.h"
#include "target-ref/disk.h"
#include "target-ref/model.h"

struct oracle {
    const struct session *session;
    const uint64_t *facts;
    struct model model;
    struct disk disk; /* as large as the target's, sparse; never equal to it but in the area */
    uint64_t area, area_count; /* sectors that both hold the same since the sequence began */
};

/* Makes the model say of itself what the target says; its settings are empty. 0, or -1 where there
 * is no memory. */
int oracle_open(struct oracle *oracle, const struct session *session, const uint64_t *facts,
                uint64_t area, uint64_t area_count);
void oracle_close(struct oracle *oracle);

/* Begins a sequence: empty settings. */
void oracle_begin(struct oracle *oracle);

/* Feeds the model a request. Returns what the target may answer, as the end of an expect line:
 * "config string=\"alpha\"", "refused or silence". */
const char *oracle_expects(struct oracle *oracle, struct arena *arena, struct aoe_span request);

#endif
