/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live_figures.h"

#include <stdlib.h>

/* What is kept of a target, initiator or pair from interval to interval. */
struct live_past {
    uint64_t rates[LIVE_HISTORY]; /* a ring: interval i is at i % LIVE_HISTORY */
    uint64_t silent;              /* ns */
    bool waited;                  /* something was outstanding when the interval before ended */
};

static size_t past_room(size_t kind)
{
    return kind == GROUP_ALL ? 1 : TRAFFIC_PAIRS;
}

static size_t clause_count(void)
{
    size_t count;
    aoe_clauses(&count);
    return count;
}

static int span_open(struct live_span *span, bool check)
{
    *span = (struct live_span){.start = 0};
    if (check && !(span->clauses = calloc(clause_count(), sizeof *span->clauses)))
        return -1;
    return traffic_open(&span->figures.traffic);
}

static void span_close(struct live_span *span)
{
    if (span->figures.traffic.pairs)
        traffic_close(&span->figures.traffic);
    free(span->clauses);
    *span = (struct live_span){.start = 0};
}

static int span_reopen(struct live_span *span, bool check)
{
    span_close(span);
    return span_open(span, check);
}

int live_figures_open(struct live_figures *live, const struct analysis_options *options)
{
    *live = (struct live_figures){.intervals = 0};
    if (analysis_open(&live->analysis, options) < 0)
        return -1;
    bool open =
        span_open(&live->last, options->check) == 0 && span_open(&live->whole, options->check) == 0;
    for (size_t kind = 0; open && kind < LIVE_KINDS; kind++) {
        live->past[kind] = calloc(past_room(kind), sizeof *live->past[kind]);
        open = live->past[kind] != NULL;
    }
    if (open)
        return 0;
    live_figures_close(live);
    return -1;
}

void live_figures_close(struct live_figures *live)
{
    if (live->analysis.exchanges)
        analysis_close(&live->analysis);
    span_close(&live->last);
    span_close(&live->whole);
    for (size_t kind = 0; kind < LIVE_KINDS; kind++)
        free(live->past[kind]);
    *live = (struct live_figures){.intervals = 0};
}

void live_figures_feed(struct live_figures *live, const struct capture_frame *captured)
{
    struct aoe_frame frame;
    uint64_t filtered = live->analysis.figures.counters.filtered_frames;
    enum unwrapped kind = analysis_feed(&live->analysis, captured, &frame);
    live->frames.received++;
    live->frames.cut += kind == UNWRAPPED_CUT;
    live->frames.other += kind == UNWRAPPED_OTHER;
    live->frames.filtered += live->analysis.figures.counters.filtered_frames - filtered;
}

static void add_frames(struct live_frames *to, const struct live_frames *from)
{
    to->received += from->received;
    to->cut += from->cut;
    to->other += from->other;
    to->filtered += from->filtered;
    to->dropped_kernel += from->dropped_kernel;
    to->dropped_interface += from->dropped_interface;
}

/* Adds what the interval counted to a span. Its pairs have the same places there as in the
 * analysis, since they are added in the same order. */
static int span_add(struct live_span *span, const struct live_figures *live, int64_t start,
                    int64_t end)
{
    const struct figures *figures = &live->analysis.figures;
    uint32_t marks[TRAFFIC_PAIRS];
    if (!span->duration)
        span->start = start;
    span->end = end;
    span->intervals = live->intervals;
    span->duration += end > start ? (uint64_t)end - (uint64_t)start : 0;
    add_frames(&span->frames, &live->frames);
    for (size_t i = 0; span->clauses && i < clause_count(); i++)
        span->clauses[i] += figures->findings.clauses[i].count;
    return traffic_join(&span->figures.traffic, &figures->traffic, marks);
}

static uint64_t answers_of(const struct pair *pair)
{
    uint64_t answers = 0;
    for (unsigned i = 0; i < OPERATIONS; i++)
        if (pair->measures[i])
            answers += pair->measures[i]->plain.count + pair->measures[i]->command.count;
    return answers;
}

