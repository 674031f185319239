/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for an initiator in all that it sends, judged frame by frame: i-request and i-flags by
 * the rules, i-tag, i-bufcount, i-sectors and i-retransmit by the exchanges. */
#ifndef AOE_WATCH_H
#define AOE_WATCH_H

#include "protocol/exchange.h"
#include "session.h"

enum { WATCH_ERRORS = 16, WATCH_OUTSTANDING = 4096 };

/* A command of the initiator. */
struct watched {
    uint32_t tag;
    uint64_t target; /* the MAC that it was sent to, as aoe_mac_number */
    bool open;
    bool repeated;    /* `interval` is one between two sends */
    int64_t interval; /* ns between the latest two sends */
    int64_t sent;     /* when it was sent last */
    uint64_t data;    /* hash of the data that it carried first */
};

/* What was advertised, and until when what was advertised before may still be followed. */
struct watched_limit {
    unsigned now, before;
    int64_t until;
    bool known;
};

/* A command that got an AoE error. */
struct watched_error {
    uint8_t command;
    uint64_t content; /* hash over the argument */
    int64_t time;
};

struct watch {
    struct session *session;
    struct aoe_exchanges *exchanges;
    uint64_t number; /* of frames */
    uint32_t mtu;
    struct watched *commands; /* by their mark less 1 */
    size_t command_count;
    uint32_t outstanding[WATCH_OUTSTANDING]; /* their marks */
    size_t outstanding_count;
    int64_t answered; /* when the latest response went out */
    struct watched_limit buffers, sectors;
    struct watched_error errors[WATCH_ERRORS];
    size_t error_count; /* in all: the latest are kept */
};

/* 0, or -1 where there is no memory. */
int watch_open(struct watch *watch, struct session *session, uint32_t mtu);
void watch_close(struct watch *watch);

/* Forgets all that was sent and advertised: the initiator has been reset. */
void watch_begin(struct watch *watch);

/* Forgets what is outstanding: the initiator has given it up and said so. */
void watch_given_up(struct watch *watch);

/* A request of the initiator; judges it. */
void watch_request(struct watch *watch, const struct event *event, const struct aoe_frame *frame);

/* A response that was sent to the initiator. */
void watch_response(struct watch *watch, const struct event *event, const struct aoe_frame *frame);

#endif
