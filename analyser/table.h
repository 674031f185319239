/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of the text report. */
#ifndef AOE_TABLE_H
#define AOE_TABLE_H

#include "common/layout.h"

struct table;

/* A table with a heading for each column; the first ones are names at the left, `names` of them,
 * the others are figures at the right. NULL where there is no memory. */
struct table *table_new(const char *const *headings, size_t count, size_t names);
void table_free(struct table *table);

/* A row with all its cells; NULL is an empty one. What fails is told by table_print. */
void table_row(struct table *table, const char *const *cells);

/* Prints it, indented by two; names are cut where a line would be too long. -1 where there was no
 * memory for it. */
int table_print(struct table *table, const struct printer *printer);

#endif
