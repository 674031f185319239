/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "harness/comparison.h"
#include "harness/report.h"
#include "html_skeleton.h"
#include "made_report.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define TARGET                                                                                     \
    "\"target\":{\"interface\":\"a0\",\"address\":\"e0.1\",\"mac\":\"02:00:00:00:00:01\"}"
#define HEAD "\"suite\":\"aoe-conform\",\"version\":\"1\",\"exit_status\":1"
#define SCENARIO(id, clause, verdict)                                                              \
    "{\"id\":\"" id "\",\"clause\":\"" clause "\",\"verdict\":\"" verdict "\",\"reason\":\"r\"}"
#define RESULT(scenarios) "{" HEAD "," TARGET ",\"scenarios\":[" scenarios "]}"

static struct compared_result parsed(struct arena *arena, const char *file, const char *text)
{
    struct compared_result result;
    const char *error = "";
    if (comparison_parse(arena, file, text, strlen(text), &result, &error))
        fail_msg("%s", error);
    return result;
}

/* What a run writes is what a comparison reads. */
static void test_a_real_result(void **state)
{
    struct made_fixture *fixture = *state;
    size_t length;
    struct compared_result result;
    const char *error;
    const struct report *report = fixture->report;
    const char *text = made_written(&fixture->arena, report_json, report, &length);
    assert_int_equal(comparison_parse(&fixture->arena, "a.json", text, length, &result, &error), 0);
    assert_int_equal(result.count, MADE_COUNT);
    assert_memory_equal(result.report.summary, report->summary, sizeof report->summary);
    assert_int_equal(result.report.exit_status, report->exit_status);
    assert_int_equal(result.report.timing.rtt_p50, report->timing.rtt_p50);
    assert_int_equal(result.report.timing.quiet, report->timing.quiet);
    assert_string_equal(result.report.target.identity.model, "Made Disk");
    assert_int_equal(result.report.target.capacity, 2097152);
    assert_true(result.report.target.has_masks && !result.report.target.has_reserve);
    assert_true(result.report.target.read_only_known && !result.report.target.read_only);
    for (size_t i = 0; i < MADE_COUNT; i++) {
        const struct compared_scenario *found = NULL;
        for (size_t j = 0; j < MADE_COUNT; j++)
            if (!strcmp(result.scenarios[j].id, report->results[i].scenario->id))
                found = &result.scenarios[j];
        assert_non_null(found);
        assert_int_equal(found->verdict, report->results[i].verdict);
        assert_string_equal(found->clause, report->results[i].scenario->clause->id);
    }
}

static void test_an_initiator(void **state)
{
    struct made_fixture *fixture = *state;
    size_t length;
    struct compared_result result;
    struct comparison_table comparison;
    const char *error;
    fixture->report->judges_initiator = true;
    fixture->report->seed = UINT64_MAX;
    memcpy(fixture->report->initiator, "\x02\x00\x00\x00\x00\x99", 6);
    const char *text = made_written(&fixture->arena, report_json, fixture->report, &length);
    assert_int_equal(comparison_parse(&fixture->arena, "a.json", text, length, &result, &error), 0);
    assert_true(result.report.seed == UINT64_MAX);
    comparison_make(&fixture->arena, &result, 1, &comparison);
    assert_string_equal(result.name, "initiator 02:00:00:00:00:99");
}

