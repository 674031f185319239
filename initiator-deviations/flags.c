/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ATA commands whose flags, address or data do not fit the opcode: clause i-flags. */
#include "family.h"

ON_REQUEST(e_always)
{
    if (is_transfer(command))
        frame[BYTE_AFLAGS] |= AOE_ATA_EXTENDED;
    return length;
}

ON_REQUEST(e_in_identify)
{
    if (command && !is_transfer(command))
        frame[BYTE_AFLAGS] |= AOE_ATA_EXTENDED;
    return length;
}

ON_REQUEST(e_never)
{
    if (command)
        frame[BYTE_AFLAGS] &= (uint8_t)~AOE_ATA_EXTENDED;
    return length;
}

ON_REQUEST(w_never)
{
    if (command)
        frame[BYTE_AFLAGS] &= (uint8_t)~AOE_ATA_WRITE;
    return length;
}

ON_REQUEST(w_missing_in_ext)
{
    if (is_extended(command))
        frame[BYTE_AFLAGS] &= (uint8_t)~AOE_ATA_WRITE;
    return length;
}

ON_REQUEST(w_in_reads)
{
    if (is_read(command))
        frame[BYTE_AFLAGS] |= AOE_ATA_WRITE;
    return length;
}

ON_REQUEST(w_in_identify)
{
    if (command && !is_transfer(command))
        frame[BYTE_AFLAGS] |= AOE_ATA_WRITE;
    return length;
}

ON_REQUEST(data_one_sector)
{
    return is_write(command) ? AOE_ATA_BYTES + AOE_SECTOR_BYTES : length;
}

/* As much as the target takes, also where the command is for less. */
ON_REQUEST(data_of_whole_buffer)
{
    size_t whole = AOE_ATA_BYTES + 2 * (size_t)AOE_SECTOR_BYTES;
    if (!is_write(command) || length >= whole)
        return length;
    memset(frame + length, 0, whole - length);
    return whole;
}

ON_REQUEST(data_byte_short)
{
    return is_write(command) ? length - 1 : length;
}

ON_REQUEST(lba3_lost)
{
    if (is_transfer(command) && !is_extended(command))
        frame[BYTE_LBA + 3] = 0;
    return length;
}

ON_REQUEST(lba45_stale)
{
    if (is_transfer(command) && !is_extended(command))
        frame[BYTE_LBA + 4] = frame[BYTE_LBA + 5] = 0x5A;
    return length;
}

static void reverse(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count / 2; i++) {
        uint8_t byte = bytes[i];
        bytes[i] = bytes[count - 1 - i];
        bytes[count - 1 - i] = byte;
    }
}

ON_REQUEST(lba28_reversed)
{
    if (is_transfer(command) && !is_extended(command))
        reverse(frame + BYTE_LBA, 4);
    return length;
}

ON_REQUEST(lba48_reversed)
{
    if (is_extended(command))
        reverse(frame + BYTE_LBA, 6);
    return length;
}

ON_REQUEST(lba_32_bits)
{
    if (is_extended(command))
        frame[BYTE_LBA + 4] = frame[BYTE_LBA + 5] = 0;
    return length;
}

ON_REQUEST(lba_signed)
{
    if (is_extended(command) && frame[BYTE_LBA + 3] & 0x80)
        frame[BYTE_LBA + 4] = frame[BYTE_LBA + 5] = 0xFF;
    return length;
}

static uint8_t lba28_opcode(uint8_t opcode)
{
    return opcode == ATA_READ_EXT || opcode == ATA_READ ? ATA_READ : ATA_WRITE;
}

ON_OPCODE(never_extended)
{
    return lba28_opcode(opcode);
}

ON_REQUEST(lba_28_bits)
{
    if (is_transfer(command)) {
        frame[BYTE_LBA + 3] &= 0x0F;
        frame[BYTE_LBA + 4] = frame[BYTE_LBA + 5] = 0;
    }
    return length;
}

static const struct deviation deviations[] = {
    {"flags-e-always", "i-flags", "E is set in 28-bit commands", NULL, {.request = e_always}},
    {"flags-e-in-identify", "i-flags", "E is set in IDENTIFY", NULL, {.request = e_in_identify}},
    {"flags-e-never", "i-flags", "E is missing in 48-bit commands", NULL, {.request = e_never}},
    {"flags-w-never", "i-flags", "W is missing in writes", NULL, {.request = w_never}},
    {"flags-w-missing-in-ext",
     "i-flags",
     "W is missing in 48-bit writes",
     NULL,
     {.request = w_missing_in_ext}},
    {"flags-w-in-reads", "i-flags", "W is set in reads", NULL, {.request = w_in_reads}},
    {"flags-w-in-identify", "i-flags", "W is set in IDENTIFY", NULL, {.request = w_in_identify}},
    {"flags-data-one-sector",
     "i-flags",
     "writes carry one sector whatever their count",
     NULL,
     {.request = data_one_sector}},
    {"flags-data-whole-buffer",
     "i-flags",
     "writes carry two sectors whatever their count",
     NULL,
     {.request = data_of_whole_buffer}},
    {"flags-data-byte-short",
     "i-flags",
     "the last byte of write data is missing",
     NULL,
     {.request = data_byte_short}},
    {"flags-lba3-lost",
     "i-flags",
     "28-bit commands have an LBA of 24 bits",
     NULL,
     {.request = lba3_lost}},
    {"flags-lba45-stale",
     "i-flags",
     "lba4 and lba5 of 28-bit commands are bytes of the stack",
     NULL,
     {.request = lba45_stale}},
    {"flags-lba28-reversed",
     "i-flags",
     "lba0 to lba3 of 28-bit commands are in reverse order",
     NULL,
     {.request = lba28_reversed}},
    {"flags-lba48-reversed",
     "i-flags",
     "lba0 to lba5 of 48-bit commands are in reverse order",
     NULL,
     {.request = lba48_reversed}},
    {"flags-lba48-32-bits",
     "i-flags",
     "48-bit commands have an LBA of 32 bits",
     NULL,
     {.request = lba_32_bits}},
    {"flags-lba48-signed",
     "i-flags",
     "the LBA is extended by the sign of a 32-bit number",
     NULL,
     {.request = lba_signed}},
    {"flags-ext-never",
     "i-flags",
     "sectors beyond 2^28 are asked for with 28-bit commands",
     NULL,
     {.opcode = never_extended, .request = lba_28_bits}},
};

const struct family family_flags = FAMILY(deviations);
