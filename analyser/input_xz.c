/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input_decoder.h"

#include <stdlib.h>

#include <lzma.h>

static bool recognises(struct aoe_span head)
{
    static const uint8_t magic[6] = {0xfd, '7', 'z', 'X', 'Z', 0};
    return head.length >= sizeof magic && !memcmp(head.bytes, magic, sizeof magic);
}

static void *xz_open(void)
{
    lzma_stream *stream = malloc(sizeof *stream);
    if (!stream)
        return NULL;
    *stream = (lzma_stream)LZMA_STREAM_INIT;
    if (lzma_stream_decoder(stream, UINT64_C(1) << DECODER_MEMORY_LOG, LZMA_CONCATENATED) ==
        LZMA_OK)
        return stream;
    free(stream);
    return NULL;
}

static const char *failure(lzma_ret result)
{
    switch (result) {
    case LZMA_MEMLIMIT_ERROR:
        return "needs more than 128 MiB of memory: decompress it first, with xz -d";
    case LZMA_MEM_ERROR:
        return "out of memory";
    case LZMA_FORMAT_ERROR:
        return "no xz data follows";
    case LZMA_OPTIONS_ERROR:
        return "compressed in a way that liblzma does not know";
    default:
        return "a checksum or a field is wrong";
    }
}

static enum decoder_state xz_step(void *state, struct decoder_step *step, const char **reason)
{
    lzma_stream *stream = state;
    stream->next_in = step->from;
    stream->avail_in = step->from_left;
    stream->next_out = step->to;
    stream->avail_out = step->to_left;
    lzma_ret result = lzma_code(stream, step->last ? LZMA_FINISH : LZMA_RUN);
    step->from = stream->next_in;
    step->from_left = stream->avail_in;
    step->to = stream->next_out;
    step->to_left = stream->avail_out;
    if (result == LZMA_STREAM_END)
        return DECODER_BETWEEN;
    if (result == LZMA_OK || result == LZMA_BUF_ERROR)
        return DECODER_INSIDE;
    *reason = failure(result);
    return DECODER_FAILED;
}

static void xz_close(void *state)
{
    lzma_end(state);
    free(state);
}

const struct decoder decoder_xz = {"xz", recognises, xz_open, xz_step, xz_close};
