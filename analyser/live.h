/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens on an interface, interval by interval: a view on the terminal, or lines of JSON. */
#ifndef AOE_LIVE_H
#define AOE_LIVE_H

#include <stdio.h>

#include "analysis.h"

/* Bounds of the interval, ns. */
#define LIVE_INTERVAL_MIN INT64_C(100000000)
#define LIVE_INTERVAL_MAX INT64_C(3600000000000)

struct live_options {
    const char *interface;
    int64_t interval; /* ns, within the bounds above */
    uint64_t count;   /* intervals after which it ends; 0: none */
    FILE *json;       /* where the lines go; NULL for the view on standard input and output */
    struct analysis_options analysis; /* with `check` whole frames are captured */
};

/* Captures until SIGINT, SIGTERM, SIGHUP, the view's q, the end of the intervals, or until nobody
 * reads the lines any more; then 0. -1 and one line in `error` that says what to do where the
 * interface cannot be captured from, there is no terminal for the view, the lines cannot be
 * written, or there is no memory. An interface that goes down or away is waited for. The terminal
 * is as before in any case. SIGPIPE is ignored meanwhile. */
int live_run(const struct live_options *options, char *error, size_t size);

#endif
