/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the history keeps what is remarkable. Not for others. */
#ifndef AOE_HISTORY_NOTES_H
#define AOE_HISTORY_NOTES_H

#include "history.h"

/* More notes than this are not kept. */
enum { NOTES_MOST = 1000000 };

struct notes;

/* NULL where there is no memory. */
struct notes *notes_new(void);
void notes_free(struct notes *notes);

/* Adds a note about frame `number`, which is that of the last note or a later one. The texts are
 * copied but for `field`. */
void notes_add(struct notes *notes, uint32_t number, const struct history_note *note);

void notes_of(const struct notes *notes, uint32_t number, history_note_sink *sink, void *user);

size_t notes_bytes(const struct notes *notes);

#endif
