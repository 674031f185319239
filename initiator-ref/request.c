/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

uint8_t request_opcode(const struct ata_identity *identity, enum ata_direction direction,
                       uint64_t lba, size_t sectors)
{
    uint64_t reach = identity->lba28_sectors;
    bool extended = lba > reach || sectors > reach - lba;
    if (direction == ATA_DATA_OUT)
        return extended ? ATA_WRITE_EXT : ATA_WRITE;
    return extended ? ATA_READ_EXT : ATA_READ;
}

static struct aoe_frame header(const struct request_route *route, uint8_t command, uint32_t tag)
{
    struct aoe_frame frame = {.type = AOE_ETHERTYPE,
                              .version = AOE_VERSION,
                              .shelf = route->shelf,
                              .slot = route->slot,
                              .command = command,
                              .tag = tag};
    memcpy(frame.destination, route->to, AOE_MAC_BYTES);
    memcpy(frame.source, route->from, AOE_MAC_BYTES);
    return frame;
}

size_t request_query(uint8_t frame[AOE_FRAME_MAX], const struct request_route *route, uint32_t tag)
{
    struct aoe_frame query = header(route, AOE_COMMAND_CONFIG, tag);
    memset(query.destination, 0xFF, AOE_MAC_BYTES);
    query.config.ccmd = AOE_CONFIG_READ;
    return aoe_frame_build(&query, frame, AOE_FRAME_MAX);
}

static uint8_t flags_of(const struct ata_opcode *opcode)
{
    unsigned extended = opcode->extended ? AOE_ATA_EXTENDED : 0;
    unsigned write = opcode->direction == ATA_DATA_OUT ? AOE_ATA_WRITE : 0;
    return (uint8_t)(extended | write);
}

size_t request_ata(uint8_t frame[AOE_FRAME_MAX], const struct request_route *route, uint32_t tag,
                   const struct request_command *command)
{
    const struct ata_opcode *opcode = ata_opcode_find(command->opcode);
    if (!opcode)
        return 0;
    struct aoe_frame request = header(route, AOE_COMMAND_ATA, tag);
    request.ata = (struct aoe_ata){
        .aflags = flags_of(opcode), .count = command->sectors, .opcode = command->opcode};
    aoe_ata_set_lba(&request.ata, command->lba);
    if (opcode->direction == ATA_DATA_OUT)
        request.payload =
            (struct aoe_span){command->data, (size_t)command->sectors * AOE_SECTOR_BYTES};
    return aoe_frame_build(&request, frame, AOE_FRAME_MAX);
}
