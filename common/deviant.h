/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of a program that is a reference program with one thing wrong, by name. */
#ifndef AOE_DEVIANT_H
#define AOE_DEVIANT_H

#include <stdbool.h>
#include <stddef.h>

/* A deviation as the list has it. */
struct deviant_entry {
    const char *name;   /* words of the field with '-' between, stable */
    const char *clause; /* the id of the clause that it breaks */
    const char *needs;  /* what it takes to be seen; NULL for nothing special */
    const char *wrong;  /* what is wrong on the wire or for the user, without a full stop */
};

struct deviant_program {
    const char *name;      /* of the program: "aoe-target-deviant" */
    const char *reference; /* of which it takes the arguments: "aoe-target" */
    const char *role;      /* "target" or "initiator" */
    int usage_status;      /* the exit status of wrong use */

    /* Fills the entry at `index` of the list; false past its end. */
    bool (*entry)(size_t index, struct deviant_entry *entry);
    /* Runs the reference with the deviation at `index`; returns the exit status. */
    int (*run)(size_t index, int argc, char **argv);
};

/* Runs the program: --deviation NAME (or --deviation=NAME) and the arguments of the reference, or
 * one of --list-deviations, --help and --version alone. Returns the exit status; wrong use is told
 * in a line on standard error. */
int deviant_main(const struct deviant_program *program, int argc, char **argv);

#endif
