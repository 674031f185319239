/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/level.h"

#include <string.h>

#include "common/tests/numbers.h"

static void test_each_level_for_as_long_as_it_held(void **state)
{
    (void)state;
    struct level level = {0};
    assert_int_equal(level_up(&level, 100), 1);
    assert_int_equal(level_up(&level, 110), 2);
    assert_int_equal(level_down(&level, 115), 1);
    assert_int_equal(level_down(&level, 118), 0);
    assert_int_equal(level_up(&level, 1000), 1);
    level_close(&level, 1001);
    assert_int_equal(level.ns[1], 10 + 3 + 1);
    assert_int_equal(level.ns[2], 5);
    assert_int_equal(level.most, 2);
    assert_true(level_area(&level) == 14 + 2 * 5);
}

static void test_nothing_is_counted_for_level_0(void **state)
{
    (void)state;
    struct level level = {0};
    assert_int_equal(level_down(&level, 50), 0); /* never below 0 */
    level_close(&level, 100);
    level_up(&level, 200);
    level_down(&level, 200);
    level_close(&level, 300);
    for (unsigned i = 0; i < LEVELS; i++)
        assert_int_equal(level.ns[i], 0);
    assert_true(!level_area(&level));
    assert_int_equal(level.most, 1);
}

static void test_a_step_back_counts_as_the_latest_time(void **state)
{
    (void)state;
    struct level level = {0};
    level_up(&level, 100);
    level_up(&level, 150);
    level_down(&level, 120); /* as at 150 */
    level_down(&level, 160);
    assert_int_equal(level.ns[1], 50 + 10);
    assert_int_equal(level.ns[2], 0);
}

/* With nothing outstanding there is nothing to go on from: another recording may have begun. */
static void test_from_level_0_on_any_time_is_a_new_beginning(void **state)
{
    (void)state;
    struct level level = {0};
    level_up(&level, -1000);
    level_down(&level, -990);
    assert_int_equal(level.ns[1], 10);
    level_up(&level, 5000);
    level_down(&level, 5001);
    level_up(&level, -500);
    level_down(&level, -450);
    assert_int_equal(level.ns[1], 10 + 1 + 50);
}

static void test_many_share_the_last_level_but_not_their_area(void **state)
{
    (void)state;
    struct level level = {0};
    for (int i = 0; i < 300; i++)
        level_up(&level, i); /* level i + 1 holds for 1 ns */
    level_close(&level, 300);
    assert_int_equal(level.ns[LEVELS - 2], 1);
    assert_int_equal(level.ns[LEVELS - 1], 300 - 254);
    assert_int_equal(level.most, 300);
    assert_true(level_area(&level) == 300 * 301 / 2);
}

static void test_the_longest_time_there_is(void **state)
{
    (void)state;
    struct level level = {0};
    level_up(&level, INT64_MIN);
    level_close(&level, INT64_MAX);
    assert_true(level.ns[1] == UINT64_MAX);
    struct level high = {.now = UINT32_MAX, .since = INT64_MIN};
    level_close(&high, INT64_MAX);
    assert_true(level_area(&high) == (unsigned __int128)UINT32_MAX * UINT64_MAX);
}

static void test_restarted_it_stands_where_it_stood(void **state)
{
    (void)state;
    struct level level = {0};
    for (int i = 0; i < 260; i++)
        level_up(&level, 2 * i);
    level_down(&level, 600);
    level_restart(&level);
    assert_int_equal(level.now, 259);
    assert_int_equal(level.most, 259);
    assert_true(!level_area(&level));
    level_close(&level, 610);
    assert_int_equal(level.ns[LEVELS - 1], 10);
}

/* One step of a series by chance, which steps back at times. */
static void move(struct level *level, uint64_t *seed, int64_t *time)
{
    *time += (int64_t)chance_below(seed, 100) - 20;
    if (chance_below(seed, 400 + level->now) < 240)
        level_up(level, *time);
    else
        level_down(level, *time);
}

static void assert_same(const struct level *a, const struct level *b)
{
    assert_int_equal(a->now, b->now);
    assert_int_equal(a->most, b->most);
    assert_true(a->since == b->since);
    assert_memory_equal(a->ns, b->ns, sizeof a->ns);
    assert_true(a->above_ns == b->above_ns);
}

static void test_parts_joined_are_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 300; seed++) {
        enum { MOVES = 2000 };
        uint64_t random = seed, alike = seed;
        struct level whole = {0}, part = {0}, joined;
        int64_t time = 0, same_time = 0;
        size_t split = chance_below(&random, MOVES);
        chance_below(&alike, MOVES);
        for (size_t i = 0; i < MOVES; i++) {
            if (i == split) {
                joined = part;
                level_restart(&part);
            }
            move(&whole, &random, &time);
            move(&part, &alike, &same_time);
        }
        level_join(&joined, &part);
        assert_same(&joined, &whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_level_for_as_long_as_it_held),
        cmocka_unit_test(test_nothing_is_counted_for_level_0),
        cmocka_unit_test(test_a_step_back_counts_as_the_latest_time),
        cmocka_unit_test(test_from_level_0_on_any_time_is_a_new_beginning),
        cmocka_unit_test(test_many_share_the_last_level_but_not_their_area),
        cmocka_unit_test(test_the_longest_time_there_is),
        cmocka_unit_test(test_restarted_it_stands_where_it_stood),
        cmocka_unit_test(test_parts_joined_are_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
