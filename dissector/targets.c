/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "targets.h"

#include <stdlib.h>

enum { INDEX = 4 * TARGETS_MOST, IDENTITY_FROM = 20, IDENTITY_TO = 94 };

struct targets {
    struct target target[TARGETS_MOST];
    uint32_t count;
    uint16_t index[INDEX]; /* by a hash of the address: numbers */
};

struct targets *targets_new(void)
{
    return calloc(1, sizeof(struct targets));
}

void targets_free(struct targets *targets)
{
    free(targets);
}

static bool is_at(const struct target *target, uint32_t vlan, uint16_t shelf, uint8_t slot)
{
    return target->vlan == vlan && target->shelf == shelf && target->slot == slot;
}

/* The place in the index where that address is or belongs. */
static uint16_t *place_of(struct targets *targets, uint32_t vlan, uint16_t shelf, uint8_t slot)
{
    uint64_t hash =
        ((uint64_t)vlan << 24 | (uint64_t)shelf << 8 | slot) * UINT64_C(0x9E3779B97F4A7C15);
    for (size_t i = hash >> 40;; i++) {
        uint16_t *place = &targets->index[i % INDEX];
        if (!*place || is_at(&targets->target[*place - 1], vlan, shelf, slot))
            return place;
    }
}

uint32_t targets_find(struct targets *targets, uint32_t vlan, uint16_t shelf, uint8_t slot)
{
    if (shelf == AOE_SHELF_ALL || slot == AOE_SLOT_ALL)
        return TARGET_NONE;
    uint16_t *place = place_of(targets, vlan, shelf, slot);
    if (!*place && targets->count == TARGETS_MOST)
        return TARGET_NONE;
    if (!*place) {
        targets->target[targets->count] =
            (struct target){.vlan = vlan, .shelf = shelf, .slot = slot};
        *place = (uint16_t)++targets->count;
    }
    return *place;
}

struct target *targets_at(struct targets *targets, uint32_t target)
{
    return &targets->target[target - 1];
}

/* One target may answer from several ports, but it says the same through all of them. */
uint32_t target_config(struct target *target, const struct aoe_frame *frame, uint32_t number)
{
    const struct aoe_config *config = &frame->config;
    bool elsewhere = memcmp(target->config_mac, frame->source, AOE_MAC_BYTES) != 0;
    bool differs = target->buffer_count != config->buffer_count ||
                   target->firmware != config->firmware ||
                   target->sector_count != config->sector_count;
    uint32_t other = target->advertised && elsewhere && differs ? target->config_number : 0;
    target->advertised = true;
    target->buffer_count = config->buffer_count;
    target->firmware = config->firmware;
    target->sector_count = config->sector_count;
    target->config_number = number;
    memcpy(target->config_mac, frame->source, AOE_MAC_BYTES);
    return other;
}

/* Words 10 to 46 of IDENTIFY: serial number, firmware and model. */
static uint64_t identity_of(const uint8_t *data)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = IDENTITY_FROM; i < IDENTITY_TO; i++)
        hash = (hash ^ data[i]) * UINT64_C(0x100000001B3);
    return hash;
}

uint32_t target_identity(struct target *target, const struct aoe_frame *frame, uint32_t number)
{
    if (frame->payload.length < AOE_SECTOR_BYTES)
        return 0;
    uint64_t identity = identity_of(frame->payload.bytes);
    bool elsewhere = memcmp(target->identity_mac, frame->source, AOE_MAC_BYTES) != 0;
    bool differs = target->identity != identity;
    uint32_t other = target->identity_number && elsewhere && differs ? target->identity_number : 0;
    target->identity = identity;
    target->identity_number = number;
    memcpy(target->identity_mac, frame->source, AOE_MAC_BYTES);
    return other;
}
