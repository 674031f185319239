/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compressed streams in memory, made by the libraries themselves. */
#ifndef AOE_MADE_COMPRESSED_H
#define AOE_MADE_COMPRESSED_H

#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "made_capture.h"

enum compression { GZIP, ZSTD, XZ, LZ4, COMPRESSIONS };

static inline size_t made_gzip(uint8_t *to, size_t room, const uint8_t *bytes, size_t length)
{
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY),
                     Z_OK);
    stream.next_in = (z_const Bytef *)bytes;
    stream.avail_in = (uInt)length;
    stream.next_out = to;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t used = stream.total_out;
    deflateEnd(&stream);
    return used;
}

/* With checksums, so that damage is seen. */
static inline size_t made_zstd(uint8_t *to, size_t room, const uint8_t *bytes, size_t length)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t used = ZSTD_compress2(context, to, room, bytes, length);
    assert_false(ZSTD_isError(used));
    ZSTD_freeCCtx(context);
    return used;
}

static inline size_t made_xz(uint8_t *to, size_t room, const uint8_t *bytes, size_t length)
{
    size_t used = 0;
    assert_int_equal(
        lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, bytes, length, to, &used, room),
        LZMA_OK);
    return used;
}

static inline size_t made_lz4(uint8_t *to, size_t room, const uint8_t *bytes, size_t length)
{
    LZ4F_preferences_t preferences = {0};
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    size_t used = LZ4F_compressFrame(to, room, bytes, length, &preferences);
    assert_false(LZ4F_isError(used));
    return used;
}

/* Appends one whole stream. */
static inline void made_stream(struct made *made, enum compression compression,
                               const uint8_t *bytes, size_t length)
{
    size_t before = made->length, room = length + length / 8 + 4096, used;
    uint8_t *to = made_space(made, room);
    if (compression == GZIP)
        used = made_gzip(to, room, bytes, length);
    else if (compression == ZSTD)
        used = made_zstd(to, room, bytes, length);
    else if (compression == XZ)
        used = made_xz(to, room, bytes, length);
    else
        used = made_lz4(to, room, bytes, length);
    made->length = before + used;
}

#endif
