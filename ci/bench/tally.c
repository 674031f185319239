/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

static int reserve(struct samples *samples, size_t more)
{
    if (more <= samples->capacity - samples->count)
        return 0;
    size_t capacity = 2 * samples->count + more + 64;
    int64_t *values = reallocarray(samples->values, capacity, sizeof *values);
    if (!values)
        return -1;
    samples->values = values;
    samples->capacity = capacity;
    return 0;
}

int samples_add(struct samples *samples, int64_t value)
{
    if (reserve(samples, 1))
        return -1;
    samples->values[samples->count++] = value;
    return 0;
}

static int samples_append(struct samples *to, const struct samples *from)
{
    if (!from->count)
        return 0;
    if (reserve(to, from->count))
        return -1;
    memcpy(to->values + to->count, from->values, from->count * sizeof *to->values);
    to->count += from->count;
    return 0;
}

int tally_add(struct tally *to, const struct tally *from)
{
    for (size_t i = 0; i < COUNTS; i++)
        to->count[i] += from->count[i];
    if (from->largest_frame > to->largest_frame)
        to->largest_frame = from->largest_frame;
    for (size_t i = 0; i < TIMINGS; i++)
        if (samples_append(&to->timings[i], &from->timings[i]))
            return -1;
    return 0;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

void tally_sort(struct tally *tally)
{
    for (size_t i = 0; i < TIMINGS; i++)
        if (tally->timings[i].count)
            qsort(tally->timings[i].values, tally->timings[i].count, sizeof(int64_t), compare);
}

void tally_close(struct tally *tally)
{
    for (size_t i = 0; i < TIMINGS; i++)
        free(tally->timings[i].values);
    *tally = (struct tally){0};
}

unsigned power_of(uint64_t number)
{
    return 63u - (unsigned)__builtin_clzll(number);
}
