/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef AOE_FOLDERS_H
#define AOE_FOLDERS_H

#include <sys/types.h>

#include "common/arena.h"

/* Makes the folders above the file `path` that are not there, with that mode. 0, or -1 and errno
 * at the first that cannot be made. */
int folders_make(struct arena *arena, const char *path, mode_t mode);

#endif
