/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of aoe-initiator. */
#ifndef INITIATOR_OPTIONS_H
#define INITIATOR_OPTIONS_H

#include "actions.h"

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION, OPTIONS_WRONG };

struct options {
    struct engine_settings settings; /* depth, deadline, address; MTU as a limit */
    const char *interface;
    enum action action;
    struct action_range range; /* of read, write, verify */
    const char *stay;          /* the socket of the process that stays; NULL: none does */
    int64_t linger;            /* ns after which that process ends when nothing is asked of it */
};

/* Reads the command line. With OPTIONS_WRONG one line in `message` says what is wrong. */
enum options_result options_parse(struct options *options, int argc, char **argv, char *message,
                                  size_t size);

/* What --help prints. */
extern const char options_help[];

#endif