static uint64_t commands_of(const struct pair *pair)
{
    uint64_t commands = 0;
    for (unsigned i = 0; i < OPERATIONS; i++)
        commands += pair->measures[i] ? pair->measures[i]->commands : 0;
    return commands;
}

/* What happened in the interval to whatever a pair belongs to. */
struct activity {
    uint64_t commands[TRAFFIC_PAIRS], answers[TRAFFIC_PAIRS];
};

static size_t place_in(const struct pair *pair, size_t kind, size_t pair_index)
{
    switch (kind) {
    case GROUP_TARGET:
        return pair->target;
    case GROUP_INITIATOR:
        return pair->initiator;
    case GROUP_PAIR:
        return pair_index;
    default:
        return 0;
    }
}

static void note_kind(struct live_figures *live, size_t kind, uint64_t duration)
{
    const struct traffic *traffic = &live->analysis.figures.traffic;
    struct activity activity = {.commands = {0}};
    for (size_t i = 0; i < traffic->pair_count; i++) {
        size_t place = place_in(traffic->pairs[i], kind, i);
        activity.commands[place] += commands_of(traffic->pairs[i]);
        activity.answers[place] += answers_of(traffic->pairs[i]);
    }
    for (size_t i = 0; i < group_count(traffic, (enum group_of)kind); i++) {
        struct live_past *past = &live->past[kind][i];
        bool known, waits = group_level(traffic, (enum group_of)kind, i)->now != 0;
        bool silent = past->waited && waits && !activity.answers[i];
        past->rates[live->intervals % LIVE_HISTORY] =
            group_rate(activity.commands[i] * 1000, duration, &known);
        past->silent = silent ? past->silent + duration : 0;
        past->waited = waits;
    }
}

static void restart(struct live_figures *live)
{
    analysis_restart(&live->analysis);
    live->frames = (struct live_frames){.received = 0};
}

int live_figures_end(struct live_figures *live, int64_t start, int64_t end, uint64_t dropped_kernel,
                     uint64_t dropped_interface, bool keep)
{
    bool check = live->analysis.options.check;
    uint64_t duration = end > start ? (uint64_t)end - (uint64_t)start : 0;
    live->frames.dropped_kernel = dropped_kernel;
    live->frames.dropped_interface = dropped_interface;
    if (live->analysis.any)
        traffic_end(&live->analysis.figures.traffic, end);
    for (size_t kind = 0; kind < LIVE_KINDS; kind++)
        note_kind(live, kind, duration);
    live->intervals++;
    if (!keep &&
        (span_reopen(&live->last, check) < 0 || span_add(&live->last, live, start, end) < 0))
        return -1;
    if (span_add(&live->whole, live, start, end) < 0)
        return -1;
    restart(live);
    return live->analysis.out_of_memory ? -1 : 0;
}

int live_figures_reset(struct live_figures *live)
{
    bool check = live->analysis.options.check;
    for (size_t kind = 0; kind < LIVE_KINDS; kind++)
        for (size_t i = 0; i < past_room(kind); i++)
            live->past[kind][i] = (struct live_past){.silent = live->past[kind][i].silent,
                                                     .waited = live->past[kind][i].waited};
    live->intervals = 0;
    restart(live);
    if (span_reopen(&live->last, check) < 0 || span_reopen(&live->whole, check) < 0)
        return -1;
    /* Who is there is in the spans, too. */
    bool added = span_add(&live->last, live, 0, 0) == 0 && span_add(&live->whole, live, 0, 0) == 0;
    return added ? 0 : -1;
}

