/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/timeline.h"

#include <string.h>

#include "common/tests/numbers.h"

#define BIN (INT64_C(1) << TIMELINE_SHIFT)
#define TIMED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

struct times {
    struct traffic traffic;
    struct timeline timeline;
};

static void times_open(struct times *times)
{
    assert_int_equal(traffic_open(&times->traffic), 0);
    assert_int_equal(timeline_open(&times->timeline), 0);
}

static void times_close(struct times *times)
{
    traffic_close(&times->traffic);
    timeline_close(&times->timeline);
}

static int set_up(void **state)
{
    static struct times times;
    times_open(&times);
    *state = &times;
    return 0;
}

static int tear_down(void **state)
{
    times_close(*state);
    return 0;
}

static struct pair *pair_of(struct times *times, uint16_t shelf)
{
    struct pair_key key = {.shelf = shelf};
    return times->traffic.pairs[traffic_pair(&times->traffic, &key)];
}

/* One command in the bin of that time. */
static void count_at(struct times *times, int64_t time)
{
    size_t bin = timeline_move(&times->timeline, &times->traffic, time);
    assert_true(bin < times->timeline.count);
    times->timeline.total[bin].commands++;
}

static uint64_t commands_of(const struct timeline *timeline)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < timeline->count; i++)
        sum += timeline->total[i].commands;
    return sum;
}

static void test_bins_are_aligned_to_absolute_time(void **state)
{
    struct times *times = *state;
    count_at(times, 10 * BIN + 5);
    count_at(times, 11 * BIN - 1);
    count_at(times, 11 * BIN);
    count_at(times, 9 * BIN); /* before the first */
    const struct timeline *timeline = &times->timeline;
    assert_int_equal(timeline->shift, TIMELINE_SHIFT);
    assert_true(timeline->first == 9);
    assert_int_equal(timeline->count, 3);
    assert_int_equal(timeline->total[0].commands, 1);
    assert_int_equal(timeline->total[1].commands, 2);
    assert_int_equal(timeline->total[2].commands, 1);
}

static void test_folds_when_there_is_no_room(void **state)
{
    struct times *times = *state;
    for (int64_t i = 0; i < TIMELINE_BINS; i++)
        count_at(times, i * BIN);
    assert_int_equal(times->timeline.shift, TIMELINE_SHIFT);
    assert_int_equal(times->timeline.count, TIMELINE_BINS);
    count_at(times, TIMELINE_BINS * BIN);
    assert_int_equal(times->timeline.shift, TIMELINE_SHIFT + 1);
    assert_int_equal(times->timeline.count, TIMELINE_BINS / 2 + 1);
    for (size_t i = 0; i < TIMELINE_BINS / 2; i++)
        assert_int_equal(times->timeline.total[i].commands, 2);
    assert_int_equal(times->timeline.total[TIMELINE_BINS / 2].commands, 1);
}

/* The first bin has an odd number: it is the second half of the one it becomes. */
static void test_folds_at_even_places(void **state)
{
    struct times *times = *state;
    for (int64_t i = -7; i < TIMELINE_BINS; i++)
        count_at(times, i * BIN);
    assert_true(times->timeline.first == -4);
    assert_int_equal(times->timeline.total[0].commands, 1);
    assert_int_equal(times->timeline.total[1].commands, 2);
    assert_int_equal(commands_of(&times->timeline), TIMELINE_BINS + 7);
}

static void test_what_folding_does_to_each_figure(void **state)
{
    struct times *times = *state;
    struct timeline *timeline = &times->timeline;
    for (int64_t i = 0; i < 2; i++) {
        size_t bin = timeline_move(timeline, &times->traffic, i * BIN);
        struct timeline_bin *row = timeline_target(timeline, 3);
        timeline->total[bin] =
            (struct timeline_bin){1, 2, 3, 4, 5, 6, 7, i ? 80 : 90, (uint64_t)(i ? 11 : 10)};
        row[bin] = timeline->total[bin];
        timeline_heat(timeline, bin, 5000);
        timeline_position(timeline, bin, 100, i);
    }
    timeline_move(timeline, &times->traffic, TIMELINE_BINS * BIN);
    static const struct timeline_bin folded = {2, 4, 6, 8, 10, 12, 14, 90, 11};
    assert_memory_equal(&timeline->total[0], &folded, sizeof folded);
    assert_memory_equal(&timeline->targets[3][0], &folded, sizeof folded);
    assert_int_equal(timeline->heat[0][8], 2);
    assert_int_equal(timeline->positions[0][100][0], 1);
    assert_int_equal(timeline->positions[0][100][1], 1);
    assert_int_equal(timeline->heat[1][8], 0);
    assert_int_equal(timeline->positions[1][100][1], 0);
    assert_int_equal(timeline->total[1].commands, 0);
}

