/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that are wrong in what is no argument of theirs: clause i-request. */
#include "family.h"

ON_REQUEST(version_zero)
{
    if (command)
        frame[BYTE_VERSION_FLAGS] &= 0x0F;
    return length;
}

ON_REQUEST(version_two_in_queries)
{
    if (!command)
        frame[BYTE_VERSION_FLAGS] = 2 << 4;
    return length;
}

ON_REQUEST(r_in_writes)
{
    if (is_write(command))
        frame[BYTE_VERSION_FLAGS] |= AOE_FLAG_RESPONSE;
    return length;
}

ON_REQUEST(r_in_repeats)
{
    if (is_repeat(command))
        frame[BYTE_VERSION_FLAGS] |= AOE_FLAG_RESPONSE;
    return length;
}

ON_REQUEST(e_in_reads)
{
    if (is_read(command))
        frame[BYTE_VERSION_FLAGS] |= AOE_FLAG_ERROR;
    return length;
}

ON_REQUEST(error_stack)
{
    if (command)
        frame[BYTE_ERROR] = 0x7F;
    return length;
}

ON_REQUEST(error_in_writes)
{
    if (is_write(command))
        frame[BYTE_ERROR] = AOE_ERROR_ARGUMENT;
    return length;
}

ON_REQUEST(reserved_flag)
{
    if (command)
        frame[BYTE_VERSION_FLAGS] |= 1;
    return length;
}

ON_REQUEST(query_stack)
{
    if (!command)
        memcpy(frame + BYTE_BUFFER_COUNT, "\x7F\xFE\x90\x10", 4);
    return length;
}

ON_REQUEST(query_firmware)
{
    if (!command)
        frame[BYTE_FIRMWARE] = 0x40;
    return length;
}

ON_REQUEST(query_sectors)
{
    if (!command)
        frame[BYTE_SECTOR_COUNT] = 2;
    return length;
}

ON_REQUEST(query_aoe_version)
{
    if (!command)
        frame[BYTE_AOE_VERSION] |= AOE_VERSION << 4;
    return length;
}

ON_REQUEST(aflags_device_bits)
{
    if (command)
        frame[BYTE_AFLAGS] |= 0xA0;
    return length;
}

ON_REQUEST(ata_reserved_stack)
{
    if (command)
        put_be16(frame + BYTE_ATA_RESERVED, 0x7FFE);
    return length;
}

static const struct deviation deviations[] = {
    {"request-version-0",
     "i-request",
     "ATA commands have version 0",
     NULL,
     {.request = version_zero}},
    {"request-version-2-in-queries",
     "i-request",
     "queries have version 2",
     NULL,
     {.request = version_two_in_queries}},
    {"request-r-in-writes", "i-request", "R is set in writes", NULL, {.request = r_in_writes}},
    {"request-r-in-repeats",
     "i-request",
     "R is set in commands that are repeated",
     NULL,
     {.request = r_in_repeats}},
    {"request-e-in-reads", "i-request", "E is set in reads", NULL, {.request = e_in_reads}},
    {"request-error-stack",
     "i-request",
     "the error field of ATA commands is a byte of the stack",
     NULL,
     {.request = error_stack}},
    {"request-error-in-writes",
     "i-request",
     "the error field of writes is 2",
     NULL,
     {.request = error_in_writes}},
    {"request-reserved-flag",
     "i-request",
     "a reserved flag is set in ATA commands",
     NULL,
     {.request = reserved_flag}},
    {"request-query-stack",
     "i-request",
     "buffer count and firmware of queries are bytes of the stack",
     NULL,
     {.request = query_stack}},
    {"request-query-firmware",
     "i-request",
     "the firmware of queries is the initiator's own",
     NULL,
     {.request = query_firmware}},
    {"request-query-sectors",
     "i-request",
     "the sector count of queries is the initiator's own",
     NULL,
     {.request = query_sectors}},
    {"request-query-aoe-version",
     "i-request",
     "the AoE version in the argument of queries is 1",
     NULL,
     {.request = query_aoe_version}},
    {"request-aflags-device-bits",
     "i-request",
     "reserved ATA flags are set, as bits of an old device register",
     NULL,
     {.request = aflags_device_bits}},
    {"request-ata-reserved-stack",
     "i-request",
     "the reserved bytes of ATA commands are bytes of the stack",
     NULL,
     {.request = ata_reserved_stack}},
};

const struct family family_request = FAMILY(deviations);
