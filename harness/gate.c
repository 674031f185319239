/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate.h"

#include <stdio.h>

#include "protocol/names.h"

/* ATA commands without lasting effect. Codes that ATA/ATAPI-6 leaves reserved are among them, so
 * that unknown commands can be tried; vendor codes are not. */
static bool opcode_is_harmless(uint8_t opcode)
{
    static const uint8_t harmless[] = {
        0x00,
        0x01,
        0x02,
        0x04,
        0x05,
        0x27,
        0xF8,
        ATA_READ,
        ATA_READ_EXT,
        ATA_READ_DMA,
        ATA_READ_DMA_EXT,
        ATA_VERIFY,
        ATA_VERIFY_EXT,
        ATA_CHECK_POWER,
        ATA_FLUSH,
        ATA_FLUSH_EXT,
        ATA_IDENTIFY,
    };
    return memchr(harmless, opcode, sizeof harmless);
}

static bool opcode_writes(uint8_t opcode)
{
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    return entry && entry->direction == ATA_DATA_OUT;
}

static uint64_t field_or(const char *name, uint8_t command, const void *bytes, size_t length,
                         uint64_t missing)
{
    uint64_t value;
    const struct aoe_field *field = aoe_field_find(name, command);
    return aoe_field_get(field, bytes, length, &value) ? value : missing;
}

enum { CUT = 0x100 }; /* no value of a byte: the frame ends before it */

static unsigned ata_effects(const void *bytes, size_t length, const char **never)
{
    uint64_t opcode = field_or("opcode", AOE_COMMAND_ATA, bytes, length, CUT);
    if (opcode == CUT)
        return TOUCH_MEDIA;
    bool write_flag = field_or("aflags.w", AOE_COMMAND_ATA, bytes, length, 0);
    if (opcode_writes((uint8_t)opcode) || (write_flag && opcode_is_harmless((uint8_t)opcode)))
        return TOUCH_MEDIA;
    if (!opcode_is_harmless((uint8_t)opcode))
        *never = "an ATA command whose effects cannot be put back";
    return 0;
}

unsigned gate_effects(const void *bytes, size_t length, const char **never)
{
    *never = NULL;
    uint64_t type = field_or("type", 0, bytes, length, AOE_ETHERTYPE);
    if (type != AOE_ETHERTYPE)
        *never = "a frame that is not AoE";
    uint64_t command = field_or("command", 0, bytes, length, CUT);
    switch (command) {
    case AOE_COMMAND_ATA:
        return ata_effects(bytes, length, never);
    case AOE_COMMAND_CONFIG:
        return field_or("ccmd", AOE_COMMAND_CONFIG, bytes, length, 0xF) > AOE_CONFIG_PREFIX
                   ? TOUCH_CONFIG
                   : 0;
    case AOE_COMMAND_MASK:
        return field_or("mcmd", AOE_COMMAND_MASK, bytes, length, 0xFF) != AOE_MASK_READ
                   ? TOUCH_MASKS
                   : 0;
    case AOE_COMMAND_RESERVE:
        return field_or("rcmd", AOE_COMMAND_RESERVE, bytes, length, 0xFF) != AOE_RESERVE_READ
                   ? TOUCH_RESERVE
                   : 0;
    case CUT: /* cut before its command: a target that reads on sees any of the four */
        return TOUCH_TARGET;
    default:
        if (command >= AOE_COMMAND_VENDOR && command != AOE_COMMAND_VENDOR)
            *never = "a vendor's command: nobody knows what it does (only 0xF0 is tried)";
        return 0;
    }
}

bool gate_covers(const struct gate *gate, uint64_t lba, uint64_t count)
{
    for (uint64_t end = lba + count; lba < end;) {
        size_t i = 0;
        while (i < gate->extent_count && !(lba >= gate->extents[i].lba &&
                                           lba - gate->extents[i].lba < gate->extents[i].count))
            i++;
        if (i == gate->extent_count)
            return false;
        lba = gate->extents[i].lba + gate->extents[i].count;
    }
    return true;
}

static int add_plain(struct gate *gate, uint64_t lba, uint64_t count)
{
    if (lba >= gate->capacity)
        return 0;
    if (count > gate->capacity - lba)
        count = gate->capacity - lba;
    if (gate_covers(gate, lba, count))
        return 0;
    if (gate->extent_count == GATE_EXTENTS)
        return -1;
    gate->extents[gate->extent_count++] = (struct extent){lba, count};
    return 0;
}

static const unsigned address_bits[] = {48, 40, 32, 31, 28};

/* Adds where a target that keeps `bits` bits of an address would write. A write that starts before
 * a border of such addresses goes on behind it; one that starts behind it begins anew at 0. */
static int add_truncated(struct gate *gate, uint64_t lba, uint64_t count, unsigned bits)
{
    uint64_t size = UINT64_C(1) << bits;
    while (count) {
        uint64_t start = lba & (size - 1);
        uint64_t part = count < size - start ? count : size - start;
        if (add_plain(gate, start, count))
            return -1;
        lba += part;
        count -= part;
    }
    return 0;
}

int gate_add_extent(struct gate *gate, uint64_t lba, uint64_t count)
{
    for (size_t i = 0; i < sizeof address_bits / sizeof address_bits[0]; i++)
        if (add_truncated(gate, lba, count, address_bits[i]))
            return -1;
    return 0;
}

/* A write is covered where every sector that it could reach, by any of the usual truncations, is
 * either past the end or saved. */
