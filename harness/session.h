/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Talking with the target: requests go out through the gate, responses come in and find their
 * request by its tag, the rules judge every one of them, and everything is logged. */
#ifndef AOE_SESSION_H
#define AOE_SESSION_H

#include "gate.h"
#include "link.h"
#include "protocol/rule.h"
#include "result.h"

/* A frame that was sent, and what came back. */
struct request {
    const struct event *event;
    struct aoe_frame frame; /* decoded from the bytes that were sent */
    size_t host;
    const char *label;         /* "as LABEL", or NULL */
    struct result *result;     /* the scenario that it belongs to */
    bool consumed;             /* an expectation has dealt with it */
    bool silence;              /* the target was right not to answer: a late answer is wrong */
    const struct event *reply; /* NULL: none yet */
    struct aoe_frame reply_frame;
};

/* What the rules found in a whole run, clause by clause. */
struct ledger_entry {
    const struct aoe_clause *clause;
    size_t findings;
    struct failure first;
};

enum { LEDGER_ENTRIES = 64 };

/* What takes the frames where the harness is not the initiator. */
struct session_role {
    void *user;
    /* Does what is due now; returns when it wants to be called again, at the latest `until`. */
    int64_t (*turn)(void *user, int64_t until);
    /* True where somebody wants to look at what has come before more of it is taken. */
    bool (*take)(void *user, const struct received *received);
};

struct session {
    struct arena *arena;
    struct link *link;
    struct gate gate;
    struct target *target;
    struct timing *timing;
    uint8_t macs[SCENARIO_HOSTS][AOE_MAC_BYTES];
    const char *host_names[SCENARIO_HOSTS]; /* of the scenario that runs */
    uint64_t seed;                          /* mixed into the data patterns */
    uint32_t next_tag;
    struct request **requests; /* all of the run, in order */
    size_t request_count;
    size_t scenario_start; /* index of the first request of this scenario */
    struct result *result; /* where frames are logged */
    struct ledger_entry ledger[LEDGER_ENTRIES];
    size_t ledger_count;
    const struct event *advert; /* the latest broadcast response of the target since it was
                                   cleared, or NULL */
    struct aoe_frame advert_frame;
    size_t responses;                /* judged in this run */
    bool silent;                     /* the target has stopped answering */
    const char *link_error;          /* sending failed in this scenario: why, or NULL */
    unsigned withheld;               /* touches that are allowed, but could not be saved before */
    const char *withheld_reason;     /* why */
    const volatile int *stop;        /* set by a signal */
    const struct session_role *role; /* NULL: the harness is the initiator */
    uint8_t *frame, *payload;        /* room for a frame that is composed; made when first needed */
};

/* Begins logging into `result`; what was sent before belongs to the past. */
void session_begin(struct session *session, struct result *result, const char *const *host_names);

/* Sends a frame for a host of the scenario. NULL where the gate refuses it (`reason` says why and
 * `refused` is set) or the link fails (`reason`). `line` and `statement` say what it is for. */
struct request *session_send(struct session *session, size_t host, const void *bytes, size_t length,
                             unsigned line, const char *statement, const char **reason,
                             bool *refused);

/* Builds the fixed part of a request from host 0 to the target with a fresh tag. */
void session_request(struct session *session, struct aoe_frame *frame, uint8_t command);

/* Builds, pads, sends, and waits up to the timeout, with two repeats where nothing comes. NULL
 * where nothing came or it could not be sent; then `reason` has one line. For the harness's own
 * questions: discovery, saving, restoring. */
struct request *session_ask(struct session *session, const struct aoe_frame *frame,
                            const char *purpose, const char **reason);

/* Takes in what arrives until `request` is answered (may be NULL: nothing in particular), until the
 * role wants somebody to look at it, or the time `until` has come; what has arrived by then is
 * taken in before it returns, and hardly more, however fast it comes. */
void session_wait(struct session *session, const struct request *request, int64_t until);

/* Proves that the target is alive: a config read that must be answered. As targets take frames in
 * their order, whatever they were going to say to earlier ones has come by then. Sets `silent`
 * and returns false where it is not answered. */
bool session_sentinel(struct session *session, const char *purpose);

/* Asks again and again until the target answers, or the time `until` has come: after a change of
 * the link it may take its time. Sets or clears `silent`; returns whether it has answered. */
bool session_await(struct session *session, int64_t until);

/* Asks once more a target that has left questions without answer; sets or clears `silent`. */
bool session_is_back(struct session *session);

/* Logs a frame that was sent or received into the scenario that runs; its bytes are copied. */
struct event *session_log(struct session *session, bool sent, int64_t time, const void *bytes,
                          size_t length);

/* Takes note of what a rule has found in `event`: for the whole run, and for the scenario that
 * runs where it is about that clause. `request` is what the frame answers, or NULL. */
void session_judge(struct session *session, const struct event *event, const struct event *request,
                   const struct aoe_finding *finding);

/* A tag that no other request of this run has. */
uint32_t session_tag(struct session *session);

/* Room for AOE_FRAME_MAX bytes, made at the first call and kept for the session. */
uint8_t *session_room(struct session *session, uint8_t **room);

/* An address that nobody has, a different one for each index. */
void session_mac(const struct session *session, unsigned index, uint8_t mac[AOE_MAC_BYTES]);

/* Appends a failure to a result, where there is room for another; returns where to fill it in. */
struct failure *session_failure(struct session *session, struct result *result,
                                const struct event *event, const struct event *request);

#endif
