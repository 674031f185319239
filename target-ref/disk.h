/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file or block device as the media of the target. */
#ifndef TARGET_DISK_H
#define TARGET_DISK_H

#include "model.h"

struct disk {
    int fd;
    uint64_t sectors;
};

/* Opens `path`; its size is rounded down to whole sectors. On failure returns -1 with a line in
 * `message` (no newline) that names the path: it cannot be opened, is neither a file nor a block
 * device, or has less than one sector. */
int disk_open(struct disk *disk, const char *path, bool read_only, char *message, size_t size);

/* Flushes what was written and closes. Returns -1 where that failed, with errno set. */
int disk_close(struct disk *disk);

/* What the model calls. `disk` must outlive it. */
struct model_disk disk_for_model(struct disk *disk);

#endif
