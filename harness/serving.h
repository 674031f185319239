/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The target that an initiator is judged with: the reference model on a medium of its own, and
 * what a scenario lets it do instead of the right thing. Plays its part from within
 * session_wait. */
#ifndef AOE_SERVING_H
#define AOE_SERVING_H

#include "evaluate.h"
#include "target-ref/disk.h"
#include "target-ref/model.h"
#include "watch.h"

enum {
    SERVING_SECTORS = 32768, /* of the medium, at the start of each scenario */
    SERVING_MACS = 8,
    SERVING_SEED = 0xA0E, /* of the pattern that the medium begins with */
};

/* "when": how often it has matched, and what it does. */
struct serving_rule {
    const struct statement *statement;
    uint64_t first, last; /* which of the matching requests */
    uint64_t matched;
};

/* A frame that is to be sent later. */
struct serving_delayed {
    int64_t due;
    struct aoe_span frame;
    const struct event *request;
    const struct statement *statement;
    struct serving_delayed *next;
};

struct serving {
    struct session *session;
    struct run *run; /* the scenario that runs, or NULL between scenarios */
    struct watch watch;
    struct model model;
    struct disk disk; /* the medium */
    uint8_t macs[SERVING_MACS][AOE_MAC_BYTES];
    size_t mac_count;
    bool sectors_given; /* the next is said instead of what the MTU carries */
    uint8_t sectors;
    const uint8_t *only; /* the initiator's MAC where the user has named it, or NULL */
    uint8_t initiator[AOE_MAC_BYTES];
    bool initiator_known;
    int64_t patience;
    struct serving_rule *rules;
    size_t rule_count;
    struct serving_delayed *delayed;
    struct request **heard; /* requests of this scenario, each as if it were a response */
    size_t heard_count;
    size_t seen; /* up to which of them "initiator sends" has looked */
    uint64_t facts[FACT_COUNT];
};

/* Makes the target shelf.slot of the session and its medium. 0, or -1 with a line in `reason`. */
int serving_open(struct serving *serving, struct session *session, const char **reason);

/* Also of one that was never opened: its disk.fd is -1 then, and the rest zero. */
void serving_close(struct serving *serving);

/* Sends what is due; returns when something will be due next, at the latest `until`. */
int64_t serving_turn(struct serving *serving, int64_t until);

/* Takes a frame from the wire: judges and answers it where it is the initiator's. */
void serving_take(struct serving *serving, const struct received *received);

/* Begins a scenario: fresh medium, the defaults of the model, no rules, nothing heard. `run` NULL
 * stands for the time between scenarios. */
void serving_begin(struct serving *serving, struct run *run);

/* The statements "serve", "when" and "announce". False with run->error set where a value does not
 * fit. */
bool serving_serve(struct serving *serving, const struct statement *statement);
bool serving_when(struct serving *serving, const struct statement *statement);
bool serving_announce(struct serving *serving, const struct statement *statement);

/* True where the request (one of `heard`) is one that the pattern means. */
bool serving_matches(struct run *run, const struct request_pattern *pattern,
                     const struct request *request);

/* Reads `count` sectors of the medium from `lba` on. False where they are not all on it. */
bool serving_medium(struct serving *serving, uint64_t lba, uint64_t count, uint8_t *to);

#endif
