/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-target, for a main of its own and for one that brings hooks. */
#ifndef TARGET_TARGET_H
#define TARGET_TARGET_H

#include "hooks.h"

/* Reads the command line of aoe-target and serves until it is told to end. Returns the exit
 * status. `hooks` without callbacks is the plain target. */
int target_main(int argc, char **argv, const struct target_hooks *hooks);

#endif
