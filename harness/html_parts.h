/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the HTML report, each written to the page's stream; errors are left in it. */
#ifndef AOE_HTML_PARTS_H
#define AOE_HTML_PARTS_H

#include "common/page_frame.h"
#include "result.h"

struct html_report {
    FILE *to;
    struct arena *arena; /* for texts that live until the page is written */
    const struct report *report;
    size_t drawn; /* frames that were drawn so far */
};

/* Writes a whole page of the suite: styles and scripts of harness/page/. 0, or -1 and errno. */
int html_page(FILE *to, int (*title)(FILE *to, const void *of),
              int (*body)(FILE *to, const void *of), const void *of);

/* A verdict with its word; `count` beside it unless it is 0. */
void html_verdict(FILE *to, enum verdict verdict, size_t count);

/* How a run ended: "conformant", "NOT CONFORMANT", ... */
void html_headline(FILE *to, const struct report *report);

/* A label and a text beside it, in a list of class "facts". */
void html_detail(FILE *to, const char *label, const char *text);

/* A link to the place of a clause in the matrix. */
void html_clause_link(FILE *to, const char *clause);

/* The filters over the matrix and the results, which a script fills and shows. */
void html_filters(FILE *to);

/* Every clause that was judged, in the order of the specification, with its scenarios by verdict.
 */
void html_matrix(const struct html_report *html);

/* All failures of a result: clause, line, expected, actual, fields, frames. */
void html_failures(struct html_report *html, const struct result *result);

#endif
