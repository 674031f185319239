/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing HTML in which no text can become markup. */
#ifndef AOE_HTML_H
#define AOE_HTML_H

#include <stdio.h>

/* Writes `markup` as printf does, with %s, %zu, %u, %d and %% only; what stands for %s is text: it
 * is escaped for element content and for attributes in double quotes. A byte that belongs to no
 * character, and a control character, appears as "\xNN". Errors are left in the stream. */
void html_print(FILE *to, const char *markup, ...) __attribute__((format(printf, 2, 3)));

/* Writes `text` as the part of a link behind its "#". */
void html_fragment(FILE *to, const char *text);

#endif
