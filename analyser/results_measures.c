/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MEASURES: the part of the results that every group has. */
#include "results.h"

#include "json_put.h"

static json_t *histogram_json(const struct latency_pool *pool, const struct latency *of)
{
    json_t *rows = json_array();
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
        uint64_t count = latency_in(pool, of, bucket);
        if (!count)
            continue;
        json_t *row = json_array();
        json_array_append_new(row, integer(latency_bucket_from(bucket)));
        json_array_append_new(row, integer(latency_bucket_from(bucket + 1)));
        json_array_append_new(row, integer(count));
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *latency_json(const struct latency_pool *pool, const struct latency *of)
{
    if (!of->count)
        return json_null();
    json_t *object = json_object();
    put(object, "count", of->count);
    put(object, "min_ns", (uint64_t)of->min);
    put(object, "mean_ns", (uint64_t)latency_mean(of));
    for (size_t i = 0; i < LATENCY_PERCENTILES; i++)
        put(object, latency_percentiles[i].name,
            (uint64_t)latency_percentile(pool, of, latency_percentiles[i].numerator,
                                         latency_percentiles[i].denominator));
    put(object, "max_ns", (uint64_t)of->max);
    json_object_set_new(object, "histogram", histogram_json(pool, of));
    return object;
}

static json_t *two(uint64_t a, uint64_t b)
{
    json_t *row = json_array();
    json_array_append_new(row, integer(a));
    json_array_append_new(row, integer(b));
    return row;
}

static json_t *errors_json(const struct measure *measure)
{
    static const char *const codes[MEASURE_AOE_ERRORS] = {"other", "1", "2", "3", "4", "5", "6"};
    static const char *const bits[MEASURE_ATA_BITS] = {"ABRT", "IDNF", "UNC", "other"};
    json_t *aoe = json_object(), *ata = json_object();
    for (unsigned i = 1; i <= MEASURE_AOE_ERRORS; i++)
        if (measure->aoe_errors[i % MEASURE_AOE_ERRORS])
            put(aoe, codes[i % MEASURE_AOE_ERRORS], measure->aoe_errors[i % MEASURE_AOE_ERRORS]);
    for (unsigned i = 0; i < MEASURE_ATA_BITS; i++)
        if (measure->ata_bits[i])
            put(ata, bits[i], measure->ata_bits[i]);
    json_t *errors = json_object();
    json_object_set_new(errors, "aoe", aoe);
    put(errors, "ata", measure->ata_errors);
    json_object_set_new(errors, "ata_bits", ata);
    return errors;
}

static json_t *outstanding_json(const struct level *level, uint64_t duration)
{
    json_t *levels = json_array();
    uint64_t busy = 0;
    for (unsigned i = 1; i < LEVELS; i++)
        busy += level->ns[i];
    if (duration > busy)
        json_array_append_new(levels, two(0, duration - busy));
    for (unsigned i = 1; i < LEVELS; i++)
        if (level->ns[i])
            json_array_append_new(levels, two(i, level->ns[i]));
    json_t *object = json_object();
    put(object, "max", level->most);
    double mean = duration ? (double)level_area(level) / (double)duration : 0;
    json_object_set_new(object, "mean", duration ? json_real(mean) : json_null());
    json_object_set_new(object, "levels", levels);
    return object;
}

static json_t *counted(const uint64_t *counts, size_t size, unsigned shift, bool powers)
{
    json_t *rows = json_array();
    for (size_t i = 0; counts && i < size; i++)
        if (counts[i])
            json_array_append_new(rows, two(powers ? UINT64_C(1) << (i + shift) : i, counts[i]));
    return rows;
}

static json_t *seeks_json(const struct seeks *seeks)
{
    json_t *object = json_object();
    put(object, "sequential", seeks->sequential);
    json_object_set_new(object, "forward", counted(seeks->forward, TRAFFIC_SEEKS, 0, true));
    json_object_set_new(object, "backward", counted(seeks->backward, TRAFFIC_SEEKS, 0, true));
    return object;
}

static void set_counts(json_t *object, const struct group *group)
{
    const struct measure *measure = &group->measure;
    put(object, "requests", measure->requests);
    put(object, "responses", measure->responses);
    put(object, "commands", measure->commands);
    put(object, "answered", measure->answered);
    put(object, "unanswered", measure->unanswered);
    put(object, "unanswered_once", measure->unanswered_once);
    put(object, "open", measure->open);
    put(object, "answers_to_broadcast", measure->answers_to_broadcast);
    json_t *repeats = json_object();
    put(repeats, "same_tag", measure->same_tag);
    put(repeats, "new_tag", measure->new_tag);
    put(repeats, "spurious", measure->spurious);
    put(repeats, "commands", measure->repeated_commands);
    json_object_set_new(object, "repeats", repeats);
    put(object, "duplicate", measure->duplicate);
    put(object, "late", measure->late);
    put(object, "unsolicited", measure->unsolicited);
    put(object, "adverts", measure->adverts);
    put(object, "lost", group_lost(group));
    double ratio = measure->requests ? (double)group_lost(group) / (double)measure->requests : 0;
    json_object_set_new(object, "loss_ratio", measure->requests ? json_real(ratio) : json_null());
}

static void set_rates(json_t *object, const struct group *group, uint64_t duration)
{
    bool known;
    put(object, "read_bytes", group->bytes[0]);
    put(object, "written_bytes", group->bytes[1]);
    uint64_t bytes = group_rate(group->bytes[0] + group->bytes[1], duration, &known);
    json_object_set_new(object, "bytes_per_second", known ? integer(bytes) : json_null());
    uint64_t answers = group_rate(group->measure.answered, duration, &known);
    json_object_set_new(object, "iops", known ? integer(answers) : json_null());
}

static void set_transfers(json_t *object, const struct measure *measure)
{
    enum { SECTOR_SHIFT = 9 };
    json_object_set_new(object, "sectors", counted(measure->sectors, UINT8_MAX + 1, 0, false));
    json_object_set_new(object, "alignment",
                        counted(measure->alignment, MEASURE_ALIGNMENTS, SECTOR_SHIFT, true));
}

json_t *results_measures(const struct group *group, uint64_t duration, unsigned operation)
{
    const struct measure *measure = &group->measure;
    json_t *object = json_object();
    set_counts(object, group);
    set_rates(object, group, duration);
    json_object_set_new(object, "errors", errors_json(measure));
    json_object_set_new(object, "frame_round_trip", latency_json(&group->pool, &group->round_trip));
    json_object_set_new(object, "command_latency", latency_json(&group->pool, &group->command));
    set_transfers(object, measure);
    json_object_set_new(object, "first_repeat", latency_json(&group->pool, &measure->first_repeat));
    json_object_set_new(object, "later_repeat", latency_json(&group->pool, &measure->later_repeat));
    put(object, "largest_frame", measure->largest_frame);
    if (operation != GROUP_OPERATIONS)
        return object;
    json_object_set_new(object, "outstanding", outstanding_json(group->level, duration));
    json_object_set_new(object, "seeks", seeks_json(&group->seeks));
    json_object_set_new(object, "think_time", latency_json(&group->pool, &group->thinking));
    return object;
}
