/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HTML page: one file that needs no network, with everything that one capture, or two compared,
 * say. analyser/page/ has what it is made of. */
#ifndef AOE_PAGE_H
#define AOE_PAGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* A capture file. Frames are numbered from 1 across all files of a capture; this file holds
 * `frames` of them, the first of which has the number `first_frame`. */
struct page_file {
    const char *name; /* any bytes; those that are not UTF-8 appear as "\xNN" */
    uint64_t first_frame, frames;
};

struct page_capture {
    const char *name; /* as page_file's */
    const struct page_file *files;
    size_t file_count;
    /* Writes the results, as results.md says, as JSON: 0, or -1 and errno. */
    int (*write)(FILE *to, const void *of);
    const void *of;
};

/* Such a function for a value in memory, a const json_t. */
int page_json(FILE *to, const void *of);

/* Writes the page for one capture, or for two that are compared: the second with the first. Nothing
 * in names or results can become markup. Returns 0, or -1 and errno: EINVAL for another `count`,
 * ENOMEM, or what writing said. `to` is flushed. */
int page_write(FILE *to, const struct page_capture *captures, size_t count);

#endif
