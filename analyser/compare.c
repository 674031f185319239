/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare.h"

#include <math.h>
#include <stdlib.h>

#include "common/group.h"
#include "json_put.h"
#include "results.h"

/* What moved by less, or rests on fewer commands, says nothing. */
enum { PERCENT_SAME = 5, FEWEST_COMMANDS = 100, MILLION = 1000000 };

/* Shares are compared with so many of a million added: one error more in a million is nothing. */
enum { SHARE_ADDED = 1000 };

const char *metric_name(enum metric metric)
{
    static const char *const names[METRICS] = {
        "iops",
        "bytes_per_second",
        "command_p50_ns",
        "command_p99_ns",
        "round_trip_p50_ns",
        "round_trip_p99_ns",
        "repeats_per_million",
        "lost_per_million",
        "unanswered_per_million",
        "errors_per_million",
    };
    return names[metric];
}

const char *course_name(enum course course)
{
    static const char *const names[] = {"worse", "better", "same"};
    return names[course];
}

struct comparing {
    struct arena *arena;
    const struct figures *figures[2];
    struct comparison *comparison;
};

static uint64_t per_million(uint64_t part, uint64_t whole)
{
    return whole ? (uint64_t)((unsigned __int128)part * MILLION / whole) : 0;
}

static void put_rates(uint64_t to[METRICS], const struct group *group, uint64_t duration)
{
    const struct measure *measure = &group->measure;
    bool known;
    to[METRIC_IOPS] = group_rate(measure->answered, duration, &known);
    to[METRIC_THROUGHPUT] = group_rate(group->bytes[0] + group->bytes[1], duration, &known);
    to[METRIC_REPEATS] = per_million(measure->same_tag + measure->new_tag, measure->requests);
    to[METRIC_LOST] = per_million(group_lost(group), measure->requests);
    to[METRIC_UNANSWERED] = per_million(measure->unanswered, measure->commands);
    to[METRIC_ERRORS] = per_million(measure_errors(measure), measure->answered);
}

static void put_latencies(uint64_t to[METRICS], const struct group *group)
{
    const struct latency *command = &group->command, *round_trip = &group->round_trip;
    to[METRIC_COMMAND_P50] = (uint64_t)latency_percentile(&group->pool, command, 1, 2);
    to[METRIC_COMMAND_P99] = (uint64_t)latency_percentile(&group->pool, command, 99, 100);
    to[METRIC_ROUND_TRIP_P50] = (uint64_t)latency_percentile(&group->pool, round_trip, 1, 2);
    to[METRIC_ROUND_TRIP_P99] = (uint64_t)latency_percentile(&group->pool, round_trip, 99, 100);
}

/* The values of a target's operation. Returns its commands, or -1 where there is no memory. */
static int64_t measure_one(const struct figures *figures, size_t target, unsigned operation,
                           uint64_t values[METRICS])
{
    struct group group;
    if (group_open(&group, &figures->traffic, GROUP_TARGET, target, operation) < 0)
        return -1;
    put_rates(values, &group, figures_duration(figures));
    put_latencies(values, &group);
    uint64_t commands = group.measure.commands;
    group_close(&group);
    return commands > INT64_MAX ? INT64_MAX : (int64_t)commands;
}

static bool more_is_better(enum metric metric)
{
    return metric == METRIC_IOPS || metric == METRIC_THROUGHPUT;
}

static uint64_t comparable(enum metric metric, uint64_t value)
{
    return metric >= METRIC_REPEATS ? value + SHARE_ADDED : value;
}

static enum course course_of(enum metric metric, uint64_t before, uint64_t after)
{
    uint64_t a = comparable(metric, before), b = comparable(metric, after);
    uint64_t less = a < b ? a : b, more = a < b ? b : a;
    if ((unsigned __int128)(more - less) * 100 < (unsigned __int128)less * PERCENT_SAME || a == b)
        return COURSE_SAME;
    return (b > a) == more_is_better(metric) ? COURSE_BETTER : COURSE_WORSE;
}

static void add_change(struct comparing *comparing, const struct change *change)
{
    struct comparison *comparison = comparing->comparison;
    comparison->changes = arena_grow(comparing->arena, comparison->changes, comparison->count,
                                     sizeof *comparison->changes);
    comparison->changes[comparison->count++] = *change;
}

static int compare_operation(struct comparing *comparing, size_t a, size_t b, unsigned operation)
{
    uint64_t values[2][METRICS];
    int64_t before = measure_one(comparing->figures[0], a, operation, values[0]);
    int64_t after = measure_one(comparing->figures[1], b, operation, values[1]);
    if (before < 0 || after < 0)
        return -1;
    if (!before && !after)
        return 0;
    bool enough = before >= FEWEST_COMMANDS && after >= FEWEST_COMMANDS;
    for (unsigned metric = 0; metric < METRICS; metric++) {
        struct change change = {.target = a,
                                .operation = operation,
                                .metric = (enum metric)metric,
                                .a = values[0][metric],
                                .b = values[1][metric]};
        change.course = enough ? course_of(change.metric, change.a, change.b) : COURSE_SAME;
        if (change.a || change.b)
            add_change(comparing, &change);
    }
    return 0;
}

