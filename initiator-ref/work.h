/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plan of the action `work`: which sectors, in which order and sizes, with which content. */
#ifndef INITIATOR_WORK_H
#define INITIATOR_WORK_H

#include "engine.h"

enum {
    WORK_AREA = 64,               /* sectors at the beginning of the disk, and at its end */
    WORK_SECTORS = 2 * WORK_AREA, /* in all, at most */
    WORK_TRANSFERS = WORK_SECTORS,
};

struct work {
    uint64_t seed;
    struct {
        uint64_t lba;
        size_t sectors;
    } areas[2];
    uint8_t data[WORK_SECTORS * AOE_SECTOR_BYTES]; /* of both areas, one after the other */
    struct engine_transfer transfers[WORK_TRANSFERS];
    size_t count;
};

/* Chooses the sectors on a disk of `capacity` sectors (1 or more): all where it is small. Patterns
 * of another seed are other patterns. */
void work_init(struct work *work, uint64_t capacity, uint64_t seed);

/* Fills in the data and plans to write all of it. */
void work_plan_writes(struct work *work);

/* Wipes the data and plans to read all of it, in another order and in other sizes. */
void work_plan_reads(struct work *work);

/* Compares what was read. True where it is what was written; else says in `message` which sector
 * is not, and whose content it has if that can be known. */
bool work_check(const struct work *work, char *message, size_t size);

#endif
