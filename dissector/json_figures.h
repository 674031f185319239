/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A tally as JSON, with the words of analyser/results.md. */
#ifndef AOE_JSON_FIGURES_H
#define AOE_JSON_FIGURES_H

#include "json_measures.h"
#include "tally.h"

/* Members of the object that is open: "total", "operations", "targets", "initiators", "pairs" and
 * "slowest". */
void json_figures(json_dumper *to, const struct tally *tally);

/* Members of an object that name a pair: "target", "vlan" and "initiator". */
void json_pair(json_dumper *to, const struct traffic *traffic, uint32_t pair);

#endif