static bool write_covered(const struct gate *gate, const void *bytes, size_t length)
{
    uint64_t lba = field_or("lba", AOE_COMMAND_ATA, bytes, length, 0);
    uint64_t count = field_or("count", AOE_COMMAND_ATA, bytes, length, 0);
    if (!gate->capacity)
        return false;
    count = count ? count : 256;
    for (size_t i = 0; i < sizeof address_bits / sizeof address_bits[0]; i++) {
        uint64_t start = lba & ((UINT64_C(1) << address_bits[i]) - 1);
        if (start >= gate->capacity)
            continue;
        uint64_t reach = count < gate->capacity - start ? count : gate->capacity - start;
        if (!gate_covers(gate, start, reach))
            return false;
    }
    return true;
}

/* Where --allow media is given, a frame that could write still has to stay in the window. */
static const char *refuse_media(const struct gate *gate, const void *bytes, size_t length,
                                char *text, size_t size)
{
    uint64_t whole;
    if (field_or("opcode", AOE_COMMAND_ATA, bytes, length, CUT) == CUT)
        return NULL; /* no telling what it is: that is what --allow media is asked for */
    if (!aoe_field_get(aoe_field_find("lba", AOE_COMMAND_ATA), bytes, length, &whole))
        return "a write whose address is cut could go anywhere";
    if (write_covered(gate, bytes, length))
        return NULL;
    snprintf(text, size, "it could write sector %llu, outside of the scratch window",
             (unsigned long long)field_or("lba", AOE_COMMAND_ATA, bytes, length, 0));
    return text;
}

static size_t mask_index(const struct gate *gate, const uint8_t *mac)
{
    size_t i = 0;
    while (i < gate->mask_count && memcmp(gate->masks[i], mac, AOE_MAC_BYTES) != 0)
        i++;
    return i;
}

static void apply_directive(struct gate *gate, const struct aoe_directive *directive)
{
    size_t at = mask_index(gate, directive->mac);
    if (directive->dcmd == AOE_DIRECTIVE_ADD && at == gate->mask_count && at < AOE_LIST_MAX)
        memcpy(gate->masks[gate->mask_count++], directive->mac, AOE_MAC_BYTES);
    if (directive->dcmd == AOE_DIRECTIVE_DELETE && at < gate->mask_count)
        memmove(gate->masks[at], gate->masks[at + 1], (--gate->mask_count - at) * AOE_MAC_BYTES);
}

static void apply_directives(struct gate *gate, const struct aoe_frame *frame)
{
    struct aoe_directive directive;
    /* A directive that is none ends the edit: those behind it are not applied (3.3-errors). */
    for (size_t i = 0; i < frame->mask.count && aoe_directive_at(&frame->payload, i, &directive) &&
                       directive.dcmd <= AOE_DIRECTIVE_DELETE;
         i++)
        apply_directive(gate, &directive);
}

void gate_sent(struct gate *gate, const void *bytes, size_t length)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    if (frame.extent == AOE_EXTENT_ARGUMENT && frame.command == AOE_COMMAND_MASK &&
        frame.mask.mcmd == AOE_MASK_EDIT)
        apply_directives(gate, &frame);
}

void gate_set_masks(struct gate *gate, const struct aoe_frame *response)
{
    struct aoe_directive directive;
    gate->mask_count = 0;
    for (size_t i = 0;
         i < response->mask.count && aoe_directive_at(&response->payload, i, &directive); i++)
        memcpy(gate->masks[gate->mask_count++], directive.mac, AOE_MAC_BYTES);
}

/* A list that has others but not the harness would lock the harness out for good. */
static const char *refuse_masks(const struct gate *gate, const void *bytes, size_t length)
{
    struct gate after = *gate;
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    /* Whatever its mask command: a target may take any for an edit. */
    if (frame.extent == AOE_EXTENT_ARGUMENT && frame.command == AOE_COMMAND_MASK)
        apply_directives(&after, &frame);
    return after.mask_count && mask_index(&after, after.own) == after.mask_count
               ? "a mask list without the harness's own address would lock it out"
               : NULL;
}

static bool goes_to_target_only(const struct gate *gate, const void *bytes, size_t length)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    if (!gate->target_known || memcmp(frame.destination, gate->target, AOE_MAC_BYTES))
        return false;
    return gate->initiator || frame.extent < AOE_EXTENT_HEADER ||
           (frame.shelf == gate->shelf && frame.slot == gate->slot);
}

const char *gate_refuses(const struct gate *gate, const void *bytes, size_t length, char *text,
                         size_t size)
{
    const char *never;
    unsigned effects = gate_effects(bytes, length, &never);
    if (gate->initiator && goes_to_target_only(gate, bytes, length))
        return NULL;
    if (never)
        return never;
    if (!effects)
        return NULL;
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_RESERVE; touch <<= 1)
        if (effects & touch & ~gate->allowed) {
            snprintf(text, size, "it could change the target's %s: --allow %s",
                     scenario_touch_name(touch), scenario_allow_name(touch));
            return text;
        }
    if (!goes_to_target_only(gate, bytes, length))
        return "it could change other targets too";
    const char *refusal = NULL;
    if (effects & TOUCH_MEDIA && field_or("command", 0, bytes, length, CUT) == AOE_COMMAND_ATA)
        refusal = refuse_media(gate, bytes, length, text, size);
    if (!refusal && effects == TOUCH_MASKS)
        refusal = refuse_masks(gate, bytes, length);
    return refusal;
}
