/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures that are built byte by byte in memory, and what is seen when one is read. */
#ifndef AOE_MADE_CAPTURE_H
#define AOE_MADE_CAPTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyser/capture.h"

struct made {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    bool big; /* byte order */
};

static inline uint8_t *made_space(struct made *made, size_t count)
{
    if (!made->bytes || count > made->capacity - made->length) {
        made->capacity = 2 * (made->length + count) + 64;
        made->bytes = realloc(made->bytes, made->capacity);
        assert_non_null(made->bytes);
    }
    made->length += count;
    return made->bytes + made->length - count;
}

static inline void made_put(struct made *made, const void *bytes, size_t count)
{
    memcpy(made_space(made, count), bytes, count);
}

static inline void made_number(struct made *made, uint64_t value, unsigned width)
{
    uint8_t *to = made_space(made, width);
    for (unsigned i = 0; i < width; i++)
        to[made->big ? width - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

static inline void made_u16(struct made *made, uint16_t value)
{
    made_number(made, value, 2);
}

static inline void made_u32(struct made *made, uint32_t value)
{
    made_number(made, value, 4);
}

static inline void made_u64(struct made *made, uint64_t value)
{
    made_number(made, value, 8);
}

static inline void made_free(struct made *made)
{
    free(made->bytes);
    *made = (struct made){0};
}

/* The bytes of frame `seed`: each tells the frame and its place in it. */
static inline uint8_t made_byte(uint32_t seed, size_t index)
{
    return (uint8_t)(seed * 31 + index * 7 + (index >> 8));
}

static inline void made_frame(struct made *made, uint32_t seed, size_t length)
{
    uint8_t *to = made_space(made, length);
    for (size_t i = 0; i < length; i++)
        to[i] = made_byte(seed, i);
}

static inline void made_pcap(struct made *made, uint32_t magic, uint32_t link_type)
{
    made_u32(made, magic);
    made_u16(made, 2);
    made_u16(made, 4);
    made_u32(made, 3600); /* a time zone, which is ignored */
    made_u32(made, 0);
    made_u32(made, 65535);
    made_u32(made, link_type);
}

static inline void made_record(struct made *made, uint32_t seconds, uint32_t fraction,
                               uint32_t seed, uint32_t length, uint32_t wire)
{
    made_u32(made, seconds);
    made_u32(made, fraction);
    made_u32(made, length);
    made_u32(made, wire);
    made_frame(made, seed, length);
}

/* Returns where the block begins, for made_block_end(). */
static inline size_t made_block(struct made *made, uint32_t type)
{
    size_t start = made->length;
    made_u32(made, type);
    made_u32(made, 0);
    return start;
}

static inline void made_block_end(struct made *made, size_t start)
{
    while (made->length % 4)
        made_number(made, 0xee, 1);
    struct made length = {.big = made->big};
    made_u32(&length, (uint32_t)(made->length - start + 4));
    memcpy(made->bytes + start + 4, length.bytes, 4);
    made_put(made, length.bytes, 4);
    made_free(&length);
}

static inline void made_option(struct made *made, uint16_t code, const void *value, uint16_t length)
{
    made_u16(made, code);
    made_u16(made, length);
    made_put(made, value, length);
    while (made->length % 4)
        made_number(made, 0xee, 1);
}

static inline void made_option_u64(struct made *made, uint16_t code, uint64_t value)
{
    made_u16(made, code);
    made_u16(made, 8);
    made_u64(made, value);
}

static inline void made_section(struct made *made)
{
    size_t start = made_block(made, 0x0A0D0D0A);
    made_u32(made, 0x1A2B3C4D);
    made_u16(made, 1);
    made_u16(made, 0);
    made_u64(made, UINT64_MAX);
    made_block_end(made, start);
}

static inline size_t made_interface_begin(struct made *made, uint16_t link_type, uint32_t snap)
{
    size_t start = made_block(made, 1);
    made_u16(made, link_type);
    made_u16(made, 0);
    made_u32(made, snap);
    return start;
}

static inline void made_interface(struct made *made, uint16_t link_type)
{
    made_block_end(made, made_interface_begin(made, link_type, 0));
}

/* An enhanced packet up to its options. */
static inline size_t made_packet_begin(struct made *made, uint32_t interface, uint64_t ticks,
                                       uint32_t seed, uint32_t length, uint32_t wire)
{
    size_t start = made_block(made, 6);
    made_u32(made, interface);
    made_u32(made, (uint32_t)(ticks >> 32));
    made_u32(made, (uint32_t)ticks);
    made_u32(made, length);
    made_u32(made, wire);
    made_frame(made, seed, length);
    while (made->length % 4)
        made_number(made, 0xee, 1);
    return start;
}

static inline void made_packet(struct made *made, uint32_t interface, uint64_t ticks, uint32_t seed,
                               uint32_t length, uint32_t wire)
{
    made_block_end(made, made_packet_begin(made, interface, ticks, seed, length, wire));
}

/* What reading a capture to its end has shown. */
struct seen {
    bool opened;
    char message[512]; /* why not, or the last one */
    enum capture_status status;
    struct capture_facts facts;
    size_t count;
    struct capture_frame *frames; /* they point into `bytes` */
    struct made all_frames;
    struct made bytes;
    size_t batches;
};

static inline void seen_batch(struct seen *seen, const struct capture_batch *batch)
{
    seen->batches++;
    made_put(&seen->all_frames, batch->frames, batch->count * sizeof *batch->frames);
    for (size_t i = 0; i < batch->count; i++)
        made_put(&seen->bytes, batch->frames[i].bytes, batch->frames[i].length);
    seen->count += batch->count;
}

static inline void seen_place(struct seen *seen)
{
    size_t at = 0;
    seen->frames = (struct capture_frame *)(void *)seen->all_frames.bytes;
    for (size_t i = 0; i < seen->count; i++) {
        seen->frames[i].bytes = seen->bytes.bytes + at;
        at += seen->frames[i].length;
    }
}

/* Two batches take turns, as with a thread that looks at one while the other one is filled. */
static inline struct seen seen_file(const char *path)
{
    struct seen seen = {0};
    struct capture_batch batches[2];
    struct capture *capture = capture_open(path, seen.message, sizeof seen.message);
    if (!capture)
        return seen;
    seen.opened = true;
    assert_int_equal(capture_batch_open(&batches[0]), 0);
    assert_int_equal(capture_batch_open(&batches[1]), 0);
    batches[1].count = 0;
    for (size_t turn = 0; seen.status == CAPTURE_MORE; turn = !turn) {
        seen.status = capture_read(capture, &batches[turn]);
        assert_true(seen.status != CAPTURE_END || !batches[turn].count);
        seen_batch(&seen, &batches[!turn]);
        if (seen.status != CAPTURE_MORE)
            seen_batch(&seen, &batches[turn]);
    }
    seen_place(&seen);
    seen.facts = capture_facts(capture);
    snprintf(seen.message, sizeof seen.message, "%s", capture_message(capture));
    assert_int_equal(capture_read(capture, &batches[0]), CAPTURE_END);
    assert_int_equal(batches[0].count, 0);
    capture_close(capture);
    capture_batch_close(&batches[0]);
    capture_batch_close(&batches[1]);
    return seen;
}

/* A file in memory; its path is valid until it is closed. */
static inline int made_file(const uint8_t *bytes, size_t length, char *path, size_t path_size)
{
    int file = memfd_create("made", MFD_CLOEXEC);
    assert_true(file >= 0);
    for (size_t done = 0; done < length;) {
        ssize_t wrote = write(file, bytes + done, length - done);
        assert_true(wrote > 0);
        done += (size_t)wrote;
    }
    snprintf(path, path_size, "/proc/self/fd/%d", file);
    return file;
}

/* Writes pieces of that size, each of which one read returns, into what becomes standard input.
 * Returns the writer, to wait for. */
static inline pid_t made_feed(const struct made *made, size_t piece)
{
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    pid_t writer = fork();
    assert_true(writer >= 0);
    if (!writer) {
        close(ends[0]);
        for (size_t at = 0; at < made->length; at += piece)
            if (write(ends[1], made->bytes + at,
                      piece < made->length - at ? piece : made->length - at) < 0)
                _exit(1);
        free(made->bytes); /* this process's own copy */
        _exit(0);
    }
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    return writer;
}

static inline struct seen seen_bytes(const uint8_t *bytes, size_t length)
{
    char path[32];
    int file = made_file(bytes, length, path, sizeof path);
    struct seen seen = seen_file(path);
    close(file);
    return seen;
}

static inline void seen_free(struct seen *seen)
{
    made_free(&seen->all_frames);
    made_free(&seen->bytes);
    *seen = (struct seen){0};
}

static inline void assert_frame(const struct seen *seen, size_t index, int64_t time, uint32_t seed,
                                uint32_t length, uint32_t wire)
{
    assert_true(index < seen->count);
    const struct capture_frame *frame = &seen->frames[index];
    assert_true(frame->time == time);
    assert_int_equal(frame->length, length);
    assert_int_equal(frame->wire_length, wire);
    for (size_t i = 0; i < length; i++)
        if (frame->bytes[i] != made_byte(seed, i))
            fail_msg("byte %zu of frame %zu is wrong", i, index);
}

static inline void assert_end(const struct seen *seen, enum capture_status status, size_t frames)
{
    assert_true(seen->opened);
    assert_int_equal(seen->status, status);
    assert_int_equal(seen->count, frames);
    assert_int_equal(seen->facts.frames, frames);
}

#endif
