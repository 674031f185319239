/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds for every table of deviations. */
#ifndef TESTS_ENTRIES_H
#define TESTS_ENTRIES_H

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/deviant.h"
#include "protocol/clause.h"

enum { ENTRY_NAME_MAX = 48, ENTRY_WRONG_MAX = 110 };

static inline void assert_entry_name(const char *name)
{
    assert_in_range(strlen(name), 3, ENTRY_NAME_MAX);
    for (const char *c = name; *c; c++)
        assert_true(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-');
}

/* Each need is one of `known`, which ends with NULL: "disk=". */
static inline void assert_entry_needs(const char *needs, const char *const *known)
{
    while (needs && *needs) {
        size_t length = strcspn(needs, ",");
        const char *const *k = known;
        while (*k && strncmp(needs, *k, strlen(*k)) != 0)
            k++;
        assert_non_null(*k);
        needs += length + (needs[length] == ',');
    }
}

/* The entries up to `index` have no name twice. */
static inline void assert_entry_is_new(bool (*at)(size_t, struct deviant_entry *), size_t index)
{
    struct deviant_entry entry, earlier;
    assert_true(at(index, &entry));
    for (size_t i = 0; i < index; i++) {
        assert_true(at(i, &earlier));
        assert_string_not_equal(entry.name, earlier.name);
    }
}

/* Checks every entry, of targets' clauses or of initiators'. Returns how many there are. */
static inline size_t assert_entries(bool (*at)(size_t, struct deviant_entry *), bool of_targets,
                                    const char *const *needs)
{
    struct deviant_entry entry;
    size_t count = 0;
    for (; at(count, &entry); count++) {
        const struct aoe_clause *clause = aoe_clause_find(entry.clause);
        print_message("%s\n", entry.name);
        assert_entry_name(entry.name);
        assert_entry_is_new(at, count);
        assert_non_null(clause);
        assert_int_equal(aoe_clause_is_target(clause), of_targets);
        assert_in_range(strlen(entry.wrong), 10, ENTRY_WRONG_MAX);
        assert_null(strpbrk(entry.wrong, "\t\n"));
        assert_int_not_equal(entry.wrong[strlen(entry.wrong) - 1], '.');
        assert_entry_needs(entry.needs, needs);
    }
    assert_false(at(count + 1, &entry));
    return count;
}

#endif
