/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "printer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

#include "common/utf8.h"
#include "protocol/print.h"

const char *printer_colour(const struct printer *printer, enum colour colour)
{
    static const char *const sequences[] = {
        [COLOUR_NONE] = "\033[0m",   [COLOUR_BOLD] = "\033[1m",   [COLOUR_DIM] = "\033[2m",
        [COLOUR_RED] = "\033[1;31m", [COLOUR_GREEN] = "\033[32m", [COLOUR_YELLOW] = "\033[33m",
        [COLOUR_BLUE] = "\033[36m",
    };
    return printer->colour ? sequences[colour] : "";
}

enum colour verdict_colour(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PASS:
        return COLOUR_GREEN;
    case VERDICT_SKIP:
    case VERDICT_KNOWN:
        return COLOUR_BLUE;
    case VERDICT_ADVICE:
    case VERDICT_INCONCLUSIVE:
        return COLOUR_YELLOW;
    default:
        return COLOUR_RED;
    }
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

const char *printer_duration(const struct printer *printer, int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ns < units[i].ns)
            continue;
        int64_t tenths = ns / (units[i].ns / 10);
        if (tenths >= 1000)
            return arena_print(printer->scratch, "%" PRId64 " %s", tenths / 10, units[i].name);
        return arena_print(printer->scratch, "%" PRId64 ".%" PRId64 " %s", tenths / 10, tenths % 10,
                           units[i].name);
    }
    return arena_print(printer->scratch, "%" PRId64 " ns", ns);
}

void printer_event(const struct printer *printer, const struct event *event, int64_t start,
                   bool marked)
{
    char line[1024];
    struct aoe_frame frame, request;
    int64_t us = (event->time - start) / 1000;
    aoe_frame_decode(&frame, event->frame.bytes, event->frame.length, event->frame.length);
    if (event->request)
        aoe_frame_decode(&request, event->request->frame.bytes, event->request->frame.length,
                         event->request->frame.length);
    aoe_print_line(line, sizeof line, &frame, event->request ? &request : NULL);
    const char *time = arena_print(printer->scratch, "%c%" PRIdMAX ".%03" PRIdMAX,
                                   us < 0 ? '-' : '+', imaxabs(us) / 1000, imaxabs(us) % 1000);
    const char *head =
        arena_print(printer->scratch, "%8s ms  %s %s  ", time,
                    utf8_clean(printer->scratch, event->host, true), event->sent ? "->" : "<-");
    printer_add(printer, marked ? COLOUR_RED : COLOUR_NONE, "%*s%s", PRINTER_INDENT,
                marked ? "x " : "", head);
    size_t column = PRINTER_INDENT + utf8_columns(head);
    printer_wrap(printer, column, column, line);
}
