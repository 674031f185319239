/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounds-checked reading and writing of bytes: the only way this suite touches a frame. */
#ifndef AOE_CURSOR_H
#define AOE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns; `bytes` may be NULL only where `length` is 0. */
struct aoe_span {
    const uint8_t *bytes;
    size_t length;
};

/* A reading position. A read that would pass the end returns zeros, moves nothing and sets
 * `overrun`, which stays set: read a whole structure, then ask once. */
struct aoe_cursor {
    const uint8_t *bytes;
    size_t length;
    size_t position;
    bool overrun;
};

/* A writing position over `capacity` bytes, with the same rule: what does not fit is not
 * written and sets `overrun`. */
struct aoe_writer {
    uint8_t *bytes;
    size_t capacity;
    size_t position;
    bool overrun;
};

static inline struct aoe_cursor aoe_cursor(const void *bytes, size_t length)
{
    return (struct aoe_cursor){bytes, length, 0, false};
}

static inline size_t aoe_cursor_left(const struct aoe_cursor *cursor)
{
    return cursor->length - cursor->position;
}

/* Returns the next `count` bytes in place and steps over them, or NULL past the end. */
static inline const uint8_t *aoe_take(struct aoe_cursor *cursor, size_t count)
{
    if (cursor->overrun || count > aoe_cursor_left(cursor)) {
        cursor->overrun = true;
        return NULL;
    }
    if (!cursor->bytes)
        return NULL;
    const uint8_t *here = cursor->bytes + cursor->position;
    cursor->position += count;
    return here;
}

/* Copies the next `count` bytes to `to`; fills `to` with zeros and returns false past the end. */
static inline bool aoe_take_copy(struct aoe_cursor *cursor, void *to, size_t count)
{
    const uint8_t *from = aoe_take(cursor, count);
    if (!from) {
        memset(to, 0, count);
        return false;
    }
    memcpy(to, from, count);
    return true;
}

/* Unsigned integers: big-endian, and little-endian where the name says so. */
static inline uint8_t aoe_take_u8(struct aoe_cursor *cursor)
{
    const uint8_t *b = aoe_take(cursor, 1);
    return b ? b[0] : 0;
}

static inline uint16_t aoe_take_be16(struct aoe_cursor *cursor)
{
    const uint8_t *b = aoe_take(cursor, 2);
    if (!b)
        return 0;
    return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t aoe_take_be32(struct aoe_cursor *cursor)
{
    const uint8_t *b = aoe_take(cursor, 4);
    return b ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3] : 0;
}

static inline uint64_t aoe_take_be64(struct aoe_cursor *cursor)
{
    const uint8_t *b = aoe_take(cursor, 8);
    uint64_t value = 0;
    for (size_t i = 0; b && i < 8; i++)
        value = value << 8 | b[i];
    return value;
}

static inline uint16_t aoe_take_le16(struct aoe_cursor *cursor)
{
    const uint8_t *b = aoe_take(cursor, 2);
    if (!b)
        return 0;
    return (uint16_t)(b[1] << 8 | b[0]);
}

static inline struct aoe_writer aoe_writer(void *bytes, size_t capacity)
{
    return (struct aoe_writer){bytes, capacity, 0, false};
}

/* Reserves the next `count` bytes for the caller to fill, or returns NULL past the end. */
static inline uint8_t *aoe_put_space(struct aoe_writer *writer, size_t count)
{
    if (writer->overrun || count > writer->capacity - writer->position) {
        writer->overrun = true;
        return NULL;
    }
    uint8_t *here = writer->bytes + writer->position;
    writer->position += count;
    return here;
}

static inline void aoe_put(struct aoe_writer *writer, const void *from, size_t count)
{
    uint8_t *to = aoe_put_space(writer, count);
    if (to && count)
        memcpy(to, from, count);
}

static inline void aoe_put_u8(struct aoe_writer *writer, uint8_t value)
{
    aoe_put(writer, &value, 1);
}

static inline void aoe_put_be16(struct aoe_writer *writer, uint16_t value)
{
    const uint8_t b[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    aoe_put(writer, b, sizeof b);
}

static inline void aoe_put_be32(struct aoe_writer *writer, uint32_t value)
{
    const uint8_t b[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
                          (uint8_t)value};
    aoe_put(writer, b, sizeof b);
}

static inline void aoe_put_be64(struct aoe_writer *writer, uint64_t value)
{
    uint8_t b[8];
    for (size_t i = 0; i < sizeof b; i++)
        b[i] = (uint8_t)(value >> (56 - 8 * i));
    aoe_put(writer, b, sizeof b);
}

#endif
