/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "html_parts.h"

#include "common/html.h"

/* What is worth looking at comes first. */
static const enum verdict order[VERDICT_COUNT] = {
    VERDICT_FAIL,   VERDICT_FIXED, VERDICT_ERROR, VERDICT_INCONCLUSIVE,
    VERDICT_ADVICE, VERDICT_KNOWN, VERDICT_PASS,  VERDICT_SKIP,
};

static bool belongs(const struct result *result, const struct aoe_clause *clause, enum verdict v)
{
    return result->scenario->clause == clause && result->verdict == v;
}

static void add_link(FILE *to, const struct scenario *scenario)
{
    html_print(to, "<a href=\"#");
    html_fragment(to, scenario->id);
    html_print(to, "\" title=\"%s\">%s</a> ", scenario->title, scenario->id);
}

/* The scenarios of a clause that have one verdict. */
static void add_scenarios(const struct html_report *html, const struct aoe_clause *clause,
                          enum verdict v)
{
    const struct report *report = html->report;
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += belongs(&report->results[i], clause, v);
    if (!count)
        return;
    html_print(html->to, "<div class=\"of\" data-verdict=\"%s\">", verdict_name(v));
    html_verdict(html->to, v, count);
    html_print(html->to, " ");
    for (size_t i = 0; i < report->count; i++)
        if (belongs(&report->results[i], clause, v))
            add_link(html->to, report->results[i].scenario);
    html_print(html->to, "</div>");
}

static bool is_judged(const struct report *report, const struct aoe_clause *clause)
{
    for (size_t i = 0; i < report->count; i++)
        if (report->results[i].scenario->clause == clause)
            return true;
    return false;
}

static void add_clause(const struct html_report *html, const struct aoe_clause *clause)
{
    html_print(html->to,
               "<tr id=\"clause:%s\" data-clause=\"%s\" data-section=\"%s\">"
               "<th scope=\"row\">%s<p>%s</p></th>"
               "<td data-name=\"section\">%s</td><td data-name=\"level\">%s</td>"
               "<td data-name=\"basis\">%s</td><td>",
               clause->id, clause->id, clause->section, clause->id, clause->sentence,
               clause->section, aoe_level_name(clause->level), aoe_basis_name(clause->basis));
    for (size_t v = 0; v < VERDICT_COUNT; v++)
        add_scenarios(html, clause, order[v]);
    html_print(html->to, "</td></tr>\n");
}

void html_matrix(const struct html_report *html)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    html_print(html->to, "<section id=\"list:clauses\"><h2>Clauses</h2>\n"
                         "<table class=\"matrix\"><thead><tr><th>clause</th><th>section</th>"
                         "<th>level</th><th>basis</th><th>scenarios</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++)
        if (is_judged(html->report, &clauses[i]))
            add_clause(html, &clauses[i]);
    html_print(html->to, "</tbody></table></section>\n");
}
