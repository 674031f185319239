/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "timeline.h"

#include <stdlib.h>
#include <string.h>

int timeline_open(struct timeline *timeline)
{
    *timeline = (struct timeline){.shift = TIMELINE_SHIFT};
    timeline->total = calloc(TIMELINE_BINS, sizeof *timeline->total);
    timeline->heat = calloc(TIMELINE_BINS, sizeof *timeline->heat);
    timeline->positions = calloc(TIMELINE_BINS, sizeof *timeline->positions);
    if (timeline->total && timeline->heat && timeline->positions)
        return 0;
    timeline_close(timeline);
    return -1;
}

void timeline_close(struct timeline *timeline)
{
    free(timeline->total);
    free(timeline->heat);
    free(timeline->positions);
    for (unsigned i = 0; i < TIMELINE_TARGETS; i++)
        free(timeline->targets[i]);
    *timeline = (struct timeline){.shift = TIMELINE_SHIFT};
}

void timeline_restart(struct timeline *timeline)
{
    memset(timeline->total, 0, timeline->count * sizeof *timeline->total);
    memset(timeline->heat, 0, timeline->count * sizeof *timeline->heat);
    memset(timeline->positions, 0, timeline->count * sizeof *timeline->positions);
    for (unsigned i = 0; i < TIMELINE_TARGETS; i++) {
        free(timeline->targets[i]);
        timeline->targets[i] = NULL;
    }
    timeline->count = 0;
    timeline->first = 0;
    timeline->shift = TIMELINE_SHIFT;
    timeline->position_shift = 0;
}

struct timeline_bin *timeline_target_new(struct timeline *timeline, uint32_t target)
{
    if (target >= TIMELINE_TARGETS)
        return NULL;
    if (!timeline->targets[target])
        timeline->targets[target] = calloc(TIMELINE_BINS, sizeof *timeline->total);
    return timeline->targets[target];
}

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static void bin_add(struct timeline_bin *to, const struct timeline_bin *from)
{
    to->commands += from->commands;
    to->answers += from->answers;
    to->read_bytes += from->read_bytes;
    to->written_bytes += from->written_bytes;
    to->repeats += from->repeats;
    to->errors += from->errors;
    to->latency_sum += from->latency_sum;
    if (from->latency_max > to->latency_max)
        to->latency_max = from->latency_max;
    if (from->outstanding_max > to->outstanding_max)
        to->outstanding_max = from->outstanding_max;
}

/* Moves bin `from` to bin `to` of the same row, adding to what is there. */
static void row_move(struct timeline_bin *row, size_t to, size_t from)
{
    bin_add(&row[to], &row[from]);
    row[from] = (struct timeline_bin){.commands = 0};
}

static void bin_move(struct timeline *timeline, size_t to, size_t from)
{
    if (to == from)
        return;
    row_move(timeline->total, to, from);
    for (unsigned i = 0; i < TIMELINE_TARGETS; i++)
        if (timeline->targets[i])
            row_move(timeline->targets[i], to, from);
    for (unsigned row = 0; row < HEAT_ROWS; row++)
        timeline->heat[to][row] = sum(timeline->heat[to][row], timeline->heat[from][row]);
    memset(timeline->heat[from], 0, sizeof timeline->heat[from]);
    for (unsigned row = 0; row < POSITION_ROWS; row++)
        for (unsigned write = 0; write < 2; write++)
            timeline->positions[to][row][write] =
                sum(timeline->positions[to][row][write], timeline->positions[from][row][write]);
    memset(timeline->positions[from], 0, sizeof timeline->positions[from]);
}

/* Makes the bins twice as wide. */
static void fold(struct timeline *timeline)
{
    int64_t first = timeline->first >> 1;
    size_t count = timeline->count;
    for (size_t i = 0; i < count; i++)
        bin_move(timeline, (size_t)(((timeline->first + (int64_t)i) >> 1) - first), i);
    if (count)
        timeline->count = (size_t)(((timeline->first + (int64_t)count - 1) >> 1) - first) + 1;
    timeline->first = first;
    timeline->shift++;
}

/* Makes the bins from `from` to `last`, by their numbers at the narrowest width, exist. */
static void cover(struct timeline *timeline, int64_t from, int64_t last)
{
    for (;; fold(timeline)) {
        unsigned shift = timeline->shift - TIMELINE_SHIFT;
        int64_t low = from >> shift, high = last >> shift;
        if (timeline->count && timeline->first < low)
            low = timeline->first;
        if (timeline->count && timeline->first + (int64_t)timeline->count - 1 > high)
            high = timeline->first + (int64_t)timeline->count - 1;
        if (high - low >= TIMELINE_BINS)
            continue;
        size_t before = timeline->count ? (size_t)(timeline->first - low) : 0;
        for (size_t i = timeline->count; before && i-- > 0;)
            bin_move(timeline, i + before, i);
        timeline->first = low;
        timeline->count = (size_t)(high - low) + 1;
        return;
    }
}

