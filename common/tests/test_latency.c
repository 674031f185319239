/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/latency.h"

#include <stdlib.h>
#include <string.h>

#include "numbers.h"

enum { CHUNKS = 200 };

static struct latency_pool opened(size_t most)
{
    struct latency_pool pool;
    assert_true(latency_pool_open(&pool, most));
    return pool;
}

static void test_buckets_at_their_borders(void **state)
{
    (void)state;
    assert_int_equal(latency_bucket(INT64_MIN), 0);
    assert_int_equal(latency_bucket(-1), 0);
    assert_int_equal(latency_bucket(0), 0);
    assert_int_equal(latency_bucket(1), 1);
    assert_int_equal(latency_bucket(63), 63);
    assert_int_equal(latency_bucket(64), 64);
    assert_int_equal(latency_bucket(127), 127);
    assert_int_equal(latency_bucket(128), 128);
    assert_int_equal(latency_bucket(129), 128);
    assert_int_equal(latency_bucket(130), 129);
    assert_int_equal(latency_bucket(INT64_MAX), LATENCY_BUCKETS - 1);
    for (unsigned power = 7; power < 63; power++) {
        unsigned bucket = (power - 5) * LATENCY_CHUNK;
        assert_int_equal(latency_bucket(INT64_C(1) << power), bucket);
        assert_int_equal(latency_bucket((INT64_C(1) << power) - 1), bucket - 1);
    }
}

static void test_every_bucket_begins_where_the_one_before_ends(void **state)
{
    (void)state;
    for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++) {
        uint64_t from = latency_bucket_from(bucket), below = latency_bucket_from(bucket + 1);
        assert_true(from < below);
        assert_int_equal(latency_bucket((int64_t)from), bucket);
        assert_int_equal(latency_bucket((int64_t)(below - 1)), bucket);
        assert_true((below - from) * 64 <= from || below - from == 1);
    }
    assert_true(latency_bucket_from(LATENCY_BUCKETS) == (uint64_t)INT64_MAX + 1);
}

