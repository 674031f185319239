/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "archive.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zstd.h>

#include "input.h"

enum { BUFFER = 1 << 16, LEVEL = 3 };

struct archive {
    struct input *input; /* to read */
    FILE *output;        /* to write, under `temporary` until all is well */
    ZSTD_CStream *stream;
    char *path, *temporary;
    uint8_t *buffer, *packed;
    size_t used, at; /* bytes in the buffer, and the next one to read */
    bool failed;
    char message[256];
};

void archive_reject(struct archive *archive, const char *what)
{
    if (!archive->failed)
        snprintf(archive->message, sizeof archive->message, "%s: %s", archive->path, what);
    archive->failed = true;
}

bool archive_good(const struct archive *archive)
{
    return !archive->failed;
}

bool archive_reads(const struct archive *archive)
{
    return archive->input != NULL;
}

static void archive_free(struct archive *archive)
{
    if (!archive)
        return;
    if (archive->input)
        input_close(archive->input);
    if (archive->output)
        fclose(archive->output);
    ZSTD_freeCStream(archive->stream);
    free(archive->path);
    free(archive->temporary);
    free(archive->buffer);
    free(archive->packed);
    free(archive);
}

static struct archive *archive_new(const char *path)
{
    struct archive *archive = calloc(1, sizeof *archive);
    if (!archive)
        return NULL;
    archive->path = strdup(path);
    archive->buffer = malloc(BUFFER);
    if (archive->path && archive->buffer)
        return archive;
    archive_free(archive);
    return NULL;
}

static int begin_output(struct archive *archive)
{
    archive->packed = malloc(BUFFER);
    archive->stream = ZSTD_createCStream();
    if (!archive->packed || !archive->stream ||
        asprintf(&archive->temporary, "%s.%ld", archive->path, (long)getpid()) < 0) {
        errno = ENOMEM;
        return -1;
    }
    ZSTD_CCtx_setParameter(archive->stream, ZSTD_c_compressionLevel, LEVEL);
    ZSTD_CCtx_setParameter(archive->stream, ZSTD_c_checksumFlag, 1);
    archive->output = fopen(archive->temporary, "wbx");
    return archive->output ? 0 : -1;
}

struct archive *archive_create(const char *path, char *error, size_t error_size)
{
    struct archive *archive = archive_new(path);
    if (archive && begin_output(archive) == 0)
        return archive;
    snprintf(error, error_size, "%s: cannot be written: %s", path, strerror(errno));
    archive_free(archive);
    return NULL;
}

struct archive *archive_open(const char *path, char *error, size_t error_size)
{
    struct archive *archive = archive_new(path);
    snprintf(error, error_size, "out of memory");
    if (archive && (archive->input = input_open(path, error, error_size)))
        return archive;
    archive_free(archive);
    return NULL;
}

static void pack(struct archive *archive, ZSTD_EndDirective directive)
{
    ZSTD_inBuffer in = {archive->buffer, archive->used, 0};
    size_t left = 1;
    while (!archive->failed && (in.pos < in.size || (directive == ZSTD_e_end && left))) {
        ZSTD_outBuffer out = {archive->packed, BUFFER, 0};
        left = ZSTD_compressStream2(archive->stream, &out, &in, directive);
        if (ZSTD_isError(left))
            archive_reject(archive, ZSTD_getErrorName(left));
        else if (fwrite(archive->packed, 1, out.pos, archive->output) != out.pos)
            archive_reject(archive, strerror(errno));
    }
    archive->used = 0;
}

static int end_output(struct archive *archive)
{
    pack(archive, ZSTD_e_end);
    if (fflush(archive->output) != 0)
        archive_reject(archive, strerror(errno));
    if (!archive->failed && rename(archive->temporary, archive->path) < 0)
        archive_reject(archive, strerror(errno));
    if (!archive->failed)
        return 0;
    unlink(archive->temporary);
    return -1;
}

int archive_close(struct archive *archive, bool keep, char *error, size_t error_size)
{
    if (!keep)
        archive_reject(archive, "not complete");
    if (archive->output)
        end_output(archive);
    int result = archive->failed ? -1 : 0;
    if (result < 0)
        snprintf(error, error_size, "%s", archive->message);
    archive_free(archive);
    return result;
}

static void fill(struct archive *archive)
{
    ssize_t got = input_read(archive->input, archive->buffer, BUFFER);
    archive->at = 0;
    archive->used = got > 0 ? (size_t)got : 0;
    if (got < 0)
        archive_reject(archive, input_message(archive->input));
    else if (!got)
        archive_reject(archive, "ends too early");
}

