/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a baseline: what is known to fail. One line each: a glob over ids, and behind # why.
 * Empty lines and lines that start with # are skipped. */
#ifndef AOE_BASELINE_FILE_H
#define AOE_BASELINE_FILE_H

#include "arena.h"

struct baseline {
    struct {
        const char *pattern;
        const char *why; /* "" where the line has none */
        unsigned line;
    } * entries;
    size_t count;
};

/* Reads a baseline. -1 with "path: ..." or "path:line: ..." in `error` where it cannot be read
 * or a line is not a pattern. */
int baseline_read(struct arena *arena, const char *path, struct baseline *baseline,
                  const char **error);

#endif
