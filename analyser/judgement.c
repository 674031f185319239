/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judgement.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/utf8.h"

const char *judged_name(enum judged judged)
{
    static const char *const names[] = {"fail", "fixed", "advice", "known"};
    return names[judged];
}

/* A clause on its way to a verdict. */
struct looked_at {
    bool judged; /* by a rule */
    uint64_t count;
};

struct judging {
    struct arena *arena;
    const struct figures *figures;
    const struct baseline *baseline;
    const struct aoe_clause *clauses;
    size_t count;
    struct looked_at *looked; /* [count] */
};

static void mark_judged(struct judging *judging, const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct aoe_clause *clause = aoe_clause_find(ids[i]);
        if (clause)
            judging->looked[clause - judging->clauses].judged = true;
    }
}

/* Commands with more sectors than their target advertised, which no single frame shows. */
static int over_sectors(const struct figures *figures, uint64_t *over)
{
    *over = 0;
    for (size_t i = 0; i < figures->traffic.target_count; i++) {
        const struct traffic_target *target = figures->traffic.targets[i];
        struct group group;
        if (!target->advertised)
            continue;
        if (group_open(&group, &figures->traffic, GROUP_TARGET, i, GROUP_OPERATIONS) < 0)
            return -1;
        *over += group_over_sectors(&group, aoe_sectors_allowed(target->sector_count));
        group_close(&group);
    }
    return 0;
}

static int look(struct judging *judging)
{
    static const char *const of_exchanges[] = {"2-once", "i-sectors"};
    size_t responses, requests;
    const char *const *of_responses = aoe_rules_of_responses(&responses);
    const char *const *of_requests = aoe_rules_of_requests(&requests);
    if (!judging->figures->counters.aoe_frames)
        return 0;
    mark_judged(judging, of_responses, responses);
    mark_judged(judging, of_requests, requests);
    mark_judged(judging, of_exchanges, sizeof of_exchanges / sizeof of_exchanges[0]);
    for (size_t i = 0; i < judging->count; i++)
        judging->looked[i].count = judging->figures->findings.clauses[i].count;
    const struct aoe_clause *sectors = aoe_clause_find("i-sectors");
    uint64_t over;
    if (over_sectors(judging->figures, &over) < 0)
        return -1;
    if (sectors)
        judging->looked[sectors - judging->clauses].count += over;
    return 0;
}

/* The first entry that matches, or the count of entries. */
static size_t entry_of(const struct judging *judging, const char *id)
{
    const struct baseline *baseline = judging->baseline;
    size_t i = 0;
    while (i < baseline->count && fnmatch(baseline->entries[i].pattern, id, 0))
        i++;
    return i;
}

/* The clause that shows that an entry explains nothing: the first that it matches, where all that
 * it matches hold. NULL for an entry that explains something, or that matches none. */
static const struct aoe_clause *stale_at(const struct judging *judging, size_t entry)
{
    const struct aoe_clause *first = NULL;
    for (size_t i = 0; i < judging->count; i++) {
        if (fnmatch(judging->baseline->entries[entry].pattern, judging->clauses[i].id, 0))
            continue;
        if (judging->looked[i].count || !judging->looked[i].judged)
            return NULL;
        if (!first)
            first = &judging->clauses[i];
    }
    return first;
}

static void add(struct judging *judging, struct judgement *judgement, const struct verdict *verdict)
{
    judgement->verdicts = arena_grow(judging->arena, judgement->verdicts, judgement->count,
                                     sizeof *judgement->verdicts);
    judgement->verdicts[judgement->count++] = *verdict;
    judgement->failed |= verdict->judged == JUDGED_FAIL || verdict->judged == JUDGED_FIXED;
}

static const char *known_reason(const struct judging *judging, size_t entry)
{
    const char *why = judging->baseline->entries[entry].why;
    return *why ? why
                : arena_print(judging->arena, "line %u of the baseline",
                              judging->baseline->entries[entry].line);
}

static void add_broken(struct judging *judging, struct judgement *judgement, size_t i)
{
    const struct clause_findings *findings = &judging->figures->findings.clauses[i];
    const struct aoe_clause *clause = &judging->clauses[i];
    struct verdict verdict = {.clause = clause,
                              .judged = clause->level == AOE_MUST ? JUDGED_FAIL : JUDGED_ADVICE,
                              .count = judging->looked[i].count,
                              .first = findings->first,
                              .first_count = findings->first_count,
                              .reason = ""};
    size_t entry = entry_of(judging, clause->id);
    if (entry < judging->baseline->count) {
        verdict.judged = JUDGED_KNOWN;
        verdict.reason = known_reason(judging, entry);
    }
    add(judging, judgement, &verdict);
}

static void add_fixed(struct judging *judging, struct judgement *judgement, size_t entry)
{
    const struct aoe_clause *clause = stale_at(judging, entry);
    if (!clause)
        return;
    for (size_t i = 0; i < judgement->count; i++)
        if (judgement->verdicts[i].clause == clause)
            return;
    const char *why = judging->baseline->entries[entry].why;
    struct verdict verdict = {.clause = clause, .judged = JUDGED_FIXED};
    verdict.reason =
        arena_print(judging->arena, "holds, but line %u of the baseline (%s%s%s) says it does not",
                    judging->baseline->entries[entry].line,
                    judging->baseline->entries[entry].pattern, *why ? ": " : "", why);
    add(judging, judgement, &verdict);
}

static int by_verdict(const void *left, const void *right)
{
    const struct verdict *a = left, *b = right;
    if (a->judged != b->judged)
        return a->judged < b->judged ? -1 : 1;
    return (a->clause > b->clause) - (a->clause < b->clause);
}

int judge(struct judgement *judgement, struct arena *arena, const struct figures *figures,
          const struct baseline *baseline)
{
    static const struct baseline none;
    struct judging judging = {.arena = arena, .figures = figures};
    *judgement = (struct judgement){.verdicts = NULL};
    if (!figures->findings.clauses)
        return 0;
    judging.baseline = baseline ? baseline : &none;
    judging.clauses = aoe_clauses(&judging.count);
    judging.looked = arena_array(arena, judging.count, sizeof *judging.looked);
    if (look(&judging) < 0)
        return -1;
    for (size_t i = 0; i < judging.count; i++)
        if (judging.looked[i].count)
            add_broken(&judging, judgement, i);
    for (size_t entry = 0; entry < judging.baseline->count; entry++)
        add_fixed(&judging, judgement, entry);
    if (judgement->count)
        qsort(judgement->verdicts, judgement->count, sizeof *judgement->verdicts, by_verdict);
    return 0;
}

static void write_entries(FILE *to, const struct judgement *judgement)
{
    struct arena scratch = {NULL};
    fprintf(to, "# Clauses that are known to be broken; written by aoe-analyze %s.\n",
            SUITE_VERSION);
    for (size_t i = 0; i < judgement->count; i++) {
        const struct verdict *verdict = &judgement->verdicts[i];
        if (verdict->judged == JUDGED_FIXED)
            continue;
        fprintf(to, "%s  # ", verdict->clause->id);
        if (verdict->judged == JUDGED_KNOWN)
            fprintf(to, "%s\n", utf8_clean(&scratch, verdict->reason, true));
        else
            fprintf(to, "%" PRIu64 " times\n", verdict->count);
    }
    arena_free(&scratch);
}

int judgement_write_baseline(const struct judgement *judgement, const char *path)
{
    FILE *to = fopen(path, "we");
    if (!to)
        return -1;
    write_entries(to, judgement);
    int failed = ferror(to);
    return fclose(to) || failed ? -1 : 0;
}
