/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of expressions while a scenario runs, and the conditions on responses. */
#ifndef AOE_EVALUATE_H
#define AOE_EVALUATE_H

#include "session.h"

struct initiator;

/* One run of one scenario. */
struct run {
    struct session *session;
    struct initiator *initiator; /* that is judged; NULL where a target is */
    struct arena *arena;         /* as the session's: results outlive the run */
    const struct scenario *scenario;
    struct result *result;
    struct value *variables;
    struct request *last[SPEAKERS];    /* the latest response of each host, and of others */
    const uint64_t *facts;             /* by enum fact */
    const struct statement *statement; /* that runs now */
    const char *error;                 /* the scenario cannot go on: why, or NULL */
    const char *skip;                  /* it cannot be judged here: why, or NULL */
    const char *refusal;               /* the gate refused a frame: why, or NULL */
    bool was_silent; /* the target had stopped answering before: nothing is sent */
    size_t heard;    /* requests of the initiator */
    bool resized;    /* the link has another MTU than it had */
    bool timed;      /* a failure rests on the harness having waited long enough: */
    int64_t waited;  /* so many ns; 0: the timeout */
    int64_t started;
    int64_t line_done; /* when the line before was done */
};

/* Evaluates for `request` (whose LBA and count a pattern takes; may be NULL). On an error (a
 * division by zero, a response that is not there, something too large) sets run->error. */
struct value evaluate(struct run *run, const struct expression *expression,
                      const struct aoe_frame *request);
uint64_t evaluate_number(struct run *run, const struct expression *expression);

/* Reads from a response. False where the frame has no such field. */
bool evaluate_reading(struct run *run, const struct reading *reading, const struct request *request,
                      struct value *value);

/* Judges one condition and fills `row` with what was expected and what was there. */
bool evaluate_condition(struct run *run, const struct condition *condition,
                        const struct request *request, struct row *row);

bool evaluate_compare(uint64_t left, enum comparison comparison, uint64_t right);

/* A number of a field as people read it: with its name, or in hex beside decimal. */
const char *evaluate_text(struct arena *arena, const struct reading *reading, uint64_t value);

/* Where two runs of data differ first, told by the sector; the byte in `at`. */
const char *evaluate_difference(struct arena *arena, struct value expected, struct value actual,
                                size_t *at);

#endif
