/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's command that makes an initiator do something, while it runs. */
#ifndef AOE_STIMULUS_H
#define AOE_STIMULUS_H

#include "common/arena.h"

/* How the command ends; anything else: it is broken. */
enum {
    STIMULUS_DONE = 0,
    STIMULUS_ERROR = 1,         /* the initiator has reported an error */
    STIMULUS_DIFFERS = 2,       /* it has read other data than it had written */
    STIMULUS_CANNOT = 77,       /* not with this initiator */
    STIMULUS_SIGNAL = 128,      /* and a signal's number: it has crashed; as shells tell it */
    STIMULUS_LAST_SIGNAL = 192, /* the highest of them */
};

struct stimulus;

/* Runs `command` by the shell, in a process group of its own, with `input` on its standard input.
 * More than `most` bytes of output are not kept. Its standard error goes to this program's where
 * `verbose` is set. NULL with a line in `error`. */
struct stimulus *stimulus_start(const char *command, struct aoe_span input, size_t most,
                                bool verbose, char *error, size_t size);

/* Moves input and output without waiting. True once the command has ended and all its output is
 * there. */
bool stimulus_turn(struct stimulus *stimulus);

/* Of one that has ended: its exit status, and what it has written. `output` lives until it is
 * closed; `*more` where it has written more than is kept. */
int stimulus_status(const struct stimulus *stimulus);
struct aoe_span stimulus_output(const struct stimulus *stimulus, bool *more);

/* Ends the process group where it still runs: SIGTERM, and SIGKILL a second later. NULL is fine. */
void stimulus_close(struct stimulus *stimulus);

#endif
