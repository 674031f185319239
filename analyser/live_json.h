/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interval as one line of JSON: results.md, "Live", says what every field means. */
#ifndef AOE_LIVE_JSON_H
#define AOE_LIVE_JSON_H

#include <jansson.h>

#include "live_figures.h"

/* The object of the last interval. NULL where there is no memory. */
json_t *live_json(const struct live_figures *live, const char *interface, bool up);

#endif
