/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "top.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "top_state.h"

#include <term.h> /* after ncurses.h; it defines short words */

enum { ESCAPE = 27, ESCAPE_DELAY = 25, BACKSPACE = 127 };

static void open_colours(struct top *top)
{
    const char *refused = getenv("NO_COLOR");
    top->colours = has_colors() && !(refused && *refused) && start_color() == OK;
    if (!top->colours)
        return;
    use_default_colors();
    init_pair(TOP_BAD, COLOR_RED, -1);
    init_pair(TOP_WARN, COLOR_YELLOW, -1);
    init_pair(TOP_CHART, COLOR_CYAN, -1);
    init_pair(TOP_FAINT, COLOR_BLUE, -1);
}

/* newterm leaks where it does not know the terminal. */
static bool is_known_terminal(void)
{
    int status;
    if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
        return false;
    del_curterm(cur_term);
    return true;
}

struct top *top_open(char *error, size_t size)
{
    struct top *top = calloc(1, sizeof *top);
    if (!top || !(top->rows = calloc(TRAFFIC_PAIRS, sizeof *top->rows))) {
        free(top);
        snprintf(error, size, "out of memory");
        return NULL;
    }
    setlocale(LC_CTYPE, "");
    top->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    top->kind = GROUP_TARGET;
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (!terminal || !is_known_terminal() || !(top->screen = newterm(NULL, stdout, stdin))) {
        snprintf(error, size, "%s: --json - writes a line an interval instead",
                 terminal ? "the terminal is of an unknown kind (TERM)"
                          : "the live view needs a terminal");
        top_close(top);
        return NULL;
    }
    set_escdelay(ESCAPE_DELAY);
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    open_colours(top);
    return top;
}

void top_close(struct top *top)
{
    if (!top)
        return;
    if (top->screen) {
        endwin();
        delscreen(top->screen);
    }
    free(top->rows);
    free(top);
}

bool top_paused(const struct top *top)
{
    return top->paused;
}

/* The cursor goes where the chosen row is now, or else stays in its line. */
static void find_cursor(struct top *top)
{
    if (top->cursor >= top->row_count)
        top->cursor = top->row_count ? top->row_count - 1 : 0;
    for (size_t i = 0; top->chosen && i < top->row_count; i++)
        if (top->rows[i].index == top->selected)
            top->cursor = i;
    if (top->row_count && !top->chosen)
        top->selected = top->rows[top->cursor].index;
}

static int fill_rows(struct top *top, const struct top_scene *scene)
{
    if (live_rows(scene->live, top_span(top, scene), top->kind, top->rows, &top->row_count) < 0)
        return -1;
    live_sort(top->rows, top->row_count, top->sort);
    find_cursor(top);
    return 0;
}

int top_refresh(struct top *top, const struct top_scene *scene)
{
    const struct live_frames *frames = &scene->live->whole.frames;
    uint64_t drops = frames->dropped_kernel + frames->dropped_interface;
    top->drops_grow = drops > top->drops_seen;
    top->drops_seen = drops;
    return fill_rows(top, scene);
}

static void move_cursor(struct top *top, long by)
{
    if (top->detail || top->help) {
        int most = top->detail_lines - (LINES - TOP_HEAD_LINES - 1);
        long scroll = top->detail_scroll + by;
        scroll = scroll > most ? most : scroll;
        top->detail_scroll = scroll < 0 ? 0 : (int)scroll;
        return;
    }
    if (!top->row_count)
        return;
    long place = (long)top->cursor + by;
    if (place >= (long)top->row_count)
        place = (long)top->row_count - 1;
    top->cursor = place < 0 ? 0 : (size_t)place;
    top->selected = top->rows[top->cursor].index;
    top->chosen = true;
}

static void show_kind(struct top *top, enum group_of kind)
{
    top->kind = kind;
    top->cursor = top->scroll = 0;
    top->chosen = top->detail = top->help = false;
}

static enum group_of next_kind(enum group_of kind)
{
    return kind == GROUP_TARGET      ? GROUP_INITIATOR
           : kind == GROUP_INITIATOR ? GROUP_PAIR
                                     : GROUP_TARGET;
}

static void go_back(struct top *top)
{
    if (top->help)
        top->help = false;
    else
        top->detail = false;
    top->detail_scroll = 0;
}

