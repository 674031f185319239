/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the frames that a statistic is given, one by one, to the figures that common/group.h adds
 * up. Which frames belong together is what the history knows; nothing here looks for that again.
 * Knows nothing of Wireshark. */
#ifndef AOE_TALLY_H
#define AOE_TALLY_H

#include "common/slowest.h"
#include "common/traffic.h"
#include "history.h"
#include "waiting.h"

struct tally_frame {
    const struct aoe_frame *frame;
    const struct history_exchange *exchange; /* NULL where the frame is cut too short */
    uint32_t vlan;                           /* as of aoe_vlan_of */
    uint32_t number;
    int64_t time; /* ns */
};

struct tally {
    struct traffic traffic;
    struct slowest slowest;
    struct waiting waiting;
    uint64_t frames, cut_frames, wire_bytes, steps_back;
    int64_t start, end, latest; /* of frames, ns; meaningless without any */
    int64_t step_back_max, patience;
};

/* An empty tally of commands that are given up `patience` ns after their last send. -1 where there
 * is no memory; then nothing is held. */
int tally_open(struct tally *tally, int64_t patience);
void tally_close(struct tally *tally);

/* Counts the next frame: numbers grow. A command is answered where the frame that first carried it
 * was counted too. Returns the index of its pair in the traffic; -1 where there
 * is no memory, and for a frame that is cut too short. */
int tally_add(struct tally *tally, const struct tally_frame *frame);

/* Counts what became of the commands that no frame here answers, and the time up to the last frame.
 * May be called again, also after further frames. Without a history (NULL) they are open. */
void tally_settle(struct tally *tally, const struct history *history);

/* Nanoseconds from the first frame to the last, 0 without any. */
uint64_t tally_duration(const struct tally *tally);

/* The operation of the command that a frame belongs to, and whether it is an answer that says that
 * the command failed. */
enum operation tally_operation(const struct aoe_frame *frame,
                               const struct history_exchange *exchange);
bool tally_failed(const struct aoe_frame *frame);

#endif
