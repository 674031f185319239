/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "protocol/names.h"
#include "protocol/print.h"
#include "show_command.h"

enum { COLUMN_TEXT = 256, BITS_TEXT = 64, STRING_TEXT = 48 };

/* What other frames make of this one, in front, as Wireshark does for other protocols. */
static void add_marks(struct aoe_text *text, const struct history_exchange *exchange)
{
    if (!exchange)
        return;
    if (exchange->kind == AOE_EXCHANGE_REPEAT || exchange->kind == AOE_EXCHANGE_REPEAT_NEW)
        aoe_text_add(text, "[%srepeat of %u%s] ", exchange->spurious ? "spurious " : "",
                     exchange->previous,
                     exchange->kind == AOE_EXCHANGE_REPEAT_NEW ? ", new tag" : "");
    if (exchange->kind == AOE_EXCHANGE_DUPLICATE)
        aoe_text_add(text, "[duplicate of %u] ", exchange->answer);
    if (exchange->kind == AOE_EXCHANGE_LATE)
        aoe_text_add(text, "[late] ");
    if (exchange->kind == AOE_EXCHANGE_UNSOLICITED)
        aoe_text_add(text, "[unsolicited] ");
    if (exchange->unanswered)
        aoe_text_add(text, "[unanswered] ");
}

static void add_opcode(struct aoe_text *text, uint8_t opcode)
{
    aoe_text_add(text, "%s", ata_opcode_find(opcode) ? "" : " ATA command");
    aoe_print_name(text, aoe_name_opcode(opcode), opcode);
}

/* What a message asks for, or answers. */
static void add_asked(struct aoe_text *text, const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    const struct history_exchange *request = show_request_of(show);
    if (frame->command != AOE_COMMAND_ATA)
        aoe_print_subcommand(text, frame);
    else if (!aoe_is_response(frame))
        add_opcode(text, frame->ata.opcode);
    else if (request)
        add_opcode(text, request->opcode);
}

static void add_command(struct aoe_text *text, const struct show *show)
{
    uint8_t command = show->frame->command;
    if (!aoe_command_known(command))
        aoe_text_add(text, " %s command 0x%02x", aoe_name_command(command), command);
    else if (command != AOE_COMMAND_ATA || show->frame->extent < AOE_EXTENT_ARGUMENT)
        aoe_text_add(text, " %s", aoe_name_command(command));
    else if (aoe_is_response(show->frame) && !show_request_of(show))
        aoe_text_add(text, " ATA");
    if (show->frame->extent == AOE_EXTENT_ARGUMENT)
        add_asked(text, show);
    aoe_text_add(text, " %s", aoe_is_response(show->frame) ? "response" : "request");
}

static void add_place(struct aoe_text *text, uint8_t opcode, unsigned count, uint64_t lba)
{
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    if (entry && entry->addressed)
        aoe_text_add(text, ", %u sector%s at LBA %llu", count, count == 1 ? "" : "s",
                     (unsigned long long)lba);
}

static void add_registers(struct aoe_text *text, const struct show *show)
{
    char bits[BITS_TEXT];
    const struct aoe_ata *ata = &show->frame->ata;
    size_t data = show_data_on_wire(show);
    aoe_text_add(text, ", status %s", aoe_name_status(bits, sizeof bits, ata->opcode));
    if (ata->feature || ata->opcode & ATA_STATUS_ERR)
        aoe_text_add(text, ", ATA error %s", aoe_name_ata_error(bits, sizeof bits, ata->feature));
    if (data)
        aoe_text_add(text, ", %zu bytes", data);
}

static void add_ata(struct aoe_text *text, const struct show *show)
{
    const struct aoe_ata *ata = &show->frame->ata;
    const struct history_exchange *request = show_request_of(show);
    if (!aoe_is_response(show->frame))
        add_place(text, ata->opcode, ata->count, aoe_ata_lba(ata));
    else if (request)
        add_place(text, request->opcode, request->count, request->lba);
    if (aoe_is_response(show->frame) && !aoe_is_error(show->frame))
        add_registers(text, show);
}

static void add_config(struct aoe_text *text, const struct aoe_frame *frame)
{
    char quoted[STRING_TEXT];
    struct aoe_span string = frame->payload;
    if (aoe_is_response(frame))
        aoe_text_add(text, ", buffer count %u, firmware 0x%04x, sector count %u",
                     frame->config.buffer_count, frame->config.firmware,
                     frame->config.sector_count);
    if (string.length > frame->config.length)
        string.length = frame->config.length;
    if (string.length)
        aoe_text_add(text, ", %s", aoe_quote(quoted, sizeof quoted, string));
}

static void add_count(struct aoe_text *text, unsigned count, const char *one, const char *many)
{
    aoe_text_add(text, ", %u %s", count, count == 1 ? one : many);
}

static void add_argument(struct aoe_text *text, const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        add_ata(text, show);
        break;
    case AOE_COMMAND_CONFIG:
        add_config(text, frame);
        break;
    case AOE_COMMAND_MASK:
        if (frame->mask.merror)
            aoe_text_add(text, ", mask error %u (%s), directive %u", frame->mask.merror,
                         aoe_name_merror(frame->mask.merror), frame->mask.count);
        else
            add_count(text, frame->mask.count, "directive", "directives");
        break;
    case AOE_COMMAND_RESERVE:
        add_count(text, frame->reserve.count, "address", "addresses");
        break;
    default:
        add_count(text, (unsigned)frame->payload.length, "byte", "bytes");
    }
}

static void add_header(struct aoe_text *text, const struct aoe_frame *frame)
{
    if (aoe_is_error(frame) || frame->error)
        aoe_text_add(text, ", error %u (%s)", frame->error, aoe_name_error(frame->error));
    if (frame->version != AOE_VERSION)
        aoe_text_add(text, ", version %u", frame->version);
}

void show_column(const struct show *show)
{
    char to[COLUMN_TEXT], address[AOE_ADDRESS_TEXT];
    column_info *columns = show->packet->cinfo;
    const struct aoe_frame *frame = show->frame;
    struct aoe_text text = aoe_text(to, sizeof to);
    col_set_str(columns, COL_PROTOCOL, "AoE");
    if (!col_get_writable(columns, COL_INFO))
        return;
    if (frame->extent < AOE_EXTENT_HEADER) {
        col_set_str(columns, COL_INFO, "Header cut");
        return;
    }
    add_marks(&text, show->exchange);
    aoe_text_add(&text, "%s", aoe_address_text(address, frame->shelf, frame->slot));
    add_command(&text, show);
    add_header(&text, frame);
    if (frame->extent == AOE_EXTENT_ARGUMENT)
        add_argument(&text, show);
    aoe_text_add(&text, ", tag 0x%08x", frame->tag);
    col_add_str(columns, COL_INFO, to);
}
