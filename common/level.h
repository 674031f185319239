/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How many commands are outstanding, over time. */
#ifndef AOE_LEVEL_H
#define AOE_LEVEL_H

#include <stdint.h>

/* The functions that every frame goes through stand here, so that they are not called. */

/* The last one stands for itself and everything above. */
enum { LEVELS = 256 };

struct level {
    uint32_t now, most;
    int64_t since;              /* when `now` began, ns */
    uint64_t ns[LEVELS];        /* how long each level held; nothing is counted for level 0 */
    unsigned __int128 above_ns; /* commands x ns of the last level */
};

/* Counts the time since the last change, as at the end of a capture. A time that steps back counts
 * as the latest one, but at level 0: from there on any time is a new beginning. */
static inline void level_close(struct level *level, int64_t time)
{
    if (time <= level->since)
        return;
    uint64_t held = (uint64_t)time - (uint64_t)level->since;
    uint32_t now = level->now;
    level->since = time;
    if (!now)
        return;
    level->ns[now < LEVELS ? now : LEVELS - 1] += held;
    if (now >= LEVELS - 1)
        level->above_ns += (unsigned __int128)now * held;
}

/* One more, or one fewer (never below 0), from `time` on. Returns the level that holds then. */
static inline uint32_t level_up(struct level *level, int64_t time)
{
    if (!level->now)
        level->since = time;
    level_close(level, time);
    if (++level->now > level->most)
        level->most = level->now;
    return level->now;
}

static inline uint32_t level_down(struct level *level, int64_t time)
{
    level_close(level, time);
    if (level->now)
        level->now--;
    return level->now;
}

/* Forgets what was counted but not where it stands. */
void level_restart(struct level *level);

/* Adds what `after` counted to `level`, which goes on from where `after` stands. */
void level_join(struct level *level, const struct level *after);

/* Commands x ns over all levels. */
unsigned __int128 level_area(const struct level *level);

#endif
