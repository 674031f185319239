/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One target, initiator or pair in full, and the keys: pages that are longer than a small screen
 * and scroll. */
#include "format.h"
#include "results.h"
#include "spark.h"
#include "top_state.h"

/* A page that scrolls: lines above and below the screen are counted, not drawn. */
struct page {
    const struct top *top;
    int line, scroll;
};

/* Where the next line of the page is drawn; -1 where it is out of sight. */
static int next_line(struct page *page)
{
    int line = page->line++ - page->scroll;
    return line < 0 || TOP_HEAD_LINES + line >= LINES - 1 ? -1 : TOP_HEAD_LINES + line;
}

static void say(struct page *page, const char *text)
{
    int line = next_line(page);
    if (line >= 0)
        top_text(line, 0, COLS, text);
}

static void title(struct page *page, const char *text)
{
    int line = next_line(page);
    if (line < 0)
        return;
    attron(A_REVERSE);
    mvhline(line, 0, ' ', COLS);
    top_text(line, 0, COLS, text);
    attroff(A_REVERSE);
}

static void draw_macs(struct page *page, const struct traffic_target *target)
{
    char text[TRAFFIC_MACS * (AOE_MAC_TEXT + 1) + 16] = "answers from", mac[AOE_MAC_TEXT];
    size_t used = strlen(text);
    for (unsigned i = 0; i < target->mac_count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, " %s",
                                 aoe_mac_text(mac, target->macs[i]));
    say(page, target->mac_count ? text : "no answers so far");
}

static void draw_advertised(struct page *page, const struct traffic_target *target)
{
    char text[120];
    if (target->advertised)
        snprintf(text, sizeof text, "advertised: buffer count %u, sector count %u, firmware 0x%04x",
                 target->buffer_count, target->sector_count, target->firmware);
    else
        snprintf(text, sizeof text, "advertised: not seen (no config response so far)");
    say(page, text);
}

static void draw_outstanding(struct page *page, const struct live_row *row)
{
    char text[160], silent[FORMAT_TEXT];
    format_duration(silent, row->silent);
    snprintf(text, sizeof text, "outstanding: %llu now, %llu at most%s%s",
             (unsigned long long)row->outstanding, (unsigned long long)row->outstanding_max,
             row->silent ? "; NO ANSWER for " : "", row->silent ? silent : "");
    int line = next_line(page);
    if (line < 0)
        return;
    int colour = row->silent ? TOP_BAD : TOP_PLAIN;
    top_colour(page->top, colour, true);
    top_text(line, 0, COLS, text);
    top_colour(page->top, colour, false);
}

static void table_title(struct page *page, const char *name)
{
    char text[120];
    snprintf(text, sizeof text, "%-17s %6s %7s %8s %8s %8s %6s %6s %5s", name, "CMD/S", "BYTES/S",
             "P50", "P99", "MAX", "REPEAT", "UNANSW", "ERROR");
    title(page, text);
}

static void table_row(struct page *page, const char *name, const struct live_row *row,
                      uint64_t duration)
{
    char text[200], rate[TOP_NAME_TEXT], bytes[FORMAT_TEXT] = "", times[3][FORMAT_TEXT] = {""};
    char counts[3][TOP_NAME_TEXT];
    uint64_t data = row->read_bytes + row->written_bytes;
    bool known;
    if (data)
        format_bytes(bytes, group_rate(data, duration, &known));
    if (row->command.count) {
        format_duration(times[0], (uint64_t)row->command.p50);
        format_duration(times[1], (uint64_t)row->command.p99);
        format_duration(times[2], (uint64_t)row->command.max);
    }
    snprintf(text, sizeof text, "%-17.17s %6s %7.7s %8.8s %8.8s %8.8s %6s %6s %5s", name,
             top_rate(rate, group_rate(row->commands * 1000, duration, &known)), bytes, times[0],
             times[1], times[2], top_count(counts[0], row->repeats),
             top_count(counts[1], row->unanswered), top_count(counts[2], row->errors));
    say(page, text);
}

static void draw_operations(struct page *page, const struct top_scene *scene)
{
    const struct top *top = page->top;
    const struct live_span *span = top_span(top, scene);
    struct live_row row;
    table_title(page, "OPERATION");
    for (unsigned operation = 0; operation < OPERATIONS; operation++)
        if (live_row(scene->live, span, top->kind, top->selected, operation, &row) == 0 &&
            row.frames)
            table_row(page, operation_name(operation), &row, span->duration);
}

/* The other ends of the pairs of a target or an initiator. */
static void draw_others(struct page *page, const struct top_scene *scene)
{
    const struct top *top = page->top;
    const struct live_span *span = top_span(top, scene);
    const struct traffic *traffic = &span->figures.traffic;
    bool of_target = top->kind == GROUP_TARGET;
    char name[TOP_NAME_TEXT];
    struct live_row row;
    table_title(page, of_target ? "INITIATOR" : "TARGET");
    for (size_t i = 0; i < traffic->pair_count; i++) {
        const struct pair *pair = traffic->pairs[i];
        if ((of_target ? pair->target : pair->initiator) != top->selected ||
            live_row(scene->live, span, GROUP_PAIR, i, GROUP_OPERATIONS, &row) < 0)
            continue;
        top_name(name, traffic, of_target ? GROUP_INITIATOR : GROUP_TARGET,
                 of_target ? pair->initiator : pair->target);
        table_row(page, name, &row, span->duration);
    }
}

enum { BARS_MOST = 16 };

