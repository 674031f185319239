/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scenarios: found by walking a folder, never registered. */
#ifndef AOE_CATALOGUE_H
#define AOE_CATALOGUE_H

#include "scenario.h"

struct catalogue {
    struct scenario **scenarios; /* in the order in which they run */
    size_t count;
    const char **errors; /* "path:line:column: ..." of the files that do not parse */
    size_t error_count;
};

/* The folder of the scenarios: `given`, else near the program (in a source tree one or two levels
 * up, installed in ../share), else where make was told that they would be installed. */
const char *catalogue_folder(struct arena *arena, const char *given);

/* Parses every file below `folder` whose name ends in .aoe. Scenarios that edit the mask list
 * come late, then those that cut the link, last those that judge the whole run; else they are
 * ordered by id. -1 with a line in `error`
 * where the folder cannot be read or has none. */
int catalogue_load(struct arena *arena, const char *folder, struct catalogue *to,
                   const char **error);

/* True where the glob `pattern` matches the id; "*" matches "/" too. */
bool catalogue_matches(const char *pattern, const char *id);

#endif
