/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What reports for people say of who is judged, and how a run ended: the same words in all. */
#ifndef AOE_DESCRIBE_H
#define AOE_DESCRIBE_H

#include "result.h"

/* A label and a text beside it; the text may hold anything that a target sends. */
struct detail {
    const char *label, *text;
};

enum { DETAILS_MOST = 16 };

/* A duration of `ns` in fitting units: "87.5 us", "1.3 s". */
const char *describe_duration(struct arena *arena, int64_t ns);

/* Sectors as people read them: "10.0 MiB, 20480 sectors of 512 bytes". */
const char *describe_capacity(struct arena *arena, uint64_t sectors);

/* The target that is judged with what it can do, how fast it is and what may explain surprising
 * verdicts; or the initiator and what is served to it. Returns how many there are. */
size_t describe_judged(struct arena *arena, const struct report *report,
                       struct detail details[DETAILS_MOST]);

/* "conformant", "NOT CONFORMANT", ... */
const char *describe_headline(const struct report *report);

/* Why a run could not be judged, or "". */
const char *describe_why(const struct report *report);

#endif