static void go_in(struct top *top)
{
    if (top->help) {
        go_back(top);
        return;
    }
    if (top->detail || !top->row_count)
        return;
    top->chosen = top->detail = true;
    top->detail_scroll = 0;
}

/* Keys that move. True where it was one. */
static bool key_moves(struct top *top, int key)
{
    long page = LINES > TOP_HEAD_LINES + 3 ? LINES - TOP_HEAD_LINES - 3 : 1;
    switch (key) {
    case KEY_UP:
    case 'k':
        move_cursor(top, -1);
        return true;
    case KEY_DOWN:
    case 'j':
        move_cursor(top, 1);
        return true;
    case KEY_PPAGE:
        move_cursor(top, -page);
        return true;
    case KEY_NPAGE:
        move_cursor(top, page);
        return true;
    case KEY_HOME:
        move_cursor(top, -TRAFFIC_PAIRS);
        return true;
    case KEY_END:
        move_cursor(top, TRAFFIC_PAIRS);
        return true;
    default:
        return false;
    }
}

/* Keys that choose what is shown. True where it was one. */
static bool key_shows(struct top *top, int key)
{
    if (key == 't')
        show_kind(top, GROUP_TARGET);
    else if (key == 'i')
        show_kind(top, GROUP_INITIATOR);
    else if (key == 'p')
        show_kind(top, GROUP_PAIR);
    else if (key == '\t')
        show_kind(top, next_kind(top->kind));
    else if (key == 's')
        top->sort = (top->sort + 1) % LIVE_SORTS;
    else if (key >= '1' && key < '1' + LIVE_SORTS)
        top->sort = (enum live_sort)(key - '1');
    else if (key == 'w')
        top->whole = !top->whole;
    else
        return false;
    return true;
}

static void key_acts(struct top *top, int key)
{
    switch (key) {
    case ' ':
        top->paused = !top->paused;
        break;
    case '?':
    case 'h':
        top->help = !top->help;
        top->detail_scroll = 0;
        break;
    case '\r':
    case '\n':
    case KEY_ENTER:
    case KEY_RIGHT:
        go_in(top);
        break;
    case ESCAPE:
    case BACKSPACE:
    case '\b':
    case KEY_BACKSPACE:
    case KEY_LEFT:
        go_back(top);
        break;
    default:
        break;
    }
}

static enum top_wish wish_of(int key)
{
    switch (key) {
    case 'q':
        return TOP_QUIT;
    case 'z':
        return TOP_RESET;
    case '-':
        return TOP_SHORTER;
    case '+':
    case '=':
        return TOP_LONGER;
    default:
        return TOP_NOTHING;
    }
}

enum top_wish top_keys(struct top *top, const struct top_scene *scene)
{
    int key;
    while ((key = getch()) != ERR) {
        enum top_wish wish = wish_of(key);
        if (wish != TOP_NOTHING)
            return wish;
        if (key_shows(top, key))
            fill_rows(top, scene);
        else if (!key_moves(top, key))
            key_acts(top, key);
    }
    return TOP_NOTHING;
}

/* ncurses would do this in a signal's handler, but signals are waited for. */
static void fit(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col &&
        (size.ws_row != LINES || size.ws_col != COLS))
        resizeterm(size.ws_row, size.ws_col);
}

/* As many of the keys as fit, the most needed first. */
static void draw_keys(const struct top *top)
{
    static const char *const table[] = {
        "q quit",   "? help",      "Enter details",     "t i p",
        "1-6 sort", "Space pause", "w since the start", "+- interval",
        "z reset",  NULL};
    static const char *const page[] = {"q quit",      "Esc back",          "? help",
                                       "Space pause", "w since the start", NULL};
    const char *const *keys = top->help || top->detail ? page : table;
    top_colour(top, TOP_FAINT, true);
    for (int column = 0; *keys; keys++) {
        if (column + (int)strlen(*keys) >= COLS)
            break;
        column += top_text(LINES - 1, column, COLS, *keys) + 2;
    }
    top_colour(top, TOP_FAINT, false);
}

void top_draw(struct top *top, const struct top_scene *scene)
{
    fit();
    erase();
    top_draw_head(top, scene);
    if (top->help)
        top->detail_lines = top_draw_help(top);
    else if (top->detail)
        top->detail_lines = top_draw_detail(top, scene);
    else
        top_draw_table(top, scene);
    draw_keys(top);
    refresh();
}
