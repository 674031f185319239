/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "story.h"

#include "analyser/compare.h"

/* 200 reads of a slot that take so many ns each; a capture of 1 ms. */
static void take(struct story *story, uint8_t slot, int64_t latency)
{
    story_begin(story, (struct analysis_options){.patience = 1000000});
    for (uint32_t i = 0; i < 200; i++) {
        say(story, (int64_t)i * 5000, of_slot(read_of(i + 1, i, 1), 7, slot));
        say(story, (int64_t)i * 5000 + latency, of_slot(done(i + 1), 7, slot));
    }
    story_finish(story);
}

static void test_slower(void **state)
{
    struct story a, b;
    struct arena arena = {NULL};
    struct comparison comparison;
    (void)state;
    take(&a, 3, 100);
    take(&b, 3, 2000);
    assert_int_equal(compare(&comparison, &arena, &a.analysis.figures, &b.analysis.figures), 0);
    assert_int_equal(comparison.changes[0].course, COURSE_WORSE);
    assert_int_equal(comparison.changes[0].metric, METRIC_COMMAND_P50);
    assert_int_equal(comparison.changes[0].operation, GROUP_OPERATIONS);
    for (size_t i = 0; i < comparison.count; i++)
        if (comparison.changes[i].metric == METRIC_IOPS)
            assert_int_equal(comparison.changes[i].course, COURSE_SAME);
    assert_int_equal(compare(&comparison, &arena, &b.analysis.figures, &a.analysis.figures), 0);
    assert_int_equal(comparison.changes[0].course, COURSE_BETTER);
    arena_free(&arena);
    story_end(&a);
    story_end(&b);
}

static void test_other_targets(void **state)
{
    struct story a, b;
    struct arena arena = {NULL};
    struct comparison comparison;
    (void)state;
    take(&a, 3, 100);
    take(&b, 4, 100);
    assert_int_equal(compare(&comparison, &arena, &a.analysis.figures, &b.analysis.figures), 0);
    assert_int_equal(comparison.count, 0);
    assert_int_equal(comparison.only_count[0], 1);
    assert_int_equal(comparison.only_count[1], 1);
    arena_free(&arena);
    story_end(&a);
    story_end(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slower),
        cmocka_unit_test(test_other_targets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
