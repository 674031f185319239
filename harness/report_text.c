/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/utf8.h"
#include "describe.h"
#include "printer.h"
#include "report_failure.h"
#include "report_summary.h"

static struct printer printer_for(FILE *to, const struct report_style *style, struct arena *scratch)
{
    return (struct printer){to, style->colour, style->verbose, scratch};
}

/* Ends one call: what was gathered is freed, and what was written is on its way. */
static int finish(const struct printer *printer)
{
    arena_free(printer->scratch);
    return fflush(printer->to) || ferror(printer->to) ? -1 : 0;
}

int report_text_head(FILE *to, const struct report *report, const struct report_style *style)
{
    struct arena scratch = {0};
    struct printer printer = printer_for(to, style, &scratch);
    struct detail details[DETAILS_MOST];
    if (style->quiet)
        return 0;
    fprintf(to, "aoe-conform %s, seed %" PRIu64 "\n", report->version, report->seed);
    size_t count = describe_judged(&scratch, report, details);
    for (size_t i = 0; i < count; i++)
        printer_item(&printer, details[i].label, details[i].text);
    if (report->judges_initiator || report->target_found)
        fprintf(to, "\n");
    return finish(&printer);
}

/* A progress line is rewritten in place: not in a file, nor where the terminal cannot. */
static bool is_terminal(FILE *to)
{
    const char *kind = getenv("TERM");
    int file = fileno(to);
    return file >= 0 && isatty(file) && kind && strcmp(kind, "dumb");
}

static void add_result_line(const struct printer *printer, const struct result *result)
{
    enum { VERDICT_COLUMNS = 12 };
    enum colour colour = verdict_colour(result->verdict);
    printer_add(printer, colour, "%-*s", VERDICT_COLUMNS, verdict_name(result->verdict));
    const char *text = result->reason && *result->reason ? result->reason : result->scenario->title;
    text = arena_print(printer->scratch, "  %s: %s", result->scenario->id, text);
    printer_wrap(printer, VERDICT_COLUMNS, VERDICT_COLUMNS + 4, text);
    for (size_t i = 0; i < result->event_count; i++)
        printer_event(printer, result->events[i], result->events[0]->time, false);
}

int report_text_result(FILE *to, const struct result *result, const struct report_style *style)
{
    struct arena scratch = {0};
    struct printer printer = printer_for(to, style, &scratch);
    if (style->quiet)
        return 0;
    if (style->verbose)
        add_result_line(&printer, result);
    else if (is_terminal(to))
        fprintf(to, "\r\033[K[%zu/%zu] %.66s", style->done, style->total,
                utf8_clean(&scratch, result->scenario->id, true));
    return finish(&printer);
}

int report_text_end(FILE *to, const struct report *report, const struct report_style *style)
{
    struct arena scratch = {0};
    struct printer printer = printer_for(to, style, &scratch);
    if (style->quiet)
        return 0;
    if (style->verbose)
        fprintf(to, "\n");
    else if (is_terminal(to))
        fprintf(to, "\r\033[K");
    report_summary_table(&printer, report);
    report_summary_failures(&printer, report);
    report_summary_reasons(&printer, report);
    report_summary_verdict(&printer, report);
    return finish(&printer);
}
