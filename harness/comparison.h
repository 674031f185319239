/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of several runs side by side, from their JSON files. */
#ifndef AOE_COMPARISON_H
#define AOE_COMPARISON_H

#include <stdio.h>

#include "result.h"

enum {
    COMPARISON_MOST = 26,             /* results that are compared: each has a letter */
    COMPARISON_FILE_MOST = 256 << 20, /* bytes of a file */
};

struct compared_scenario {
    const char *id, *title, *clause, *level, *basis, *reason; /* "" where the file has none */
    enum verdict verdict;
};

/* What one file says. */
struct compared_result {
    const char *file;
    const char *name;     /* of who was judged, no other result has the same; or the file's */
    struct report report; /* but for its results: only who was judged, and how it ended */
    struct compared_scenario *scenarios; /* by id; no id comes twice */
    size_t count;
};

struct compared_row {
    const struct compared_scenario *scenario;     /* of the first result that has it */
    const struct compared_scenario *const *cells; /* one a result, NULL where it did not run */
    bool differs;
};

struct comparison_table {
    struct compared_result *results;
    size_t count;
    struct compared_row *rows; /* by clause in the order of the specification, then by id */
    size_t row_count;
    size_t differing; /* rows whose verdicts are not all the same */
};

/* Reads a result from the text of a file: everything in it is checked. -1 with a line in `error`
 * that names the file where it is no result of aoe-conform. */
int comparison_parse(struct arena *arena, const char *file, const char *text, size_t length,
                     struct compared_result *result, const char **error);

/* The same from the file itself. */
int comparison_read(struct arena *arena, const char *file, struct compared_result *result,
                    const char **error);

/* Names the results, and puts their scenarios side by side. */
void comparison_make(struct arena *arena, struct compared_result *results, size_t count,
                     struct comparison_table *comparison);

/* The letter of a result: "A" for the first. */
const char *comparison_letter(size_t i);

/* "265 pass, 18 fail, 47 skip". */
const char *comparison_counts(struct arena *arena, const struct compared_result *result);

/* Writes the comparison for a terminal or a file; with `all` also the rows that do not differ.
 * 0, or -1 and errno. */
int comparison_text(FILE *to, const struct comparison_table *comparison, bool colour, bool all);

/* Writes it as a page without outside references. 0, or -1 and errno. */
int comparison_html(FILE *to, const struct comparison_table *comparison, bool all);

#endif
