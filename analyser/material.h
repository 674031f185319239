/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is reported on: the figures of captures, and the files that they come from. */
#ifndef AOE_MATERIAL_H
#define AOE_MATERIAL_H

#include <stdio.h>

#include "analysis.h"
#include "options.h"
#include "page.h"

struct material {
    struct analysis analysis; /* finished: its figures and options are what is reported */
    struct page_file *files;  /* in the order in which they were read; names are its own */
    size_t file_count;
    bool damaged;     /* a file could not be read to its end */
    bool interrupted; /* reading was stopped */
};

/* Where a frame is: "FILE:NUMBER", or the number alone where there is one file. Returns `to`. */
enum { MATERIAL_PLACE = 300 };
char *material_place(char to[MATERIAL_PLACE], const struct material *material, uint64_t frame);

/* The file that holds that frame, and the number of the frame in it; NULL where none does. */
const struct page_file *material_file(const struct material *material, uint64_t frame,
                                      uint64_t *in_file);

/* "FILE", or "FILE and 3 more files". Returns `to`. */
char *material_name(char to[MATERIAL_PLACE], const struct material *material);

/* A file more, whose frames begin where those of the one before end. -1 where there is no memory.
 */
int material_add_file(struct material *material, const char *name, uint64_t frames);

/* Frees all that it holds. Nothing to do for one that is zeroed. */
void material_close(struct material *material);

#endif
