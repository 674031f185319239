/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that is freed all at once: for a parsed scenario, for the values of one run of it, for
 * the results of a run. */
#ifndef AOE_ARENA_H
#define AOE_ARENA_H

#include "protocol/cursor.h"

struct arena {
    struct arena_block *blocks;
};

/* Zeroed memory for `size` bytes, aligned for any type. Ends the program with a message and
 * status 3 where there is no memory: nothing that uses arenas could go on. */
void *arena_new(struct arena *arena, size_t size);

/* An array of `count` elements of `size` bytes, with the product checked. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* Room for `count` elements of `size` bytes in an array that grows: returns `array` as it is
 * where `count` is not a full power of two, else a copy with twice the room. Call it before
 * element number `count` is written; start with NULL and 0. */
void *arena_grow(struct arena *arena, void *array, size_t count, size_t size);

/* Copies that end with NUL, also where the bytes have one inside. */
char *arena_text(struct arena *arena, const char *text);
uint8_t *arena_bytes(struct arena *arena, const void *bytes, size_t length);
char *arena_print(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void arena_free(struct arena *arena);

#endif
