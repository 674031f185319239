/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "measure.h"

#include <stdlib.h>

#include "protocol/ata.h"

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

static enum operation operation_of_ata(uint8_t opcode)
{
    switch (opcode) {
    case ATA_READ:
    case ATA_READ_EXT:
    case ATA_READ_DMA_EXT:
    case ATA_READ_DMA:
        return OPERATION_READ;
    case ATA_WRITE:
    case ATA_WRITE_EXT:
    case ATA_WRITE_DMA_EXT:
    case ATA_WRITE_DMA:
        return OPERATION_WRITE;
    case ATA_FLUSH:
    case ATA_FLUSH_EXT:
        return OPERATION_FLUSH;
    case ATA_IDENTIFY:
        return OPERATION_IDENTIFY;
    default:
        return OPERATION_ATA;
    }
}

enum operation operation_of(uint8_t command, uint8_t opcode)
{
    switch (command) {
    case AOE_COMMAND_ATA:
        return operation_of_ata(opcode);
    case AOE_COMMAND_CONFIG:
        return OPERATION_CONFIG;
    case AOE_COMMAND_MASK:
        return OPERATION_MASK;
    case AOE_COMMAND_RESERVE:
        return OPERATION_RESERVE;
    default:
        return OPERATION_VENDOR;
    }
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
