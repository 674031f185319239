/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads captures to their end and counts what is in them. */
#ifndef AOE_GATHER_H
#define AOE_GATHER_H

#include <signal.h>

#include "material.h"

/* How to read. */
struct gathering {
    const struct analysis_options *options;
    analysis_command_sink *sink; /* told of every command, or NULL */
    void *sink_user;
    const char *save;            /* where to put the state, or NULL */
    volatile sig_atomic_t *stop; /* reading ends when it is set */
    FILE *notes;                 /* warnings in lines, and progress where it is a terminal */
    bool quiet;                  /* no progress */
};

/* Reads the captures in the order of their time. A file that is cut or damaged is a warning, and
 * what stood before it is counted. -1 and one line in `error` where one cannot be opened, is no
 * capture, or there is no memory; then nothing is held. */
int gather_captures(struct material *material, const struct gathering *gathering,
                    const char *const *paths, size_t count, char *error, size_t error_size);

#endif