static int by_value(const void *left, const void *right)
{
    const int64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Durations of some shape, all of them at times below 64 ns, where a bucket is one value. */
static int64_t drawn(unsigned shape, uint64_t *seed)
{
    switch (shape) {
    case 0: /* even */
        return (int64_t)chance_below(seed, 10000000);
    case 1: /* all lengths alike */
        return (int64_t)(chance(seed) >> (1 + chance_below(seed, 63)));
    case 2: /* two peaks far apart */
        return chance_below(seed, 50) ? 100000 + (int64_t)chance_below(seed, 1000) : 30000000000;
    case 3: /* all the same */
        return 123456789;
    default: /* short */
        return (int64_t)chance_below(seed, 64);
    }
}

static void assert_near(int64_t value, int64_t exact)
{
    int64_t off = value > exact ? value - exact : exact - value;
    if (off > exact / 100)
        fail_msg("%lld is not within 1 %% of %lld", (long long)value, (long long)exact);
}

static void assert_percentiles(const struct latency_pool *pool, const struct latency *of,
                               const int64_t *sorted, size_t count)
{
    static const uint64_t wanted[][2] = {{1, 2},        {9, 10},      {99, 100}, {999, 1000},
                                         {9999, 10000}, {1, 1000000}, {1, 1}};
    for (size_t i = 0; i < COUNT(wanted); i++) {
        size_t rank = (count * wanted[i][0] + wanted[i][1] - 1) / wanted[i][1];
        assert_near(latency_percentile(pool, of, wanted[i][0], wanted[i][1]), sorted[rank - 1]);
    }
}

static void check_shape(unsigned shape, size_t count, uint64_t seed)
{
    struct latency_pool pool = opened(CHUNKS);
    struct latency latency = {0};
    int64_t *samples = calloc(count, sizeof *samples);
    unsigned __int128 sum = 0;
    assert_non_null(samples);
    for (size_t i = 0; i < count; i++) {
        samples[i] = drawn(shape, &seed);
        sum += (uint64_t)samples[i];
        latency_add(&pool, &latency, samples[i]);
    }
    qsort(samples, count, sizeof *samples, by_value);
    assert_int_equal(latency.count, count);
    assert_true(latency.min == samples[0] && latency.max == samples[count - 1]);
    assert_true(latency.sum == sum && latency_mean(&latency) == (int64_t)(sum / count));
    assert_percentiles(&pool, &latency, samples, count);
    assert_false(pool.full);
    free(samples);
    latency_pool_close(&pool);
}

static void test_percentiles_against_sorted_samples(void **state)
{
    static const size_t counts[] = {1, 2, 3, 99, 100, 101, 100000};
    (void)state;
    for (unsigned shape = 0; shape < 5; shape++)
        for (size_t i = 0; i < COUNT(counts); i++)
            check_shape(shape, counts[i], 1 + i + 100 * shape);
}

/* The same samples in another pool, whose buckets may wait; across chunks, so that pools grow. */
static void test_what_waits_is_there_once_settled(void **state)
{
    enum { MOST = 3 * LATENCY_SOON };
    (void)state;
    for (int64_t count = 0; count <= MOST; count++) {
        struct latency_pool pool = opened(CHUNKS), other = opened(CHUNKS);
        struct latency at_once = {0}, soon = {0};
        for (int64_t i = 0; i < count; i++) {
            latency_add(&pool, &at_once, i * i * i * 1000);
            latency_add_soon(&other, &soon, i * i * i * 1000);
        }
        latency_pool_settle(&other);
        latency_pool_settle(&other);
        for (unsigned bucket = 0; bucket < LATENCY_BUCKETS; bucket++)
            assert_int_equal(latency_in(&other, &soon, bucket),
                             latency_in(&pool, &at_once, bucket));
        assert_int_equal(soon.count, at_once.count);
        assert_true(soon.sum == at_once.sum && soon.max == at_once.max && soon.min == at_once.min);
        latency_pool_close(&pool);
        latency_pool_close(&other);
    }
}

static void test_what_waits_is_forgotten_with_the_pool(void **state)
{
    (void)state;
    struct latency_pool pool = opened(CHUNKS);
    struct latency before = {0}, after = {0};
    latency_add_soon(&pool, &before, 10);
    latency_pool_clear(&pool);
    latency_add(&pool, &after, 11);
    latency_pool_settle(&pool);
    assert_int_equal(latency_in(&pool, &after, 10), 0);
    assert_int_equal(latency_in(&pool, &after, 11), 1);
    latency_pool_close(&pool);
}

/* Of 1 to `count`, each its own bucket: the percentile is the rank itself. */
static int64_t rank_of(size_t count, uint64_t numerator, uint64_t denominator)
{
    struct latency_pool pool = opened(CHUNKS);
    struct latency latency = {0};
    for (size_t i = 1; i <= count; i++)
        latency_add(&pool, &latency, (int64_t)i);
    int64_t rank = latency_percentile(&pool, &latency, numerator, denominator);
    latency_pool_close(&pool);
    return rank;
}

static void test_ranks_are_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(rank_of(1, 1, 2), 1);
    assert_int_equal(rank_of(2, 1, 2), 1);
    assert_int_equal(rank_of(3, 1, 2), 2);
    assert_int_equal(rank_of(99, 99, 100), 99);
    assert_int_equal(rank_of(100, 99, 100), 99);
    assert_int_equal(rank_of(101, 99, 100), 100);
    assert_int_equal(rank_of(100, 9, 10), 90);
    assert_int_equal(rank_of(101, 9, 10), 91);
    assert_int_equal(rank_of(100, 999, 1000), 100);
    assert_int_equal(rank_of(100, 1, 1), 100);
}

