/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of aoe-initiator. */
#ifndef INITIATOR_OPTIONS_H
#define INITIATOR_OPTIONS_H

#include "actions.h"

enum action {
    ACTION_RESET,
    ACTION_DISCOVER,
    ACTION_READ,
    ACTION_WRITE,
    ACTION_VERIFY,
    ACTION_WORK,
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG };

struct options {
    struct engine_settings settings; /* depth, deadline, address; MTU as a limit */
    const char *interface;
    enum action action;
    struct action_range range; /* of read, write, verify */
};

/* Reads the command line. With OPTIONS_WRONG one line in `message` says what is wrong. */
enum options_result options_parse(struct options *options, int argc, char **argv, char *message,
                                  size_t size);

/* What --help prints. */
extern const char options_help[];

#endif
