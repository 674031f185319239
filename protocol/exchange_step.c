/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange_state.h"

static uint64_t ata_content(const struct aoe_ata *ata)
{
    const uint8_t *lba = ata->lba;
    return (uint64_t)ata->opcode << 56 | (uint64_t)ata->count << 48 | (uint64_t)lba[5] << 40 |
           (uint64_t)lba[4] << 32 | (uint64_t)lba[3] << 24 | (uint64_t)lba[2] << 16 |
           (uint64_t)lba[1] << 8 | lba[0];
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
static struct exchange_command other_command(const struct aoe_frame *frame)
{
    size_t end = aoe_message_end(frame, 0);
    if (end > frame->raw.length)
        end = frame->raw.length;
    uint64_t hash = hash_bytes(frame->raw.bytes + AOE_HEADER_BYTES, end - AOE_HEADER_BYTES);
    return (struct exchange_command){.content = hash << 8 | subcommand(frame)};
}

void exchange_step_read(struct exchange_step *step, const struct aoe_frame *frame, uint16_t vlan)
{
    step->frame = frame;
    step->key = (struct exchange_key){.vlan = vlan,
                                      .shelf = frame->shelf,
                                      .slot = frame->slot,
                                      .command = frame->command,
                                      .tag = frame->tag};
    memcpy(step->key.initiator, aoe_is_response(frame) ? frame->destination : frame->source,
           AOE_MAC_BYTES);
    step->print = exchange_tag_print(&step->key);
    if (frame->command == AOE_COMMAND_ATA)
        step->command = (struct exchange_command){.content = ata_content(&frame->ata),
                                                  .aflags = frame->ata.aflags,
                                                  .feature = frame->ata.feature};
    else
        step->command = other_command(frame);
}
