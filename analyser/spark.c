/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spark.h"

#include <string.h>

enum { LEVELS_EACH = 8 };

/* Heights, then widths, of one to eight eighths. */
static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const widths[] = {"▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
static const char *const plain_heights[] = {".", ",", "-", "=", "+", "*", "%", "#"};

/* `value` of `most` in `steps`, rounded up. */
static size_t part(uint64_t value, uint64_t most, size_t steps)
{
    if (!most)
        return 0;
    if (value >= most)
        return steps;
    return (size_t)(((unsigned __int128)value * steps + most - 1) / most);
}

static char *append(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length + 1);
    return at + length;
}

char *spark_line(char to[SPARK_TEXT], const uint64_t *values, size_t count, size_t columns,
                 bool unicode)
{
    const char *const *levels = unicode ? heights : plain_heights;
    char *at = to;
    uint64_t most = 0;
    if (columns > SPARK_COLUMNS)
        columns = SPARK_COLUMNS;
    size_t used = count < columns ? count : columns;
    values += count - used;
    for (size_t i = 0; i < used; i++)
        most = values[i] > most ? values[i] : most;
    *at = '\0';
    for (size_t i = used; i < columns; i++)
        at = append(at, " ");
    for (size_t i = 0; i < used; i++) {
        size_t level = part(values[i], most, LEVELS_EACH);
        at = append(at, level ? levels[level - 1] : " ");
    }
    return to;
}

char *spark_bar(char to[SPARK_TEXT], uint64_t value, uint64_t most, size_t columns, bool unicode)
{
    char *at = to;
    if (columns > SPARK_COLUMNS)
        columns = SPARK_COLUMNS;
    *at = '\0';
    size_t eighths = part(value, most, columns * LEVELS_EACH);
    size_t rest = eighths % LEVELS_EACH;
    for (size_t i = 0; i < eighths / LEVELS_EACH; i++)
        at = append(at, unicode ? widths[LEVELS_EACH - 1] : "#");
    if (rest)
        append(at, unicode ? widths[rest - 1] : "#");
    return to;
}
