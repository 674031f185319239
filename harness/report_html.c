/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "common/html.h"
#include "describe.h"
#include "html_parts.h"
#include "protocol/names.h"

static const char *judged_name(const struct html_report *html)
{
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    const struct report *report = html->report;
    const struct target *target = &report->target;
    if (!report->judges_initiator)
        return arena_print(html->arena, "%s on %s",
                           aoe_address_text(address, target->shelf, target->slot),
                           target->interface);
    if (!report->target_found)
        return arena_print(html->arena, "the initiator on %s", target->interface);
    return arena_print(html->arena, "initiator %s on %s", aoe_mac_text(mac, report->initiator),
                       target->interface);
}

static int write_title(FILE *to, const void *of)
{
    const struct html_report *html = of;
    html_print(to, "%s: %s \xe2\x80\x93 aoe-conform", judged_name(html),
               describe_headline(html->report));
    return ferror(to) ? -1 : 0;
}

static void add_tiles(const struct html_report *html)
{
    html_print(html->to, "<ul class=\"tiles\">\n");
    for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
        size_t count = html->report->summary[v];
        const char *name = verdict_name(v);
        if (count)
            html_print(html->to,
                       "<li class=\"tile\"><a href=\"#list:%s\"><b class=\"verdict %s\">%s</b>"
                       "<span class=\"value\">%zu</span></a></li>\n",
                       name, name, name, count);
    }
    html_print(html->to, "</ul>\n");
}

static void add_head(const struct html_report *html)
{
    const struct report *report = html->report;
    html_print(html->to, "<header><h1>%s: ", judged_name(html));
    html_headline(html->to, report);
    html_print(html->to, "</h1>\n");
    if (*describe_why(report))
        html_print(html->to, "<p class=\"alarm\">%s</p>\n", describe_why(report));
    add_tiles(html);
    html_print(html->to, "</header>\n");
}

static void add_judged(const struct html_report *html)
{
    struct detail details[DETAILS_MOST];
    size_t count = describe_judged(html->arena, html->report, details);
    html_print(html->to, "<section id=\"list:judged\"><h2>%s</h2><dl class=\"facts\">\n",
               html->report->judges_initiator ? "Initiator" : "Target");
    for (size_t i = 0; i < count; i++)
        html_detail(html->to, details[i].label, details[i].text);
    html_print(html->to, "</dl></section>\n");
}

/* One result with all that proves it. */
static void add_result(struct html_report *html, const struct result *result)
{
    const struct scenario *scenario = result->scenario;
    html_print(html->to, "<article id=\"%s\"><h3>", scenario->id);
    html_verdict(html->to, result->verdict, 0);
    html_print(html->to, " <span class=\"id\">%s</span> %s</h3>\n<p class=\"hint\">", scenario->id,
               scenario->title);
    html_clause_link(html->to, scenario->clause->id);
    html_print(html->to, " \xe2\x86\x91 \xc2\xb7 %s",
               describe_duration(html->arena, result->duration));
    if (result->capture)
        html_print(html->to, " \xc2\xb7 %s", result->capture);
    html_print(html->to, "</p>\n");
    if (result->reason && strcmp(result->reason, result->failures[0].actual))
        html_print(html->to, "<p>%s</p>\n", result->reason);
    html_failures(html, result);
    html_print(html->to, "</article>\n");
}

static bool same_reason(const struct result *a, const struct result *b)
{
    return a->verdict == b->verdict && !a->failure_count && !b->failure_count &&
           !strcmp(a->reason ? a->reason : "", b->reason ? b->reason : "");
}

static bool told_before(const struct report *report, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_reason(&report->results[i], &report->results[at]))
            return true;
    return false;
}

/* All results with the verdict and the reason of the one at `first`, which show no failures. */
static void add_alike(const struct html_report *html, size_t first)
{
    const struct report *report = html->report;
    const char *reason = report->results[first].reason;
    html_print(html->to, "<div class=\"alike\"><p>%s</p><ul>\n", reason ? reason : "");
    for (size_t i = first; i < report->count; i++) {
        const struct scenario *scenario = report->results[i].scenario;
        if (!same_reason(&report->results[i], &report->results[first]))
            continue;
        html_print(html->to, "<li id=\"%s\">", scenario->id);
        html_clause_link(html->to, scenario->clause->id);
        html_print(html->to, " <span class=\"id\">%s</span> %s</li>\n", scenario->id,
                   scenario->title);
    }
    html_print(html->to, "</ul></div>\n");
}

