/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which scenarios a run consists of. */
#ifndef AOE_SELECTION_H
#define AOE_SELECTION_H

#include "catalogue.h"
#include "options.h"
#include "result.h"

/* -1 with a line in `error` where a pattern of the user's matches no scenario of this kind of run:
 * a mistake that would make CI green. */
int selection_check(struct arena *arena, const struct options *options,
                    const struct catalogue *catalogue, const char **error);

/* Gives the report a result, still without a verdict, for each scenario that is to run. */
void selection_make(struct arena *arena, const struct options *options,
                    const struct catalogue *catalogue, struct report *report);

/* The command that does this run again, without the patterns. */
const char *selection_command(struct arena *arena, const struct options *options);

/* The same with the patterns of the scenarios that are run and left out. */
const char *selection_command_whole(struct arena *arena, const struct options *options);

#endif
