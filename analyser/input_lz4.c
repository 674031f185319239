/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input_decoder.h"

#include <lz4frame.h>

enum { LZ4_MAGIC = 0x184D2204 };

static bool recognises(struct aoe_span head)
{
    return decoder_magic(head, LZ4_MAGIC, false);
}

static void *lz4_open(void)
{
    LZ4F_dctx *context = NULL;
    return LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) ? NULL : context;
}

static enum decoder_state lz4_step(void *state, struct decoder_step *step, const char **reason)
{
    size_t from = step->from_left, to = step->to_left;
    size_t result = LZ4F_decompress(state, step->to, &to, step->from, &from, NULL);
    if (LZ4F_isError(result)) {
        *reason = LZ4F_getErrorName(result);
        return DECODER_FAILED;
    }
    step->from += from;
    step->from_left -= from;
    step->to += to;
    step->to_left -= to;
    return result ? DECODER_INSIDE : DECODER_BETWEEN;
}

static void lz4_close(void *state)
{
    LZ4F_freeDecompressionContext(state);
}

const struct decoder decoder_lz4 = {"lz4", recognises, lz4_open, lz4_step, lz4_close};
