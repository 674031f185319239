/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "work.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/pattern.h"

void work_init(struct work *work, uint64_t capacity, uint64_t seed)
{
    uint64_t whole = capacity < WORK_SECTORS ? capacity : WORK_SECTORS;
    memset(work, 0, sizeof *work);
    work->seed = seed;
    work->areas[0].sectors = (size_t)(whole + 1) / 2;
    work->areas[1].sectors = (size_t)whole / 2;
    work->areas[1].lba = capacity - work->areas[1].sectors;
}

/* Cuts an area into transfers of these sizes, in turn. */
static void plan_area(struct work *work, enum ata_direction direction, size_t area,
                      const uint8_t *sizes, size_t size_count)
{
    size_t before = area ? work->areas[0].sectors : 0;
    size_t sectors = work->areas[area].sectors;
    for (size_t at = 0, i = 0; at < sectors; i++) {
        size_t size = sizes[i % size_count];
        if (size > sectors - at)
            size = sectors - at;
        work->transfers[work->count++] =
            (struct engine_transfer){direction, work->areas[area].lba + at, size,
                                     work->data + (before + at) * AOE_SECTOR_BYTES};
        at += size;
    }
}

static void turn_around(struct work *work)
{
    for (size_t i = 0; i < work->count / 2; i++) {
        struct engine_transfer first = work->transfers[i];
        work->transfers[i] = work->transfers[work->count - 1 - i];
        work->transfers[work->count - 1 - i] = first;
    }
}

void work_plan_writes(struct work *work)
{
    static const uint8_t sizes[] = {1, 2, 3, 8, 17};
    uint8_t *data = work->data;
    work->count = 0;
    for (size_t area = 0; area < 2; area++) {
        pattern_fill(data, work->areas[area].lba, work->areas[area].sectors, work->seed);
        data += work->areas[area].sectors * AOE_SECTOR_BYTES;
        plan_area(work, ATA_DATA_OUT, area, sizes, sizeof sizes);
    }
}

void work_plan_reads(struct work *work)
{
    static const uint8_t sizes[] = {5, 1, 13, 2};
    work->count = 0;
    memset(work->data, 0, sizeof work->data);
    for (size_t area = 0; area < 2; area++)
        plan_area(work, ATA_DATA_IN, area, sizes, sizeof sizes);
    turn_around(work);
}

static bool check_sector(uint64_t lba, uint64_t seed, const uint8_t *data, char *message,
                         size_t size)
{
    uint64_t found_lba, found_seed;
    bool known = pattern_identify(data, &found_lba, &found_seed);
    if (known && found_lba == lba && found_seed == seed)
        return true;
    if (!known)
        snprintf(message, size, "LBA %" PRIu64 " does not hold what was written there", lba);
    else if (found_seed != seed)
        snprintf(message, size, "LBA %" PRIu64 " holds what was written before, to LBA %" PRIu64,
                 lba, found_lba);
    else
        snprintf(message, size, "LBA %" PRIu64 " holds what was written to LBA %" PRIu64, lba,
                 found_lba);
    return false;
}

bool work_check(const struct work *work, char *message, size_t size)
{
    const uint8_t *data = work->data;
    for (size_t area = 0; area < 2; area++)
        for (size_t i = 0; i < work->areas[area].sectors; i++, data += AOE_SECTOR_BYTES)
            if (!check_sector(work->areas[area].lba + i, work->seed, data, message, size))
                return false;
    return true;
}
