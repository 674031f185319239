/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "show_command.h"
#include "show_item.h"

/* Where the fields are behind the Ethernet header. */
enum {
    BUFFER_COUNT = 10,
    FIRMWARE = 12,
    SECTOR_COUNT = 14,
    VERSION = 15,
    LENGTH = 16,
    STRING = 18
};

/* UTF-8 without control characters, NUL among them. */
static bool is_text(const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] < 0x20 || bytes[i] == 0x7F)
            return false;
    return !length || g_utf8_validate((const char *)bytes, (gssize)length, NULL);
}

/* What the string is set to is told also where that is nothing: the empty string releases. */
static bool says_nothing(const struct aoe_frame *frame)
{
    return !frame->config.length && !aoe_is_response(frame) &&
           frame->config.ccmd == AOE_CONFIG_READ;
}

static void show_string(const struct show *show)
{
    const struct aoe_frame *frame = show->frame;
    size_t length = show_captured(show, STRING, frame->config.length);
    if (says_nothing(frame) || length > frame->payload.length || (!length && frame->config.length))
        return;
    bool text = is_text(frame->payload.bytes, length);
    proto_item *item =
        proto_tree_add_item(show->tree, text ? fields.config.string : fields.config.bytes,
                            show->tvb, STRING, (int)length, text ? ENC_UTF_8 : ENC_NA);
    if (length < frame->config.length)
        proto_item_append_text(item, ", %zu of %u bytes", length, frame->config.length);
}

static void show_sector_count(const struct show *show)
{
    proto_item *item = show_item(show, show->tree, fields.config.sector_count, SECTOR_COUNT, 1);
    if (aoe_is_response(show->frame) && !show->frame->config.sector_count)
        proto_item_append_text(item, ", stands for 2");
}

void show_config(const struct show *show)
{
    show_item(show, show->tree, fields.config.buffer_count, BUFFER_COUNT, 2);
    show_item(show, show->tree, fields.config.firmware, FIRMWARE, 2);
    show_sector_count(show);
    show_item(show, show->tree, fields.config.version, VERSION, 1);
    show_item(show, show->tree, fields.config.command, VERSION, 1);
    show_item(show, show->tree, fields.config.length, LENGTH, 2);
    if (show->frame->extent == AOE_EXTENT_ARGUMENT)
        show_string(show);
}
