/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the history remarked about the frames that a statistic is given: broken rules by clause, and
 * the rest by kind. Knows nothing of Wireshark. */
#ifndef AOE_RULE_TALLY_H
#define AOE_RULE_TALLY_H

#include "history.h"

enum { RULE_TALLY_FIRST = 10 }; /* frames of each that are kept */

struct rule_tally_frame {
    uint32_t number, pair;
    struct history_note note; /* its texts belong to the history */
};

struct rule_tally_entry {
    uint64_t count;
    struct rule_tally_frame first[RULE_TALLY_FIRST];
};

struct rule_tally {
    struct rule_tally_entry **clauses; /* as many as aoe_clauses has; NULL for those that hold */
    struct rule_tally_entry kinds[HISTORY_NOTES]; /* HISTORY_RULE is not used */
};

/* -1 where there is no memory; then nothing is held. */
int rule_tally_open(struct rule_tally *tally);
void rule_tally_close(struct rule_tally *tally);

/* Counts what the history has about frame `number` of that pair. */
void rule_tally_add(struct rule_tally *tally, const struct history *history, uint32_t number,
                    uint32_t pair);

/* How many of an entry's first frames there are. */
size_t rule_tally_frames(const struct rule_tally_entry *entry);

/* "low_buffer_count", ...: what follows "aoe." in the filter; NULL for HISTORY_RULE. */
const char *rule_tally_kind_name(enum history_note_kind kind);

#endif
