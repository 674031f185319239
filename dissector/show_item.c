/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show_item.h"

size_t show_captured(const struct show *show, size_t offset, size_t length)
{
    size_t captured = tvb_captured_length(show->tvb);
    size_t left = offset < captured ? captured - offset : 0;
    return length < left ? length : left;
}

bool show_has(const struct show *show, size_t offset, size_t length)
{
    return show_captured(show, offset, length) == length;
}

bool show_is_visible(const struct show *show)
{
    return show->tree && PTREE_DATA(show->tree)->visible;
}

proto_item *show_item(const struct show *show, proto_tree *tree, int field, size_t offset,
                      size_t length)
{
    if (!show_has(show, offset, length))
        return NULL;
    return proto_tree_add_item(tree, field, show->tvb, (int)offset, (int)length, ENC_BIG_ENDIAN);
}

proto_tree *show_parts(const struct show *show, proto_item *item, int branch, size_t offset,
                       const int *const *parts)
{
    if (!item)
        return NULL;
    proto_tree *tree = proto_item_add_subtree(item, branch);
    for (; *parts; parts++)
        if (proto_field_is_referenced(tree, **parts))
            show_item(show, tree, **parts, offset, 1);
    return tree;
}
