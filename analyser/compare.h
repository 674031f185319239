/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is better and what is worse in the second of two captures. */
#ifndef AOE_COMPARE_H
#define AOE_COMPARE_H

#include <jansson.h>

#include "common/layout.h"
#include "material.h"

enum metric {
    METRIC_IOPS,           /* answers a second */
    METRIC_THROUGHPUT,     /* bytes a second */
    METRIC_COMMAND_P50,    /* command latency, ns */
    METRIC_COMMAND_P99,    /* the same */
    METRIC_ROUND_TRIP_P50, /* frame round trip, ns */
    METRIC_ROUND_TRIP_P99, /* the same */
    METRIC_REPEATS,        /* repeats of a million requests */
    METRIC_LOST,           /* lost of a million requests */
    METRIC_UNANSWERED,     /* unanswered of a million commands */
    METRIC_ERRORS,         /* errors of a million answers */
    METRICS,
};

enum course { COURSE_WORSE, COURSE_BETTER, COURSE_SAME };

/* "iops", "bytes_per_second", "command_p50_ns" ...; "worse", "better", "same". */
const char *metric_name(enum metric metric);
const char *course_name(enum course course);

struct change {
    size_t target;      /* index in the traffic of the first capture */
    unsigned operation; /* or GROUP_OPERATIONS */
    enum metric metric;
    enum course course;
    uint64_t a, b;
};

/* Targets that only one of the captures has: indices in its traffic. */
struct comparison {
    struct change *changes; /* worse first, each by how much, then as targets are ordered */
    size_t count;
    size_t *only[2];
    size_t only_count[2];
};

/* Compares; memory is of `arena`. What moved by less than 5 %, or rests on under 100 commands, is
 * the same. -1 where there is no memory for a group. */
int compare(struct comparison *comparison, struct arena *arena, const struct figures *a,
            const struct figures *b);

/* As results.md says; takes over `a` and `b`, the results of both. NULL where there is no memory.
 */
json_t *compare_json(const struct comparison *comparison, const struct traffic *traffic, json_t *a,
                     json_t *b);

/* The text for people. -1 where there was no memory. */
int compare_print(const struct printer *printer, const struct comparison *comparison,
                  const struct material materials[2]);

#endif
