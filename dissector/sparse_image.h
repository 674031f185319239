/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sectors of one disk as two files: NAME.img, which has a hole wherever nothing was seen, and
 * NAME.map, which says what was (map_file.h). Knows nothing of Wireshark. */
#ifndef AOE_SPARSE_IMAGE_H
#define AOE_SPARSE_IMAGE_H

#include "sector_map.h"

struct sparse_image;

/* Makes both files in `folder`. What exists already is left alone: then, and where a file cannot
 * be made, NULL and why in `error`. `room` as of sector_map_new. */
struct sparse_image *sparse_image_new(const char *folder, const char *name, size_t *room,
                                      char *error, size_t error_size);

/* Closes the files, as they are. */
void sparse_image_free(struct sparse_image *image);

/* Empties both files. */
void sparse_image_clear(struct sparse_image *image);

/* Puts `sectors` sectors of 512 bytes, 1 upwards, at the offset of `lba`, below 2^48. What cannot
 * be written, or for which there is no room in the map, is counted: the map says so. */
void sparse_image_put(struct sparse_image *image, uint64_t lba, const uint8_t *bytes,
                      size_t sectors);

/* Notes sectors that were moved, but are not in the capture. */
void sparse_image_miss(struct sparse_image *image, uint64_t sectors);

/* Notes the size of the device, in sectors: the image gets it where the file system has files of
 * that size. */
void sparse_image_set_capacity(struct sparse_image *image, uint64_t sectors);

/* Gives the image its length and writes the map, as things are now; more may follow, and another
 * call. 0, or -1 and why in `error`. */
int sparse_image_write(struct sparse_image *image, char *error, size_t error_size);

const struct sector_map *sparse_image_map(const struct sparse_image *image);

/* Sectors that were to be kept and are not. */
uint64_t sparse_image_lost(const struct sparse_image *image);

#endif
