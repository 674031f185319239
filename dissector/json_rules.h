/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Broken rules and other remarks as JSON. */
#ifndef AOE_JSON_RULES_H
#define AOE_JSON_RULES_H

#include "json_figures.h"
#include "rule_tally.h"

/* Members of the object that is open: "findings", null unless `checked`, and "remarks". The pairs
 * are those of `traffic`. */
void json_rules(json_dumper *to, const struct rule_tally *tally, const struct traffic *traffic,
                bool checked);

#endif
