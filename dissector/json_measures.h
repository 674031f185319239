/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MEASURES of analyser/results.md: what every group has. */
#ifndef AOE_JSON_MEASURES_H
#define AOE_JSON_MEASURES_H

#include <stdio.h>
#include <wsutil/json_dumper.h>

#include "common/group.h"

/* Members of the object that is open, of one operation or of GROUP_OPERATIONS; the frames of all
 * groups span `duration` ns. */
void json_measures(json_dumper *to, const struct group *group, uint64_t duration,
                   unsigned operation);

/* One member each. */
void json_number(json_dumper *to, const char *name, uint64_t value);
void json_signed(json_dumper *to, const char *name, int64_t value);
void json_text(json_dumper *to, const char *name, const char *value); /* NULL becomes null */
void json_null(json_dumper *to, const char *name);
void json_bool(json_dumper *to, const char *name, bool value);

#endif