static void test_the_order_of_times_does_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 12; seed++) {
        enum { EVENTS = 50 };
        struct times ways[2];
        int64_t at[EVENTS];
        uint64_t random = seed;
        unsigned shift = (unsigned)chance_below(&random, 40);
        for (size_t i = 0; i < EVENTS; i++)
            at[i] = (int64_t)chance(&random) >> shift;
        for (unsigned way = 0; way < 2; way++) {
            times_open(&ways[way]);
            for (size_t i = 0; i < EVENTS; i++)
                count_at(&ways[way], at[way ? EVENTS - 1 - i : i]);
        }
        const struct timeline *a = &ways[0].timeline, *b = &ways[1].timeline;
        assert_int_equal(a->shift, b->shift);
        assert_true(a->first == b->first && a->count == b->count);
        assert_memory_equal(a->total, b->total, TIMELINE_BINS * sizeof *a->total);
        assert_int_equal(commands_of(a), EVENTS);
        times_close(&ways[0]);
        times_close(&ways[1]);
    }
}

static void test_the_ends_of_time(void **state)
{
    struct times *times = *state;
    count_at(times, INT64_MIN);
    count_at(times, INT64_MAX);
    count_at(times, 0);
    assert_int_equal(times->timeline.shift, 54);
    assert_true(times->timeline.first == -512);
    assert_int_equal(times->timeline.count, TIMELINE_BINS);
    assert_int_equal(times->timeline.total[0].commands, 1);
    assert_int_equal(times->timeline.total[512].commands, 1);
    assert_int_equal(times->timeline.total[1023].commands, 1);
}

static void test_what_is_outstanding_is_carried_over_empty_bins(void **state)
{
    struct times *times = *state;
    struct timeline *timeline = &times->timeline;
    struct pair *a = pair_of(times, 1), *b = pair_of(times, 2);
    timeline_move(timeline, &times->traffic, 0);
    traffic_up(&times->traffic, a, 0);
    traffic_up(&times->traffic, a, 0);
    traffic_up(&times->traffic, b, 0);
    timeline_move(timeline, &times->traffic, 2 * BIN);
    traffic_down(&times->traffic, b, 2 * BIN);
    timeline_move(timeline, &times->traffic, 4 * BIN);
    static const uint64_t total[] = {0, 3, 3, 2, 2}, of_a[] = {0, 2, 2, 2, 2},
                          of_b[] = {0, 1, 1, 0, 0};
    assert_int_equal(timeline->count, COUNT(total));
    for (size_t i = 0; i < COUNT(total); i++) {
        assert_int_equal(timeline->total[i].outstanding_max, total[i]);
        assert_int_equal(timeline->targets[a->target][i].outstanding_max, of_a[i]);
        assert_int_equal(timeline->targets[b->target][i].outstanding_max, of_b[i]);
    }
}

static void test_nothing_is_carried_back_or_without_anything_outstanding(void **state)
{
    struct times *times = *state;
    struct pair *pair = pair_of(times, 1);
    timeline_move(&times->timeline, &times->traffic, 0);
    timeline_move(&times->timeline, &times->traffic, 2 * BIN);
    traffic_up(&times->traffic, pair, 2 * BIN);
    timeline_move(&times->timeline, &times->traffic, BIN); /* a step back */
    timeline_move(&times->timeline, &times->traffic, 3 * BIN);
    assert_int_equal(times->timeline.total[0].outstanding_max, 0);
    assert_int_equal(times->timeline.total[1].outstanding_max, 0);
    assert_int_equal(times->timeline.total[3].outstanding_max, 1);
}

static void test_a_huge_gap_with_something_outstanding(void **state)
{
    struct times *times = *state;
    timeline_move(&times->timeline, &times->traffic, -5);
    traffic_up(&times->traffic, pair_of(times, 1), -5);
    count_at(times, INT64_MAX);
    const struct timeline *timeline = &times->timeline;
    assert_int_equal(timeline->total[0].outstanding_max, 0);
    for (size_t i = 1; i < timeline->count; i++)
        assert_int_equal(timeline->total[i].outstanding_max, 1);
}

static void test_rows_of_the_heat_map(void **state)
{
    struct times *times = *state;
    struct timeline *timeline = &times->timeline;
    size_t bin = timeline_move(timeline, &times->traffic, 0);
    assert_true(timeline_heat_from(0) == 0);
    assert_true(timeline_heat_from(1) == 1280);
    assert_true(timeline_heat_from(4) == 2048);
    for (unsigned row = 0; row < HEAT_ROWS; row++) {
        timeline_heat(timeline, bin, timeline_heat_from(row));
        assert_int_equal(timeline->heat[bin][row], 1);
        if (row)
            timeline_heat(timeline, bin, timeline_heat_from(row) - 1);
        assert_true(!row || timeline->heat[bin][row - 1] == 2);
    }
    timeline_heat(timeline, bin, INT64_MAX);
    assert_int_equal(timeline->heat[bin][HEAT_ROWS - 1], 2);
}

