/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a file or of a pipe, without their compression. */
#ifndef AOE_INPUT_H
#define AOE_INPUT_H

#include "protocol/cursor.h"

#include <sys/types.h>

struct input;

/* What ends an input before its end. */
enum input_failure {
    INPUT_WHOLE,   /* nothing so far */
    INPUT_CUT,     /* the compressed data ends too early */
    INPUT_DAMAGED, /* the compressed data is damaged, or needs more memory than it gets */
    INPUT_FAILED,  /* the operating system failed */
};

/* Opens a file, or standard input for "-", and tells gzip, zstd, xz and lz4 by their first bytes.
 * Waits for the first 24 bytes of a pipe, or its end. NULL and one line in `error` ("PATH: ...")
 * where it cannot be opened or read. An empty file is no error. */
struct input *input_open(const char *path, char *error, size_t error_size);
void input_close(struct input *input);

/* Up to `size` (over 0) bytes into `to`: as many as there are, 0 at the end, -1 where reading
 * or decompressing failed, now and ever after; what came before the failure is returned first. A
 * pipe is waited for only where there is nothing at all to return. */
ssize_t input_read(struct input *input, void *to, size_t size);

/* After -1: what kind of failure it is, and one line that says what is wrong. */
enum input_failure input_failure(const struct input *input);
const char *input_message(const struct input *input);

/* "gzip", "zstd", "xz" or "lz4"; NULL where it is not compressed. */
const char *input_compression(const struct input *input);

/* Bytes taken from the file as it lies on the disk, and how many it has (0 for a pipe). */
uint64_t input_position(const struct input *input);
uint64_t input_size(const struct input *input);

#endif
