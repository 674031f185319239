/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_live.h"

#define START INT64_C(1700000000000000000)
#define SECOND (1000 * MS)

static int open_live(void **state)
{
    static struct live_figures live;
    const struct analysis_options options = {.patience = 10 * SECOND};
    *state = &live;
    return live_figures_open(&live, &options);
}

static int open_checking(void **state)
{
    static struct live_figures live;
    const struct analysis_options options = {.patience = 10 * SECOND, .check = true};
    *state = &live;
    return live_figures_open(&live, &options);
}

static int close_live(void **state)
{
    live_figures_close(*state);
    return 0;
}

/* Ends interval number `number`, each a second long. */
static void end(struct live_figures *live, int number)
{
    assert_int_equal(
        live_figures_end(live, START + number * SECOND, START + (number + 1) * SECOND, 0, 0, false),
        0);
}

static struct live_row row_of(const struct live_figures *live, const struct live_span *span,
                              enum group_of of, size_t index)
{
    struct live_row row;
    assert_int_equal(live_row(live, span, of, index, GROUP_OPERATIONS, &row), 0);
    return row;
}

static void test_an_interval_has_its_own_figures(void **state)
{
    struct live_figures *live = *state;
    for (unsigned i = 0; i < 100; i++)
        made_live_command(live, (struct made_read){1, 1, i, 0, 0}, START + i * MS, 5 * MS / 10);
    end(live, 0);
    struct live_row row = row_of(live, &live->last, GROUP_TARGET, 0);
    assert_int_equal(row.commands, 100);
    assert_int_equal(row.answers, 100);
    assert_int_equal(row.read_bytes, 51200);
    assert_int_equal(row.command.max, MS / 2);
    for (unsigned i = 0; i < 10; i++)
        made_live_command(live, (struct made_read){1, 1, 1000 + i, 0, 0}, START + SECOND + i * MS,
                          2 * MS / 10);
    end(live, 1);
    row = row_of(live, &live->last, GROUP_TARGET, 0);
    assert_int_equal(row.commands, 10);
    assert_int_equal(row.command.count, 10);
    assert_int_equal(row.command.p50, 2 * MS / 10);
    assert_int_equal(row.command.max, 2 * MS / 10);
    row = row_of(live, &live->whole, GROUP_TARGET, 0);
    assert_int_equal(row.commands, 110);
    assert_int_equal(row.command.max, MS / 2);
    assert_true(live->whole.duration == 2 * SECOND && live->last.duration == SECOND);
    assert_int_equal(live->whole.frames.received, 220);
    assert_int_equal(live->last.frames.received, 20);
}

/* A command that is sent in one interval and answered in the next counts once in each. */
static void test_exchanges_go_on_between_intervals(void **state)
{
    struct live_figures *live = *state;
    const struct made_read read = {1, 1, 7, 0, 0};
    made_live_request(live, read, START + 900 * MS);
    end(live, 0);
    struct live_row row = row_of(live, &live->last, GROUP_ALL, 0);
    assert_int_equal(row.commands, 1);
    assert_int_equal(row.answers, 0);
    assert_int_equal(row.outstanding, 1);
    made_live_request(live, read, START + 1100 * MS);
    made_live_answer(live, read, START + 1200 * MS);
    end(live, 1);
    row = row_of(live, &live->last, GROUP_ALL, 0);
    assert_int_equal(row.commands, 0);
    assert_int_equal(row.repeats, 1);
    assert_int_equal(row.answers, 1);
    assert_int_equal(row.outstanding, 0);
    assert_int_equal(row.outstanding_max, 1);
    assert_true(row.command.max == 300 * MS);
    assert_true(row.round_trip.max == 100 * MS);
}

/* A dead target: nothing but time passes. */
static void test_silence(void **state)
{
    struct live_figures *live = *state;
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    made_live_request(live, (struct made_read){1, 1, 2, 0, 0}, START + 999 * MS);
    made_live_request(live, (struct made_read){2, 1, 3, 0, 0}, START + 999 * MS);
    end(live, 0);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).silent, 0);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 1).silent, 0);
    end(live, 1);
    end(live, 2);
    assert_true(row_of(live, &live->last, GROUP_TARGET, 0).silent == 2 * SECOND);
    assert_true(row_of(live, &live->last, GROUP_PAIR, 0).silent == 2 * SECOND);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).outstanding, 1);
    made_live_answer(live, (struct made_read){1, 1, 2, 0, 0}, START + 3 * SECOND);
    end(live, 3);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).silent, 0);
}

