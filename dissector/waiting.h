/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that a statistic has seen begin and that are not over. Knows nothing of Wireshark.
 */
#ifndef AOE_WAITING_H
#define AOE_WAITING_H

#include <glib.h>

#include "common/measure.h"

struct waiting_command {
    uint32_t first; /* number of the frame that first carried it */
    uint32_t pair;  /* index in the traffic */
    enum operation operation;
    bool answered;     /* a broadcast, to which others may answer too */
    bool given_up;     /* is not outstanding any more */
    int64_t last_sent; /* ns */
    int64_t touched;   /* what the clock was then */
    GList place;       /* among those that are outstanding */
};

struct waiting {
    GHashTable *commands; /* by their first frame */
    GQueue outstanding;   /* sent longest ago first */
    int64_t clock;        /* the latest time that the owner has seen, ns: never goes back */
};

void waiting_open(struct waiting *waiting);
void waiting_close(struct waiting *waiting);

/* A command whose first frame was sent at `time`. */
void waiting_add(struct waiting *waiting, uint32_t first, uint32_t pair, enum operation operation,
                 int64_t time);

/* The command with that first frame; NULL where it was not added or is removed. */
struct waiting_command *waiting_find(const struct waiting *waiting, uint32_t first);

/* It is sent again, and outstanding even if it was given up. */
void waiting_sent(struct waiting *waiting, struct waiting_command *command, int64_t time);

/* It is not outstanding any more, but not forgotten: given up, or a broadcast that one has
 * answered. */
void waiting_give_up(struct waiting *waiting, struct waiting_command *command);
void waiting_answered(struct waiting *waiting, struct waiting_command *command);

/* Forgets it. */
void waiting_remove(struct waiting *waiting, struct waiting_command *command);

/* The outstanding command that was sent longest ago, NULL where there is none. */
struct waiting_command *waiting_oldest(const struct waiting *waiting);

#endif
