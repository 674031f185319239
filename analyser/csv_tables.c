/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "csv_tables.h"

#include <stdlib.h>

#include "csv_row.h"
#include "results.h"

/* ---- MEASURES ---- */

static void put_latency(struct csv_row *row, const struct group *group, const struct latency *of,
                        const char *const names[8])
{
    static const unsigned numerators[] = {5000, 9000, 9900, 9990, 9999};
    bool known = of && of->count;
    csv_number(row, names[0], known ? of->count : 0);
    csv_known(row, names[1], known, known ? (uint64_t)of->min : 0);
    csv_known(row, names[2], known, known ? (uint64_t)latency_mean(of) : 0);
    for (size_t i = 0; i < sizeof numerators / sizeof numerators[0]; i++)
        csv_known(row, names[3 + i], known,
                  known ? (uint64_t)latency_percentile(&group->pool, of, numerators[i], 10000) : 0);
}

#define LATENCY_NAMES(of)                                                                          \
    {                                                                                              \
        of "_count", of "_min_ns", of "_mean_ns", of "_p50_ns", of "_p90_ns", of "_p99_ns",        \
            of "_p99_9_ns", of "_p99_99_ns"                                                        \
    }

static void put_latencies(struct csv_row *row, const struct group *group)
{
    static const char *const round_trip[] = LATENCY_NAMES("round_trip");
    static const char *const command[] = LATENCY_NAMES("command");
    const struct latency *of = &group->round_trip;
    put_latency(row, group, of, round_trip);
    csv_known(row, "round_trip_max_ns", of->count, (uint64_t)of->max);
    of = &group->command;
    put_latency(row, group, of, command);
    csv_known(row, "command_max_ns", of->count, (uint64_t)of->max);
}

static void put_counts(struct csv_row *row, const struct measure *measure)
{
    csv_number(row, "requests", measure->requests);
    csv_number(row, "responses", measure->responses);
    csv_number(row, "commands", measure->commands);
    csv_number(row, "answered", measure->answered);
    csv_number(row, "unanswered", measure->unanswered);
    csv_number(row, "unanswered_once", measure->unanswered_once);
    csv_number(row, "open", measure->open);
    csv_number(row, "answers_to_broadcast", measure->answers_to_broadcast);
    csv_number(row, "repeats_same_tag", measure->same_tag);
    csv_number(row, "repeats_new_tag", measure->new_tag);
    csv_number(row, "repeats_spurious", measure->spurious);
    csv_number(row, "repeated_commands", measure->repeated_commands);
    csv_number(row, "duplicate", measure->duplicate);
    csv_number(row, "late", measure->late);
    csv_number(row, "unsolicited", measure->unsolicited);
    csv_number(row, "adverts", measure->adverts);
}

static void put_measures(struct csv_row *row, const struct group *group, uint64_t duration)
{
    const struct measure *measure = &group->measure;
    uint64_t errors = 0;
    bool known;
    for (unsigned i = 0; i < MEASURE_AOE_ERRORS; i++)
        errors += measure->aoe_errors[i];
    put_counts(row, measure);
    csv_number(row, "lost", group_lost(group));
    csv_number(row, "read_bytes", group->bytes[0]);
    csv_number(row, "written_bytes", group->bytes[1]);
    uint64_t rate = group_rate(group->bytes[0] + group->bytes[1], duration, &known);
    csv_known(row, "bytes_per_second", known, rate);
    csv_known(row, "iops", known, group_rate(measure->answered, duration, &known));
    csv_number(row, "aoe_errors", errors);
    csv_number(row, "ata_errors", measure->ata_errors);
    csv_number(row, "largest_frame", measure->largest_frame);
    csv_known(row, "outstanding_max", group->level, group->level ? group->level->most : 0);
    put_latencies(row, group);
}

