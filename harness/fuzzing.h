/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random requests from several hosts, each response compared with what the model of the reference
 * target allows; a difference is shrunk to a short scenario. */
#ifndef AOE_FUZZING_H
#define AOE_FUZZING_H

#include "common/baseline_file.h"
#include "options.h"
#include "session.h"

/* A scenario that stands for the whole of it in reports: touches what is allowed. */
struct scenario *fuzzing_scenario(struct arena *arena, const struct options *options);

/* Sends as many requests as the options say, or until the first difference. Fills the result: on a
 * difference it fails with the clause, the reason names the file with the scenario. What the rules
 * find is no difference where the baseline has the scenario of that rule, "rules/2.1-padding". */
void fuzzing(struct session *session, const uint64_t *facts, const struct options *options,
             const struct baseline *baseline, struct result *result);

#endif
