/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame.h"

static void take_ata(struct aoe_cursor *cursor, struct aoe_ata *ata)
{
    ata->aflags = aoe_take_u8(cursor);
    ata->feature = aoe_take_u8(cursor);
    ata->count = aoe_take_u8(cursor);
    ata->opcode = aoe_take_u8(cursor);
    for (size_t i = 0; i < sizeof ata->lba; i++)
        ata->lba[i] = aoe_take_u8(cursor);
    ata->reserved = aoe_take_be16(cursor);
}

static void take_config(struct aoe_cursor *cursor, struct aoe_config *config)
{
    config->buffer_count = aoe_take_be16(cursor);
    config->firmware = aoe_take_be16(cursor);
    config->sector_count = aoe_take_u8(cursor);
    uint8_t both = aoe_take_u8(cursor);
    config->version = both >> 4;
    config->ccmd = both & 0xF;
    config->length = aoe_take_be16(cursor);
}

static void take_mask(struct aoe_cursor *cursor, struct aoe_mask *mask)
{
    mask->reserved = aoe_take_u8(cursor);
    mask->mcmd = aoe_take_u8(cursor);
    mask->merror = aoe_take_u8(cursor);
    mask->count = aoe_take_u8(cursor);
}

static void take_reserve(struct aoe_cursor *cursor, struct aoe_reserve *reserve)
{
    reserve->rcmd = aoe_take_u8(cursor);
    reserve->count = aoe_take_u8(cursor);
}

static void take_argument(struct aoe_cursor *cursor, struct aoe_frame *frame)
{
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        take_ata(cursor, &frame->ata);
        break;
    case AOE_COMMAND_CONFIG:
        take_config(cursor, &frame->config);
        break;
    case AOE_COMMAND_MASK:
        take_mask(cursor, &frame->mask);
        break;
    case AOE_COMMAND_RESERVE:
        take_reserve(cursor, &frame->reserve);
        break;
    default:
        break;
    }
}

static void take_header(struct aoe_cursor *cursor, struct aoe_frame *frame)
{
    uint8_t both = aoe_take_u8(cursor);
    frame->version = both >> 4;
    frame->flags = both & 0xF;
    frame->error = aoe_take_u8(cursor);
    frame->shelf = aoe_take_be16(cursor);
    frame->slot = aoe_take_u8(cursor);
    frame->command = aoe_take_u8(cursor);
    frame->tag = aoe_take_be32(cursor);
}

/* Field by field, as far as the frame goes. */
static void decode_any(struct aoe_frame *frame, struct aoe_cursor *cursor)
{
    aoe_take_copy(cursor, frame->destination, AOE_MAC_BYTES);
    aoe_take_copy(cursor, frame->source, AOE_MAC_BYTES);
    frame->type = aoe_take_be16(cursor);
    if (cursor->overrun || frame->type != AOE_ETHERTYPE)
        return;
    frame->extent = AOE_EXTENT_ETHERNET;
    take_header(cursor, frame);
    if (cursor->overrun)
        return;
    frame->extent = AOE_EXTENT_HEADER;
    take_argument(cursor, frame);
    if (cursor->overrun)
        return;
    frame->extent = AOE_EXTENT_ARGUMENT;
    frame->payload.length = aoe_cursor_left(cursor);
    frame->payload.bytes = aoe_take(cursor, frame->payload.length);
}

static uint16_t be16(const uint8_t *b)
{
    return (uint16_t)(b[0] << 8 | b[1]);
}

/* Nearly every frame: the whole header and argument of an ATA message, checked once. */
static void decode_ata(struct aoe_frame *frame, const uint8_t b[AOE_ATA_BYTES])
{
    memcpy(frame->destination, b, AOE_MAC_BYTES);
    memcpy(frame->source, b + 6, AOE_MAC_BYTES);
    frame->type = AOE_ETHERTYPE;
    frame->version = b[14] >> 4;
    frame->flags = b[14] & 0xF;
    frame->error = b[15];
    frame->shelf = be16(b + 16);
    frame->slot = b[18];
    frame->command = AOE_COMMAND_ATA;
    frame->tag = (uint32_t)be16(b + 20) << 16 | be16(b + 22);
    frame->ata.aflags = b[24];
    frame->ata.feature = b[25];
    frame->ata.count = b[26];
    frame->ata.opcode = b[27];
    memcpy(frame->ata.lba, b + 28, sizeof frame->ata.lba);
    frame->ata.reserved = be16(b + 34);
    frame->extent = AOE_EXTENT_ARGUMENT;
}

