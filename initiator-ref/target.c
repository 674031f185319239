/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

static bool lives(const struct target_path *path)
{
    return path->unanswered < TARGET_PATIENCE;
}

static bool any_lives(const struct target *target)
{
    for (size_t i = 0; i < target->path_count; i++)
        if (lives(&target->paths[i]))
            return true;
    return false;
}

/* Where no path lives each may be the first to come back. */
static bool in_use(const struct target *target, const struct target_path *path)
{
    return lives(path) || !any_lives(target);
}

static struct target_path *find(struct target *target, const uint8_t *mac)
{
    for (size_t i = 0; i < target->path_count; i++)
        if (memcmp(target->paths[i].mac, mac, AOE_MAC_BYTES) == 0)
            return &target->paths[i];
    return NULL;
}

/* A place for a path that has not been heard yet, or NULL. */
static struct target_path *make_room(struct target *target)
{
    if (target->path_count < TARGET_PATHS_MAX)
        return &target->paths[target->path_count++];
    for (size_t i = 0; i < target->path_count; i++)
        if (!lives(&target->paths[i]))
            return &target->paths[i];
    return NULL;
}

/* True where the frame is a whole answer to a config read. */
static bool makes_sense(const struct aoe_frame *response)
{
    const struct aoe_config *config = &response->config;
    return response->extent == AOE_EXTENT_ARGUMENT && config->version == AOE_VERSION &&
           config->ccmd == AOE_CONFIG_READ && config->length <= AOE_STRING_MAX &&
           config->length <= response->payload.length;
}

enum target_news target_hear(struct target *target, const struct aoe_frame *response)
{
    if (!makes_sense(response))
        return TARGET_ABSURD;
    struct target_path *path = find(target, response->source);
    if (path && response->tag && path->heard == response->tag)
        return TARGET_OLD;
    if (!response->config.buffer_count)
        return TARGET_NO_BUFFERS;
    if (!path)
        path = make_room(target);
    if (!path)
        return TARGET_ABSURD;
    uint32_t heard = response->tag ? response->tag : path->heard;
    *path = (struct target_path){.buffer_count = response->config.buffer_count,
                                 .sector_count = aoe_sectors_allowed(response->config.sector_count),
                                 .heard = heard};
    memcpy(path->mac, response->source, AOE_MAC_BYTES);
    return TARGET_HEARD;
}

bool target_identify(struct target *target, const uint8_t data[AOE_SECTOR_BYTES])
{
    struct ata_identity *identity = &target->identity;
    ata_identify_decode(identity, data);
    if (identity->lba28_sectors >= ATA_LBA28_END)
        identity->lba28_sectors = ATA_LBA28_END - 1;
    if (!identity->lba48_enabled)
        identity->lba48_supported = false;
    uint64_t capacity = ata_capacity(identity);
    if (capacity && capacity <= ATA_LBA48_END)
        return true;
    *identity = (struct ata_identity){.lba = false};
    return false;
}

bool target_has(const struct target *target, const uint8_t mac[AOE_MAC_BYTES])
{
    for (size_t i = 0; i < target->path_count; i++)
        if (memcmp(target->paths[i].mac, mac, AOE_MAC_BYTES) == 0)
            return true;
    return false;
}

const struct target_path *target_next(struct target *target)
{
    for (size_t i = 0; i < target->path_count; i++) {
        target->turn = (target->turn + 1) % target->path_count;
        if (in_use(target, &target->paths[target->turn]))
            return &target->paths[target->turn];
    }
    return NULL;
}

void target_answered(struct target *target, const uint8_t mac[AOE_MAC_BYTES])
{
    struct target_path *path = find(target, mac);
    if (path)
        path->unanswered = 0;
}

void target_unanswered(struct target *target, const uint8_t mac[AOE_MAC_BYTES])
{
    struct target_path *path = find(target, mac);
    if (path)
        path->unanswered++;
}

unsigned target_buffer_count(const struct target *target)
{
    unsigned least = target->path_count ? UINT16_MAX : 0;
    for (size_t i = 0; i < target->path_count; i++) {
        const struct target_path *path = &target->paths[i];
        if (in_use(target, path) && path->buffer_count < least)
            least = path->buffer_count;
    }
    return least;
}

/* Sectors that a frame carries, as far as a byte counts. */
static uint8_t sectors_of_mtu(uint32_t mtu)
{
    size_t most = AOE_FRAME_MAX - AOE_ETHERNET_BYTES;
    size_t room = (mtu < most ? mtu : most) + AOE_ETHERNET_BYTES;
    size_t sectors = room < AOE_ATA_BYTES ? 0 : (room - AOE_ATA_BYTES) / AOE_SECTOR_BYTES;
    return (uint8_t)(sectors < UINT8_MAX ? sectors : UINT8_MAX);
}

uint8_t target_sector_count(const struct target *target, uint32_t mtu)
{
    uint8_t least = target->path_count ? sectors_of_mtu(mtu) : 0;
    for (size_t i = 0; i < target->path_count; i++) {
        const struct target_path *path = &target->paths[i];
        if (in_use(target, path) && path->sector_count < least)
            least = path->sector_count;
    }
    return least;
}
