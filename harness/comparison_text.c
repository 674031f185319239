/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comparison.h"

#include <inttypes.h>

#include "common/utf8.h"
#include "describe.h"
#include "printer.h"

struct table {
    const struct printer *printer;
    const struct comparison_table *comparison;
    size_t clause, id; /* columns that these take */
};

enum { CELL = sizeof "inconclusive" - 1 };

static void widen(size_t *width, const char *text)
{
    size_t columns = utf8_columns(text);
    if (columns > *width)
        *width = columns;
}

/* printf pads by bytes, and a text may hold characters of several. */
static void add_padding(const struct printer *printer, const char *text, size_t width)
{
    size_t columns = utf8_columns(text);
    fprintf(printer->to, "%*s", columns < width ? (int)(width - columns) + 2 : 2, "");
}

static void add_padded(const struct printer *printer, const char *text, size_t width)
{
    fputs(text, printer->to);
    add_padding(printer, text, width);
}

static void add_result(const struct printer *printer, const struct compared_result *result,
                       const char *letter)
{
    const struct report *report = &result->report;
    printer_add(printer, COLOUR_BOLD, "  %s  ", letter);
    printer_wrap(printer, 5, 5, result->name);
    fprintf(printer->to, "     ");
    printer_wrap(printer, 5, 5,
                 arena_print(printer->scratch, "%s, aoe-conform %s, seed %" PRIu64, result->file,
                             report->version, report->seed));
    fprintf(printer->to, "     ");
    printer_wrap(printer, 5, 5,
                 arena_print(printer->scratch, "%s: %s", describe_headline(report),
                             comparison_counts(printer->scratch, result)));
}

static void measure(struct table *table, bool all)
{
    const struct comparison_table *comparison = table->comparison;
    table->clause = strlen("clause");
    table->id = strlen("scenario");
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct compared_row *row = &comparison->rows[i];
        if (!row->differs && !all)
            continue;
        widen(&table->clause, utf8_clean(table->printer->scratch, row->scenario->clause, true));
        widen(&table->id, utf8_clean(table->printer->scratch, row->scenario->id, true));
    }
}

/* A column of a result; the last one is not padded. */
static void add_cell(const struct table *table, size_t i, const char *text, enum colour colour)
{
    printer_add(table->printer, colour, "%s", text);
    if (i + 1 < table->comparison->count)
        add_padding(table->printer, text, CELL);
    else
        fprintf(table->printer->to, "\n");
}

static void add_head(const struct table *table)
{
    fprintf(table->printer->to, "\n  ");
    add_padded(table->printer, "clause", table->clause);
    add_padded(table->printer, "scenario", table->id);
    for (size_t i = 0; i < table->comparison->count; i++)
        add_cell(table, i, comparison_letter(i), COLOUR_BOLD);
}

static void add_row(const struct table *table, const struct compared_row *row)
{
    const struct printer *printer = table->printer;
    fprintf(printer->to, "  ");
    add_padded(printer, utf8_clean(printer->scratch, row->scenario->clause, true), table->clause);
    add_padded(printer, utf8_clean(printer->scratch, row->scenario->id, true), table->id);
    for (size_t i = 0; i < table->comparison->count; i++) {
        const struct compared_scenario *cell = row->cells[i];
        if (cell)
            add_cell(table, i, verdict_name(cell->verdict), verdict_colour(cell->verdict));
        else
            add_cell(table, i, "-", COLOUR_DIM);
    }
}

static void add_table(const struct printer *printer, const struct comparison_table *comparison,
                      bool all)
{
    struct table table = {.printer = printer, .comparison = comparison};
    if (!comparison->differing && !(all && comparison->row_count))
        return;
    measure(&table, all);
    add_head(&table);
    for (size_t i = 0; i < comparison->row_count; i++)
        if (all || comparison->rows[i].differs)
            add_row(&table, &comparison->rows[i]);
}

int comparison_text(FILE *to, const struct comparison_table *comparison, bool colour, bool all)
{
    struct arena scratch = {0};
    const struct printer printer = {.to = to, .colour = colour, .scratch = &scratch};
    for (size_t i = 0; i < comparison->count; i++)
        add_result(&printer, &comparison->results[i], comparison_letter(i));
    add_table(&printer, comparison, all);
    fprintf(to, "\n%zu of %zu scenarios differ\n", comparison->differing, comparison->row_count);
    arena_free(&scratch);
    return fflush(to) || ferror(to) ? -1 : 0;
}
