/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fields.h"
#include "protocol/names.h"
#include "show.h"
#include "show_item.h"

/* Where the fields are in the AoE header. */
enum { FLAGS = 0, ERROR = 1, SHELF = 2, SLOT = 4, COMMAND = 5, TAG = 6 };

static void show_flags(const struct show *show)
{
    static const int *const parts[] = {&fields.response, &fields.flags_error,
                                       &fields.flags_reserved, NULL};
    show_item(show, show->tree, fields.version, FLAGS, 1);
    proto_item *item = show_item(show, show->tree, fields.flags, FLAGS, 1);
    show_parts(show, item, branches.flags, FLAGS, parts);
}

static void show_address(const struct show *show)
{
    enum { BYTES = 3 };
    char address[AOE_ADDRESS_TEXT];
    proto_tree *tree = show->tree;
    if (show_has(show, SHELF, BYTES)) {
        proto_item *item =
            proto_tree_add_string(tree, fields.address, show->tvb, SHELF, BYTES,
                                  aoe_address_text(address, show->frame->shelf, show->frame->slot));
        tree = proto_item_add_subtree(item, branches.address);
    }
    show_item(show, tree, fields.major, SHELF, 2);
    show_item(show, tree, fields.minor, SLOT, 1);
}

/* A filter on the field finds what is an error, as it always did. */
static void show_error(const struct show *show)
{
    bool fine = show->frame->extent >= AOE_EXTENT_HEADER && !show->frame->error &&
                !aoe_is_error(show->frame);
    show_item(show, show->tree, fine ? fields.no_error : fields.error, ERROR, 1);
}

void show_header(const struct show *show)
{
    show_flags(show);
    show_error(show);
    show_address(show);
    show_item(show, show->tree, fields.command, COMMAND, 1);
    show_item(show, show->tree, fields.tag, TAG, 4);
}
