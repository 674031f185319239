/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random requests, right and wrong, as lines of a scenario: the same for the same seed. */
#ifndef AOE_SEQUENCE_H
#define AOE_SEQUENCE_H

#include "common/arena.h"

enum {
    SEQUENCE_AREA = 8,  /* sectors from `scratch` on that are written and read */
    SEQUENCE_LINES = 96 /* most requests of one sequence */
};

struct sequence_source {
    uint64_t state;           /* of the random numbers; any value */
    unsigned allowed;         /* bits of enum touch: what the requests may change */
    unsigned sectors;         /* sector count of the target */
    bool ata, masks, reserve; /* what the target has */
};

struct sequence {
    const char *lines[SEQUENCE_LINES]; /* "a send config read" */
    size_t count;
    size_t settings, fixed; /* so many at its begin clear the settings, and then the area */
};

/* The head of a scenario for the hosts and changes of any sequence of this source, and the lines
 * that every sequence begins with, so that it does not depend on what was before. */
const char *sequence_head(struct arena *arena, const struct sequence_source *source,
                          const char *clause);
void sequence_preamble(struct arena *arena, const struct sequence_source *source,
                       struct sequence *to);

/* Appends one request. */
void sequence_grow(struct arena *arena, struct sequence_source *source, struct sequence *to);

/* A random number below `below`. */
unsigned sequence_random(struct sequence_source *source, unsigned below);

#endif
