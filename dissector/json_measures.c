/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_measures.h"

#include <inttypes.h>

void json_number(json_dumper *to, const char *name, uint64_t value)
{
    json_dumper_set_member_name(to, name);
    json_dumper_value_anyf(to, "%" PRIu64, value);
}

void json_signed(json_dumper *to, const char *name, int64_t value)
{
    json_dumper_set_member_name(to, name);
    json_dumper_value_anyf(to, "%" PRId64, value);
}

void json_text(json_dumper *to, const char *name, const char *value)
{
    json_dumper_set_member_name(to, name);
    if (value)
        json_dumper_value_string(to, value);
    else
        json_dumper_value_anyf(to, "null");
}

void json_null(json_dumper *to, const char *name)
{
    json_text(to, name, NULL);
}

void json_bool(json_dumper *to, const char *name, bool value)
{
    json_dumper_set_member_name(to, name);
    json_dumper_value_anyf(to, "%s", value ? "true" : "false");
}

static void put_real(json_dumper *to, const char *name, bool known, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    json_dumper_set_member_name(to, name);
    if (known)
        json_dumper_value_anyf(to, "%s", g_ascii_formatd(text, sizeof text, "%.6g", value));
    else
        json_dumper_value_anyf(to, "null");
}

/* ---- latencies ---- */

static void put_histogram(json_dumper *to, const struct latency_pool *pool,
                          const struct latency *of)
{
    json_dumper_set_member_name(to, "histogram");
    json_dumper_begin_array(to);
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++)
        if (latency_in(pool, of, bucket))
            json_dumper_value_anyf(to, "[%" PRIu64 ",%" PRIu64 ",%" PRIu64 "]",
                                   latency_bucket_from(bucket), latency_bucket_from(bucket + 1),
                                   latency_in(pool, of, bucket));
    json_dumper_end_array(to);
}

static void put_latency(json_dumper *to, const char *name, const struct latency_pool *pool,
                        const struct latency *of)
{
    if (!of->count) {
        json_null(to, name);
        return;
    }
    json_dumper_set_member_name(to, name);
    json_dumper_begin_object(to);
    json_number(to, "count", of->count);
    json_signed(to, "min_ns", of->min);
    json_signed(to, "mean_ns", latency_mean(of));
    for (size_t i = 0; i < LATENCY_PERCENTILES; i++)
        json_signed(to, latency_percentiles[i].name,
                    latency_percentile(pool, of, latency_percentiles[i].numerator,
                                       latency_percentiles[i].denominator));
    json_signed(to, "max_ns", of->max);
    put_histogram(to, pool, of);
    json_dumper_end_object(to);
}

/* ---- counts ---- */

static void put_errors(json_dumper *to, const struct measure *measure)
{
    static const char *const codes[MEASURE_AOE_ERRORS] = {"other", "1", "2", "3", "4", "5", "6"};
    static const char *const bits[MEASURE_ATA_BITS] = {"ABRT", "IDNF", "UNC", "other"};
    json_dumper_set_member_name(to, "errors");
    json_dumper_begin_object(to);
    json_dumper_set_member_name(to, "aoe");
    json_dumper_begin_object(to);
    for (unsigned i = 1; i <= MEASURE_AOE_ERRORS; i++)
        if (measure->aoe_errors[i % MEASURE_AOE_ERRORS])
            json_number(to, codes[i % MEASURE_AOE_ERRORS],
                        measure->aoe_errors[i % MEASURE_AOE_ERRORS]);
    json_dumper_end_object(to);
    json_number(to, "ata", measure->ata_errors);
    json_dumper_set_member_name(to, "ata_bits");
    json_dumper_begin_object(to);
    for (unsigned i = 0; i < MEASURE_ATA_BITS; i++)
        if (measure->ata_bits[i])
            json_number(to, bits[i], measure->ata_bits[i]);
    json_dumper_end_object(to);
    json_dumper_end_object(to);
}

static void put_two(json_dumper *to, uint64_t a, uint64_t b)
{
    json_dumper_value_anyf(to, "[%" PRIu64 ",%" PRIu64 "]", a, b);
}

/* What each place of an array counted: its index, or where `power` is not negative, 2 to the power
 * of its index and `power`. */
static void put_counted(json_dumper *to, const char *name, const uint64_t *counts, size_t size,
                        int power)
{
    json_dumper_set_member_name(to, name);
    json_dumper_begin_array(to);
    for (size_t i = 0; counts && i < size; i++)
        if (counts[i])
            put_two(to, power < 0 ? i : UINT64_C(1) << (i + (size_t)power), counts[i]);
    json_dumper_end_array(to);
}

