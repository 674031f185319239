/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slowest commands of a capture. */
#ifndef AOE_SLOWEST_H
#define AOE_SLOWEST_H

#include <stddef.h>
#include <stdint.h>

#include "measure.h"

enum { SLOWEST = 100 };

/* A command that is over. */
struct command {
    uint64_t first_frame;  /* number of the frame that first carried it */
    uint64_t answer_frame; /* 0 where it was not answered */
    int64_t time;          /* of the first frame, ns since the epoch */
    int64_t latency;       /* from the first send to the answer, ns */
    int64_t round_trip;    /* from the send that was answered to the answer, ns */
    uint64_t lba;
    uint32_t repeats;
    uint32_t pair; /* index in the traffic */
    enum operation operation;
    uint8_t sectors;
    uint8_t error;     /* AoE error of the answer */
    uint8_t ata_error; /* error register of the answer, where its status has ERR or DF */
};

struct slowest {
    struct command commands[SLOWEST]; /* slowest first, then by first frame */
    size_t count;
};

/* Puts a command in its place, or nowhere. */
void slowest_add(struct slowest *slowest, const struct command *command);

/* Adds those of the part that follows, whose frames are `frames` later and whose pair i is
 * `pairs[i]` here. */
void slowest_join(struct slowest *slowest, const struct slowest *after, uint64_t frames,
                  const uint32_t *pairs);

#endif
