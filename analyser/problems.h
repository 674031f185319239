/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong and what is slow, worst first: results.md has the list and the thresholds. */
#ifndef AOE_PROBLEMS_H
#define AOE_PROBLEMS_H

#include "analysis.h"
#include "common/arena.h"
#include "common/group.h"

enum severity { SEVERITY_WRONG, SEVERITY_SLOW, SEVERITY_NOTE };

/* "wrong", "slow", "note". */
const char *severity_name(enum severity severity);

enum { PROBLEM_FRAMES = 10, PROBLEM_NOTHING = -1 };

struct problem {
    const char *id;
    enum severity severity;
    /* What it is about: indices in the traffic, and an operation; PROBLEM_NOTHING. */
    int target, initiator, operation;
    bool counted; /* `count` is known: `part` of `whole` is the ratio, where whole is not 0 */
    uint64_t count, part, whole;
    const char *text; /* a sentence or two, without the name of what it is about */
    uint64_t frames[PROBLEM_FRAMES];
    size_t frame_count;
    size_t place; /* in the order in which they were found: decides between equals */
};

struct problems {
    struct problem *list;
    size_t count;
};

/* Finds them; all memory is of `arena`. -1 where there is no memory for a group. */
int problems_find(struct problems *problems, struct arena *arena, const struct figures *figures);

#endif
