/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export_image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "disk_traffic.h"
#include "sparse_image.h"
#include "tap.h"

/* Needs what the others include. */
#include <epan/stat_tap_ui.h>

enum { MESSAGE = 512 };

struct exporter {
    char *folder;
    GHashTable *images; /* struct sparse_image by struct disk */
    size_t room;
    struct disk_traffic *traffic;
    uint64_t refused; /* sectors of disks that have no image */
    bool stale;       /* what there is belongs to an earlier reading */
    char error[MESSAGE];
};

static void free_image(void *image)
{
    sparse_image_free(image);
}

/* NULL where the disk has no image. */
static struct sparse_image *image_of(struct exporter *exporter, const struct disk *disk)
{
    char name[DISK_NAME];
    struct sparse_image *image = g_hash_table_lookup(exporter->images, disk);
    if (image || g_hash_table_size(exporter->images) >= EXPORT_DISKS || *exporter->error)
        return image;
    image = sparse_image_new(exporter->folder, disk_name(name, disk), &exporter->room,
                             exporter->error, sizeof exporter->error);
    if (image)
        g_hash_table_insert(exporter->images, g_memdup2(disk, sizeof *disk), image);
    return image;
}

static void take(void *user, const struct disk_event *event)
{
    struct exporter *exporter = user;
    struct sparse_image *image = image_of(exporter, &event->disk);
    if (!image)
        exporter->refused += event->kind == DISK_CAPACITY ? 0 : event->sectors;
    else if (event->kind == DISK_CAPACITY)
        sparse_image_set_capacity(image, event->sectors);
    else if (event->kind == DISK_MISSING)
        sparse_image_miss(image, event->sectors);
    else
        sparse_image_put(image, event->lba, event->bytes, event->sectors);
}

static void clear_image(void *disk, void *image, void *user)
{
    (void)disk;
    (void)user;
    sparse_image_clear(image);
}

/* Comes before the frames are read once more, but also at the end: so nothing is emptied yet. */
static void reset(void *user)
{
    struct exporter *exporter = user;
    exporter->stale = true;
}

static void clear(struct exporter *exporter)
{
    disk_traffic_clear(exporter->traffic);
    g_hash_table_foreach(exporter->images, clear_image, NULL);
    exporter->refused = 0;
    exporter->stale = false;
}

static tap_packet_status take_packet(void *user, packet_info *packet, epan_dissect_t *dissection,
                                     const void *data, tap_flags_t flags)
{
    struct exporter *exporter = user;
    const struct aoe_tap *told = data;
    (void)packet;
    (void)dissection;
    (void)flags;
    if (!told->counted)
        return TAP_PACKET_DONT_REDRAW;
    if (exporter->stale)
        clear(exporter);
    disk_traffic_feed(exporter->traffic, &told->link->frame, told->link->vlan, &told->exchange);
    return TAP_PACKET_REDRAW;
}

static void draw_image(void *disk, void *image, void *user)
{
    struct exporter *exporter = user;
    char name[DISK_NAME];
    const struct sector_map *map = sparse_image_map(image);
    printf("%-20s %14" PRIu64 " %10zu %14" PRIu64 "\n", disk_name(name, disk),
           sector_map_sectors(map), sector_map_runs(map), sparse_image_lost(image));
    if (sparse_image_write(image, exporter->error, sizeof exporter->error))
        fprintf(stderr, "aoe,image: %s\n", exporter->error);
}

static void draw(void *user)
{
    struct exporter *exporter = user;
    printf("\nImages of AoE disks in %s\n%-20s %14s %10s %14s\n", exporter->folder, "disk",
           "sectors seen", "runs", "not kept");
    g_hash_table_foreach(exporter->images, draw_image, exporter);
    if (exporter->refused)
        fprintf(stderr, "aoe,image: %" PRIu64 " sectors of disks without an image: %s\n",
                exporter->refused, *exporter->error ? exporter->error : "too many disks");
}

static void finish(void *user)
{
    struct exporter *exporter = user;
    g_hash_table_destroy(exporter->images);
    disk_traffic_free(exporter->traffic);
    g_free(exporter->folder);
    g_free(exporter);
}

static struct exporter *export_new(const char *folder)
{
    struct exporter *exporter = g_new0(struct exporter, 1);
    exporter->folder = g_strdup(folder);
    exporter->images = g_hash_table_new_full(disk_hash, disk_equal, g_free, free_image);
    exporter->room = EXPORT_RUNS;
    exporter->traffic = disk_traffic_new(EXPORT_WAITING, take, exporter);
    return exporter;
}

/* As Wireshark's own statistics end the program where their argument is wrong. */
static void fail(const char *what, const char *why)
{
    fprintf(stderr, "aoe,image: %s: %s\n", what, why);
    exit(1);
}

/* `argument` is "aoe,image,FOLDER" or "aoe,image,FOLDER,FILTER". */
static void start(const char *argument, void *user)
{
    char **words = g_strsplit(argument, ",", 4);
    const char *folder = words[1] ? words[2] : NULL, *filter = folder ? words[3] : NULL;
    (void)user;
    if (!folder || !*folder)
        fail("FOLDER", "missing: -z aoe,image,FOLDER");
    if (mkdir(folder, 0777) && errno != EEXIST)
        fail(folder, g_strerror(errno));
    GString *error = register_tap_listener("aoe", export_new(folder), filter, TL_REQUIRES_NOTHING,
                                           reset, take_packet, draw, finish);
    if (error)
        fail(filter, error->str);
    g_strfreev(words);
}

void export_image_listen(void)
{
    static stat_tap_ui ui = {.group = REGISTER_STAT_GROUP_GENERIC,
                             .title = "Images of AoE disks",
                             .cli_string = "aoe,image",
                             .tap_init_cb = start};
    register_stat_tap_ui(&ui, NULL);
}
