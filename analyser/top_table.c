/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of targets, initiators or pairs, with as many columns as the screen has room for. */
#include "format.h"
#include "spark.h"
#include "top_state.h"

struct cell {
    const struct live_row *row;
    uint64_t duration; /* ns */
    char text[TOP_NAME_TEXT];
};

typedef void cell_text(struct cell *cell);

static void rate_cell(struct cell *cell)
{
    bool known;
    top_rate(cell->text, group_rate(cell->row->commands * 1000, cell->duration, &known));
}

static void bytes_cell(struct cell *cell, uint64_t bytes)
{
    bool known;
    if (bytes)
        format_bytes(cell->text, group_rate(bytes, cell->duration, &known));
}

static void throughput_cell(struct cell *cell)
{
    bytes_cell(cell, cell->row->read_bytes + cell->row->written_bytes);
}

static void read_cell(struct cell *cell)
{
    bytes_cell(cell, cell->row->read_bytes);
}

static void written_cell(struct cell *cell)
{
    bytes_cell(cell, cell->row->written_bytes);
}

static void latency_cell(struct cell *cell, int64_t latency)
{
    if (cell->row->command.count)
        format_duration(cell->text, (uint64_t)latency);
}

static void p50_cell(struct cell *cell)
{
    latency_cell(cell, cell->row->command.p50);
}

static void p90_cell(struct cell *cell)
{
    latency_cell(cell, cell->row->command.p90);
}

static void p99_cell(struct cell *cell)
{
    latency_cell(cell, cell->row->command.p99);
}

static void max_cell(struct cell *cell)
{
    latency_cell(cell, cell->row->command.max);
}

static void outstanding_cell(struct cell *cell)
{
    top_count(cell->text, cell->row->outstanding);
}

static void outstanding_max_cell(struct cell *cell)
{
    top_count(cell->text, cell->row->outstanding_max);
}

static void repeats_cell(struct cell *cell)
{
    top_count(cell->text, cell->row->repeats);
}

static void errors_cell(struct cell *cell)
{
    top_count(cell->text, cell->row->errors + cell->row->unanswered);
}

static void silent_cell(struct cell *cell)
{
    if (cell->row->silent)
        format_duration(cell->text, cell->row->silent);
}

static const struct column {
    const char *title;
    int width, rank; /* the lower, the longer it stays on a narrow screen */
    enum live_sort sort;
    cell_text *text;
    int colour; /* of anything but 0 */
} columns[] = {
    {"CMD/S", 6, 1, LIVE_BY_RATE, rate_cell, TOP_PLAIN},
    {"BYTES/S", 7, 6, LIVE_BY_THROUGHPUT, throughput_cell, TOP_PLAIN},
    {"READ/S", 7, 12, LIVE_SORTS, read_cell, TOP_PLAIN},
    {"WRITE/S", 7, 13, LIVE_SORTS, written_cell, TOP_PLAIN},
    {"P50", 8, 7, LIVE_SORTS, p50_cell, TOP_PLAIN},
    {"P90", 8, 10, LIVE_SORTS, p90_cell, TOP_PLAIN},
    {"P99", 8, 2, LIVE_BY_LATENCY, p99_cell, TOP_PLAIN},
    {"MAX", 8, 9, LIVE_SORTS, max_cell, TOP_PLAIN},
    {"OUT", 5, 3, LIVE_SORTS, outstanding_cell, TOP_PLAIN},
    {"MOST", 5, 11, LIVE_SORTS, outstanding_max_cell, TOP_PLAIN},
    {"REPEAT", 6, 5, LIVE_BY_REPEATS, repeats_cell, TOP_WARN},
    {"ERROR", 5, 4, LIVE_BY_ERRORS, errors_cell, TOP_BAD},
    {"SILENT", 8, 8, LIVE_SORTS, silent_cell, TOP_BAD},
};

enum { COLUMNS = sizeof columns / sizeof columns[0], SPARK_LEAST = 6, SPARK_MOST = 64 };

struct layout {
    int name;
    bool shown[COLUMNS];
    int spark, spark_at; /* columns; 0 for none */
};

static int name_width(const struct top *top, const struct traffic *traffic)
{
    char name[TOP_NAME_TEXT];
    int width = 9;
    for (size_t i = 0; i < top->row_count; i++) {
        int length = (int)strlen(top_name(name, traffic, top->kind, top->rows[i].index));
        width = length > width ? length : width;
    }
    return width < COLS - 8 ? width : COLS - 8;
}

