/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "field.h"

#define HEADER(name, byte, bytes, meaning)                                                         \
    {                                                                                              \
        name, AOE_LAYOUT_HEADER, byte, bytes, 0, 0, false, meaning                                 \
    }
#define ARGUMENT(layout, name, byte, bytes, meaning)                                               \
    {                                                                                              \
        name, AOE_LAYOUT_##layout, byte, bytes, 0, 0, false, meaning                               \
    }
#define BITS(layout, name, byte, shift, bits, meaning)                                             \
    {                                                                                              \
        name, AOE_LAYOUT_##layout, byte, 1, shift, bits, false, meaning                            \
    }

static const struct aoe_field fields[] = {
    HEADER("destination", 0, 6, "Ethernet destination (2.1-type)"),
    HEADER("source", 6, 6, "Ethernet source (2.1-type)"),
    HEADER("type", 12, 2, "Ethernet type, 0x88A2 (2.1-type)"),
    BITS(HEADER, "version", 14, 4, 4, "AoE version, 1 (2.2-version)"),
    BITS(HEADER, "flags", 14, 0, 4, "R 0x8, E 0x4, reserved 0x3 (2.3-response)"),
    BITS(HEADER, "r", 14, 3, 1, "response flag (2.3-response)"),
    BITS(HEADER, "e", 14, 2, 1, "error flag (2.3-error)"),
    BITS(HEADER, "z", 14, 0, 2, "reserved flags (1-reserved)"),
    HEADER("error", 15, 1, "AoE error (2.4-codes)"),
    HEADER("shelf", 16, 2, "major address (2.5-address)"),
    HEADER("slot", 18, 1, "minor address (2.5-address)"),
    HEADER("command", 19, 1, "command (2.6-command)"),
    HEADER("tag", 20, 4, "tag (2.7-tag)"),
    ARGUMENT(ATA, "aflags", 24, 1, "E 0x40, D 0x10, A 0x02, W 0x01 (3.1-registers)"),
    BITS(ATA, "aflags.e", 24, 6, 1, "extended: 48-bit command (3.1-lba48)"),
    BITS(ATA, "aflags.d", 24, 4, 1, "device/head bit (3.1-registers)"),
    BITS(ATA, "aflags.a", 24, 1, 1, "asynchronous write (3.1-async)"),
    BITS(ATA, "aflags.w", 24, 0, 1, "write: data to the device (3.1-write-flag)"),
    ARGUMENT(ATA, "feature", 25, 1, "feature register of a request (3.1-registers)"),
    ARGUMENT(ATA, "ata-error", 25, 1, "error register of a response (3.1-status)"),
    BITS(ATA, "abrt", 25, 2, 1, "error register: command aborted (3.1-status)"),
    BITS(ATA, "idnf", 25, 4, 1, "error register: address not found (3.1-status)"),
    BITS(ATA, "unc", 25, 6, 1, "error register: uncorrectable data (3.1-status)"),
    ARGUMENT(ATA, "count", 26, 1, "sector count register (3.1-registers)"),
    ARGUMENT(ATA, "opcode", 27, 1, "command register of a request (3.1-registers)"),
    ARGUMENT(ATA, "status", 27, 1, "status register of a response (3.1-status)"),
    BITS(ATA, "bsy", 27, 7, 1, "status register: busy (3.1-status)"),
    BITS(ATA, "drdy", 27, 6, 1, "status register: ready (3.1-status)"),
    BITS(ATA, "df", 27, 5, 1, "status register: device fault (3.1-status)"),
    BITS(ATA, "drq", 27, 3, 1, "status register: data request (3.1-status)"),
    BITS(ATA, "err", 27, 0, 1, "status register: error (3.1-status)"),
    {"lba", AOE_LAYOUT_ATA, 28, 6, 0, 0, true, "the six LBA bytes as one number (3.1-lba48)"},
    ARGUMENT(ATA, "lba0", 28, 1, "LBA bits 0-7 (3.1-lba28)"),
    ARGUMENT(ATA, "lba1", 29, 1, "LBA bits 8-15 (3.1-lba28)"),
    ARGUMENT(ATA, "lba2", 30, 1, "LBA bits 16-23 (3.1-lba28)"),
    ARGUMENT(ATA, "lba3", 31, 1, "LBA bits 24-31, or 24-27 and device bits (3.1-lba28)"),
    ARGUMENT(ATA, "lba4", 32, 1, "LBA bits 32-39 (3.1-lba48)"),
    ARGUMENT(ATA, "lba5", 33, 1, "LBA bits 40-47 (3.1-lba48)"),
    ARGUMENT(ATA, "reserved", 34, 2, "reserved bytes (1-reserved)"),
    ARGUMENT(CONFIG, "buffer-count", 24, 2, "messages that the target queues (3.2-bufcount)"),
    ARGUMENT(CONFIG, "firmware", 26, 2, "firmware version (3.2-fields)"),
    ARGUMENT(CONFIG, "sector-count", 28, 1, "most sectors per command (3.2-sectors)"),
    BITS(CONFIG, "aoe-version", 29, 4, 4, "AoE version of the target (3.2-fields)"),
    BITS(CONFIG, "ccmd", 29, 0, 4, "config command (3.2-fields)"),
    ARGUMENT(CONFIG, "length", 30, 2, "bytes of config string (3.2-length)"),
    ARGUMENT(MASK, "reserved", 24, 1, "reserved byte (1-reserved)"),
    ARGUMENT(MASK, "mcmd", 25, 1, "mask command (3.3-read)"),
    ARGUMENT(MASK, "merror", 26, 1, "mask error (3.3-errors)"),
    ARGUMENT(MASK, "dir-count", 27, 1, "directives (3.3-read)"),
    ARGUMENT(RESERVE, "rcmd", 24, 1, "reserve command (3.4-read)"),
    ARGUMENT(RESERVE, "nmacs", 25, 1, "addresses (3.4-read)"),
};

