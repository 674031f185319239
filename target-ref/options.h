/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of aoe-target. */
#ifndef TARGET_OPTIONS_H
#define TARGET_OPTIONS_H

#include "model.h"

enum { EXIT_REFUSED = 2 }; /* the exit status of a target that cannot begin */

struct options {
    bool read_only;
    uint16_t buffer_count;
    bool masks_given;
    struct model_list masks;
    const char *state;
    uint16_t shelf;
    uint8_t slot;
    const char *interface;
    const char *file;
};

/* Reads the command line, complaining about what is wrong with it. Returns -1 to go on, else the
 * exit status. */
int options_parse(struct options *options, int argc, char **argv);

/* Writes a line to standard error, with the program's name before it. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
