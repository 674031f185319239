/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "story.h"

#include <unistd.h>

struct court {
    struct story story;
    struct arena arena;
    struct baseline baseline;
    struct judgement judgement;
    char path[32];
};

/* A response of version 0 to a good request. */
static int set_up(void **state)
{
    struct court *court = calloc(1, sizeof *court);
    strcpy(court->path, "/tmp/judgement-XXXXXX");
    story_begin(&court->story, (struct analysis_options){.check = true});
    say(&court->story, 0, tagged(config_request(AOE_CONFIG_READ, ""), 1));
    struct aoe_frame response = tagged(config_response(AOE_CONFIG_READ, ""), 1);
    response.version = 0;
    say(&court->story, 10, response);
    story_finish(&court->story);
    *state = court;
    return close(mkstemp(court->path));
}

static int tear_down(void **state)
{
    struct court *court = *state;
    story_end(&court->story);
    arena_free(&court->arena);
    unlink(court->path);
    free(court);
    return 0;
}

static const struct verdict *judge_by(struct court *court, const char *baseline, const char *clause)
{
    const char *error;
    FILE *to = fopen(court->path, "w");
    fputs(baseline, to);
    fclose(to);
    assert_int_equal(baseline_read(&court->arena, court->path, &court->baseline, &error), 0);
    assert_int_equal(
        judge(&court->judgement, &court->arena, &court->story.analysis.figures, &court->baseline),
        0);
    for (size_t i = 0; i < court->judgement.count; i++)
        if (!strcmp(court->judgement.verdicts[i].clause->id, clause))
            return &court->judgement.verdicts[i];
    return NULL;
}

static void test_a_must_fails(void **state)
{
    struct court *court = *state;
    const struct verdict *verdict = judge_by(court, "", "2.2-version");
    assert_non_null(verdict);
    assert_int_equal(verdict->judged, JUDGED_FAIL);
    assert_int_equal(verdict->count, 1);
    assert_int_equal(verdict->first[0].frame, 2);
    assert_true(court->judgement.failed);
    expect(&court->story, "findings.0.verdict", "\"fail\"");
    expect(&court->story, "findings.0.first.0.byte", "14");
}

static void test_known(void **state)
{
    struct court *court = *state;
    const struct verdict *verdict = judge_by(court, "2.2-* # ticket 4\n", "2.2-version");
    assert_int_equal(verdict->judged, JUDGED_KNOWN);
    assert_string_equal(verdict->reason, "ticket 4");
    assert_false(court->judgement.failed);
}

static void test_fixed(void **state)
{
    struct court *court = *state;
    const struct verdict *verdict = judge_by(court, "2.2-version\n2.7-tag # old\n", "2.7-tag");
    assert_int_equal(verdict->judged, JUDGED_FIXED);
    assert_string_equal(verdict->reason,
                        "holds, but line 2 of the baseline (2.7-tag: old) says it does not");
    assert_true(court->judgement.failed);
}

/* What no rule of a capture looks at cannot be said to hold. */
static void test_what_is_not_judged_is_not_fixed(void **state)
{
    struct court *court = *state;
    judge_by(court, "2.2-version\n3.2-set\nno-such\n", "3.2-set");
    assert_int_equal(court->judgement.count, 1);
    assert_false(court->judgement.failed);
}

static void test_what_was_written_expects_this(void **state)
{
    struct court *court = *state;
    const char *error;
    judge_by(court, "", "2.2-version");
    assert_int_equal(judgement_write_baseline(&court->judgement, court->path), 0);
    assert_int_equal(baseline_read(&court->arena, court->path, &court->baseline, &error), 0);
    assert_int_equal(court->baseline.count, 1);
    judge(&court->judgement, &court->arena, &court->story.analysis.figures, &court->baseline);
    assert_false(court->judgement.failed);
    assert_int_equal(judgement_write_baseline(&court->judgement, "/dev/full"), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_must_fails),
        TEST(test_known),
        TEST(test_fixed),
        TEST(test_what_is_not_judged_is_not_fixed),
        TEST(test_what_was_written_expects_this),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
