/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocol/text.h"

/* A batch's buffer: what is read lies behind room for what is carried over, so that every read is
 * of the same size to the same place. */
enum { ROOM = CAPTURE_RECORD_MAX, BUFFER_BYTES = ROOM + CAPTURE_BATCH_BYTES, PAGE_BYTES = 4096 };

static const struct capture_format *const formats[] = {&capture_pcap, &capture_pcapng};

int capture_batch_open(struct capture_batch *batch)
{
    *batch = (struct capture_batch){.capacity = BUFFER_BYTES};
    batch->frames = malloc(CAPTURE_BATCH_FRAMES * sizeof *batch->frames);
    batch->buffer = aligned_alloc(PAGE_BYTES, BUFFER_BYTES);
    if (batch->frames && batch->buffer)
        return 0;
    capture_batch_close(batch);
    return -1;
}

void capture_batch_close(struct capture_batch *batch)
{
    free(batch->frames);
    free(batch->buffer);
    *batch = (struct capture_batch){0};
}

uint64_t capture_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

void capture_count_other(struct capture *capture, uint64_t frames, uint32_t link_type)
{
    if (!capture->facts.not_ethernet)
        capture->facts.link_type = link_type;
    capture->facts.not_ethernet += frames;
}

/* "cut at byte 7 (byte 5 of the gzip data): ", to go on from. */
static struct aoe_text begin_message(struct capture *capture, const char *what, uint64_t offset)
{
    struct aoe_text text = aoe_text(capture->message, sizeof capture->message);
    aoe_text_add(&text, "%s at byte %llu", what, (unsigned long long)offset);
    const char *compression = input_compression(capture->input);
    if (compression)
        aoe_text_add(&text, " (%s: before byte %llu of the file)", compression,
                     (unsigned long long)input_position(capture->input));
    aoe_text_add(&text, ": ");
    return text;
}

int capture_damage(struct capture *capture, size_t position, const char *format, ...)
{
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    struct aoe_text text = begin_message(capture, "damaged", capture->offset + position);
    aoe_text_add(&text, "%s", what);
    return -1;
}

static int carry(struct capture *capture, const uint8_t *bytes, size_t length)
{
    if (length > capture->carry_capacity) {
        uint8_t *grown = realloc(capture->carry, length);
        if (!grown) {
            snprintf(capture->message, sizeof capture->message, "out of memory");
            return -1;
        }
        capture->carry = grown;
        capture->carry_capacity = length;
    }
    if (length)
        memcpy(capture->carry, bytes, length);
    capture->carry_length = length;
    return 0;
}

/* The first bytes into `head`, as many as the input gives at once or what a header needs. */
static int read_head(struct capture *capture, uint8_t *head, size_t *length)
{
    *length = 0;
    while (*length < CAPTURE_HEAD_BYTES) {
        ssize_t got = input_read(capture->input, head + *length, CAPTURE_HEAD_BYTES - *length);
        if (got < 0)
            return -1;
        if (!got)
            break;
        *length += (size_t)got;
    }
    return 0;
}

static void find_format(struct capture *capture, struct aoe_span head)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (formats[i]->recognises(head))
            capture->format = formats[i];
}

static int begin(struct capture *capture, char *error, size_t error_size)
{
    uint8_t head[CAPTURE_HEAD_BYTES];
    size_t length;
    if (read_head(capture, head, &length)) {
        snprintf(error, error_size, "%s", input_message(capture->input));
        return -1;
    }
    find_format(capture, (struct aoe_span){head, length});
    if (!capture->format) {
        snprintf(error, error_size, "%s",
                 length ? "neither pcap nor pcapng, nor one of them in gzip, zstd, xz or lz4"
                        : "empty");
        return -1;
    }
    struct aoe_cursor cursor = aoe_cursor(head, length);
    capture->state = capture->format->open(&cursor, error, error_size);
    capture->offset = cursor.position;
    if (!capture->state)
        return -1;
    if (!carry(capture, head + cursor.position, aoe_cursor_left(&cursor)))
        return 0;
    snprintf(error, error_size, "out of memory");
    return -1;
}

