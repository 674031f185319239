/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/traffic.h"

#include <string.h>

#include "common/tests/numbers.h"

/* What happens by chance to a few pairs: the same to whoever is given the same seed. */
static void happen(struct traffic *traffic, uint64_t *seed, int64_t *time)
{
    struct pair_key key = {.shelf = (uint16_t)chance_below(seed, 3), .slot = 1};
    key.initiator[0] = (uint8_t)(2 * chance_below(seed, 3));
    struct pair *pair = traffic->pairs[traffic_pair(traffic, &key)];
    uint64_t what = chance_below(seed, 6), lba = chance_below(seed, 64), more = chance(seed) >> 60;
    struct measure *measure = traffic_measure(traffic, pair, (enum operation)(lba % OPERATIONS));
    const uint8_t mac[AOE_MAC_BYTES] = {2, 0, 0, 0, (uint8_t)key.shelf, (uint8_t)(lba % 4)};
    *time += (int64_t)more * 100 - 200;
    measure->requests++;
    measure->largest_frame = (uint32_t)lba;
    latency_add(&traffic->pool, &measure->plain, (int64_t)(more * more * lba));
    if (measure->sectors)
        measure->sectors[more]++;
    if (what < 3) {
        traffic_begins(traffic, pair, *time);
        traffic_up(traffic, pair, *time);
        traffic_seek(pair, lba, 1);
    } else if (pair->level.now && !traffic_down(traffic, pair, *time)) {
        traffic_idles(pair, *time);
    }
    traffic_answers_from(traffic->targets[pair->target], mac);
    if (what == 5) {
        traffic->targets[pair->target]->advertised = true;
        traffic->targets[pair->target]->buffer_count = (uint16_t)lba;
    }
}

static void assert_levels(const struct level *a, const struct level *b)
{
    assert_int_equal(a->now, b->now);
    assert_int_equal(a->most, b->most);
    assert_memory_equal(a->ns, b->ns, sizeof a->ns);
    assert_true(level_area(a) == level_area(b));
}

static void assert_latencies(const struct traffic *a, const struct latency *of,
                             const struct traffic *b, const struct latency *expected)
{
    assert_int_equal(of->count, expected->count);
    assert_true(of->sum == expected->sum);
    assert_true(!of->count || (of->min == expected->min && of->max == expected->max));
    for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
        assert_int_equal(latency_in(&a->pool, of, i), latency_in(&b->pool, expected, i));
}

static void assert_measures(const struct traffic *a, const struct measure *of,
                            const struct traffic *b, const struct measure *expected)
{
    assert_true(!of == !expected);
    if (!of)
        return;
    assert_int_equal(of->requests, expected->requests);
    assert_latencies(a, &of->plain, b, &expected->plain);
    assert_true(!of->sectors == !expected->sectors);
    if (of->sectors)
        assert_memory_equal(of->sectors, expected->sectors, 256 * sizeof *of->sectors);
}

static void assert_pairs(const struct traffic *a, const struct pair *of, const struct traffic *b,
                         const struct pair *expected)
{
    assert_memory_equal(&of->key, &expected->key, sizeof of->key);
    assert_levels(&of->level, &expected->level);
    assert_memory_equal(&of->seeks, &expected->seeks, sizeof of->seeks);
    assert_latencies(a, &of->thinking.time, b, &expected->thinking.time);
    assert_int_equal(of->thinking.idle, expected->thinking.idle);
    assert_int_equal(of->thinking.known, expected->thinking.known);
    assert_int_equal(of->thinking.first_open, expected->thinking.first_open);
    for (unsigned i = 0; i < OPERATIONS; i++)
        assert_measures(a, of->measures[i], b, expected->measures[i]);
}

static void assert_traffic(const struct traffic *a, const struct traffic *b)
{
    assert_int_equal(a->pair_count, b->pair_count);
    assert_int_equal(a->target_count, b->target_count);
    assert_int_equal(a->initiator_count, b->initiator_count);
    assert_levels(&a->level, &b->level);
    for (size_t i = 0; i < a->pair_count; i++)
        assert_pairs(a, a->pairs[i], b, b->pairs[i]);
    for (size_t i = 0; i < a->target_count; i++) {
        const struct traffic_target *of = a->targets[i], *expected = b->targets[i];
        assert_levels(&of->level, &expected->level);
        assert_int_equal(of->mac_count, expected->mac_count);
        assert_memory_equal(of->macs, expected->macs, sizeof of->macs);
        assert_int_equal(of->advertised, expected->advertised);
        assert_int_equal(of->buffer_count, expected->buffer_count);
    }
    for (size_t i = 0; i < a->initiator_count; i++)
        assert_levels(&a->initiators[i]->level, &b->initiators[i]->level);
}

static void happen_often(struct traffic *traffic, uint64_t *seed, int64_t *time, size_t count)
{
    for (size_t i = 0; i < count; i++)
        happen(traffic, seed, time);
}

