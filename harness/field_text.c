/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "field_text.h"

#include "common/pattern.h"
#include "protocol/names.h"

static const char *name_of(const char *field, uint8_t value)
{
    static const struct {
        const char *field;
        const char *(*name)(uint8_t);
    } all[] = {
        {"error", aoe_name_error}, {"command", aoe_name_command}, {"merror", aoe_name_merror},
        {"ccmd", aoe_name_ccmd},   {"mcmd", aoe_name_mcmd},       {"rcmd", aoe_name_rcmd},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(field, all[i].field))
            return all[i].name(value);
    return NULL;
}

/* Bits and codes that are read in hex, with what they mean. */
static const char *register_text(struct arena *arena, const char *field, uint8_t value)
{
    char bits[96];
    const char *meaning = NULL;
    if (!strcmp(field, "status"))
        meaning = aoe_name_status(bits, sizeof bits, value);
    else if (!strcmp(field, "ata-error"))
        meaning = aoe_name_ata_error(bits, sizeof bits, value);
    else if (!strcmp(field, "opcode"))
        meaning = aoe_name_opcode(value);
    return meaning ? arena_print(arena, "0x%02x (%s)", value, meaning) : NULL;
}

const char *field_mac_text(struct arena *arena, uint64_t value)
{
    char *text = arena_array(arena, AOE_MAC_TEXT, 1);
    uint8_t mac[AOE_MAC_BYTES];
    aoe_mac_from_number(value, mac);
    return aoe_mac_text(text, mac);
}

const char *field_text(struct arena *arena, const struct aoe_field *field, uint64_t value)
{
    const char *name = field ? name_of(field->name, (uint8_t)value) : NULL;
    const char *text = field ? register_text(arena, field->name, (uint8_t)value) : NULL;
    if (name)
        return arena_print(arena, "%llu (%s)", (unsigned long long)value, name);
    if (text)
        return text;
    if (field && field->layout == AOE_LAYOUT_HEADER && field->bytes == AOE_MAC_BYTES)
        return field_mac_text(arena, value);
    if (value > 9)
        return arena_print(arena, "%llu (0x%llx)", (unsigned long long)value,
                           (unsigned long long)value);
    return arena_print(arena, "%llu", (unsigned long long)value);
}

const char *field_sector_text(struct arena *arena, const uint8_t sector[AOE_SECTOR_BYTES])
{
    uint64_t lba, seed;
    if (pattern_identify(sector, &lba, &seed))
        return arena_print(arena, "the pattern of seed %llu for LBA %llu", (unsigned long long)seed,
                           (unsigned long long)lba);
    for (size_t i = 1; i < AOE_SECTOR_BYTES; i++)
        if (sector[i] != sector[0])
            return arena_print(arena, "bytes %02x %02x %02x %02x ...", sector[0], sector[1],
                               sector[2], sector[3]);
    return arena_print(arena, "all bytes %02x", sector[0]);
}

const char *field_bytes_text(struct arena *arena, struct aoe_span bytes)
{
    char text[128];
    if (bytes.length < AOE_SECTOR_BYTES)
        return arena_print(arena, "%s (%zu bytes)", aoe_quote(text, sizeof text, bytes),
                           bytes.length);
    return arena_print(arena, "%zu bytes, first %s", bytes.length,
                       field_sector_text(arena, bytes.bytes));
}
