/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "html_parts.h"

#include "common/html.h"
#include "describe.h"

EMBED(html_page_css, "harness/page/page.css");
EMBED(html_filter_js, "harness/page/filter.js");
EMBED(html_page_js, "harness/page/page.js");

int html_page(FILE *to, int (*title)(FILE *to, const void *of),
              int (*body)(FILE *to, const void *of), const void *of)
{
    static const struct embedded styles[] = {EMBEDDED(html_page_css)};
    static const struct embedded scripts[] = {EMBEDDED(html_filter_js), EMBEDDED(html_page_js)};
    const struct page_frame frame = {
        .generator = "aoe-conform",
        .styles = styles,
        .style_count = sizeof styles / sizeof *styles,
        .scripts = scripts,
        .script_count = sizeof scripts / sizeof *scripts,
        .title = title,
        .body = body,
        .of = of,
    };
    return page_frame_write(to, &frame);
}

void html_verdict(FILE *to, enum verdict verdict, size_t count)
{
    const char *name = verdict_name(verdict);
    if (count)
        html_print(to, "<b class=\"verdict %s\">%s %zu</b>", name, name, count);
    else
        html_print(to, "<b class=\"verdict %s\">%s</b>", name, name);
}

static const char *headline_class(const struct report *report)
{
    if (report->exit_status == EXIT_CONFORMANT)
        return "pass";
    return report->exit_status == EXIT_FAILED ? "fail" : "inconclusive";
}

void html_headline(FILE *to, const struct report *report)
{
    html_print(to, "<span class=\"verdict %s\">%s</span>", headline_class(report),
               describe_headline(report));
}

void html_detail(FILE *to, const char *label, const char *text)
{
    html_print(to, "<div><dt>%s</dt><dd>%s</dd></div>\n", label, text);
}

void html_clause_link(FILE *to, const char *clause)
{
    html_print(to, "<a href=\"#clause:");
    html_fragment(to, clause);
    html_print(to, "\">%s</a>", clause);
}

void html_filters(FILE *to)
{
    html_print(to, "<form class=\"controls filters\" hidden>"
                   "<label>Verdict <select name=\"verdict\"></select></label>"
                   "<label>Clause <select name=\"clause\"></select></label>"
                   "<label>Text <input type=\"search\" name=\"text\" autocomplete=\"off\"></label>"
                   "<button type=\"reset\">Show all</button>"
                   "<output></output></form>\n");
}
