/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report in the forms that people and machines read. Each writes to a stream and returns 0, or
 * -1 where writing failed. */
#ifndef AOE_REPORT_H
#define AOE_REPORT_H

#include <stdio.h>

#include "result.h"

struct report_style {
    size_t done, total; /* scenarios, for the progress line */
    bool colour;
    bool verbose; /* every scenario, and every frame of it in a line */
    bool quiet;   /* another report goes to the same standard output */
};

/* The head (target and timing) before the scenarios run, then one call for each result as it
 * comes (progress on a terminal; with `verbose` a line each), then all that matters. */
int report_text_head(FILE *to, const struct report *report, const struct report_style *style);
int report_text_result(FILE *to, const struct result *result, const struct report_style *style);
int report_text_end(FILE *to, const struct report *report, const struct report_style *style);

int report_json(FILE *to, const struct report *report);
int report_junit(FILE *to, const struct report *report);
int report_tap(FILE *to, const struct report *report);

/* One page without outside references; where writing fails, errno says why. */
int report_html(FILE *to, const struct report *report);

/* Writes the frames of one result as pcapng (nanoseconds, Ethernet), each sent frame with its
 * scenario line as comment, the frames that show a failure with verdict, clause and reason, the
 * last frame with the verdict; section comment: id, title, verdict. -1 and errno on failure. */
int report_capture(FILE *to, const struct report *report, const struct result *result);

#endif
