/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "rule_check.h"

static void check_zero(struct rule_check *check, const char *field, size_t byte, size_t bytes,
                       uint64_t value)
{
    if (value)
        rule_report(check, (struct rule_place){"i-request", field, byte, bytes},
                    "0 (only a response fills it)", "0x%llx", (unsigned long long)value);
}

static void check_aflags(struct rule_check *check, const struct ata_opcode *entry)
{
    uint8_t aflags = check->frame->ata.aflags;
    bool extended = aflags & AOE_ATA_EXTENDED, write = aflags & AOE_ATA_WRITE;
    bool out = entry->direction == ATA_DATA_OUT;
    if (entry->addressed && extended != entry->extended)
        rule_report(check, (struct rule_place){"i-flags", "aflags.e", 24, 1},
                    entry->extended ? "1 (a 48-bit command)" : "0 (a 28-bit command)", "%d",
                    extended);
    if (write != out)
        rule_report(check, (struct rule_place){"i-flags", "aflags.w", 24, 1},
                    out ? "1 (data goes out)" : "0 (no data goes out)", "%d", write);
}

static void check_written(struct rule_check *check)
{
    size_t data = ata_data_bytes(&check->frame->ata, ATA_DATA_OUT);
    size_t end = AOE_ATA_BYTES + data;
    bool missing = check->wire < end;
    char expected[48];
    if (!missing && (check->wire == end || check->wire <= AOE_FRAME_MIN))
        return;
    snprintf(expected, sizeof expected, "%zu bytes of data", data);
    size_t byte = missing ? check->wire : end;
    rule_report(check, (struct rule_place){"i-flags", "data", byte, check->wire - byte}, expected,
                "%zu", check->wire - AOE_ATA_BYTES);
}

static void check_high_lba(struct rule_check *check)
{
    static const char *const names[] = {"lba4", "lba5"};
    for (size_t i = 0; i < 2; i++) {
        uint8_t byte = check->frame->ata.lba[4 + i];
        if (byte)
            rule_report(check, (struct rule_place){"i-flags", names[i], 32 + i, 1},
                        "0 (a 28-bit command)", "0x%x", byte);
    }
}

static void check_ata(struct rule_check *check)
{
    const struct aoe_ata *ata = &check->frame->ata;
    const struct ata_opcode *entry = rule_opcode(ata->opcode);
    if (entry)
        check_aflags(check, entry);
    rule_reserved(check, "aflags", 24, ata->aflags & AOE_ATA_RESERVED);
    if (entry && entry->addressed && !entry->extended)
        check_high_lba(check);
    rule_reserved(check, "reserved", 34, (uint8_t)(ata->reserved >> 8));
    rule_reserved(check, "reserved", 35, (uint8_t)ata->reserved);
    if (entry && entry->direction == ATA_DATA_OUT)
        check_written(check);
}

void rule_request_argument(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        check_ata(check);
        break;
    case AOE_COMMAND_CONFIG:
        check_zero(check, "buffer-count", 24, 2, frame->config.buffer_count);
        check_zero(check, "firmware", 26, 2, frame->config.firmware);
        check_zero(check, "sector-count", 28, 1, frame->config.sector_count);
        break;
    case AOE_COMMAND_MASK:
        rule_reserved(check, "reserved", 24, frame->mask.reserved);
        check_zero(check, "merror", 26, 1, frame->mask.merror);
        rule_directives(check, false);
        break;
    default:
        break;
    }
}
