/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "csv_row.h"

#include <string.h>

void csv_begin(struct csv_row *row, bool heading)
{
    row->heading = heading;
    row->used = 0;
}

static void put(struct csv_row *row, const char *bytes, size_t length)
{
    if (length > sizeof row->bytes - row->used)
        length = sizeof row->bytes - row->used;
    memcpy(row->bytes + row->used, bytes, length);
    row->used += length;
}

static void put_byte(struct csv_row *row, char byte)
{
    if (row->used < sizeof row->bytes)
        row->bytes[row->used++] = byte;
}

static void put_quoted(struct csv_row *row, const char *text)
{
    put_byte(row, '"');
    for (; *text; text++) {
        if (*text == '"')
            put_byte(row, '"');
        put_byte(row, *text);
    }
    put_byte(row, '"');
}

static void put_text(struct csv_row *row, const char *text)
{
    size_t length = strcspn(text, ",\"\r\n");
    if (text[length])
        put_quoted(row, text);
    else
        put(row, text, length);
}

static void put_number(struct csv_row *row, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    put(row, digits + at, sizeof digits - at);
}

/* True where a value is to follow. */
static bool begin_column(struct csv_row *row, const char *name)
{
    if (row->used)
        put_byte(row, ',');
    if (row->heading)
        put_text(row, name);
    return !row->heading;
}

void csv_text(struct csv_row *row, const char *name, const char *value)
{
    if (begin_column(row, name) && value)
        put_text(row, value);
}

void csv_number(struct csv_row *row, const char *name, uint64_t value)
{
    if (begin_column(row, name))
        put_number(row, value);
}

void csv_known(struct csv_row *row, const char *name, bool known, uint64_t value)
{
    if (begin_column(row, name) && known)
        put_number(row, value);
}

void csv_time(struct csv_row *row, const char *name, int64_t value)
{
    if (!begin_column(row, name))
        return;
    if (value < 0)
        put_byte(row, '-');
    put_number(row, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void csv_end(struct csv_row *row, FILE *to)
{
    fwrite(row->bytes, 1, row->used, to);
    putc('\n', to);
}
