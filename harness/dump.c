/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dump.h"

#include "protocol/print.h"

enum {
    WHOLE = 128,    /* a frame of so many bytes is shown whole */
    FIRST_ROWS = 4, /* shown of longer ones */
    MORE_ROWS = 4,  /* with wrong bytes, shown beside those */
};

bool dump_marks(const struct dump *dump, size_t byte)
{
    for (size_t i = 0; i < dump->count; i++) {
        const struct row *row = &dump->rows[i];
        if (row->wrong && byte >= row->byte && byte - row->byte < row->bytes)
            return true;
    }
    return false;
}

/* Bytes of the row at `offset`; the last one may be short. */
static size_t row_bytes(const struct dump *dump, size_t offset)
{
    size_t left = dump->frame.length - offset;
    return left < DUMP_ROW ? left : DUMP_ROW;
}

static bool row_is_wrong(const struct dump *dump, size_t offset)
{
    for (size_t i = 0; i < row_bytes(dump, offset); i++) {
        if (dump_marks(dump, offset + i))
            return true;
    }
    return false;
}

bool dump_shows(struct dump *dump, size_t offset)
{
    if (dump->frame.length <= WHOLE || offset < FIRST_ROWS * DUMP_ROW)
        return true;
    if (dump->more == MORE_ROWS || !row_is_wrong(dump, offset))
        return false;
    dump->more++;
    return true;
}

/* Where byte `i` of a row stands in its text: behind the offset, with a gap after eight. */
static size_t place(const char *text, size_t i)
{
    size_t start = strcspn(text, " ") + 2;
    return start + 3 * i + (i >= DUMP_ROW / 2);
}

static void add_carets(const struct printer *printer, const struct dump *dump, const char *text,
                       size_t offset)
{
    size_t column = 0;
    fprintf(printer->to, "%*s", PRINTER_INDENT, "");
    fputs(printer_colour(printer, COLOUR_RED), printer->to);
    for (size_t i = 0; i < row_bytes(dump, offset); i++) {
        if (!dump_marks(dump, offset + i))
            continue;
        fprintf(printer->to, "%*s^^", (int)(place(text, i) - column), "");
        column = place(text, i) + 2;
    }
    fprintf(printer->to, "%s\n", printer_colour(printer, COLOUR_NONE));
}

static void add_row(const struct printer *printer, const struct dump *dump, size_t offset)
{
    char text[AOE_DUMP_TEXT];
    aoe_print_dump_row(text, dump->frame, offset);
    size_t done = 0;
    for (size_t i = 0; i < row_bytes(dump, offset); i++) {
        if (!dump_marks(dump, offset + i))
            continue;
        size_t here = place(text, i);
        fprintf(printer->to, "%.*s", (int)(here - done), text + done);
        printer_add(printer, COLOUR_RED, "%.2s", text + here);
        done = here + 2;
    }
    fprintf(printer->to, "%s\n", text + done);
    if (done)
        add_carets(printer, dump, text, offset);
}

void dump_frame(const struct printer *printer, const char *label, struct aoe_span frame,
                const struct row *rows, size_t count)
{
    struct dump dump = {.frame = frame, .rows = rows, .count = count};
    size_t left_out = 0;
    printer_add(printer, COLOUR_DIM, "\n  %-*s", PRINTER_INDENT - 2, label);
    for (size_t offset = 0; offset < frame.length; offset += DUMP_ROW) {
        if (!dump_shows(&dump, offset)) {
            left_out++;
            continue;
        }
        if (left_out)
            fprintf(printer->to, "%*s...\n", PRINTER_INDENT, "");
        left_out = 0;
        fprintf(printer->to, "%*s", offset ? PRINTER_INDENT : 0, "");
        add_row(printer, &dump, offset);
    }
    if (left_out)
        fprintf(printer->to, "%*s... %zu bytes in all\n", PRINTER_INDENT, "", frame.length);
    else if (!frame.length)
        fprintf(printer->to, "no bytes\n");
}
