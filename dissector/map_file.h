/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The map beside an image: which of its sectors were seen, as a mapfile of GNU ddrescue, which
 * ddrescue, ddrescuelog and ddrescueview read. Positions and sizes are in bytes. The status '+'
 * stands for a sector that was seen, '?' for one that was not. Comments say what was not kept. */
#ifndef AOE_MAP_FILE_H
#define AOE_MAP_FILE_H

#include <stdio.h>

#include "sector_map.h"

/* What there is to say beside the runs; all in sectors. */
struct map_notes {
    uint64_t capacity;  /* of the device, by its IDENTIFY; 0 where that was not seen */
    uint64_t cut;       /* of answered commands, whose data the capture does not hold */
    uint64_t crowded;   /* for which there was no room in memory */
    uint64_t unwritten; /* that could not be written to the image, */
    const char *reason; /* since ... */
};

/* Writes what is in front of the blocks, for the image `name` ("e0.1"). Errors stay in the stream.
 */
void map_file_head(FILE *to, const char *name, const struct map_notes *notes);

/* Writes the whole map of the image `name`. Errors stay in the stream. */
void map_file_write(FILE *to, const char *name, const struct sector_map *map,
                    const struct map_notes *notes);

#endif
