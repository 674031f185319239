/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report_summary.h"

#include "common/utf8.h"
#include "describe.h"
#include "protocol/names.h"
#include "protocol/text.h"
#include "report_failure.h"

struct group {
    const char *name;
    size_t counts[VERDICT_COUNT];
};

const char *report_group(struct arena *arena, const struct scenario *scenario)
{
    return (const char *)arena_bytes(arena, scenario->id, strcspn(scenario->id, "/"));
}

static struct group *group_of(struct group *groups, size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++) {
        if (!strcmp(groups[i].name, name))
            return &groups[i];
    }
    groups[*count].name = name;
    return &groups[(*count)++];
}

/* A line of the table, with the verdicts that occur at all in the report. */
static void add_counts(const struct printer *printer, const struct report *report, size_t width,
                       const struct group *group)
{
    fprintf(printer->to, "  %-*s", (int)width, group->name);
    for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
        int columns = (int)strlen(verdict_name(v));
        if (v != VERDICT_PASS && !report->summary[v])
            continue;
        if (group->counts[v])
            printer_add(printer, v == VERDICT_PASS ? COLOUR_NONE : verdict_colour(v), "  %*zu",
                        columns, group->counts[v]);
        else
            printer_add(printer, COLOUR_DIM, "  %*s", columns, ".");
    }
    fprintf(printer->to, "\n");
}

static void add_table_head(const struct printer *printer, const struct report *report, size_t width)
{
    fprintf(printer->to, "  %*s", (int)width, "");
    for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
        if (v == VERDICT_PASS || report->summary[v])
            printer_add(printer, COLOUR_DIM, "  %s", verdict_name(v));
    }
    fprintf(printer->to, "\n");
}

void report_summary_table(const struct printer *printer, const struct report *report)
{
    size_t count = 0, width = strlen("in all");
    struct group *groups = arena_array(printer->scratch, report->count + 1, sizeof *groups);
    struct group all = {.name = "in all"};
    memcpy(all.counts, report->summary, sizeof all.counts);
    for (size_t i = 0; i < report->count; i++) {
        const struct result *result = &report->results[i];
        struct group *group =
            group_of(groups, &count, report_group(printer->scratch, result->scenario));
        group->counts[result->verdict]++;
        if (strlen(group->name) > width)
            width = strlen(group->name);
    }
    if (!count)
        return;
    add_table_head(printer, report, width);
    for (size_t i = 0; i < count; i++)
        add_counts(printer, report, width, &groups[i]);
    if (count > 1)
        add_counts(printer, report, width, &all);
}

static void add_title(const struct printer *printer, const struct result *result)
{
    const char *verdict = result->verdict == VERDICT_FAIL ? "FAIL" : verdict_name(result->verdict);
    fprintf(printer->to, "\n");
    printer_add(printer, verdict_colour(result->verdict), "%s", verdict);
    const char *text =
        arena_print(printer->scratch, "%s: %s", result->scenario->id, result->scenario->title);
    fprintf(printer->to, "%*s%s", PRINTER_INDENT - (int)strlen(verdict), "",
            printer_colour(printer, COLOUR_BOLD));
    printer_wrap(printer, PRINTER_INDENT, PRINTER_INDENT, text);
    fputs(printer_colour(printer, COLOUR_NONE), printer->to);
}

static void add_result(const struct printer *printer, const struct report *report,
                       const struct result *result)
{
    /* A may is mentioned; what a must or a should asks for is shown whole. */
    bool frames = printer->verbose || result->scenario->level > AOE_MAY;
    add_title(printer, result);
    if (!result->failure_count)
        printer_item(printer, "reason", result->reason);
    report_failures(printer, report, result, frames);
}

void report_summary_failures(const struct printer *printer, const struct report *report)
{
    static const enum verdict order[] = {VERDICT_FAIL, VERDICT_ADVICE};
    for (size_t v = 0; v < sizeof order / sizeof *order; v++) {
        for (size_t i = 0; i < report->count; i++) {
            if (report->results[i].verdict == order[v])
                add_result(printer, report, &report->results[i]);
        }
    }
}

