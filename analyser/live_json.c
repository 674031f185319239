/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_json.h"

#include "json_put.h"
#include "results.h"

static json_t *latency_json(const struct live_latency *latency)
{
    if (!latency->count)
        return json_null();
    json_t *object = json_object();
    put(object, "count", latency->count);
    put(object, "mean_ns", (uint64_t)latency->mean);
    put(object, "p50_ns", (uint64_t)latency->p50);
    put(object, "p90_ns", (uint64_t)latency->p90);
    put(object, "p99_ns", (uint64_t)latency->p99);
    put(object, "max_ns", (uint64_t)latency->max);
    return object;
}

static void put_row(json_t *object, const struct live_row *row)
{
    json_t *outstanding = json_object();
    put(object, "frames", row->frames);
    put(object, "commands", row->commands);
    put(object, "answers", row->answers);
    put(object, "unanswered", row->unanswered);
    put(object, "repeats", row->repeats);
    put(object, "spurious", row->spurious);
    put(object, "duplicate", row->duplicate);
    put(object, "late", row->late);
    put(object, "unsolicited", row->unsolicited);
    put(object, "errors", row->errors);
    put(object, "read_bytes", row->read_bytes);
    put(object, "written_bytes", row->written_bytes);
    json_object_set_new(object, "command_latency", latency_json(&row->command));
    json_object_set_new(object, "frame_round_trip", latency_json(&row->round_trip));
    put(outstanding, "now", row->outstanding);
    put(outstanding, "max", row->outstanding_max);
    json_object_set_new(object, "outstanding", outstanding);
    put(object, "silent_ns", row->silent);
}

static void put_names(json_t *object, const struct traffic *traffic, const struct live_row *row)
{
    char target_text[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT], mac[AOE_MAC_TEXT];
    const struct pair *pair = row->of == GROUP_PAIR ? traffic->pairs[row->index] : NULL;
    size_t target = pair ? pair->target : row->index;
    size_t initiator = pair ? pair->initiator : row->index;
    if (row->of != GROUP_INITIATOR) {
        put_text(object, "target", results_target(target_text, traffic->targets[target]));
        put_text(object, "vlan", aoe_vlan_text(vlan, traffic->targets[target]->vlan));
    }
    if (row->of != GROUP_TARGET)
        put_text(object, "initiator", results_initiator(mac, traffic->initiators[initiator]));
}

static void put_advertised(json_t *object, const struct traffic_target *target)
{
    json_t *advertised = target->advertised ? json_object() : json_null();
    if (target->advertised) {
        put(advertised, "buffer_count", target->buffer_count);
        put(advertised, "sector_count", target->sector_count);
        put(advertised, "firmware", target->firmware);
    }
    json_object_set_new(object, "advertised", advertised);
}

static json_t *rows_json(const struct live_figures *live, enum group_of of)
{
    const struct traffic *traffic = &live->last.figures.traffic;
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(traffic, of, order);
    json_t *array = json_array();
    struct live_row row;
    for (size_t i = 0; i < count; i++) {
        if (live_row(live, &live->last, of, order[i], GROUP_OPERATIONS, &row) < 0) {
            json_decref(array);
            return NULL;
        }
        if (!row.frames && !row.outstanding && !row.unanswered)
            continue;
        json_t *object = json_object();
        put_names(object, traffic, &row);
        if (of == GROUP_TARGET)
            put_advertised(object, traffic->targets[row.index]);
        put_row(object, &row);
        json_array_append_new(array, object);
    }
    return array;
}

static void put_frames(json_t *object, const struct live_frames *frames)
{
    put(object, "received", frames->received);
    put(object, "dropped_kernel", frames->dropped_kernel);
    put(object, "dropped_interface", frames->dropped_interface);
    put(object, "cut_frames", frames->cut);
    put(object, "filtered_frames", frames->filtered);
}

static json_t *findings_json(const struct live_span *span)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    if (!span->clauses)
        return json_null();
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        if (!span->clauses[i])
            continue;
        json_t *object = json_object();
        put_text(object, "clause", clauses[i].id);
        put_text(object, "level", aoe_level_name(clauses[i].level));
        put(object, "count", span->clauses[i]);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *whole_json(const struct live_figures *live)
{
    struct live_row row;
    if (live_row(live, &live->whole, GROUP_ALL, 0, GROUP_OPERATIONS, &row) < 0)
        return NULL;
    json_t *object = json_object();
    put(object, "intervals", live->intervals);
    put(object, "duration_ns", live->whole.duration);
    put_frames(object, &live->whole.frames);
    put_row(object, &row);
    return object;
}

static bool is_complete(const struct live_span *span)
{
    return !span->figures.traffic.overflow && !span->figures.traffic.pool.full;
}

json_t *live_json(const struct live_figures *live, const char *interface, bool up)
{
    const struct live_span *span = &live->last;
    struct live_row row;
    if (live_row(live, span, GROUP_ALL, 0, GROUP_OPERATIONS, &row) < 0)
        return NULL;
    json_t *total = json_object(), *root = json_object();
    put_row(total, &row);
    put(root, "schema", 1);
    json_object_set_new(root, "time_ns", json_integer(span->end));
    put(root, "interval_ns", span->duration);
    put_text(root, "interface", interface);
    json_object_set_new(root, "up", json_boolean(up));
    put_frames(root, &span->frames);
    json_object_set_new(root, "complete", json_boolean(is_complete(span)));
    int missing = json_object_set_new(root, "total", total);
    missing |= json_object_set_new(root, "targets", rows_json(live, GROUP_TARGET));
    missing |= json_object_set_new(root, "initiators", rows_json(live, GROUP_INITIATOR));
    missing |= json_object_set_new(root, "pairs", rows_json(live, GROUP_PAIR));
    missing |= json_object_set_new(root, "findings", findings_json(span));
    missing |= json_object_set_new(root, "whole", whole_json(live));
    if (!missing)
        return root;
    json_decref(root);
    return NULL;
}