static void test_cells_do_not_run_over(void **state)
{
    struct times *times = *state;
    struct timeline *timeline = &times->timeline;
    size_t bin = timeline_move(timeline, &times->traffic, 0);
    timeline->heat[bin][0] = UINT32_MAX;
    timeline->positions[bin][0][1] = UINT32_MAX;
    timeline_heat(timeline, bin, 0);
    timeline_position(timeline, bin, 0, true);
    assert_int_equal(timeline->heat[bin][0], UINT32_MAX);
    assert_int_equal(timeline->positions[bin][0][1], UINT32_MAX);
}

static void test_positions_fold(void **state)
{
    struct times *times = *state;
    struct timeline *timeline = &times->timeline;
    size_t bin = timeline_move(timeline, &times->traffic, 0);
    for (uint64_t lba = 0; lba < POSITION_ROWS; lba++)
        timeline_position(timeline, bin, lba, lba % 2);
    assert_int_equal(timeline->position_shift, 0);
    timeline_position(timeline, bin, POSITION_ROWS, false);
    assert_int_equal(timeline->position_shift, 1);
    for (unsigned row = 0; row < POSITION_ROWS / 2; row++) {
        assert_int_equal(timeline->positions[bin][row][0], 1);
        assert_int_equal(timeline->positions[bin][row][1], 1);
    }
    assert_int_equal(timeline->positions[bin][POSITION_ROWS / 2][0], 1);
    assert_int_equal(timeline->positions[bin][POSITION_ROWS / 2 + 1][0], 0);
    timeline_position(timeline, bin, (UINT64_C(1) << 48) - 1, true);
    assert_int_equal(timeline->position_shift, 41);
    assert_int_equal(timeline->positions[bin][POSITION_ROWS - 1][1], 1);
    assert_int_equal(timeline->positions[bin][0][0], POSITION_ROWS / 2 + 1);
    assert_int_equal(timeline->positions[bin][0][1], POSITION_ROWS / 2);
}

static void test_targets_beyond_the_last_row(void **state)
{
    struct times *times = *state;
    assert_non_null(timeline_target(&times->timeline, TIMELINE_TARGETS - 1));
    assert_null(timeline_target(&times->timeline, TIMELINE_TARGETS));
}

static void test_restarted_it_is_empty(void **state)
{
    struct times *times = *state;
    struct timeline *timeline = &times->timeline;
    for (int64_t i = 0; i < 3000; i += 10) {
        size_t bin = timeline_move(timeline, &times->traffic, i * BIN);
        timeline->total[bin].answers++;
        timeline_target(timeline, 1)[bin].answers++;
        timeline_heat(timeline, bin, 1);
        timeline_position(timeline, bin, (uint64_t)i, false);
    }
    assert_true(timeline->position_shift > 0);
    timeline_restart(timeline);
    assert_int_equal(timeline->count, 0);
    assert_int_equal(timeline->position_shift, 0);
    assert_null(timeline->targets[1]);
    assert_int_equal(timeline->shift, TIMELINE_SHIFT);
    for (int64_t i = 0; i < TIMELINE_BINS; i++) {
        size_t bin = timeline_move(timeline, &times->traffic, i * BIN);
        static const struct timeline_bin none = {0};
        assert_memory_equal(&timeline->total[bin], &none, sizeof none);
        assert_int_equal(timeline->heat[bin][0], 0);
        assert_int_equal(timeline->positions[bin][0][0], 0);
    }
}

/* The latest time is known from before, but has no bin any more. */
static void test_restarted_before_a_step_back(void **state)
{
    struct times *times = *state;
    count_at(times, 5000 * BIN);
    timeline_restart(&times->timeline);
    count_at(times, 10 * BIN);
    count_at(times, 5000 * BIN);
    count_at(times, 5000 * BIN + 1);
    assert_int_equal(commands_of(&times->timeline), 3);
    assert_int_equal(times->timeline.total[times->timeline.count - 1].commands, 2);
}