static void put_outstanding(json_dumper *to, const struct level *level, uint64_t duration)
{
    uint64_t busy = 0;
    for (unsigned i = 1; i < LEVELS; i++)
        busy += level->ns[i];
    json_dumper_set_member_name(to, "outstanding");
    json_dumper_begin_object(to);
    json_number(to, "max", level->most);
    put_real(to, "mean", duration, duration ? (double)level_area(level) / (double)duration : 0);
    json_dumper_set_member_name(to, "levels");
    json_dumper_begin_array(to);
    if (duration > busy)
        put_two(to, 0, duration - busy);
    for (unsigned i = 1; i < LEVELS; i++)
        if (level->ns[i])
            put_two(to, i, level->ns[i]);
    json_dumper_end_array(to);
    json_dumper_end_object(to);
}

static void put_seeks(json_dumper *to, const struct seeks *seeks)
{
    json_dumper_set_member_name(to, "seeks");
    json_dumper_begin_object(to);
    json_number(to, "sequential", seeks->sequential);
    put_counted(to, "forward", seeks->forward, TRAFFIC_SEEKS, 0);
    put_counted(to, "backward", seeks->backward, TRAFFIC_SEEKS, 0);
    json_dumper_end_object(to);
}

static void put_commands(json_dumper *to, const struct measure *measure)
{
    json_number(to, "requests", measure->requests);
    json_number(to, "responses", measure->responses);
    json_number(to, "commands", measure->commands);
    json_number(to, "answered", measure->answered);
    json_number(to, "unanswered", measure->unanswered);
    json_number(to, "unanswered_once", measure->unanswered_once);
    json_number(to, "open", measure->open);
    json_number(to, "answers_to_broadcast", measure->answers_to_broadcast);
    json_dumper_set_member_name(to, "repeats");
    json_dumper_begin_object(to);
    json_number(to, "same_tag", measure->same_tag);
    json_number(to, "new_tag", measure->new_tag);
    json_number(to, "spurious", measure->spurious);
    json_number(to, "commands", measure->repeated_commands);
    json_dumper_end_object(to);
    json_number(to, "duplicate", measure->duplicate);
    json_number(to, "late", measure->late);
    json_number(to, "unsolicited", measure->unsolicited);
    json_number(to, "adverts", measure->adverts);
}

static void put_rate(json_dumper *to, const char *name, uint64_t amount, uint64_t duration)
{
    bool known;
    uint64_t rate = group_rate(amount, duration, &known);
    if (known)
        json_number(to, name, rate);
    else
        json_null(to, name);
}

static void put_rates(json_dumper *to, const struct group *group, uint64_t duration)
{
    uint64_t requests = group->measure.requests, lost = group_lost(group);
    json_number(to, "lost", lost);
    put_real(to, "loss_ratio", requests, requests ? (double)lost / (double)requests : 0);
    json_number(to, "read_bytes", group->bytes[0]);
    json_number(to, "written_bytes", group->bytes[1]);
    put_rate(to, "bytes_per_second", group->bytes[0] + group->bytes[1], duration);
    put_rate(to, "iops", group->measure.answered, duration);
}

void json_measures(json_dumper *to, const struct group *group, uint64_t duration,
                   unsigned operation)
{
    enum { SECTOR_SHIFT = 9 };
    const struct measure *measure = &group->measure;
    const struct latency_pool *pool = &group->pool;
    put_commands(to, measure);
    put_rates(to, group, duration);
    put_errors(to, measure);
    put_latency(to, "frame_round_trip", pool, &group->round_trip);
    put_latency(to, "command_latency", pool, &group->command);
    put_counted(to, "sectors", measure->sectors, UINT8_MAX + 1, -1);
    put_counted(to, "alignment", measure->alignment, MEASURE_ALIGNMENTS, SECTOR_SHIFT);
    put_latency(to, "first_repeat", pool, &measure->first_repeat);
    put_latency(to, "later_repeat", pool, &measure->later_repeat);
    json_number(to, "largest_frame", measure->largest_frame);
    if (operation != GROUP_OPERATIONS)
        return;
    put_outstanding(to, group->level, duration);
    put_seeks(to, &group->seeks);
    put_latency(to, "think_time", pool, &group->thinking);
}