/* The repeat of a command that was given up takes it back, in a later interval. */
static void test_a_command_that_comes_back_to_life(void **state)
{
    struct live_figures *live = *state;
    made_live_request(live, (struct made_read){1, 1, 1, 0, 0}, START);
    end(live, 0);
    made_live_command(live, (struct made_read){2, 1, 2, 0, 0}, START + 11 * SECOND, MS);
    end(live, 11);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).unanswered, 1);
    made_live_request(live, (struct made_read){1, 1, 1, 0, 0}, START + 12 * SECOND);
    end(live, 12);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).unanswered, 0);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).outstanding, 1);
    assert_int_equal(row_of(live, &live->whole, GROUP_TARGET, 0).unanswered, 0);
}

static void test_pausing_keeps_the_last_interval(void **state)
{
    struct live_figures *live = *state;
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    end(live, 0);
    made_live_command(live, (struct made_read){1, 1, 2, 0, 0}, START + SECOND, MS);
    made_live_command(live, (struct made_read){2, 1, 3, 0, 0}, START + SECOND, MS);
    assert_int_equal(live_figures_end(live, START + SECOND, START + 2 * SECOND, 5, 7, true), 0);
    assert_int_equal(row_of(live, &live->last, GROUP_ALL, 0).commands, 1);
    assert_int_equal(row_of(live, &live->whole, GROUP_ALL, 0).commands, 3);
    assert_int_equal(live->last.frames.dropped_kernel, 0);
    assert_int_equal(live->whole.frames.dropped_kernel, 5);
    assert_int_equal(live->whole.frames.dropped_interface, 7);
    uint64_t rates[LIVE_HISTORY];
    assert_int_equal(live_rates(live, GROUP_ALL, 0, rates, LIVE_HISTORY), 1);
    assert_int_equal(rates[0], 1000);
    end(live, 2);
    assert_int_equal(live_rates(live, GROUP_ALL, 0, rates, LIVE_HISTORY), 3);
    assert_int_equal(rates[1], 2000);
}

static void test_reset_keeps_what_waits(void **state)
{
    struct live_figures *live = *state;
    uint64_t rates[LIVE_HISTORY];
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    made_live_request(live, (struct made_read){1, 1, 2, 0, 0}, START + 1);
    end(live, 0);
    assert_int_equal(live_figures_reset(live), 0);
    assert_int_equal(row_of(live, &live->whole, GROUP_ALL, 0).commands, 0);
    assert_int_equal(group_count(&live->last.figures.traffic, GROUP_TARGET), 1);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).outstanding, 1);
    assert_int_equal(live_rates(live, GROUP_ALL, 0, rates, LIVE_HISTORY), 0);
    made_live_answer(live, (struct made_read){1, 1, 2, 0, 0}, START + 1 + SECOND);
    end(live, 1);
    struct live_row row = row_of(live, &live->whole, GROUP_ALL, 0);
    assert_int_equal(row.answers, 1);
    assert_true(row.command.max == SECOND);
    assert_int_equal(row.outstanding, 0);
}

/* Slot 1: most commands; 2: slow; 3: errors; 4: repeats. */
static void feed_four(struct live_figures *live)
{
    for (uint32_t i = 0; i < 9; i++)
        made_live_command(live, (struct made_read){1, 1, i, 0, 0}, START, MS);
    for (uint32_t i = 0; i < 2; i++)
        made_live_command(live, (struct made_read){2, 1, 20 + i, 0, 0}, START, 50 * MS);
    made_live_command(live, (struct made_read){3, 2, 30, 2, 0}, START, 2 * MS);
    made_live_request(live, (struct made_read){4, 2, 40, 0, 0}, START);
    made_live_request(live, (struct made_read){4, 2, 40, 0, 0}, START + MS);
    made_live_answer(live, (struct made_read){4, 2, 40, 0, 0}, START + 2 * MS);
}

