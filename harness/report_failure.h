/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One failure as text for people, for the text report and for the bodies of JUnit's. */
#ifndef AOE_REPORT_FAILURE_H
#define AOE_REPORT_FAILURE_H

#include "printer.h"

/* The level at which a failure is judged: a scenario may lower that of its own clause. */
enum aoe_level report_failure_level(const struct result *result, const struct failure *failure);

/* The result with all its failures: the clause, the scenario's line, what was expected and what
 * came, field by field. With `frames` also the frames around it and what their bytes were. */
void report_failures(const struct printer *printer, const struct report *report,
                     const struct result *result, bool frames);

#endif
