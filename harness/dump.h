/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame as a hex dump with the wrong bytes marked. */
#ifndef AOE_DUMP_H
#define AOE_DUMP_H

#include "printer.h"

enum { DUMP_ROW = 16 }; /* bytes in a row */

/* A frame, and the rows of a failure whose bytes are marked in it. */
struct dump {
    struct aoe_span frame;
    const struct row *rows;
    size_t count;
    size_t more; /* rows shown beyond the first ones; 0 at the beginning */
};

/* True for a byte that belongs to a wrong row. */
bool dump_marks(const struct dump *dump, size_t byte);

/* True where the row of bytes at `offset` is shown: of frames over 128 bytes only the first rows
 * and some of those with wrong bytes. To be asked once for each row, in order. */
bool dump_shows(struct dump *dump, size_t offset);

/* Prints the frame beside a label, a caret under each byte that belongs to a wrong row of
 * `rows`. Of frames over 128 bytes only the first rows and those with wrong bytes. */
void dump_frame(const struct printer *printer, const char *label, struct aoe_span frame,
                const struct row *rows, size_t count);

#endif
