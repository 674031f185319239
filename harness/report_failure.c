/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_failure.h"

#include <ctype.h>

#include "common/utf8.h"
#include "dump.h"

enum aoe_level report_failure_level(const struct result *result, const struct failure *failure)
{
    const struct scenario *scenario = result->scenario;
    return failure->clause == scenario->clause ? scenario->level : failure->clause->level;
}

/* `most` is what a cell may have for the line to fit; what is longer gets lines of its own. */
struct widths {
    size_t field, expected, actual, most;
};

static bool fits(const struct row *row, const struct widths *widths)
{
    return utf8_columns(row->expected) <= widths->most && utf8_columns(row->actual) <= widths->most;
}

static void widen(size_t *width, const char *text)
{
    size_t columns = utf8_columns(text);
    if (columns > *width)
        *width = columns;
}

static struct widths measure(const struct row *rows, size_t count)
{
    enum { BYTES = 9, FIELD_MAX = 24 }; /* "1036-1547"; no field's name is so long */
    const size_t room = PRINTER_WIDTH - PRINTER_INDENT - BYTES - 3 * 2;
    struct widths widths = {
        .field = strlen("field"), .expected = strlen("expected"), .actual = strlen("actual")};
    for (size_t i = 0; i < count; i++)
        widen(&widths.field, rows[i].field);
    widths.most = (room - (widths.field < FIELD_MAX ? widths.field : FIELD_MAX)) / 2;
    for (size_t i = 0; i < count; i++) {
        if (!fits(&rows[i], &widths))
            continue;
        widen(&widths.expected, rows[i].expected);
        widen(&widths.actual, rows[i].actual);
    }
    return widths;
}

/* printf pads by bytes, and a cell may hold characters of several. */
static void add_cell(const struct printer *printer, const char *text, size_t width)
{
    size_t columns = utf8_columns(text);
    fprintf(printer->to, "%s%*s", text, columns < width ? (int)(width - columns) + 2 : 2, "");
}

const char *report_failure_place(struct arena *arena, const struct row *row)
{
    if (!row->bytes)
        return "-";
    if (row->bytes == 1)
        return arena_print(arena, "%zu", row->byte);
    return arena_print(arena, "%zu-%zu", row->byte, row->byte + row->bytes - 1);
}

/* A row whose texts are too long for the table. */
static void add_long_row(const struct printer *printer, const struct row *row, size_t column)
{
    size_t indent = column + strlen("expected  ");
    fputs("expected  ", printer->to);
    printer_wrap(printer, indent, indent, row->expected);
    fprintf(printer->to, "%*sactual    ", (int)column, "");
    printer_wrap(printer, indent, indent, row->actual);
    if (row->bytes)
        fprintf(printer->to, "%*sbyte(s)   %s\n", (int)column, "",
                report_failure_place(printer->scratch, row));
}

static void add_row(const struct printer *printer, const struct row *row,
                    const struct widths *widths)
{
    fputs(row->wrong ? printer_colour(printer, COLOUR_RED) : "", printer->to);
    fprintf(printer->to, "%*s", PRINTER_INDENT, row->wrong ? "x " : "");
    add_cell(printer, row->field, widths->field);
    if (fits(row, widths)) {
        add_cell(printer, row->expected, widths->expected);
        add_cell(printer, row->actual, widths->actual);
        fprintf(printer->to, "%s\n", report_failure_place(printer->scratch, row));
    } else {
        add_long_row(printer, row, PRINTER_INDENT + widths->field + 2);
    }
    fputs(row->wrong ? printer_colour(printer, COLOUR_NONE) : "", printer->to);
}

static void add_table(const struct printer *printer, const struct failure *failure)
{
    size_t count = failure->row_count;
    if (!count)
        return;
    struct row *rows = arena_array(printer->scratch, count, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        rows[i] = failure->rows[i];
        rows[i].field = utf8_clean(printer->scratch, rows[i].field, true);
        rows[i].expected = utf8_clean(printer->scratch, rows[i].expected, true);
        rows[i].actual = utf8_clean(printer->scratch, rows[i].actual, true);
    }
    struct widths widths = measure(rows, count);
    printer_add(printer, COLOUR_DIM, "\n%*s%-*s  %-*s  %-*s  byte(s)\n", PRINTER_INDENT, "",
                (int)widths.field, "field", (int)widths.expected, "expected", (int)widths.actual,
                "actual");
    for (size_t i = 0; i < count; i++)
        add_row(printer, &rows[i], &widths);
}