static void test_what_is_no_result(void **state)
{
    static const struct {
        const char *text, *words;
    } all[] = {
        {"", "x.json:1: no JSON"},
        {"{\"suite\":\n1", "x.json:2: no JSON"},
        {"[]", "'suite'"},
        {"{\"suite\":\"aoe-analyze\"}", "'suite'"},
        {"{\"suite\":7}", "'suite' is no text"},
        {"{\"suite\":\"aoe-conform\",\"suite\":\"aoe-conform\"}", "no JSON"},
        {"{\"suite\":\"aoe-conform\"}", "'version' is missing"},
        {"{\"suite\":\"aoe-conform\",\"version\":\"1\"}", "'exit_status' is missing"},
        {"{" HEAD ",\"seed\":-1}", "'seed' is no whole number"},
        {"{" HEAD ",\"seed\":\"18446744073709551616\"}", "'seed' is no whole number"},
        {"{" HEAD ",\"seed\":\"5 \"}", "'seed' is no whole number"},
        {"{\"suite\":\"aoe-conform\",\"version\":\"1\",\"exit_status\":5}", "'exit_status' is too"},
        {"{" HEAD "}", "'target' is missing"},
        {"{" HEAD ",\"target\":[]}", "'target' is missing"},
        {"{" HEAD ",\"target\":{}}", "'interface' is missing"},
        {"{" HEAD ",\"target\":{\"interface\":\"a\",\"address\":\"e0\"}}", "'address' is no"},
        {"{" HEAD ",\"target\":{\"interface\":\"a\",\"address\":\"e0.1\",\"mac\":\"x\"}}",
         "'mac' is no MAC address"},
        {"{" HEAD ",\"target\":{\"interface\":\"a\",\"address\":\"e0.1\",\"sector_count\":256}}",
         "'sector_count' is too large"},
        {"{" HEAD ",\"target\":{\"interface\":\"a\",\"address\":\"e0.1\",\"commands\":1}}",
         "'commands' is no list"},
        {"{" HEAD ",\"target\":{\"interface\":\"a\",\"address\":\"e0.1\",\"read_only\":1}}",
         "'read_only' is neither"},
        {"{" HEAD ",\"initiator\":{\"interface\":\"a\"}}", "'served' is missing"},
        {"{" HEAD "," TARGET ",\"timing\":{\"quiet_ms\":-1}}", "'quiet_ms' is no duration"},
        {"{" HEAD "," TARGET ",\"timing\":{\"quiet_ms\":1e300}}", "'quiet_ms' is no duration"},
        {"{" HEAD "," TARGET ",\"timing\":{\"quiet_ms\":\"1\"}}", "'quiet_ms' is no duration"},
        {"{" HEAD "," TARGET "}", "'scenarios' is missing"},
        {"{" HEAD "," TARGET ",\"scenarios\":{}}", "'scenarios' is missing"},
        {RESULT("1"), "scenario 1: 'scenarios'"},
        {RESULT("{}"), "scenario 1: 'id' is missing"},
        {RESULT(SCENARIO("a", "1-reserved", "pass") "," SCENARIO("", "x", "pass")),
         "scenario 2: 'id' is missing"},
        {RESULT(SCENARIO("a", "", "pass")), "'clause' is missing"},
        {RESULT(SCENARIO("a", "x", "PASS")), "'verdict' is no verdict"},
        {RESULT(SCENARIO("a", "x", "pass") "," SCENARIO("b", "x", "pass") "," SCENARIO("a", "x",
                                                                                       "fail")),
         "'a' is there twice"},
    };
    struct made_fixture *fixture = *state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct compared_result result;
        const char *error = NULL;
        assert_int_equal(comparison_parse(&fixture->arena, "x.json", all[i].text,
                                          strlen(all[i].text), &result, &error),
                         -1);
        assert_int_equal(strncmp(error, "x.json:", 7), 0);
        if (!strstr(error, all[i].words) || strchr(error, '\n'))
            fail_msg("'%s' gives '%s'", all[i].text, error);
    }
}

static void test_files(void **state)
{
    struct made_fixture *fixture = *state;
    struct compared_result result;
    const char *error = NULL;
    char path[] = "/tmp/aoe-comparison-XXXXXX";
    assert_int_equal(comparison_read(&fixture->arena, "/no/such/file", &result, &error), -1);
    assert_string_equal(error, "cannot read /no/such/file: No such file or directory");
    assert_int_equal(comparison_read(&fixture->arena, "/", &result, &error), -1);
    assert_string_equal(error, "cannot read /: Is a directory");
    int file = mkstemp(path);
    const char *text = RESULT(SCENARIO("a", "x", "pass"));
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    assert_int_equal(comparison_read(&fixture->arena, path, &result, &error), 0);
    assert_int_equal(result.count, 1);
    unlink(path);
}

