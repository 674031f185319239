/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comparison.h"

#include <errno.h>
#include <inttypes.h>

#include "common/html.h"
#include "describe.h"
#include "html_parts.h"

struct comparison_page {
    struct arena *arena;
    const struct comparison_table *comparison;
    bool all;
};

static int write_title(FILE *to, const void *of)
{
    const struct comparison_table *comparison = ((const struct comparison_page *)of)->comparison;
    for (size_t i = 0; i < comparison->count; i++)
        html_print(to, "%s%s", i ? " / " : "", comparison->results[i].name);
    html_print(to, " \xe2\x80\x93 aoe-conform");
    return ferror(to) ? -1 : 0;
}

static void add_result(FILE *to, const struct comparison_page *page, size_t at)
{
    struct detail details[DETAILS_MOST];
    const struct compared_result *result = &page->comparison->results[at];
    const struct report *report = &result->report;
    size_t count = describe_judged(page->arena, report, details);
    html_print(to, "<section class=\"compared\"><h2><b class=\"letter\">%s</b> %s: ",
               comparison_letter(at), result->name);
    html_headline(to, report);
    html_print(to, "</h2>\n<dl class=\"facts\">\n");
    html_detail(to, "verdicts", comparison_counts(page->arena, result));
    for (size_t i = 0; i < count; i++)
        html_detail(to, details[i].label, details[i].text);
    html_detail(to, "result",
                arena_print(page->arena, "%s, aoe-conform %s, seed %" PRIu64, result->file,
                            report->version, report->seed));
    html_print(to, "</dl></section>\n");
}

/* "" for the scenarios that this version has no such clause for. */
static const char *sentence_of(const char *id)
{
    const struct aoe_clause *clause = aoe_clause_find(id);
    return clause ? clause->sentence : "";
}

static const char *section_of(const char *id)
{
    const struct aoe_clause *clause = aoe_clause_find(id);
    return clause ? clause->section : "unknown";
}

static void begin_clause(FILE *to, const struct comparison_table *comparison,
                         const struct compared_scenario *scenario)
{
    html_print(to,
               "<tbody data-clause=\"%s\" data-section=\"%s\"><tr class=\"clause\" "
               "id=\"clause:%s\"><th colspan=\"%zu\">%s <span class=\"faint\">%s, basis: %s</span>"
               "<p>%s</p></th></tr>\n",
               scenario->clause, section_of(scenario->clause), scenario->clause,
               comparison->count + 1, scenario->clause, scenario->level, scenario->basis,
               sentence_of(scenario->clause));
}

/* The letter is shown where there is no room for columns. */
static void add_cell(FILE *to, const struct compared_scenario *cell, const char *letter)
{
    if (!cell) {
        html_print(to, "<td data-letter=\"%s\"><span class=\"nothing\">not run</span></td>",
                   letter);
        return;
    }
    html_print(to, "<td data-letter=\"%s\" data-verdict=\"%s\">", letter,
               verdict_name(cell->verdict));
    html_verdict(to, cell->verdict, 0);
    if (*cell->reason)
        html_print(to, "<p>%s</p>", cell->reason);
    html_print(to, "</td>");
}

static void add_row(FILE *to, const struct comparison_table *comparison,
                    const struct compared_row *row)
{
    html_print(to, "<tr id=\"%s\"><th scope=\"row\"><span class=\"id\">%s</span><p>%s</p></th>",
               row->scenario->id, row->scenario->id, row->scenario->title);
    for (size_t i = 0; i < comparison->count; i++)
        add_cell(to, row->cells[i], comparison_letter(i));
    html_print(to, "</tr>\n");
}

static void add_table(FILE *to, const struct comparison_page *page)
{
    const struct comparison_table *comparison = page->comparison;
    const char *clause = NULL;
    html_print(to, "<div class=\"wide\"><table class=\"comparison\"><thead><tr><th>scenario</th>");
    for (size_t i = 0; i < comparison->count; i++)
        html_print(to, "<th title=\"%s\"><b class=\"letter\">%s</b> %s</th>",
                   comparison->results[i].name, comparison_letter(i), comparison->results[i].name);
    html_print(to, "</tr></thead>\n");
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct compared_row *row = &comparison->rows[i];
        if (!page->all && !row->differs)
            continue;
        if (!clause || strcmp(clause, row->scenario->clause) != 0) {
            html_print(to, clause ? "</tbody>\n" : "");
            begin_clause(to, comparison, row->scenario);
            clause = row->scenario->clause;
        }
        add_row(to, comparison, row);
    }
    html_print(to, clause ? "</tbody></table></div>\n" : "</table></div>\n");
}

static int write_body(FILE *to, const void *of)
{
    const struct comparison_page *page = of;
    const struct comparison_table *comparison = page->comparison;
    html_print(to, "<main>\n<header><h1>%zu of %zu scenarios differ</h1></header>\n",
               comparison->differing, comparison->row_count);
    for (size_t i = 0; i < comparison->count; i++)
        add_result(to, page, i);
    html_filters(to);
    if (page->all ? comparison->row_count : comparison->differing)
        add_table(to, page);
    if (!page->all && comparison->differing < comparison->row_count)
        html_print(to, "<p class=\"faint\">The other %zu have the same verdict in all.</p>\n",
                   comparison->row_count - comparison->differing);
    html_print(to, "</main>");
    return ferror(to) ? -1 : 0;
}

int comparison_html(FILE *to, const struct comparison_table *comparison, bool all)
{
    struct arena arena = {0};
    const struct comparison_page page = {&arena, comparison, all};
    int status = html_page(to, write_title, write_body, &page), why = errno;
    arena_free(&arena);
    errno = why;
    return status;
}
