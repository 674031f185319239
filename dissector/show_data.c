/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "protocol/ata.h"
#include "show_command.h"
#include "show_item.h"

enum { DATA = AOE_ATA_BYTES - AOE_ETHERNET_BYTES };

/* What an ATA command moves. */
struct transfer {
    const struct ata_opcode *opcode; /* NULL where it is not known */
    uint64_t lba;
};

static const struct history_exchange *answered(const struct aoe_frame *frame,
                                               const struct history_exchange *exchange)
{
    bool known = exchange && aoe_is_response(frame) && exchange->kind != AOE_EXCHANGE_UNSOLICITED;
    return known ? exchange : NULL;
}

const struct history_exchange *show_request_of(const struct show *show)
{
    return answered(show->frame, show->exchange);
}

/* Where nothing tells, what fits into the shortest frame is padding. */
static size_t guess(const struct aoe_frame *frame)
{
    return frame->wire_length <= AOE_FRAME_MIN ? 0 : SIZE_MAX;
}

static size_t response_bytes(const struct aoe_frame *frame, const struct history_exchange *request)
{
    if (aoe_is_error(frame) || frame->ata.opcode & (ATA_STATUS_ERR | ATA_STATUS_DF))
        return 0;
    if (!request || !ata_opcode_find(request->opcode))
        return guess(frame);
    const struct aoe_ata asked = {.opcode = request->opcode, .count = request->count};
    return ata_data_bytes(&asked, ATA_DATA_IN);
}

size_t show_data_bytes(const struct aoe_frame *frame, const struct history_exchange *exchange)
{
    if (frame->command != AOE_COMMAND_ATA)
        return aoe_command_known(frame->command) ? 0 : SIZE_MAX;
    if (aoe_is_response(frame))
        return response_bytes(frame, answered(frame, exchange));
    if (!ata_opcode_find(frame->ata.opcode))
        return frame->ata.aflags & AOE_ATA_WRITE ? guess(frame) : 0;
    return ata_data_bytes(&frame->ata, ATA_DATA_OUT);
}

size_t show_data_on_wire(const struct show *show)
{
    size_t bytes = show_data_bytes(show->frame, show->exchange), wire = show->frame->wire_length;
    size_t most = wire > AOE_ATA_BYTES ? wire - AOE_ATA_BYTES : 0;
    return bytes < most ? bytes : most;
}

static struct transfer transfer_of(const struct show *show)
{
    const struct history_exchange *request = show_request_of(show);
    const struct aoe_ata *ata = &show->frame->ata;
    if (!aoe_is_response(show->frame))
        return (struct transfer){ata_opcode_find(ata->opcode), aoe_ata_lba(ata)};
    if (!request)
        return (struct transfer){NULL, 0};
    return (struct transfer){ata_opcode_find(request->opcode), request->lba};
}

/* Each sector by its LBA, so that a filter finds the frames that have it. */
static void show_sectors(const struct show *show, proto_item *item, uint64_t lba, size_t length)
{
    size_t sectors = length / AOE_SECTOR_BYTES;
    if (!sectors)
        return;
    if (sectors == 1)
        proto_item_append_text(item, " (LBA %" PRIu64 ")", lba);
    else
        proto_item_append_text(item, " (LBA %" PRIu64 " to %" PRIu64 ")", lba, lba + sectors - 1);
    proto_tree *tree = proto_item_add_subtree(item, branches.data);
    for (size_t i = 0; i < sectors; i++)
        proto_tree_add_uint64(tree, fields.data.sector, show->tvb,
                              (int)(DATA + i * AOE_SECTOR_BYTES), AOE_SECTOR_BYTES, lba + i);
}

static void show_content(const struct show *show, size_t length)
{
    const struct transfer transfer = transfer_of(show);
    if (transfer.opcode && transfer.opcode->opcode == ATA_IDENTIFY) {
        show_identify(show, DATA, length);
        return;
    }
    proto_item *item = show_item(show, show->tree, fields.data.bytes, DATA, length);
    if (transfer.opcode && transfer.opcode->addressed)
        show_sectors(show, item, transfer.lba, length);
}

/* What is there of it: on the wire, and of that in the capture. */
void show_data(const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    if (frame->extent != AOE_EXTENT_ARGUMENT)
        return;
    size_t bytes = show_data_on_wire(show);
    if (!bytes)
        return;
    proto_item_set_generated(
        proto_tree_add_uint(show->tree, fields.data.length, show->tvb, 0, 0, (uint32_t)bytes));
    size_t captured = show_captured(show, DATA, bytes);
    if (captured && show->settings.sectors)
        show_content(show, captured);
}
