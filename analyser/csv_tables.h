/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a capture that is read to its end. */
#ifndef AOE_CSV_TABLES_H
#define AOE_CSV_TABLES_H

#include <stdio.h>

#include "analysis.h"
#include "common/group.h"

/* Each writes a table with its headings. -1 where there is no memory; what fails in writing is
 * seen by ferror. */
int csv_series(FILE *to, const struct figures *figures);
int csv_operations(FILE *to, const struct figures *figures);
int csv_targets(FILE *to, const struct figures *figures);
int csv_initiators(FILE *to, const struct figures *figures);
int csv_pairs(FILE *to, const struct figures *figures);

#endif
