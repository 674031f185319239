/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --list and --explain. */
#ifndef AOE_EXPLAIN_H
#define AOE_EXPLAIN_H

#include "catalogue.h"
#include "options.h"

/* Prints a line for each scenario that the options' patterns select: id, clause, level, title.
 * Returns the exit status, with a line in `error` where a pattern matches nothing. */
int explain_list(struct arena *arena, const struct options *options,
                 const struct catalogue *catalogue, const char **error);

/* Prints a scenario with its clause and text, or a clause with its scenarios, or with "all" every
 * clause. Returns the exit status, with a line in `error` where there is no such id. */
int explain_id(struct arena *arena, const char *id, const struct catalogue *catalogue,
               const char **error);

#endif
