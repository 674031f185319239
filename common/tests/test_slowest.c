/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/slowest.h"

#include <stdlib.h>
#include <string.h>

#include "common/tests/numbers.h"

static struct command command_of(int64_t latency, uint64_t first, uint64_t answer)
{
    return (struct command){.latency = latency, .first_frame = first, .answer_frame = answer};
}

static void test_slowest_first_then_by_frame(void **state)
{
    (void)state;
    struct slowest slowest = {.count = 0};
    const struct command commands[] = {
        command_of(5, 7, 9), command_of(9, 8, 10), command_of(5, 1, 4),
        command_of(5, 7, 8), command_of(1, 2, 3),
    };
    for (size_t i = 0; i < COUNT(commands); i++)
        slowest_add(&slowest, &commands[i]);
    static const size_t order[] = {1, 2, 3, 0, 4};
    assert_int_equal(slowest.count, COUNT(order));
    for (size_t i = 0; i < COUNT(order); i++)
        assert_memory_equal(&slowest.commands[i], &commands[order[i]], sizeof commands[0]);
}

static int by_rank(const void *left, const void *right)
{
    const struct command *a = left, *b = right;
    if (a->latency != b->latency)
        return a->latency > b->latency ? -1 : 1;
    return (a->first_frame > b->first_frame) - (a->first_frame < b->first_frame);
}

/* Against a sort of all, for more and for fewer than there is room for. */
static void test_the_same_as_sorting_all(void **state)
{
    (void)state;
    uint64_t seed = 1;
    for (size_t count = 0; count < 400; count += 7) {
        struct command all[400];
        struct slowest slowest = {.count = 0};
        for (size_t i = 0; i < count; i++) {
            all[i] = command_of((int64_t)chance_below(&seed, 60), i + 1, count - i);
            slowest_add(&slowest, &all[i]);
        }
        qsort(all, count, sizeof all[0], by_rank);
        assert_int_equal(slowest.count, count < SLOWEST ? count : SLOWEST);
        if (slowest.count)
            assert_memory_equal(slowest.commands, all, slowest.count * sizeof all[0]);
    }
}

static void test_joined_with_later_frames_and_other_pairs(void **state)
{
    (void)state;
    struct slowest before = {.count = 0}, after = {.count = 0};
    struct command first = command_of(50, 3, 4), second = command_of(70, 1, 2);
    second.pair = 1;
    slowest_add(&before, &first);
    slowest_add(&after, &second);
    static const uint32_t pairs[] = {8, 9};
    slowest_join(&before, &after, 1000, pairs);
    assert_int_equal(before.count, 2);
    assert_int_equal(before.commands[0].first_frame, 1001);
    assert_int_equal(before.commands[0].answer_frame, 1002);
    assert_int_equal(before.commands[0].pair, 9);
    assert_int_equal(before.commands[1].pair, 0);
}

static void test_parts_joined_are_the_whole(void **state)
{
    (void)state;
    static const uint32_t pairs[] = {0};
    for (uint64_t seed = 1; seed < 100; seed++) {
        uint64_t random = seed, split = chance_below(&random, 400);
        struct slowest whole = {.count = 0}, parts[2] = {{.count = 0}, {.count = 0}};
        for (uint64_t i = 0; i < 400; i++) {
            int64_t latency = (int64_t)chance_below(&random, 30);
            struct command command = command_of(latency, i + 1, i + 2);
            slowest_add(&whole, &command);
            command.first_frame -= i < split ? 0 : split;
            command.answer_frame -= i < split ? 0 : split;
            slowest_add(&parts[i >= split], &command);
        }
        slowest_join(&parts[0], &parts[1], split, pairs);
        assert_int_equal(parts[0].count, whole.count);
        assert_memory_equal(parts[0].commands, whole.commands, sizeof whole.commands);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slowest_first_then_by_frame),
        cmocka_unit_test(test_the_same_as_sorting_all),
        cmocka_unit_test(test_joined_with_later_frames_and_other_pairs),
        cmocka_unit_test(test_parts_joined_are_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
