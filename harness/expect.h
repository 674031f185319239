/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging what came back, or did not. */
#ifndef AOE_EXPECT_H
#define AOE_EXPECT_H

#include "evaluate.h"

/* The oldest request of the host that no expectation has dealt with, of that label where one is
 * given; NULL where there is none. */
struct request *expect_open(const struct run *run, size_t host, const char *label);

/* Sets run->error for a statement that expects where nothing was sent; returns false. */
bool expect_nothing_sent(struct run *run, const struct statement *statement);

/* Waits for the answer to the request and judges it. False where the expectation does not hold;
 * the failure is in the result. */
bool expect_request(struct run *run, struct request *request,
                    const struct expectation *expectation);

/* The statements "expect each at least", "exactly one of", "target answers" and "hear". */
bool expect_at_least(struct run *run, const struct statement *statement);
bool expect_exactly(struct run *run, const struct statement *statement);
bool expect_answers(struct run *run, const struct statement *statement);
bool expect_heard(struct run *run, const struct statement *statement);

/* Adds a failure of the statement that runs now. `event` is the frame that shows it, or NULL;
 * `request` what it answers, or NULL. */
struct failure *expect_failure(struct run *run, const struct event *event,
                               const struct event *request);

/* An expression in ms, as nanoseconds; more than a minute counts as a minute. */
int64_t expect_milliseconds(struct run *run, const struct expression *expression);

#endif