/* Three runs: one scenario that all agree on, one that differs, one that only some have. */
static struct comparison_table made_comparison(struct made_fixture *fixture)
{
    struct arena *arena = &fixture->arena;
    struct comparison_table comparison;
    struct compared_result *results = arena_array(arena, 3, sizeof *results);
    results[0] = parsed(
        arena, "a.json",
        RESULT(SCENARIO("z/new-clause", "9-new", "pass") "," SCENARIO(
            "b/same", "2.2-version", "pass") "," SCENARIO("a/differs", "2.2-version", "fail")));
    results[1] =
        parsed(arena, "b.json",
               RESULT(SCENARIO("a/differs", "2.2-version", "advice") "," SCENARIO(
                   "b/same", "2.2-version", "pass") "," SCENARIO("c/more", "1-reserved", "pass")));
    results[2] = parsed(arena, "c.json",
                        "{" HEAD ",\"target\":{\"interface\":\"a0\",\"address\":\"e0.2\"},"
                        "\"scenarios\":[" SCENARIO("a/differs", "2.2-version", "fail") "," SCENARIO(
                            "b/same", "2.2-version", "pass") "]}");
    comparison_make(arena, results, 3, &comparison);
    return comparison;
}

static void test_side_by_side(void **state)
{
    static const char *const ids[] = {"c/more", "a/differs", "b/same", "z/new-clause"};
    static const bool differing[] = {true, true, false, true};
    const struct comparison_table comparison = made_comparison(*state);
    assert_int_equal(comparison.row_count, COUNT(ids));
    assert_int_equal(comparison.differing, 3);
    for (size_t i = 0; i < COUNT(ids); i++) {
        assert_string_equal(comparison.rows[i].scenario->id, ids[i]);
        assert_int_equal(comparison.rows[i].differs, differing[i]);
    }
    assert_null(comparison.rows[0].cells[0]);
    assert_int_equal(comparison.rows[0].cells[1]->verdict, VERDICT_PASS);
    assert_int_equal(comparison.rows[1].cells[1]->verdict, VERDICT_ADVICE);
    assert_int_equal(comparison.rows[1].cells[2]->verdict, VERDICT_FAIL);
    assert_string_equal(comparison.results[0].name, "e0.1 (a.json)");
    assert_string_equal(comparison.results[1].name, "e0.1 (b.json)");
    assert_string_equal(comparison.results[2].name, "c.json");
}

static char *text_of(struct made_fixture *fixture, const struct comparison_table *comparison,
                     bool colour, bool all)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_int_equal(comparison_text(to, comparison, colour, all), 0);
    fclose(to);
    char *copy = (char *)arena_bytes(&fixture->arena, text, length);
    free(text);
    return copy;
}

static void test_text(void **state)
{
    const struct comparison_table comparison = made_comparison(*state);
    const char *text = text_of(*state, &comparison, false, false);
    assert_string_equal(text, "  A  e0.1 (a.json)\n"
                              "     a.json, aoe-conform 1, seed 0\n"
                              "     NOT CONFORMANT: 2 pass, 1 fail\n"
                              "  B  e0.1 (b.json)\n"
                              "     b.json, aoe-conform 1, seed 0\n"
                              "     NOT CONFORMANT in strict mode: 2 pass, 1 advice\n"
                              "  C  c.json\n"
                              "     c.json, aoe-conform 1, seed 0\n"
                              "     NOT CONFORMANT: 1 pass, 1 fail\n"
                              "\n"
                              "  clause       scenario      A             B             C\n"
                              "  1-reserved   c/more        -             pass          -\n"
                              "  2.2-version  a/differs     fail          advice        fail\n"
                              "  9-new        z/new-clause  pass          -             -\n"
                              "\n"
                              "3 of 4 scenarios differ\n");
    assert_non_null(strstr(text_of(*state, &comparison, false, true),
                           "  2.2-version  b/same        pass          pass          pass\n"));
    assert_non_null(strchr(text_of(*state, &comparison, true, false), '\x1b'));
}

