/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted for one operation of one pair: every figure that can be added. */
#ifndef AOE_MEASURE_H
#define AOE_MEASURE_H

#include "latency.h"
#include "protocol/ata.h"

enum operation {
    OPERATION_READ,
    OPERATION_WRITE,
    OPERATION_FLUSH,
    OPERATION_IDENTIFY,
    OPERATION_ATA, /* every other ATA command */
    OPERATION_CONFIG,
    OPERATION_MASK,
    OPERATION_RESERVE,
    OPERATION_VENDOR, /* and every other command that is not known */
    OPERATIONS,
};

/* "read", "write", ... */
const char *operation_name(enum operation operation);

/* Of a request by its command and, for ATA, its opcode. */
enum operation operation_of(uint8_t command, uint8_t opcode);

enum { MEASURE_AOE_ERRORS = 7, MEASURE_ATA_BITS = 4, MEASURE_ALIGNMENTS = 12 };

/* Latencies of commands that were never repeated are alike: they are kept once, in `plain`. */
struct measure {
    uint64_t requests, responses, commands, answered, unanswered, unanswered_once, open;
    uint64_t answers_to_broadcast, same_tag, new_tag, spurious, repeated_commands;
    uint64_t duplicate, late, unsolicited, adverts;
    uint64_t bytes;                          /* data of answered reads, or writes */
    uint64_t aoe_errors[MEASURE_AOE_ERRORS]; /* error 1 to 6; [0] is every other value */
    uint64_t ata_errors;
    uint64_t ata_bits[MEASURE_ATA_BITS];       /* ABRT, IDNF, UNC, any other */
    struct latency plain, round_trip, command; /* the last two: of repeated commands */
    struct latency first_repeat, later_repeat;
    uint64_t *sectors; /* [256], commands with so many; NULL but for reads and writes */
    uint64_t alignment[MEASURE_ALIGNMENTS];
    uint32_t largest_frame;
};

/* Adds all that `from` counted. */
int measure_join(struct latency_pool *pool, struct measure *to,
                 const struct latency_pool *from_pool, const struct measure *from);

/* Counts an answer with an AoE error. */
static inline void measure_aoe_error(struct measure *measure, uint8_t error)
{
    measure->aoe_errors[error < MEASURE_AOE_ERRORS ? error : 0]++;
}

/* Counts an answer with an ATA error, by the error register. */
static inline void measure_ata_error(struct measure *measure, uint8_t bits)
{
    measure->ata_errors++;
    measure->ata_bits[0] += (bits & ATA_ERROR_ABRT) != 0;
    measure->ata_bits[1] += (bits & ATA_ERROR_IDNF) != 0;
    measure->ata_bits[2] += (bits & ATA_ERROR_UNC) != 0;
    measure->ata_bits[3] += (bits & ~(ATA_ERROR_ABRT | ATA_ERROR_IDNF | ATA_ERROR_UNC)) != 0;
}

/* Counts a read or a write: its size, and how its LBA is aligned. */
static inline void measure_transfer(struct measure *measure, uint64_t lba, uint8_t count)
{
    unsigned zeros = lba ? (unsigned)__builtin_ctzll(lba) : MEASURE_ALIGNMENTS;
    measure->sectors[count]++;
    measure->alignment[zeros < MEASURE_ALIGNMENTS ? zeros : MEASURE_ALIGNMENTS - 1]++;
}

/* Answers with an AoE error or an ATA error. */
uint64_t measure_errors(const struct measure *measure);

/* Makes room for `sectors`. -1 where there is no memory. */
int measure_transfers(struct measure *measure);

#endif
