/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sector_map.h"

#include <glib.h>

struct sector_map {
    GTree *runs; /* by their first sector; a run is its own key */
    size_t *room;
    uint64_t sectors;
};

static int compare(const void *left, const void *right, void *user)
{
    const struct sector_run *a = left, *b = right;
    (void)user;
    return (a->from > b->from) - (a->from < b->from);
}

struct sector_map *sector_map_new(size_t *room)
{
    struct sector_map *map = g_new0(struct sector_map, 1);
    map->runs = g_tree_new_full(compare, NULL, NULL, g_free);
    map->room = room;
    return map;
}

void sector_map_free(struct sector_map *map)
{
    if (!map)
        return;
    sector_map_clear(map);
    g_tree_destroy(map->runs);
    g_free(map);
}

void sector_map_clear(struct sector_map *map)
{
    *map->room += sector_map_runs(map);
    g_tree_remove_all(map->runs);
    map->sectors = 0;
}

static struct sector_run *run_of(GTreeNode *node)
{
    return node ? g_tree_node_value(node) : NULL;
}

/* The first run that begins behind `sector`. */
static GTreeNode *node_after(const struct sector_map *map, uint64_t sector)
{
    const struct sector_run key = {.from = sector};
    return g_tree_upper_bound(map->runs, &key);
}

/* The run that holds `from` or ends right before it, where one does; else the next one, where it
 * begins within the sectors up to `end`, now from `from` on; else a new and empty one. */
static struct sector_run *run_for(struct sector_map *map, uint64_t from, uint64_t end)
{
    GTreeNode *after = node_after(map, from);
    struct sector_run *next = run_of(after);
    struct sector_run *run =
        run_of(after ? g_tree_node_previous(after) : g_tree_node_last(map->runs));
    if (run && run->end >= from)
        return run;
    if (next && next->from <= end) {
        map->sectors += next->from - from;
        next->from = from;
        return next;
    }
    if (!*map->room)
        return NULL;
    --*map->room;
    run = g_new(struct sector_run, 1);
    *run = (struct sector_run){from, from};
    g_tree_insert(map->runs, run, run);
    return run;
}

/* Joins the runs behind a run that it has reached. */
static void join(struct sector_map *map, struct sector_run *run)
{
    const struct sector_run *next;
    while ((next = run_of(node_after(map, run->from))) && next->from <= run->end) {
        map->sectors -= next->end - next->from;
        if (next->end > run->end) {
            map->sectors += next->end - run->end;
            run->end = next->end;
        }
        ++*map->room;
        g_tree_remove(map->runs, next);
    }
}

bool sector_map_add(struct sector_map *map, uint64_t from, uint64_t count)
{
    uint64_t end = from + count;
    struct sector_run *run = run_for(map, from, end);
    if (!run)
        return false;
    if (end <= run->end)
        return true;
    map->sectors += end - run->end;
    run->end = end;
    join(map, run);
    return true;
}

uint64_t sector_map_sectors(const struct sector_map *map)
{
    return map->sectors;
}

size_t sector_map_runs(const struct sector_map *map)
{
    return (size_t)g_tree_nnodes(map->runs);
}

uint64_t sector_map_end(const struct sector_map *map)
{
    const struct sector_run *last = run_of(g_tree_node_last(map->runs));
    return last ? last->end : 0;
}

void sector_map_each(const struct sector_map *map, sector_run_sink *sink, void *user)
{
    for (GTreeNode *node = g_tree_node_first(map->runs); node; node = g_tree_node_next(node))
        sink(user, run_of(node));
}
