/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of the reference target beside the target that is judged: told of every request, it
 * knows what the target may answer. What the specification leaves open, it leaves open. */
#ifndef AOE_ORACLE_H
#define AOE_ORACLE_H

#include "evaluate.h"
#include "target-ref/disk.h"
#include "target-ref/model.h"

enum { ORACLE_AREAS = 3, ORACLE_LEARNED = 128 };

/* Sectors of which the model knows what the target's hold, since the sequence began. */
struct oracle_area {
    uint64_t lba;
    unsigned count;   /* 64 at most */
    uint64_t unknown; /* a bit for each: a write that a target may carry out or refuse went there */
};

struct oracle {
    const struct session *session;
    const uint64_t *facts;
    bool strict; /* what clauses of level should ask for is expected as well */
    struct model model;
    struct disk disk; /* as large as the target's, sparse; never equal to it but in the areas */
    struct oracle_area areas[ORACLE_AREAS];
    size_t area_count;
    /* Other sectors that were read: nobody writes there, so they stay as they were found. */
    uint64_t learned[ORACLE_LEARNED];
    size_t learned_count;
    uint32_t tags[ORACLE_LEARNED]; /* of the sequence so far */
    size_t tag_count;
};

/* Makes the model say of itself what the target says; its settings are empty, and no sector is
 * known. 0, or -1 where there is no memory. */
int oracle_open(struct oracle *oracle, const struct session *session, const uint64_t *facts,
                bool strict);
void oracle_close(struct oracle *oracle);

/* From now on the model knows these sectors, once they were written; `count` up to 64. */
void oracle_add_area(struct oracle *oracle, uint64_t lba, unsigned count);

/* Begins a sequence: empty settings. */
void oracle_begin(struct oracle *oracle);

/* What is said of a request. */
struct oracle_says {
    const char *expected; /* what the target may answer, as the end of an expect line:
                             "config string=\"alpha\"", "refused or silence" */
    const char *learns;   /* the name under which the data of the response is to be kept
                             ("let NAME = a.data") for later expectations, or NULL */
    const char *clause;   /* that it is about */
};

/* Feeds the model a request. `may_learn` says whether the data of its response can be kept. */
struct oracle_says oracle_ask(struct oracle *oracle, struct arena *arena, struct aoe_span request,
                              bool may_learn);

#endif
