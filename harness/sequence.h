/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random requests, right and wrong, as lines of a scenario: the same for the same seed. */
#ifndef AOE_SEQUENCE_H
#define AOE_SEQUENCE_H

#include "common/arena.h"

enum {
    SEQUENCE_AREA = 20,  /* sectors from `scratch` on that are written and read */
    SEQUENCE_END = 4,    /* the same at the end of the medium */
    SEQUENCE_BORDER = 8, /* the same with the border of 28 bits in the middle */
    SEQUENCE_THEMES = 4,
    SEQUENCE_BURST = 64, /* most requests of one line; twice as many where some may be lost */
    SEQUENCE_LINES = 96  /* most lines of one sequence */
};

struct sequence_source {
    uint64_t state;      /* of the random numbers; any value */
    unsigned allowed;    /* bits of enum touch: what the requests may change */
    unsigned theme;      /* of this sequence, set by sequence_preamble() */
    unsigned sectors;    /* sector count of the target, 1 to 255 */
    unsigned buffers;    /* buffer count of the target */
    unsigned string;     /* bytes of the longest config string that a frame carries */
    unsigned directives; /* of an edit, as many as a frame carries */
    unsigned addresses;  /* of a reserve list, the same */
    bool ata;            /* the target has it; of lists that it has none nothing may change */
    bool extended;       /* 48-bit commands as well */
    bool runts;          /* frames below 60 bytes leave as they are */
    bool low, low_end;   /* 28 bits reach the sectors from `scratch` on, and the last ones */
    bool end, border;    /* the sectors there may be written */
    bool past;           /* writes from the end on may be tried: they reach nothing else */
    bool zero;           /* writes with count 0: also 256 sectors would stay in the window */
    bool read_only;      /* writes are refused: the sectors are not known */
    bool strict;         /* also what is judged by clauses of level should */
};

struct sequence {
    const char *lines[SEQUENCE_LINES]; /* "a send config read" */
    size_t count;
    size_t settings, fixed; /* so many at its begin clear the settings, and then the sectors */
    size_t opening;         /* so many of these have responses that depend on what was before */
};

/* The head of a scenario for the hosts and changes of any sequence of this source, and the lines
 * that every sequence begins with, so that it does not depend on what was before. */
const char *sequence_head(struct arena *arena, const struct sequence_source *source,
                          const char *clause);
void sequence_preamble(struct arena *arena, struct sequence_source *source, struct sequence *to);

/* Appends a line, in some cases a few, where there is room. Returns how many requests they send. */
unsigned sequence_grow(struct arena *arena, struct sequence_source *source, struct sequence *to);

/* A random number below `below`. */
unsigned sequence_random(struct sequence_source *source, unsigned below);

#endif
