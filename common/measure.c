/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "measure.h"

#include <stdlib.h>

const char *operation_name(enum operation operation)
{
    static const char *const names[OPERATIONS] = {
        [OPERATION_READ] = "read",     [OPERATION_WRITE] = "write",
        [OPERATION_FLUSH] = "flush",   [OPERATION_IDENTIFY] = "identify",
        [OPERATION_ATA] = "ata",       [OPERATION_CONFIG] = "config",
        [OPERATION_MASK] = "mask",     [OPERATION_RESERVE] = "reserve",
        [OPERATION_VENDOR] = "vendor",
    };
    return names[operation];
}

/* Tables, since nobody can guess which operation comes next; 0 stands for every other one. */
static enum operation operation_of_ata(uint8_t opcode)
{
    static const uint8_t operations[UINT8_MAX + 1] = {
        [ATA_READ] = OPERATION_READ + 1,           [ATA_READ_EXT] = OPERATION_READ + 1,
        [ATA_READ_DMA_EXT] = OPERATION_READ + 1,   [ATA_READ_DMA] = OPERATION_READ + 1,
        [ATA_WRITE] = OPERATION_WRITE + 1,         [ATA_WRITE_EXT] = OPERATION_WRITE + 1,
        [ATA_WRITE_DMA_EXT] = OPERATION_WRITE + 1, [ATA_WRITE_DMA] = OPERATION_WRITE + 1,
        [ATA_FLUSH] = OPERATION_FLUSH + 1,         [ATA_FLUSH_EXT] = OPERATION_FLUSH + 1,
        [ATA_IDENTIFY] = OPERATION_IDENTIFY + 1,
    };
    return operations[opcode] ? (enum operation)(operations[opcode] - 1) : OPERATION_ATA;
}

enum operation operation_of(uint8_t command, uint8_t opcode)
{
    static const uint8_t operations[] = {
        [AOE_COMMAND_CONFIG] = OPERATION_CONFIG,
        [AOE_COMMAND_MASK] = OPERATION_MASK,
        [AOE_COMMAND_RESERVE] = OPERATION_RESERVE,
    };
    if (command == AOE_COMMAND_ATA)
        return operation_of_ata(opcode);
    return aoe_command_known(command) ? (enum operation)operations[command] : OPERATION_VENDOR;
}

uint64_t measure_errors(const struct measure *measure)
{
    uint64_t errors = measure->ata_errors;
    for (unsigned i = 0; i < MEASURE_AOE_ERRORS; i++)
        errors += measure->aoe_errors[i];
    return errors;
}

int measure_transfers(struct measure *measure)
{
    if (!measure->sectors)
        measure->sectors = calloc(UINT8_MAX + 1, sizeof *measure->sectors);
    return measure->sectors ? 0 : -1;
}

static void join_counts(struct measure *to, const struct measure *from)
{
    to->requests += from->requests;
    to->responses += from->responses;
    to->commands += from->commands;
    to->answered += from->answered;
    to->unanswered += from->unanswered;
    to->unanswered_once += from->unanswered_once;
    to->open += from->open;
    to->answers_to_broadcast += from->answers_to_broadcast;
    to->same_tag += from->same_tag;
    to->new_tag += from->new_tag;
    to->spurious += from->spurious;
    to->repeated_commands += from->repeated_commands;
    to->duplicate += from->duplicate;
    to->late += from->late;
    to->unsolicited += from->unsolicited;
    to->adverts += from->adverts;
    to->bytes += from->bytes;
    if (from->largest_frame > to->largest_frame)
        to->largest_frame = from->largest_frame;
}

static void join_errors(struct measure *to, const struct measure *from)
{
    to->ata_errors += from->ata_errors;
    for (unsigned i = 0; i < MEASURE_AOE_ERRORS; i++)
        to->aoe_errors[i] += from->aoe_errors[i];
    for (unsigned i = 0; i < MEASURE_ATA_BITS; i++)
        to->ata_bits[i] += from->ata_bits[i];
}

static int join_transfers(struct measure *to, const struct measure *from)
{
    for (unsigned i = 0; i < MEASURE_ALIGNMENTS; i++)
        to->alignment[i] += from->alignment[i];
    if (!from->sectors)
        return 0;
    if (measure_transfers(to) < 0)
        return -1;
    for (unsigned i = 0; i <= UINT8_MAX; i++)
        to->sectors[i] += from->sectors[i];
    return 0;
}

int measure_join(struct latency_pool *pool, struct measure *to,
                 const struct latency_pool *from_pool, const struct measure *from)
{
    join_counts(to, from);
    join_errors(to, from);
    latency_join(pool, &to->plain, from_pool, &from->plain);
    latency_join(pool, &to->round_trip, from_pool, &from->round_trip);
    latency_join(pool, &to->command, from_pool, &from->command);
    latency_join(pool, &to->first_repeat, from_pool, &from->first_repeat);
    latency_join(pool, &to->later_repeat, from_pool, &from->later_repeat);
    return join_transfers(to, from);
}