static bool is_same(const struct traffic_target *a, const struct traffic_target *b)
{
    return a->others == b->others && a->vlan == b->vlan && a->shelf == b->shelf &&
           a->slot == b->slot;
}

/* The target of `in` that is `target`; their count where there is none. */
static size_t find(const struct traffic *in, const struct traffic_target *target)
{
    size_t i = 0;
    while (i < in->target_count && !is_same(in->targets[i], target))
        i++;
    return i;
}

static void add_only(struct comparing *comparing, unsigned side, size_t target)
{
    struct comparison *comparison = comparing->comparison;
    comparison->only[side] = arena_grow(comparing->arena, comparison->only[side],
                                        comparison->only_count[side], sizeof(size_t));
    comparison->only[side][comparison->only_count[side]++] = target;
}

static int compare_target(struct comparing *comparing, size_t a)
{
    const struct traffic *other = &comparing->figures[1]->traffic;
    size_t b = find(other, comparing->figures[0]->traffic.targets[a]);
    if (b == other->target_count) {
        add_only(comparing, 0, a);
        return 0;
    }
    if (compare_operation(comparing, a, b, GROUP_OPERATIONS) < 0)
        return -1;
    for (unsigned operation = 0; operation < OPERATIONS; operation++)
        if (compare_operation(comparing, a, b, operation) < 0)
            return -1;
    return 0;
}

static double weight(const struct change *change)
{
    uint64_t a = comparable(change->metric, change->a), b = comparable(change->metric, change->b);
    if (!a || !b)
        return INFINITY;
    return fabs(log((double)b / (double)a));
}

static int by_weight(const struct change *a, const struct change *b)
{
    if (a->course != b->course)
        return a->course < b->course ? -1 : 1;
    if (a->course == COURSE_SAME)
        return 0;
    return (weight(a) < weight(b)) - (weight(a) > weight(b));
}

/* Merges two sorted halves: equals stay in their order. */
static void merge(struct change *to, const struct change *from, size_t middle, size_t count)
{
    size_t left = 0, right = middle;
    for (size_t i = 0; i < count; i++) {
        bool take_right =
            left == middle || (right < count && by_weight(&from[right], &from[left]) < 0);
        to[i] = from[take_right ? right++ : left++];
    }
}

static void sort(struct change *changes, struct change *scratch, size_t count)
{
    if (count < 2)
        return;
    sort(changes, scratch, count / 2);
    sort(changes + count / 2, scratch, count - count / 2);
    memcpy(scratch, changes, count * sizeof *changes);
    merge(changes, scratch, count / 2, count);
}

int compare(struct comparison *comparison, struct arena *arena, const struct figures *a,
            const struct figures *b)
{
    struct comparing comparing = {arena, {a, b}, comparison};
    uint16_t order[TRAFFIC_PAIRS];
    *comparison = (struct comparison){.changes = NULL};
    size_t count = group_order(&a->traffic, GROUP_TARGET, order);
    for (size_t i = 0; i < count; i++)
        if (compare_target(&comparing, order[i]) < 0)
            return -1;
    count = group_order(&b->traffic, GROUP_TARGET, order);
    for (size_t i = 0; i < count; i++)
        if (find(&a->traffic, b->traffic.targets[order[i]]) == a->traffic.target_count)
            add_only(&comparing, 1, order[i]);
    sort(comparison->changes, arena_array(arena, comparison->count, sizeof *comparison->changes),
         comparison->count);
    return 0;
}

static json_t *change_json(const struct traffic *traffic, const struct change *change)
{
    char target[AOE_ADDRESS_TEXT], vlan[AOE_VLAN_TEXT];
    const struct traffic_target *of = traffic->targets[change->target];
    json_t *row = json_object();
    put_text(row, "target", results_target(target, of));
    put_text(row, "vlan", aoe_vlan_text(vlan, of->vlan));
    put_text(row, "operation",
             change->operation == GROUP_OPERATIONS
                 ? NULL
                 : operation_name((enum operation)change->operation));
    put_text(row, "metric", metric_name(change->metric));
    put_text(row, "change", course_name(change->course));
    put(row, "a", change->a);
    put(row, "b", change->b);
    json_object_set_new(row, "ratio",
                        change->a ? json_real((double)change->b / (double)change->a) : json_null());
    return row;
}

json_t *compare_json(const struct comparison *comparison, const struct traffic *traffic, json_t *a,
                     json_t *b)
{
    json_t *root = json_object(), *rows = json_array();
    put_text(root, "suite", "aoe-suite");
    put_text(root, "tool", "aoe-analyze");
    put_text(root, "version", SUITE_VERSION);
    put(root, "schema", 1);
    for (size_t i = 0; i < comparison->count; i++)
        json_array_append_new(rows, change_json(traffic, &comparison->changes[i]));
    json_object_set_new(root, "changes", rows);
    json_object_set_new(root, "a", a);
    json_object_set_new(root, "b", b);
    return root;
}
