/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input_decoder.h"

#include <limits.h>
#include <stdlib.h>

#include <zlib.h>

enum { GZIP_ONLY = 16 }; /* added to the window's bits: a gzip header, not zlib's own */

struct gzip {
    z_stream stream;
    bool between; /* members */
};

static bool recognises(struct aoe_span head)
{
    return head.length >= 3 && head.bytes[0] == 0x1f && head.bytes[1] == 0x8b &&
           head.bytes[2] == Z_DEFLATED;
}

static void *gzip_open(void)
{
    struct gzip *gzip = calloc(1, sizeof *gzip);
    if (!gzip || inflateInit2(&gzip->stream, MAX_WBITS + GZIP_ONLY) == Z_OK)
        return gzip;
    free(gzip);
    return NULL;
}

/* Tapes and block devices fill up with zeros after the last member. */
static void skip_zeros(struct decoder_step *step)
{
    for (; step->from_left && !*step->from; step->from_left--)
        step->from++;
}

static enum decoder_state inflate_step(struct gzip *gzip, struct decoder_step *step,
                                       const char **reason)
{
    z_stream *stream = &gzip->stream;
    uInt from = (uInt)(step->from_left < UINT_MAX ? step->from_left : UINT_MAX);
    uInt to = (uInt)(step->to_left < UINT_MAX ? step->to_left : UINT_MAX);
    stream->next_in = (z_const Bytef *)step->from;
    stream->avail_in = from;
    stream->next_out = step->to;
    stream->avail_out = to;
    int result = inflate(stream, Z_NO_FLUSH);
    step->from += from - stream->avail_in;
    step->from_left -= from - stream->avail_in;
    step->to += to - stream->avail_out;
    step->to_left -= to - stream->avail_out;
    gzip->between = result == Z_STREAM_END;
    if (gzip->between)
        return inflateReset(stream) == Z_OK ? DECODER_BETWEEN : DECODER_FAILED;
    if (result == Z_OK || result == Z_BUF_ERROR)
        return DECODER_INSIDE;
    *reason = stream->msg ? stream->msg : zError(result);
    return DECODER_FAILED;
}

static enum decoder_state gzip_step(void *state, struct decoder_step *step, const char **reason)
{
    struct gzip *gzip = state;
    if (gzip->between)
        skip_zeros(step);
    if (gzip->between && !step->from_left)
        return DECODER_BETWEEN;
    return inflate_step(gzip, step, reason);
}

static void gzip_close(void *state)
{
    struct gzip *gzip = state;
    inflateEnd(&gzip->stream);
    free(gzip);
}

const struct decoder decoder_gzip = {"gzip", recognises, gzip_open, gzip_step, gzip_close};
