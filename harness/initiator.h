/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initiator that is judged: what makes it do something, and what it is seen to do. */
#ifndef AOE_INITIATOR_H
#define AOE_INITIATOR_H

#include "serving.h"
#include "stimulus.h"

struct initiator {
    struct serving serving;
    const char *command;       /* the stimulus, or NULL: it is watched in what it does by itself */
    bool verbose;              /* the stimulus may talk on standard error */
    struct stimulus *stimulus; /* that runs, or whose end no statement has dealt with; or NULL */
    bool over;                 /* it has ended */
    bool looks;                /* "initiator sends" looks at each request as it comes */
    const struct statement *statement; /* that has started it */
    enum stimulus_action action;
    uint64_t lba, count; /* sectors */
    struct aoe_span input;
    int64_t started;
};

/* The part that it plays in a session. */
struct session_role initiator_role(struct initiator *initiator);

/* Makes the initiator forget every target, by the stimulus. 0, or -1 with a line in `reason`:
 * the initiator hangs, or the stimulus is broken. */
int initiator_reset(struct initiator *initiator, const char **reason);

/* Runs `discover` and waits until a request has come, or the patience is over; without a stimulus
 * it waits for a request. 0, or -1 with a line in `reason`. */
int initiator_meet(struct initiator *initiator, const char **reason);

/* Where there is no stimulus: serves it for as long as the patience, and judges what it sends. */
void initiator_watch(struct initiator *initiator);

/* Why the scenario cannot be judged without a stimulus; NULL where it can. */
const char *initiator_skips(const struct initiator *initiator, const struct scenario *scenario);

/* Begins and ends a scenario. The end waits for a stimulus that still runs and resets the
 * initiator; one that hangs has failed the scenario. */
void initiator_begin(struct run *run);
void initiator_end(struct run *run);

/* The statements "serve", "when", "announce", "stimulate", "stimulus" and "initiator sends". */
bool initiator_serve(struct run *run, const struct statement *statement);
bool initiator_when(struct run *run, const struct statement *statement);
bool initiator_announce(struct run *run, const struct statement *statement);
bool initiator_stimulate(struct run *run, const struct statement *statement);
bool initiator_stimulus(struct run *run, const struct statement *statement);
bool initiator_sends(struct run *run, const struct statement *statement);

#endif
