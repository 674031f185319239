/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine with a clock, an interface, and a user who has data for it. */
#ifndef INITIATOR_DRIVER_H
#define INITIATOR_DRIVER_H

#include <stdio.h>

#include "common/port.h"
#include "engine.h"

enum { DRIVER_TEXT = 256 };

/* How an action ends, and the exit status of the program. */
enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_ERROR = 1,   /* the target: not found, refuses, fails, falls silent */
    OUTCOME_DIFFERS = 2, /* it returned other data than were written */
    OUTCOME_USAGE = 64,
    OUTCOME_BROKEN = 69,   /* this end: the interface, standard input or output, memory */
    OUTCOME_CRASHED = 134, /* the process that stays has ended without a word; as by SIGABRT */
};

struct driver {
    struct engine engine;
    struct port port;
    uint32_t mtu_limit; /* of the user, bytes */
    FILE *input;        /* the data that an action writes or compares with, */
    FILE *output;       /* and what it reads */
    int caller;         /* a socket whose hang-up ends an action, -1 for none */
    bool found;         /* the target is known, from this action or one before */
    uint8_t frame[AOE_FRAME_MAX];
    char message[DRIVER_TEXT]; /* why an outcome is not OUTCOME_DONE: one line */
};

/* Opens the interface and makes an engine of the settings, of which address and MTU are the
 * interface's (but no larger than `settings->mtu`) and the tags begin anywhere. Input and output
 * are the standard ones. OUTCOME_DONE, or OUTCOME_BROKEN with a message; driver_close() in either
 * case. */
enum outcome driver_open(struct driver *driver, const char *interface,
                         const struct engine_settings *settings);
void driver_close(struct driver *driver);

/* Takes over depth, deadline and MTU limit of other settings, for the actions that follow. */
void driver_adjust(struct driver *driver, const struct engine_settings *settings);

/* Finds the target anew; see engine_open(). */
enum outcome driver_discover(struct driver *driver);

/* Finds the target where it is not known yet. */
enum outcome driver_find(struct driver *driver);

/* Carries the transfers out; see engine_transfer(). */
enum outcome driver_transfer(struct driver *driver, const struct engine_transfer *transfers,
                             size_t count);

/* Ends what is under way. After an outcome that is an error the target is not known any more. */
void driver_rest(struct driver *driver, enum outcome outcome);

enum driver_event { DRIVER_ASKED, DRIVER_BORED, DRIVER_BROKEN };

/* Between actions: follows what the target and the link say. Until `asked` (a descriptor) can be
 * read: DRIVER_ASKED; for `most` ns: DRIVER_BORED; until the interface is gone: DRIVER_BROKEN, with
 * a message. */
enum driver_event driver_listen(struct driver *driver, int asked, int64_t most);

#endif
