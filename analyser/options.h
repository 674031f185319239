/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of aoe-analyze. */
#ifndef AOE_ANALYZE_OPTIONS_H
#define AOE_ANALYZE_OPTIONS_H

#include "analysis.h"

enum mode {
    MODE_CAPTURES, /* FILE... */
    MODE_MERGE,    /* merge STATE... */
    MODE_COMPARE,  /* --compare A B */
    MODE_LIVE,     /* --live IFACE */
    MODE_DONE,     /* --help or --version was printed */
};

/* Texts are those of the command line. */
struct options {
    enum mode mode;
    struct analysis_options analysis;
    const char *const *paths; /* captures, or states; two with MODE_COMPARE */
    size_t path_count;
    const char *interface;         /* with MODE_LIVE */
    int64_t interval;              /* of the live view, ns */
    uint64_t count;                /* intervals after which the live view ends; 0: none */
    const char *json, *csv, *html; /* where to; NULL for nowhere, "-" is standard output */
    const char *save;              /* where to put the state, or NULL */
    const char *baseline, *write_baseline;
    bool quiet, verbose;
};

/* Reads the command line; its words may change their order. 0, or -1 with one line in `error` that
 * says what is wrong and what would be right. --help and --version print and give MODE_DONE. */
int options_parse(int argc, char **argv, struct options *options, char *error, size_t error_size);

/* True where a report goes to standard output, so that the text must not. */
bool options_take_output(const struct options *options);

#endif
