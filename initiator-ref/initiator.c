/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "initiator.h"

#include <signal.h>
#include <stdio.h>

#include "options.h"

static enum outcome act(struct driver *driver, const struct options *options)
{
    switch (options->action) {
    case ACTION_DISCOVER:
        return action_discover(driver);
    case ACTION_READ:
        return action_read(driver, &options->range);
    case ACTION_WRITE:
        return action_write(driver, &options->range);
    case ACTION_VERIFY:
        return action_verify(driver, &options->range);
    case ACTION_WORK:
        return action_work(driver);
    default: /* reset: nothing outlives the action that made it */
        return OUTCOME_DONE;
    }
}

static int run(const struct options *options)
{
    static struct driver driver = {.port = {.frames = -1, .events = -1}};
    if (options->action == ACTION_RESET)
        return OUTCOME_DONE;
    enum outcome outcome = driver_open(&driver, options->interface, &options->settings);
    if (outcome == OUTCOME_DONE)
        outcome = act(&driver, options);
    driver_close(&driver);
    if (outcome != OUTCOME_DONE)
        fprintf(stderr, "aoe-initiator: %s\n", driver.message);
    return (int)outcome;
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
        return run(&options);
    }
}
