/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as a hex dump with the wrong bytes marked. */
#ifndef AOE_DUMP_H
#define AOE_DUMP_H

#include "printer.h"

/* Prints the frame beside a label, a caret under each byte that belongs to a wrong row of
 * `rows`. Of frames over 128 bytes only the first rows and those with wrong bytes. */
void dump_frame(const struct printer *printer, const char *label, struct aoe_span frame,
                const struct row *rows, size_t count);

#endif