static void put_target(struct csv_row *row, const struct traffic_target *target)
{
    char name[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    csv_text(row, "target", target ? results_target(name, target) : NULL);
    csv_text(row, "vlan", target ? aoe_vlan_text(vlan, target->vlan) : NULL);
}

static void put_initiator(struct csv_row *row, const struct traffic_initiator *initiator)
{
    char name[AOE_MAC_TEXT];
    csv_text(row, "initiator", initiator ? results_initiator(name, initiator) : NULL);
}

static void put_advertised(struct csv_row *row, const struct traffic_target *target,
                           const struct group *group)
{
    bool known = target && target->advertised;
    csv_known(row, "buffer_count", known, known ? target->buffer_count : 0);
    csv_known(row, "sector_count", known, known ? target->sector_count : 0);
    csv_known(row, "firmware", known, known ? target->firmware : 0);
    csv_known(row, "over_buffer_count_ns", known,
              known ? group_over_level(group, target->buffer_count) : 0);
    csv_known(row, "over_sector_count", known,
              known ? group_over_sectors(group, aoe_sectors_allowed(target->sector_count)) : 0);
}

/* The columns that say what a row is about; without `traffic` those of the heading. */
static void put_names(struct csv_row *row, const struct traffic *traffic, enum group_of of,
                      size_t index)
{
    const struct traffic_target *target = NULL;
    const struct traffic_initiator *initiator = NULL;
    if (traffic && of == GROUP_TARGET)
        target = traffic->targets[index];
    if (traffic && of == GROUP_INITIATOR)
        initiator = traffic->initiators[index];
    if (traffic && of == GROUP_PAIR) {
        target = traffic->targets[traffic->pairs[index]->target];
        initiator = traffic->initiators[traffic->pairs[index]->initiator];
    }
    if (of != GROUP_INITIATOR)
        put_target(row, target);
    if (of != GROUP_TARGET)
        put_initiator(row, initiator);
}

static int put_row(FILE *to, const struct figures *figures, enum group_of of, size_t index)
{
    const struct traffic *traffic = &figures->traffic;
    struct csv_row row;
    struct group group;
    if (group_open(&group, &figures->traffic, of, index, GROUP_OPERATIONS) < 0)
        return -1;
    csv_begin(&row, false);
    put_names(&row, traffic, of, index);
    put_measures(&row, &group, figures_duration(figures));
    if (of == GROUP_TARGET)
        put_advertised(&row, traffic->targets[index], &group);
    csv_end(&row, to);
    group_close(&group);
    return 0;
}

static void put_heading(FILE *to, enum group_of of)
{
    static const struct group empty;
    struct csv_row row;
    csv_begin(&row, true);
    put_names(&row, NULL, of, 0);
    put_measures(&row, &empty, 0);
    if (of == GROUP_TARGET)
        put_advertised(&row, NULL, &empty);
    csv_end(&row, to);
}

static int put_table(FILE *to, const struct figures *figures, enum group_of of)
{
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(&figures->traffic, of, order);
    put_heading(to, of);
    for (size_t i = 0; i < count; i++)
        if (put_row(to, figures, of, order[i]) < 0)
            return -1;
    return 0;
}

int csv_targets(FILE *to, const struct figures *figures)
{
    return put_table(to, figures, GROUP_TARGET);
}

int csv_initiators(FILE *to, const struct figures *figures)
{
    return put_table(to, figures, GROUP_INITIATOR);
}

int csv_pairs(FILE *to, const struct figures *figures)
{
    return put_table(to, figures, GROUP_PAIR);
}

/* ---- operations: of each pair, and so that their sums are those of everything ---- */

static int put_operation(FILE *to, const struct figures *figures, size_t pair, unsigned operation)
{
    struct csv_row row;
    struct group group;
    if (group_open(&group, &figures->traffic, GROUP_PAIR, pair, operation) < 0)
        return -1;
    if (group.frames) {
        csv_begin(&row, false);
        put_names(&row, &figures->traffic, GROUP_PAIR, pair);
        csv_text(&row, "operation", operation_name((enum operation)operation));
        put_measures(&row, &group, figures_duration(figures));
        csv_end(&row, to);
    }
    group_close(&group);
    return 0;
}

int csv_operations(FILE *to, const struct figures *figures)
{
    static const struct group empty;
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(&figures->traffic, GROUP_PAIR, order);
    struct csv_row row;
    csv_begin(&row, true);
    put_names(&row, NULL, GROUP_PAIR, 0);
    csv_text(&row, "operation", NULL);
    put_measures(&row, &empty, 0);
    csv_end(&row, to);
    for (size_t i = 0; i < count; i++)
        for (unsigned operation = 0; operation < OPERATIONS; operation++)
            if (put_operation(to, figures, order[i], operation) < 0)
                return -1;
    return 0;
}

/* ---- series ---- */

static void put_bin(FILE *to, bool heading, int64_t time, const struct traffic_target *target,
                    const struct timeline_bin *bin)
{
    struct csv_row row;
    csv_begin(&row, heading);
    csv_time(&row, "time_ns", time);
    put_target(&row, target);
    csv_number(&row, "commands", bin->commands);
    csv_number(&row, "answers", bin->answers);
    csv_number(&row, "read_bytes", bin->read_bytes);
    csv_number(&row, "written_bytes", bin->written_bytes);
    csv_number(&row, "repeats", bin->repeats);
    csv_number(&row, "errors", bin->errors);
    csv_number(&row, "latency_sum_ns", bin->latency_sum);
    csv_number(&row, "latency_max_ns", (uint64_t)bin->latency_max);
    csv_number(&row, "outstanding_max", bin->outstanding_max);
    csv_end(&row, to);
}

int csv_series(FILE *to, const struct figures *figures)
{
    static const struct timeline_bin none;
    const struct timeline *timeline = &figures->timeline;
    const struct traffic *traffic = &figures->traffic;
    uint16_t order[TRAFFIC_PAIRS];
    size_t count = group_order(traffic, GROUP_TARGET, order);
    put_bin(to, true, 0, NULL, &none);
    for (size_t bin = 0; bin < timeline->count; bin++) {
        int64_t time = (int64_t)((uint64_t)(timeline->first + (int64_t)bin) << timeline->shift);
        put_bin(to, false, time, NULL, &timeline->total[bin]);
        for (size_t i = 0; i < count; i++)
            if (order[i] < TIMELINE_TARGETS && timeline->targets[order[i]])
                put_bin(to, false, time, traffic->targets[order[i]],
                        &timeline->targets[order[i]][bin]);
    }
    return 0;
}
