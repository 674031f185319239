/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "map_text.h"

#include <glib.h>
#include <inttypes.h>
#include <stdlib.h>

/* Blocks that were not seen and such that were take turns: block i goes from edge i to the next
 * one, and was seen where i is odd. The first block is empty where sector 0 was seen. All lines of
 * blocks are of one length, so a change moves those behind it. */
struct map_text {
    char *name;
    uint64_t *edges;
    size_t count; /* of edges, the 0 in front included */
    size_t room;
    GString *text;
    size_t head; /* bytes in front of the blocks */
};

enum { LINE = 2 * 18 + 6 };

struct map_text *map_text_new(const char *name)
{
    const struct map_notes none = {0};
    struct map_text *map = g_new0(struct map_text, 1);
    map->name = g_strdup(name);
    map->room = 64;
    map->edges = g_new0(uint64_t, map->room);
    map->count = 1;
    map->text = g_string_new(NULL);
    map_text_note(map, &none);
    return map;
}

void map_text_free(struct map_text *map, bool text)
{
    if (!map)
        return;
    g_string_free(map->text, text);
    g_free(map->edges);
    g_free(map->name);
    g_free(map);
}

/* The first edge that is not below `sector`; count where there is none. */
static size_t edge_from(const struct map_text *map, uint64_t sector)
{
    size_t low = 1, high = map->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->edges[middle] < sector)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Writes the line of a block, which has to fit exactly. */
static void write_line(struct map_text *map, size_t block)
{
    char line[LINE + 1];
    uint64_t from = map->edges[block], to = map->edges[block + 1];
    snprintf(line, sizeof line, "%c 0x%016" PRIX64 " 0x%016" PRIX64 " %c\n", from == to ? '#' : ' ',
             from * AOE_SECTOR_BYTES, (to - from) * AOE_SECTOR_BYTES, block % 2 ? '+' : '?');
    memcpy(map->text->str + map->head + block * LINE, line, LINE);
}

/* Puts `new` edges in the place of `old` ones, with the lines of the blocks that they end. */
static void splice(struct map_text *map, size_t place, size_t old, size_t new,
                   const uint64_t edges[2])
{
    size_t lines = map->head + (place - 1) * LINE;
    if (map->count + new > map->room)
        map->edges = g_renew(uint64_t, map->edges, map->room *= 2);
    memmove(map->edges + place + new, map->edges + place + old,
            (map->count - place - old) * sizeof *edges);
    memcpy(map->edges + place, edges, new * sizeof *edges);
    map->count += new - old;
    if (old > new)
        g_string_erase(map->text, (gssize)lines, (gssize)((old - new) * LINE));
    static const char blank[2 * LINE];
    if (new > old)
        g_string_insert_len(map->text, (gssize)lines, blank, (gssize)((new - old) * LINE));
    size_t last = place + new < map->count - 1 ? place + new : map->count - 1;
    for (size_t block = place - 1; block < last; block++)
        write_line(map, block);
}

bool map_text_add(struct map_text *map, uint64_t from, uint64_t count)
{
    uint64_t end = from + count, edges[2];
    size_t first = edge_from(map, from), behind = edge_from(map, end + 1), new = 0;
    if (first % 2)
        edges[new ++] = from;
    if (behind % 2)
        edges[new ++] = end;
    if (first == behind && new == 2 && map->count > 2 * (size_t)MAP_TEXT_RUNS)
        return false;
    splice(map, first, behind - first, new, edges);
    return true;
}

void map_text_note(struct map_text *map, const struct map_notes *notes)
{
    char *head = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&head, &length);
    if (!to)
        return;
    map_file_head(to, map->name, notes);
    if (!fclose(to)) {
        g_string_erase(map->text, 0, (gssize)map->head);
        g_string_prepend_len(map->text, head, (gssize)length);
        map->head = length;
    }
    free(head);
}

struct aoe_span map_text(const struct map_text *map)
{
    return (struct aoe_span){(const uint8_t *)map->text->str, map->text->len};
}
