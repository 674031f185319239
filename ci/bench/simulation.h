/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the simulation share: traffic.c plays it, flows.c sets it up, commands.c keeps
 * the commands, choice.c decides what is sent. Not for others. */
#ifndef BENCH_SIMULATION_H
#define BENCH_SIMULATION_H

#include "message.h"
#include "queue.h"
#include "traffic.h"

/* Tags beside those that any pair counts through. */
enum { TAG_DISCOVERY = 0x20000000, TAG_UNSOLICITED = 0x40000000 };

/* What an initiator wants once. */
struct command {
    struct account account; /* what the capture shows of it */
    struct aoe_frame frame;
    uint32_t flow;
    uint32_t tags[TRIES_MOST];
    uint8_t tag_count, sends;
    bool done;    /* the initiator has its answer, or tries no more */
    bool ignored; /* no target answers it */
    bool too_late;
    bool forgetting;         /* an EVENT_FORGET is on its way */
    unsigned pending;        /* events that name it */
    uint32_t next, previous; /* in the list of its flow; the next free place */
};
#define NONE UINT32_MAX /* no command */

/* What an initiator has to do with a target, or with all of them. */
struct flow {
    struct ends ends;
    uint32_t vlan, pair;
    uint32_t advert_pair; /* of its target with everybody */
    uint32_t next_tag;
    uint64_t position;        /* sectors: where a sequential command goes on */
    uint32_t commands;        /* the first of the list */
    uint64_t *contents;       /* of a narrow tag: what it was last used for */
    bool new_tags, same_tags; /* how it repeats; both: twice with each tag */
    int64_t timer;
    bool all; /* discovers */
};

struct traffic {
    const struct options *options;
    struct writer *writer;
    struct truth *truth;
    struct random random;
    struct queue queue;
    int64_t now;
    struct flow *flows;
    uint32_t flow_count, direct; /* the first `direct` are to one target */
    struct command **blocks;     /* commands stay where they are */
    uint32_t capacity, free;
    uint64_t issued, mix;
    bool failed;
    struct data data;
};

/* The command at an index. It stays in its place until it is dropped. */
struct command *command_at(const struct traffic *traffic, uint32_t index);

/* A new command of the flow, all zero; returns its index, or NONE where there is no memory. */
uint32_t command_take(struct traffic *traffic, uint32_t flow);
void command_drop(struct traffic *traffic, uint32_t index);
void commands_close(struct traffic *traffic);

/* Decides what a command is: never the same as another that is under way in its flow. */
void choose_command(struct traffic *traffic, struct command *command);

/* Gives the command the tag for its next send: a new one, or the last again. */
void choose_tag(const struct traffic *traffic, struct command *command);

/* Decides how a response to `request` ends. */
struct outcome choose_outcome(struct traffic *traffic, const struct aoe_frame *request);

/* Makes the flows and their pairs of the truth. 0, or -1 where there is no memory. */
int flows_open(struct traffic *traffic);
void flows_close(struct traffic *traffic);

#endif