static bool is_ata(const uint8_t *b)
{
    return b[12] == AOE_ETHERTYPE >> 8 && b[13] == (AOE_ETHERTYPE & 0xFF) &&
           b[19] == AOE_COMMAND_ATA;
}

void aoe_frame_decode(struct aoe_frame *frame, const void *bytes, size_t length, size_t wire_length)
{
    struct aoe_cursor cursor = aoe_cursor(bytes, length);
    const uint8_t *whole = aoe_take(&cursor, AOE_ATA_BYTES);
    if (whole && is_ata(whole)) {
        decode_ata(frame, whole);
        frame->payload = (struct aoe_span){whole + AOE_ATA_BYTES, length - AOE_ATA_BYTES};
    } else {
        cursor = aoe_cursor(bytes, length);
        *frame = (struct aoe_frame){.type = 0};
        decode_any(frame, &cursor);
    }
    frame->raw = (struct aoe_span){bytes, length};
    frame->wire_length = wire_length;
}

static void put_ata(struct aoe_writer *writer, const struct aoe_ata *ata)
{
    aoe_put_u8(writer, ata->aflags);
    aoe_put_u8(writer, ata->feature);
    aoe_put_u8(writer, ata->count);
    aoe_put_u8(writer, ata->opcode);
    aoe_put(writer, ata->lba, sizeof ata->lba);
    aoe_put_be16(writer, ata->reserved);
}

static void put_config(struct aoe_writer *writer, const struct aoe_config *config)
{
    aoe_put_be16(writer, config->buffer_count);
    aoe_put_be16(writer, config->firmware);
    aoe_put_u8(writer, config->sector_count);
    aoe_put_u8(writer, (uint8_t)(config->version << 4 | (config->ccmd & 0xF)));
    aoe_put_be16(writer, config->length);
}

static void put_mask(struct aoe_writer *writer, const struct aoe_mask *mask)
{
    aoe_put_u8(writer, mask->reserved);
    aoe_put_u8(writer, mask->mcmd);
    aoe_put_u8(writer, mask->merror);
    aoe_put_u8(writer, mask->count);
}

static void put_argument(struct aoe_writer *writer, const struct aoe_frame *frame)
{
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        put_ata(writer, &frame->ata);
        break;
    case AOE_COMMAND_CONFIG:
        put_config(writer, &frame->config);
        break;
    case AOE_COMMAND_MASK:
        put_mask(writer, &frame->mask);
        break;
    case AOE_COMMAND_RESERVE:
        aoe_put_u8(writer, frame->reserve.rcmd);
        aoe_put_u8(writer, frame->reserve.count);
        break;
    default:
        break;
    }
}

size_t aoe_frame_build(const struct aoe_frame *frame, void *bytes, size_t capacity)
{
    struct aoe_writer writer = aoe_writer(bytes, capacity);
    aoe_put(&writer, frame->destination, AOE_MAC_BYTES);
    aoe_put(&writer, frame->source, AOE_MAC_BYTES);
    aoe_put_be16(&writer, frame->type);
    aoe_put_u8(&writer, (uint8_t)(frame->version << 4 | (frame->flags & 0xF)));
    aoe_put_u8(&writer, frame->error);
    aoe_put_be16(&writer, frame->shelf);
    aoe_put_u8(&writer, frame->slot);
    aoe_put_u8(&writer, frame->command);
    aoe_put_be32(&writer, frame->tag);
    put_argument(&writer, frame);
    aoe_put(&writer, frame->payload.bytes, frame->payload.length);
    return writer.overrun ? 0 : writer.position;
}

