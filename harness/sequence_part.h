/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts that random sequences are made of: a message of each command, and what may be wrong
 * with any frame. For sequence.c. */
#ifndef AOE_SEQUENCE_PART_H
#define AOE_SEQUENCE_PART_H

#include "sequence.h"

/* One of `count` texts. */
const char *sequence_pick(struct sequence_source *source, const char *const *of, size_t count);

#define SEQUENCE_PICK(source, array)                                                               \
    sequence_pick(source, array, sizeof(array) / sizeof((array)[0]))

/* True in one of so many cases. */
bool sequence_once_in(struct sequence_source *source, unsigned cases);

/* Whether the requests may change this, one bit of enum touch; all of several. */
bool sequence_may(const struct sequence_source *source, unsigned touch);

/* A message of the command as a scenario has it, "config read \"alpha\"". */
const char *sequence_ata(struct arena *arena, struct sequence_source *source);
const char *sequence_config(struct arena *arena, struct sequence_source *source);
const char *sequence_mask(struct arena *arena, struct sequence_source *source);
const char *sequence_reserve(struct arena *arena, struct sequence_source *source);

/* A write that is wrong in some way, or a constant one, and a read of the sectors that it is about.
 */
void sequence_write_pair(struct arena *arena, struct sequence_source *source, const char *pair[2]);

/* What is behind the message `line`, " version=0": nearly always nothing. */
const char *sequence_twist(struct arena *arena, struct sequence_source *source, const char *line);

/* Writes all sectors that are written and read: one line after the other, NULL behind the last. */
const char *sequence_fill(struct arena *arena, const struct sequence_source *source,
                          unsigned index);

#endif
