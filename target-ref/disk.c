/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where `count` sectors at `lba` lie in the file. False where they are not all on the disk or
 * where no offset reaches them. */
static bool locate(const struct disk *disk, uint64_t lba, size_t count, off_t *offset,
                   size_t *bytes)
{
    if (lba >= disk->sectors || count > disk->sectors - lba ||
        __builtin_mul_overflow(count, AOE_SECTOR_BYTES, bytes) ||
        __builtin_mul_overflow(lba, AOE_SECTOR_BYTES, offset)) {
        errno = EINVAL;
        return false;
    }
    return true;
}

static int disk_read(void *user, uint64_t lba, size_t count, void *to)
{
    const struct disk *disk = user;
    off_t offset;
    size_t bytes;
    if (!locate(disk, lba, count, &offset, &bytes))
        return -1;
    for (size_t done = 0; done < bytes;) {
        ssize_t got = pread(disk->fd, (char *)to + done, bytes - done, offset + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) /* 0: somebody has cut the file short */
            return -1;
        done += (size_t)got;
    }
    return 0;
}

static int disk_write(void *user, uint64_t lba, size_t count, const void *from)
{
    const struct disk *disk = user;
    off_t offset;
    size_t bytes;
    if (!locate(disk, lba, count, &offset, &bytes))
        return -1;
    for (size_t done = 0; done < bytes;) {
        ssize_t put =
            pwrite(disk->fd, (const char *)from + done, bytes - done, offset + (off_t)done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        done += (size_t)put;
    }
    return 0;
}

static int disk_flush(void *user)
{
    const struct disk *disk = user;
    return fdatasync(disk->fd);
}

/* Bytes of the open file or block device; false where it is neither, or its size is unknown. */
static bool measure(int fd, uint64_t *bytes)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    if (S_ISBLK(st.st_mode))
        return ioctl(fd, BLKGETSIZE64, bytes) == 0;
    *bytes = (uint64_t)st.st_size;
    errno = EINVAL;
    return S_ISREG(st.st_mode);
}

int disk_open(struct disk *disk, const char *path, bool read_only, char *message, size_t size)
{
    uint64_t bytes;
    /* Without O_NONBLOCK a FIFO given by mistake would wait for its other end for ever. */
    disk->fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NONBLOCK);
    if (disk->fd < 0) {
        bool refused = errno == EACCES || errno == EROFS || errno == EPERM;
        snprintf(message, size, "%s: %s%s", path, strerror(errno),
                 refused && !read_only ? "; -r serves it read-only" : "");
        return -1;
    }
    if (!measure(disk->fd, &bytes)) {
        snprintf(message, size, "%s: %s", path,
                 errno == EINVAL ? "neither a file nor a block device" : strerror(errno));
    } else if (bytes < AOE_SECTOR_BYTES) {
        snprintf(message, size, "%s: %llu bytes, but a disk has at least one sector of %d bytes",
                 path, (unsigned long long)bytes, AOE_SECTOR_BYTES);
    } else {
        disk->sectors = bytes / AOE_SECTOR_BYTES;
        return 0;
    }
    close(disk->fd);
    disk->fd = -1;
    return -1;
}

int disk_close(struct disk *disk)
{
    int flushed = disk_flush(disk);
    int error = errno;
    close(disk->fd);
    disk->fd = -1;
    errno = error;
    return flushed;
}

struct model_disk disk_for_model(struct disk *disk)
{
    return (struct model_disk){disk, disk->sectors, disk_read, disk_write, disk_flush};
}
