/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines on top: where, how much in all, what was lost. */
#include <time.h>

#include "format.h"
#include "spark.h"
#include "top_state.h"

static void draw_title(const struct top *top, const struct top_scene *scene)
{
    char text[160], interval[FORMAT_TEXT], clock[16] = "";
    const struct live_span *span = top_span(top, scene);
    time_t seconds = (time_t)(span->end / 1000000000);
    struct tm parts;
    if (span->end && localtime_r(&seconds, &parts))
        strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    format_duration(interval, (uint64_t)scene->interval);
    snprintf(text, sizeof text, "%s  every %s%s", scene->interface, interval,
             top->whole ? ", since the start" : "");
    attron(A_BOLD);
    int column = top_text(0, 0, COLS, text);
    attroff(A_BOLD);
    if (!scene->up) {
        top_colour(top, TOP_BAD, true);
        column += 2 + top_text(0, column + 2, COLS, "DOWN: waiting for it");
        top_colour(top, TOP_BAD, false);
    }
    if (top->paused) {
        attron(A_REVERSE);
        column += 2 + top_text(0, column + 2, COLS, "PAUSED");
        attroff(A_REVERSE);
    }
    if (column + 10 < COLS)
        top_right(0, COLS - 10, 10, clock);
}

static void draw_rates(const struct top *top, const struct top_scene *scene,
                       const struct live_row *row)
{
    char text[320], rate[TOP_NAME_TEXT], bytes[FORMAT_TEXT], times[3][FORMAT_TEXT];
    char spark[SPARK_TEXT];
    uint64_t duration = top_span(top, scene)->duration, rates[LIVE_HISTORY];
    bool known;
    top_rate(rate, group_rate(row->commands * 1000, duration, &known));
    format_bytes(bytes, group_rate(row->read_bytes + row->written_bytes, duration, &known));
    format_duration(times[0], (uint64_t)row->command.p50);
    format_duration(times[1], (uint64_t)row->command.p99);
    format_duration(times[2], (uint64_t)row->command.max);
    if (row->command.count)
        snprintf(text, sizeof text, "%s commands/s  %s/s  p50 %s  p99 %s  max %s", rate, bytes,
                 times[0], times[1], times[2]);
    else
        snprintf(text, sizeof text, "%s commands/s  no answers", rate);
    int used = top_text(1, 0, COLS, text) + 2, room = COLS - used;
    if (room < 8)
        return;
    size_t columns = (size_t)(room < 60 ? room : 60);
    size_t count = live_rates(scene->live, GROUP_ALL, 0, rates, columns);
    top_colour(top, TOP_CHART, true);
    mvaddstr(1, COLS - (int)columns, spark_line(spark, rates, count, columns, top->unicode));
    top_colour(top, TOP_CHART, false);
}

static int draw_counter(const struct top *top, int column, const char *name, uint64_t count,
                        int colour)
{
    char text[96], number[TOP_NAME_TEXT];
    snprintf(text, sizeof text, "%s %s", name, top_count(number, count));
    if (column + (int)strlen(text) > COLS)
        return column;
    if (count)
        top_colour(top, colour, true);
    column += top_text(2, column, COLS, text) + 2;
    if (count)
        top_colour(top, colour, false);
    return column;
}

static uint64_t broken_rules(const struct live_span *span)
{
    size_t clauses;
    uint64_t broken = 0;
    aoe_clauses(&clauses);
    for (size_t i = 0; span->clauses && i < clauses; i++)
        broken += span->clauses[i];
    return broken;
}

static void draw_counters(const struct top *top, const struct top_scene *scene,
                          const struct live_row *row)
{
    const struct live_span *span = top_span(top, scene);
    int column = draw_counter(top, 0, "outstanding", row->outstanding, TOP_PLAIN);
    column = draw_counter(top, column, "errors", row->errors, TOP_BAD);
    column = draw_counter(top, column, "unanswered", row->unanswered, TOP_BAD);
    column = draw_counter(top, column, "repeats", row->repeats, TOP_WARN);
    column = draw_counter(top, column, "late", row->late, TOP_WARN);
    column = draw_counter(top, column, "duplicate", row->duplicate, TOP_WARN);
    if (span->clauses)
        column = draw_counter(top, column, "rules broken", broken_rules(span), TOP_BAD);
    draw_counter(top, column, "cut frames", span->frames.cut, TOP_PLAIN);
}

/* Always of everything, and first on its line: what was lost is never out of sight. */
static void draw_drops(const struct top *top, const struct top_scene *scene)
{
    char text[240], kernel[FORMAT_TEXT], interface[FORMAT_TEXT], received[FORMAT_TEXT];
    const struct live_frames *frames = &scene->live->whole.frames;
    format_count(kernel, frames->dropped_kernel);
    format_count(interface, frames->dropped_interface);
    format_count(received, frames->received);
    snprintf(text, sizeof text, "dropped: %s kernel, %s interface%s", kernel, interface,
             top->drops_grow ? ", growing" : "");
    int colour = top->drops_grow                                           ? TOP_BAD
                 : frames->dropped_kernel + frames->dropped_interface != 0 ? TOP_WARN
                                                                           : TOP_PLAIN;
    top_colour(top, colour, true);
    int column = top_text(3, 0, COLS, text);
    top_colour(top, colour, false);
    snprintf(text, sizeof text, "%s frames received", received);
    if (column + 2 + (int)strlen(text) <= COLS)
        top_text(3, column + 2, COLS, text);
}

void top_draw_head(const struct top *top, const struct top_scene *scene)
{
    struct live_row row;
    draw_title(top, scene);
    if (live_row(scene->live, top_span(top, scene), GROUP_ALL, 0, GROUP_OPERATIONS, &row) == 0) {
        draw_rates(top, scene, &row);
        draw_counters(top, scene, &row);
    }
    draw_drops(top, scene);
}
