/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "results.h"

#include <errno.h>
#include <stdlib.h>

#include "json_put.h"

const char *results_target(char to[AOE_ADDRESS_TEXT], const struct traffic_target *target)
{
    return target->others ? "others" : aoe_address_text(to, target->shelf, target->slot);
}

const char *results_initiator(char to[AOE_MAC_TEXT], const struct traffic_initiator *initiator)
{
    return initiator->others ? "others" : aoe_mac_text(to, initiator->mac);
}

static void set_target(json_t *object, const struct traffic_target *target)
{
    char text[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    put_text(object, "target", results_target(text, target));
    put_text(object, "vlan", aoe_vlan_text(vlan, target->vlan));
}

static void set_initiator(json_t *object, const struct traffic_initiator *initiator)
{
    char text[AOE_MAC_TEXT];
    put_text(object, "initiator", results_initiator(text, initiator));
}

void results_pair(json_t *object, const struct traffic *traffic, uint32_t pair)
{
    set_target(object, traffic->targets[traffic->pairs[pair]->target]);
    set_initiator(object, traffic->initiators[traffic->pairs[pair]->initiator]);
}

static json_t *macs_json(const struct traffic_target *target)
{
    char text[AOE_MAC_TEXT];
    json_t *macs = json_array();
    for (unsigned i = 0; i < target->mac_count; i++)
        json_array_append_new(macs, json_string(aoe_mac_text(text, target->macs[i])));
    return macs;
}

static void set_advertised(json_t *object, const struct traffic_target *target,
                           const struct group *group)
{
    if (!target->advertised) {
        json_object_set_new(object, "advertised", json_null());
        json_object_set_new(object, "over_buffer_count_ns", json_null());
        json_object_set_new(object, "over_sector_count", json_null());
        return;
    }
    json_t *advertised = json_object();
    put(advertised, "buffer_count", target->buffer_count);
    put(advertised, "sector_count", target->sector_count);
    put(advertised, "firmware", target->firmware);
    json_object_set_new(object, "advertised", advertised);
    put(object, "over_buffer_count_ns", group_over_level(group, target->buffer_count));
    put(object, "over_sector_count",
        group_over_sectors(group, aoe_sectors_allowed(target->sector_count)));
}

/* One group with its operations. */
static json_t *group_json(const struct figures *figures, enum group_of of, size_t index,
                          unsigned operation)
{
    struct group group;
    if (group_open(&group, &figures->traffic, of, index, operation) < 0)
        return NULL;
    json_t *object = results_measures(&group, figures_duration(figures), operation);
    if (operation == GROUP_OPERATIONS && of == GROUP_TARGET)
        set_advertised(object, figures->traffic.targets[index], &group);
    bool empty = !group.frames && operation != GROUP_OPERATIONS;
    group_close(&group);
    if (!empty)
        return object;
    json_decref(object);
    return json_null();
}

static json_t *operations_json(const struct figures *figures, enum group_of of, size_t index)
{
    json_t *rows = json_array();
    for (unsigned operation = 0; operation < OPERATIONS; operation++) {
        json_t *row = json_object();
        put_text(row, "operation", operation_name(operation));
        json_t *measures = group_json(figures, of, index, operation);
        if (json_is_object(measures)) {
            json_object_update(row, measures);
            json_array_append(rows, row);
        }
        json_decref(measures);
        json_decref(row);
    }
    return rows;
}

static json_t *entry_json(const struct figures *figures, enum group_of of, size_t index)
{
    const struct traffic *traffic = &figures->traffic;
    json_t *row = json_object();
    if (of == GROUP_PAIR)
        results_pair(row, traffic, (uint32_t)index);
    else if (of == GROUP_INITIATOR)
        set_initiator(row, traffic->initiators[index]);
    else
        set_target(row, traffic->targets[index]);
    if (of == GROUP_TARGET)
        json_object_set_new(row, "macs", macs_json(traffic->targets[index]));
    json_t *measures = group_json(figures, of, index, GROUP_OPERATIONS);
    json_object_update(row, measures);
    json_decref(measures);
    json_object_set_new(row, "operations", operations_json(figures, of, index));
    return row;
}

static void write_entries(struct json_stream *stream, const char *name,
                          const struct figures *figures, enum group_of of)
{
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(&figures->traffic, of, order);
    json_stream_open(stream, name, '[');
    for (size_t i = 0; i < count; i++)
        json_stream_put(stream, NULL, entry_json(figures, of, order[i]));
    json_stream_close(stream);
}

static json_t *capture_json(const struct figures *figures, const struct analysis_options *options)
{
    const struct counters *counters = &figures->counters;
    const struct traffic *traffic = &figures->traffic;
    json_t *object = json_object();
    put(object, "frames", counters->frames);
    put(object, "aoe_frames", counters->aoe_frames);
    put(object, "cut_frames", counters->cut_frames);
    put(object, "other_frames", counters->other_frames);
    put(object, "filtered_frames", counters->filtered_frames);
    put(object, "not_ethernet", counters->not_ethernet);
    put(object, "timeless", counters->timeless);
    put(object, "wire_bytes", counters->wire_bytes);
    bool any = counters->aoe_frames;
    json_object_set_new(object, "start_ns", any ? json_integer(counters->start) : json_null());
    json_object_set_new(object, "end_ns", any ? json_integer(counters->end) : json_null());
    json_object_set_new(object, "duration_ns",
                        any ? integer(figures_duration(figures)) : json_null());
    put(object, "steps_back", counters->steps_back);
    put(object, "step_back_max_ns", (uint64_t)counters->step_back_max);
    json_object_set_new(object, "dropped",
                        counters->drops_known ? integer(counters->dropped) : json_null());
    put(object, "patience_ns", (uint64_t)options->patience);
    json_object_set_new(object, "complete",
                        json_boolean(!traffic->overflow && !traffic->pool.full));
    return object;
}

static json_t *command_json(const struct figures *figures, const struct command *command)
{
    bool transfer = command->operation == OPERATION_READ || command->operation == OPERATION_WRITE;
    json_t *row = json_object();
    results_pair(row, &figures->traffic, command->pair);
    put_text(row, "operation", operation_name(command->operation));
    json_object_set_new(row, "lba", transfer ? integer(command->lba) : json_null());
    json_object_set_new(row, "sectors", transfer ? json_integer(command->sectors) : json_null());
    put(row, "first_frame", command->first_frame);
    put(row, "answer_frame", command->answer_frame);
    json_object_set_new(row, "time_ns", json_integer(command->time));
    put(row, "command_latency_ns", (uint64_t)command->latency);
    put(row, "frame_round_trip_ns", (uint64_t)command->round_trip);
    put(row, "repeats", command->repeats);
    return row;
}

static json_t *slowest_json(const struct figures *figures)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < figures->slowest.count; i++)
        json_array_append_new(rows, command_json(figures, &figures->slowest.commands[i]));
    return rows;
}

