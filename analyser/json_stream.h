/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON written piece by piece, so that a long document never is in memory as a whole: every piece
 * on a line of its own. What is not ASCII is escaped. */
#ifndef AOE_JSON_STREAM_H
#define AOE_JSON_STREAM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_stream {
    FILE *to;
    char ends[8]; /* what closes the objects and arrays that are open, outermost first */
    unsigned depth;
    bool any; /* the innermost has something in it */
    bool failed;
};

/* Begins an object ('{') or an array ('['): the document, or (with `name` in an object, NULL in an
 * array) a part of the innermost one. At most 8 deep. */
void json_stream_open(struct json_stream *stream, const char *name, char kind);
void json_stream_close(struct json_stream *stream);

/* Adds a value and frees it; NULL counts as a failure. */
void json_stream_put(struct json_stream *stream, const char *name, json_t *value);

/* Adds an array of numbers to the array that is open. */
void json_stream_numbers(struct json_stream *stream, const uint64_t *values, size_t count);

/* 0, or -1 where anything failed; call it when all is closed. */
int json_stream_status(const struct json_stream *stream);

#endif