static void test_no_sample(void **state)
{
    (void)state;
    struct latency_pool pool = opened(CHUNKS);
    struct latency latency = {0};
    assert_int_equal(latency_percentile(&pool, &latency, 1, 2), 0);
    assert_int_equal(latency_mean(&latency), 0);
    assert_int_equal(latency_in(&pool, &latency, 5), 0);
    latency_pool_close(&pool);
}

/* The middle of a bucket may lie outside of what was seen. */
static void test_percentiles_stay_between_minimum_and_maximum(void **state)
{
    (void)state;
    struct latency_pool pool = opened(CHUNKS);
    struct latency low = {0}, high = {0};
    int64_t from = (int64_t)latency_bucket_from(1000),
            last = (int64_t)latency_bucket_from(1001) - 1;
    latency_add(&pool, &low, from);
    latency_add(&pool, &high, last);
    assert_true(latency_percentile(&pool, &low, 1, 2) == from);
    assert_true(latency_percentile(&pool, &high, 1, 2) == last);
    latency_add(&pool, &low, last);
    assert_true(latency_percentile(&pool, &low, 1, 2) == from + (last - from) / 2);
    latency_pool_close(&pool);
}

static void test_a_negative_duration_counts_as_none(void **state)
{
    (void)state;
    struct latency_pool pool = opened(CHUNKS);
    struct latency latency = {0};
    latency_add(&pool, &latency, INT64_MIN);
    latency_add(&pool, &latency, 10);
    assert_int_equal(latency.min, 0);
    assert_int_equal(latency_mean(&latency), 5);
    assert_int_equal(latency_in(&pool, &latency, 0), 1);
    latency_pool_close(&pool);
}

static void test_sums_go_beyond_64_bits(void **state)
{
    (void)state;
    struct latency_pool pool = opened(CHUNKS);
    struct latency latency = {0}, twice = {0};
    for (int i = 0; i < 4; i++)
        latency_add(&pool, &latency, INT64_MAX - i);
    latency_join(&pool, &twice, &pool, &latency);
    latency_join(&pool, &twice, &pool, &latency);
    assert_true(twice.sum == 8 * (unsigned __int128)INT64_MAX - 12);
    assert_true(latency_mean(&twice) == INT64_MAX - 2); /* 1.5 less, rounded down */
    assert_true(latency_percentile(&pool, &twice, 1, 2) >= INT64_MAX - 3);
    latency_pool_close(&pool);
}

static void assert_same(const struct latency_pool *a_pool, const struct latency *a,
                        const struct latency_pool *b_pool, const struct latency *b)
{
    assert_int_equal(a->count, b->count);
    assert_true(a->sum == b->sum);
    assert_true(!a->count || (a->min == b->min && a->max == b->max));
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
        assert_int_equal(latency_in(a_pool, a, i), latency_in(b_pool, b, i));
}

static void test_joined_is_all_samples_in_one(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 200; seed++) {
        uint64_t random = seed;
        struct latency_pool pool = opened(CHUNKS), other = opened(CHUNKS);
        struct latency all = {0}, first = {0}, second = {0};
        size_t count = chance_below(&random, 300), split = chance_below(&random, count + 1);
        for (size_t i = 0; i < count; i++) {
            int64_t duration = drawn(1, &random);
            latency_add(&pool, &all, duration);
            latency_add(i < split ? &pool : &other, i < split ? &first : &second, duration);
        }
        latency_join(&pool, &first, &other, &second);
        assert_same(&pool, &first, &pool, &all);
        latency_pool_close(&pool);
        latency_pool_close(&other);
    }
}

static void test_within_one_pool(void **state)
{
    (void)state;
    struct latency_pool pool = opened(CHUNKS);
    struct latency to = {0}, from = {0};
    for (unsigned power = 0; power < 63; power++)
        latency_add(&pool, &from, INT64_C(1) << power);
    latency_join(&pool, &to, &pool, &from);
    assert_same(&pool, &to, &pool, &from);
    latency_pool_close(&pool);
}

