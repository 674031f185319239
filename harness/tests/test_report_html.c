/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/report.h"
#include "html_skeleton.h"
#include "made_report.h"

#define HOSTILE "</dd></p></td>\"'><script>alert(1)</script><!-- <b a=\"\xff\x1b[31m &lt;"

static char *page_of(struct made_fixture *fixture)
{
    size_t length;
    char *page = made_written(&fixture->arena, report_html, fixture->report, &length);
    assert_non_null(page);
    assert_int_equal(strlen(page), length);
    return page;
}

/* What the browser reads; all markup must be right. */
static const char *tags_of(struct made_fixture *fixture)
{
    struct skeleton skeleton = skeleton_of(&fixture->arena, page_of(fixture));
    if (skeleton.error)
        fail_msg("at '%.80s'", skeleton.error);
    return skeleton.tags;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

static void assert_has(const char *page, const char *part)
{
    if (!strstr(page, part))
        fail_msg("the page has no '%s'", part);
}

/* The article of a scenario. */
static char *article(struct made_fixture *fixture, const char *page, const char *id)
{
    const char *begin = strstr(page, arena_print(&fixture->arena, "<article id=\"%s\">", id));
    assert_non_null(begin);
    size_t length = (size_t)(strstr(begin, "</article>") - begin);
    return (char *)arena_bytes(&fixture->arena, begin, length);
}

static void test_whole(void **state)
{
    struct made_fixture *fixture = *state;
    const char *page = page_of(fixture);
    tags_of(fixture);
    assert_has(page, "<title>e0.1 on eth0: could not be judged");
    assert_has(page, "<dd>Made Disk, firmware 1.0, serial 0001</dd>");
    assert_has(page, "<dd>2023-11-14 22:13:20 UTC</dd>");
    assert_has(page, "<dt>seed</dt><dd>1</dd>");
    assert_has(page, "<dt>kernel</dt><dd>Linux made</dd>");
    assert_has(page,
               "This run again: <code>aoe-conform --target eth0 e0.1 &#39;config/*&#39;</code>");
    for (enum verdict v = 0; v < VERDICT_COUNT; v++) {
        const char *name = verdict_name(v);
        assert_has(page, arena_print(&fixture->arena, "<section id=\"list:%s\">", name));
        assert_has(page, arena_print(&fixture->arena, "href=\"#list:%s\"", name));
    }
}

/* Every scenario has one place that its link in the matrix leads to. */
static void test_anchors(void **state)
{
    struct made_fixture *fixture = *state;
    const char *page = page_of(fixture);
    for (size_t i = 0; i < MADE_COUNT; i++) {
        const struct scenario *scenario = fixture->report->results[i].scenario;
        const char *id = arena_print(&fixture->arena, " id=\"%s\"", scenario->id);
        const char *row =
            arena_print(&fixture->arena, "<tr id=\"clause:%s\"", scenario->clause->id);
        assert_int_equal(count_of(page, id), 1);
        assert_int_equal(count_of(page, arena_print(&fixture->arena, "href=\"#%s\"", scenario->id)),
                         1);
        assert_int_equal(count_of(page, row), 1);
    }
}

static void test_a_failure(void **state)
{
    struct made_fixture *fixture = *state;
    const char *text = article(fixture, page_of(fixture), "config/set-refused");
    assert_has(text, "<a href=\"#clause:3.2-set\">3.2-set</a> (must, basis: text): ");
    assert_has(text, "scenarios/config/set-refused.aoe:9: a expect config error=4   (v=3 n=0)");
    assert_has(text, "<dt>expected</dt><dd>error=4</dd>");
    assert_has(text, "<dt>actual</dt><dd>error=0</dd>");
    assert_has(text, "<code>aoe-conform --target eth0 e0.1 --allow config --seed 1 "
                     "config/set-refused</code>");
    assert_has(text, "<td>\xe2\x9c\x97</td><th scope=\"row\">error</th>"
                     "<td>4 (config string present)</td><td>0 (none)</td><td>15</td>");
    assert_has(text, "3 more such failures, 5 in all.");
}

/* The frame that shows the failure: every field, and the bytes of the wrong ones marked. */
static void test_a_frame(void **state)
{
    struct made_fixture *fixture = *state;
    const char *text = article(fixture, page_of(fixture), "config/set-refused");
    assert_has(text, "<b class=\"this\">");
    assert_has(text, "<td></td><th scope=\"row\">version</th><td>14, bits 4-7</td><td>1</td>");
    assert_has(text,
               "<td>\xe2\x9c\x97</td><th scope=\"row\">error</th><td>15</td><td>0 (none)</td>");
    assert_has(text, "<td></td><th scope=\"row\">tag</th><td>20-23</td><td>0x00000007</td>");
    assert_has(text, "<td>\xe2\x9c\x97</td><th scope=\"row\">config string</th><td>32-35</td>"
                     "<td>&quot;beta&quot;</td>");
    assert_has(text, "<th scope=\"row\">padding</th><td>36-59</td><td>24 zero bytes</td>");
    assert_has(text, "88 a2 18 <mark>00</mark><i>");
    assert_int_equal(count_of(text, "<mark>"), 5);
}

/* A change in any text, those in frames included, changes nothing of the markup. */
static void set_texts(struct made_fixture *fixture, const char *text, const char *four)
{
    struct report *report = fixture->report;
    report->target.interface = report->command = report->command_whole = text;
    report->kernel = report->error = report->version = text;
    snprintf(report->target.identity.model, sizeof report->target.identity.model, "%s", text);
    for (size_t i = 0; i < report->count; i++) {
        struct result *result = &report->results[i];
        ((struct scenario *)result->scenario)->title = text;
        result->capture = text;
        result->reason = arena_print(&fixture->arena, "%s %zu", text, i);
        for (size_t f = 0; f < result->failure_count; f++) {
            struct failure *failure = &result->failures[f];
            failure->path = failure->statement = failure->values = text;
            failure->id = failure->expected = failure->actual = text;
            for (size_t r = 0; r < failure->row_count; r++)
                failure->rows[r].expected = failure->rows[r].actual = text;
        }
        for (size_t e = 0; e < result->event_count; e++) {
            ((struct event *)result->events[e])->host = text;
            memcpy((uint8_t *)result->events[e]->frame.bytes + 32, four, 4);
        }
    }
}

static void test_hostile_texts(void **state)
{
    struct made_fixture *fixture = *state;
    set_texts(fixture, "plain", "abcd");
    const char *plain = tags_of(fixture);
    set_texts(fixture, HOSTILE, "<b>\"");
    assert_string_equal(tags_of(fixture), plain);
    const char *page = page_of(fixture);
    assert_int_equal(count_of(page, "<script"), 1);
    assert_null(strstr(page, "<b a="));
    assert_null(strchr(page, '\x1b'));
    assert_has(page, "<td>&quot;&lt;b&gt;\\&quot;&quot;</td>");
}

static void test_an_id_that_is_no_name(void **state)
{
    struct made_fixture *fixture = *state;
    ((struct scenario *)fixture->report->results[MADE_FAIL].scenario)->id = "a\"b/<c>";
    const char *page = page_of(fixture);
    tags_of(fixture);
    assert_has(page, "<article id=\"a&quot;b/&lt;c&gt;\">");
    assert_has(page, "href=\"#a%22b/%3Cc%3E\"");
}

static void test_an_initiator(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->judges_initiator = true;
    fixture->report->stimulus = "ssh <host>";
    const char *page = page_of(fixture);
    assert_has(page, "<h2>Initiator</h2>");
    assert_has(page, "<dt>stimulus</dt><dd>ssh &lt;host&gt;</dd>");
    assert_has(page, "<title>initiator 00:00:00:00:00:00 on eth0");
}

static void test_no_target(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->target_found = false;
    fixture->report->count = 0;
    fixture->report->error = "no answer from e0.1 & others";
    report_conclude(fixture->report, false);
    const char *page = page_of(fixture);
    tags_of(fixture);
    assert_has(page, "<p class=\"alarm\">no answer from e0.1 &amp; others</p>");
}

/* A run of 500 scenarios in which everything fails, each with as many frames as there may be. */
static void test_size(void **state)
{
    enum { MANY = 500, MOST = 3 << 20 };
    struct made_fixture *fixture = *state;
    struct report *report = fixture->report;
    struct result one = report->results[MADE_FAIL];
    report->results = arena_array(&fixture->arena, MANY, sizeof *report->results);
    report->count = MANY;
    for (size_t i = 0; i < MANY; i++)
        report->results[i] = one;
    report_conclude(report, false);
    const char *page = page_of(fixture);
    assert_has(page, "Only the first 600 frames of a page are drawn");
    assert_int_equal(count_of(page, "<details class=\"frame\""), 600);
    assert_true(strlen(page) < MOST);
}

static void test_full_disk(void **state)
{
    struct made_fixture *fixture = *state;
    assert_true(made_fails(report_html, fixture->report));
}

static int set_up(void **state)
{
    made_set_up(state);
    struct made_fixture *fixture = *state;
    fixture->report->kernel = "Linux made";
    fixture->report->command_whole = "aoe-conform --target eth0 e0.1 'config/*'";
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_whole),        TEST(test_anchors),       TEST(test_a_failure),
        TEST(test_a_frame),      TEST(test_hostile_texts), TEST(test_an_id_that_is_no_name),
        TEST(test_an_initiator), TEST(test_no_target),     TEST(test_size),
        TEST(test_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
