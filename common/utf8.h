/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from targets and files made safe for terminals, JSON, XML and TAP. */
#ifndef AOE_UTF8_H
#define AOE_UTF8_H

#include "arena.h"

/* Reads the character at `text` (ends with NUL). Returns its bytes, 1 to 4, or 0 where they are
 * not well-formed UTF-8 or the text ends. */
size_t utf8_decode(const char *text, uint32_t *character);

/* `text` as valid UTF-8: a byte that belongs to no character as "\xNN"; with `controls` also
 * control characters ("\x1b", "\n" included) and what XML does not permit. NULL becomes "". */
const char *utf8_clean(struct arena *arena, const char *text, bool controls);

/* How many characters a valid text has: the columns it takes, for what a report prints. */
size_t utf8_columns(const char *text);

#endif
