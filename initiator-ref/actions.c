/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "actions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "work.h"

enum { CHUNK_SECTORS = 2048 }; /* moved at a time */

static enum outcome end_with(struct driver *driver, enum outcome outcome, const char *message)
{
    snprintf(driver->message, sizeof driver->message, "%s", message);
    return outcome;
}

static enum outcome discover(struct driver *driver)
{
    enum outcome outcome = driver_discover(driver);
    if (outcome != OUTCOME_DONE)
        return outcome;
    fprintf(driver->output, "%" PRIu64 "\n", engine_capacity(&driver->engine));
    if (fflush(driver->output) != 0)
        return end_with(driver, OUTCOME_BROKEN, "standard output cannot be written");
    return OUTCOME_DONE;
}

/* One chunk of an action: `sectors` at `lba`, with room for two times as many at `data`. */
struct chunk {
    uint64_t lba;
    size_t sectors;
    uint8_t *data;
};

typedef enum outcome chunk_action(struct driver *driver, const struct chunk *chunk);

static enum outcome move(struct driver *driver, enum ata_direction direction,
                         const struct chunk *chunk)
{
    struct engine_transfer transfer = {direction, chunk->lba, chunk->sectors, chunk->data};
    return driver_transfer(driver, &transfer, 1);
}

static enum outcome read_input(struct driver *driver, uint8_t *to, size_t sectors)
{
    size_t got = fread(to, AOE_SECTOR_BYTES, sectors, driver->input);
    if (got == sectors)
        return OUTCOME_DONE;
    return end_with(driver, OUTCOME_BROKEN,
                    "standard input ends before all sectors have their data");
}

static enum outcome chunk_read(struct driver *driver, const struct chunk *chunk)
{
    enum outcome outcome = move(driver, ATA_DATA_IN, chunk);
    if (outcome != OUTCOME_DONE)
        return outcome;
    if (fwrite(chunk->data, AOE_SECTOR_BYTES, chunk->sectors, driver->output) != chunk->sectors ||
        fflush(driver->output) != 0)
        return end_with(driver, OUTCOME_BROKEN, "standard output cannot be written");
    return OUTCOME_DONE;
}

static enum outcome chunk_write(struct driver *driver, const struct chunk *chunk)
{
    enum outcome outcome = read_input(driver, chunk->data, chunk->sectors);
    return outcome == OUTCOME_DONE ? move(driver, ATA_DATA_OUT, chunk) : outcome;
}

static enum outcome chunk_verify(struct driver *driver, const struct chunk *chunk)
{
    uint8_t *wanted = chunk->data + chunk->sectors * AOE_SECTOR_BYTES;
    enum outcome outcome = read_input(driver, wanted, chunk->sectors);
    if (outcome == OUTCOME_DONE)
        outcome = move(driver, ATA_DATA_IN, chunk);
    if (outcome != OUTCOME_DONE)
        return outcome;
    for (size_t at = 0; at < chunk->sectors * AOE_SECTOR_BYTES; at += AOE_SECTOR_BYTES)
        if (memcmp(chunk->data + at, wanted + at, AOE_SECTOR_BYTES) != 0) {
            snprintf(driver->message, sizeof driver->message,
                     "LBA %" PRIu64 " differs from standard input",
                     chunk->lba + at / AOE_SECTOR_BYTES);
            return OUTCOME_DIFFERS;
        }
    return OUTCOME_DONE;
}

/* A range past the end is refused as a whole, before anything of it is moved. */
static enum outcome check_range(struct driver *driver, const struct action_range *range)
{
    uint64_t capacity = engine_capacity(&driver->engine);
    if (range->lba <= capacity && range->count <= capacity - range->lba)
        return OUTCOME_DONE;
    snprintf(driver->message, sizeof driver->message,
             "%" PRIu64 " sectors at LBA %" PRIu64 ": the disk has %" PRIu64, range->count,
             range->lba, capacity);
    return OUTCOME_ERROR;
}

static enum outcome each_chunk(struct driver *driver, const struct action_range *range,
                               chunk_action *action)
{
    struct chunk chunk = {.lba = range->lba};
    enum outcome outcome = driver_find(driver);
    if (outcome == OUTCOME_DONE)
        outcome = check_range(driver, range);
    if (outcome != OUTCOME_DONE)
        return outcome;
    chunk.data = malloc(2 * CHUNK_SECTORS * AOE_SECTOR_BYTES);
    if (!chunk.data)
        return end_with(driver, OUTCOME_BROKEN, "out of memory");
    for (uint64_t left = range->count; left && outcome == OUTCOME_DONE; left -= chunk.sectors) {
        chunk.sectors = left < CHUNK_SECTORS ? (size_t)left : CHUNK_SECTORS;
        outcome = action(driver, &chunk);
        chunk.lba += chunk.sectors;
    }
    free(chunk.data);
    return outcome;
}

static enum outcome work_through(struct driver *driver, struct work *work)
{
    enum outcome outcome = driver_find(driver);
    if (outcome != OUTCOME_DONE)
        return outcome;
    work_init(work, engine_capacity(&driver->engine), driver->engine.settings.tag);
    work_plan_writes(work);
    outcome = driver_transfer(driver, work->transfers, work->count);
    /* As a disk that is unmounted and mounted again. */
    if (outcome == OUTCOME_DONE)
        outcome = driver_discover(driver);
    if (outcome != OUTCOME_DONE)
        return outcome;
    work_plan_reads(work);
    outcome = driver_transfer(driver, work->transfers, work->count);
    if (outcome == OUTCOME_DONE && !work_check(work, driver->message, sizeof driver->message))
        return OUTCOME_DIFFERS;
    return outcome;
}

static enum outcome do_work(struct driver *driver)
{
    struct work *work = malloc(sizeof *work);
    if (!work)
        return end_with(driver, OUTCOME_BROKEN, "out of memory");
    enum outcome outcome = work_through(driver, work);
    free(work);
    return outcome;
}

enum outcome action_carry_out(struct driver *driver, enum action action,
                              const struct action_range *range)
{
    switch (action) {
    case ACTION_DISCOVER:
        return discover(driver);
    case ACTION_READ:
        return each_chunk(driver, range, chunk_read);
    case ACTION_WRITE:
        return each_chunk(driver, range, chunk_write);
    case ACTION_VERIFY:
        return each_chunk(driver, range, chunk_verify);
    case ACTION_WORK:
        return do_work(driver);
    default: /* reset: to forget is not the driver's */
        return OUTCOME_DONE;
    }
}
