/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector/sector_map.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/tests/frames.h"

enum { DISK = 64, ROOM = 100 };

static void print_run(void *user, const struct sector_run *run)
{
    char *text = user;
    size_t length = strlen(text);
    snprintf(text + length, 256 - length, "%s%u-%u", length ? " " : "", (unsigned)run->from,
             (unsigned)run->end);
}

static void assert_runs(const struct sector_map *map, const char *expected)
{
    char text[256] = "";
    sector_map_each(map, print_run, text);
    assert_string_equal(text, expected);
}

static void nothing_was_seen(void **state)
{
    (void)state;
    size_t room = ROOM;
    struct sector_map *map = sector_map_new(&room);
    assert_runs(map, "");
    assert_int_equal(sector_map_end(map), 0);
    assert_int_equal(sector_map_sectors(map), 0);
    sector_map_free(map);
    sector_map_free(NULL);
}

static void runs_that_touch_are_one(void **state)
{
    (void)state;
    size_t room = ROOM;
    struct sector_map *map = sector_map_new(&room);
    assert_true(sector_map_add(map, 10, 5));
    assert_true(sector_map_add(map, 20, 5));
    assert_runs(map, "10-15 20-25");
    assert_int_equal(sector_map_end(map), 25);
    assert_true(sector_map_add(map, 15, 1));
    assert_runs(map, "10-16 20-25");
    assert_true(sector_map_add(map, 19, 1));
    assert_runs(map, "10-16 19-25");
    assert_true(sector_map_add(map, 16, 3));
    assert_runs(map, "10-25");
    assert_int_equal(sector_map_sectors(map), 15);
    assert_int_equal(room, ROOM - 1);
    sector_map_free(map);
    assert_int_equal(room, ROOM);
}

static void what_was_seen_twice_counts_once(void **state)
{
    (void)state;
    size_t room = ROOM;
    struct sector_map *map = sector_map_new(&room);
    sector_map_add(map, 10, 10);
    sector_map_add(map, 12, 3);
    sector_map_add(map, 5, 10);
    assert_runs(map, "5-20");
    assert_int_equal(sector_map_sectors(map), 15);
    sector_map_add(map, 0, 100);
    assert_runs(map, "0-100");
    assert_int_equal(sector_map_sectors(map), 100);
    sector_map_clear(map);
    assert_runs(map, "");
    assert_int_equal(sector_map_sectors(map), 0);
    assert_int_equal(room, ROOM);
    sector_map_free(map);
}

static void a_run_without_room_is_refused(void **state)
{
    (void)state;
    size_t room = 2;
    struct sector_map *one = sector_map_new(&room), *other = sector_map_new(&room);
    assert_true(sector_map_add(one, 10, 1));
    assert_true(sector_map_add(other, 10, 1));
    assert_false(sector_map_add(one, 20, 1));
    assert_runs(one, "10-11");
    assert_int_equal(sector_map_sectors(one), 1);
    assert_true(sector_map_add(one, 11, 1));
    assert_true(sector_map_add(one, 9, 1));
    assert_runs(one, "9-12");
    sector_map_clear(other);
    assert_true(sector_map_add(one, 20, 1));
    sector_map_free(one);
    sector_map_free(other);
}

/* What the map says, sector by sector. */
static void mark_run(void *user, const struct sector_run *run)
{
    bool *seen = user;
    assert_true(run->from < run->end && run->end <= DISK);
    assert_true(run->from == 0 || !seen[run->from - 1]);
    for (uint64_t i = run->from; i < run->end; i++)
        seen[i] = true;
}

static void it_agrees_with_a_list_of_all_sectors(void **state)
{
    (void)state;
    unsigned chance = 1;
    for (unsigned round = 0; round < 500; round++) {
        bool expected[DISK] = {false}, seen[DISK] = {false};
        uint64_t sectors = 0;
        size_t room = ROOM;
        struct sector_map *map = sector_map_new(&room);
        for (unsigned i = 0; i < 20; i++) {
            chance = chance * 1103515245 + 12345;
            uint64_t from = chance >> 16 & (DISK - 1), count = 1 + (chance >> 24 & 7);
            if (from + count > DISK)
                count = DISK - from;
            assert_true(sector_map_add(map, from, count));
            memset(expected + from, true, count);
        }
        sector_map_each(map, mark_run, seen);
        assert_memory_equal(seen, expected, sizeof seen);
        for (unsigned i = 0; i < DISK; i++)
            sectors += expected[i];
        assert_int_equal(sector_map_sectors(map), sectors);
        assert_int_equal(room, ROOM - sector_map_runs(map));
        sector_map_free(map);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_was_seen),
        cmocka_unit_test(runs_that_touch_are_one),
        cmocka_unit_test(what_was_seen_twice_counts_once),
        cmocka_unit_test(a_run_without_room_is_refused),
        cmocka_unit_test(it_agrees_with_a_list_of_all_sectors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
