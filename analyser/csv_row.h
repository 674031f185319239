/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a table as RFC 4180 says, written fast: a name and a value at a time, so that headings
 * and values cannot differ. */
#ifndef AOE_CSV_ROW_H
#define AOE_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CSV_ROW = 4096 };

struct csv_row {
    bool heading; /* names are written, not values */
    size_t used;
    char bytes[CSV_ROW];
};

/* Begins a row. */
void csv_begin(struct csv_row *row, bool heading);

/* Adds a column. What is not known is empty, and so is a text that is NULL. A row takes what fits
 * 4096 bytes, which is far more than any has. */
void csv_text(struct csv_row *row, const char *name, const char *value);
void csv_number(struct csv_row *row, const char *name, uint64_t value);
void csv_known(struct csv_row *row, const char *name, bool known, uint64_t value);
void csv_time(struct csv_row *row, const char *name, int64_t value);

/* Writes the row and ends the line; what fails is seen by ferror. */
void csv_end(struct csv_row *row, FILE *to);

#endif
