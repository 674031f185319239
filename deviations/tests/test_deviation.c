/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of deviations: each is named, belongs to a clause, says what is wrong, and does it. */
#include "deviations/deviation.h"

#include <ctype.h>

#include "protocol/clause.h"
#include "target-ref/tests/fixture.h"

enum { NAME_MAX_LENGTH = 48, WRONG_MAX_LENGTH = 110, DEVIATIONS_LEAST = 40 };

static bool has_hook(const struct target_hooks *hooks)
{
    static const struct target_hooks none;
    return memcmp(hooks, &none, sizeof none) != 0;
}

static void assert_name(const char *name)
{
    assert_in_range(strlen(name), 3, NAME_MAX_LENGTH);
    for (const char *c = name; *c; c++)
        assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-');
}

static void assert_needs(const char *needs)
{
    while (needs && *needs) {
        size_t length = strcspn(needs, ",");
        assert_true(!strncmp(needs, "disk=", 5) || !strncmp(needs, "mtu=", 4) ||
                    !strncmp(needs, "option=", 7));
        needs += length + (needs[length] == ',');
    }
}

static void test_table(void **state)
{
    const struct deviation *deviation;
    size_t count = 0;
    (void)state;
    for (; (deviation = deviation_at(count)); count++) {
        const struct aoe_clause *clause = aoe_clause_find(deviation->clause);
        print_message("%s\n", deviation->name);
        assert_name(deviation->name);
        assert_ptr_equal(deviation_find(deviation->name), deviation);
        assert_non_null(clause);
        assert_true(aoe_clause_is_target(clause));
        assert_in_range(strlen(deviation->wrong), 10, WRONG_MAX_LENGTH);
        assert_null(strpbrk(deviation->wrong, "\t\n"));
        assert_int_not_equal(deviation->wrong[strlen(deviation->wrong) - 1], '.');
        assert_needs(deviation->needs);
        assert_true(has_hook(&deviation->hooks));
    }
    assert_true(count >= DEVIATIONS_LEAST);
    assert_null(deviation_at(count + 1));
    assert_null(deviation_find("no-such-deviation"));
    assert_null(deviation_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