static struct layout layout_of(const struct top *top, const struct traffic *traffic)
{
    struct layout layout = {.name = name_width(top, traffic)};
    int used = layout.name, kept = COLS >= 60 ? SPARK_LEAST + 5 : 0;
    for (int rank = 1; rank <= COLUMNS; rank++)
        for (size_t i = 0; i < COLUMNS; i++) {
            if (columns[i].rank != rank || used + 1 + columns[i].width + kept > COLS)
                continue;
            layout.shown[i] = true;
            used += 1 + columns[i].width;
        }
    layout.spark_at = used + 1;
    layout.spark = COLS - used - 1;
    if (layout.spark > SPARK_MOST)
        layout.spark = SPARK_MOST;
    if (layout.spark < SPARK_LEAST)
        layout.spark = 0;
    return layout;
}

static const char *kind_title(enum group_of kind)
{
    switch (kind) {
    case GROUP_TARGET:
        return "TARGET";
    case GROUP_INITIATOR:
        return "INITIATOR";
    default:
        return "PAIR";
    }
}

static void draw_titles(const struct top *top, const struct layout *layout)
{
    int column = layout->name;
    attron(A_REVERSE);
    mvhline(TOP_HEAD_LINES, 0, ' ', COLS);
    if (top->sort == LIVE_BY_NAME)
        attron(A_BOLD | A_UNDERLINE);
    top_text(TOP_HEAD_LINES, 0, layout->name, kind_title(top->kind));
    attroff(A_BOLD | A_UNDERLINE);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!layout->shown[i])
            continue;
        if (columns[i].sort == top->sort)
            attron(A_BOLD | A_UNDERLINE);
        top_right(TOP_HEAD_LINES, column + 1, columns[i].width, columns[i].title);
        attroff(A_BOLD | A_UNDERLINE);
        column += 1 + columns[i].width;
    }
    if (layout->spark)
        top_text(TOP_HEAD_LINES, layout->spark_at, layout->spark,
                 layout->spark < 15 ? "CMD/S" : "CMD/S OVER TIME");
    attroff(A_REVERSE);
}

static void draw_cell(const struct top *top, int line, int column, const struct column *what,
                      struct cell *cell)
{
    cell->text[0] = '\0';
    what->text(cell);
    bool noticed = what->colour != TOP_PLAIN && strcmp(cell->text, "0") != 0 && cell->text[0];
    if (noticed)
        top_colour(top, what->colour, true);
    top_right(line, column, what->width, cell->text);
    if (noticed)
        top_colour(top, what->colour, false);
}

static void draw_row(const struct top *top, const struct top_scene *scene,
                     const struct layout *layout, int line, const struct live_row *row)
{
    char name[TOP_NAME_TEXT], spark[SPARK_TEXT];
    uint64_t rates[LIVE_HISTORY];
    const struct live_span *span = top_span(top, scene);
    struct cell cell = {.row = row, .duration = span->duration};
    int column = layout->name;
    top_text(line, 0, layout->name, top_name(name, &span->figures.traffic, row->of, row->index));
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!layout->shown[i])
            continue;
        draw_cell(top, line, column + 1, &columns[i], &cell);
        column += 1 + columns[i].width;
    }
    if (!layout->spark)
        return;
    size_t count = live_rates(scene->live, row->of, row->index, rates, (size_t)layout->spark);
    top_colour(top, TOP_CHART, true);
    mvaddstr(line, layout->spark_at,
             spark_line(spark, rates, count, (size_t)layout->spark, top->unicode));
    top_colour(top, TOP_CHART, false);
}

/* The cursor's row is on the screen. */
static void scroll_to_cursor(struct top *top, size_t lines)
{
    if (top->cursor < top->scroll)
        top->scroll = top->cursor;
    if (top->cursor >= top->scroll + lines)
        top->scroll = top->cursor - lines + 1;
    if (top->scroll + lines > top->row_count)
        top->scroll = top->row_count > lines ? top->row_count - lines : 0;
}

void top_draw_table(struct top *top, const struct top_scene *scene)
{
    int first = TOP_HEAD_LINES + 1, lines = LINES - first - 1;
    if (lines <= 0)
        return;
    struct layout layout = layout_of(top, &top_span(top, scene)->figures.traffic);
    draw_titles(top, &layout);
    scroll_to_cursor(top, (size_t)lines);
    if (!top->row_count)
        top_text(first + 1, 2, COLS, "No AoE frames so far.");
    for (int i = 0; i < lines && top->scroll + (size_t)i < top->row_count; i++) {
        size_t place = top->scroll + (size_t)i;
        if (place == top->cursor)
            attron(A_BOLD);
        draw_row(top, scene, &layout, first + i, &top->rows[place]);
        attroff(A_BOLD);
        if (place == top->cursor)
            mvchgat(first + i, 0, layout.name, A_REVERSE, TOP_PLAIN, NULL);
    }
}
