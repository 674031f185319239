/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page_resource.h"

#define PAGE(symbol, name) EMBED(symbol, "analyser/page/" name)

PAGE(page_uplot_css, "uPlot.css");
PAGE(page_css, "page.css");
PAGE(page_uplot_js, "uPlot.js");
PAGE(page_units_js, "units.js");
PAGE(page_elements_js, "elements.js");
PAGE(page_captures_js, "captures.js");
PAGE(page_charts_js, "charts.js");
PAGE(page_clouds_js, "clouds.js");
PAGE(page_timeline_js, "timeline.js");
PAGE(page_distribution_js, "distribution.js");
PAGE(page_summary_js, "summary.js");
PAGE(page_details_js, "details.js");
PAGE(page_tables_js, "tables.js");
PAGE(page_comparison_js, "comparison.js");
PAGE(page_page_js, "page.js");

const struct embedded page_styles[PAGE_STYLES] = {
    EMBEDDED(page_uplot_css),
    EMBEDDED(page_css),
};

const struct embedded page_scripts[PAGE_SCRIPTS] = {
    EMBEDDED(page_uplot_js),    EMBEDDED(page_units_js),        EMBEDDED(page_elements_js),
    EMBEDDED(page_captures_js), EMBEDDED(page_charts_js),       EMBEDDED(page_clouds_js),
    EMBEDDED(page_timeline_js), EMBEDDED(page_distribution_js), EMBEDDED(page_summary_js),
    EMBEDDED(page_details_js),  EMBEDDED(page_tables_js),       EMBEDDED(page_comparison_js),
    EMBEDDED(page_page_js),
};
