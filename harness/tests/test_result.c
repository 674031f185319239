/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/result.h"

enum { ROOM = 4 };

struct made {
    struct scenario scenarios[ROOM];
    struct result results[ROOM];
    struct report report;
};

static void make(struct made *made, size_t count, const enum verdict *verdicts)
{
    *made = (struct made){.report.target_found = true};
    made->report.results = made->results;
    made->report.count = count;
    for (size_t i = 0; i < count; i++) {
        made->scenarios[i].level = AOE_MUST;
        made->results[i].scenario = &made->scenarios[i];
        made->results[i].verdict = verdicts[i];
    }
}

static int status_of(size_t count, const enum verdict *verdicts)
{
    struct made made;
    make(&made, count, verdicts);
    report_conclude(&made.report, false);
    return made.report.exit_status;
}

#define STATUS(...)                                                                                \
    status_of(sizeof((enum verdict[]){__VA_ARGS__}) / sizeof(enum verdict),                        \
              (enum verdict[]){__VA_ARGS__})

static void test_names(void **state)
{
    static const char *const names[] = {"pass",         "fail",  "advice", "skip",
                                        "inconclusive", "known", "fixed",  "error"};
    (void)state;
    for (enum verdict v = 0; v < VERDICT_COUNT; v++)
        assert_string_equal(verdict_name(v), names[v]);
    assert_string_equal(verdict_name(VERDICT_COUNT), "unknown");
}

static void test_single_verdicts(void **state)
{
    (void)state;
    assert_int_equal(STATUS(VERDICT_PASS), 0);
    assert_int_equal(STATUS(VERDICT_FAIL), 1);
    assert_int_equal(STATUS(VERDICT_ADVICE), 0);
    assert_int_equal(STATUS(VERDICT_SKIP), 4);
    assert_int_equal(STATUS(VERDICT_INCONCLUSIVE), 3);
    assert_int_equal(STATUS(VERDICT_KNOWN), 0);
    assert_int_equal(STATUS(VERDICT_FIXED), 1);
    assert_int_equal(STATUS(VERDICT_ERROR), 3);
}

static void test_several_verdicts(void **state)
{
    (void)state;
    assert_int_equal(STATUS(VERDICT_SKIP, VERDICT_PASS), 0);
    assert_int_equal(STATUS(VERDICT_FAIL, VERDICT_PASS), 1);
    assert_int_equal(STATUS(VERDICT_SKIP, VERDICT_SKIP), 4);
    assert_int_equal(STATUS(VERDICT_FAIL, VERDICT_INCONCLUSIVE), 3);
    assert_int_equal(STATUS(VERDICT_ERROR, VERDICT_FIXED, VERDICT_PASS), 3);
    assert_int_equal(STATUS(VERDICT_SKIP, VERDICT_ERROR), 3);
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    assert_int_equal(status_of(0, NULL), 4);
}

static void test_a_run_that_ended_early(void **state)
{
    struct made made;
    (void)state;
    make(&made, 1, (enum verdict[]){VERDICT_FAIL});
    made.report.error = "the link went down";
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 3);
    made.report.error = "";
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 1);
    made.report.target_found = false;
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 3);
}

static void test_strict_fails_a_should(void **state)
{
    static const struct {
        enum aoe_level level;
        bool strict;
        int status;
    } all[] = {{AOE_SHOULD, true, 1}, {AOE_SHOULD, false, 0}, {AOE_MAY, true, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct made made;
        make(&made, 2, (enum verdict[]){VERDICT_PASS, VERDICT_ADVICE});
        made.scenarios[1].level = all[i].level;
        report_conclude(&made.report, all[i].strict);
        assert_int_equal(made.report.exit_status, all[i].status);
        assert_int_equal(made.report.summary[VERDICT_ADVICE], 1);
    }
}

static void test_strict_leaves_a_should_that_passes(void **state)
{
    struct made made;
    (void)state;
    make(&made, 2, (enum verdict[]){VERDICT_PASS, VERDICT_SKIP});
    made.scenarios[0].level = made.scenarios[1].level = AOE_SHOULD;
    report_conclude(&made.report, true);
    assert_int_equal(made.report.exit_status, 0);
}

static void test_runwide_alone_ran_nothing(void **state)
{
    struct made made;
    (void)state;
    make(&made, 2, (enum verdict[]){VERDICT_SKIP, VERDICT_PASS});
    made.scenarios[1].runwide = true;
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 4);
    made.results[1].verdict = VERDICT_FAIL;
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 1);
}

/* Nothing else judges an initiator that is only watched. */
static void test_runwide_alone_where_an_initiator_is_watched(void **state)
{
    struct made made;
    (void)state;
    make(&made, 2, (enum verdict[]){VERDICT_SKIP, VERDICT_PASS});
    made.scenarios[1].runwide = true;
    made.report.judges_initiator = true;
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 0);
    made.report.stimulus = "true";
    report_conclude(&made.report, false);
    assert_int_equal(made.report.exit_status, 4);
}

static void test_summary_counts_anew(void **state)
{
    struct made made;
    (void)state;
    make(&made, 4, (enum verdict[]){VERDICT_PASS, VERDICT_FAIL, VERDICT_PASS, VERDICT_KNOWN});
    made.report.summary[VERDICT_SKIP] = 17;
    for (int twice = 0; twice < 2; twice++)
        report_conclude(&made.report, false);
    static const size_t expected[VERDICT_COUNT] = {
        [VERDICT_PASS] = 2, [VERDICT_FAIL] = 1, [VERDICT_KNOWN] = 1};
    assert_memory_equal(made.report.summary, expected, sizeof expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_single_verdicts),
        cmocka_unit_test(test_several_verdicts),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_a_run_that_ended_early),
        cmocka_unit_test(test_strict_fails_a_should),
        cmocka_unit_test(test_strict_leaves_a_should_that_passes),
        cmocka_unit_test(test_runwide_alone_ran_nothing),
        cmocka_unit_test(test_runwide_alone_where_an_initiator_is_watched),
        cmocka_unit_test(test_summary_counts_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
