/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "protocol/names.h"
#include "show_command.h"
#include "show_item.h"

/* Where the fields are behind the Ethernet header. */
enum { MASK_RESERVED = 10, MCMD = 11, MERROR = 12, DIRECTIVES = 13, DIRECTIVE = 14 };
enum { RCMD = 10, ADDRESSES = 11, ADDRESS = 12 };

static void show_directive(const struct show *show, size_t index)
{
    enum { DCMD = 1, MAC = 2 };
    struct aoe_directive directive;
    char mac[AOE_MAC_TEXT];
    size_t offset = DIRECTIVE + index * AOE_DIRECTIVE_BYTES;
    if (!aoe_directive_at(&show->frame->payload, index, &directive))
        return;
    proto_tree *tree = proto_tree_add_subtree_format(
        show->tree, show->tvb, (int)offset, AOE_DIRECTIVE_BYTES, branches.directive, NULL,
        "Directive %zu: %s %s", index, aoe_name_dcmd(directive.dcmd),
        aoe_mac_text(mac, directive.mac));
    show_item(show, tree, fields.mask.directive_reserved, offset, 1);
    show_item(show, tree, fields.mask.directive, offset + DCMD, 1);
    show_item(show, tree, fields.mask.mac, offset + MAC, AOE_MAC_BYTES);
}

/* After an error the count is the index of the directive that failed, and no list follows. */
void show_mask(const struct show *show)
{
    const struct aoe_mask *mask = &show->frame->mask;
    show_item(show, show->tree, fields.mask.reserved, MASK_RESERVED, 1);
    show_item(show, show->tree, fields.mask.command, MCMD, 1);
    show_item(show, show->tree, fields.mask.error, MERROR, 1);
    proto_item *item = show_item(show, show->tree, fields.mask.count, DIRECTIVES, 1);
    if (mask->merror)
        proto_item_append_text(item, ", index of the directive that failed");
    for (size_t i = 0; !mask->merror && i < mask->count; i++)
        show_directive(show, i);
}

void show_reserve(const struct show *show)
{
    show_item(show, show->tree, fields.reserve.command, RCMD, 1);
    show_item(show, show->tree, fields.reserve.count, ADDRESSES, 1);
    for (size_t i = 0; i < show->frame->reserve.count; i++)
        show_item(show, show->tree, fields.reserve.mac, ADDRESS + i * AOE_MAC_BYTES, AOE_MAC_BYTES);
}