/* The first part is counted by another traffic, as in a run of its own; the second one goes on
 * where the first one stood. */
static void check_split(uint64_t seed, size_t count, size_t split)
{
    struct traffic whole, first, second;
    uint32_t marks[TRAFFIC_PAIRS];
    uint64_t seeds[3] = {seed, seed, seed};
    int64_t times[3] = {0};
    assert_int_equal(traffic_open(&whole) + traffic_open(&first) + traffic_open(&second), 0);
    happen_often(&whole, &seeds[0], &times[0], count);
    happen_often(&first, &seeds[1], &times[1], split);
    happen_often(&second, &seeds[2], &times[2], split);
    traffic_restart(&second);
    assert_int_equal(second.pool.used, 1); /* all chunks are free again */
    happen_often(&second, &seeds[2], &times[2], count - split);
    assert_int_equal(traffic_join(&first, &second, marks), 0);
    assert_traffic(&first, &whole);
    traffic_close(&whole);
    traffic_close(&first);
    traffic_close(&second);
}

static void test_parts_joined_are_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 60; seed++) {
        uint64_t random = seed;
        size_t count = chance_below(&random, 200);
        check_split(seed, count, chance_below(&random, count + 1));
    }
}

static struct pair *pair_of(struct traffic *traffic, uint16_t shelf)
{
    struct pair_key key = {.shelf = shelf};
    return traffic->pairs[traffic_pair(traffic, &key)];
}

/* Two that know nothing of each other: the second one begins in the middle. */
static void test_what_the_later_part_does_not_know_comes_from_the_earlier(void **state)
{
    (void)state;
    struct traffic first, second;
    uint32_t marks[TRAFFIC_PAIRS];
    assert_int_equal(traffic_open(&first) + traffic_open(&second), 0);
    pair_of(&first, 1);
    traffic_seek(pair_of(&first, 2), 100, 8);
    traffic_idles(pair_of(&first, 2), 1000);
    traffic_seek(pair_of(&second, 2), 108, 4);
    traffic_begins(&second, pair_of(&second, 2), 1500);
    pair_of(&second, 3);
    assert_int_equal(traffic_join(&first, &second, marks), 0);
    assert_int_equal(marks[0], 1);
    assert_int_equal(marks[1], 2);
    const struct pair *pair = pair_of(&first, 2);
    assert_int_equal(pair->seeks.sequential, 1);
    assert_int_equal(pair->seeks.next, 112);
    assert_int_equal(pair->thinking.time.count, 1);
    assert_true(pair->thinking.time.max == 500);
    assert_false(pair->thinking.idle);
    traffic_close(&first);
    traffic_close(&second);
}

/* A join of two that together have more pairs than there is room for. */
static void test_too_many_pairs_together(void **state)
{
    (void)state;
    struct traffic first, second;
    uint32_t marks[TRAFFIC_PAIRS];
    assert_int_equal(traffic_open(&first) + traffic_open(&second), 0);
    for (uint16_t i = 0; i < 300; i++) {
        traffic_measure(&first, pair_of(&first, i), OPERATION_READ)->requests = 1;
        traffic_measure(&second, pair_of(&second, 200 + i), OPERATION_READ)->requests = 1;
    }
    for (uint16_t i = 300; i < 511; i++)
        traffic_measure(&second, pair_of(&second, 200 + i), OPERATION_READ)->requests = 1;
    assert_false(second.overflow);
    assert_int_equal(traffic_join(&first, &second, marks), 0);
    assert_true(first.overflow);
    assert_int_equal(first.pair_count, TRAFFIC_PAIRS);
    uint64_t requests = 0;
    for (size_t i = 0; i < first.pair_count; i++)
        requests += first.pairs[i]->measures[OPERATION_READ]->requests;
    assert_int_equal(requests, 300 + 511);
    assert_int_equal(first.pairs[250]->measures[OPERATION_READ]->requests, 2);
    assert_int_equal(marks[510], TRAFFIC_PAIRS - 1);
    traffic_close(&first);
    traffic_close(&second);
}

static void test_what_is_not_complete_stays_so(void **state)
{
    (void)state;
    struct traffic first, second;
    uint32_t marks[TRAFFIC_PAIRS];
    assert_int_equal(traffic_open(&first) + traffic_open(&second), 0);
    second.overflow = true;
    second.pool.full = true;
    assert_int_equal(traffic_join(&first, &second, marks), 0);
    assert_true(first.overflow);
    assert_true(first.pool.full);
    traffic_close(&first);
    traffic_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_joined_are_the_whole),
        cmocka_unit_test(test_what_the_later_part_does_not_know_comes_from_the_earlier),
        cmocka_unit_test(test_too_many_pairs_together),
        cmocka_unit_test(test_what_is_not_complete_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
