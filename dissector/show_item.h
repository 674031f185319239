/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items of the tree that are there only as far as the capture has their bytes. Not for others. */
#ifndef AOE_SHOW_ITEM_H
#define AOE_SHOW_ITEM_H

#include "show.h"

/* Offsets count from the AoE header on. */

/* True where the capture has all these bytes. */
bool show_has(const struct show *show, size_t offset, size_t length);

/* How many of these bytes the capture has. */
size_t show_captured(const struct show *show, size_t offset, size_t length);

/* True where somebody reads the tree, not only fields out of it: texts are for that alone. */
bool show_is_visible(const struct show *show);

/* Adds a field as it is in its bytes, numbers big-endian. NULL where they were not captured, which
 * every function that takes an item or a tree accepts. */
proto_item *show_item(const struct show *show, proto_tree *tree, int field, size_t offset,
                      size_t length);

/* Adds below `item` the fields (NULL ends them) that a byte consists of. Returns the branch. */
proto_tree *show_parts(const struct show *show, proto_item *item, int branch, size_t offset,
                       const int *const *parts);

#endif
