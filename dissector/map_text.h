/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map of an image (map_file.h) as a text in memory that is right after every change, since
 * nobody says when it is going to be read. Knows nothing of Wireshark. */
#ifndef AOE_MAP_TEXT_H
#define AOE_MAP_TEXT_H

#include "map_file.h"

/* Runs beyond so many are not kept: a change moves all that is behind it. */
enum { MAP_TEXT_RUNS = 16384 };

struct map_text;

/* An empty map of the image `name`. */
struct map_text *map_text_new(const char *name);

/* With `text` false the text itself stays: it belongs to somebody else by now, who frees it with
 * g_free. */
void map_text_free(struct map_text *map, bool text);

/* Adds `count` sectors, 1 upwards, below 2^54 in all. False where there is no room for another
 * run: then nothing changes. */
bool map_text_add(struct map_text *map, uint64_t from, uint64_t count);

/* Puts these notes at the top, instead of those that were there. */
void map_text_note(struct map_text *map, const struct map_notes *notes);

/* The text, without a NUL at its end. It moves with every change. */
struct aoe_span map_text(const struct map_text *map);

#endif
