/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of the last interval, of all intervals together, and how the rates came to be. */
#ifndef AOE_LIVE_FIGURES_H
#define AOE_LIVE_FIGURES_H

#include "analysis.h"
#include "common/group.h"

enum { LIVE_HISTORY = 128, LIVE_KINDS = GROUP_PAIR + 1 };

/* Frames of an interval, or of all. */
struct live_frames {
    uint64_t received; /* frames that the kernel handed over */
    uint64_t cut, other, filtered;
    uint64_t dropped_kernel, dropped_interface;
};

struct live_latency {
    uint64_t count;
    int64_t mean, p50, p90, p99, max; /* ns; 0 where count is 0 */
};

/* One target, initiator, pair or operation. Rates follow from the duration of what it is of. */
struct live_row {
    enum group_of of;
    size_t index; /* in the traffic */
    size_t place; /* in the order of the results */
    uint64_t frames, commands, answers, unanswered, repeats, spurious, duplicate, late, unsolicited,
        errors;
    uint64_t read_bytes, written_bytes;
    struct live_latency command, round_trip;
    uint64_t outstanding, outstanding_max; /* outstanding at the end */
    /* For how long commands have been outstanding and none was answered, in whole intervals, ns. */
    uint64_t silent;
};

enum live_sort {
    LIVE_BY_RATE, /* commands */
    LIVE_BY_THROUGHPUT,
    LIVE_BY_LATENCY, /* 99th percentile of the command latency */
    LIVE_BY_REPEATS,
    LIVE_BY_ERRORS, /* and unanswered commands */
    LIVE_BY_NAME,
    LIVE_SORTS,
};

struct live_past;

struct live_span {
    struct figures figures; /* the traffic alone */
    struct live_frames frames;
    uint64_t *clauses; /* how often each was broken; NULL where nothing is checked */
    int64_t start, end;
    uint64_t intervals; /* how many had ended at its end */
    uint64_t duration;  /* ns; of all intervals together, without gaps between */
};

struct live_figures {
    struct analysis analysis; /* of the interval that is being counted */
    struct live_frames frames;
    struct live_span last, whole;
    struct live_past *past[LIVE_KINDS]; /* [TRAFFIC_PAIRS], one for GROUP_ALL */
    uint64_t intervals;
};

/* -1 where there is no memory; then nothing is held. */
int live_figures_open(struct live_figures *live, const struct analysis_options *options);
void live_figures_close(struct live_figures *live);

/* Counts a frame in the interval. */
void live_figures_feed(struct live_figures *live, const struct capture_frame *captured);

/* Ends the interval from `start` to `end`, ns since the epoch; the kernel dropped so many frames in
 * it. Where `keep` is set, `last` stays what it was. -1 where there is no memory. */
int live_figures_end(struct live_figures *live, int64_t start, int64_t end, uint64_t dropped_kernel,
                     uint64_t dropped_interface, bool keep);

/* Forgets all figures, but not who is there and what waits. -1 where there is no memory. */
int live_figures_reset(struct live_figures *live);

/* The figures of one, with all operations (GROUP_OPERATIONS) or one. -1 where there is no memory.
 */
int live_row(const struct live_figures *live, const struct live_span *span, enum group_of of,
             size_t index, unsigned operation, struct live_row *row);

/* All of a kind, in the order of the results, into `rows` of TRAFFIC_PAIRS. -1 where there is no
 * memory. */
int live_rows(const struct live_figures *live, const struct live_span *span, enum group_of of,
              struct live_row *rows, size_t *count);

/* Sorts rows: most first; equal ones, and by name, in the order of the results. */
void live_sort(struct live_row *rows, size_t count, enum live_sort by);

/* Commands a second, in thousandths, of the `most` intervals up to `last`, oldest first. Returns
 * how many, at most LIVE_HISTORY. */
size_t live_rates(const struct live_figures *live, enum group_of of, size_t index, uint64_t *rates,
                  size_t most);

#endif