static size_t bin_of(const struct timeline *timeline, int64_t narrow)
{
    return (size_t)((narrow >> (timeline->shift - TIMELINE_SHIFT)) - timeline->first);
}

static void hold(struct timeline_bin *row, size_t from, size_t last, uint64_t outstanding)
{
    for (size_t i = from; i <= last; i++)
        if (outstanding > row[i].outstanding_max)
            row[i].outstanding_max = outstanding;
}

/* What has been outstanding since the latest move, in the bins that passed since. */
static void carry(struct timeline *timeline, const struct traffic *traffic, int64_t to)
{
    if (!traffic->level.now)
        return;
    cover(timeline, timeline->latest + 1, to);
    size_t from = bin_of(timeline, timeline->latest + 1), last = bin_of(timeline, to);
    hold(timeline->total, from, last, traffic->level.now);
    for (uint32_t i = 0; i < traffic->target_count && i < TIMELINE_TARGETS; i++) {
        uint32_t now = traffic->targets[i]->level.now;
        struct timeline_bin *row = now ? timeline_target(timeline, i) : NULL;
        if (row)
            hold(row, from, last, now);
    }
}

size_t timeline_move_far(struct timeline *timeline, const struct traffic *traffic, int64_t time)
{
    int64_t narrow = time >> TIMELINE_SHIFT;
    if (timeline->moved && narrow > timeline->latest)
        carry(timeline, traffic, narrow);
    cover(timeline, narrow, narrow);
    if (!timeline->moved || narrow > timeline->latest)
        timeline->latest = narrow;
    timeline->moved = true;
    return bin_of(timeline, narrow);
}

void timeline_heat(struct timeline *timeline, size_t bin, int64_t latency)
{
    enum { FIRST = 10 };
    unsigned row = 0;
    if (latency >> FIRST) {
        unsigned high = 63u - (unsigned)__builtin_clzll((unsigned long long)latency);
        row = (high - FIRST) * 4 + (unsigned)(latency >> (high - 2) & 3);
    }
    uint32_t *cell = &timeline->heat[bin][row < HEAT_ROWS ? row : HEAT_ROWS - 1];
    *cell = sum(*cell, 1);
}

int64_t timeline_heat_from(unsigned row)
{
    return row ? (int64_t)(4 + row % 4) << (8 + row / 4) : 0;
}

/* Makes the rows twice as high. */
static void fold_positions(struct timeline *timeline)
{
    for (size_t bin = 0; bin < timeline->count; bin++)
        for (unsigned row = 0; row < POSITION_ROWS; row++)
            for (unsigned write = 0; write < 2; write++) {
                uint32_t count = timeline->positions[bin][row][write];
                timeline->positions[bin][row][write] = 0;
                uint32_t *to = &timeline->positions[bin][row / 2][write];
                *to = sum(*to, count);
            }
    timeline->position_shift++;
}

void timeline_position(struct timeline *timeline, size_t bin, uint64_t lba, bool write)
{
    while (lba >> timeline->position_shift >= POSITION_ROWS)
        fold_positions(timeline);
    uint32_t *cell = &timeline->positions[bin][lba >> timeline->position_shift][write];
    *cell = sum(*cell, 1);
}

static int join_bin(struct timeline *timeline, size_t to, const struct timeline *after, size_t from,
                    const uint32_t *targets)
{
    bin_add(&timeline->total[to], &after->total[from]);
    for (unsigned i = 0; i < TIMELINE_TARGETS; i++) {
        if (!after->targets[i] || targets[i] >= TIMELINE_TARGETS)
            continue;
        struct timeline_bin *row = timeline_target(timeline, targets[i]);
        if (!row)
            return -1;
        bin_add(&row[to], &after->targets[i][from]);
    }
    for (unsigned row = 0; row < HEAT_ROWS; row++)
        timeline->heat[to][row] = sum(timeline->heat[to][row], after->heat[from][row]);
    for (unsigned row = 0; row < POSITION_ROWS; row++)
        for (unsigned write = 0; write < 2; write++)
            timeline->positions[to][row][write] =
                sum(timeline->positions[to][row][write], after->positions[from][row][write]);
    return 0;
}

int timeline_join(struct timeline *timeline, struct timeline *after, const uint32_t *targets)
{
    if (after->moved && (!timeline->moved || after->latest > timeline->latest))
        timeline->latest = after->latest;
    timeline->moved |= after->moved;
    if (!after->count)
        return 0;
    while (timeline->shift < after->shift)
        fold(timeline);
    unsigned shift = after->shift - TIMELINE_SHIFT;
    cover(timeline, (int64_t)((uint64_t)after->first << shift),
          (int64_t)((uint64_t)(after->first + (int64_t)after->count) << shift) - 1);
    while (after->shift < timeline->shift)
        fold(after);
    while (timeline->position_shift < after->position_shift)
        fold_positions(timeline);
    while (after->position_shift < timeline->position_shift)
        fold_positions(after);
    for (size_t i = 0; i < after->count; i++)
        if (join_bin(timeline, (size_t)(after->first - timeline->first) + i, after, i, targets) < 0)
            return -1;
    return 0;
}
