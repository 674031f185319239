/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the live view share. */
#ifndef AOE_TOP_STATE_H
#define AOE_TOP_STATE_H

#include <ncurses.h>

#include "top.h"

enum { TOP_HEAD_LINES = 4, TOP_NAME_TEXT = 64 };

/* Pairs of colours. */
enum { TOP_PLAIN, TOP_BAD, TOP_WARN, TOP_CHART, TOP_FAINT, TOP_COLOURS };

struct top {
    SCREEN *screen;
    bool colours, unicode;
    enum group_of kind;
    enum live_sort sort;
    bool whole; /* since the start, not the last interval */
    bool paused, help, detail;
    bool chosen;           /* a row was chosen: the cursor stays with it */
    size_t selected;       /* index in the traffic of what the cursor is on */
    size_t cursor, scroll; /* rows */
    struct live_row *rows; /* [TRAFFIC_PAIRS] */
    size_t row_count;
    int detail_scroll, detail_lines; /* lines of the detail page, of all */
    uint64_t drops_seen;             /* by kernel and interface, before the last interval */
    bool drops_grow;
};

static inline const struct live_span *top_span(const struct top *top, const struct top_scene *scene)
{
    return top->whole ? &scene->live->whole : &scene->live->last;
}

/* Sets a colour, or nothing where there are none. */
void top_colour(const struct top *top, int colour, bool on);

/* Text at a place, cut at the right edge of the screen and at `width` columns. Returns the columns
 * that it took. */
int top_text(int line, int column, int width, const char *text);

/* The same, against the right edge of its `width`. */
void top_right(int line, int column, int width, const char *text);

/* "12.3k": at most 5 columns; a rate in thousandths of the same. */
char *top_count(char to[TOP_NAME_TEXT], uint64_t count);
char *top_rate(char to[TOP_NAME_TEXT], uint64_t thousandths);

/* "e0.1", "e0.1 vlan 10", "02:00:00:00:00:01", "e0.1 02:00:00:00:00:01". Returns `to`. */
char *top_name(char to[TOP_NAME_TEXT], const struct traffic *traffic, enum group_of kind,
               size_t index);

/* Parts of the screen: the lines on top, the table, one row of it in full, the keys. The last two
 * return how many lines they have in all. */
void top_draw_head(const struct top *top, const struct top_scene *scene);
void top_draw_table(struct top *top, const struct top_scene *scene);
int top_draw_detail(struct top *top, const struct top_scene *scene);
int top_draw_help(struct top *top);

#endif
