/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the text report says of verdicts and events; shared by its files. */
#ifndef AOE_PRINTER_H
#define AOE_PRINTER_H

#include "common/layout.h"
#include "result.h"

/* The colour of a verdict. */
enum colour verdict_colour(enum verdict verdict);

/* One event in a line: time since `start`, host, direction, what it is; `marked` where it is the
 * frame that a failure is about. */
void printer_event(const struct printer *printer, const struct event *event, int64_t start,
                   bool marked);

#endif
