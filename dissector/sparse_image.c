/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sparse_image.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <unistd.h>

#include "map_file.h"

struct sparse_image {
    char *name, *map_path;
    int image; /* descriptor */
    FILE *map_file;
    struct sector_map *map;
    struct map_notes notes;
    int reason; /* errno of the first write that failed */
};

/* The descriptor of a new file, or -1. */
static int make_file(const char *path, char *error, size_t error_size)
{
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        snprintf(error, error_size, "%s: %s", path, g_strerror(errno));
    return file;
}

static int open_files(struct sparse_image *image, const char *image_path, char *error,
                      size_t error_size)
{
    int map = make_file(image->map_path, error, error_size);
    if (map < 0)
        return -1;
    image->map_file = fdopen(map, "w");
    if (!image->map_file) {
        snprintf(error, error_size, "%s: %s", image->map_path, g_strerror(errno));
        close(map);
        return -1;
    }
    image->image = make_file(image_path, error, error_size);
    if (image->image >= 0)
        return 0;
    unlink(image->map_path);
    return -1;
}

struct sparse_image *sparse_image_new(const char *folder, const char *name, size_t *room,
                                      char *error, size_t error_size)
{
    struct sparse_image *image = g_new0(struct sparse_image, 1);
    char *image_path = g_strdup_printf("%s/%s.img", folder, name);
    image->image = -1;
    image->name = g_strdup(name);
    image->map_path = g_strdup_printf("%s/%s.map", folder, name);
    image->map = sector_map_new(room);
    if (open_files(image, image_path, error, error_size)) {
        sparse_image_free(image);
        image = NULL;
    }
    g_free(image_path);
    return image;
}

void sparse_image_free(struct sparse_image *image)
{
    if (!image)
        return;
    if (image->image >= 0)
        close(image->image);
    if (image->map_file)
        fclose(image->map_file);
    sector_map_free(image->map);
    g_free(image->name);
    g_free(image->map_path);
    g_free(image);
}

static void note_failure(struct sparse_image *image, int reason, uint64_t sectors)
{
    image->notes.unwritten += sectors;
    if (!image->reason)
        image->reason = reason;
}

void sparse_image_clear(struct sparse_image *image)
{
    sector_map_clear(image->map);
    image->notes = (struct map_notes){0};
    image->reason = 0;
    if (ftruncate(image->image, 0))
        note_failure(image, errno, 0);
}

/* 0, or the errno. */
static int write_at(int file, uint64_t offset, const uint8_t *bytes, size_t length)
{
    while (length) {
        ssize_t written = pwrite(file, bytes, length, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written ? errno : ENOSPC;
        bytes += written;
        offset += (uint64_t)written;
        length -= (size_t)written;
    }
    return 0;
}

void sparse_image_put(struct sparse_image *image, uint64_t lba, const uint8_t *bytes,
                      size_t sectors)
{
    int failed = write_at(image->image, lba * AOE_SECTOR_BYTES, bytes, sectors * AOE_SECTOR_BYTES);
    if (failed)
        note_failure(image, failed, sectors);
    else if (!sector_map_add(image->map, lba, sectors))
        image->notes.crowded += sectors;
}

void sparse_image_miss(struct sparse_image *image, uint64_t sectors)
{
    image->notes.cut += sectors;
}

void sparse_image_set_capacity(struct sparse_image *image, uint64_t sectors)
{
    image->notes.capacity = sectors;
}

/* A length that the file system does not have, or no length at all that a file can have, is no
 * error: the map tells the size of the device. */
static void set_length(const struct sparse_image *image)
{
    uint64_t end = sector_map_end(image->map);
    uint64_t sectors = image->notes.capacity > end ? image->notes.capacity : end;
    if (sectors > INT64_MAX / AOE_SECTOR_BYTES ||
        ftruncate(image->image, (off_t)(sectors * AOE_SECTOR_BYTES)))
        return;
}

int sparse_image_write(struct sparse_image *image, char *error, size_t error_size)
{
    struct map_notes notes = image->notes;
    notes.reason = g_strerror(image->reason);
    set_length(image);
    rewind(image->map_file);
    int failed = ftruncate(fileno(image->map_file), 0);
    map_file_write(image->map_file, image->name, image->map, &notes);
    if (!failed && !fflush(image->map_file) && !ferror(image->map_file))
        return 0;
    snprintf(error, error_size, "%s: %s", image->map_path, g_strerror(errno));
    return -1;
}

const struct sector_map *sparse_image_map(const struct sparse_image *image)
{
    return image->map;
}

uint64_t sparse_image_lost(const struct sparse_image *image)
{
    return image->notes.cut + image->notes.crowded + image->notes.unwritten;
}
