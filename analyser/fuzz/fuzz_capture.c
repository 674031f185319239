/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a capture: whatever is said of its frames holds, and reading comes to an end. */
#include "analyser/capture.h"
#include "memory_file.h"

enum { BATCHES = 64 }; /* enough for what is not a bomb */

static void check_frames(const struct capture_batch *batch)
{
    const uint8_t *free_from = batch->buffer;
    require(batch->count <= CAPTURE_BATCH_FRAMES, "a batch has no more frames than it can have");
    for (size_t i = 0; i < batch->count; i++) {
        const struct capture_frame *frame = &batch->frames[i];
        require(frame->length <= CAPTURE_FRAME_MAX, "a frame is not too long");
        require(frame->wire_length >= frame->length, "the wire had what was captured");
        require(frame->bytes >= free_from, "frames do not overlap");
        free_from = frame->bytes + frame->length;
    }
    require(free_from <= batch->buffer + batch->capacity, "frames lie in the buffer");
}

static void check_end(struct capture *capture, struct capture_batch *batch,
                      enum capture_status status)
{
    require(status == CAPTURE_END || *capture_message(capture), "what is wrong is said");
    require(status != CAPTURE_END || !batch->count, "the end has no frames");
    require(capture_read(capture, batch) == CAPTURE_END, "after the end is the end");
    require(capture_facts(capture).bytes <= capture_size(capture), "no more bytes than there are");
}

static void read_all(struct capture *capture, struct capture_batch *batch)
{
    uint64_t frames = 0;
    enum capture_status status = CAPTURE_MORE;
    for (int i = 0; i < BATCHES && status == CAPTURE_MORE; i++) {
        status = capture_read(capture, batch);
        check_frames(batch);
        frames += batch->count;
        require(capture_facts(capture).frames == frames, "frames are counted");
    }
    if (status != CAPTURE_MORE)
        check_end(capture, batch, status);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct capture_batch batch;
    char path[32], error[256] = "";
    if (!batch.buffer)
        require(!capture_batch_open(&batch), "there is memory for a batch");
    int file = make_file(data, size, path, sizeof path);
    struct capture *capture = capture_open(path, error, sizeof error);
    require(capture || *error, "why it cannot be opened is said");
    if (capture)
        read_all(capture, &batch);
    capture_close(capture);
    close(file);
    return 0;
}
