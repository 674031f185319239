/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "print.h"

#include "names.h"

static const char *direction(const struct aoe_frame *frame)
{
    return aoe_is_response(frame) ? "response" : "request";
}

void aoe_print_name(struct aoe_text *text, const char *name, uint8_t value)
{
    if (strcmp(name, "unknown"))
        aoe_text_add(text, " %s", name);
    else
        aoe_text_add(text, " 0x%02x", value);
}

static void add_command(struct aoe_text *text, const struct aoe_frame *frame)
{
    if (aoe_command_known(frame->command))
        aoe_text_add(text, " %s", aoe_name_command(frame->command));
    else
        aoe_text_add(text, " %s command 0x%02x", aoe_name_command(frame->command), frame->command);
}

void aoe_print_subcommand(struct aoe_text *text, const struct aoe_frame *frame)
{
    switch (frame->command) {
    case AOE_COMMAND_CONFIG:
        aoe_print_name(text, aoe_name_ccmd(frame->config.ccmd), frame->config.ccmd);
        break;
    case AOE_COMMAND_MASK:
        aoe_print_name(text, aoe_name_mcmd(frame->mask.mcmd), frame->mask.mcmd);
        break;
    case AOE_COMMAND_RESERVE:
        aoe_print_name(text, aoe_name_rcmd(frame->reserve.rcmd), frame->reserve.rcmd);
        break;
    default:
        break;
    }
}

/* What the message asks for: the sub-command, or the ATA opcode, which a response leaves out. */
static void add_asked(struct aoe_text *text, const struct aoe_frame *frame,
                      const struct aoe_frame *request)
{
    const struct aoe_frame *asked = aoe_is_response(frame) ? request : frame;
    if (frame->command != AOE_COMMAND_ATA)
        aoe_print_subcommand(text, frame);
    else if (asked && asked->command == AOE_COMMAND_ATA)
        aoe_print_name(text, aoe_name_opcode(asked->ata.opcode), asked->ata.opcode);
}

static void add_header(struct aoe_text *text, const struct aoe_frame *frame)
{
    aoe_text_add(text, ", tag 0x%08x", frame->tag);
    if (frame->version != AOE_VERSION)
        aoe_text_add(text, ", version %u", frame->version);
    if (frame->flags & AOE_FLAG_RESERVED)
        aoe_text_add(text, ", reserved flags 0x%x", frame->flags & AOE_FLAG_RESERVED);
    if (aoe_is_error(frame) || frame->error)
        aoe_text_add(text, ", error %u (%s)%s", frame->error, aoe_name_error(frame->error),
                     aoe_is_error(frame) ? "" : " without E");
}

size_t aoe_print_data_bytes(const struct aoe_frame *frame, const struct aoe_frame *request)
{
    size_t most = frame->payload.length;
    if (!aoe_is_response(frame))
        most = ata_data_bytes(&frame->ata, ATA_DATA_OUT);
    else if (request && request->command == AOE_COMMAND_ATA)
        most = ata_data_bytes(&request->ata, ATA_DATA_IN);
    else if (frame->wire_length <= AOE_FRAME_MIN)
        most = 0;
    return most < frame->payload.length ? most : frame->payload.length;
}

static void add_aflags(struct aoe_text *text, uint8_t aflags)
{
    if (aflags & ~AOE_ATA_RESERVED & 0xFF)
        aoe_text_add(text, ", flags %s%s%s%s", aflags & AOE_ATA_EXTENDED ? "E" : "",
                     aflags & AOE_ATA_DEVICE ? "D" : "", aflags & AOE_ATA_ASYNC ? "A" : "",
                     aflags & AOE_ATA_WRITE ? "W" : "");
    if (aflags & AOE_ATA_RESERVED)
        aoe_text_add(text, ", reserved flags 0x%02x of the argument", aflags & AOE_ATA_RESERVED);
}

static void add_ata(struct aoe_text *text, const struct aoe_frame *frame,
                    const struct aoe_frame *request)
{
    char bits[64];
    const struct aoe_ata *ata = &frame->ata;
    aoe_text_add(text, ", count %u", ata->count);
    if (aoe_is_response(frame))
        aoe_text_add(text, ", status %s", aoe_name_status(bits, sizeof bits, ata->opcode));
    if (aoe_is_response(frame) && ata->feature)
        aoe_text_add(text, ", ATA error %s", aoe_name_ata_error(bits, sizeof bits, ata->feature));
    else if (ata->feature)
        aoe_text_add(text, ", feature 0x%02x", ata->feature);
    aoe_text_add(text, ", LBA %llu", (unsigned long long)aoe_ata_lba(ata));
    add_aflags(text, ata->aflags);
    if (ata->reserved)
        aoe_text_add(text, ", reserved bytes 0x%04x", ata->reserved);
    if (aoe_print_data_bytes(frame, request))
        aoe_text_add(text, ", %zu bytes of data", aoe_print_data_bytes(frame, request));
}

static void add_config(struct aoe_text *text, const struct aoe_frame *frame)
{
    const struct aoe_config *config = &frame->config;
    struct aoe_span string = frame->payload;
    if (config->buffer_count || aoe_is_response(frame))
        aoe_text_add(text, ", buffer count %u", config->buffer_count);
    if (config->firmware || aoe_is_response(frame))
        aoe_text_add(text, ", firmware 0x%04x", config->firmware);
    if (config->sector_count || aoe_is_response(frame))
        aoe_text_add(text, ", sector count %u", config->sector_count);
    if (config->version != AOE_VERSION && (config->version || aoe_is_response(frame)))
        aoe_text_add(text, ", AoE version %u", config->version);
    aoe_text_add(text, ", length %u", config->length);
    if (string.length > config->length)
        string.length = config->length;
    if (string.length) {
        char quoted[160];
        aoe_text_add(text, " %s", aoe_quote(quoted, sizeof quoted, string));
    }
}

