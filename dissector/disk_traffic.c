/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "disk_traffic.h"

#include <glib.h>
#include <stdio.h>

#include "protocol/ata.h"
#include "protocol/vlan.h"

/* The data of a write that waits for its response. */
struct held {
    uint32_t command; /* the frame of its first request: the key */
    bool broadcast;   /* further targets may answer */
    size_t sectors;
    GList *place; /* in the order of age */
    uint8_t bytes[];
};

struct disk_traffic {
    GHashTable *held;
    GQueue *ages; /* struct held, the oldest first */
    size_t size, most;
    disk_sink *sink;
    void *user;
};

struct disk_traffic *disk_traffic_new(size_t most, disk_sink *sink, void *user)
{
    struct disk_traffic *traffic = g_new0(struct disk_traffic, 1);
    traffic->held = g_hash_table_new_full(g_int_hash, g_int_equal, NULL, g_free);
    traffic->ages = g_queue_new();
    traffic->most = most;
    traffic->sink = sink;
    traffic->user = user;
    return traffic;
}

void disk_traffic_free(struct disk_traffic *traffic)
{
    if (!traffic)
        return;
    g_hash_table_destroy(traffic->held);
    g_queue_free(traffic->ages);
    g_free(traffic);
}

void disk_traffic_clear(struct disk_traffic *traffic)
{
    g_hash_table_remove_all(traffic->held);
    g_queue_clear(traffic->ages);
    traffic->size = 0;
}

static size_t size_of(size_t sectors)
{
    enum { LINKS = 64 }; /* what list and table keep of it, about */
    return sizeof(struct held) + sectors * AOE_SECTOR_BYTES + LINKS;
}

static void forget(struct disk_traffic *traffic, struct held *held)
{
    traffic->size -= size_of(held->sectors);
    g_queue_delete_link(traffic->ages, held->place);
    g_hash_table_remove(traffic->held, &held->command);
}

/* Sectors of a command that a frame holds whole. */
static size_t whole_sectors(const struct aoe_frame *frame, size_t count)
{
    size_t whole = frame->payload.length / AOE_SECTOR_BYTES;
    return whole < count ? whole : count;
}

static void hold(struct disk_traffic *traffic, const struct aoe_frame *frame, uint32_t command)
{
    size_t sectors = whole_sectors(frame, frame->ata.count), size = size_of(sectors);
    struct held *held = g_hash_table_lookup(traffic->held, &command);
    if (held)
        forget(traffic, held);
    while (traffic->size + size > traffic->most && !g_queue_is_empty(traffic->ages))
        forget(traffic, g_queue_peek_head(traffic->ages));
    if (!sectors || size > traffic->most)
        return;
    held = g_malloc(sizeof *held + sectors * AOE_SECTOR_BYTES);
    held->command = command;
    held->broadcast = frame->shelf == AOE_SHELF_ALL || frame->slot == AOE_SLOT_ALL;
    held->sectors = sectors;
    memcpy(held->bytes, frame->payload.bytes, sectors * AOE_SECTOR_BYTES);
    g_queue_push_tail(traffic->ages, held);
    held->place = g_queue_peek_tail_link(traffic->ages);
    g_hash_table_insert(traffic->held, &held->command, held);
    traffic->size += size;
}

/* Hands out the `there` sectors of `count` that are there, and how many are not. */
static void tell(const struct disk_traffic *traffic, struct disk_event event, size_t there,
                 size_t count)
{
    event.kind = DISK_SECTORS;
    event.sectors = there;
    if (there)
        traffic->sink(traffic->user, &event);
    event.kind = DISK_MISSING;
    event.lba += there;
    event.sectors = count - there;
    event.bytes = NULL;
    if (count > there)
        traffic->sink(traffic->user, &event);
}

/* The response to a repeat of a write that was answered has nothing new to say. */
static void end_write(struct disk_traffic *traffic, const struct history_exchange *exchange,
                      struct disk_event event, bool good)
{
    struct held *held = g_hash_table_lookup(traffic->held, &exchange->first);
    bool first = exchange->kind == AOE_EXCHANGE_ANSWER || exchange->given_up;
    event.bytes = held ? held->bytes : NULL;
    if (good && (held || first))
        tell(traffic, event, held ? held->sectors : 0, exchange->count);
    if (held && !held->broadcast)
        forget(traffic, held);
}

static void tell_capacity(const struct disk_traffic *traffic, const struct aoe_frame *frame,
                          struct disk_event event)
{
    struct ata_identity identity;
    if (!whole_sectors(frame, 1))
        return;
    ata_identify_decode(&identity, frame->payload.bytes);
    event.kind = DISK_CAPACITY;
    event.sectors = ata_capacity(&identity);
    if (event.sectors)
        traffic->sink(traffic->user, &event);
}

static void take_response(struct disk_traffic *traffic, const struct aoe_frame *frame,
                          const struct ata_opcode *opcode, struct disk_event event,
                          const struct history_exchange *exchange)
{
    bool good = !aoe_is_error(frame) && !(frame->ata.opcode & ATA_STATUS_BAD);
    event.lba = exchange->lba;
    if (opcode->addressed && opcode->direction == ATA_DATA_OUT)
        end_write(traffic, exchange, event, good);
    if (opcode->direction != ATA_DATA_IN || !good)
        return;
    event.bytes = frame->payload.bytes;
    if (opcode->addressed)
        tell(traffic, event, whole_sectors(frame, exchange->count), exchange->count);
    else if (opcode->opcode == ATA_IDENTIFY)
        tell_capacity(traffic, frame, event);
}

void disk_traffic_feed(struct disk_traffic *traffic, const struct aoe_frame *frame, uint32_t vlan,
                       const struct history_exchange *exchange)
{
    if (frame->command != AOE_COMMAND_ATA || frame->extent != AOE_EXTENT_ARGUMENT)
        return;
    const struct ata_opcode *opcode = ata_opcode_find(exchange->opcode);
    const struct disk_event event = {.disk = {vlan, frame->shelf, frame->slot}};
    bool answers = exchange->kind == AOE_EXCHANGE_ANSWER || exchange->kind == AOE_EXCHANGE_LATE;
    if (!opcode)
        return;
    if (answers)
        take_response(traffic, frame, opcode, event, exchange);
    else if (!aoe_is_response(frame) && opcode->addressed && opcode->direction == ATA_DATA_OUT)
        hold(traffic, frame, exchange->first);
}

const char *disk_name(char to[DISK_NAME], const struct disk *disk)
{
    char vlan[AOE_VLAN_TEXT];
    bool tagged = aoe_vlan_text(vlan, disk->vlan);
    snprintf(to, DISK_NAME, "e%u.%u%s%s", disk->shelf, disk->slot, tagged ? "-vlan" : "",
             tagged ? vlan : "");
    return to;
}

unsigned disk_hash(const void *disk)
{
    const struct disk *of = disk;
    return of->vlan * UINT32_C(0x9E3779B1) ^ (unsigned)of->shelf << 8 ^ of->slot;
}

int disk_equal(const void *left, const void *right)
{
    const struct disk *a = left, *b = right;
    return a->vlan == b->vlan && a->shelf == b->shelf && a->slot == b->slot;
}
