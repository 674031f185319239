/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what the run may change: saves it to a journal on disk before the first change, puts it
 * back, and verifies that it is back. */
#ifndef AOE_KEEPER_H
#define AOE_KEEPER_H

#include "session.h"

/* What was there before. `kept` says which parts are filled (bits of enum touch). */
struct keeper {
    unsigned kept;
    const char *path; /* of the journal */
    const char *interface;
    uint16_t shelf;
    uint8_t slot;
    uint8_t mac[AOE_MAC_BYTES]; /* of the target */
    struct aoe_span string;     /* config string */
    const uint8_t (*masks)[AOE_MAC_BYTES];
    size_t mask_count;
    const uint8_t (*reserved)[AOE_MAC_BYTES];
    size_t reserved_count;
    struct {
        struct extent place;
        const uint8_t *data;
    } media[GATE_EXTENTS];
    size_t media_count;
    uint64_t restored_sectors; /* that differed and were written back, over the whole run */
};

/* The journal of a target where none is named: below $XDG_STATE_HOME or ~/.local/state. */
const char *keeper_default_path(struct arena *arena, const struct target *target);

/* True where there is a journal at that path: an earlier run was interrupted. */
bool keeper_exists(const char *path);

/* Reads from the target what `parts` names, as far as the target has it. Returns the parts that
 * it has but that could not be read, with a line in `reason` for the last of them: they may not
 * be changed. */
unsigned keeper_take(struct session *session, struct keeper *keeper, unsigned parts,
                     const char **reason);

/* Writes what was taken to a journal, through to the disk. 0, or -1 with a line in `reason`: then
 * nothing may be changed. */
int keeper_save(struct arena *arena, struct keeper *keeper, const char *path, const char **reason);

/* Reads a journal. 0, or -1 with a line in `reason`. */
int keeper_load(struct arena *arena, struct keeper *keeper, const char *path, const char **reason);

/* Puts back the parts that are kept and named, where they differ, and reads them again to see
 * that they are back. 0, or -1 with a line in `reason` that names what is not. */
int keeper_restore(struct session *session, struct keeper *keeper, unsigned parts,
                   const char **reason);

/* Removes the journal: everything is back. */
void keeper_done(const struct keeper *keeper);

#endif
