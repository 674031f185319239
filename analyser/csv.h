/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures as tables: results.md says which, and what their columns are. */
#ifndef AOE_CSV_H
#define AOE_CSV_H

#include "analysis.h"

struct csv;

/* Makes the folder where it is not there, and begins commands.csv where `commands` is set. NULL
 * and one line in `error`. */
struct csv *csv_open(const char *folder, bool commands, char *error, size_t error_size);

/* An analysis_command_sink whose `user` is the csv: a row of commands.csv. */
void csv_command(void *csv, const struct traffic *traffic, const struct command *command);

/* Writes all tables but that of the commands. -1 and one line in `error`. */
int csv_tables(struct csv *csv, const struct figures *figures, char *error, size_t error_size);

/* Ends commands.csv and frees all. -1 and one line in `error` where not all of it could be
 * written. */
int csv_close(struct csv *csv, char *error, size_t error_size);

#endif
