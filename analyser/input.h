/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a file or of a pipe, without their compression. */
#ifndef AOE_INPUT_H
#define AOE_INPUT_H

#include "protocol/cursor.h"

#include <sys/types.h>

struct input;

/* Opens a file, or standard input for "-", and tells gzip, zstd, xz and lz4 by their first bytes.
 * NULL and one line in `error` where it cannot be opened. */
struct input *input_open(const char *path, char *error, size_t error_size);
void input_close(struct input *input);

/* Up to `size` (over 0) bytes into `to`: as many as there are, 0 at the end, -1 where reading
 * or decompressing failed; what came before the failure is returned first. */
ssize_t input_read(struct input *input, void *to, size_t size);

/* After -1: whether the compressed data ends too early (else it is damaged), and what is wrong. */
bool input_is_cut(const struct input *input);
const char *input_message(const struct input *input);

/* Bytes taken from the file as it lies on the disk, and how many it has (0 for a pipe). */
uint64_t input_position(const struct input *input);
uint64_t input_size(const struct input *input);

#endif
