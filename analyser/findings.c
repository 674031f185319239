/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "findings.h"

#include <stdio.h>
#include <stdlib.h>

int findings_open(struct findings *findings)
{
    size_t clauses;
    aoe_clauses(&clauses);
    findings->clauses = calloc(clauses, sizeof *findings->clauses);
    if (aoe_request_memory_open(&findings->memory) && findings->clauses)
        return 0;
    findings_close(findings);
    return -1;
}

void findings_close(struct findings *findings)
{
    size_t clauses;
    aoe_clauses(&clauses);
    for (size_t i = 0; findings->clauses && i < clauses; i++)
        free(findings->clauses[i].first);
    free(findings->clauses);
    aoe_request_memory_close(&findings->memory);
    *findings = (struct findings){.clauses = NULL};
}

void findings_restart(struct findings *findings)
{
    size_t clauses;
    aoe_clauses(&clauses);
    for (size_t i = 0; findings->clauses && i < clauses; i++) {
        findings->clauses[i].count = 0;
        findings->clauses[i].first_count = 0;
    }
}

static struct broken_rule *next_of(struct clause_findings *clause)
{
    if (clause->first_count == FINDINGS_FIRST)
        return NULL;
    if (!clause->first)
        clause->first = calloc(FINDINGS_FIRST, sizeof *clause->first);
    return clause->first ? &clause->first[clause->first_count++] : NULL;
}

void findings_add(struct findings *findings, const struct aoe_finding *finding, uint64_t number,
                  uint32_t pair)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    const struct aoe_clause *clause = aoe_clause_find(finding->clause);
    if (!findings->clauses || !clause)
        return;
    struct clause_findings *of = &findings->clauses[clause - clauses];
    struct broken_rule *broken = next_of(of);
    of->count++;
    if (!broken)
        return;
    *broken = (struct broken_rule){.frame = number,
                                   .pair = pair,
                                   .byte = (uint16_t)finding->byte,
                                   .bytes = (uint16_t)finding->bytes};
    snprintf(broken->field, sizeof broken->field, "%s", finding->field);
    memcpy(broken->expected, finding->expected, sizeof broken->expected);
    memcpy(broken->actual, finding->actual, sizeof broken->actual);
}

struct checking {
    struct findings *findings;
    uint64_t number;
    uint32_t pair;
};

static void take(void *user, const struct aoe_finding *finding)
{
    const struct checking *checking = user;
    findings_add(checking->findings, finding, checking->number, checking->pair);
}

void findings_check(struct findings *findings, const struct aoe_frame *frame, uint64_t number,
                    uint32_t pair, uint64_t request)
{
    struct checking checking = {findings, number, pair};
    struct aoe_rule_context context = {.request = NULL};
    struct aoe_frame decoded;
    if (!findings->clauses)
        return;
    if (aoe_request_recall(&findings->memory, request, &decoded))
        context.request = &decoded;
    aoe_rules_check(frame, &context, take, &checking);
    if (!aoe_is_response(frame))
        aoe_request_remember(&findings->memory, frame, number);
}

static void join_first(struct clause_findings *to, const struct clause_findings *from,
                       uint64_t frames, const uint32_t *pairs)
{
    for (size_t i = 0; i < from->first_count; i++) {
        struct broken_rule *broken = next_of(to);
        if (!broken)
            return;
        *broken = from->first[i];
        broken->frame += frames;
        broken->pair = pairs[broken->pair];
    }
}

int findings_join(struct findings *findings, const struct findings *after, uint64_t frames,
                  const uint32_t *pairs)
{
    size_t clauses;
    aoe_clauses(&clauses);
    for (size_t i = 0; findings->clauses && after->clauses && i < clauses; i++) {
        findings->clauses[i].count += after->clauses[i].count;
        join_first(&findings->clauses[i], &after->clauses[i], frames, pairs);
    }
    return 0;
}
