/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How text reports are laid out: colours, and lines that are wrapped. */
#ifndef AOE_LAYOUT_H
#define AOE_LAYOUT_H

#include <stdio.h>

#include "arena.h"

enum { PRINTER_WIDTH = 100, PRINTER_INDENT = 12 };

enum colour {
    COLOUR_NONE,
    COLOUR_BOLD,
    COLOUR_DIM,
    COLOUR_RED,
    COLOUR_GREEN,
    COLOUR_YELLOW,
    COLOUR_BLUE,
};

struct printer {
    FILE *to;
    bool colour;
    bool verbose;
    struct arena *scratch; /* for texts that live until the report is written */
};

/* The escape sequence that begins a colour, or "" where there are no colours; COLOUR_NONE ends. */
const char *printer_colour(const struct printer *printer, enum colour colour);

/* Prints as printf does, in a colour. Nothing is cleaned or wrapped. */
void printer_add(const struct printer *printer, enum colour colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints `text`, cleaned, and ends the line. The first line begins at `column`, where the caller
 * has arrived; lines that follow are indented to `indent`. */
void printer_wrap(const struct printer *printer, size_t column, size_t indent, const char *text);

/* A label at the left and a text beside it, wrapped. */
void printer_item(const struct printer *printer, const char *label, const char *text);
void printer_item_format(const struct printer *printer, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