/* What happens by chance, the same for the same seed. */
static void happen(struct times *times, uint64_t *seed, int64_t *time)
{
    struct timeline *timeline = &times->timeline;
    struct pair *pair = pair_of(times, (uint16_t)chance_below(seed, 3));
    unsigned shift = 30 + (unsigned)chance_below(seed, 34);
    *time += (int64_t)(chance(seed) >> shift) - (int64_t)(1 << 20);
    size_t bin = timeline_move(timeline, &times->traffic, *time);
    struct timeline_bin *row = timeline_target(timeline, pair->target);
    uint64_t lba = chance(seed) >> (16 + chance_below(seed, 48));
    if (chance_below(seed, 2))
        traffic_up(&times->traffic, pair, *time);
    else
        traffic_down(&times->traffic, pair, *time);
    timeline->total[bin].commands++;
    timeline->total[bin].latency_sum += lba;
    row[bin].read_bytes += lba;
    if ((int64_t)lba > row[bin].latency_max)
        row[bin].latency_max = (int64_t)lba;
    timeline_heat(timeline, bin, (int64_t)lba);
    timeline_position(timeline, bin, lba, lba & 1);
}

static void happen_often(struct times *times, uint64_t *seed, int64_t *time, size_t count)
{
    for (size_t i = 0; i < count; i++)
        happen(times, seed, time);
}

static void assert_alike(const struct timeline *a, const struct timeline *b)
{
    assert_int_equal(a->shift, b->shift);
    assert_true(a->first == b->first && a->count == b->count && a->latest == b->latest);
    assert_int_equal(a->position_shift, b->position_shift);
    assert_memory_equal(a->total, b->total, a->count * sizeof *a->total);
    assert_memory_equal(a->heat, b->heat, a->count * sizeof *a->heat);
    assert_memory_equal(a->positions, b->positions, a->count * sizeof *a->positions);
    for (unsigned i = 0; i < TIMELINE_TARGETS; i++) {
        assert_true(!a->targets[i] == !b->targets[i]);
        if (a->targets[i])
            assert_memory_equal(a->targets[i], b->targets[i], a->count * sizeof *a->total);
    }
}

static void check_split(uint64_t seed, size_t count, size_t split)
{
    struct times whole, first, second;
    uint64_t seeds[3] = {seed, seed, seed};
    int64_t times[3] = {0};
    uint32_t targets[TIMELINE_TARGETS];
    for (uint32_t i = 0; i < TIMELINE_TARGETS; i++)
        targets[i] = i;
    times_open(&whole);
    times_open(&first);
    times_open(&second);
    happen_often(&whole, &seeds[0], &times[0], count);
    happen_often(&first, &seeds[1], &times[1], split);
    happen_often(&second, &seeds[2], &times[2], split);
    timeline_restart(&second.timeline);
    happen_often(&second, &seeds[2], &times[2], count - split);
    assert_int_equal(timeline_join(&first.timeline, &second.timeline, targets), 0);
    assert_alike(&first.timeline, &whole.timeline);
    times_close(&whole);
    times_close(&first);
    times_close(&second);
}

static void test_parts_joined_are_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        uint64_t random = seed;
        size_t count = 1 + chance_below(&random, 150);
        check_split(seed, count, chance_below(&random, count + 1));
    }
}

static void test_targets_have_other_places_where_they_are_joined(void **state)
{
    struct times *times = *state;
    struct times after;
    uint32_t targets[TIMELINE_TARGETS] = {[0] = 5, [1] = TIMELINE_TARGETS};
    times_open(&after);
    size_t bin = timeline_move(&after.timeline, &after.traffic, BIN);
    timeline_target(&after.timeline, 0)[bin].answers = 7;
    timeline_target(&after.timeline, 1)[bin].answers = 8; /* no row there */
    assert_int_equal(timeline_join(&times->timeline, &after.timeline, targets), 0);
    assert_int_equal(times->timeline.targets[5][0].answers, 7);
    assert_null(times->timeline.targets[0]);
    times_close(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TIMED(test_bins_are_aligned_to_absolute_time),
        TIMED(test_folds_when_there_is_no_room),
        TIMED(test_folds_at_even_places),
        TIMED(test_what_folding_does_to_each_figure),
        cmocka_unit_test(test_the_order_of_times_does_not_matter),
        TIMED(test_the_ends_of_time),
        TIMED(test_what_is_outstanding_is_carried_over_empty_bins),
        TIMED(test_nothing_is_carried_back_or_without_anything_outstanding),
        TIMED(test_a_huge_gap_with_something_outstanding),
        TIMED(test_rows_of_the_heat_map),
        TIMED(test_cells_do_not_run_over),
        TIMED(test_positions_fold),
        TIMED(test_targets_beyond_the_last_row),
        TIMED(test_restarted_it_is_empty),
        TIMED(test_restarted_before_a_step_back),
        cmocka_unit_test(test_parts_joined_are_the_whole),
        TIMED(test_targets_have_other_places_where_they_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
