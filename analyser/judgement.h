/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the findings of a capture mean: by clause, with what a baseline says of them. */
#ifndef AOE_JUDGEMENT_H
#define AOE_JUDGEMENT_H

#include "analysis.h"
#include "common/baseline_file.h"
#include "common/group.h"

enum judged {
    JUDGED_FAIL,   /* a must does not hold */
    JUDGED_FIXED,  /* the baseline says it does not hold, and it holds */
    JUDGED_ADVICE, /* a should or may does not hold */
    JUDGED_KNOWN,  /* as the baseline says */
};

/* "fail", "fixed", "advice", "known". */
const char *judged_name(enum judged judged);

struct verdict {
    const struct aoe_clause *clause;
    enum judged judged;
    uint64_t count;                  /* times it does not hold; 0 with fixed */
    const struct broken_rule *first; /* `first_count` of them, NULL for none */
    size_t first_count;
    const char *reason; /* what the baseline says: with known and fixed, else "" */
};

struct judgement {
    struct verdict *verdicts; /* by `judged`, then in the order of the clauses */
    size_t count;
    bool failed; /* one of them is fail or fixed */
};

/* Judges figures that were checked; without findings the judgement is empty. `baseline` may be
 * NULL. A clause that no rule judges, and every clause where the capture has no AoE frame, is
 * neither broken nor fixed. All memory is of `arena`; the figures stay in use. -1 where there is no
 * memory for a group. */
int judge(struct judgement *judgement, struct arena *arena, const struct figures *figures,
          const struct baseline *baseline);

/* Writes a baseline that expects this judgement. 0, or -1 and errno. */
int judgement_write_baseline(const struct judgement *judgement, const char *path);

#endif
