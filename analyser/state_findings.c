/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules found, and remember, in a state. */
#include <stdlib.h>

#include "state_figures.h"

static void text(struct archive *archive, char *of, size_t size)
{
    size_t length = archive_reads(archive) ? 0 : strnlen(of, size - 1);
    archive_size(archive, &length, size - 1);
    archive_bytes(archive, of, length);
    of[length] = 0;
}

static void broken_rule(struct archive *archive, struct broken_rule *of, size_t pairs)
{
    size_t pair = of->pair;
    archive_u64(archive, &of->frame);
    archive_size(archive, &pair, pairs - 1);
    of->pair = (uint32_t)pair;
    archive_u16(archive, &of->byte);
    archive_u16(archive, &of->bytes);
    text(archive, of->field, sizeof of->field);
    text(archive, of->expected, sizeof of->expected);
    text(archive, of->actual, sizeof of->actual);
}

static void clause_findings(struct archive *archive, struct clause_findings *of, size_t pairs)
{
    archive_u64(archive, &of->count);
    archive_size(archive, &of->first_count, pairs ? FINDINGS_FIRST : 0);
    if (of->first_count && !of->first)
        of->first = calloc(FINDINGS_FIRST, sizeof *of->first);
    if (of->first_count && !of->first) {
        of->first_count = 0;
        archive_reject(archive, "out of memory");
    }
    for (size_t i = 0; i < of->first_count; i++)
        broken_rule(archive, &of->first[i], pairs);
}

void state_findings(struct archive *archive, struct findings *findings, size_t pairs)
{
    size_t clauses;
    const struct aoe_clause *clause = aoe_clauses(&clauses);
    for (size_t i = 0; findings->clauses && i < clauses && archive_good(archive); i++) {
        archive_mark(archive, clause[i].id);
        clause_findings(archive, &findings->clauses[i], pairs);
    }
}

static void put_requests(struct archive *archive, struct findings *findings, uint64_t number)
{
    uint64_t first = number < AOE_REQUESTS_REMEMBERED ? 1 : number - AOE_REQUESTS_REMEMBERED + 1;
    for (uint64_t i = first; i <= number; i++) {
        struct aoe_remembered_request *of = &findings->memory.requests[i % AOE_REQUESTS_REMEMBERED];
        if (of->number != i)
            continue;
        archive_u64(archive, &of->number);
        archive_u32(archive, &of->wire_length);
        archive_u16(archive, &of->length);
        archive_bytes(archive, of->bytes, of->length);
    }
    uint64_t end = 0;
    archive_u64(archive, &end);
}

static void take_requests(struct archive *archive, struct findings *findings, uint64_t shift)
{
    for (;;) {
        struct aoe_remembered_request of = {.number = 0};
        archive_u64(archive, &of.number);
        if (!of.number)
            return;
        archive_u32(archive, &of.wire_length);
        archive_u16(archive, &of.length);
        if (of.length > sizeof of.bytes || of.wire_length < of.length) {
            archive_reject(archive, "a request is too long");
            return;
        }
        archive_bytes(archive, of.bytes, of.length);
        of.number += shift;
        findings->memory.requests[of.number % AOE_REQUESTS_REMEMBERED] = of;
    }
}

void state_requests(struct archive *archive, struct findings *findings, uint64_t number,
                    uint64_t shift)
{
    if (!findings->memory.requests)
        return;
    if (archive_reads(archive))
        take_requests(archive, findings, shift);
    else
        put_requests(archive, findings, number);
}