static uint8_t take_byte(struct archive *archive)
{
    if (archive->at == archive->used && !archive->failed)
        fill(archive);
    return archive->failed ? 0 : archive->buffer[archive->at++];
}

static void put_byte(struct archive *archive, uint8_t byte)
{
    if (archive->used == BUFFER)
        pack(archive, ZSTD_e_continue);
    archive->buffer[archive->used++] = byte;
}

static void put_number(struct archive *archive, uint64_t value)
{
    for (; value > 0x7F; value >>= 7)
        put_byte(archive, (uint8_t)(value | 0x80));
    put_byte(archive, (uint8_t)value);
}

static uint64_t take_number(struct archive *archive)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = take_byte(archive);
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80))
            return archive->failed ? 0 : value;
    }
    archive_reject(archive, "a number has no end");
    return 0;
}

void archive_u64(struct archive *archive, uint64_t *value)
{
    if (archive->input)
        *value = take_number(archive);
    else
        put_number(archive, *value);
}

/* Small negative numbers stay short: the sign is the lowest bit. */
void archive_i64(struct archive *archive, int64_t *value)
{
    uint64_t bits = (uint64_t)*value << 1 ^ (*value < 0 ? UINT64_MAX : 0);
    archive_u64(archive, &bits);
    *value = (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
}

static uint64_t limited(struct archive *archive, uint64_t value, uint64_t most)
{
    archive_u64(archive, &value);
    if (value <= most)
        return value;
    archive_reject(archive, "a number is out of range");
    return 0;
}

void archive_u32(struct archive *archive, uint32_t *value)
{
    *value = (uint32_t)limited(archive, *value, UINT32_MAX);
}

void archive_u16(struct archive *archive, uint16_t *value)
{
    *value = (uint16_t)limited(archive, *value, UINT16_MAX);
}

void archive_u8(struct archive *archive, uint8_t *value)
{
    *value = (uint8_t)limited(archive, *value, UINT8_MAX);
}

void archive_bool(struct archive *archive, bool *value)
{
    *value = limited(archive, *value, 1);
}

void archive_size(struct archive *archive, size_t *value, size_t most)
{
    *value = limited(archive, *value, most);
}

void archive_wide(struct archive *archive, unsigned __int128 *value)
{
    uint64_t high = (uint64_t)(*value >> 64), low = (uint64_t)*value;
    archive_u64(archive, &high);
    archive_u64(archive, &low);
    *value = (unsigned __int128)high << 64 | low;
}

static void put_bytes(struct archive *archive, const uint8_t *from, size_t length)
{
    while (length) {
        size_t part = BUFFER - archive->used < length ? BUFFER - archive->used : length;
        memcpy(archive->buffer + archive->used, from, part);
        archive->used += part;
        from += part;
        length -= part;
        if (archive->used == BUFFER)
            pack(archive, ZSTD_e_continue);
    }
}

static void take_bytes(struct archive *archive, uint8_t *to, size_t length)
{
    while (length) {
        if (archive->at == archive->used && !archive->failed)
            fill(archive);
        if (archive->failed) {
            memset(to, 0, length);
            return;
        }
        size_t left = archive->used - archive->at, part = left < length ? left : length;
        memcpy(to, archive->buffer + archive->at, part);
        archive->at += part;
        to += part;
        length -= part;
    }
}

void archive_bytes(struct archive *archive, void *bytes, size_t length)
{
    if (archive->input)
        take_bytes(archive, bytes, length);
    else
        put_bytes(archive, bytes, length);
}

static void put_sparse(struct archive *archive, const uint64_t *values, size_t count)
{
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if (!values[i])
            continue;
        put_number(archive, i - next + 1);
        put_number(archive, values[i]);
        next = i + 1;
    }
    put_number(archive, 0);
}

static void take_sparse(struct archive *archive, uint64_t *values, size_t count)
{
    size_t next = 0;
    memset(values, 0, count * sizeof *values);
    for (;;) {
        uint64_t step = take_number(archive);
        if (!step)
            return;
        if (step > count - next) {
            archive_reject(archive, "a list is too long");
            return;
        }
        next += step;
        values[next - 1] = take_number(archive);
    }
}

void archive_sparse(struct archive *archive, uint64_t *values, size_t count)
{
    if (archive->input)
        take_sparse(archive, values, count);
    else
        put_sparse(archive, values, count);
}

void archive_mark(struct archive *archive, const char *mark)
{
    for (; *mark && archive_good(archive); mark++) {
        uint8_t byte = (uint8_t)*mark;
        archive_bytes(archive, &byte, 1);
        if (byte != (uint8_t)*mark)
            archive_reject(archive, "not a state of this version of aoe-analyze");
    }
}
