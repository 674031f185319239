/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_stream.h"

#include <inttypes.h>

/* A new line, and the name where there is one. Names are plain words. */
static void begin_piece(struct json_stream *stream, const char *name)
{
    if (stream->depth)
        fputs(stream->any ? ",\n" : "\n", stream->to);
    if (name)
        fprintf(stream->to, "\"%s\": ", name);
    stream->any = true;
}

void json_stream_open(struct json_stream *stream, const char *name, char kind)
{
    begin_piece(stream, name);
    fputc(kind, stream->to);
    stream->ends[stream->depth++] = kind == '{' ? '}' : ']';
    stream->any = false;
}

void json_stream_close(struct json_stream *stream)
{
    fputs(stream->any ? "\n" : "", stream->to);
    fputc(stream->ends[--stream->depth], stream->to);
    stream->any = true;
    if (!stream->depth)
        fputc('\n', stream->to);
}

/* The library writes each token by itself: without the lock that every fwrite takes. Only this
 * thread writes. */
static int put_text(const char *text, size_t length, void *to)
{
    return fwrite_unlocked(text, 1, length, to) == length ? 0 : -1;
}

void json_stream_put(struct json_stream *stream, const char *name, json_t *value)
{
    const size_t flags =
        JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6);
    begin_piece(stream, name);
    if (!value || json_dump_callback(value, put_text, stream->to, flags) < 0)
        stream->failed = true;
    json_decref(value);
}

void json_stream_numbers(struct json_stream *stream, const uint64_t *values, size_t count)
{
    begin_piece(stream, NULL);
    for (size_t i = 0; i < count; i++)
        fprintf(stream->to, "%c%" PRIu64, i ? ',' : '[', values[i]);
    fputs(count ? "]" : "[]", stream->to);
}

int json_stream_status(const struct json_stream *stream)
{
    return stream->failed || ferror(stream->to) ? -1 : 0;
}
