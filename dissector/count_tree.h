/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `-z aoe,tree`: frames by what they are, commands, errors, sizes, and the same of each target. */
#ifndef AOE_COUNT_TREE_H
#define AOE_COUNT_TREE_H

/* Makes it known to -z and to the menus, once the tap "aoe" is registered. */
void count_tree_register(void);

#endif
