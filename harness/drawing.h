/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame field by field: every byte of it belongs to one of the fields that are drawn. */
#ifndef AOE_DRAWING_H
#define AOE_DRAWING_H

#include "result.h"

struct drawn_field {
    const char *name;
    size_t byte, bytes; /* place in the frame; bytes 0: the frame ends before it */
    const char *bits;   /* "bits 4-7" of a byte that two fields share, or "" */
    const char *value;  /* may hold anything that was in the frame */
    bool wrong;         /* a wrong row of the failure has bytes or bits of it */
};

/* The fields of an event's frame, in order: Ethernet and AoE header, the argument of its command,
 * and what follows. Long lists end with a field that stands for the rest. `rows` are those of the
 * failure that the frame shows (may be none). Memory is the arena's. */
struct drawn_field *drawing_fields(struct arena *arena, const struct event *event,
                                   const struct row *rows, size_t row_count, size_t *count);

#endif
