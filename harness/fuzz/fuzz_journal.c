/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a journal: what is read keeps the limits that restoring relies on. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/keeper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static void check(const struct keeper *keeper)
{
    uint64_t sum = 0;
    require(keeper->string.length <= AOE_STRING_MAX, "a config string has 1024 bytes at most");
    require(keeper->mask_count <= AOE_LIST_MAX, "a mask list has 255 addresses at most");
    require(keeper->reserved_count <= AOE_LIST_MAX, "a reserve list has 255 addresses at most");
    require(keeper->media_count <= GATE_EXTENTS, "there are no more extents than the gate holds");
    for (size_t i = 0; i < keeper->string.length; i++)
        sum += keeper->string.bytes[i];
    for (size_t i = 0; i < keeper->media_count; i++)
        for (size_t b = 0; b < keeper->media[i].place.count * AOE_SECTOR_BYTES; b++)
            sum += keeper->media[i].data[b];
    for (size_t i = 0; i < keeper->mask_count; i++)
        sum += keeper->masks[i][AOE_MAC_BYTES - 1];
    for (size_t i = 0; i < keeper->reserved_count; i++)
        sum += keeper->reserved[i][AOE_MAC_BYTES - 1];
    require(sum < UINT64_MAX, "all of it can be read");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {NULL};
    struct keeper keeper;
    const char *reason = NULL;
    char path[64];
    int fd = memfd_create("journal", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (write(fd, data, size) == (ssize_t)size) {
        if (!keeper_load(&arena, &keeper, path, &reason))
            check(&keeper);
        else
            require(reason && *reason, "a journal that is refused has a reason");
    }
    close(fd);
    arena_free(&arena);
    return 0;
}