struct capture *capture_open(const char *path, char *error, size_t error_size)
{
    char reason[256] = "out of memory";
    struct capture *capture = calloc(1, sizeof *capture);
    if (capture) {
        capture->input = input_open(path, error, error_size);
        if (!capture->input) {
            free(capture);
            return NULL;
        }
        if (!begin(capture, reason, sizeof reason))
            return capture;
        capture_close(capture);
    }
    snprintf(error, error_size, "%s: %s", path, reason);
    return NULL;
}

void capture_close(struct capture *capture)
{
    if (!capture)
        return;
    if (capture->state)
        capture->format->close(capture->state);
    input_close(capture->input);
    free(capture->carry);
    free(capture);
}

/* What was carried over and what is read behind it. */
static struct aoe_cursor fill(struct capture *capture, struct capture_batch *batch)
{
    size_t place = capture->carry_length > ROOM ? capture->carry_length : ROOM;
    uint8_t *start = batch->buffer + place - capture->carry_length;
    size_t length = capture->carry_length;
    if (length)
        memcpy(start, capture->carry, length);
    if (length < ROOM && !capture->input_ended) {
        ssize_t got = input_read(capture->input, start + length, CAPTURE_BATCH_BYTES);
        capture->input_ended = got <= 0;
        length += got > 0 ? (size_t)got : 0;
    }
    return aoe_cursor(start, length);
}

static enum capture_status cut(struct capture *capture, uint64_t offset, const char *what)
{
    struct aoe_text text = begin_message(capture, "cut", offset);
    aoe_text_add(&text, "%s", what);
    return CAPTURE_TRUNCATED;
}

/* Nothing more can be read: why. `left` bytes are not used. */
static enum capture_status end(struct capture *capture, size_t left)
{
    uint64_t offset = capture->offset + left;
    switch (input_failure(capture->input)) {
    case INPUT_WHOLE:
        if (left || capture->inside)
            return cut(capture, offset, "the last record is not whole");
        return CAPTURE_END;
    case INPUT_CUT:
        return cut(capture, offset, input_message(capture->input));
    case INPUT_DAMAGED:
        capture_damage(capture, left, "%s", input_message(capture->input));
        return CAPTURE_DAMAGED;
    default:
        snprintf(capture->message, sizeof capture->message, "%s", input_message(capture->input));
        return CAPTURE_FAILED;
    }
}

static enum capture_status read_on(struct capture *capture, struct capture_batch *batch)
{
    struct aoe_cursor window = fill(capture, batch);
    if (capture->format->parse(capture->state, capture, &window, batch))
        return CAPTURE_DAMAGED;
    size_t left = aoe_cursor_left(&window);
    if (carry(capture, window.bytes + window.position, left))
        return CAPTURE_FAILED;
    capture->offset += window.position;
    if (!capture->input_ended || batch->count == CAPTURE_BATCH_FRAMES)
        return CAPTURE_MORE;
    enum capture_status status = end(capture, left);
    return status == CAPTURE_END && batch->count ? CAPTURE_MORE : status;
}

enum capture_status capture_read(struct capture *capture, struct capture_batch *batch)
{
    batch->count = 0;
    if (capture->over)
        return CAPTURE_END;
    enum capture_status status = read_on(capture, batch);
    capture->over = status != CAPTURE_MORE;
    capture->facts.frames += batch->count;
    capture->facts.bytes = input_position(capture->input);
    return status;
}

const char *capture_message(const struct capture *capture)
{
    return capture->message;
}

struct capture_facts capture_facts(const struct capture *capture)
{
    return capture->facts;
}

uint64_t capture_size(const struct capture *capture)
{
    return input_size(capture->input);
}
