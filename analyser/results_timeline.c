/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Series, heat map and positions of the results. */
#include "results.h"

#include "json_put.h"

static json_t *numbers(const uint64_t *values, size_t count)
{
    json_t *row = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(row, integer(values[i]));
    return row;
}

static json_t *bins_json(const struct timeline *timeline, const struct timeline_bin *bins)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_bin *bin = &bins[i];
        const uint64_t row[] = {
            bin->commands,       bin->answers, bin->read_bytes,  bin->written_bytes,
            bin->repeats,        bin->errors,  bin->latency_sum, (uint64_t)bin->latency_max,
            bin->outstanding_max};
        json_array_append_new(rows, numbers(row, sizeof row / sizeof row[0]));
    }
    return rows;
}

static json_t *axis_json(const struct timeline *timeline)
{
    json_t *object = json_object();
    json_object_set_new(object, "bin_ns", integer(UINT64_C(1) << timeline->shift));
    int64_t first = (int64_t)((uint64_t)timeline->first << timeline->shift);
    json_object_set_new(object, "first_ns", timeline->count ? json_integer(first) : json_null());
    return object;
}

static json_t *targets_json(const struct timeline *timeline, const struct traffic *traffic)
{
    uint16_t order[TRAFFIC_PAIRS];
    char text[AOE_ADDRESS_TEXT], vlan[VLAN_TEXT];
    size_t count = group_order(traffic, GROUP_TARGET, order);
    json_t *rows = json_array();
    for (size_t i = 0; count <= TIMELINE_TARGETS && i < count; i++) {
        const struct traffic_target *target = traffic->targets[order[i]];
        if (!timeline->targets[order[i]])
            continue;
        json_t *row = json_object();
        const char *tag = vlan_text(vlan, target->vlan);
        json_object_set_new(row, "target", json_string(results_target(text, target)));
        json_object_set_new(row, "vlan", tag ? json_string(tag) : json_null());
        json_object_set_new(row, "bins", bins_json(timeline, timeline->targets[order[i]]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *series_json(const struct timeline *timeline, const struct traffic *traffic)
{
    static const char *const names[] = {"commands",       "answers",        "read_bytes",
                                        "written_bytes",  "repeats",        "errors",
                                        "latency_sum_ns", "latency_max_ns", "outstanding_max"};
    json_t *series = axis_json(timeline), *columns = json_array();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_array_append_new(columns, json_string(names[i]));
    json_object_set_new(series, "columns", columns);
    json_object_set_new(series, "total", bins_json(timeline, timeline->total));
    json_object_set_new(series, "targets", targets_json(timeline, traffic));
    return series;
}

static json_t *heat_json(const struct timeline *timeline)
{
    json_t *heat = axis_json(timeline), *rows = json_array(), *cells = json_array();
    for (unsigned row = 0; row < HEAT_ROWS; row++)
        json_array_append_new(rows, json_integer(timeline_heat_from(row)));
    for (size_t bin = 0; bin < timeline->count; bin++)
        for (unsigned row = 0; row < HEAT_ROWS; row++) {
            const uint64_t cell[] = {bin, row, timeline->heat[bin][row]};
            if (cell[2])
                json_array_append_new(cells, numbers(cell, 3));
        }
    json_object_set_new(heat, "rows_from_ns", rows);
    json_object_set_new(heat, "cells", cells);
    return heat;
}

static json_t *positions_json(const struct timeline *timeline)
{
    json_t *positions = axis_json(timeline), *cells = json_array();
    json_object_set_new(positions, "row_sectors", integer(UINT64_C(1) << timeline->position_shift));
    for (size_t bin = 0; bin < timeline->count; bin++)
        for (unsigned row = 0; row < POSITION_ROWS; row++) {
            const uint32_t *counts = timeline->positions[bin][row];
            const uint64_t cell[] = {bin, row, counts[0], counts[1]};
            if (counts[0] || counts[1])
                json_array_append_new(cells, numbers(cell, 4));
        }
    json_object_set_new(positions, "cells", cells);
    return positions;
}

void results_timeline(json_t *root, const struct timeline *timeline, const struct traffic *traffic)
{
    json_object_set_new(root, "series", series_json(timeline, traffic));
    json_object_set_new(root, "heat", heat_json(timeline));
    json_object_set_new(root, "positions", positions_json(timeline));
}
