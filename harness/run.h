/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole run against a target: discovery, saving, scenarios, restoring, reports. */
#ifndef AOE_RUN_H
#define AOE_RUN_H

#include "catalogue.h"
#include "options.h"

/* Judges the target that the options name by the scenarios that they select, and writes all
 * reports. `stop` is set by SIGINT and SIGTERM. Returns the exit status; what could not even
 * begin has one line in `error`. */
int run_target(struct arena *arena, const struct options *options,
               const struct catalogue *catalogue, volatile int *stop, const char **error);

/* Puts back what the journal says. Returns the exit status, with a line in `error` unless 0. */
int run_recover(struct arena *arena, const char *path, volatile int *stop, const char **error);

#endif
