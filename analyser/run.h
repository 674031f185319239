/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What aoe-analyze does, one function for each way to call it. */
#ifndef AOE_ANALYZE_RUN_H
#define AOE_ANALYZE_RUN_H

#include <signal.h>

#include "options.h"

/* Exit status. Where several apply the one that stands first here counts. */
enum {
    EXIT_USAGE = 2,
    EXIT_FAILED = 3,        /* could not read or write */
    EXIT_INTERRUPTED = 130, /* by SIGINT, SIGTERM or SIGHUP */
    EXIT_FOUND = 1,         /* a damaged file, a rule broken */
    EXIT_FINE = 0,
};

/* Reads captures, or states, and reports on them. Reading ends when `stop` is set: what was read
 * so far is reported. The exit status, with one line in `error` where there is something to say. */
int run_captures(const struct options *options, volatile sig_atomic_t *stop, char *error,
                 size_t error_size);

/* Reads two captures, or states, and reports what differs. */
int run_compare(const struct options *options, volatile sig_atomic_t *stop, char *error,
                size_t error_size);

/* Watches an interface until a signal, the view's q, or until nobody reads the lines of JSON. */
int run_live(const struct options *options, char *error, size_t error_size);

#endif
