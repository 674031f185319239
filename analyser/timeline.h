/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happened when: rows of figures over time, in a fixed number of bins whose width follows from
 * the time that they cover. Bins are aligned to absolute time, so two timelines add without loss.
 */
#ifndef AOE_TIMELINE_H
#define AOE_TIMELINE_H

#include "common/traffic.h"

enum {
    TIMELINE_BINS = 1024,
    TIMELINE_SHIFT = 20,   /* the narrowest bin: 2^20 ns */
    TIMELINE_TARGETS = 32, /* with more targets than this none has a row of its own */
    HEAT_ROWS = 100,       /* quarter octaves of latency from 1024 ns on; the last has no end */
    POSITION_ROWS = 128,
};

struct timeline_bin {
    uint64_t commands, answers, read_bytes, written_bytes, repeats, errors;
    uint64_t latency_sum; /* ns */
    int64_t latency_max;  /* ns */
    uint64_t outstanding_max;
};

struct timeline {
    unsigned shift; /* a bin is 2^shift ns */
    int64_t first;  /* number of the first bin: time >> shift */
    size_t count;   /* bins in use */
    int64_t latest; /* number of the bin of the latest move, with shift TIMELINE_SHIFT */
    bool moved;
    struct timeline_bin *total, *targets[TIMELINE_TARGETS]; /* NULL where nothing happened */
    uint32_t (*heat)[HEAT_ROWS];
    uint32_t (*positions)[POSITION_ROWS][2]; /* reads, writes */
    unsigned position_shift;                 /* a row is 2^position_shift sectors */
};

/* -1 where there is no memory; then nothing is held. */
int timeline_open(struct timeline *timeline);
void timeline_close(struct timeline *timeline);

/* The bin of that time. Where it is a later one than that of the move before, the bins up to it
 * have what has been outstanding since. */
size_t timeline_move_far(struct timeline *timeline, const struct traffic *traffic, int64_t time);

static inline size_t timeline_move(struct timeline *timeline, const struct traffic *traffic,
                                   int64_t time)
{
    int64_t narrow = time >> TIMELINE_SHIFT;
    size_t bin = (size_t)((narrow >> (timeline->shift - TIMELINE_SHIFT)) - timeline->first);
    /* After a restart the latest move may have no bin yet. */
    if (narrow == timeline->latest && timeline->moved && bin < timeline->count)
        return bin;
    return timeline_move_far(timeline, traffic, time);
}

/* The row of a target, by its index in the traffic; NULL where it has none. */
struct timeline_bin *timeline_target_new(struct timeline *timeline, uint32_t target);

static inline struct timeline_bin *timeline_target(struct timeline *timeline, uint32_t target)
{
    if (target < TIMELINE_TARGETS && timeline->targets[target])
        return timeline->targets[target];
    return timeline_target_new(timeline, target);
}

/* Counts a command latency, and the first LBA of a read or write, in a bin. */
void timeline_heat(struct timeline *timeline, size_t bin, int64_t latency);
void timeline_position(struct timeline *timeline, size_t bin, uint64_t lba, bool write);

/* The shortest latency of a row of the heat map, in ns. */
int64_t timeline_heat_from(unsigned row);

/* Forgets all figures. */
void timeline_restart(struct timeline *timeline);

/* Adds `after`, whose target i is `targets[i]` here. It is folded on the way, so its bins change.
 * -1 where there is no memory. */
int timeline_join(struct timeline *timeline, struct timeline *after, const uint32_t *targets);

#endif
