/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/findings.h"

#include "protocol/tests/frames.h"

static int set_up(void **state)
{
    static struct findings findings;
    *state = &findings;
    return findings_open(&findings);
}

static int tear_down(void **state)
{
    findings_close(*state);
    return 0;
}

static struct clause_findings *of_clause(struct findings *findings, const char *id)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count), *clause = aoe_clause_find(id);
    assert_non_null(clause);
    return &findings->clauses[clause - clauses];
}

static const struct aoe_finding twice = {.clause = "2-once",
                                         .field = "response",
                                         .byte = 3,
                                         .bytes = 4,
                                         .expected = "one",
                                         .actual = "two"};

static void test_all_are_counted_and_the_first_ones_kept(void **state)
{
    struct findings *findings = *state;
    for (uint64_t frame = 1; frame <= FINDINGS_FIRST + 5; frame++)
        findings_add(findings, &twice, frame, (uint32_t)frame + 100);
    const struct clause_findings *of = of_clause(findings, "2-once");
    assert_int_equal(of->count, FINDINGS_FIRST + 5);
    assert_int_equal(of->first_count, FINDINGS_FIRST);
    for (size_t i = 0; i < FINDINGS_FIRST; i++) {
        assert_int_equal(of->first[i].frame, i + 1);
        assert_int_equal(of->first[i].pair, i + 101);
        assert_int_equal(of->first[i].byte, 3);
        assert_int_equal(of->first[i].bytes, 4);
        assert_string_equal(of->first[i].field, "response");
        assert_string_equal(of->first[i].expected, "one");
        assert_string_equal(of->first[i].actual, "two");
    }
}

static void test_what_is_no_clause_is_not_counted(void **state)
{
    struct findings *findings = *state, none = {.clauses = NULL};
    struct aoe_finding unknown = twice;
    unknown.clause = "9-nothing";
    size_t clauses;
    findings_add(findings, &unknown, 1, 0);
    findings_add(&none, &twice, 1, 0);
    findings_restart(&none);
    aoe_clauses(&clauses);
    for (size_t i = 0; i < clauses; i++)
        assert_int_equal(findings->clauses[i].count, 0);
}

/* A response without the data that the request before it asked for, `apart` frames later. */
static uint64_t missing_data(struct findings *findings, uint64_t number, uint64_t apart)
{
    struct made request = {.frame = ata_request(ATA_READ, 2, 0)};
    struct made response = {.frame = ata_response(ATA_STATUS_DRDY, 0)};
    struct made other = {.frame = ata_request(ATA_FLUSH, 0, 0)};
    uint64_t before = of_clause(findings, "3.1-data")->count;
    seal(&request, 60);
    seal(&response, 60);
    seal(&other, 60);
    findings_check(findings, &request.frame, number, 0, 0);
    for (uint64_t i = 1; i < apart; i++)
        findings_check(findings, &other.frame, number + i, 0, 0);
    findings_check(findings, &response.frame, number + apart, 0, number);
    return of_clause(findings, "3.1-data")->count - before;
}

static void test_requests_are_remembered_for_so_long(void **state)
{
    struct findings *findings = *state;
    assert_int_equal(missing_data(findings, 1, 1), 1);
    assert_int_equal(missing_data(findings, 100, AOE_REQUESTS_REMEMBERED), 1);
    assert_int_equal(missing_data(findings, 100000, AOE_REQUESTS_REMEMBERED + 1), 0);
}

static void test_restarted_nothing_was_found_but_requests_are_known(void **state)
{
    struct findings *findings = *state;
    struct made request = {.frame = ata_request(ATA_READ, 2, 0)};
    struct made response = {.frame = ata_response(ATA_STATUS_DRDY, 0)};
    seal(&request, 60);
    seal(&response, 60);
    findings_add(findings, &twice, 1, 0);
    findings_check(findings, &request.frame, 2, 0, 0);
    findings_restart(findings);
    assert_int_equal(of_clause(findings, "2-once")->count, 0);
    assert_int_equal(of_clause(findings, "2-once")->first_count, 0);
    findings_check(findings, &response.frame, 3, 0, 2);
    assert_int_equal(of_clause(findings, "3.1-data")->count, 1);
}

static void test_joined_the_earlier_ones_stay_first(void **state)
{
    struct findings *findings = *state, after;
    static const uint32_t pairs[] = {7, 8};
    assert_int_equal(findings_open(&after), 0);
    for (uint64_t frame = 1; frame <= 6; frame++) {
        findings_add(findings, &twice, frame, 0);
        findings_add(&after, &twice, frame, 1);
    }
    assert_int_equal(findings_join(findings, &after, 50, pairs), 0);
    const struct clause_findings *of = of_clause(findings, "2-once");
    assert_int_equal(of->count, 12);
    assert_int_equal(of->first_count, FINDINGS_FIRST);
    assert_int_equal(of->first[5].frame, 6);
    assert_int_equal(of->first[5].pair, 0);
    assert_int_equal(of->first[6].frame, 51);
    assert_int_equal(of->first[6].pair, 8);
    assert_int_equal(of->first[9].frame, 54);
    findings_close(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_are_counted_and_the_first_ones_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_clause_is_not_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_requests_are_remembered_for_so_long, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_restarted_nothing_was_found_but_requests_are_known,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_joined_the_earlier_ones_stay_first, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
