/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "level.h"

#include <string.h>

void level_restart(struct level *level)
{
    memset(level->ns, 0, sizeof level->ns);
    level->above_ns = 0;
    level->most = level->now;
}

void level_join(struct level *level, const struct level *after)
{
    for (unsigned i = 0; i < LEVELS; i++)
        level->ns[i] += after->ns[i];
    level->above_ns += after->above_ns;
    if (after->most > level->most)
        level->most = after->most;
    level->now = after->now;
    level->since = after->since;
}

unsigned __int128 level_area(const struct level *level)
{
    unsigned __int128 area = level->above_ns;
    for (unsigned i = 1; i < LEVELS - 1; i++)
        area += (unsigned __int128)i * level->ns[i];
    return area;
}
