/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message.h"

void data_fill(struct data *data, struct random *random, uint64_t capacity)
{
    for (size_t i = 0; i < DATA_BYTES; i++)
        data->bytes[i] = i % 64 < 32 ? (uint8_t)random_next(random) : (uint8_t)(i >> 12);
    struct ata_identity identity = {
        .serial = "0",
        .firmware = "1",
        .model = "simulated",
        .lba = true,
        .lba48_supported = true,
        .lba48_enabled = true,
        .lba28_sectors = (uint32_t)(capacity < ATA_LBA28_END ? capacity : ATA_LBA28_END - 1),
        .lba48_sectors = capacity,
    };
    ata_identify_encode(&identity, data->identity);
}

static void address(struct aoe_frame *frame, const struct ends *ends, uint8_t command)
{
    *frame = (struct aoe_frame){.type = AOE_ETHERTYPE,
                                .version = AOE_VERSION,
                                .shelf = ends->shelf,
                                .slot = ends->slot,
                                .command = command};
    aoe_mac_from_number(ends->target, frame->destination);
    aoe_mac_from_number(ends->initiator, frame->source);
}

static const uint8_t list[] = {0, 1, 2, 0, 0, 0, 2, 1, 2, 0, 0, 0, 2, 2};

void message_request(struct aoe_frame *frame, enum operation operation, const struct ends *ends,
                     struct random *random)
{
    switch (operation) {
    case OPERATION_CONFIG:
        address(frame, ends, AOE_COMMAND_CONFIG);
        frame->config.version = AOE_VERSION;
        break;
    case OPERATION_MASK:
        address(frame, ends, AOE_COMMAND_MASK);
        frame->mask.mcmd = (uint8_t)random_below(random, 2);
        frame->mask.count = frame->mask.mcmd;
        frame->payload = (struct aoe_span){list, frame->mask.count * (size_t)AOE_DIRECTIVE_BYTES};
        break;
    case OPERATION_RESERVE:
        address(frame, ends, AOE_COMMAND_RESERVE);
        frame->reserve.rcmd = (uint8_t)random_below(random, 3);
        frame->reserve.count = frame->reserve.rcmd;
        frame->payload = (struct aoe_span){list + 2, frame->reserve.count * (size_t)AOE_MAC_BYTES};
        break;
    case OPERATION_VENDOR:
        address(frame, ends,
                (uint8_t)(random_chance(random, 200000) ? 0x10 : 0xF0 + random_below(random, 16)));
        frame->payload = (struct aoe_span){list, 12};
        break;
    default:
        address(frame, ends, AOE_COMMAND_ATA);
        frame->ata.opcode = operation == OPERATION_IDENTIFY ? ATA_IDENTIFY
                            : random_chance(random, 500000) ? ATA_FLUSH
                                                            : ATA_FLUSH_EXT;
        frame->ata.aflags = frame->ata.opcode == ATA_FLUSH_EXT ? AOE_ATA_EXTENDED : 0;
        frame->ata.count = operation == OPERATION_IDENTIFY;
        break;
    }
}

static uint8_t opcode_of(enum operation operation, bool extended, struct random *random)
{
    static const uint8_t opcodes[3][4] = {
        {ATA_READ, ATA_READ_DMA, ATA_READ_EXT, ATA_READ_DMA_EXT},
        {ATA_WRITE, ATA_WRITE_DMA, ATA_WRITE_EXT, ATA_WRITE_DMA_EXT},
        {ATA_VERIFY, ATA_VERIFY, ATA_VERIFY_EXT, ATA_VERIFY_EXT},
    };
    size_t kind = operation == OPERATION_READ ? 0 : operation == OPERATION_WRITE ? 1 : 2;
    return opcodes[kind][(extended ? 2 : 0) + random_chance(random, 100000)];
}

static struct aoe_span data_at_random(const struct data *data, size_t length, struct random *random)
{
    return (struct aoe_span){data->bytes + random_below(random, (DATA_BYTES - length) / 64) * 64,
                             length};
}

void message_transfer(struct aoe_frame *frame, enum operation operation, const struct ends *ends,
                      uint64_t lba, unsigned sectors, bool extended, const struct data *data,
                      struct random *random)
{
    extended |= lba + sectors > ATA_LBA28_END;
    address(frame, ends, AOE_COMMAND_ATA);
    frame->ata.opcode = opcode_of(operation, extended, random);
    frame->ata.count = (uint8_t)sectors;
    frame->ata.aflags = extended ? AOE_ATA_EXTENDED : 0;
    aoe_ata_set_lba(&frame->ata, lba);
    if (!extended) /* as initiators do: not part of the address (3.1-lba28) */
        frame->ata.lba[3] |= 0xE0;
    if (operation == OPERATION_WRITE) {
        frame->ata.aflags |= AOE_ATA_WRITE;
        frame->payload = data_at_random(data, (size_t)sectors * AOE_SECTOR_BYTES, random);
    }
}

static void answer_ata(struct aoe_frame *frame, const struct aoe_frame *request,
                       const struct outcome *outcome, const struct data *data,
                       struct random *random)
{
    size_t length = ata_data_bytes(&request->ata, ATA_DATA_IN);
    bool good = !outcome->error && !outcome->error_register && ata_status_good(outcome->status);
    frame->payload.length = 0;
    frame->ata.opcode = outcome->status;
    frame->ata.feature = outcome->error_register;
    frame->ata.count = good ? 0 : request->ata.count;
    if (good && request->ata.opcode == ATA_IDENTIFY)
        frame->payload = (struct aoe_span){data->identity, sizeof data->identity};
    else if (good && length)
        frame->payload = data_at_random(data, length, random);
}

void message_response(struct aoe_frame *frame, const struct aoe_frame *request,
                      const struct ends *from, const struct outcome *outcome,
                      const struct options *options, const struct data *data, struct random *random)
{
    *frame = *request;
    aoe_mac_from_number(from->target, frame->source);
    aoe_mac_from_number(from->initiator, frame->destination);
    frame->shelf = from->shelf;
    frame->slot = from->slot;
    frame->flags = outcome->error ? AOE_FLAG_RESPONSE | AOE_FLAG_ERROR : AOE_FLAG_RESPONSE;
    frame->error = outcome->error;
    if (frame->command == AOE_COMMAND_ATA) {
        answer_ata(frame, request, outcome, data, random);
    } else if (frame->command == AOE_COMMAND_CONFIG) {
        frame->config.buffer_count = (uint16_t)options->buffer_count;
        frame->config.sector_count = (uint8_t)options->sector_count;
        frame->config.firmware = 0x4019;
    }
}
