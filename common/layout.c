/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "layout.h"

#include <stdarg.h>
#include <stdlib.h>

#include "utf8.h"

const char *printer_colour(const struct printer *printer, enum colour colour)
{
    static const char *const sequences[] = {
        [COLOUR_NONE] = "\033[0m",   [COLOUR_BOLD] = "\033[1m",   [COLOUR_DIM] = "\033[2m",
        [COLOUR_RED] = "\033[1;31m", [COLOUR_GREEN] = "\033[32m", [COLOUR_YELLOW] = "\033[33m",
        [COLOUR_BLUE] = "\033[36m",
    };
    return printer->colour ? sequences[colour] : "";
}

void printer_add(const struct printer *printer, enum colour colour, const char *format, ...)
{
    va_list arguments;
    if (colour != COLOUR_NONE)
        fputs(printer_colour(printer, colour), printer->to);
    va_start(arguments, format);
    vfprintf(printer->to, format, arguments);
    va_end(arguments);
    if (colour != COLOUR_NONE)
        fputs(printer_colour(printer, COLOUR_NONE), printer->to);
}

/* Bytes of `text` that go into a line of `room` columns: up to the last space that fits, or cut
 * within a word that is longer than a line. */
static size_t line_bytes(const char *text, size_t room)
{
    size_t columns = 0, space = 0, i = 0;
    for (; text[i]; i++) {
        bool begins = (text[i] & 0xC0) != 0x80;
        if (begins && columns == room)
            return text[i] == ' ' || !space ? i : space;
        if (text[i] == ' ' && i)
            space = i;
        columns += begins;
    }
    return i;
}

void printer_wrap(const struct printer *printer, size_t column, size_t indent, const char *text)
{
    enum { NARROWEST = 20 };
    text = utf8_clean(printer->scratch, text, true);
    do {
        size_t room = column + NARROWEST < PRINTER_WIDTH ? PRINTER_WIDTH - column : NARROWEST;
        size_t bytes = line_bytes(text, room);
        fprintf(printer->to, "%.*s\n", (int)bytes, text);
        text += bytes;
        text += strspn(text, " ");
        if (*text)
            fprintf(printer->to, "%*s", (int)indent, "");
        column = indent;
    } while (*text);
}

void printer_item(const struct printer *printer, const char *label, const char *text)
{
    printer_add(printer, COLOUR_DIM, "  %-*s", PRINTER_INDENT - 2, label);
    printer_wrap(printer, PRINTER_INDENT, PRINTER_INDENT, text);
}

void printer_item_format(const struct printer *printer, const char *label, const char *format, ...)
{
    char *text;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    printer_item(printer, label, text);
    free(text);
}