static void test_nothing_differs(void **state)
{
    struct made_fixture *fixture = *state;
    struct comparison_table comparison;
    struct compared_result results[2];
    for (size_t i = 0; i < 2; i++)
        results[i] = parsed(&fixture->arena, "a.json", RESULT(SCENARIO("a", "x", "pass")));
    comparison_make(&fixture->arena, results, 2, &comparison);
    const char *text = text_of(fixture, &comparison, false, false);
    assert_non_null(strstr(text, "\n0 of 1 scenarios differ\n"));
    assert_null(strstr(text, "clause"));
    assert_non_null(strstr(text_of(fixture, &comparison, false, true), "  x       a         pass"));
}

static char *page_of(struct made_fixture *fixture, const struct comparison_table *comparison,
                     bool all)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_int_equal(comparison_html(to, comparison, all), 0);
    fclose(to);
    char *copy = (char *)arena_bytes(&fixture->arena, text, length);
    free(text);
    return copy;
}

static void test_page(void **state)
{
    struct made_fixture *fixture = *state;
    const struct comparison_table comparison = made_comparison(*state);
    const char *page = page_of(fixture, &comparison, false);
    struct skeleton skeleton = skeleton_of(&fixture->arena, page);
    if (skeleton.error)
        fail_msg("at '%.80s'", skeleton.error);
    assert_non_null(strstr(page, "<h1>3 of 4 scenarios differ</h1>"));
    assert_non_null(strstr(page, "<tr id=\"a/differs\">"));
    assert_null(strstr(page, "<tr id=\"b/same\">"));
    assert_non_null(strstr(page_of(fixture, &comparison, true), "<tr id=\"b/same\">"));
}

/* Texts of files become neither markup nor commands of the terminal. */
static void test_hostile_texts(void **state)
{
    struct made_fixture *fixture = *state;
    struct comparison_table comparison;
    struct compared_result results[2];
    static const char *const texts[] = {"plain", "</p></td>\"'><script>&lt;\x1b[31m\n"};
    const char *skeletons[2];
    for (size_t t = 0; t < 2; t++) {
        for (size_t i = 0; i < 2; i++) {
            results[i] = parsed(&fixture->arena, "f", RESULT(SCENARIO("x", "c", "pass")));
            results[i].scenarios[0].verdict = i ? VERDICT_FAIL : VERDICT_PASS;
            results[i].scenarios[0].id = results[i].scenarios[0].title = texts[t];
            results[i].scenarios[0].clause = results[i].scenarios[0].level = texts[t];
            results[i].scenarios[0].basis = results[i].scenarios[0].reason = texts[t];
            results[i].report.version = results[i].file = texts[t];
            results[i].report.target.interface = texts[t];
        }
        comparison_make(&fixture->arena, results, 2, &comparison);
        struct skeleton skeleton =
            skeleton_of(&fixture->arena, page_of(fixture, &comparison, true));
        assert_null(skeleton.error);
        skeletons[t] = skeleton.tags;
        assert_null(strchr(text_of(fixture, &comparison, false, true), '\x1b'));
    }
    assert_string_equal(skeletons[0], skeletons[1]);
}

static int write_page(FILE *to, const struct report *report)
{
    struct comparison_table comparison = {0};
    (void)report;
    return comparison_html(to, &comparison, true);
}

static int write_text(FILE *to, const struct report *report)
{
    struct comparison_table comparison = {0};
    (void)report;
    return comparison_text(to, &comparison, false, true);
}

static void test_full_disk(void **state)
{
    (void)state;
    assert_true(made_fails(write_page, NULL));
    assert_true(made_fails(write_text, NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_real_result),   TEST(test_an_initiator), TEST(test_what_is_no_result),
        TEST(test_files),           TEST(test_side_by_side), TEST(test_text),
        TEST(test_nothing_differs), TEST(test_page),         TEST(test_hostile_texts),
        TEST(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
