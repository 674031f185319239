/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The figures of a selection: of everything, a target, an initiator, a pair, one operation of each.
 */
#ifndef AOE_GROUP_H
#define AOE_GROUP_H

#include "traffic.h"

struct group {
    struct latency_pool pool; /* of all latencies here */
    struct measure measure;
    struct seeks seeks;
    struct latency thinking;
    struct latency round_trip, command; /* of all answers, repeated or not */
    uint64_t bytes[2];                  /* read, written */
    const struct level *level;          /* NULL for a single operation */
    uint64_t frames;                    /* requests and responses */
};

enum group_of { GROUP_ALL, GROUP_TARGET, GROUP_INITIATOR, GROUP_PAIR };

/* All operations. */
enum { GROUP_OPERATIONS = OPERATIONS };

/* Adds up what belongs to target, initiator or pair number `index` (without meaning for all), of
 * one operation or of GROUP_OPERATIONS. -1 where there is no memory; then nothing is held. */
int group_open(struct group *group, const struct traffic *traffic, enum group_of of, size_t index,
               unsigned operation);
void group_close(struct group *group);

/* How many commands are outstanding at target, initiator or pair number `index`, or in all. */
const struct level *group_level(const struct traffic *traffic, enum group_of of, size_t index);

/* Sends that no response answers. */
uint64_t group_lost(const struct group *group);

/* How many bytes, or answers, a second; `known` is false for a duration of 0. */
uint64_t group_rate(uint64_t amount, uint64_t duration, bool *known);

/* For how long, in ns, more than `limit` commands were outstanding at a target. */
uint64_t group_over_level(const struct group *group, unsigned limit);

/* Reads and writes with more than `limit` sectors. */
uint64_t group_over_sectors(const struct group *group, unsigned limit);

/* How many of a kind there are: 1 for GROUP_ALL. */
size_t group_count(const struct traffic *traffic, enum group_of of);

/* Places of the pairs, or of the targets or initiators, in the order of the results: by VLAN,
 * shelf, slot and MAC. `order` has room for TRAFFIC_PAIRS. Returns how many. */
size_t group_order(const struct traffic *traffic, enum group_of of, uint16_t *order);

#endif
