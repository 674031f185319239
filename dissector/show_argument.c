/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expert.h"
#include "fields.h"
#include "show_command.h"
#include "show_item.h"

enum { ARGUMENT = AOE_HEADER_BYTES - AOE_ETHERNET_BYTES };

/* Of a command that is not known all that follows may be argument. */
static void show_other(const struct show *show)
{
    size_t length = show_captured(show, ARGUMENT, SIZE_MAX);
    if (length)
        show_item(show, show->tree, fields.argument, ARGUMENT, length);
}

static void show_by_command(const struct show *show)
{
    switch (show->frame->command) {
    case AOE_COMMAND_ATA:
        show_ata(show);
        break;
    case AOE_COMMAND_CONFIG:
        show_config(show);
        break;
    case AOE_COMMAND_MASK:
        show_mask(show);
        break;
    case AOE_COMMAND_RESERVE:
        show_reserve(show);
        break;
    default:
        show_other(show);
    }
}

/* Bytes that the frame has to have by what it says of itself, as far as that is known. */
static size_t bytes_of_message(const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    size_t data = show_data_bytes(frame, show->exchange);
    if (frame->extent < AOE_EXTENT_HEADER)
        return AOE_HEADER_BYTES;
    if (frame->extent == AOE_EXTENT_HEADER)
        return aoe_argument_end(frame->command);
    return data == SIZE_MAX ? frame->wire_length : aoe_message_end(frame, data);
}

/* An error response may give back the argument of the request with all its faults, or none. */
static size_t bytes_needed(const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    size_t bytes = bytes_of_message(show);
    bool refused = frame->extent >= AOE_EXTENT_HEADER && aoe_is_error(frame);
    return refused && bytes > frame->wire_length ? frame->wire_length : bytes;
}

/* Says which bytes are missing, and whether the frame or the capture lacks them. */
static void show_missing(const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    size_t needed = bytes_needed(show);
    if (needed > frame->wire_length)
        expert_add_info_format(show->packet, show->item, &expert_fields.incomplete,
                               "The frame has %zu bytes, the message in it %zu", frame->wire_length,
                               needed);
    if (needed > frame->raw.length && frame->raw.length < frame->wire_length)
        expert_add_info_format(show->packet, show->item, &expert_fields.cut,
                               "The capture holds %zu of the %zu bytes of the frame",
                               frame->raw.length, frame->wire_length);
}

void show_argument(const struct show *show)
{
    if (show->frame->extent >= AOE_EXTENT_HEADER)
        show_by_command(show);
    show_missing(show);
}