static void add_mask(struct aoe_text *text, const struct aoe_frame *frame)
{
    struct aoe_directive directive;
    const struct aoe_mask *mask = &frame->mask;
    if (mask->reserved)
        aoe_text_add(text, ", reserved byte 0x%02x", mask->reserved);
    if (mask->merror) {
        aoe_text_add(text, ", mask error %u (%s), directive %u", mask->merror,
                     aoe_name_merror(mask->merror), mask->count);
        return;
    }
    aoe_text_add(text, ", %u directive%s", mask->count, mask->count == 1 ? "" : "s");
    for (size_t i = 0; i < mask->count && aoe_directive_at(&frame->payload, i, &directive); i++) {
        char mac[AOE_MAC_TEXT];
        aoe_text_add(text, "%s", i ? "," : ":");
        aoe_print_name(text, aoe_name_dcmd(directive.dcmd), directive.dcmd);
        aoe_text_add(text, " %s", aoe_mac_text(mac, directive.mac));
        if (directive.reserved)
            aoe_text_add(text, " reserved byte 0x%02x", directive.reserved);
    }
}

static void add_reserve(struct aoe_text *text, const struct aoe_frame *frame)
{
    uint8_t mac[AOE_MAC_BYTES];
    char mac_text[AOE_MAC_TEXT];
    uint8_t count = frame->reserve.count;
    aoe_text_add(text, ", %u address%s", count, count == 1 ? "" : "es");
    for (size_t i = 0; i < count && aoe_address_at(&frame->payload, i, mac); i++)
        aoe_text_add(text, "%s %s", i ? "," : ":", aoe_mac_text(mac_text, mac));
}

static void add_argument(struct aoe_text *text, const struct aoe_frame *frame,
                         const struct aoe_frame *request)
{
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        add_ata(text, frame, request);
        break;
    case AOE_COMMAND_CONFIG:
        add_config(text, frame);
        break;
    case AOE_COMMAND_MASK:
        add_mask(text, frame);
        break;
    case AOE_COMMAND_RESERVE:
        add_reserve(text, frame);
        break;
    default:
        if (frame->payload.length)
            aoe_text_add(text, ", %zu bytes follow", frame->payload.length);
        break;
    }
}

static void add_not_aoe(struct aoe_text *text, const struct aoe_frame *frame)
{
    if (frame->raw.length < AOE_ETHERNET_BYTES)
        aoe_text_add(text, "not AoE, cut in the Ethernet header at %zu bytes", frame->raw.length);
    else
        aoe_text_add(text, "not AoE, type 0x%04x, %zu bytes", frame->type, frame->raw.length);
}

/* Says that bytes are missing: because the capture was cut, or the frame itself is too short. */
static void add_cut(struct aoe_text *text, const struct aoe_frame *frame)
{
    size_t captured = frame->raw.length;
    if (frame->extent == AOE_EXTENT_ETHERNET)
        aoe_text_add(text, ", cut in the AoE header at %zu bytes", captured);
    else if (frame->extent == AOE_EXTENT_HEADER)
        aoe_text_add(text, ", cut in the argument at %zu bytes", captured);
    else if (aoe_message_end(frame, 0) > frame->wire_length)
        aoe_text_add(text, ", %zu bytes are missing",
                     aoe_message_end(frame, 0) - frame->wire_length);
    if (captured < frame->wire_length)
        aoe_text_add(text, ", captured %zu of %zu bytes", captured, frame->wire_length);
}

char *aoe_print_line(char *to, size_t size, const struct aoe_frame *frame,
                     const struct aoe_frame *request)
{
    char address[AOE_ADDRESS_TEXT];
    struct aoe_text text = aoe_text(to, size);
    if (frame->extent == AOE_EXTENT_NONE) {
        add_not_aoe(&text, frame);
        return to;
    }
    if (frame->extent == AOE_EXTENT_ETHERNET) {
        aoe_text_add(&text, "AoE");
        add_cut(&text, frame);
        return to;
    }
    aoe_text_add(&text, "%s", aoe_address_text(address, frame->shelf, frame->slot));
    add_command(&text, frame);
    if (frame->extent == AOE_EXTENT_ARGUMENT)
        add_asked(&text, frame, request);
    aoe_text_add(&text, " %s", direction(frame));
    add_header(&text, frame);
    if (frame->extent == AOE_EXTENT_ARGUMENT)
        add_argument(&text, frame, request);
    add_cut(&text, frame);
    return to;
}

bool aoe_print_dump_row(char to[AOE_DUMP_TEXT], struct aoe_span bytes, size_t offset)
{
    enum { ROW = 16 };
    struct aoe_text text = aoe_text(to, AOE_DUMP_TEXT);
    if (offset >= bytes.length)
        return false;
    size_t left = bytes.length - offset, count = left < ROW ? left : ROW;
    aoe_text_add(&text, "%04zx  ", offset);
    for (size_t i = 0; i < ROW; i++) {
        aoe_text_add(&text, "%s", i == ROW / 2 ? " " : "");
        if (i < count)
            aoe_text_add(&text, "%02x ", bytes.bytes[offset + i]);
        else
            aoe_text_add(&text, "   ");
    }
    aoe_text_add(&text, " ");
    for (size_t i = 0; i < count; i++) {
        uint8_t byte = bytes.bytes[offset + i];
        aoe_text_add(&text, "%c", byte >= 0x20 && byte <= 0x7E ? byte : '.');
    }
    return true;
}
