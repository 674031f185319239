/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comparison as text. */
#include "compare.h"

#include "common/group.h"
#include "format.h"
#include "report.h"
#include "table.h"

enum { SHOWN = 30, COLUMNS = 7 };

/* A value with its unit. Returns `to`. */
static const char *value_text(const struct printer *printer, enum metric metric, uint64_t value)
{
    char to[FORMAT_TEXT];
    switch (metric) {
    case METRIC_IOPS:
        return arena_print(printer->scratch, "%s /s", format_count(to, value));
    case METRIC_THROUGHPUT:
        return arena_print(printer->scratch, "%s/s", format_bytes(to, value));
    case METRIC_COMMAND_P50:
    case METRIC_COMMAND_P99:
    case METRIC_ROUND_TRIP_P50:
    case METRIC_ROUND_TRIP_P99:
        return arena_text(printer->scratch, format_duration(to, value));
    default:
        return arena_text(printer->scratch, format_share(to, value, 1000000));
    }
}

static const char *label(enum metric metric)
{
    static const char *const labels[METRICS] = {
        "answers",        "throughput", "command p50", "command p99", "round trip p50",
        "round trip p99", "repeats",    "lost",        "unanswered",  "errors",
    };
    return labels[metric];
}

static const char *ratio_text(const struct printer *printer, const struct change *change)
{
    char to[FORMAT_TEXT];
    if (!change->a)
        return "new";
    if (!change->b)
        return "gone";
    return change->b >= change->a
               ? arena_print(printer->scratch, "x %s", format_times(to, change->b, change->a))
               : arena_print(printer->scratch, "1/%s", format_times(to, change->a, change->b));
}

static void add_row(struct table *table, const struct printer *printer,
                    const struct traffic *traffic, const struct change *change)
{
    const char *const cells[COLUMNS] = {
        course_name(change->course),
        report_target(printer, traffic, change->target),
        change->operation == GROUP_OPERATIONS ? "all"
                                              : operation_name((enum operation)change->operation),
        label(change->metric),
        value_text(printer, change->metric, change->a),
        value_text(printer, change->metric, change->b),
        ratio_text(printer, change),
    };
    table_row(table, cells);
}

static int print_changes(const struct printer *printer, const struct comparison *comparison,
                         const struct traffic *traffic)
{
    static const char *const headings[COLUMNS] = {"change", "target", "operation", "what",
                                                  "a",      "b",      "ratio"};
    struct table *table = table_new(headings, COLUMNS, 4);
    size_t shown = 0, left = 0;
    if (!table)
        return -1;
    for (size_t i = 0; i < comparison->count; i++) {
        if (comparison->changes[i].course == COURSE_SAME && !printer->verbose)
            continue;
        if (shown >= SHOWN && !printer->verbose) {
            left++;
            continue;
        }
        add_row(table, printer, traffic, &comparison->changes[i]);
        shown++;
    }
    int status = shown ? table_print(table, printer) : 0;
    table_free(table);
    if (!shown)
        printer_wrap(printer, 0, 0, "Nothing moved by 5 % or more.");
    if (left)
        printer_wrap(printer, 0, 0,
                     arena_print(printer->scratch, "and %zu more: --verbose shows them", left));
    fprintf(printer->to, "\n");
    return status;
}

static void print_only(const struct printer *printer, const struct comparison *comparison,
                       const struct material materials[2], unsigned side)
{
    const struct traffic *traffic = &materials[side].analysis.figures.traffic;
    const char *text = "";
    for (size_t i = 0; i < comparison->only_count[side]; i++)
        text = arena_print(printer->scratch, "%s%s%s", text, i ? ", " : "",
                           report_target(printer, traffic, comparison->only[side][i]));
    if (*text)
        printer_item(printer, side ? "only in b" : "only in a", text);
}

int compare_print(const struct printer *printer, const struct comparison *comparison,
                  const struct material materials[2])
{
    char name[MATERIAL_PLACE], duration[FORMAT_TEXT];
    printer_add(printer, COLOUR_BOLD, "%s", "aoe-analyze " SUITE_VERSION ": b compared with a");
    fprintf(printer->to, "\n");
    for (unsigned side = 0; side < 2; side++)
        printer_item_format(
            printer, side ? "b" : "a", "%s, %s", material_name(name, &materials[side]),
            format_duration(duration, figures_duration(&materials[side].analysis.figures)));
    print_only(printer, comparison, materials, 0);
    print_only(printer, comparison, materials, 1);
    fprintf(printer->to, "\n");
    return print_changes(printer, comparison, &materials[0].analysis.figures.traffic);
}