/* Rows of the histogram: each holds 2^shift buckets. */
struct histogram {
    unsigned first, count, shift;
    uint64_t samples[BARS_MOST], most;
};

static struct histogram histogram_of(const struct group *group)
{
    const struct latency *of = &group->command;
    struct histogram histogram = {.shift = 5};
    unsigned from = latency_bucket(of->min), to = latency_bucket(of->max);
    while ((to >> histogram.shift) - (from >> histogram.shift) >= BARS_MOST)
        histogram.shift++;
    histogram.first = from >> histogram.shift;
    histogram.count = (to >> histogram.shift) - histogram.first + 1;
    for (unsigned bucket = from; bucket <= to; bucket++)
        histogram.samples[(bucket >> histogram.shift) - histogram.first] +=
            latency_in(&group->pool, of, bucket);
    for (unsigned i = 0; i < histogram.count; i++)
        if (histogram.samples[i] > histogram.most)
            histogram.most = histogram.samples[i];
    return histogram;
}

static void draw_bar(struct page *page, const struct histogram *histogram, unsigned i)
{
    char text[160], from[FORMAT_TEXT], below[FORMAT_TEXT], number[TOP_NAME_TEXT], bar[SPARK_TEXT];
    int line = next_line(page);
    if (line < 0)
        return;
    format_duration(from, latency_bucket_from((histogram->first + i) << histogram->shift));
    format_duration(below, latency_bucket_from((histogram->first + i + 1) << histogram->shift));
    snprintf(text, sizeof text, "%8s to %8s %6s ", from, below,
             top_count(number, histogram->samples[i]));
    int column = top_text(line, 0, COLS, text), room = COLS - column;
    if (room < 1)
        return;
    top_colour(page->top, TOP_CHART, true);
    mvaddstr(line, column,
             spark_bar(bar, histogram->samples[i], histogram->most, (size_t)(room < 80 ? room : 80),
                       page->top->unicode));
    top_colour(page->top, TOP_CHART, false);
}

static void draw_percentiles(struct page *page, const struct group *group)
{
    static const struct {
        const char *name;
        unsigned numerator, denominator;
    } percentiles[] = {{"p50", 1, 2},        {"p90", 9, 10},          {"p99", 99, 100},
                       {"p99.9", 999, 1000}, {"p99.99", 9999, 10000}, {"max", 1, 1}};
    char text[200] = "", time[FORMAT_TEXT];
    size_t used = 0;
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++) {
        int64_t value = latency_percentile(&group->pool, &group->command, percentiles[i].numerator,
                                           percentiles[i].denominator);
        if (percentiles[i].numerator == percentiles[i].denominator)
            value = group->command.max;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s", used ? "  " : "",
                                 percentiles[i].name, format_duration(time, (uint64_t)value));
    }
    say(page, text);
}

static void draw_latencies(struct page *page, const struct top_scene *scene)
{
    const struct top *top = page->top;
    struct group group;
    char text[120], number[FORMAT_TEXT];
    if (group_open(&group, &top_span(top, scene)->figures.traffic, top->kind, top->selected,
                   GROUP_OPERATIONS) < 0)
        return;
    format_count(number, group.command.count);
    snprintf(text, sizeof text, "COMMAND LATENCY of %s answers", number);
    title(page, text);
    if (group.command.count) {
        struct histogram histogram = histogram_of(&group);
        draw_percentiles(page, &group);
        for (unsigned i = 0; i < histogram.count; i++)
            draw_bar(page, &histogram, i);
    }
    group_close(&group);
}

int top_draw_detail(struct top *top, const struct top_scene *scene)
{
    const struct live_span *span = top_span(top, scene);
    struct page page = {.top = top, .scroll = top->detail_scroll};
    char name[TOP_NAME_TEXT];
    struct live_row row;
    /* The last interval before a pause does not know who came after it. */
    if (top->selected >= group_count(&span->figures.traffic, top->kind)) {
        title(&page, "Not seen in this interval");
        return page.line;
    }
    if (live_row(scene->live, span, top->kind, top->selected, GROUP_OPERATIONS, &row) < 0)
        return 0;
    title(&page, top_name(name, &span->figures.traffic, top->kind, top->selected));
    if (top->kind == GROUP_TARGET) {
        draw_advertised(&page, span->figures.traffic.targets[top->selected]);
        draw_macs(&page, span->figures.traffic.targets[top->selected]);
    }
    draw_outstanding(&page, &row);
    draw_operations(&page, scene);
    draw_latencies(&page, scene);
    if (top->kind != GROUP_PAIR)
        draw_others(&page, scene);
    return page.line;
}

int top_draw_help(struct top *top)
{
    static const char *const lines[] = {
        "t  i  p       targets, initiators, pairs; Tab goes through them",
        "1 to 6        sort by rate, throughput, latency (p99), repeats,",
        "              errors and unanswered, name; s goes through them",
        "arrows        choose a row; also Page Up, Page Down, Home, End",
        "Enter         the chosen one in full; Escape or Backspace: back",
        "w             figures of the last interval, or of all since the start",
        "Space         pause: the figures stay, counting goes on",
        "+  -          a longer or a shorter interval",
        "z             all figures begin at nothing",
        "q  Ctrl-C     end",
        "",
        "OUT           commands that wait for an answer now; MOST: at most",
        "SILENT        how long commands have waited and none was answered",
        "P50 P90 P99   command latency, from the first send to the answer",
        "ERROR         answers with errors, and commands without an answer",
    };
    struct page page = {.top = top, .scroll = top->detail_scroll};
    title(&page, "Keys");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        say(&page, lines[i]);
    return page.line;
}
