/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resident.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call.h"
#include "stay.h"

struct resident {
    const struct options *options; /* of the call that it was made for */
    struct driver driver;
    int listener; /* -1: nobody else can ask */
};

/* ---- becoming ---- */

/* Standard input and output are the caller's, which may end; so may whatever it has open. Returns
 * the place of `connection`. */
static int leave(int connection)
{
    enum { PLACE = STDERR_FILENO + 1 };
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    setsid();
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0 ||
        dup2(nothing, STDERR_FILENO) < 0)
        return -1;
    if (connection != PLACE && dup3(connection, PLACE, O_CLOEXEC) < 0)
        return -1;
    close_range(PLACE + 1, ~0U, 0);
    return PLACE;
}

/* ---- one action ---- */

static enum outcome refuse(struct driver *driver, enum outcome outcome, const char *why)
{
    snprintf(driver->message, sizeof driver->message, "%s", why);
    return outcome;
}

static bool same_target(const struct options *a, const struct options *b)
{
    return strcmp(a->interface, b->interface) == 0 && a->settings.shelf == b->settings.shelf &&
           a->settings.slot == b->settings.slot;
}

/* Opens the caller's data as streams; what they are made of is theirs from then on. */
static bool open_streams(struct driver *driver, struct call *call)
{
    driver->input = fdopen(call->input, "r");
    if (driver->input)
        call->input = -1;
    driver->output = fdopen(call->output, "w");
    if (driver->output)
        call->output = -1;
    return driver->input && driver->output;
}

static void close_streams(struct driver *driver)
{
    if (driver->input)
        fclose(driver->input);
    if (driver->output)
        fclose(driver->output);
    driver->input = driver->output = NULL;
}

static enum outcome carry_out(struct resident *resident, struct call *call, int caller)
{
    struct driver *driver = &resident->driver;
    struct options options = {.interface = NULL};
    if (options_parse(&options, call->count, call->words, driver->message,
                      sizeof driver->message) != OPTIONS_RUN)
        return OUTCOME_USAGE;
    if (!same_target(&options, resident->options))
        return refuse(driver, OUTCOME_USAGE,
                      "the process that stays has another interface or target: 'reset' ends it");
    if (!open_streams(driver, call))
        return refuse(driver, OUTCOME_BROKEN, strerror(errno));
    driver->caller = caller;
    driver_adjust(driver, &options.settings);
    enum outcome outcome = action_carry_out(driver, options.action, &options.range);
    driver_rest(driver, outcome);
    driver->caller = -1;
    return outcome;
}

/* Tells the first caller why there is nobody to serve it. What it asks for is taken first: who goes
 * without is taken for crashed. */
static void turn_away(const struct resident *resident, int caller, enum outcome outcome)
{
    struct call call;
    if (call_receive(caller, &call) == 0)
        call_answer(caller, (int)outcome, resident->driver.message);
    call_close(&call);
    close(caller);
}

/* Nothing is said to a caller that asks for nothing. */
static void serve(struct resident *resident, int caller)
{
    struct call call;
    struct driver *driver = &resident->driver;
    if (call_receive(caller, &call) == 0) {
        enum outcome outcome = carry_out(resident, &call, caller);
        /* What is left in the streams belongs to the caller before it is told the end. */
        close_streams(driver);
        call_answer(caller, (int)outcome, outcome == OUTCOME_DONE ? "" : driver->message);
        call_close(&call);
    }
    close(caller);
}

/* ---- staying ---- */

static bool serve_next(struct resident *resident)
{
    int caller = accept4(resident->listener, NULL, NULL, SOCK_CLOEXEC);
    if (caller < 0)
        return false;
    if (stay_peer(caller) > 0)
        serve(resident, caller);
    else
        close(caller);
    return true;
}

/* Who has connected before the socket was gone is served still. */
static void stay(struct resident *resident)
{
    const struct options *options = resident->options;
    struct driver *driver = &resident->driver;
    while (driver_listen(driver, resident->listener, options->linger) == DRIVER_ASKED)
        serve_next(resident);
    unlink(options->stay);
    while (serve_next(resident))
        ;
}

int resident_run(const struct options *options, int connection)
{
    static struct resident resident;
    struct driver *driver = &resident.driver;
    resident.options = options;
    resident.listener = -1;
    driver->port.frames = driver->port.events = -1;
    connection = leave(connection);
    if (connection < 0)
        return OUTCOME_BROKEN;
    enum outcome outcome = driver_open(driver, options->interface, &options->settings);
    if (outcome == OUTCOME_DONE) {
        resident.listener = stay_listen(options->stay, driver->message, sizeof driver->message);
        outcome = resident.listener < 0 ? OUTCOME_BROKEN : OUTCOME_DONE;
    }
    if (outcome == OUTCOME_DONE) {
        serve(&resident, connection);
        stay(&resident);
        close(resident.listener);
    } else {
        turn_away(&resident, connection, outcome);
    }
    driver_close(driver);
    return (int)outcome;
}
