/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the text for people goes, and how it looks there. */
#ifndef AOE_PEOPLE_H
#define AOE_PEOPLE_H

#include "options.h"
#include "report.h"

struct people {
    FILE *to; /* standard error where standard output is taken */
    struct report_style style;
};

/* Colours on a terminal only, unless NO_COLOR is set. */
struct people people_of(const struct options *options);

/* Says in `error` that the text could not be written, by errno. Returns the exit status. */
int people_failed(char *error, size_t error_size);

#endif
