/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is going to happen, in order of time. */
#ifndef BENCH_QUEUE_H
#define BENCH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_kind {
    EVENT_ISSUE,    /* a flow may send its next command, or discovery */
    EVENT_RESPONSE, /* a response reaches the initiator, and the capture */
    EVENT_TIMER,    /* an initiator has waited long enough for an answer */
    EVENT_FORGET,   /* aoe-analyze gives a command up */
};

struct event {
    int64_t time;   /* ns since the capture began */
    uint64_t order; /* of two at the same time the one that was added first comes first */
    enum event_kind kind;
    uint32_t subject; /* index of the flow, or of the command */
    uint32_t target;  /* that responds */
    uint8_t tag;      /* which of the command's tags it responds to */
    bool copy;        /* a duplicate of the network's making */
};

/* Begins as all zero. */
struct queue {
    struct event *events;
    size_t count, capacity;
    uint64_t order;
};

/* 0, or -1 where there is no memory. `order` is filled in. */
int queue_add(struct queue *queue, struct event event);

/* Takes the next one. False where there is none. */
bool queue_take(struct queue *queue, struct event *event);

void queue_close(struct queue *queue);

#endif
