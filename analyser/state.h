/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The result of a part of a capture in a file, so that parts can be analysed on many machines and
 * merged into exactly what the whole would have given.
 *
 * What the first frames of a part mean depends on what was before: a response may answer a
 * request of the part before, a request may repeat one. So a state begins with those frames
 * themselves, without their data, until nothing that was before could matter any more
 * (aoe_exchanges_settled: about three times the patience); figures follow for the rest, and what
 * waits at the end. Merging replays the frames and adds the figures. */
#ifndef AOE_STATE_H
#define AOE_STATE_H

#include "analysis.h"

/* ---- saving ---- */

struct state_writer;

/* Begins a state of what will be fed to `analysis`, which must be new, by
 * analysis_open_part, and is watched until state_finish. NULL and one line in `error`. */
struct state_writer *state_create(const char *path, struct analysis *analysis, char *error,
                                  size_t error_size);

/* To be called for the first frame of the part, AoE or not: states are merged in this order. */
void state_begins(struct state_writer *writer, int64_t time);

/* A file that the frames came from, in the order of frames, and how many it has. 0 or -1 where
 * there is no memory. */
int state_add_file(struct state_writer *writer, const char *name, uint64_t frames);

/* After the last frame and all facts, before analysis_finish: writes the rest. The figures of
 * `analysis` are then those of the rest alone: load the state to have all. With `keep` false
 * nothing is kept. -1 and one line in `error` where anything failed. */
int state_finish(struct state_writer *writer, bool keep, char *error, size_t error_size);

/* ---- loading ---- */

struct state;

/* Opens a state and reads how it was made and when its part begins. NULL and one line in `error`
 * where it is no state. */
struct state *state_open(const char *path, char *error, size_t error_size);
void state_close(struct state *state);

const struct analysis_options *state_options(const struct state *state);

/* The files whose frames it has; after state_load. */
struct state_file {
    char *name;
    uint64_t frames;
};
const struct state_file *state_files(const struct state *state, size_t *count);

/* After state_load: true where what the part took to be waiting where its figures begin was just
 * what is waiting here, so that nothing can be counted otherwise than in the whole. */
bool state_exact(const struct state *state);

/* When its first frame was captured, ns; false where it has none. */
bool state_time(const struct state *state, int64_t *time);

/* True where the file begins as a state does; false also where it cannot be read. */
bool state_recognises(const char *path);

/* True where two parts were analysed alike, so that they can be merged. */
bool state_alike(const struct analysis_options *a, const struct analysis_options *b);

/* Adds the part to `analysis`, which has been fed all that was before it, and which `writer`
 * watches where it is not NULL. Once for each state. -1 and one line in `error` where the file is
 * damaged or there is no memory; `analysis` is then of no use. */
int state_load(struct state *state, struct analysis *analysis, struct state_writer *writer,
               char *error, size_t error_size);

#endif
