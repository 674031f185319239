/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input_decoder.h"

#include <zstd.h>
#include <zstd_errors.h>

static bool recognises(struct aoe_span head)
{
    return decoder_magic(head, ZSTD_MAGICNUMBER, true);
}

static void *zstd_open(void)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    if (context &&
        ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, DECODER_MEMORY_LOG))) {
        ZSTD_freeDCtx(context);
        return NULL;
    }
    return context;
}

static const char *failure(size_t result)
{
    if (ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge)
        return "needs a window of more than 128 MiB: decompress it first, with zstd -d --long=31";
    return ZSTD_getErrorName(result);
}

static enum decoder_state zstd_step(void *state, struct decoder_step *step, const char **reason)
{
    ZSTD_inBuffer from = {step->from, step->from_left, 0};
    ZSTD_outBuffer to = {step->to, step->to_left, 0};
    size_t result = ZSTD_decompressStream(state, &to, &from);
    if (ZSTD_isError(result))
        *reason = failure(result);
    step->from += from.pos;
    step->from_left -= from.pos;
    step->to += to.pos;
    step->to_left -= to.pos;
    if (ZSTD_isError(result))
        return DECODER_FAILED;
    return result ? DECODER_INSIDE : DECODER_BETWEEN;
}

static void zstd_close(void *state)
{
    ZSTD_freeDCtx(state);
}

const struct decoder decoder_zstd = {"zstd", recognises, zstd_open, zstd_step, zstd_close};
