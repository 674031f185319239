/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <libxml/xpath.h>

#include "harness/report.h"
#include "made_report.h"

/* What is written, read back: libxml2 refuses what is not well-formed. */
static xmlDocPtr read_back(struct made_fixture *fixture)
{
    size_t length;
    const char *text = made_written(&fixture->arena, report_junit, fixture->report, &length);
    assert_non_null(text);
    xmlDocPtr document = xmlReadMemory(text, (int)length, "report", NULL, XML_PARSE_NONET);
    assert_non_null(document);
    return document;
}

/* An XPath as text. */
static void assert_xpath(xmlDocPtr document, const char *path, const char *expected)
{
    char expression[256];
    snprintf(expression, sizeof expression, "string(%s)", path);
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    xmlXPathObjectPtr found = xmlXPathEvalExpression((const xmlChar *)expression, context);
    assert_non_null(found);
    assert_string_equal((const char *)found->stringval, expected);
    xmlXPathFreeObject(found);
    xmlXPathFreeContext(context);
}

static void test_counts(void **state)
{
    static const char *const roots[] = {"/testsuites", "/testsuites/testsuite"};
    xmlDocPtr document = read_back(*state);
    for (size_t i = 0; i < 2; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s/@tests", roots[i]);
        assert_xpath(document, path, "11");
        snprintf(path, sizeof path, "%s/@failures", roots[i]);
        assert_xpath(document, path, "4"); /* three fails and a fixed */
        snprintf(path, sizeof path, "%s/@errors", roots[i]);
        assert_xpath(document, path, "2");
        snprintf(path, sizeof path, "%s/@time", roots[i]);
        assert_xpath(document, path, "1.300000");
    }
    assert_xpath(document, "/testsuites/testsuite/@skipped", "3"); /* two and a known */
    assert_xpath(document, "/testsuites/testsuite/@timestamp", "2023-11-14T22:13:20");
    xmlFreeDoc(document);
}

/* The counts in the attributes are the elements that there are. */
static void test_elements(void **state)
{
    xmlDocPtr document = read_back(*state);
    assert_xpath(document, "count(//testsuite/testcase)", "11");
    assert_xpath(document, "count(//testcase/failure)", "4");
    assert_xpath(document, "count(//testcase/error)", "2");
    assert_xpath(document, "count(//testcase/skipped)", "3");
    assert_xpath(document, "count(//testcase/system-out)", "1");
    assert_xpath(document, "count(//testcase[not(*)])", "1");
    xmlFreeDoc(document);
}

static void test_properties(void **state)
{
    static const struct {
        const char *name, *value;
    } all[] = {{"seed", "1"},
               {"interface", "eth0"},
               {"address", "e0.1"},
               {"mac", "02:00:00:00:00:01"},
               {"mtu", "1500"},
               {"buffer_count", "16"},
               {"sector_count", "2"},
               {"firmware", "16409"},
               {"commands", "ATA config mask"},
               {"capacity", "2097152"},
               {"model", "Made Disk"}};
    xmlDocPtr document = read_back(*state);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char path[96];
        snprintf(path, sizeof path, "//properties/property[@name='%s']/@value", all[i].name);
        assert_xpath(document, path, all[i].value);
    }
    xmlFreeDoc(document);
}

static void test_a_fail(void **state)
{
    static const char path[] = "//testcase[@classname='aoe.config'][@name='set-refused']";
    char below[128];
    xmlDocPtr document = read_back(*state);
    snprintf(below, sizeof below, "%s/@time", path);
    assert_xpath(document, below, "0.001234");
    snprintf(below, sizeof below, "%s/failure/@message", path);
    assert_xpath(document, below, "error=0 instead of error=4");
    snprintf(below, sizeof below, "%s/failure/@type", path);
    assert_xpath(document, below, "3.2-set");
    snprintf(below, sizeof below, "contains(%s/failure, '0020  62 65 74 61 00')", path);
    assert_xpath(document, below, "true");
    snprintf(below, sizeof below, "contains(%s/failure, 'again: aoe-conform --target')", path);
    assert_xpath(document, below, "true");
    xmlFreeDoc(document);
}

static void test_other_verdicts(void **state)
{
    xmlDocPtr document = read_back(*state);
    assert_xpath(document, "//testcase[@name='add']/skipped/@message",
                 "changes the mask list: --allow masks");
    assert_xpath(document, "//testcase[@name='flush']/skipped/@message",
                 "known: #17: no write cache");
    assert_xpath(document, "//testcase[@name='power']/failure/@type", "fixed");
    assert_xpath(document, "//testcase[@classname='aoe.race']/error/@type", "inconclusive");
    assert_xpath(document, "starts-with(//testcase[@name='unknown']/system-out, 'advice: silence')",
                 "true");
    xmlFreeDoc(document);
}

static void test_odd_text(void **state)
{
    xmlDocPtr document = read_back(*state);
    assert_xpath(document, "//testcase[@name='text']/error/@message",
                 "odd \" ' \\ <&> # \\x1b[31m \\x01 \\xff\\xc3( \xc3\xa9 ]]>\\x0asecond line");
    xmlFreeDoc(document);
}

/* Markup and controls in what a failure quotes, too. */
static void test_odd_failure(void **state)
{
    struct made_fixture *fixture = *state;
    struct failure *failure = &fixture->report->results[MADE_FAIL].failures[0];
    failure->statement = failure->values = failure->expected = failure->actual = MADE_ODD;
    failure->id = failure->path = failure->rows[0].field = MADE_ODD;
    ((struct event *)failure->event)->host = "\x02";
    xmlDocPtr document = read_back(fixture);
    assert_xpath(document, "contains(//testcase[@name='set-refused']/failure, '\\x1b[31m \\x01')",
                 "true");
    xmlFreeDoc(document);
}

/* A run that ended early is an error also where all that did run passed. */
static void test_a_run_that_ended_early(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->count = 1;
    fixture->report->error = "the link went down";
    report_conclude(fixture->report, false);
    xmlDocPtr document = read_back(fixture);
    assert_xpath(document, "//testcase[@classname='aoe'][@name='run']/error/@message",
                 "the link went down");
    assert_xpath(document, "/testsuites/@errors", "1");
    assert_xpath(document, "/testsuites/@tests", "2");
    xmlFreeDoc(document);
}

static void test_target_not_found(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->count = 0;
    fixture->report->target_found = false;
    report_conclude(fixture->report, false);
    xmlDocPtr document = read_back(fixture);
    assert_xpath(document, "//error/@message", "no answer from the target");
    assert_xpath(document, "count(//property[@name='mac'])", "0");
    xmlFreeDoc(document);
}

static void test_full_disk(void **state)
{
    struct made_fixture *fixture = *state;
    assert_true(made_fails(report_junit, fixture->report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_elements),
        cmocka_unit_test(test_properties),
        cmocka_unit_test(test_a_fail),
        cmocka_unit_test(test_other_verdicts),
        cmocka_unit_test(test_odd_text),
        cmocka_unit_test_setup_teardown(test_odd_failure, made_set_up, made_tear_down),
        cmocka_unit_test_setup_teardown(test_a_run_that_ended_early, made_set_up, made_tear_down),
        cmocka_unit_test_setup_teardown(test_target_not_found, made_set_up, made_tear_down),
        cmocka_unit_test(test_full_disk),
    };
    int failed = cmocka_run_group_tests(tests, made_set_up, made_tear_down);
    xmlCleanupParser();
    return failed;
}
