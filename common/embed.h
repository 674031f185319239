/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are part of a program. */
#ifndef AOE_EMBED_H
#define AOE_EMBED_H

#include <stddef.h>
#include <stdint.h>

struct embedded {
    const char *bytes, *end; /* without a NUL at the end */
};

/* C17 cannot include a file's bytes: the assembler can. It finds the file at `path` from the folder
 * that the compiler runs in, the root. Once a symbol, at file level. */
#define EMBED(symbol, path)                                                                        \
    __asm__(".pushsection .rodata\n"                                                               \
            ".global " #symbol ", " #symbol "_end\n"                                               \
            ".hidden " #symbol ", " #symbol "_end\n" #symbol ":\n"                                 \
            ".incbin \"" path "\"\n" #symbol "_end:\n"                                             \
            ".byte 0\n"                                                                            \
            ".popsection\n");                                                                      \
    extern const char symbol[], symbol##_end[]

/* The initializer of a struct embedded. */
#define EMBEDDED(symbol)                                                                           \
    {                                                                                              \
        symbol, symbol##_end                                                                       \
    }

static inline size_t embedded_length(const struct embedded *file)
{
    return (uintptr_t)file->end - (uintptr_t)file->bytes;
}

#endif