/* All results of one verdict, folded unless they are why the run is not conformant. */
static void add_list(struct html_report *html, enum verdict v)
{
    const struct report *report = html->report;
    bool open =
        v == VERDICT_FAIL || v == VERDICT_FIXED || v == VERDICT_ERROR || v == VERDICT_INCONCLUSIVE;
    if (!report->summary[v])
        return;
    html_print(html->to, "<section id=\"list:%s\"><details class=\"list\"", verdict_name(v));
    html_print(html->to, open ? " open><summary><h2>" : "><summary><h2>");
    html_verdict(html->to, v, report->summary[v]);
    html_print(html->to, "</h2></summary>\n");
    for (size_t i = 0; i < report->count; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict != v)
            continue;
        if (result->failure_count)
            add_result(html, result);
        else if (!told_before(report, i))
            add_alike(html, i);
    }
    html_print(html->to, "</details></section>\n");
}

static const char *date_text(struct arena *arena, int64_t ns)
{
    char text[64] = "";
    struct tm broken_down;
    time_t seconds = (time_t)(ns / 1000000000);
    if (gmtime_r(&seconds, &broken_down))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &broken_down);
    return arena_text(arena, text);
}

static void add_environment(const struct html_report *html)
{
    const struct report *report = html->report;
    const struct timing *timing = &report->timing;
    struct arena *arena = html->arena;
    FILE *to = html->to;
    html_print(to, "<section id=\"list:environment\"><h2>Environment</h2><dl class=\"facts\">\n");
    html_detail(to, "suite", arena_print(arena, "aoe-conform %s", report->version));
    html_detail(to, "seed", arena_print(arena, "%" PRIu64, report->seed));
    html_detail(to, "interface",
                arena_print(arena, "%s, MTU %u", report->target.interface, report->target.mtu));
    html_detail(to, "kernel", report->kernel ? report->kernel : "");
    html_detail(to, "date", date_text(arena, report->started));
    html_detail(to, "duration", describe_duration(arena, report->duration));
    html_detail(to, "round trip",
                arena_print(arena, "p50 %s, p99 %s", describe_duration(arena, timing->rtt_p50),
                            describe_duration(arena, timing->rtt_p99)));
    html_detail(to, "waiting",
                arena_print(arena, "quiet window %s, response timeout %s",
                            describe_duration(arena, timing->quiet),
                            describe_duration(arena, timing->timeout)));
    html_detail(to, "the harness itself",
                arena_print(arena, "late by up to %s, %" PRIu64 " frames lost",
                            describe_duration(arena, timing->worst_delay), timing->drops));
    html_print(to, "</dl><p>This run again: <code>%s</code></p></section>\n",
               report->command_whole ? report->command_whole : report->command);
}

static int write_body(FILE *to, const void *of)
{
    static const enum verdict order[] = {VERDICT_FAIL,         VERDICT_FIXED,  VERDICT_ERROR,
                                         VERDICT_INCONCLUSIVE, VERDICT_ADVICE, VERDICT_KNOWN,
                                         VERDICT_SKIP,         VERDICT_PASS};
    struct html_report html = *(const struct html_report *)of;
    html_print(to, "<main>\n");
    add_head(&html);
    add_judged(&html);
    html_filters(to);
    html_matrix(&html);
    for (size_t v = 0; v < sizeof order / sizeof *order; v++)
        add_list(&html, order[v]);
    add_environment(&html);
    html_print(to, "</main>");
    return ferror(to) ? -1 : 0;
}

int report_html(FILE *to, const struct report *report)
{
    struct arena arena = {0};
    const struct html_report html = {.to = to, .arena = &arena, .report = report};
    int status = html_page(to, write_title, write_body, &html), why = errno;
    arena_free(&arena);
    errno = why;
    return status;
}
