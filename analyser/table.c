/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <libsmartcols/libsmartcols.h>
#include <stdlib.h>

enum { INDENT = 2 };

struct table {
    struct libscols_table *lines;
    size_t columns;
    bool failed;
};

static bool add_columns(struct table *table, const char *const *headings, size_t names)
{
    for (size_t i = 0; i < table->columns; i++) {
        int flags = i < names ? SCOLS_FL_TRUNC : SCOLS_FL_RIGHT;
        if (!scols_table_new_column(table->lines, headings[i], 0, flags))
            return false;
    }
    return true;
}

struct table *table_new(const char *const *headings, size_t count, size_t names)
{
    struct table *table = calloc(1, sizeof *table);
    if (!table)
        return NULL;
    table->lines = scols_new_table();
    table->columns = count;
    if (table->lines && add_columns(table, headings, names)) {
        scols_table_set_termforce(table->lines, SCOLS_TERMFORCE_ALWAYS);
        scols_table_set_termwidth(table->lines, PRINTER_WIDTH - INDENT);
        scols_table_set_column_separator(table->lines, "  ");
        return table;
    }
    table_free(table);
    return NULL;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    scols_unref_table(table->lines);
    free(table);
}

void table_row(struct table *table, const char *const *cells)
{
    struct libscols_line *line = scols_table_new_line(table->lines, NULL);
    table->failed |= !line;
    for (size_t i = 0; line && i < table->columns; i++)
        if (cells[i] && scols_line_set_data(line, i, cells[i]) < 0)
            table->failed = true;
}

/* A line without the blanks at its end. */
static void print_line(const struct printer *printer, const char *line, size_t length, bool head)
{
    while (length && line[length - 1] == ' ')
        length--;
    printer_add(printer, head ? COLOUR_BOLD : COLOUR_NONE, "%*s%.*s", INDENT, "", (int)length,
                line);
    printer_add(printer, COLOUR_NONE, "\n");
}

int table_print(struct table *table, const struct printer *printer)
{
    char *text = NULL;
    if (table->failed || scols_print_table_to_string(table->lines, &text) < 0)
        return -1;
    bool head = true;
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        print_line(printer, line, length, head);
        line += length + (line[length] == '\n');
        head = false;
    }
    free(text);
    return 0;
}