/* What follows from the figures. False where there is no memory. */
static bool write_meaning(struct json_stream *stream, const struct figures *figures,
                          const struct analysis_options *options, const struct judgement *judgement)
{
    struct arena arena = {NULL};
    struct problems problems = {.list = NULL};
    struct judgement plain = {.failed = false};
    json_t *parts = json_object();
    bool known = problems_find(&problems, &arena, figures) == 0 &&
                 (judgement || judge(&plain, &arena, figures, NULL) == 0);
    if (known) {
        results_problems(parts, &figures->traffic, &problems);
        results_findings(parts, &figures->traffic, judgement ? judgement : &plain);
        json_stream_put(stream, "problems", json_incref(json_object_get(parts, "problems")));
        json_t *findings = options->check ? json_object_get(parts, "findings") : json_null();
        json_stream_put(stream, "findings", json_incref(findings));
    }
    json_decref(parts);
    arena_free(&arena);
    return known;
}

static void write_figures(struct json_stream *stream, const struct figures *figures,
                          const struct analysis_options *options)
{
    json_stream_put(stream, "suite", json_string("aoe-suite"));
    json_stream_put(stream, "tool", json_string("aoe-analyze"));
    json_stream_put(stream, "version", json_string(SUITE_VERSION));
    json_stream_put(stream, "schema", json_integer(1));
    json_stream_put(stream, "capture", capture_json(figures, options));
    json_stream_put(stream, "total", group_json(figures, GROUP_ALL, 0, GROUP_OPERATIONS));
    json_stream_put(stream, "operations", operations_json(figures, GROUP_ALL, 0));
    write_entries(stream, "targets", figures, GROUP_TARGET);
    write_entries(stream, "initiators", figures, GROUP_INITIATOR);
    write_entries(stream, "pairs", figures, GROUP_PAIR);
    results_timeline(stream, &figures->timeline, &figures->traffic);
    json_stream_put(stream, "slowest", slowest_json(figures));
}

int results_write(FILE *to, const struct figures *figures, const struct analysis_options *options,
                  const struct judgement *judgement)
{
    struct json_stream stream = {.to = to};
    json_stream_open(&stream, NULL, '{');
    write_figures(&stream, figures, options);
    bool known = write_meaning(&stream, figures, options, judgement);
    json_stream_close(&stream);
    if (!known)
        errno = ENOMEM;
    return known ? json_stream_status(&stream) : -1;
}

json_t *results_json(const struct figures *figures, const struct analysis_options *options)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    int status = to ? results_write(to, figures, options, NULL) : -1;
    if (to && fclose(to) != 0)
        status = -1;
    json_t *root = status ? NULL : json_loadb(text, length, 0, NULL);
    free(text);
    return root;
}
