/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far reading has come, in a line that is rewritten in place: on a terminal only. */
#ifndef AOE_PROGRESS_H
#define AOE_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *to;
    bool on, shown;
    int64_t started, shown_at; /* ns, monotonic */
};

/* Shows nothing where `to` is no terminal, or where `quiet` is set. */
struct progress progress_begin(FILE *to, bool quiet);

/* Bytes read of `size` (0 where that is not known). The line appears after half a second, and
 * changes ten times a second at most. */
void progress_update(struct progress *progress, uint64_t position, uint64_t size);

/* Takes the line away, so that something else can be printed. */
void progress_clear(struct progress *progress);

/* The line's text: "  12 % of 1.15 GB, 123 MB/s"; `elapsed` in ns. Returns `to`. */
enum { PROGRESS_TEXT = 128 };
char *progress_text(char to[PROGRESS_TEXT], uint64_t position, uint64_t size, int64_t elapsed);

#endif
