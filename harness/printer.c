/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "printer.h"

#include <inttypes.h>

#include "common/utf8.h"
#include "protocol/print.h"

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