enum { FIELDS = sizeof fields / sizeof fields[0] };

const struct aoe_field *aoe_fields(size_t *count)
{
    *count = FIELDS;
    return fields;
}

static bool layout_has(enum aoe_layout layout, uint8_t command)
{
    return layout == AOE_LAYOUT_HEADER ||
           (aoe_command_known(command) && (unsigned)layout == AOE_LAYOUT_ATA + (unsigned)command);
}

const struct aoe_field *aoe_field_find(const char *name, uint8_t command)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (!strcmp(fields[i].name, name) && layout_has(fields[i].layout, command))
            return &fields[i];
    return NULL;
}

bool aoe_field_exists(const char *name)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (!strcmp(fields[i].name, name))
            return true;
    return false;
}

uint64_t aoe_field_max(const struct aoe_field *field)
{
    unsigned bits = field->bits ? field->bits : field->bytes * 8u;
    return (UINT64_C(1) << bits) - 1;
}

static const uint8_t *place(const struct aoe_field *field, const void *frame, size_t length)
{
    struct aoe_cursor cursor = aoe_cursor(frame, length);
    aoe_take(&cursor, field->byte);
    return aoe_take(&cursor, field->bytes);
}

bool aoe_field_get(const struct aoe_field *field, const void *frame, size_t length, uint64_t *value)
{
    const uint8_t *at = place(field, frame, length);
    if (!at)
        return false;
    uint64_t all = 0;
    for (unsigned i = 0; i < field->bytes; i++)
        all = all << 8 | at[field->little_endian ? field->bytes - 1 - i : i];
    *value = all >> field->shift & aoe_field_max(field);
    return true;
}

bool aoe_field_set(const struct aoe_field *field, void *frame, size_t length, uint64_t value)
{
    if (value > aoe_field_max(field) || !place(field, frame, length))
        return false;
    uint8_t *at = (uint8_t *)frame + field->byte;
    if (field->bits) {
        uint8_t mask = (uint8_t)(aoe_field_max(field) << field->shift);
        *at = (uint8_t)((*at & ~mask) | (value << field->shift));
        return true;
    }
    for (unsigned i = 0; i < field->bytes; i++) {
        unsigned from = field->little_endian ? i : field->bytes - 1u - i;
        at[i] = (uint8_t)(value >> (8 * from));
    }
    return true;
}
