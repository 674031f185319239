/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deviations: the reference target with exactly one thing wrong, by name. */
#ifndef DEVIATIONS_DEVIATION_H
#define DEVIATIONS_DEVIATION_H

#include "common/deviant.h"
#include "target-ref/hooks.h"

struct deviation {
    const char *name;   /* words of the field with '-' between, stable */
    const char *clause; /* the id of the clause that it breaks */
    const char *wrong;  /* what is wrong on the wire, one sentence without a full stop */
    /* What it takes to be seen, NULL for nothing special: words with ',' between, each of
     * "disk=SIZE" (at least so large), "mtu=BYTES" (of both ends), "address=SHELF.SLOT" or
     * "option=..." of aoe-target. */
    const char *needs;
    uint64_t value; /* what its hooks take from it, where several share one */
    struct target_hooks hooks;
};

enum { DEVIANT_SECTORS_MAX = 256, DEVIANT_FRAMES_MAX = 64 };

/* A write that waits. */
struct deviant_write {
    uint64_t lba;
    size_t count; /* sectors; 0: none waits */
    uint8_t data[DEVIANT_SECTORS_MAX * AOE_SECTOR_BYTES];
};

/* A response that waits. */
struct deviant_frame {
    uint64_t due; /* milliseconds of the monotonic clock */
    size_t length;
    uint8_t bytes[AOE_FRAME_MAX];
};

/* What a deviation remembers while it runs: the `user` of its hooks. Each uses of it what it
 * needs; all is zero at the start. */
struct deviant {
    const struct deviation *deviation;
    uint64_t value; /* the deviation's */
    struct model *model;
    uint64_t count;
    uint64_t since; /* milliseconds of the monotonic clock */
    bool armed;
    uint32_t tag;
    uint8_t host[AOE_MAC_BYTES];
    uint8_t error;
    struct model_settings settings; /* as they were */
    size_t length;
    uint8_t bytes[AOE_FRAME_MAX]; /* old memory */
    struct deviant_write write;
    struct deviant_frame frames[DEVIANT_FRAMES_MAX];
    size_t frame_count;
};

/* The deviation at `index`, in the order of the list, or NULL past the end. */
const struct deviation *deviation_at(size_t index);

/* Fills the entry of the deviation at `index`; false past the end. */
bool deviation_entry(size_t index, struct deviant_entry *entry);

/* Makes `deviant` the memory of a deviation, and `hooks` its hooks. Both must outlive the model. */
void deviation_start(const struct deviation *deviation, struct deviant *deviant,
                     struct target_hooks *hooks);

#endif
