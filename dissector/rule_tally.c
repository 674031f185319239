/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rule_tally.h"

#include <stdlib.h>

int rule_tally_open(struct rule_tally *tally)
{
    size_t count;
    (void)aoe_clauses(&count);
    *tally = (struct rule_tally){.clauses = calloc(count, sizeof *tally->clauses)};
    return tally->clauses ? 0 : -1;
}

void rule_tally_close(struct rule_tally *tally)
{
    size_t count;
    (void)aoe_clauses(&count);
    for (size_t i = 0; tally->clauses && i < count; i++)
        free(tally->clauses[i]);
    free(tally->clauses);
    *tally = (struct rule_tally){.clauses = NULL};
}

struct adding {
    struct rule_tally *tally;
    uint32_t number, pair;
};

/* NULL where there is no memory. */
static struct rule_tally_entry *entry_of(struct rule_tally *tally, const struct history_note *note)
{
    size_t count;
    if (note->kind != HISTORY_RULE)
        return &tally->kinds[note->kind];
    struct rule_tally_entry **place = &tally->clauses[note->clause - aoe_clauses(&count)];
    if (!*place)
        *place = calloc(1, sizeof **place);
    return *place;
}

static void add(void *user, const struct history_note *note)
{
    const struct adding *adding = user;
    struct rule_tally_entry *entry = entry_of(adding->tally, note);
    if (entry && entry->count++ < RULE_TALLY_FIRST)
        entry->first[entry->count - 1] =
            (struct rule_tally_frame){adding->number, adding->pair, *note};
}

void rule_tally_add(struct rule_tally *tally, const struct history *history, uint32_t number,
                    uint32_t pair)
{
    struct adding adding = {tally, number, pair};
    history_notes(history, number, add, &adding);
}

size_t rule_tally_frames(const struct rule_tally_entry *entry)
{
    return entry->count < RULE_TALLY_FIRST ? (size_t)entry->count : RULE_TALLY_FIRST;
}

const char *rule_tally_kind_name(enum history_note_kind kind)
{
    static const char *const names[HISTORY_NOTES] = {
        [HISTORY_LOW_BUFFER_COUNT] = "low_buffer_count",
        [HISTORY_OVER_BUFFER_COUNT] = "over_buffer_count",
        [HISTORY_OVER_SECTOR_COUNT] = "over_sector_count",
        [HISTORY_OVER_MTU] = "over_mtu",
        [HISTORY_TWO_TARGETS] = "two_targets",
    };
    return names[kind];
}
