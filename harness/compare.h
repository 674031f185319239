/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command "aoe-conform compare". */
#ifndef AOE_COMPARE_H
#define AOE_COMPARE_H

#include "options.h"

/* Reads the command line of "aoe-conform compare", `argv[0]` being "compare". As options_parse().
 */
int compare_options(struct arena *arena, int argc, char **argv, struct options *options,
                    const char **error);

/* Compares the results and writes what the options say. Returns the exit status: 0 where all
 * verdicts are the same, 1 where some differ, 2 with a line in `error` where a file is no result, 3
 * with one where writing failed. */
int compare_run(struct arena *arena, const struct options *options, const char **error);

#endif
