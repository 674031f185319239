/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where results go: files, or standard output for "-". */
#ifndef AOE_OUTPUT_H
#define AOE_OUTPUT_H

#include <jansson.h>
#include <stdio.h>

struct output {
    FILE *to;
    const char *path;
};

/* Opens `path` to be written. -1 and one line in `error`. */
int output_open(struct output *output, const char *path, char *error, size_t error_size);

/* Ends it: -1 and one line in `error` where not all of it could be written, as on a full disk, or
 * where `status` says that writing failed. */
int output_close(struct output *output, int status, char *error, size_t error_size);

/* Writes a JSON document with a newline at its end. As above. */
int output_json(const char *path, const json_t *json, char *error, size_t error_size);

#endif