static void follow(struct latency_pool *pool, unsigned shape)
{
    static const uint64_t parts[][2] = {{1, 2}, {9, 10}, {99, 100}, {1, 1000}, {1, 1}};
    struct latency_mark marks[COUNT(parts)] = {{.below = 0}};
    struct latency latency = {.count = 0};
    uint64_t seed = 77;
    for (unsigned i = 0; i < 2000; i++) {
        int64_t duration = drawn(shape, &seed);
        latency_add(pool, &latency, duration);
        for (size_t part = 0; part < COUNT(parts); part++)
            assert_int_equal(latency_follow(pool, &latency, &marks[part], duration, parts[part][0],
                                            parts[part][1]),
                             latency_percentile(pool, &latency, parts[part][0], parts[part][1]));
    }
}

static void test_a_percentile_is_followed(void **state)
{
    (void)state;
    for (unsigned shape = 0; shape < 4; shape++) {
        struct latency_pool pool = opened(CHUNKS), little = opened(2);
        follow(&pool, shape);
        follow(&little, shape);
        latency_pool_close(&pool);
        latency_pool_close(&little);
    }
}

static void test_a_full_pool_loses_buckets_alone(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 15, 16, 40};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct latency_pool pool = opened(sizes[i]);
        struct latency latency = {0};
        for (unsigned chunk = 0; chunk < LATENCY_CHUNKS; chunk++) {
            assert_true(pool.full == (chunk > sizes[i]));
            latency_add(&pool, &latency, (int64_t)latency_bucket_from(chunk * LATENCY_CHUNK));
        }
        assert_true(pool.full);
        assert_int_equal(latency.count, LATENCY_CHUNKS);
        assert_int_equal(latency.min, 0);
        assert_true(latency.max == INT64_C(1) << 62);
        assert_true(latency.sum == (UINT64_C(1) << 63) - 64);
        assert_int_equal(latency_in(&pool, &latency, 0), 1);
        assert_int_equal(latency_in(&pool, &latency, LATENCY_BUCKETS - LATENCY_CHUNK), 0);
        assert_true(latency_percentile(&pool, &latency, 1, 1) == latency.max);
        latency_pool_close(&pool);
    }
}

static void test_a_pool_that_was_cleared_has_all_its_room(void **state)
{
    (void)state;
    struct latency_pool pool = opened(1);
    struct latency latency = {0};
    latency_add(&pool, &latency, 1);
    latency_add(&pool, &latency, 1000);
    assert_true(pool.full);
    latency_pool_clear(&pool);
    latency = (struct latency){0};
    assert_false(pool.full);
    latency_add(&pool, &latency, 1000);
    assert_false(pool.full);
    assert_int_equal(latency_in(&pool, &latency, latency_bucket(1000)), 1);
    assert_int_equal(latency_in(&pool, &latency, latency_bucket(1000) - 1), 0);
    latency_pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_at_their_borders),
        cmocka_unit_test(test_every_bucket_begins_where_the_one_before_ends),
        cmocka_unit_test(test_percentiles_against_sorted_samples),
        cmocka_unit_test(test_what_waits_is_there_once_settled),
        cmocka_unit_test(test_what_waits_is_forgotten_with_the_pool),
        cmocka_unit_test(test_ranks_are_rounded_up),
        cmocka_unit_test(test_no_sample),
        cmocka_unit_test(test_percentiles_stay_between_minimum_and_maximum),
        cmocka_unit_test(test_a_negative_duration_counts_as_none),
        cmocka_unit_test(test_sums_go_beyond_64_bits),
        cmocka_unit_test(test_joined_is_all_samples_in_one),
        cmocka_unit_test(test_within_one_pool),
        cmocka_unit_test(test_a_percentile_is_followed),
        cmocka_unit_test(test_a_full_pool_loses_buckets_alone),
        cmocka_unit_test(test_a_pool_that_was_cleared_has_all_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
