/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From frames to figures: one pass, in memory that does not grow with the capture. */
#ifndef AOE_ANALYSIS_H
#define AOE_ANALYSIS_H

#include "capture.h"
#include "common/slowest.h"
#include "common/traffic.h"
#include "findings.h"
#include "protocol/exchange.h"
#include "sample.h"
#include "timeline.h"
#include "unwrap.h"

enum {
    ANALYSIS_MARKS = 16, /* of each pair: room for its operations */
};

/* What the exchanges remember of a command: its pair and its operation. */
static inline uint32_t analysis_mark(uint32_t pair, enum operation operation)
{
    return pair * ANALYSIS_MARKS + operation;
}

/* What decides which figures a capture gives: the same for all parts that are merged. */
struct analysis_options {
    int64_t patience; /* ns after which a request counts as unanswered; over 0 */
    bool check;       /* apply the rules */
    bool target_given, host_given;
    uint16_t shelf; /* only this target, and broadcasts */
    uint8_t slot;
    uint8_t host[AOE_MAC_BYTES]; /* only frames from or to this address */
};

struct counters {
    uint64_t frames, aoe_frames, cut_frames, other_frames, filtered_frames, not_ethernet, timeless;
    uint64_t wire_bytes;
    uint64_t steps_back;
    int64_t step_back_max;
    int64_t start, end; /* earliest and latest AoE frame, ns; meaningless where there is none */
    uint64_t dropped;
    bool drops_known;
};

/* Everything that is counted: figures of two parts of a capture can be added. */
struct figures {
    struct counters counters;
    struct traffic traffic;
    struct timeline timeline;
    struct slowest slowest;
    struct findings findings;
};

/* Told of every command that is over: answered, or given up (then only pair, operation, first
 * frame, time and repeats are known). */
typedef void analysis_command_sink(void *user, const struct traffic *traffic,
                                   const struct command *command);

/* Told of every AoE frame before it is counted. */
typedef void analysis_frame_sink(void *user, const struct aoe_frame *frame, uint64_t number,
                                 int64_t time, uint32_t vlan);

struct analysis {
    struct analysis_options options;
    struct figures figures;
    struct aoe_exchanges *exchanges;
    struct unwrapper unwrapper;
    struct timeline_bin spare; /* takes what is counted for a target without a row of its own */
    uint64_t number;           /* of the latest frame */
    int64_t latest;            /* time of the AoE frame before, ns */
    bool any;                  /* there was an AoE frame */
    bool finishing;
    bool out_of_memory; /* something could not be counted */
    analysis_command_sink *sink;
    void *sink_user;
    analysis_frame_sink *frame_sink;
    void *frame_user;
};

/* Of a capture from its start on: nothing that matters was before. -1 where there is no memory;
 * then nothing is held. */
int analysis_open(struct analysis *analysis, const struct analysis_options *options);

/* The same for a part, before which there may be others. */
int analysis_open_part(struct analysis *analysis, const struct analysis_options *options);
void analysis_close(struct analysis *analysis);

/* Counts one captured frame. Returns what it is; with AoE, `frame` is its decoded form until the
 * next call. */
enum unwrapped analysis_feed(struct analysis *analysis, const struct capture_frame *captured,
                             struct aoe_frame *frame);

/* Counts an AoE frame that was unwrapped before, as `analysis_feed` does. */
void analysis_replay(struct analysis *analysis, const struct aoe_frame *frame, uint64_t number,
                     int64_t time, uint32_t vlan);

/* Counts all frames of a batch, whose samples were read ahead. */
void analysis_feed_batch(struct analysis *analysis, const struct sample_batch *batch);

/* Adds what a file says of itself. */
void analysis_facts(struct analysis *analysis, const struct capture_facts *facts);

/* The end of the capture: what still waits is counted as open. */
void analysis_finish(struct analysis *analysis);

/* From here on the figures of AoE frames begin at nothing, but who is there and what waits is
 * known. */
void analysis_restart(struct analysis *analysis);

/* -1 where there is no memory. */
int figures_open(struct figures *figures);
void figures_close(struct figures *figures);

/* Nanoseconds from the first AoE frame to the last, 0 without any. */
uint64_t figures_duration(const struct figures *figures);

/* Adds what another part counted, each counter by itself. */
void counters_join(struct counters *to, const struct counters *after);

/* Adds the part that begins where `figures` ends, with `shift` added to the numbers of its frames.
 * pairs[i], of TRAFFIC_PAIRS, becomes the index of pair i of `after`. -1 where there is no memory.
 */
int figures_join(struct figures *figures, struct figures *after, uint64_t shift, uint32_t *pairs);

#endif
