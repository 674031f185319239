/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "export_objects.h"

#include <epan/export_object.h>
#include <inttypes.h>

#include "disk_traffic.h"
#include "map_text.h"
#include "tap.h"

/* An image, or a run of sectors. The entry belongs to Wireshark's list of them. */
struct object {
    export_object_entry_t *entry;
    uint64_t from, end; /* sectors that it has */
    uint64_t room;      /* the end of those for which there is memory */
};

struct disk_objects {
    struct disk disk;
    export_object_entry_t *map_entry;
    GTree *objects; /* struct object by its first sector */
    struct map_text *map;
    struct map_notes notes;
};

/* What one list has been given. Its entries are only touched while a frame is handed to it: nobody
 * says when the list goes. */
struct exporter {
    export_object_list_t *list;
    GHashTable *disks; /* struct disk_objects by struct disk */
    struct disk_traffic *traffic;
    size_t bytes, count; /* that there is room for */
    uint32_t number;     /* of the frame that is taken */
};

/* By their list: Wireshark's interface has no other place for it. */
static GHashTable *exports;

static int compare(const void *left, const void *right, void *user)
{
    const struct object *a = left, *b = right;
    (void)user;
    return (a->from > b->from) - (a->from < b->from);
}

static export_object_entry_t *add_entry(struct exporter *exporter, const struct disk *disk,
                                        const char *type, const char *ending)
{
    char name[DISK_NAME];
    export_object_entry_t *entry = g_new0(export_object_entry_t, 1);
    entry->pkt_num = exporter->number;
    entry->hostname = g_strdup(disk_name(name, disk));
    entry->content_type = g_strdup(type);
    entry->filename = g_strconcat(name, ending, NULL);
    exporter->list->add_entry(exporter->list->gui_data, entry);
    exporter->count--;
    return entry;
}

static struct object *add_object(struct exporter *exporter, struct disk_objects *disk,
                                 uint64_t from)
{
    char ending[40];
    if (!exporter->count)
        return NULL;
    struct object *object = g_new0(struct object, 1);
    object->from = object->end = object->room = from;
    snprintf(ending, sizeof ending, "-lba%" PRIu64 ".bin", from);
    object->entry = from ? add_entry(exporter, &disk->disk, "run of sectors", ending)
                         : add_entry(exporter, &disk->disk, "disk image", ".img");
    g_tree_insert(disk->objects, object, object);
    return object;
}

/* Gives an object the sectors up to before `end`, zeros where it had none. False where there is no
 * room for them. */
static bool lengthen(struct exporter *exporter, struct object *object, uint64_t end)
{
    export_object_entry_t *entry = object->entry;
    if (end <= object->end)
        return true;
    size_t more = (size_t)(end - object->end) * AOE_SECTOR_BYTES;
    if (more > exporter->bytes)
        return false;
    if (end > object->room) {
        uint64_t twice = object->from + (object->room - object->from) * 2;
        object->room = end > twice ? end : twice;
        entry->payload_data = g_realloc(entry->payload_data,
                                        (size_t)(object->room - object->from) * AOE_SECTOR_BYTES);
    }
    memset(entry->payload_data + entry->payload_len, 0, more);
    entry->payload_len += more;
    object->end = end;
    exporter->bytes -= more;
    return true;
}

/* The object that holds `lba` or that it belongs into, made where there is none, and in `most` the
 * sectors from there on that are its own. NULL where there is no room for one more. */
static struct object *object_for(struct exporter *exporter, struct disk_objects *disk, uint64_t lba,
                                 uint64_t *most)
{
    const struct object key = {.from = lba < OBJECT_IMAGE_SECTORS ? 0 : lba};
    GTreeNode *behind = g_tree_upper_bound(disk->objects, &key);
    GTreeNode *before = behind ? g_tree_node_previous(behind) : g_tree_node_last(disk->objects);
    const struct object *next = behind ? g_tree_node_value(behind) : NULL;
    struct object *object = before ? g_tree_node_value(before) : NULL;
    uint64_t end = next ? next->from : UINT64_MAX;
    if (lba < OBJECT_IMAGE_SECTORS)
        end = OBJECT_IMAGE_SECTORS;
    *most = end - lba;
    if (object && (lba < OBJECT_IMAGE_SECTORS || (object->from && object->end >= lba)))
        return object;
    return add_object(exporter, disk, key.from);
}

