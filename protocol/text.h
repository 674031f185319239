/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that grows piece by piece in a buffer of fixed size. */
#ifndef AOE_TEXT_H
#define AOE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* `used` never reaches `size`: there is always a NUL at to[used]. */
struct aoe_text {
    char *to;
    size_t size;
    size_t used;
    bool cut; /* something did not fit */
};

/* An empty text in `size` bytes; with size 0 nothing is ever written. */
struct aoe_text aoe_text(char *to, size_t size);

/* Appends as printf does; what does not fit is cut off. */
void aoe_text_add(struct aoe_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
