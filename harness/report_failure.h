/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One failure as text for people, for the text report and for the bodies of JUnit's. */
#ifndef AOE_REPORT_FAILURE_H
#define AOE_REPORT_FAILURE_H

#include "printer.h"

/* The level at which a failure is judged: a scenario may lower that of its own clause. */
enum aoe_level report_failure_level(const struct result *result, const struct failure *failure);

/* The frames to show: those around the failure, with its own frame and the request that it answers,
 * in order. Returns `count` of them. */
const struct event **report_failure_frames(struct arena *arena, const struct failure *failure,
                                           size_t *count);

/* The place of a row in the frame, "15" or "32-35"; "-" where it has none. */
const char *report_failure_place(struct arena *arena, const struct row *row);

/* The scenario's line with path, number and loop variables; or what the harness asked. */
const char *report_failure_line(struct arena *arena, const struct failure *failure);

/* What the frame of a failure is: "sent", "response" or "received". */
const char *report_failure_role(const struct event *event);

/* The command that runs alone the scenario of a failure. */
const char *report_failure_again(struct arena *arena, const struct report *report,
                                 const struct result *result, const struct failure *failure);

/* The result with all its failures: the clause, the scenario's line, what was expected and what
 * came, field by field. With `frames` also the frames around it and what their bytes were. */
void report_failures(const struct printer *printer, const struct report *report,
                     const struct result *result, bool frames);

#endif
