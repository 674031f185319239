/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bars in text: a row of figures as a sparkline, one figure as a bar. */
#ifndef AOE_SPARK_H
#define AOE_SPARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most columns of a text, and the bytes that those take, NUL included. */
enum { SPARK_COLUMNS = 160, SPARK_TEXT = 3 * SPARK_COLUMNS + 1 };

/* The last `columns` values, the last one at the right, the greatest of them at full height; spaces
 * at the left where there are fewer. 0 is a space, everything above is seen. With Unicode's block
 * elements in UTF-8, or in ASCII. Returns `to`. */
char *spark_line(char to[SPARK_TEXT], const uint64_t *values, size_t count, size_t columns,
                 bool unicode);

/* A bar to the right, `columns` long for `most`; everything above 0 is seen. Not padded. Returns
 * `to`. */
char *spark_bar(char to[SPARK_TEXT], uint64_t value, uint64_t most, size_t columns, bool unicode);

#endif
