/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole run against an initiator: serving, scenarios, reports. */
#ifndef AOE_RUN_INITIATOR_H
#define AOE_RUN_INITIATOR_H

#include "catalogue.h"
#include "options.h"

/* Plays the target that the options name, judges the initiator by the scenarios that they select,
 * and writes all reports. `stop` is set by SIGINT and SIGTERM. Returns the exit status; what could
 * not even begin has one line in `error`. */
int run_initiator(struct arena *arena, const struct options *options,
                  const struct catalogue *catalogue, volatile int *stop, const char **error);

#endif
