/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-initiator, for a main of its own and for one that brings hooks. */
#ifndef INITIATOR_INITIATOR_H
#define INITIATOR_INITIATOR_H

#include "hooks.h"

/* Reads the command line of aoe-initiator and does what it asks for. Returns the exit status.
 * `hooks` is NULL for the plain initiator. */
int initiator_main(int argc, char **argv, const struct engine_hooks *hooks);

#endif
