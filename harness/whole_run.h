/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run of many scenarios, whoever is judged: what comes before and after them, and what happens
 * when one of them crashes or is interrupted. */
#ifndef AOE_WHOLE_RUN_H
#define AOE_WHOLE_RUN_H

#include "catalogue.h"
#include "common/baseline_file.h"
#include "output.h"
#include "session.h"

struct whole_run {
    struct arena *arena;
    const struct options *options;
    const struct whole_run_side *side;
    void *user; /* of the side */
    struct report report;
    struct session session;
    struct baseline baseline;
    struct output output;
    struct result background; /* frames that belong to no scenario */
    const char **error;
};

/* What differs between judging a target and judging an initiator. All get the run's `user`. */
struct whole_run_side {
    /* Gives the report its results, still without verdicts; NULL: those of the scenarios that the
     * options select. */
    void (*select)(void *user, const struct catalogue *catalogue);
    /* Finds who is judged. 0, or the exit status with a line in the run's error; EXIT_USAGE ends
     * the run without a report. */
    int (*meet)(void *user);
    /* Between the head of the report and the first scenario; NULL: nothing. */
    void (*begin)(void *user);
    /* Judges one scenario: fills the result. */
    void (*interpret)(void *user, struct result *result);
    /* After a scenario; `was_silent`: who is judged had stopped answering before it. */
    void (*after)(void *user, struct result *result, bool was_silent);
    /* After the last, also of an interrupted run; NULL: nothing. */
    void (*finish)(void *user);
    const char *silent; /* why nothing more is run: "the target had stopped answering" */
};

/* Prepares the session with the target's address that the options name, and the report. */
void whole_run_session(struct whole_run *run, struct link *link, volatile int *stop);

/* Runs the scenarios that the options select, and writes all reports; `run` has its first four
 * members and `error` set, and what the side wants to say of the report. Returns the exit status;
 * what could not even begin has one line in `*run->error`. */
int whole_run(struct whole_run *run, const struct catalogue *catalogue, volatile int *stop);

#endif
