/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Series, heat map and positions of the results. */
#include "results.h"

#include "json_put.h"

static void write_bins(struct json_stream *stream, const struct timeline *timeline,
                       const struct timeline_bin *bins)
{
    for (size_t i = 0; i < timeline->count; i++) {
        const struct timeline_bin *bin = &bins[i];
        const uint64_t row[] = {
            bin->commands,       bin->answers, bin->read_bytes,  bin->written_bytes,
            bin->repeats,        bin->errors,  bin->latency_sum, (uint64_t)bin->latency_max,
            bin->outstanding_max};
        json_stream_numbers(stream, row, sizeof row / sizeof row[0]);
    }
}

static void write_axis(struct json_stream *stream, const struct timeline *timeline)
{
    int64_t first = (int64_t)((uint64_t)timeline->first << timeline->shift);
    json_stream_put(stream, "bin_ns", integer(UINT64_C(1) << timeline->shift));
    json_stream_put(stream, "first_ns", timeline->count ? json_integer(first) : json_null());
}

static void write_target(struct json_stream *stream, const struct timeline *timeline,
                         const struct traffic_target *target, const struct timeline_bin *bins)
{
    char text[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    const char *tag = aoe_vlan_text(vlan, target->vlan);
    json_stream_open(stream, NULL, '{');
    json_stream_put(stream, "target", json_string(results_target(text, target)));
    json_stream_put(stream, "vlan", tag ? json_string(tag) : json_null());
    json_stream_open(stream, "bins", '[');
    write_bins(stream, timeline, bins);
    json_stream_close(stream);
    json_stream_close(stream);
}

static void write_targets(struct json_stream *stream, const struct timeline *timeline,
                          const struct traffic *traffic)
{
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(traffic, GROUP_TARGET, order);
    for (size_t i = 0; count <= TIMELINE_TARGETS && i < count; i++)
        if (timeline->targets[order[i]])
            write_target(stream, timeline, traffic->targets[order[i]], timeline->targets[order[i]]);
}

static void write_series(struct json_stream *stream, const struct timeline *timeline,
                         const struct traffic *traffic)
{
    static const char *const names[] = {"commands",       "answers",        "read_bytes",
                                        "written_bytes",  "repeats",        "errors",
                                        "latency_sum_ns", "latency_max_ns", "outstanding_max"};
    json_t *columns = json_array();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_array_append_new(columns, json_string(names[i]));
    write_axis(stream, timeline);
    json_stream_put(stream, "columns", columns);
    json_stream_open(stream, "total", '[');
    write_bins(stream, timeline, timeline->total);
    json_stream_close(stream);
    json_stream_open(stream, "targets", '[');
    write_targets(stream, timeline, traffic);
    json_stream_close(stream);
}

static void write_heat(struct json_stream *stream, const struct timeline *timeline)
{
    json_t *rows = json_array();
    for (unsigned row = 0; row < HEAT_ROWS; row++)
        json_array_append_new(rows, json_integer(timeline_heat_from(row)));
    write_axis(stream, timeline);
    json_stream_put(stream, "rows_from_ns", rows);
    json_stream_open(stream, "cells", '[');
    for (size_t bin = 0; bin < timeline->count; bin++)
        for (unsigned row = 0; row < HEAT_ROWS; row++) {
            const uint64_t cell[] = {bin, row, timeline->heat[bin][row]};
            if (cell[2])
                json_stream_numbers(stream, cell, 3);
        }
    json_stream_close(stream);
}

static void write_positions(struct json_stream *stream, const struct timeline *timeline)
{
    write_axis(stream, timeline);
    json_stream_put(stream, "row_sectors", integer(UINT64_C(1) << timeline->position_shift));
    json_stream_open(stream, "cells", '[');
    for (size_t bin = 0; bin < timeline->count; bin++)
        for (unsigned row = 0; row < POSITION_ROWS; row++) {
            const uint32_t *counts = timeline->positions[bin][row];
            const uint64_t cell[] = {bin, row, counts[0], counts[1]};
            if (counts[0] || counts[1])
                json_stream_numbers(stream, cell, 4);
        }
    json_stream_close(stream);
}

void results_timeline(struct json_stream *stream, const struct timeline *timeline,
                      const struct traffic *traffic)
{
    json_stream_open(stream, "series", '{');
    write_series(stream, timeline, traffic);
    json_stream_close(stream);
    json_stream_open(stream, "heat", '{');
    write_heat(stream, timeline);
    json_stream_close(stream);
    json_stream_open(stream, "positions", '{');
    write_positions(stream, timeline);
    json_stream_close(stream);
}
