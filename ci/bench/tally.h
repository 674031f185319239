/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts and samples of one pair and operation, and sums of them. */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALIGNMENTS = 12, DISTANCES = 48, SECTOR_COUNTS = 256, AOE_ERRORS = 8, ATA_BITS = 4 };

/* Indices of counts; those that end in _0 are the first of several. */
enum {
    COUNT_REQUESTS,
    COUNT_RESPONSES,
    COUNT_COMMANDS,
    COUNT_ANSWERED,
    COUNT_UNANSWERED,
    COUNT_OPEN,
    COUNT_UNANSWERED_ONCE,
    COUNT_ANSWERS_TO_BROADCAST,
    COUNT_SAME_TAG,
    COUNT_NEW_TAG,
    COUNT_SPURIOUS,
    COUNT_REPEATED,
    COUNT_DUPLICATE,
    COUNT_LATE,
    COUNT_UNSOLICITED,
    COUNT_ADVERTS,
    COUNT_READ_BYTES,
    COUNT_WRITTEN_BYTES,
    COUNT_ATA_ERRORS,
    COUNT_SEQUENTIAL,
    COUNT_AOE_ERROR_0,
    COUNT_ATA_BIT_0 = COUNT_AOE_ERROR_0 + AOE_ERRORS,
    COUNT_ALIGNMENT_0 = COUNT_ATA_BIT_0 + ATA_BITS,
    COUNT_FORWARD_0 = COUNT_ALIGNMENT_0 + ALIGNMENTS,
    COUNT_BACKWARD_0 = COUNT_FORWARD_0 + DISTANCES,
    COUNT_SECTORS_0 = COUNT_BACKWARD_0 + DISTANCES,
    COUNTS = COUNT_SECTORS_0 + SECTOR_COUNTS,
};

enum timing {
    TIMING_FRAME_ROUND_TRIP,
    TIMING_COMMAND_LATENCY,
    TIMING_THINK,
    TIMING_FIRST_REPEAT,
    TIMING_LATER_REPEAT,
    TIMINGS,
};

/* Every single time, in ns. */
struct samples {
    int64_t *values;
    size_t count, capacity;
};

struct tally {
    uint64_t count[COUNTS];
    uint32_t largest_frame;
    struct samples timings[TIMINGS];
};

/* 0, or -1 where there is no memory. */
int samples_add(struct samples *samples, int64_t value);

/* Adds all that is in `from`. 0, or -1 where there is no memory. */
int tally_add(struct tally *to, const struct tally *from);

void tally_sort(struct tally *tally);
void tally_close(struct tally *tally);

/* The largest k with 2^k <= number (over 0). */
unsigned power_of(uint64_t number);

#endif
