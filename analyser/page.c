/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/page_frame.h"
#include "page_resource.h"

/* All that the page shows. */
struct pages {
    const struct page_capture *captures;
    size_t count;
};

struct sink {
    FILE *to;
    int error; /* the errno of the first write that failed, or 0 */
};

static int write_to(struct sink *sink, const char *text, size_t length)
{
    if (!sink->error && fwrite(text, 1, length, sink->to) != length)
        sink->error = errno;
    return sink->error ? -1 : 0;
}

/* Every '<' of JSON is in a string, where it may be written as an escape: then neither "</script"
 * nor "<!--" can end or change the element that the JSON is in. */
static int write_escaped(const char *text, size_t length, void *context)
{
    static const char escape[] = "\\u003c";
    while (length) {
        const char *mark = memchr(text, '<', length);
        size_t plain = mark ? (size_t)(mark - text) : length;
        if (write_to(context, text, plain))
            return -1;
        if (mark && write_to(context, escape, strlen(escape)))
            return -1;
        plain += mark ? 1 : 0;
        text += plain;
        length -= plain;
    }
    return 0;
}

/* All that is not ASCII is escaped too: U+2028 and U+2029 once ended a line of a script. jansson
 * goes on after the name of a member that could not be written; the sink refuses all that follows.
 */
static int write_json(FILE *to, const json_t *json)
{
    struct sink sink = {.to = to};
    size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY;
    if (!json_dump_callback(json, write_escaped, &sink, flags))
        return 0;
    errno = sink.error ? sink.error : ENOMEM;
    return -1;
}

/* A text of bytes that are not UTF-8: "\xNN" stands for each that is not ASCII. */
static json_t *escaped_string(const char *bytes)
{
    char *text = malloc(strlen(bytes) * 4 + 1), *at = text;
    if (!text)
        return NULL;
    for (; *bytes; bytes++) {
        unsigned char byte = (unsigned char)*bytes;
        if (byte < 0x80)
            *at++ = (char)byte;
        else
            at += sprintf(at, "\\x%02x", byte);
    }
    *at = 0;
    json_t *string = json_string(text);
    free(text);
    return string;
}

static int write_string(FILE *to, const char *bytes)
{
    json_t *string = json_string(bytes);
    if (!string)
        string = escaped_string(bytes);
    if (!string) {
        errno = ENOMEM;
        return -1;
    }
    int status = write_json(to, string);
    json_decref(string);
    return status;
}

int page_json(FILE *to, const void *of)
{
    errno = 0;
    if (!json_dumpf(of, to, JSON_COMPACT | JSON_ENSURE_ASCII))
        return 0;
    errno = errno ? errno : ENOMEM;
    return -1;
}

/* A file that escapes what is written to it. */
static ssize_t write_cookie(void *cookie, const char *text, size_t length)
{
    return write_escaped(text, length, cookie) ? 0 : (ssize_t)length;
}

static int write_result(FILE *to, const struct page_capture *capture)
{
    struct sink sink = {.to = to};
    FILE *escaping = fopencookie(&sink, "w", (cookie_io_functions_t){.write = write_cookie});
    if (!escaping)
        return -1;
    int status = capture->write(escaping, capture->of), error = errno;
    if (fclose(escaping) || sink.error)
        status = -1;
    errno = sink.error ? sink.error : error;
    return status;
}

static int write_files(FILE *to, const struct page_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fputs(i ? ",{\"name\":" : "{\"name\":", to) < 0 || write_string(to, files[i].name))
            return -1;
        if (fprintf(to, ",\"first_frame\":%" PRIu64 ",\"frames\":%" PRIu64 "}",
                    files[i].first_frame, files[i].frames) < 0)
            return -1;
    }
    return 0;
}

static int write_capture(FILE *to, const struct page_capture *capture)
{
    if (fputs("{\"name\":", to) < 0 || write_string(to, capture->name) ||
        fputs(",\"files\":[", to) < 0 || write_files(to, capture->files, capture->file_count) ||
        fputs("],\"result\":", to) < 0 || write_result(to, capture))
        return -1;
    return fputs("}", to) < 0 ? -1 : 0;
}

static int write_captures(FILE *to, const struct page_capture *captures, size_t count)
{
    if (fputs("{\"captures\":[", to) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if ((i && fputc(',', to) == EOF) || write_capture(to, &captures[i]))
            return -1;
    return fputs("]}", to) < 0 ? -1 : 0;
}

/* What is drawn, and how, is up to the scripts. */
static int write_body(FILE *to, const void *of)
{
    static const char begin[] =
        "<main id=\"page\"><noscript>This page draws its charts and tables with a script, which is "
        "in this file. Allow scripts to see them.</noscript></main>\n"
        "<div id=\"tooltip\" role=\"tooltip\" hidden></div>\n"
        "<script type=\"application/json\" id=\"captures\">";
    const struct pages *pages = of;
    if (fputs(begin, to) < 0 || write_captures(to, pages->captures, pages->count))
        return -1;
    return fputs("</script>", to) < 0 ? -1 : 0;
}

static int write_title(FILE *to, const void *of)
{
    (void)of;
    return fputs("aoe-analyze", to) < 0 ? -1 : 0;
}

int page_write(FILE *to, const struct page_capture *captures, size_t count)
{
    const struct pages pages = {captures, count};
    const struct page_frame frame = {
        .generator = "aoe-analyze",
        .styles = page_styles,
        .style_count = PAGE_STYLES,
        .scripts = page_scripts,
        .script_count = PAGE_SCRIPTS,
        .title = write_title,
        .body = write_body,
        .of = &pages,
    };
    if (count != 1 && count != 2) {
        errno = EINVAL;
        return -1;
    }
    return page_frame_write(to, &frame);
}
