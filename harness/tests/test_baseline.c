/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "harness/baseline.h"
#include "made_report.h"

struct file {
    struct made_fixture made;
    char path[32];
    struct baseline baseline;
    const char *error;
};

static int set_up(void **state)
{
    struct file *file = calloc(1, sizeof *file);
    file->made.report = made_report(&file->made.arena);
    strcpy(file->path, "/tmp/baseline-XXXXXX");
    int descriptor = mkstemp(file->path);
    *state = file;
    return descriptor < 0 ? -1 : close(descriptor);
}

static int tear_down(void **state)
{
    struct file *file = *state;
    unlink(file->path);
    arena_free(&file->made.arena);
    free(file);
    return 0;
}

static int read_bytes(struct file *file, const char *bytes, size_t length)
{
    FILE *to = fopen(file->path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, length, to), length);
    fclose(to);
    return baseline_read(&file->made.arena, file->path, &file->baseline, &file->error);
}

static int read_text(struct file *file, const char *text)
{
    return read_bytes(file, text, strlen(text));
}

/* Reads, applies, and concludes. */
static struct result *apply(struct file *file, const char *text)
{
    struct report *report = file->made.report;
    assert_int_equal(read_text(file, text), 0);
    baseline_apply(&file->baseline, &file->made.arena, report);
    report_conclude(report, false);
    return report->results;
}

static void test_failures_become_known(void **state)
{
    struct result *results = apply(*state, "config/set-refused # ticket 12\nconfig/unk*\n");
    assert_int_equal(results[MADE_FAIL].verdict, VERDICT_KNOWN);
    assert_string_equal(results[MADE_FAIL].reason, "ticket 12");
    assert_int_equal(results[MADE_ADVICE].verdict, VERDICT_KNOWN);
    assert_string_equal(results[MADE_ADVICE].reason, "line 2 of the baseline");
    assert_int_equal(results[MADE_DATA].verdict, VERDICT_FAIL);
    assert_int_equal(results[MADE_PASS].verdict, VERDICT_PASS);
}

static void test_the_first_entry_says_why(void **state)
{
    struct result *results = apply(*state, "config/* # all\nconfig/set-refused # one\n");
    assert_string_equal(results[MADE_FAIL].reason, "all");
}

static void test_a_pass_by_its_id_is_fixed(void **state)
{
    struct result *results = apply(*state, "config/read # old\n");
    assert_int_equal(results[MADE_PASS].verdict, VERDICT_FIXED);
    assert_string_equal(results[MADE_PASS].reason,
                        "passes, but line 1 of the baseline (config/read: old) expects a failure");
}

/* A wildcard that explains a failure may match passes beside it. */
static void test_a_wildcard_with_a_failure_fixes_nothing(void **state)
{
    struct result *results = apply(*state, "config/*\n");
    assert_int_equal(results[MADE_PASS].verdict, VERDICT_PASS);
    assert_int_equal(results[MADE_FAIL].verdict, VERDICT_KNOWN);
}

static void test_a_wildcard_over_passes_alone(void **state)
{
    struct file *file = *state;
    struct result *results = file->made.report->results;
    results[MADE_FAIL].verdict = results[MADE_ADVICE].verdict = VERDICT_PASS;
    apply(file, "config/*\n");
    assert_int_equal(results[MADE_PASS].verdict, VERDICT_FIXED);
    assert_int_equal(results[MADE_FAIL].verdict, VERDICT_PASS);
    assert_int_equal(results[MADE_ADVICE].verdict, VERDICT_PASS);
}

/* What was not judged may be what the wildcard is there for. */
static void test_a_wildcard_over_a_pass_and_a_skip(void **state)
{
    struct file *file = *state;
    struct result *results = file->made.report->results;
    results[MADE_SKIP].verdict = VERDICT_PASS;
    apply(file, "mask/*\n");
    assert_int_equal(results[MADE_SKIP].verdict, VERDICT_PASS);
    assert_int_equal(results[MADE_SKIP_2].verdict, VERDICT_SKIP);
}

/* Two entries judge by what the run found, not by what the other made of it. */
static void test_entries_do_not_see_each_other(void **state)
{
    struct file *file = *state;
    struct result *results = file->made.report->results;
    results[MADE_FAIL].verdict = results[MADE_ADVICE].verdict = VERDICT_PASS;
    apply(file, "config/unknown\nconfig/*\n");
    assert_int_equal(results[MADE_ADVICE].verdict, VERDICT_FIXED);
    assert_int_equal(results[MADE_PASS].verdict, VERDICT_FIXED);
    assert_int_equal(results[MADE_FAIL].verdict, VERDICT_PASS);
}

static void test_what_was_not_judged_stays(void **state)
{
    struct result *results = apply(*state, "mask/add\nrace/set\nodd/text\nno/such\nno/*\n");
    assert_int_equal(results[MADE_SKIP].verdict, VERDICT_SKIP);
    assert_int_equal(results[MADE_INCONCLUSIVE].verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(results[MADE_ERROR].verdict, VERDICT_ERROR);
}

static void test_write_and_read_back(void **state)
{
    struct file *file = *state;
    struct report *report = file->made.report;
    report->results[MADE_FAIL].reason = "two\nlines # and \xff";
    assert_int_equal(baseline_write(file->path, report), 0);
    assert_int_equal(baseline_read(&file->made.arena, file->path, &file->baseline, &file->error),
                     0);
    assert_int_equal(file->baseline.count, 5);
    assert_string_equal(file->baseline.entries[0].pattern, "config/set-refused");
    assert_string_equal(file->baseline.entries[0].why, "two\\x0alines # and \\xff");
    assert_string_equal(file->baseline.entries[1].pattern, "config/unknown");
    assert_string_equal(file->baseline.entries[2].pattern, "ata/flush");
    assert_string_equal(file->baseline.entries[2].why, "#17: no write cache");
    assert_string_equal(file->baseline.entries[3].pattern, "ata/read-two");
    assert_string_equal(file->baseline.entries[4].pattern, "run/version");
}

/* A run with the baseline that it wrote has no news. */
static void test_what_was_written_expects_this_run(void **state)
{
    struct file *file = *state;
    struct report *report = file->made.report;
    report->results[MADE_FIXED].verdict = VERDICT_PASS;
    assert_int_equal(baseline_write(file->path, report), 0);
    assert_int_equal(baseline_read(&file->made.arena, file->path, &file->baseline, &file->error),
                     0);
    baseline_apply(&file->baseline, &file->made.arena, report);
    report_conclude(report, true);
    assert_int_equal(report->summary[VERDICT_FAIL], 0);
    assert_int_equal(report->summary[VERDICT_ADVICE], 0);
    assert_int_equal(report->summary[VERDICT_FIXED], 0);
    assert_int_equal(report->summary[VERDICT_KNOWN], 5);
}

static void test_write_fails(void **state)
{
    struct file *file = *state;
    errno = 0;
    assert_int_equal(baseline_write("/tmp/no/such", file->made.report), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(baseline_write("/dev/full", file->made.report), -1);
    assert_int_equal(errno, ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_failures_become_known),
        TEST(test_the_first_entry_says_why),
        TEST(test_a_pass_by_its_id_is_fixed),
        TEST(test_a_wildcard_with_a_failure_fixes_nothing),
        TEST(test_a_wildcard_over_passes_alone),
        TEST(test_a_wildcard_over_a_pass_and_a_skip),
        TEST(test_entries_do_not_see_each_other),
        TEST(test_what_was_not_judged_stays),
        TEST(test_write_and_read_back),
        TEST(test_what_was_written_expects_this_run),
        TEST(test_write_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