size_t aoe_frame_pad(void *bytes, size_t length, size_t minimum, size_t capacity)
{
    if (length >= minimum || minimum > capacity)
        return length;
    memset((uint8_t *)bytes + length, 0, minimum - length);
    return minimum;
}

bool aoe_command_known(uint8_t command)
{
    return command <= AOE_COMMAND_RESERVE;
}

size_t aoe_argument_end(uint8_t command)
{
    static const uint8_t ends[] = {AOE_ATA_BYTES, AOE_CONFIG_BYTES, AOE_MASK_BYTES,
                                   AOE_RESERVE_BYTES};
    return aoe_command_known(command) ? ends[command] : AOE_HEADER_BYTES;
}

uint64_t aoe_ata_lba(const struct aoe_ata *ata)
{
    uint64_t low = (uint64_t)ata->lba[0] | (uint64_t)ata->lba[1] << 8 | (uint64_t)ata->lba[2] << 16;
    if (!(ata->aflags & AOE_ATA_EXTENDED))
        return low | (uint64_t)(ata->lba[3] & 0xF) << 24;
    return low | (uint64_t)ata->lba[3] << 24 | (uint64_t)ata->lba[4] << 32 |
           (uint64_t)ata->lba[5] << 40;
}

void aoe_ata_set_lba(struct aoe_ata *ata, uint64_t lba)
{
    for (size_t i = 0; i < sizeof ata->lba; i++)
        ata->lba[i] = (uint8_t)(lba >> (8 * i));
}

size_t aoe_message_end(const struct aoe_frame *frame, size_t data_bytes)
{
    size_t end = aoe_argument_end(frame->command);
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        return end + data_bytes;
    case AOE_COMMAND_CONFIG:
        return end + frame->config.length;
    case AOE_COMMAND_MASK:
        return frame->mask.merror ? end : end + (size_t)frame->mask.count * AOE_DIRECTIVE_BYTES;
    case AOE_COMMAND_RESERVE:
        return end + (size_t)frame->reserve.count * AOE_MAC_BYTES;
    default:
        return end;
    }
}

bool aoe_address_reaches(uint16_t shelf, uint8_t slot, uint16_t own_shelf, uint8_t own_slot)
{
    return (shelf == own_shelf || shelf == AOE_SHELF_ALL) &&
           (slot == own_slot || slot == AOE_SLOT_ALL);
}

uint64_t aoe_mac_number(const uint8_t mac[AOE_MAC_BYTES])
{
    uint64_t number = 0;
    for (size_t i = 0; i < AOE_MAC_BYTES; i++)
        number = number << 8 | mac[i];
    return number;
}

void aoe_mac_from_number(uint64_t number, uint8_t mac[AOE_MAC_BYTES])
{
    for (size_t i = 0; i < AOE_MAC_BYTES; i++)
        mac[i] = (uint8_t)(number >> (8 * (AOE_MAC_BYTES - 1 - i)));
}

bool aoe_directive_at(const struct aoe_span *payload, size_t index, struct aoe_directive *to)
{
    struct aoe_cursor cursor = aoe_cursor(payload->bytes, payload->length);
    if (index > payload->length / AOE_DIRECTIVE_BYTES)
        return false;
    aoe_take(&cursor, index * AOE_DIRECTIVE_BYTES);
    to->reserved = aoe_take_u8(&cursor);
    to->dcmd = aoe_take_u8(&cursor);
    return aoe_take_copy(&cursor, to->mac, AOE_MAC_BYTES);
}

bool aoe_address_at(const struct aoe_span *payload, size_t index, uint8_t mac[AOE_MAC_BYTES])
{
    struct aoe_cursor cursor = aoe_cursor(payload->bytes, payload->length);
    if (index > payload->length / AOE_MAC_BYTES)
        return false;
    aoe_take(&cursor, index * AOE_MAC_BYTES);
    return aoe_take_copy(&cursor, mac, AOE_MAC_BYTES);
}
