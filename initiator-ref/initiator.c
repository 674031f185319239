/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "initiator.h"

#include <signal.h>
#include <stdio.h>

#include "stay.h"

static int conclude(enum outcome outcome, const char *message)
{
    if (outcome != OUTCOME_DONE)
        fprintf(stderr, "aoe-initiator: %s\n", message);
    return (int)outcome;
}

/* The target is found and forgotten with this process. */
static int run_alone(const struct options *options)
{
    static struct driver driver = {.port = {.frames = -1, .events = -1}};
    enum outcome outcome = driver_open(&driver, options->interface, &options->settings);
    if (outcome == OUTCOME_DONE)
        outcome = action_carry_out(&driver, options->action, &options->range);
    driver_close(&driver);
    return conclude(outcome, driver.message);
}

/* Another process has the target, and keeps it. */
static int run_by_resident(const struct options *options, int argc, char **argv)
{
    char message[DRIVER_TEXT];
    bool resident;
    enum outcome outcome = stay_act(options, argc, argv, &resident, message, sizeof message);
    return resident ? (int)outcome : conclude(outcome, message);
}

static int reset(const struct options *options)
{
    char message[DRIVER_TEXT] = "";
    if (!options->stay)
        return OUTCOME_DONE;
    return conclude(stay_end(options->stay, message, sizeof message), message);
}

static int run(const struct options *options, int argc, char **argv)
{
    if (options->action == ACTION_RESET)
        return reset(options);
    return options->stay ? run_by_resident(options, argc, argv) : run_alone(options);
}

int initiator_main(int argc, char **argv, const struct engine_hooks *hooks)
{
    struct options options = {.interface = NULL};
    char message[DRIVER_TEXT];
    /* A closed standard output is an error to report, not an end. */
    signal(SIGPIPE, SIG_IGN);
    switch (options_parse(&options, argc, argv, message, sizeof message)) {
    case OPTIONS_HELP:
        printf("%s", options_help);
        return OUTCOME_DONE;
    case OPTIONS_VERSION:
        printf("aoe-initiator %s\n", SUITE_VERSION);
        return OUTCOME_DONE;
    case OPTIONS_WRONG:
        fprintf(stderr, "aoe-initiator: %s\n", message);
        return OUTCOME_USAGE;
    default:
        options.settings.hooks = hooks;
        return run(&options, argc, argv);
    }
}
