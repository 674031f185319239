/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of sectors: bytes lost, out of order, cut, extended. */
#include "family.h"

#define PLAIN model_carry_out(model, request, response, silent)
#define AT(lba) carry_out_at(model, request, response, silent, lba)

/* The 48-bit command that does the same. */
static uint8_t extended_form(uint8_t opcode)
{
    static const uint8_t forms[][2] = {{ATA_READ, ATA_READ_EXT},
                                       {ATA_READ_DMA, ATA_READ_DMA_EXT},
                                       {ATA_WRITE, ATA_WRITE_EXT},
                                       {ATA_WRITE_DMA, ATA_WRITE_DMA_EXT},
                                       {ATA_VERIFY, ATA_VERIFY_EXT}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (forms[i][0] == opcode)
            return forms[i][1];
    return opcode;
}

/* Carries the command out at another address of 48 bits. */
static enum aoe_error carry_out_at(struct model *model, const struct aoe_frame *request,
                                   struct aoe_frame *response, bool *silent, uint64_t lba)
{
    struct aoe_frame moved = *request;
    moved.ata.opcode = extended_form(request->ata.opcode);
    moved.ata.aflags |= AOE_ATA_EXTENDED;
    aoe_ata_set_lba(&moved.ata, lba);
    return model_carry_out(model, &moved, response, silent);
}

static bool is_addressed(const struct aoe_frame *request, bool extended)
{
    const struct ata_opcode *opcode = is_ata(request) ? ata_opcode_find(request->ata.opcode) : NULL;
    return opcode && opcode->addressed && opcode->extended == extended &&
           !(request->ata.aflags & AOE_ATA_EXTENDED) == !extended;
}

static uint64_t lba_of(const struct aoe_frame *request)
{
    return aoe_ata_lba(&request->ata);
}

/* All six bytes, whatever the command. */
static uint64_t all_bytes(const struct aoe_frame *request)
{
    struct aoe_ata ata = request->ata;
    ata.aflags |= AOE_ATA_EXTENDED;
    return aoe_ata_lba(&ata);
}

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

/* 3.1-lba28 */

/* The bits of `value` count, of the six bytes. */
ON_CARRY_OUT(lba28_bits)
{
    return is_addressed(request, false) ? AT(all_bytes(request) & value_of(user)) : PLAIN;
}

ON_CARRY_OUT(lba28_reversed)
{
    uint64_t lba = lba_of(request);
    return is_addressed(request, false)
               ? AT((lba & 0xFF) << 16 | (lba & 0xFF00) | (lba >> 16 & 0xFF) | (lba & 0xF000000))
               : PLAIN;
}

ON_CARRY_OUT(lba28_low_bytes_exchanged)
{
    uint64_t lba = lba_of(request);
    return is_addressed(request, false)
               ? AT((lba & 0xFF) << 8 | (lba >> 8 & 0xFF) | (lba & 0xFFF0000))
               : PLAIN;
}

/* Bytes added up as signed characters are. */
ON_CARRY_OUT(lba28_signed_bytes)
{
    const uint8_t *byte = request->ata.lba;
    int64_t lba = (int8_t)byte[0] + (int8_t)byte[1] * INT64_C(256) +
                  (int8_t)byte[2] * INT64_C(65536) + (byte[3] & 0xF) * INT64_C(16777216);
    return is_addressed(request, false) ? AT((uint64_t)lba) : PLAIN;
}

ON_CARRY_OUT(lba28_from_one)
{
    return is_addressed(request, false) ? AT(lba_of(request) - 1) : PLAIN;
}

/* 3.1-lba48 */

ON_CARRY_OUT(lba48_bits)
{
    return is_addressed(request, true) ? AT(lba_of(request) & value_of(user)) : PLAIN;
}

ON_CARRY_OUT(lba48_reversed)
{
    uint64_t lba = lba_of(request), reversed = 0;
    for (unsigned i = 0; i < 6; i++)
        reversed = reversed << 8 | (lba >> 8 * i & 0xFF);
    return is_addressed(request, true) ? AT(reversed) : PLAIN;
}

/* As the registers of a drive take them: each first with its high, then with its low byte. */
ON_CARRY_OUT(lba48_halves_exchanged)
{
    uint64_t lba = lba_of(request);
    return is_addressed(request, true) ? AT(lba >> 24 | (lba & 0xFFFFFF) << 24) : PLAIN;
}

ON_CARRY_OUT(lba48_sign_extended)
{
    uint64_t lba = lba_of(request);
    return is_addressed(request, true) ? AT(lba | (uint64_t)(int64_t)(int32_t)lba) : PLAIN;
}

ON_CARRY_OUT(lba48_wraps_at_capacity)
{
    return is_addressed(request, true) ? AT(lba_of(request) % model->disk.sectors) : PLAIN;
}

ON_CARRY_OUT(lba48_stops_at_last)
{
    uint64_t last = model->disk.sectors - 1, lba = lba_of(request);
    return is_addressed(request, true) ? AT(lba < last ? lba : last) : PLAIN;
}

/* The offset in bytes has as many bits as `value`. */

static uint64_t at_short_offset(const void *user, uint64_t lba)
{
    return lba & (value_of(user) / AOE_SECTOR_BYTES);
}

ON_READ(read_at_short_offset)
{
    return next->read(next->user, at_short_offset(user, lba), count, to);
}

ON_WRITE(write_at_short_offset)
{
    return next->write(next->user, at_short_offset(user, lba), count, from);
}

/* The border of 28 bits: what of a command lies behind it goes to sector 0 and on. `value` is 1
 * where that happens to 48-bit commands, 0 for 28-bit ones. */

ON_REQUEST(note_extended)
{
    struct deviant *d = user;
    d->armed = is_addressed(request, d->value);
}

static uint64_t at_border(const void *user, uint64_t first, uint64_t lba)
{
    bool wraps = ((const struct deviant *)user)->armed;
    return wraps && first < ATA_LBA28_END && lba >= ATA_LBA28_END ? lba - ATA_LBA28_END : lba;
}

ON_READ(read_at_border)
{
    int result = 0;
    for (size_t i = 0; i < count; i++)
        result |= next->read(next->user, at_border(user, lba, lba + i), 1,
                             (uint8_t *)to + i * AOE_SECTOR_BYTES);
    return result;
}

ON_WRITE(write_at_border)
{
    int result = 0;
    for (size_t i = 0; i < count; i++)
        result |= next->write(next->user, at_border(user, lba, lba + i), 1,
                              (const uint8_t *)from + i * AOE_SECTOR_BYTES);
    return result;
}

/* 3.1-ext-mismatch leaves open how such a command is read, but not whether its data may be lost. */

static bool mismatches(const struct aoe_frame *request)
{
    const struct ata_opcode *opcode = is_ata(request) ? ata_opcode_find(request->ata.opcode) : NULL;
    return opcode && opcode->addressed &&
           !(request->ata.aflags & AOE_ATA_EXTENDED) == opcode->extended;
}

ON_RESPONSE(mismatch_acknowledged)
{
    if (mismatches(request) && is_write(request))
        family_succeed(response);
}

ON_CARRY_OUT(mismatch_at_zero)
{
    return mismatches(request) && !value_of(user) == is_read(request) ? AT(0) : PLAIN;
}

#define ALL_BITS UINT64_C(0xFFFFFFFFFFFF)

static const struct deviation deviations[] = {
    {"lba28-high-nibble-used", "3.1-lba28", "the high nibble of lba3 is part of a 28-bit address",
     .value = 0xFFFFFFFF, .hooks.model.carry_out = lba28_bits},
    {"lba28-upper-bytes-used", "3.1-lba28", "lba4 and lba5 are part of a 28-bit address",
     .value = ALL_BITS & ~UINT64_C(0xF0000000), .hooks.model.carry_out = lba28_bits},
    {"lba28-lba0-lost", "3.1-lba28", "lba0 of a 28-bit address is lost", .value = 0xFFFFF00,
     .hooks.model.carry_out = lba28_bits},
    {"lba28-lba1-lost", "3.1-lba28", "lba1 of a 28-bit address is lost", .value = 0xFFF00FF,
     .hooks.model.carry_out = lba28_bits},
    {"lba28-lba2-lost", "3.1-lba28", "lba2 of a 28-bit address is lost", .value = 0xF00FFFF,
     .hooks.model.carry_out = lba28_bits},
    {"lba28-lba3-lost", "3.1-lba28", "the low nibble of lba3 is lost", .value = 0xFFFFFF,
     .hooks.model.carry_out = lba28_bits},
    {"lba28-reversed", "3.1-lba28", "lba0 and lba2 of a 28-bit address are exchanged",
     .hooks.model.carry_out = lba28_reversed},
    {"lba28-low-bytes-exchanged", "3.1-lba28", "lba0 and lba1 of a 28-bit address are exchanged",
     .hooks.model.carry_out = lba28_low_bytes_exchanged},
    {"lba28-signed-bytes", "3.1-lba28", "bytes over 127 of a 28-bit address count as negative",
     .hooks.model.carry_out = lba28_signed_bytes},
    {"lba28-from-one", "3.1-lba28", "28-bit addresses count from 1",
     .hooks.model.carry_out = lba28_from_one},
    {"lba48-28-bits", "3.1-lba48", "a 48-bit address is cut to 28 bits", .value = 0xFFFFFFF,
     .hooks.model.carry_out = lba48_bits},
    {"lba48-31-bits", "3.1-lba48", "a 48-bit address is cut to 31 bits", .value = 0x7FFFFFFF,
     .hooks.model.carry_out = lba48_bits},
    {"lba48-32-bits", "3.1-lba48", "a 48-bit address is cut to 32 bits", .value = 0xFFFFFFFF,
     .hooks.model.carry_out = lba48_bits},
    {"lba48-40-bits", "3.1-lba48", "a 48-bit address is cut to 40 bits", .value = 0xFFFFFFFFFF,
     .hooks.model.carry_out = lba48_bits},
    {"lba48-lba0-lost", "3.1-lba48", "lba0 of a 48-bit address is lost",
     .value = ALL_BITS & ~UINT64_C(0xFF), .hooks.model.carry_out = lba48_bits},
    {"lba48-lba1-lost", "3.1-lba48", "lba1 of a 48-bit address is lost",
     .value = ALL_BITS & ~UINT64_C(0xFF00), .hooks.model.carry_out = lba48_bits},
    {"lba48-lba2-lost", "3.1-lba48", "lba2 of a 48-bit address is lost",
     .value = ALL_BITS & ~UINT64_C(0xFF0000), .hooks.model.carry_out = lba48_bits},
    {"lba48-lba3-lost", "3.1-lba48", "lba3 of a 48-bit address is lost",
     .value = ALL_BITS & ~UINT64_C(0xFF000000), .hooks.model.carry_out = lba48_bits},
    {"lba48-lba4-lost", "3.1-lba48", "lba4 of a 48-bit address is lost",
     .value = ALL_BITS & ~UINT64_C(0xFF00000000), .hooks.model.carry_out = lba48_bits},
    {"lba48-reversed", "3.1-lba48", "the six bytes of a 48-bit address are taken in reverse order",
     .hooks.model.carry_out = lba48_reversed},
    {"lba48-halves-exchanged", "3.1-lba48",
     "lba3 to lba5 are taken for the low half of a 48-bit address",
     .hooks.model.carry_out = lba48_halves_exchanged},
    {"lba48-sign-extended", "3.1-lba48",
     "a 48-bit address with bit 31 set is refused as if it were negative", "disk=512T",
     .hooks.model.carry_out = lba48_sign_extended},
    {"lba48-wraps-at-capacity", "3.1-lba48", "48-bit addresses past the end begin anew at sector 0",
     .hooks.model.carry_out = lba48_wraps_at_capacity},
    {"lba48-stops-at-last", "3.1-lba48", "48-bit addresses past the end mean the last sector",
     .hooks.model.carry_out = lba48_stops_at_last},
    {"offset-32-bits", "3.1-lba48", "sectors at 4 GiB and beyond are taken 4 GiB and more before",
     "disk=16G", .value = UINT32_MAX,
     .hooks = {.read = read_at_short_offset, .write = write_at_short_offset}},
    {"offset-40-bits", "3.1-lba48", "sectors at 1 TiB and beyond are taken 1 TiB and more before",
     "disk=3T", .value = (UINT64_C(1) << 40) - 1,
     .hooks = {.read = read_at_short_offset, .write = write_at_short_offset}},
    {"lba28-27-bits", "3.1-lba28", "the highest bit of a 28-bit address is lost", "disk=200G",
     .value = 0x7FFFFFF, .hooks.model.carry_out = lba28_bits},
    {"lba28-wraps-at-border", "3.1-lba28", "a 28-bit command that crosses 2^28 goes on at sector 0",
     "disk=200G", .value = 0,
     .hooks = {.model.request = note_extended, .read = read_at_border, .write = write_at_border}},
    {"lba48-wraps-at-border", "3.1-lba48", "a 48-bit command that crosses 2^28 goes on at sector 0",
     "disk=200G", .value = 1,
     .hooks = {.model.request = note_extended, .read = read_at_border, .write = write_at_border}},
    {"ext-mismatch-write-lost", "3.1-readback",
     "a write whose E flag contradicts the opcode is acknowledged, not stored",
     .hooks.model.response = mismatch_acknowledged},
    {"ext-mismatch-write-at-zero", "3.1-readback",
     "a write whose E flag contradicts the opcode goes to sector 0", .value = 1,
     .hooks.model.carry_out = mismatch_at_zero},
    {"ext-mismatch-read-at-zero", "3.1-readback",
     "a read whose E flag contradicts the opcode returns sector 0", .value = 0,
     .hooks.model.carry_out = mismatch_at_zero},
};

const struct family family_lba = FAMILY(deviations);
