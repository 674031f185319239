/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "protocol/names.h"
#include "show.h"

void show_header(const struct show *show)
{
    char address[AOE_ADDRESS_TEXT];
    const struct aoe_frame *frame = show->frame;
    if (frame->extent < AOE_EXTENT_HEADER)
        return;
    proto_tree_add_item(show->tree, fields.version, show->tvb, 0, 1, ENC_BIG_ENDIAN);
    proto_tree_add_item(show->tree, fields.response, show->tvb, 0, 1, ENC_BIG_ENDIAN);
    proto_tree_add_string(show->tree, fields.address, show->tvb, 2, 3,
                          aoe_address_text(address, frame->shelf, frame->slot));
    proto_tree_add_item(show->tree, fields.tag, show->tvb, 6, 4, ENC_BIG_ENDIAN);
}

size_t show_data_bytes(const struct aoe_frame *frame, const struct history_exchange *exchange)
{
    (void)frame;
    (void)exchange;
    return SIZE_MAX;
}

void show_column(const struct show *show)
{
    col_set_str(show->packet->cinfo, COL_PROTOCOL, "AoE");
}
