/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange_state.h"

/* The LBA in two loads. */
static uint64_t ata_content(const struct aoe_ata *ata)
{
    const uint8_t *lba = ata->lba;
    uint32_t low = (uint32_t)lba[3] << 24 | (uint32_t)lba[2] << 16 | (uint32_t)lba[1] << 8 | lba[0];
    uint16_t high = (uint16_t)(lba[5] << 8 | lba[4]);
    return (uint64_t)ata->opcode << 56 | (uint64_t)ata->count << 48 | (uint64_t)high << 32 | low;
}

static uint64_t hash_bytes(const uint8_t *bytes, size_t length)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static uint8_t subcommand(const struct aoe_frame *frame)
{
    switch (frame->command) {
    case AOE_COMMAND_CONFIG:
        return frame->config.ccmd;
    case AOE_COMMAND_MASK:
        return frame->mask.mcmd;
    case AOE_COMMAND_RESERVE:
        return frame->reserve.rcmd;
    default:
        return 0;
    }
}

/* The whole argument without padding; the low byte of the content is the sub-command. */
static uint64_t other_content(const struct aoe_frame *frame)
{
    size_t end = aoe_message_end(frame, 0);
    if (end > frame->raw.length)
        end = frame->raw.length;
    uint64_t hash = hash_bytes(frame->raw.bytes + AOE_HEADER_BYTES, end - AOE_HEADER_BYTES);
    return hash << 8 | subcommand(frame);
}

/* As aoe_mac_number, in two loads. */
static uint64_t mac_of(const uint8_t *mac)
{
    uint32_t high =
        (uint32_t)mac[0] << 24 | (uint32_t)mac[1] << 16 | (uint32_t)mac[2] << 8 | mac[3];
    return (uint64_t)high << 16 | (uint16_t)(mac[4] << 8 | mac[5]);
}

void aoe_exchange_read(struct aoe_exchange_reading *to, const struct aoe_frame *frame,
                       uint16_t vlan)
{
    uint64_t source = mac_of(frame->source), destination = mac_of(frame->destination);
    bool response = aoe_is_response(frame);
    struct exchange_key key = {
        .link = (response ? destination : source) << 16 | vlan,
        .rest = (uint64_t)frame->command << 56 | (uint64_t)frame->slot << 48 |
                (uint64_t)frame->shelf << 32 | frame->tag,
    };
    to->link = key.link;
    to->rest = key.rest;
    to->print = exchange_tag_print(&key);
    to->response = response;
    to->whom = (response ? source : destination) << 16;
    if (frame->command == AOE_COMMAND_ATA) {
        to->content = ata_content(&frame->ata);
        to->whom |= (uint64_t)frame->ata.aflags << 8 | frame->ata.feature;
    } else {
        to->content = other_content(frame);
    }
}
