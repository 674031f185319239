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
