/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "latency.h"

#include <stdlib.h>
#include <string.h>

const struct latency_rank latency_percentiles[LATENCY_PERCENTILES] = {{"p50_ns", 1, 2},
                                                                      {"p90_ns", 9, 10},
                                                                      {"p99_ns", 99, 100},
                                                                      {"p99_9_ns", 999, 1000},
                                                                      {"p99_99_ns", 9999, 10000}};

enum { CHUNK_BITS = 6 };

bool latency_pool_open(struct latency_pool *pool, size_t most)
{
    enum { ROOM = 16 };
    *pool = (struct latency_pool){.used = 1, .most = most + 1};
    pool->room = pool->most < ROOM ? pool->most : ROOM;
    pool->chunks = calloc(pool->room, sizeof *pool->chunks);
    return pool->chunks != NULL;
}

void latency_pool_close(struct latency_pool *pool)
{
    free(pool->chunks);
    *pool = (struct latency_pool){.chunks = NULL};
}

void latency_pool_clear(struct latency_pool *pool)
{
    latency_pool_settle(pool);
    pool->used = 1;
    pool->full = false;
}

static bool pool_grow(struct latency_pool *pool)
{
    size_t room = pool->room * 2 < pool->most ? pool->room * 2 : pool->most;
    if (room <= pool->room)
        return false;
    uint64_t(*chunks)[LATENCY_CHUNK] = realloc(pool->chunks, room * sizeof *chunks);
    if (!chunks)
        return false;
    pool->chunks = chunks;
    pool->room = room;
    return true;
}

/* The number of a new chunk of zeros, or 0 where there is none. */
static uint16_t pool_take(struct latency_pool *pool)
{
    if (pool->used == pool->room && !pool_grow(pool)) {
        pool->full = true;
        return 0;
    }
    memset(pool->chunks[pool->used], 0, sizeof pool->chunks[0]);
    return (uint16_t)pool->used++;
}

unsigned latency_bucket(int64_t duration)
{
    if (duration < LATENCY_CHUNK)
        return duration < 0 ? 0 : (unsigned)duration;
    unsigned shift = 63u - (unsigned)__builtin_clzll((unsigned long long)duration) - CHUNK_BITS;
    return (shift << CHUNK_BITS) + (unsigned)(duration >> shift);
}

uint64_t latency_bucket_from(unsigned bucket)
{
    unsigned chunk = bucket >> CHUNK_BITS;
    if (chunk < 2)
        return bucket;
    uint64_t within = LATENCY_CHUNK + (bucket & (LATENCY_CHUNK - 1));
    return within << (chunk - 1);
}

/* The place of a bucket in the row of all chunks; one of chunk 0 where there is no room for it. */
static uint32_t place_of(struct latency_pool *pool, struct latency *to, unsigned bucket)
{
    uint16_t *chunk = &to->chunk[bucket >> CHUNK_BITS];
    if (!*chunk)
        *chunk = pool_take(pool);
    return (uint32_t)*chunk << CHUNK_BITS | (bucket & (LATENCY_CHUNK - 1));
}

static uint64_t *bucket_at(struct latency_pool *pool, uint32_t place)
{
    return &pool->chunks[place >> CHUNK_BITS][place & (LATENCY_CHUNK - 1)];
}

void latency_fill(struct latency_pool *pool, struct latency *to, unsigned bucket, uint64_t count)
{
    uint32_t place = place_of(pool, to, bucket);
    *bucket_at(pool, place) += count;
}

/* All of a sample but its bucket, whose place is returned. */
static uint32_t add_figures(struct latency_pool *pool, struct latency *to, int64_t duration)
{
    if (duration < 0)
        duration = 0;
    if (!to->count || duration < to->min)
        to->min = duration;
    if (!to->count || duration > to->max)
        to->max = duration;
    to->count++;
    to->sum += (uint64_t)duration;
    return place_of(pool, to, latency_bucket(duration));
}

