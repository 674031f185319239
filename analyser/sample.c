/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sample.h"

#include <stdlib.h>

_Static_assert(sizeof(struct sample) == 64, "a sample is a line of the cache");

int sample_batch_open(struct sample_batch *batch)
{
    *batch = (struct sample_batch){.count = 0};
    batch->samples =
        aligned_alloc(_Alignof(struct sample), CAPTURE_BATCH_FRAMES * sizeof *batch->samples);
    return batch->samples ? 0 : -1;
}

void sample_batch_close(struct sample_batch *batch)
{
    free(batch->samples);
    *batch = (struct sample_batch){.count = 0};
}

void sample_read(struct sample *sample, const struct aoe_frame *frame, int64_t time, uint32_t vlan)
{
    bool ata = frame->command == AOE_COMMAND_ATA && frame->extent == AOE_EXTENT_ARGUMENT;
    sample->time = time;
    sample->place = 0;
    sample->vlan = vlan;
    sample->wire_length = (uint32_t)frame->wire_length;
    sample->flags = frame->flags;
    sample->error = frame->error;
    sample->opcode = ata ? frame->ata.opcode : 0;
    sample->feature = ata ? frame->ata.feature : 0;
    aoe_exchange_read(&sample->reading, frame, aoe_vlan_fold(vlan));
}

static void read_frame(struct sample_batch *batch, size_t place, struct unwrapper *unwrapper)
{
    const struct capture_frame *captured = &batch->captured[place];
    struct aoe_frame frame;
    uint32_t vlan;
    struct sample *sample = &batch->samples[batch->count];
    switch (unwrap(unwrapper, captured, &frame, &vlan)) {
    case UNWRAPPED_AOE:
        sample_read(sample, &frame, captured->time, vlan);
        sample->place = (uint32_t)place;
        batch->count++;
        break;
    case UNWRAPPED_CUT:
        batch->cut_frames++;
        break;
    case UNWRAPPED_OTHER:
        batch->other_frames++;
    }
}

void sample_batch_read(struct sample_batch *batch, const struct capture_batch *from,
                       struct unwrapper *unwrapper)
{
    enum { AHEAD = 8 };
    batch->count = 0;
    batch->captured = from->frames;
    batch->frames = from->count;
    batch->other_frames = batch->cut_frames = 0;
    for (size_t i = 0; i < from->count; i++) {
        if (i + AHEAD < from->count)
            __builtin_prefetch(from->frames[i + AHEAD].bytes);
        read_frame(batch, i, unwrapper);
    }
}