static struct live_latency latency_of(const struct latency_pool *pool, const struct latency *of)
{
    if (!of->count)
        return (struct live_latency){.count = 0};
    return (struct live_latency){
        .count = of->count,
        .mean = latency_mean(of),
        .p50 = latency_percentile(pool, of, 1, 2),
        .p90 = latency_percentile(pool, of, 9, 10),
        .p99 = latency_percentile(pool, of, 99, 100),
        .max = of->max,
    };
}

/* A command that was given up in an earlier interval and is repeated in this one takes one away. */
static uint64_t not_below_zero(uint64_t count)
{
    return count > INT64_MAX ? 0 : count;
}

static void fill(struct live_row *row, const struct group *group)
{
    const struct measure *measure = &group->measure;
    row->frames = group->frames;
    row->commands = measure->commands;
    row->answers = group->command.count;
    row->unanswered = not_below_zero(measure->unanswered);
    row->repeats = measure->same_tag + measure->new_tag;
    row->spurious = measure->spurious;
    row->duplicate = measure->duplicate;
    row->late = measure->late;
    row->unsolicited = measure->unsolicited;
    row->errors = measure_errors(measure);
    row->read_bytes = group->bytes[0];
    row->written_bytes = group->bytes[1];
    row->command = latency_of(&group->pool, &group->command);
    row->round_trip = latency_of(&group->pool, &group->round_trip);
    if (!group->level)
        return;
    row->outstanding = group->level->now;
    row->outstanding_max = group->level->most;
}

int live_row(const struct live_figures *live, const struct live_span *span, enum group_of of,
             size_t index, unsigned operation, struct live_row *row)
{
    struct group group;
    *row = (struct live_row){.of = of, .index = index};
    if (group_open(&group, &span->figures.traffic, of, index, operation) < 0)
        return -1;
    fill(row, &group);
    group_close(&group);
    if (operation == GROUP_OPERATIONS)
        row->silent = live->past[of][of == GROUP_ALL ? 0 : index].silent;
    return 0;
}

int live_rows(const struct live_figures *live, const struct live_span *span, enum group_of of,
              struct live_row *rows, size_t *count)
{
    uint16_t order[TRAFFIC_PAIRS];
    *count = group_order(&span->figures.traffic, of, order);
    for (size_t i = 0; i < *count; i++) {
        if (live_row(live, span, of, order[i], GROUP_OPERATIONS, &rows[i]) < 0)
            return -1;
        rows[i].place = i;
    }
    return 0;
}

/* What is greater comes first. */
static uint64_t weight(const struct live_row *row, enum live_sort by)
{
    switch (by) {
    case LIVE_BY_RATE:
        return row->commands;
    case LIVE_BY_THROUGHPUT:
        return row->read_bytes + row->written_bytes;
    case LIVE_BY_LATENCY:
        return (uint64_t)row->command.p99;
    case LIVE_BY_REPEATS:
        return row->repeats;
    case LIVE_BY_ERRORS:
        return row->errors + row->unanswered;
    default:
        return 0;
    }
}

static int compare(const void *left, const void *right, void *by)
{
    const struct live_row *a = left, *b = right;
    uint64_t of_a = weight(a, *(enum live_sort *)by), of_b = weight(b, *(enum live_sort *)by);
    if (of_a != of_b)
        return of_a < of_b ? 1 : -1;
    return (a->place > b->place) - (a->place < b->place);
}

void live_sort(struct live_row *rows, size_t count, enum live_sort by)
{
    qsort_r(rows, count, sizeof *rows, compare, &by);
}

size_t live_rates(const struct live_figures *live, enum group_of of, size_t index, uint64_t *rates,
                  size_t most)
{
    uint64_t until = live->last.intervals, gone = live->intervals - until;
    size_t count = gone < LIVE_HISTORY ? (size_t)(LIVE_HISTORY - gone) : 0;
    if (count > until)
        count = (size_t)until;
    if (count > most)
        count = most;
    for (size_t i = 0; i < count; i++)
        rates[i] = live->past[of][index].rates[(until - count + i) % LIVE_HISTORY];
    return count;
}