static bool put_object(struct exporter *exporter, struct object *object, uint64_t lba,
                       const uint8_t *bytes, uint64_t sectors)
{
    if (!object || !lengthen(exporter, object, lba + sectors))
        return false;
    memcpy(object->entry->payload_data + (size_t)(lba - object->from) * AOE_SECTOR_BYTES, bytes,
           (size_t)sectors * AOE_SECTOR_BYTES);
    return true;
}

static void put(struct exporter *exporter, struct disk_objects *disk,
                const struct disk_event *event)
{
    for (uint64_t done = 0, part; done < event->sectors; done += part) {
        uint64_t lba = event->lba + done, most;
        struct object *object = object_for(exporter, disk, lba, &most);
        part = event->sectors - done < most ? event->sectors - done : most;
        if (!put_object(exporter, object, lba, event->bytes + done * AOE_SECTOR_BYTES, part) ||
            !map_text_add(disk->map, lba, part))
            disk->notes.crowded += part;
    }
}

static struct disk_objects *add_disk(struct exporter *exporter, const struct disk *at)
{
    char name[DISK_NAME];
    struct disk_objects *disk = g_new0(struct disk_objects, 1);
    disk->disk = *at;
    disk->objects = g_tree_new_full(compare, NULL, NULL, g_free);
    disk->map = map_text_new(disk_name(name, at));
    disk->map_entry = add_entry(exporter, at, "map of sectors seen", ".map");
    g_hash_table_insert(exporter->disks, &disk->disk, disk);
    return disk;
}

static void free_disk(void *of)
{
    struct disk_objects *disk = of;
    g_tree_destroy(disk->objects);
    map_text_free(disk->map, false);
    g_free(disk);
}

/* The text belongs to the entry: Wireshark frees it with that. */
static void update_map(struct disk_objects *disk)
{
    struct aoe_span text = map_text(disk->map);
    disk->map_entry->payload_data = (guint8 *)text.bytes;
    disk->map_entry->payload_len = text.length;
}

static void take(void *user, const struct disk_event *event)
{
    struct exporter *exporter = user;
    struct disk_objects *disk = g_hash_table_lookup(exporter->disks, &event->disk);
    if (!disk && !exporter->count)
        return;
    if (!disk)
        disk = add_disk(exporter, &event->disk);
    struct map_notes before = disk->notes;
    if (event->kind == DISK_CAPACITY)
        disk->notes.capacity = event->sectors;
    else if (event->kind == DISK_MISSING)
        disk->notes.cut += event->sectors;
    else
        put(exporter, disk, event);
    if (memcmp(&before, &disk->notes, sizeof before))
        map_text_note(disk->map, &disk->notes);
    update_map(disk);
}

static struct exporter *export_for(export_object_list_t *list)
{
    struct exporter *exporter = g_hash_table_lookup(exports, list);
    if (exporter)
        return exporter;
    exporter = g_new0(struct exporter, 1);
    exporter->list = list;
    exporter->disks = g_hash_table_new_full(disk_hash, disk_equal, NULL, free_disk);
    exporter->traffic = disk_traffic_new(OBJECT_WAITING, take, exporter);
    exporter->bytes = OBJECT_BYTES;
    exporter->count = OBJECTS_MOST;
    g_hash_table_insert(exports, list, exporter);
    return exporter;
}

static void free_export(void *of)
{
    struct exporter *exporter = of;
    g_hash_table_destroy(exporter->disks);
    disk_traffic_free(exporter->traffic);
    g_free(exporter);
}

static tap_packet_status take_packet(void *list, packet_info *packet, epan_dissect_t *dissection,
                                     const void *data, tap_flags_t flags)
{
    const struct aoe_tap *told = data;
    (void)dissection;
    (void)flags;
    if (!told->counted)
        return TAP_PACKET_DONT_REDRAW;
    struct exporter *exporter = export_for(list);
    exporter->number = packet->num;
    disk_traffic_feed(exporter->traffic, &told->link->frame, told->link->vlan, &told->exchange);
    return TAP_PACKET_REDRAW;
}

static void reset(void)
{
    g_hash_table_remove_all(exports);
}

int export_objects_register(int protocol)
{
    exports = g_hash_table_new_full(NULL, NULL, NULL, free_export);
    return register_export_object(protocol, take_packet, reset);
}
