/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A baseline: the scenarios that are known to fail, so that CI fails only for news. */
#ifndef AOE_BASELINE_H
#define AOE_BASELINE_H

#include "common/baseline_file.h"
#include "result.h"

/* Turns fail and advice that the baseline expects into known, and a pass that a pattern without
 * wildcards expects to fail into fixed; a pattern with wildcards that matches only passes makes
 * the first of them fixed. Skips stay skips. */
void baseline_apply(const struct baseline *baseline, struct arena *arena, struct report *report);

/* Writes a baseline that expects this report: an id a line with the reason. 0 or -1 and errno. */
int baseline_write(const char *path, const struct report *report);

#endif
