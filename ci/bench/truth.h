/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What aoe-analyze has to find, kept by those who send and answer: nothing here looks for the
 * request of a response, since whoever reports a response says to which command it belongs. */
#ifndef BENCH_TRUTH_H
#define BENCH_TRUTH_H

#include "tally.h"
#include "writer.h"

enum account_state {
    ACCOUNT_UNSEEN, /* nothing of the command is in the capture */
    ACCOUNT_OPEN,
    ACCOUNT_ANSWERED,
    ACCOUNT_GIVEN_UP, /* `patience` has passed since the last send */
};

/* One of a command's tags, as far as the capture shows it. */
struct account_tag {
    uint32_t sends;
    int64_t last; /* stamp of the last send */
    uint32_t responses;
};

/* A command as the capture shows it. The simulator fills the first part. */
struct account {
    uint32_t pair;
    enum operation operation;
    uint64_t lba;
    uint32_t sectors; /* 0 but for reads and writes */
    bool broadcast;   /* to a broadcast address */

    enum account_state state;
    uint32_t sends;
    struct account_tag tags[TRIES_MOST];
    uint64_t first_number;
    int64_t first_stamp, last_stamp, last_clock;
    uint8_t *responders;             /* of a broadcast: responses of each target */
    struct account *next, *previous; /* open ones of the pair */
};

/* The outstanding commands of a pair change. */
struct edge {
    int64_t time;
    uint64_t order; /* among edges of the same time */
    int change;
};

struct edges {
    struct edge *all;
    size_t count, capacity;
};

struct truth_pair {
    uint32_t vlan;
    uint16_t shelf;
    uint8_t slot;
    uint64_t target_mac; /* 0 for a broadcast address */
    uint64_t initiator;
    struct tally tallies[OPERATIONS];
    struct edges edges;
    struct account *open;
    int64_t next_expiry; /* not later than the first that is given up */
    uint32_t outstanding;
    bool idle; /* the last answer left nothing outstanding, at `idle_since` */
    int64_t idle_since;
    bool positioned; /* reads or writes before ended at `position` */
    uint64_t position;
    bool answered, advertised;
};

/* One of the slowest commands. */
struct slow {
    uint32_t pair;
    enum operation operation;
    uint64_t lba, first_number, answer_number;
    uint32_t sectors, repeats;
    int64_t stamp, latency, round_trip;
};
enum { SLOWEST = 100 };

struct truth {
    const struct options *options;
    bool keep;   /* samples and edges too, not only what the simulator needs */
    bool failed; /* there was no memory for some */
    struct truth_pair *pairs;
    size_t pair_count, pair_capacity;
    struct slow slowest[SLOWEST]; /* slowest first */
    size_t slow_count;
};

/* What a response says. */
struct reply {
    uint32_t pair;   /* of the target that responds */
    uint32_t target; /* its index among all that could answer a broadcast */
    uint8_t tag;     /* which of the command's tags it carries */
    uint8_t error;   /* of AoE, 0 without the E flag */
    uint8_t status, error_register;
    bool config; /* carries what the target advertises */
    bool advert;
};

/* Begins keeping the truth: all of it only where a file for it is asked for. */
void truth_open(struct truth *truth, const struct options *options);
void truth_close(struct truth *truth);

/* A further pair; returns its index. `pair.tallies` and what follows is 0. */
uint32_t truth_add_pair(struct truth *truth, const struct truth_pair *pair);

/* A request of that command was sent, with its `tag`-th tag. */
void truth_request(struct truth *truth, struct account *account, uint8_t tag,
                   const struct seen *seen);

/* A response to that command came. */
void truth_response(struct truth *truth, struct account *account, const struct reply *reply,
                    const struct seen *seen);

/* A response came that nobody asked for. */
void truth_unsolicited(struct truth *truth, enum operation operation, const struct reply *reply,
                       const struct seen *seen);

/* Gives up what the pair has waited for too long when a frame comes at `clock`. */
void truth_expire(struct truth *truth, uint32_t pair, int64_t clock);

/* Nothing more comes, and `clock` is the latest stamp: every command is accounted for. */
void truth_finish(struct truth *truth, int64_t clock);

#endif