static bool among(const struct event *const *events, size_t count, const struct event *event)
{
    for (size_t i = 0; i < count; i++) {
        if (events[i] == event)
            return true;
    }
    return false;
}

const struct event **report_failure_frames(struct arena *arena, const struct failure *failure,
                                           size_t *count)
{
    const struct event *event = failure->event, *request = event ? event->request : NULL;
    const struct event **events = arena_array(arena, failure->context_count + 2, sizeof(*events));
    size_t n = 0;
    if (request && !among(failure->context, failure->context_count, request))
        events[n++] = request;
    for (size_t i = 0; i < failure->context_count; i++)
        events[n++] = failure->context[i];
    if (event && !among(events, n, event))
        events[n++] = event;
    *count = n;
    return events;
}

static void add_frames(const struct printer *printer, const struct failure *failure)
{
    size_t count;
    const struct event **events = report_failure_frames(printer->scratch, failure, &count);
    if (!count)
        return;
    printer_add(printer, COLOUR_DIM, "\n  frames\n");
    for (size_t i = 0; i < count; i++)
        printer_event(printer, events[i], events[0]->time, events[i] == failure->event);
}

const char *report_failure_role(const struct event *event)
{
    if (event->sent)
        return "sent";
    return event->request ? "response" : "received";
}

static void add_dumps(const struct printer *printer, const struct failure *failure)
{
    const struct event *event = failure->event;
    if (!event)
        return;
    if (event->request)
        dump_frame(printer, "request", event->request->frame, NULL, 0);
    dump_frame(printer, report_failure_role(event), event->frame, failure->rows,
               failure->row_count);
}

const char *report_failure_line(struct arena *arena, const struct failure *failure)
{
    if (!*failure->path)
        return arena_print(arena, "the harness's own question: %s", failure->statement);
    return arena_print(arena, "%s:%u: %s%s%s%s", failure->path, failure->line, failure->statement,
                       *failure->values ? "   (" : "", failure->values,
                       *failure->values ? ")" : "");
}

static void add_failure(const struct printer *printer, const struct result *result,
                        const struct failure *failure)
{
    const struct aoe_clause *clause = failure->clause;
    printer_item_format(printer, "clause", "%s (%s, basis: %s): %s", clause->id,
                        aoe_level_name(report_failure_level(result, failure)),
                        aoe_basis_name(clause->basis), clause->sentence);
    printer_item(printer, *failure->path ? "line" : "sent for",
                 report_failure_line(printer->scratch, failure));
    printer_item(printer, "expected", failure->expected);
    printer_item(printer, "actual", failure->actual);
}

/* What shows in the harness's own frames shows in any run. */
const char *report_failure_again(struct arena *arena, const struct report *report,
                                 const struct result *result, const struct failure *failure)
{
    return arena_print(arena, "%s %s", report->command,
                       *failure->id ? failure->id : result->scenario->id);
}

/* Once where the next failure is of the same scenario. Not wrapped, for it is there to be copied.
 */
static void add_again(const struct printer *printer, const struct report *report,
                      const struct result *result, size_t i)
{
    const struct failure *failure = &result->failures[i];
    if (i + 1 < result->failure_count && !strcmp(failure->id, failure[1].id))
        return;
    const char *text = report_failure_again(printer->scratch, report, result, failure);
    printer_add(printer, COLOUR_DIM, "  again:");
    fprintf(printer->to, " %s\n", utf8_clean(printer->scratch, text, true));
}

void report_failures(const struct printer *printer, const struct report *report,
                     const struct result *result, bool frames)
{
    size_t more = result->failures_in_all - result->failure_count;
    for (size_t i = 0; i < result->failure_count; i++) {
        fprintf(printer->to, "%s", i && !frames ? "\n" : "");
        add_failure(printer, result, &result->failures[i]);
        if (frames) {
            add_table(printer, &result->failures[i]);
            add_frames(printer, &result->failures[i]);
            add_dumps(printer, &result->failures[i]);
            fprintf(printer->to, "\n");
        }
        add_again(printer, report, result, i);
    }
    if (result->failures_in_all > result->failure_count)
        fprintf(printer->to, "\n  %zu more such failure%s, %zu in all.\n", more,
                more == 1 ? "" : "s", result->failures_in_all);
}
