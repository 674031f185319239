/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The point where frames are captured: what of them it sees, and the file that it writes. */
#ifndef BENCH_WRITER_H
#define BENCH_WRITER_H

#include "options.h"
#include "protocol/frame.h"
#include "random.h"

/* VLAN `index` of the simulation as its tags: outer first, none, one or two. */
struct vlan {
    uint16_t tags[2];
    unsigned count;
};
struct vlan vlan_of(uint32_t index);

/* What became of a frame at the capture. */
struct seen {
    bool analysed;   /* it is in the capture, and enough of it */
    uint64_t number; /* of the frame in the capture, from 1 */
    int64_t stamp;   /* its time there, ns since 1970 */
    int64_t clock;   /* the latest stamp of an AoE frame so far */
    uint32_t length; /* bytes after the Ethernet header and the VLAN tags */
};

/* What the capture is, as the analyser has it. */
struct capture_truth {
    uint64_t frames, aoe_frames, cut_frames, other_frames;
    uint64_t wire_bytes;
    int64_t start, end; /* stamps of AoE frames, where there are any */
    uint64_t steps_back;
    int64_t step_back_most;
};

struct writer;

/* Opens the output and writes the header of the file. NULL and one line in `error`. */
struct writer *writer_open(const struct options *options, char *error, size_t error_size);

/* Captures a frame at `time`, ns since the capture began; pads it to 60 bytes. */
struct seen writer_frame(struct writer *writer, const struct aoe_frame *frame, uint32_t vlan,
                         int64_t time);

/* True once the capture has as many frames as it shall have, or cannot be written any more. */
bool writer_is_full(const struct writer *writer);

struct capture_truth writer_truth(const struct writer *writer);

/* Writes the rest and closes. 0, or -1 and one line in `error` where anything was not written;
 * that the reader of a pipe has gone is not an error. */
int writer_close(struct writer *writer, char *error, size_t error_size);

#endif
