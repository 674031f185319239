/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arena.h"

#include <errno.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* As both programs end where they could not do their work. */
enum { OUT_OF_MEMORY = 3 };

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) uint8_t memory[];
};

void *arena_new(struct arena *arena, size_t size)
{
    struct arena_block *block = NULL;
    if (size <= SIZE_MAX - sizeof *block)
        block = calloc(1, sizeof *block + size);
    if (!block) {
        fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
        exit(OUT_OF_MEMORY);
    }
    block->next = arena->blocks;
    arena->blocks = block;
    return block->memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        bytes = SIZE_MAX;
    return arena_new(arena, bytes);
}

void *arena_grow(struct arena *arena, void *array, size_t count, size_t size)
{
    if (count & (count - 1))
        return array;
    void *grown = arena_array(arena, count ? count * 2 : 1, size);
    if (count)
        memcpy(grown, array, count * size);
    return grown;
}

uint8_t *arena_bytes(struct arena *arena, const void *bytes, size_t length)
{
    uint8_t *copy = arena_array(arena, length + 1, 1);
    if (length)
        memcpy(copy, bytes, length);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return (char *)arena_bytes(arena, text, strlen(text));
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        length = 0;
    char *text = arena_new(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void arena_free(struct arena *arena)
{
    for (struct arena_block *block = arena->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    arena->blocks = NULL;
}
