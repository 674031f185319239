/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"
#include "protocol/clause.h"
#include "protocol/rule.h"

static void ids_are_unique_and_found(void **state)
{
    (void)state;
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    assert_int_equal(count, 87);
    for (size_t i = 0; i < count; i++)
        assert_ptr_equal(aoe_clause_find(clauses[i].id), &clauses[i]);
    assert_null(aoe_clause_find(""));
    assert_null(aoe_clause_find("3.1"));
}

static void levels_fit_their_basis(void **state)
{
    (void)state;
    static const enum aoe_level hardest[] = {
        [AOE_BASIS_TEXT] = AOE_MUST,       [AOE_BASIS_AGREED] = AOE_MUST,
        [AOE_BASIS_MAJORITY] = AOE_SHOULD, [AOE_BASIS_DISPUTED] = AOE_MAY,
        [AOE_BASIS_SAFETY] = AOE_MUST,
    };
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(clauses[i].level, hardest[clauses[i].basis]);
}

static void sections_come_from_ids(void **state)
{
    (void)state;
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(clauses[i].id, "-");
        bool initiator = length == 1 && clauses[i].id[0] == 'i';
        assert_int_equal(aoe_clause_is_target(&clauses[i]), !initiator);
        if (initiator)
            assert_string_equal(clauses[i].section, "initiator");
        else
            assert_true(strlen(clauses[i].section) == length &&
                        !memcmp(clauses[i].section, clauses[i].id, length));
    }
}

static void sentences_are_sentences(void **state)
{
    (void)state;
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(clauses[i].sentence);
        assert_true(length > 30 && length < 250);
        assert_true(clauses[i].sentence[0] >= 'A' && clauses[i].sentence[0] <= 'Z');
        assert_int_equal(clauses[i].sentence[length - 1], '.');
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(clauses[i].sentence, clauses[j].sentence);
    }
}

static void known_clauses_have_their_level(void **state)
{
    (void)state;
    static const struct {
        const char *id;
        enum aoe_level level;
        enum aoe_basis basis;
    } known[] = {
        {"1-reserved", AOE_MUST, AOE_BASIS_TEXT},
        {"2.1-padding", AOE_MUST, AOE_BASIS_SAFETY},
        {"2.2-version", AOE_MUST, AOE_BASIS_AGREED},
        {"2.2-unsupported", AOE_SHOULD, AOE_BASIS_MAJORITY},
        {"2.6-command", AOE_MUST, AOE_BASIS_TEXT},
        {"3.1-count-left", AOE_MAY, AOE_BASIS_DISPUTED},
        {"3.2-length", AOE_MUST, AOE_BASIS_TEXT},
        {"3.3-errors", AOE_MUST, AOE_BASIS_TEXT},
        {"3.4-others", AOE_MAY, AOE_BASIS_DISPUTED},
        {"i-multipath", AOE_MAY, AOE_BASIS_DISPUTED},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        const struct aoe_clause *clause = aoe_clause_find(known[i].id);
        assert_non_null(clause);
        assert_int_equal(clause->level, known[i].level);
        assert_int_equal(clause->basis, known[i].basis);
    }
}

static void every_rule_has_its_clause(void **state)
{
    (void)state;
    size_t count;
    const char *const *ids = aoe_rules_of_responses(&count);
    assert_int_equal(count, 19);
    for (size_t i = 0; i < count; i++)
        assert_true(aoe_clause_find(ids[i]) && aoe_clause_is_target(aoe_clause_find(ids[i])));
    ids = aoe_rules_of_requests(&count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_non_null(aoe_clause_find(ids[i]));
}

static void levels_and_bases_have_names(void **state)
{
    (void)state;
    assert_string_equal(aoe_level_name(AOE_MAY), "may");
    assert_string_equal(aoe_level_name(AOE_SHOULD), "should");
    assert_string_equal(aoe_level_name(AOE_MUST), "must");
    assert_string_equal(aoe_basis_name(AOE_BASIS_TEXT), "text");
    assert_string_equal(aoe_basis_name(AOE_BASIS_AGREED), "agreed");
    assert_string_equal(aoe_basis_name(AOE_BASIS_MAJORITY), "majority");
    assert_string_equal(aoe_basis_name(AOE_BASIS_DISPUTED), "disputed");
    assert_string_equal(aoe_basis_name(AOE_BASIS_SAFETY), "safety");
    assert_string_equal(aoe_level_name((enum aoe_level)9), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_unique_and_found),
        cmocka_unit_test(levels_fit_their_basis),
        cmocka_unit_test(sections_come_from_ids),
        cmocka_unit_test(sentences_are_sentences),
        cmocka_unit_test(known_clauses_have_their_level),
        cmocka_unit_test(every_rule_has_its_clause),
        cmocka_unit_test(levels_and_bases_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
