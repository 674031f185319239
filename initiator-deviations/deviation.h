/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deviations: the reference initiator with exactly one thing wrong, by name. */
#ifndef INITIATOR_DEVIATIONS_DEVIATION_H
#define INITIATOR_DEVIATIONS_DEVIATION_H

#include "common/deviant.h"
#include "initiator-ref/engine.h"

struct deviation {
    const char *name;   /* words of the field with '-' between, stable; the first is the clause's */
    const char *clause; /* the id of the clause that it breaks */
    const char *wrong;  /* what is wrong on the wire or for the user, without a full stop */
    /* What it takes to be seen, NULL for nothing special: words with ',' between, each of
     * "mtu=BYTES" (of both ends), "stay", "depth=COMMANDS" or "deadline=SECONDS" of aoe-initiator,
     * or "patience=SECONDS" of aoe-conform. */
    const char *needs;
    struct engine_hooks hooks;
};

enum { DEVIANT_ANSWERED = 64 };

/* A command that was answered. */
struct deviant_answered {
    uint32_t tag;
    uint8_t *data;
    size_t bytes; /* of data that it took */
};

/* What a deviation remembers while it runs: the `user` of its hooks. Each uses of it what it needs;
 * all is zero at the start. */
struct deviant {
    bool armed;
    unsigned most;
    uint8_t mac[AOE_MAC_BYTES];
    struct deviant_answered answered[DEVIANT_ANSWERED]; /* the latest */
    size_t answered_count;                              /* in all */
    uint8_t received[AOE_FRAME_MAX]; /* never cleared, as a buffer that is used again */
};

/* The deviation at `index`, in the order of the list, or NULL past the end. */
const struct deviation *deviation_at(size_t index);

/* Fills the entry of the deviation at `index`; false past the end. */
bool deviation_entry(size_t index, struct deviant_entry *entry);

/* Makes `hooks` those of a deviation, with `deviant` as its memory. Both must outlive the engine.
 */
void deviation_start(const struct deviation *deviation, struct deviant *deviant,
                     struct engine_hooks *hooks);

#endif
