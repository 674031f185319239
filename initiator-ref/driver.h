/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine with a clock and an interface. */
#ifndef INITIATOR_DRIVER_H
#define INITIATOR_DRIVER_H

#include "common/port.h"
#include "engine.h"

enum { DRIVER_TEXT = 256 };

/* How an action ends, and the exit status of the program. */
enum outcome {
    OUTCOME_DONE = 0,
    OUTCOME_ERROR = 1,   /* the target: not found, refuses, fails, falls silent */
    OUTCOME_DIFFERS = 2, /* it returned other data than were written */
    OUTCOME_USAGE = 64,
    OUTCOME_BROKEN = 69, /* this end: the interface, standard input or output, memory */
};

struct driver {
    struct engine engine;
    struct port port;
    uint32_t mtu_limit; /* of the user, bytes */
    uint8_t frame[AOE_FRAME_MAX];
    char message[DRIVER_TEXT]; /* why an outcome is not OUTCOME_DONE: one line */
};

/* Opens the interface and makes an engine of the settings, of which address and MTU are the
 * interface's (but no larger than `settings->mtu`) and the tags begin anywhere. OUTCOME_DONE, or
 * OUTCOME_BROKEN with a message; driver_close() in either case. */
enum outcome driver_open(struct driver *driver, const char *interface,
                         const struct engine_settings *settings);
void driver_close(struct driver *driver);

/* Finds the target; see engine_open(). */
enum outcome driver_discover(struct driver *driver);

/* Carries the transfers out; see engine_transfer(). */
enum outcome driver_transfer(struct driver *driver, const struct engine_transfer *transfers,
                             size_t count);

#endif
