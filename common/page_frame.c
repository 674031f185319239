/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page_frame.h"

EMBED(page_base_css, "common/page/base.css");

static const struct embedded base = EMBEDDED(page_base_css);

static int write_file(FILE *to, const struct embedded *file)
{
    size_t length = embedded_length(file);
    return fwrite(file->bytes, 1, length, to) == length ? 0 : -1;
}

static int write_files(FILE *to, const struct embedded *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (write_file(to, &files[i]) || putc('\n', to) == EOF)
            return -1;
    return 0;
}

static int write_text(FILE *to, const char *text)
{
    return fputs(text, to) < 0 ? -1 : 0;
}

static int write_head(FILE *to, const struct page_frame *frame)
{
    static const char begin[] =
        "<!DOCTYPE html>\n"
        "<html lang=\"en\">\n"
        "<head>\n"
        "<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
        "script-src 'unsafe-inline'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    if (write_text(to, begin) ||
        fprintf(to, "<meta name=\"generator\" content=\"%s\">\n<title>", frame->generator) < 0 ||
        frame->title(to, frame->of) || write_text(to, "</title>\n<style>\n"))
        return -1;
    if (write_file(to, &base) || write_files(to, frame->styles, frame->style_count))
        return -1;
    return write_text(to, "</style>\n</head>\n<body>\n");
}

int page_frame_write(FILE *to, const struct page_frame *frame)
{
    if (write_head(to, frame) || frame->body(to, frame->of) ||
        write_text(to, "\n<script>\n(function () {\n\"use strict\";\n") ||
        write_files(to, frame->scripts, frame->script_count) ||
        write_text(to, "}());\n</script>\n</body>\n</html>\n"))
        return -1;
    return fflush(to) ? -1 : 0;
}
