/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "group.h"

#include <stdlib.h>

static bool belongs(const struct traffic *traffic, enum group_of of, size_t index, size_t pair)
{
    switch (of) {
    case GROUP_TARGET:
        return traffic->pairs[pair]->target == index;
    case GROUP_INITIATOR:
        return traffic->pairs[pair]->initiator == index;
    case GROUP_PAIR:
        return pair == index;
    default:
        return true;
    }
}

const struct level *group_level(const struct traffic *traffic, enum group_of of, size_t index)
{
    switch (of) {
    case GROUP_TARGET:
        return &traffic->targets[index]->level;
    case GROUP_INITIATOR:
        return &traffic->initiators[index]->level;
    case GROUP_PAIR:
        return &traffic->pairs[index]->level;
    default:
        return &traffic->level;
    }
}

static void add_seeks(struct seeks *to, const struct seeks *from)
{
    to->sequential += from->sequential;
    for (unsigned i = 0; i < TRAFFIC_SEEKS; i++) {
        to->forward[i] += from->forward[i];
        to->backward[i] += from->backward[i];
    }
}

static int add_pair(struct group *group, const struct traffic *traffic, const struct pair *pair,
                    unsigned operation)
{
    const struct latency_pool *pool = &traffic->pool;
    for (unsigned i = 0; i < OPERATIONS; i++) {
        const struct measure *measure = pair->measures[i];
        if (!measure || (operation != GROUP_OPERATIONS && operation != i))
            continue;
        if (measure_join(&group->pool, &group->measure, pool, measure) < 0)
            return -1;
        if (i == OPERATION_READ || i == OPERATION_WRITE)
            group->bytes[i == OPERATION_WRITE] += measure->bytes;
    }
    if (operation == GROUP_OPERATIONS) {
        add_seeks(&group->seeks, &pair->seeks);
        latency_join(&group->pool, &group->thinking, pool, &pair->thinking.time);
    }
    return 0;
}

static void add_latencies(struct group *group)
{
    const struct measure *measure = &group->measure;
    latency_join(&group->pool, &group->round_trip, &group->pool, &measure->plain);
    latency_join(&group->pool, &group->round_trip, &group->pool, &measure->round_trip);
    latency_join(&group->pool, &group->command, &group->pool, &measure->plain);
    latency_join(&group->pool, &group->command, &group->pool, &measure->command);
    group->frames = measure->requests + measure->responses;
}

int group_open(struct group *group, const struct traffic *traffic, enum group_of of, size_t index,
               unsigned operation)
{
    enum { CHUNKS = 8 * LATENCY_CHUNKS };
    *group = (struct group){.frames = 0};
    if (!latency_pool_open(&group->pool, CHUNKS))
        return -1;
    for (size_t i = 0; i < traffic->pair_count; i++) {
        if (!belongs(traffic, of, index, i))
            continue;
        if (add_pair(group, traffic, traffic->pairs[i], operation) < 0) {
            group_close(group);
            return -1;
        }
    }
    add_latencies(group);
    if (operation == GROUP_OPERATIONS)
        group->level = group_level(traffic, of, index);
    return 0;
}

void group_close(struct group *group)
{
    free(group->measure.sectors);
    latency_pool_close(&group->pool);
    *group = (struct group){.frames = 0};
}

uint64_t group_lost(const struct group *group)
{
    const struct measure *measure = &group->measure;
    uint64_t answered = measure->answered + measure->late + measure->open;
    return measure->requests > answered ? measure->requests - answered : 0;
}

uint64_t group_rate(uint64_t amount, uint64_t duration, bool *known)
{
    *known = duration != 0;
    if (!duration)
        return 0;
    unsigned __int128 rate = (unsigned __int128)amount * UINT64_C(1000000000) / duration;
    return rate > UINT64_MAX ? UINT64_MAX : (uint64_t)rate;
}

uint64_t group_over_level(const struct group *group, unsigned limit)
{
    uint64_t over = 0;
    for (unsigned i = limit + 1; group->level && i < LEVELS; i++)
        over += group->level->ns[i];
    return over;
}

uint64_t group_over_sectors(const struct group *group, unsigned limit)
{
    uint64_t over = 0;
    for (unsigned i = limit + 1; group->measure.sectors && i <= UINT8_MAX; i++)
        over += group->measure.sectors[i];
    return over;
}

/* What an entry is sorted by. */
struct place {
    uint16_t index;
    uint64_t address; /* others last, VLAN, shelf, slot */
    uint64_t mac;
};

static uint64_t address_of(bool others, uint32_t vlan, uint16_t shelf, uint8_t slot)
{
    return (uint64_t)others << 63 | (uint64_t)vlan << 24 | (uint64_t)shelf << 8 | slot;
}

static struct place place_of(const struct traffic *traffic, enum group_of of, size_t i)
{
    struct place place = {.index = (uint16_t)i};
    if (of == GROUP_PAIR) {
        const struct pair_key *key = &traffic->pairs[i]->key;
        place.address = address_of(key->others, key->vlan, key->shelf, key->slot);
        place.mac = aoe_mac_number(key->initiator);
    } else if (of == GROUP_TARGET) {
        const struct traffic_target *target = traffic->targets[i];
        place.address = address_of(target->others, target->vlan, target->shelf, target->slot);
    } else if (of == GROUP_INITIATOR) {
        place.address = (uint64_t)traffic->initiators[i]->others << 63;
        place.mac = aoe_mac_number(traffic->initiators[i]->mac);
    }
    return place;
}

static int compare(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return (a->mac > b->mac) - (a->mac < b->mac);
}

size_t group_count(const struct traffic *traffic, enum group_of of)
{
    switch (of) {
    case GROUP_TARGET:
        return traffic->target_count;
    case GROUP_INITIATOR:
        return traffic->initiator_count;
    case GROUP_PAIR:
        return traffic->pair_count;
    default:
        return 1;
    }
}

size_t group_order(const struct traffic *traffic, enum group_of of, uint16_t *order)
{
    struct place places[TRAFFIC_PAIRS] = {{.index = 0}};
    size_t count = group_count(traffic, of);
    for (size_t i = 0; i < count; i++)
        places[i] = place_of(traffic, of, i);
    qsort(places, count, sizeof *places, compare);
    for (size_t i = 0; i < count; i++)
        order[i] = places[i].index;
    return count;
}
