/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the text report's end. */
#ifndef AOE_REPORT_SUMMARY_H
#define AOE_REPORT_SUMMARY_H

#include "printer.h"

/* The group of a scenario: its id up to the first '/'. Memory is from `arena`. */
const char *report_group(struct arena *arena, const struct scenario *scenario);

/* How many results of each group have which verdict. */
void report_summary_table(const struct printer *printer, const struct report *report);

/* Every fail, then every advice. */
void report_summary_failures(const struct printer *printer, const struct report *report);

/* The results that were not judged or were expected to fail, by their reasons. */
void report_summary_reasons(const struct printer *printer, const struct report *report);

/* One line: what the run says about the target. */
void report_summary_verdict(const struct printer *printer, const struct report *report);

#endif
