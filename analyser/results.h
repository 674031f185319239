/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures as JSON: results.md says what every field means. */
#ifndef AOE_RESULTS_H
#define AOE_RESULTS_H

#include <jansson.h>

#include "analysis.h"
#include "common/group.h"
#include "json_stream.h"
#include "judgement.h"
#include "problems.h"
#include "protocol/names.h"

/* Writes the whole object, piece by piece, with these findings (NULL: as they are without a
 * baseline). -1 and errno where writing failed or there is no memory. */
int results_write(FILE *to, const struct figures *figures, const struct analysis_options *options,
                  const struct judgement *judgement);

/* The same as a value in memory. NULL where there is no memory. */
json_t *results_json(const struct figures *figures, const struct analysis_options *options);

/* Sets or replaces "problems", and "findings". */
void results_problems(json_t *root, const struct traffic *traffic, const struct problems *problems);
void results_findings(json_t *root, const struct traffic *traffic,
                      const struct judgement *judgement);

/* Sets "target", "vlan" and "initiator" to those of a pair, by its index. */
void results_pair(json_t *object, const struct traffic *traffic, uint32_t pair);

/* MEASURES of a group; `duration` of the capture in ns. NULL where there is no memory. */
json_t *results_measures(const struct group *group, uint64_t duration, unsigned operation);

/* Writes series, heat and positions. */
void results_timeline(struct json_stream *stream, const struct timeline *timeline,
                      const struct traffic *traffic);

/* "e0.1", "e*.*", "others": the name of a target. Returns `to`. */
const char *results_target(char to[AOE_ADDRESS_TEXT], const struct traffic_target *target);
const char *results_initiator(char to[AOE_MAC_TEXT], const struct traffic_initiator *initiator);

#endif
