/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input_decoder.h"

enum {
    RAW_BYTES = 1 << 17,  /* read at once for a decoder */
    HEAD_BYTES = 24,      /* enough to tell what a file is */
    PIPE_BYTES = 1 << 20, /* asked of the kernel, so that fewer reads are needed */
};

struct input {
    int file;
    uint64_t size;
    uint64_t taken; /* bytes that read(2) has returned */
    uint8_t *raw;   /* of which these are not used yet: raw[raw_at] up to raw[raw_end] */
    size_t raw_at;
    size_t raw_end;
    bool ended; /* read(2) has said so */
    const struct decoder *decoder;
    void *decoder_data;
    bool between; /* compressed streams: the input may end here */
    bool drained; /* the decoder holds nothing back */
    enum input_failure failure;
    char message[256];
};

static const struct decoder *const decoders[] = {&decoder_gzip, &decoder_zstd, &decoder_xz,
                                                 &decoder_lz4};

bool decoder_magic(struct aoe_span head, uint32_t magic, bool otherwise)
{
    enum { SKIPPABLE = 0x184D2A50 }; /* and the 15 after it */
    struct aoe_cursor cursor = aoe_cursor(head.bytes, head.length);
    for (bool skipped = false;; skipped = true) {
        uint32_t found = aoe_take_le16(&cursor);
        found |= (uint32_t)aoe_take_le16(&cursor) << 16;
        if (cursor.overrun)
            return skipped && otherwise;
        if ((found & ~0xfu) != SKIPPABLE)
            return found == magic;
        uint32_t length = aoe_take_le16(&cursor);
        length |= (uint32_t)aoe_take_le16(&cursor) << 16;
        aoe_take(&cursor, length);
    }
}

static ssize_t fail(struct input *input, enum input_failure failure, const char *what)
{
    input->failure = failure;
    const char *name = input->decoder ? input->decoder->name : "";
    if (failure == INPUT_FAILED)
        snprintf(input->message, sizeof input->message, "%s", what);
    else if (failure == INPUT_CUT)
        snprintf(input->message, sizeof input->message, "the %s data ends too early", name);
    else
        snprintf(input->message, sizeof input->message, "the %s data is damaged: %s", name, what);
    return -1;
}

static ssize_t read_file(struct input *input, void *to, size_t size)
{
    ssize_t got;
    do
        got = read(input->file, to, size);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(input, INPUT_FAILED, strerror(errno));
    input->ended = got == 0;
    input->taken += (uint64_t)got;
    return got;
}

static int read_head(struct input *input)
{
    while (input->raw_end < HEAD_BYTES && !input->ended) {
        ssize_t got = read_file(input, input->raw + input->raw_end, RAW_BYTES - input->raw_end);
        if (got < 0)
            return -1;
        input->raw_end += (size_t)got;
    }
    return 0;
}

static int find_decoder(struct input *input)
{
    struct aoe_span head = {input->raw, input->raw_end};
    for (size_t i = 0; i < sizeof decoders / sizeof decoders[0]; i++) {
        if (!decoders[i]->recognises(head))
            continue;
        input->decoder = decoders[i];
        input->decoder_data = decoders[i]->open();
        return input->decoder_data ? 0 : -1;
    }
    return 0;
}

/* Both calls only help: where they fail, reading is a little slower. */
static void advise(struct input *input)
{
    struct stat facts;
    if (fstat(input->file, &facts))
        return;
    if (S_ISREG(facts.st_mode)) {
        input->size = (uint64_t)facts.st_size;
        (void)posix_fadvise(input->file, 0, 0, POSIX_FADV_SEQUENTIAL);
    } else if (S_ISFIFO(facts.st_mode)) {
        (void)fcntl(input->file, F_SETPIPE_SZ, PIPE_BYTES);
    }
}

static int begin(struct input *input, const char *path)
{
    bool standard = !strcmp(path, "-");
    input->file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input->file < 0) {
        fail(input, INPUT_FAILED, strerror(errno));
        return -1;
    }
    advise(input);
    input->raw = malloc(RAW_BYTES);
    if (!input->raw) {
        fail(input, INPUT_FAILED, strerror(ENOMEM));
        return -1;
    }
    if (read_head(input))
        return -1;
    if (!find_decoder(input))
        return 0;
    fail(input, INPUT_FAILED, strerror(ENOMEM));
    return -1;
}

struct input *input_open(const char *path, char *error, size_t error_size)
{
    struct input *input = calloc(1, sizeof *input);
    if (!input) {
        snprintf(error, error_size, "%s: %s", path, strerror(ENOMEM));
        return NULL;
    }
    input->file = -1;
    input->drained = true;
    if (!begin(input, path))
        return input;
    snprintf(error, error_size, "%s: %s", path, input->message);
    input_close(input);
    return NULL;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->decoder_data)
        input->decoder->close(input->decoder_data);
    if (input->file > STDIN_FILENO)
        close(input->file);
    free(input->raw);
    free(input);
}

/* The bytes that told what the file is come first, then the file itself. */
static ssize_t read_plain(struct input *input, void *to, size_t size)
{
    size_t left = input->raw_end - input->raw_at;
    if (!left)
        return input->ended ? 0 : read_file(input, to, size);
    size_t count = left < size ? left : size;
    memcpy(to, input->raw + input->raw_at, count);
    input->raw_at += count;
    return (ssize_t)count;
}

static int refill(struct input *input)
{
    if (input->ended)
        return 0;
    ssize_t got = read_file(input, input->raw, RAW_BYTES);
    if (got < 0)
        return -1;
    input->raw_at = 0;
    input->raw_end = (size_t)got;
    return 0;
}

static int decode(struct input *input, struct decoder_step *step)
{
    const char *reason = "";
    size_t from = input->raw_end - input->raw_at, to = step->to_left;
    step->from = input->raw + input->raw_at;
    step->from_left = from;
    step->last = input->ended;
    enum decoder_state state = input->decoder->step(input->decoder_data, step, &reason);
    input->raw_at = input->raw_end - step->from_left;
    input->between = state == DECODER_BETWEEN;
    input->drained = step->to_left > 0;
    bool moved = step->from_left < from || step->to_left < to;
    if (state == DECODER_FAILED)
        fail(input, INPUT_DAMAGED, reason);
    else if (!moved && from)
        fail(input, INPUT_DAMAGED, "it cannot be decompressed");
    else if (!moved && !input->between && input->ended)
        fail(input, INPUT_CUT, reason);
    return input->failure ? -1 : 0;
}

static ssize_t read_decoded(struct input *input, void *to, size_t size)
{
    struct decoder_step step = {.to = to, .to_left = size};
    while (step.to_left) {
        if (input->raw_at == input->raw_end && input->drained) {
            if (step.to_left < size || refill(input))
                break;
            if (input->ended && input->between)
                return 0;
        }
        if (decode(input, &step))
            break;
    }
    return step.to_left < size ? (ssize_t)(size - step.to_left) : -1;
}

ssize_t input_read(struct input *input, void *to, size_t size)
{
    if (input->failure)
        return -1;
    return input->decoder ? read_decoded(input, to, size) : read_plain(input, to, size);
}

enum input_failure input_failure(const struct input *input)
{
    return input->failure;
}

const char *input_message(const struct input *input)
{
    return input->message;
}

const char *input_compression(const struct input *input)
{
    return input->decoder ? input->decoder->name : NULL;
}

uint64_t input_position(const struct input *input)
{
    return input->taken - (input->raw_end - input->raw_at);
}

uint64_t input_size(const struct input *input)
{
    return input->size;
}
