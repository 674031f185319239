/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "map_file.h"

#include <inttypes.h>

struct printing {
    FILE *to;
    uint64_t position; /* up to which sector blocks are printed */
};

static void print_notes(FILE *to, const struct map_notes *notes)
{
    if (notes->capacity)
        fprintf(to, "# the device has %" PRIu64 " sectors, as its IDENTIFY says\n",
                notes->capacity);
    if (notes->cut)
        fprintf(to,
                "# not kept: %" PRIu64 " sectors of answered commands, whose data the capture "
                "does not hold: the image may be older there\n",
                notes->cut);
    if (notes->crowded)
        fprintf(to, "# not kept: %" PRIu64 " sectors, for want of room in memory\n",
                notes->crowded);
    if (notes->unwritten)
        fprintf(to, "# not kept: %" PRIu64 " sectors, that could not be written: %s\n",
                notes->unwritten, notes->reason);
}

static void print_block(struct printing *printing, uint64_t end, char status)
{
    if (end <= printing->position)
        return;
    fprintf(printing->to, "0x%08" PRIX64 "  0x%08" PRIX64 "  %c\n",
            printing->position * AOE_SECTOR_BYTES, (end - printing->position) * AOE_SECTOR_BYTES,
            status);
    printing->position = end;
}

static void print_run(void *user, const struct sector_run *run)
{
    print_block(user, run->from, '?');
    print_block(user, run->end, '+');
}

void map_file_head(FILE *to, const char *name, const struct map_notes *notes)
{
    fprintf(to,
            "# Mapfile of %s.img, made by aoe-suite %s of the sectors seen on the wire\n"
            "# in bytes: + seen, and the image has the last value; ? not seen\n",
            name, SUITE_VERSION);
    print_notes(to, notes);
    fprintf(to, "# current_pos  current_status  current_pass\n"
                "0x00000000     ?               1\n"
                "#      pos        size  status\n");
}

void map_file_write(FILE *to, const char *name, const struct sector_map *map,
                    const struct map_notes *notes)
{
    struct printing printing = {.to = to};
    map_file_head(to, name, notes);
    sector_map_each(map, print_run, &printing);
    print_block(&printing, notes->capacity, '?');
}
