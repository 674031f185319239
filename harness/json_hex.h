/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes in JSON, as every file of the harness writes them. */
#ifndef AOE_JSON_HEX_H
#define AOE_JSON_HEX_H

#include <jansson.h>

#include "protocol/cursor.h"

/* A string of two lower-case hex digits a byte; NULL where there is no memory. */
json_t *json_hex(struct aoe_span bytes);

#endif
