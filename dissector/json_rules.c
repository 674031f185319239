/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_rules.h"

static void put_frame(json_dumper *to, const struct rule_tally_frame *frame,
                      const struct traffic *traffic)
{
    json_dumper_begin_object(to);
    json_number(to, "frame", frame->number);
    json_pair(to, traffic, frame->pair);
    json_text(to, "field", frame->note.field);
    if (frame->note.kind == HISTORY_RULE) {
        json_number(to, "byte", frame->note.byte);
        json_number(to, "bytes", frame->note.bytes);
    }
    json_text(to, "expected", frame->note.expected);
    json_text(to, "actual", frame->note.actual);
    json_dumper_end_object(to);
}

static void put_frames(json_dumper *to, const struct rule_tally_entry *entry,
                       const struct traffic *traffic)
{
    json_number(to, "count", entry->count);
    json_dumper_set_member_name(to, "first");
    json_dumper_begin_array(to);
    for (size_t i = 0; i < rule_tally_frames(entry); i++)
        put_frame(to, &entry->first[i], traffic);
    json_dumper_end_array(to);
}

static void put_finding(json_dumper *to, const struct aoe_clause *clause,
                        const struct rule_tally_entry *entry, const struct traffic *traffic)
{
    json_dumper_begin_object(to);
    json_text(to, "clause", clause->id);
    json_text(to, "level", aoe_level_name(clause->level));
    json_text(to, "basis", aoe_basis_name(clause->basis));
    json_text(to, "sentence", clause->sentence);
    put_frames(to, entry, traffic);
    json_dumper_end_object(to);
}

static void put_findings(json_dumper *to, const struct rule_tally *tally,
                         const struct traffic *traffic)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    json_dumper_set_member_name(to, "findings");
    json_dumper_begin_array(to);
    for (size_t i = 0; i < count; i++)
        if (tally->clauses[i])
            put_finding(to, &clauses[i], tally->clauses[i], traffic);
    json_dumper_end_array(to);
}

static void put_remarks(json_dumper *to, const struct rule_tally *tally,
                        const struct traffic *traffic)
{
    json_dumper_set_member_name(to, "remarks");
    json_dumper_begin_array(to);
    for (enum history_note_kind kind = 0; kind < HISTORY_NOTES; kind++) {
        if (!tally->kinds[kind].count)
            continue;
        json_dumper_begin_object(to);
        json_text(to, "id", rule_tally_kind_name(kind));
        put_frames(to, &tally->kinds[kind], traffic);
        json_dumper_end_object(to);
    }
    json_dumper_end_array(to);
}

void json_rules(json_dumper *to, const struct rule_tally *tally, const struct traffic *traffic,
                bool checked)
{
    if (checked)
        put_findings(to, tally, traffic);
    else
        json_null(to, "findings");
    put_remarks(to, tally, traffic);
}