void latency_add(struct latency_pool *pool, struct latency *to, int64_t duration)
{
    uint32_t place = add_figures(pool, to, duration);
    ++*bucket_at(pool, place);
}

void latency_add_soon(struct latency_pool *pool, struct latency *to, int64_t duration)
{
    uint32_t place = add_figures(pool, to, duration);
    uint32_t *soon = &pool->soon[pool->soon_at++ % LATENCY_SOON];
    __builtin_prefetch(bucket_at(pool, place), 1);
    ++*bucket_at(pool, *soon);
    *soon = place;
}

void latency_pool_settle(struct latency_pool *pool)
{
    for (unsigned i = 0; i < LATENCY_SOON; i++) {
        ++*bucket_at(pool, pool->soon[i]);
        pool->soon[i] = 0;
    }
}

uint64_t latency_in(const struct latency_pool *pool, const struct latency *of, unsigned bucket)
{
    uint16_t chunk = of->chunk[bucket >> CHUNK_BITS];
    return chunk ? pool->chunks[chunk][bucket & (LATENCY_CHUNK - 1)] : 0;
}

static void join_chunk(struct latency_pool *pool, uint16_t *to,
                       const struct latency_pool *from_pool, uint16_t from)
{
    if (!*to)
        *to = pool_take(pool);
    for (unsigned i = 0; *to && i < LATENCY_CHUNK; i++)
        pool->chunks[*to][i] += from_pool->chunks[from][i];
}

void latency_join(struct latency_pool *pool, struct latency *to,
                  const struct latency_pool *from_pool, const struct latency *from)
{
    if (!from->count)
        return;
    if (!to->count || from->min < to->min)
        to->min = from->min;
    if (!to->count || from->max > to->max)
        to->max = from->max;
    to->count += from->count;
    to->sum += from->sum;
    for (unsigned chunk = 0; chunk < LATENCY_CHUNKS; chunk++)
        if (from->chunk[chunk])
            join_chunk(pool, &to->chunk[chunk], from_pool, from->chunk[chunk]);
}

/* The middle of a bucket, inside what was really seen. */
static int64_t middle(const struct latency *of, unsigned bucket)
{
    uint64_t from = latency_bucket_from(bucket);
    uint64_t last = latency_bucket_from(bucket + 1) - 1;
    int64_t value = (int64_t)(from + (last - from) / 2);
    if (value < of->min)
        return of->min;
    return value > of->max ? of->max : value;
}

static uint64_t rank_of(const struct latency *of, uint64_t numerator, uint64_t denominator)
{
    unsigned __int128 product = (unsigned __int128)of->count * numerator;
    return (uint64_t)((product + denominator - 1) / denominator);
}

int64_t latency_percentile(const struct latency_pool *pool, const struct latency *of,
                           uint64_t numerator, uint64_t denominator)
{
    uint64_t rank = rank_of(of, numerator, denominator), seen = 0;
    if (!of->count)
        return 0;
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
        if (!of->chunk[bucket >> CHUNK_BITS]) {
            bucket |= LATENCY_CHUNK - 1;
            continue;
        }
        seen += latency_in(pool, of, bucket);
        if (seen >= rank && seen)
            return middle(of, bucket);
    }
    return of->max;
}

int64_t latency_follow(const struct latency_pool *pool, const struct latency *of,
                       struct latency_mark *mark, int64_t duration, uint64_t numerator,
                       uint64_t denominator)
{
    uint64_t rank = rank_of(of, numerator, denominator);
    if (pool->full)
        return latency_percentile(pool, of, numerator, denominator);
    if (latency_bucket(duration) < mark->bucket)
        mark->below++;
    while (mark->bucket && mark->below >= rank)
        mark->below -= latency_in(pool, of, --mark->bucket);
    while (mark->below + latency_in(pool, of, mark->bucket) < rank)
        mark->below += latency_in(pool, of, mark->bucket++);
    return middle(of, mark->bucket);
}

int64_t latency_mean(const struct latency *of)
{
    return of->count ? (int64_t)(of->sum / of->count) : 0;
}