/* The ids of one verdict, each with its reason. */
static void add_list(const struct printer *printer, const struct report *report, enum verdict v)
{
    if (!report->summary[v])
        return;
    fprintf(printer->to, "\n");
    printer_add(printer, verdict_colour(v), "%s\n", verdict_name(v));
    for (size_t i = 0; i < report->count; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict != v)
            continue;
        const char *text =
            arena_print(printer->scratch, "%s: %s", result->scenario->id, result->reason);
        fprintf(printer->to, "  ");
        printer_wrap(printer, 2, 6, text);
    }
}

static bool same_skip(const struct result *a, const struct result *b)
{
    return a->verdict == VERDICT_SKIP && b->verdict == VERDICT_SKIP &&
           !strcmp(a->reason, b->reason);
}

/* All skips with the reason of the result at `first`, or nothing where an earlier one has it. */
static void add_skip(const struct printer *printer, const struct report *report, size_t first)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++) {
        if (!same_skip(&report->results[i], &report->results[first]))
            continue;
        if (i < first)
            return;
        count++;
    }
    fprintf(printer->to, "%6zu  ", count);
    printer_wrap(printer, 8, 8, report->results[first].reason);
    for (size_t i = first; printer->verbose && i < report->count; i++) {
        if (same_skip(&report->results[i], &report->results[first]))
            fprintf(printer->to, "%*s%s\n", PRINTER_INDENT, "", report->results[i].scenario->id);
    }
}

static void add_skips(const struct printer *printer, const struct report *report)
{
    if (!report->summary[VERDICT_SKIP])
        return;
    fprintf(printer->to, "\n");
    printer_add(printer, verdict_colour(VERDICT_SKIP), "skip\n");
    for (size_t i = 0; i < report->count; i++) {
        if (report->results[i].verdict == VERDICT_SKIP)
            add_skip(printer, report, i);
    }
}

void report_summary_reasons(const struct printer *printer, const struct report *report)
{
    static const enum verdict order[] = {VERDICT_FIXED, VERDICT_KNOWN, VERDICT_INCONCLUSIVE,
                                         VERDICT_ERROR};
    add_skips(printer, report);
    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        add_list(printer, report, order[v]);
    if (report->timing.drops || report->summary[VERDICT_INCONCLUSIVE])
        fprintf(printer->to, "\nThe harness itself was late by up to %s and lost %llu frames.\n",
                describe_duration(printer->scratch, report->timing.worst_delay),
                (unsigned long long)report->timing.drops);
}

static enum colour headline_colour(const struct report *report)
{
    switch (report->exit_status) {
    case EXIT_CONFORMANT:
        return COLOUR_GREEN;
    case EXIT_FAILED:
        return COLOUR_RED;
    default:
        return COLOUR_YELLOW;
    }
}

void report_summary_verdict(const struct printer *printer, const struct report *report)
{
    char line[1024], address[AOE_ADDRESS_TEXT];
    struct aoe_text text = aoe_text(line, sizeof line);
    bool first = true;
    if (*describe_why(report))
        aoe_text_add(&text, ": %s", describe_why(report));
    for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
        if (!report->summary[v])
            continue;
        aoe_text_add(&text, "%s %zu %s", first ? ":" : ",", report->summary[v], verdict_name(v));
        first = false;
    }
    aoe_text_add(&text, " in %s", describe_duration(printer->scratch, report->duration));
    fprintf(printer->to, "\n");
    printer_add(printer, COLOUR_BOLD, "%s on %s",
                aoe_address_text(address, report->target.shelf, report->target.slot),
                utf8_clean(printer->scratch, report->target.interface, true));
    fprintf(printer->to, ": ");
    printer_add(printer, headline_colour(report), "%s", describe_headline(report));
    fprintf(printer->to, "%s\n", utf8_clean(printer->scratch, line, true));
}
