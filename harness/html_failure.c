/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "html_parts.h"

#include <inttypes.h>

#include "common/html.h"
#include "drawing.h"
#include "dump.h"
#include "protocol/print.h"
#include "report_failure.h"

/* A run in which everything fails must not make a page that no browser opens. */
enum { DRAWN_MOST = 600 };

static const char *wrong_mark(bool wrong)
{
    return wrong ? "\xe2\x9c\x97" : ""; /* a cross */
}

static void add_rows(const struct html_report *html, const struct failure *failure)
{
    if (!failure->row_count)
        return;
    html_print(html->to, "<div class=\"wide\"><table class=\"rows\"><thead><tr><th></th>"
                         "<th>field</th><th>expected</th><th>actual</th><th>byte(s)</th></tr>"
                         "</thead><tbody>\n");
    for (size_t i = 0; i < failure->row_count; i++) {
        const struct row *row = &failure->rows[i];
        html_print(html->to,
                   "<tr><td>%s</td><th scope=\"row\">%s</th><td>%s</td><td>%s</td><td>%s</td>"
                   "</tr>\n",
                   wrong_mark(row->wrong), row->field, row->expected, row->actual,
                   report_failure_place(html->arena, row));
    }
    html_print(html->to, "</tbody></table></div>\n");
}

static void add_fields(const struct html_report *html, const struct event *event,
                       const struct row *rows, size_t row_count)
{
    size_t count;
    const struct drawn_field *fields = drawing_fields(html->arena, event, rows, row_count, &count);
    html_print(html->to, "<table class=\"fields\"><thead><tr><th></th><th>field</th><th>byte(s)"
                         "</th><th>value</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < count; i++) {
        const struct row place = {.byte = fields[i].byte, .bytes = fields[i].bytes};
        html_print(html->to,
                   "<tr><td>%s</td><th scope=\"row\">%s</th><td>%s%s%s</td><td>%s</td>"
                   "</tr>\n",
                   wrong_mark(fields[i].wrong), fields[i].name,
                   report_failure_place(html->arena, &place), *fields[i].bits ? ", " : "",
                   fields[i].bits, fields[i].value);
    }
    html_print(html->to, "</tbody></table>\n");
}

/* A row of the dump; its text is an element of its own, for narrow screens leave it out. */
static void add_dump_row(const struct html_report *html, const struct dump *dump, size_t offset)
{
    enum { FIRST = 6, WIDTH = 3, GAP = 1, ASCII = FIRST + DUMP_ROW * WIDTH };
    char text[AOE_DUMP_TEXT];
    size_t left = dump->frame.length - offset, done = 0;
    aoe_print_dump_row(text, dump->frame, offset);
    for (size_t i = 0; i < DUMP_ROW && i < left; i++) {
        size_t here = FIRST + i * WIDTH + (i >= DUMP_ROW / 2 ? GAP : 0);
        if (!dump_marks(dump, offset + i))
            continue;
        html_print(html->to, "%s<mark>%s</mark>",
                   arena_print(html->arena, "%.*s", (int)(here - done), text + done),
                   arena_print(html->arena, "%.2s", text + here));
        done = here + 2;
    }
    html_print(html->to, "%s<i>%s</i>\n",
               arena_print(html->arena, "%.*s", (int)(ASCII - done), text + done), text + ASCII);
}

static void add_dump(const struct html_report *html, const struct event *event,
                     const struct row *rows, size_t row_count)
{
    struct dump dump = {.frame = event->frame, .rows = rows, .count = row_count};
    bool left_out = false;
    html_print(html->to, "<pre class=\"dump\">");
    for (size_t offset = 0; offset < dump.frame.length; offset += DUMP_ROW) {
        bool shown = dump_shows(&dump, offset);
        if (!shown && !left_out)
            html_print(html->to, "...\n");
        if (shown)
            add_dump_row(html, &dump, offset);
        left_out = !shown;
    }
    html_print(html->to, "%zu bytes in all</pre>\n", dump.frame.length);
}

