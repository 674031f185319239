/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sectors of a disk were seen: runs of them in order. Knows nothing of Wireshark. */
#ifndef AOE_SECTOR_MAP_H
#define AOE_SECTOR_MAP_H

#include "protocol/frame.h"

/* The sectors from `from` to before `end`. No two runs of a map touch. */
struct sector_run {
    uint64_t from, end;
};

struct sector_map;

/* An empty map. `room` is the number of runs that this map and others may still begin; it belongs
 * to the caller and outlives them. A run takes about 100 bytes. */
struct sector_map *sector_map_new(size_t *room);
void sector_map_free(struct sector_map *map);

/* Forgets all sectors, and gives their room back. */
void sector_map_clear(struct sector_map *map);

/* Adds `count` sectors, 1 upwards, below 2^63 in all. False where they need a run and there is no
 * room for it: then nothing changes. */
bool sector_map_add(struct sector_map *map, uint64_t from, uint64_t count);

/* How many sectors were seen, in how many runs; and the first sector behind the last run, 0 where
 * there is none. */
uint64_t sector_map_sectors(const struct sector_map *map);
size_t sector_map_runs(const struct sector_map *map);
uint64_t sector_map_end(const struct sector_map *map);

/* Hands out the runs in order. */
typedef void sector_run_sink(void *user, const struct sector_run *run);
void sector_map_each(const struct sector_map *map, sector_run_sink *sink, void *user);

#endif
