/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For fuzzers: what must hold, and bytes as a file that has a name. */
#ifndef AOE_MEMORY_FILE_H
#define AOE_MEMORY_FILE_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "protocol/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* A file in memory, by the name that the kernel gives it. */
static inline int make_file(const uint8_t *data, size_t size, char *path, size_t path_size)
{
    int file = memfd_create("input", MFD_CLOEXEC);
    require(file >= 0, "there is memory for a file");
    require(write(file, data, size) == (ssize_t)size, "the file is written");
    snprintf(path, path_size, "/proc/self/fd/%d", file);
    return file;
}

#endif
