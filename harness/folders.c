/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "folders.h"

#include <errno.h>
#include <sys/stat.h>

int folders_make(struct arena *arena, const char *path, mode_t mode)
{
    char *copy = arena_text(arena, path);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, mode) && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return 0;
}
