/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page_resource.h"

#include <stdint.h>
#include <string.h>

/* C17 cannot include a file's bytes: the assembler can. It finds the file from the folder that the
 * compiler runs in, the root. */
#define EMBED(symbol, name)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global " #symbol ", " #symbol "_end\n"                                               \
            ".hidden " #symbol ", " #symbol "_end\n" #symbol ":\n"                                 \
            ".incbin \"analyser/page/" name "\"\n" #symbol "_end:\n"                               \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const char symbol[], symbol##_end[]

EMBED(page_resource_html, "page.html");
EMBED(page_resource_css, "page.css");
EMBED(page_resource_uplot_css, "uPlot.css");
EMBED(page_resource_uplot, "uPlot.js");
EMBED(page_resource_units, "units.js");
EMBED(page_resource_elements, "elements.js");
EMBED(page_resource_captures, "captures.js");
EMBED(page_resource_charts, "charts.js");
EMBED(page_resource_clouds, "clouds.js");
EMBED(page_resource_timeline, "timeline.js");
EMBED(page_resource_distribution, "distribution.js");
EMBED(page_resource_summary, "summary.js");
EMBED(page_resource_tables, "tables.js");
EMBED(page_resource_details, "details.js");
EMBED(page_resource_comparison, "comparison.js");
EMBED(page_resource_page, "page.js");

static const struct {
    const char *name, *bytes, *end;
} resources[] = {
    {"page.html", page_resource_html, page_resource_html_end},
    {"page.css", page_resource_css, page_resource_css_end},
    {"uPlot.css", page_resource_uplot_css, page_resource_uplot_css_end},
    {"uPlot.js", page_resource_uplot, page_resource_uplot_end},
    {"units.js", page_resource_units, page_resource_units_end},
    {"elements.js", page_resource_elements, page_resource_elements_end},
    {"captures.js", page_resource_captures, page_resource_captures_end},
    {"charts.js", page_resource_charts, page_resource_charts_end},
    {"clouds.js", page_resource_clouds, page_resource_clouds_end},
    {"timeline.js", page_resource_timeline, page_resource_timeline_end},
    {"distribution.js", page_resource_distribution, page_resource_distribution_end},
    {"summary.js", page_resource_summary, page_resource_summary_end},
    {"tables.js", page_resource_tables, page_resource_tables_end},
    {"details.js", page_resource_details, page_resource_details_end},
    {"comparison.js", page_resource_comparison, page_resource_comparison_end},
    {"page.js", page_resource_page, page_resource_page_end},
};

struct page_resource page_resource(const char *name, size_t name_length)
{
    for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
        if (strlen(resources[i].name) != name_length ||
            memcmp(resources[i].name, name, name_length) != 0)
            continue;
        size_t length = (uintptr_t)resources[i].end - (uintptr_t)resources[i].bytes;
        return (struct page_resource){resources[i].bytes, length};
    }
    return (struct page_resource){NULL, 0};
}