static void test_sorting(void **state)
{
    static const struct {
        enum live_sort by;
        const char *order;
    } cases[] = {
        {LIVE_BY_RATE, "1234"},    {LIVE_BY_THROUGHPUT, "1243"}, {LIVE_BY_LATENCY, "2341"},
        {LIVE_BY_REPEATS, "4123"}, {LIVE_BY_ERRORS, "3124"},     {LIVE_BY_NAME, "1234"},
    };
    struct live_figures *live = *state;
    static struct live_row rows[TRAFFIC_PAIRS];
    size_t count;
    feed_four(live);
    end(live, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char order[5] = "";
        assert_int_equal(live_rows(live, &live->last, GROUP_TARGET, rows, &count), 0);
        assert_int_equal(count, 4);
        live_sort(rows, count, cases[i].by);
        for (size_t j = 0; j < count; j++)
            order[j] = (char)('0' + live->last.figures.traffic.targets[rows[j].index]->slot);
        assert_string_equal(order, cases[i].order);
    }
    assert_int_equal(live_rows(live, &live->last, GROUP_INITIATOR, rows, &count), 0);
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].commands, 11);
    assert_int_equal(rows[1].errors, 1);
}

static void test_rates_of_the_last_intervals(void **state)
{
    struct live_figures *live = *state;
    uint64_t rates[LIVE_HISTORY];
    uint32_t tag = 0;
    for (int i = 0; i < LIVE_HISTORY + 10; i++) {
        for (int j = 0; j < i % 4; j++)
            made_live_command(live, (struct made_read){1, 1, ++tag, 0, 0}, START + i * SECOND, MS);
        end(live, i);
    }
    assert_int_equal(live_rates(live, GROUP_TARGET, 0, rates, 5), 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(rates[i], (LIVE_HISTORY + 5 + i) % 4 * 1000);
    assert_int_equal(live_rates(live, GROUP_TARGET, 0, rates, LIVE_HISTORY), LIVE_HISTORY);
    assert_int_equal(rates[0], 10 % 4 * 1000);
}

/* Rates are a second's, whatever the interval. */
static void test_rates_of_short_intervals(void **state)
{
    struct live_figures *live = *state;
    uint64_t rate;
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    assert_int_equal(live_figures_end(live, START, START + 250 * MS, 0, 0, false), 0);
    assert_int_equal(live_rates(live, GROUP_ALL, 0, &rate, 1), 1);
    assert_int_equal(rate, 4000);
}

static void test_vlans_are_told_apart(void **state)
{
    struct live_figures *live = *state;
    made_live_command(live, (struct made_read){1, 1, 1, 0, 0}, START, MS);
    made_live_command(live, (struct made_read){1, 1, 1, 0, 10}, START, MS);
    end(live, 0);
    assert_int_equal(live->last.figures.traffic.target_count, 2);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 0).answers, 1);
    assert_int_equal(row_of(live, &live->last, GROUP_TARGET, 1).answers, 1);
}

static void test_broken_rules_are_counted_by_interval(void **state)
{
    struct live_figures *live = *state;
    uint64_t last = 0, whole = 0;
    size_t clauses;
    aoe_clauses(&clauses);
    for (int i = 0; i < 2; i++) {
        const struct made_read read = {1, 1, 1 + (uint32_t)i, 0, 0};
        made_live_command(live, read, START + i * SECOND, MS);
        made_live_answer(live, read, START + i * SECOND + 2 * MS);
        end(live, i);
    }
    for (size_t i = 0; i < clauses; i++) {
        last += live->last.clauses[i];
        whole += live->whole.clauses[i];
    }
    assert_true(last > 0);
    assert_int_equal(whole, 2 * last);
}

int main(void)
{
#define LIVE_TEST(test) cmocka_unit_test_setup_teardown(test, open_live, close_live)
    const struct CMUnitTest tests[] = {
        LIVE_TEST(test_an_interval_has_its_own_figures),
        LIVE_TEST(test_exchanges_go_on_between_intervals),
        LIVE_TEST(test_silence),
        LIVE_TEST(test_a_command_that_comes_back_to_life),
        LIVE_TEST(test_pausing_keeps_the_last_interval),
        LIVE_TEST(test_reset_keeps_what_waits),
        LIVE_TEST(test_sorting),
        LIVE_TEST(test_rates_of_the_last_intervals),
        LIVE_TEST(test_rates_of_short_intervals),
        LIVE_TEST(test_vlans_are_told_apart),
        cmocka_unit_test_setup_teardown(test_broken_rules_are_counted_by_interval, open_checking,
                                        close_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