/* Time since the first frame, host, direction and what it is, in one line. */
static void add_line(const struct html_report *html, const struct event *event, int64_t start,
                     bool marked)
{
    char line[1024];
    struct aoe_frame frame, request;
    int64_t us = (event->time - start) / 1000;
    aoe_frame_decode(&frame, event->frame.bytes, event->frame.length, event->frame.length);
    if (event->request)
        aoe_frame_decode(&request, event->request->frame.bytes, event->request->frame.length,
                         event->request->frame.length);
    aoe_print_line(line, sizeof line, &frame, event->request ? &request : NULL);
    html_print(html->to, "<span class=\"time\">%s ms</span> <span class=\"way\">%s %s</span> %s",
               arena_print(html->arena, "%c%" PRIdMAX ".%03" PRIdMAX, us < 0 ? '-' : '+',
                           imaxabs(us) / 1000, imaxabs(us) % 1000),
               event->host, event->sent ? "\xe2\x86\x92" : "\xe2\x86\x90", line);
    if (marked)
        html_print(html->to, " <b class=\"this\">%s this frame</b>", wrong_mark(true));
}

/* `unfold`: the frame that shows the failure, and what it answers, are seen at once. */
static void add_frame(struct html_report *html, const struct failure *failure,
                      const struct event *event, int64_t start, bool unfold)
{
    const struct event *shows = failure->event;
    bool marked = event == shows, asks = shows && shows->request == event;
    if (html->drawn >= DRAWN_MOST) {
        html_print(html->to, "<p class=\"frame\">");
        add_line(html, event, start, marked);
        html_print(html->to, "</p>\n");
        return;
    }
    html->drawn++;
    html_print(html->to, unfold && (marked || asks) ? "<details class=\"frame\" open><summary>"
                                                    : "<details class=\"frame\"><summary>");
    add_line(html, event, start, marked);
    html_print(html->to, "</summary><div class=\"drawn\">");
    add_fields(html, event, failure->rows, marked ? failure->row_count : 0);
    add_dump(html, event, failure->rows, marked ? failure->row_count : 0);
    html_print(html->to, "</div></details>\n");
}

static void add_frames(struct html_report *html, const struct failure *failure, bool unfold)
{
    size_t count;
    const struct event **events = report_failure_frames(html->arena, failure, &count);
    if (!count)
        return;
    html_print(html->to, "<h4>Frames</h4>\n");
    if (html->drawn >= DRAWN_MOST)
        html_print(html->to,
                   "<p class=\"faint\">Only the first %d frames of a page are drawn field "
                   "by field. The rest is in the JSON result and in the captures.</p>\n",
                   DRAWN_MOST);
    for (size_t i = 0; i < count; i++)
        add_frame(html, failure, events[i], events[0]->time, unfold);
}

static void add_clause(const struct html_report *html, const struct result *result,
                       const struct failure *failure)
{
    const struct aoe_clause *clause = failure->clause;
    html_print(html->to, "<dt>clause</dt><dd>");
    if (clause == result->scenario->clause)
        html_clause_link(html->to, clause->id);
    else
        html_print(html->to, "%s", clause->id);
    html_print(html->to, " (%s, basis: %s): %s</dd>\n",
               aoe_level_name(report_failure_level(result, failure)), aoe_basis_name(clause->basis),
               clause->sentence);
}

static void add_failure(struct html_report *html, const struct result *result,
                        const struct failure *failure, bool unfold)
{
    html_print(html->to, "<section class=\"failure\"><dl>\n");
    add_clause(html, result, failure);
    html_print(html->to,
               "<dt>%s</dt><dd><code>%s</code></dd>\n<dt>expected</dt><dd>%s</dd>\n"
               "<dt>actual</dt><dd>%s</dd>\n<dt>again</dt><dd><code>%s</code></dd></dl>\n",
               *failure->path ? "line" : "sent for", report_failure_line(html->arena, failure),
               failure->expected, failure->actual,
               report_failure_again(html->arena, html->report, result, failure));
    add_rows(html, failure);
    add_frames(html, failure, unfold);
    html_print(html->to, "</section>\n");
}

void html_failures(struct html_report *html, const struct result *result)
{
    size_t more = result->failures_in_all - result->failure_count;
    for (size_t i = 0; i < result->failure_count; i++)
        add_failure(html, result, &result->failures[i], i == 0);
    if (result->failures_in_all > result->failure_count)
        html_print(html->to, "<p>%zu more such failure%s, %zu in all.</p>\n", more,
                   more == 1 ? "" : "s", result->failures_in_all);
}
