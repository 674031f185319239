/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations as a distribution: minimum, mean and maximum exactly, percentiles within 1 %, in little
 * memory, and two distributions can be added without loss.
 *
 * The histogram is log-linear: 64 buckets to each doubling, so a bucket is at most 1/64 of its
 * value wide and its middle at most 1/128 off. Buckets come in chunks of 64 out of a pool that all
 * distributions share, since any one of them fills only a few. */
#ifndef AOE_LATENCY_H
#define AOE_LATENCY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LATENCY_CHUNK = 64, LATENCY_CHUNKS = 58, LATENCY_BUCKETS = LATENCY_CHUNK * LATENCY_CHUNKS };

/* Samples that wait for their bucket: as many as come while memory is fetched. */
enum { LATENCY_SOON = 8 };

struct latency_pool {
    uint64_t (*chunks)[LATENCY_CHUNK]; /* the first one stands for "none" */
    size_t used, room, most;
    bool full; /* a sample found no chunk: it is in count, sum, min and max, but in no bucket */
    uint32_t soon[LATENCY_SOON]; /* buckets of all chunks in one row; 0, of "none", where free */
    unsigned soon_at;
};

struct latency {
    uint64_t count;
    unsigned __int128 sum; /* ns */
    int64_t min, max;      /* ns; meaningless where count is 0 */
    uint16_t chunk[LATENCY_CHUNKS];
};

/* A pool of at most `most` chunks (1 to 65535) of 512 bytes. False where there is no memory. */
bool latency_pool_open(struct latency_pool *pool, size_t most);
void latency_pool_close(struct latency_pool *pool);

/* Forgets every sample of every distribution of the pool; those must be zeroed by their owners. */
void latency_pool_clear(struct latency_pool *pool);

/* The bucket of a duration in ns (below 0 counts as 0), and the durations that a bucket holds: from
 * the returned value to below that of the next. */
unsigned latency_bucket(int64_t duration);
uint64_t latency_bucket_from(unsigned bucket);

/* Adds one sample. */
void latency_add(struct latency_pool *pool, struct latency *to, int64_t duration);

/* The same without waiting for the bucket's memory: the sample is in its bucket after LATENCY_SOON
 * more, or after latency_pool_settle, without which buckets must not be looked at. */
void latency_add_soon(struct latency_pool *pool, struct latency *to, int64_t duration);
void latency_pool_settle(struct latency_pool *pool);

/* Adds `count` samples to a bucket, and nothing to the rest. */
void latency_fill(struct latency_pool *pool, struct latency *to, unsigned bucket, uint64_t count);

/* Adds all samples of `from`, of another pool or the same, to `to`. */
void latency_join(struct latency_pool *pool, struct latency *to,
                  const struct latency_pool *from_pool, const struct latency *from);

/* Samples in a bucket. */
uint64_t latency_in(const struct latency_pool *pool, const struct latency *of, unsigned bucket);

/* The middle of the bucket in which the sample of rank ceil(count x numerator / denominator) lies,
 * never below min or above max. 0 where there is no sample. */
int64_t latency_percentile(const struct latency_pool *pool, const struct latency *of,
                           uint64_t numerator, uint64_t denominator);

/* Where a percentile lies in a distribution that grows; all zero before the first sample. */
struct latency_mark {
    uint64_t below;  /* samples in the buckets before */
    unsigned bucket; /* this one */
};

/* What latency_percentile returns after a sample of `duration` was added, for little where it is
 * asked for after every sample: then one mark follows each percentile. */
int64_t latency_follow(const struct latency_pool *pool, const struct latency *of,
                       struct latency_mark *mark, int64_t duration, uint64_t numerator,
                       uint64_t denominator);

/* The percentiles that every JSON of the suite has, by their names there. */
enum { LATENCY_PERCENTILES = 5 };
extern const struct latency_rank {
    const char *name;
    unsigned numerator, denominator;
} latency_percentiles[LATENCY_PERCENTILES];

/* The mean in ns, rounded down; 0 where there is no sample. */
int64_t latency_mean(const struct latency *of);

#endif
