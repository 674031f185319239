/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the reports of a run go. */
#ifndef AOE_OUTPUT_H
#define AOE_OUTPUT_H

#include "options.h"
#include "report.h"

struct output {
    struct arena *arena;
    const struct options *options;
    struct report *report;
    struct report_style style;
    FILE *people; /* where the text report goes */
};

/* Text for people goes to standard error where a report for machines takes standard output; it has
 * colour on terminals. */
void output_open(struct output *output, struct arena *arena, const struct options *options,
                 struct report *report);

/* True for a terminal whose user has nothing against colours. */
bool output_has_colours(FILE *to);

/* Writes captures, reports and baseline as the options say. 0, or -1 with a line in `error`. */
int output_write(struct output *output, const char **error);

#endif
