/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PROBLEM and FINDING: what the figures mean, as JSON. */
#include "results.h"

#include "common/utf8.h"
#include "json_put.h"

static void set_about(json_t *row, const struct traffic *traffic, const struct problem *problem)
{
    char target[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT], initiator[AOE_MAC_TEXT];
    const struct traffic_target *of =
        problem->target == PROBLEM_NOTHING ? NULL : traffic->targets[problem->target];
    put_text(row, "target", of ? results_target(target, of) : NULL);
    put_text(row, "initiator",
             problem->initiator == PROBLEM_NOTHING
                 ? NULL
                 : results_initiator(initiator, traffic->initiators[problem->initiator]));
    put_text(row, "vlan", of ? aoe_vlan_text(vlan, of->vlan) : NULL);
    put_text(row, "operation",
             problem->operation == PROBLEM_NOTHING
                 ? NULL
                 : operation_name((enum operation)problem->operation));
}

static json_t *problem_json(const struct traffic *traffic, const struct problem *problem)
{
    json_t *row = json_object(), *frames = json_array();
    put_text(row, "id", problem->id);
    put_text(row, "severity", severity_name(problem->severity));
    set_about(row, traffic, problem);
    json_object_set_new(row, "count", problem->counted ? integer(problem->count) : json_null());
    json_object_set_new(row, "ratio",
                        problem->whole ? json_real((double)problem->part / (double)problem->whole)
                                       : json_null());
    put_text(row, "text", problem->text);
    for (size_t i = 0; i < problem->frame_count; i++)
        json_array_append_new(frames, integer(problem->frames[i]));
    json_object_set_new(row, "frames", frames);
    return row;
}

void results_problems(json_t *root, const struct traffic *traffic, const struct problems *problems)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < problems->count; i++)
        json_array_append_new(rows, problem_json(traffic, &problems->list[i]));
    json_object_set_new(root, "problems", rows);
}

static json_t *broken_json(const struct traffic *traffic, const struct broken_rule *broken)
{
    struct arena scratch = {NULL};
    json_t *row = json_object();
    put(row, "frame", broken->frame);
    results_pair(row, traffic, broken->pair);
    put_text(row, "field", utf8_clean(&scratch, broken->field, true));
    put(row, "byte", broken->byte);
    put(row, "bytes", broken->bytes);
    put_text(row, "expected", utf8_clean(&scratch, broken->expected, true));
    put_text(row, "actual", utf8_clean(&scratch, broken->actual, true));
    arena_free(&scratch);
    return row;
}

static json_t *verdict_json(const struct traffic *traffic, const struct verdict *verdict)
{
    struct arena scratch = {NULL};
    json_t *row = json_object(), *first = json_array();
    put_text(row, "clause", verdict->clause->id);
    put_text(row, "level", aoe_level_name(verdict->clause->level));
    put_text(row, "basis", aoe_basis_name(verdict->clause->basis));
    put_text(row, "sentence", verdict->clause->sentence);
    put(row, "count", verdict->count);
    put_text(row, "verdict", judged_name(verdict->judged));
    put_text(row, "reason", utf8_clean(&scratch, verdict->reason, true));
    for (size_t i = 0; i < verdict->first_count; i++)
        json_array_append_new(first, broken_json(traffic, &verdict->first[i]));
    json_object_set_new(row, "first", first);
    arena_free(&scratch);
    return row;
}

void results_findings(json_t *root, const struct traffic *traffic,
                      const struct judgement *judgement)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < judgement->count; i++)
        json_array_append_new(rows, verdict_json(traffic, &judgement->verdicts[i]));
    json_object_set_new(root, "findings", rows);
}
