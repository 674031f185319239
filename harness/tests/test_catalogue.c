/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios as they are found in a folder of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "harness/catalogue.h"

static char folder[64];

static void remove_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
}

static int set_up(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/test_catalogue-XXXXXX");
    assert_non_null(mkdtemp(folder));
    *state = calloc(1, sizeof(struct arena));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(*state);
    free(*state);
    remove_folder();
    return 0;
}

static void put(struct arena *arena, const char *name, const char *text, size_t length)
{
    char *path = arena_print(arena, "%s/%s", folder, name);
    for (char *slash = strchr(path + strlen(folder) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
}

static void put_scenario(struct arena *arena, const char *name, const char *body)
{
    const char *text = arena_print(arena, "title t\nclause 3.2-set\n%s", body);
    put(arena, name, text, strlen(text));
}

static void load(struct arena *arena, struct catalogue *catalogue)
{
    const char *error;
    if (catalogue_load(arena, folder, catalogue, &error))
        fail_msg("%s", error);
}

static void test_what_is_found(void **state)
{
    static const char *const ids[] = {"a/b/c", "a/x", "b", "a/mask", "a/link", "a/all"};
    struct catalogue catalogue;
    put_scenario(*state, "b.aoe", "a send again\n");
    put_scenario(*state, "a/x.aoe", "a send again\n");
    put_scenario(*state, "a/b/c.aoe", "a send again\n");
    put_scenario(*state, "a/link.aoe", "touches link\nlink up\n");
    put_scenario(*state, "a/mask.aoe", "touches mask-list\na send again\n");
    put_scenario(*state, "a/all.aoe", "every response holds\n");
    put_scenario(*state, ".hidden.aoe", "a send again\n");
    put_scenario(*state, ".aoe", "a send again\n");
    put_scenario(*state, "README.md", "junk\n");
    put_scenario(*state, "x.aoe~", "junk\n");
    load(*state, &catalogue);
    assert_int_equal(catalogue.error_count, 0);
    assert_int_equal(catalogue.count, sizeof ids / sizeof *ids);
    for (size_t i = 0; i < catalogue.count; i++)
        assert_string_equal(catalogue.scenarios[i]->id, ids[i]);
}

static void test_files_that_do_not_parse(void **state)
{
    enum { TOO_LARGE = (1 << 20) + 1 };
    struct catalogue catalogue;
    char *large = calloc(1, TOO_LARGE);
    assert_non_null(large);
    put_scenario(*state, "z.aoe", "junk\n");
    put(*state, "empty.aoe", "", 0);
    put(*state, "large.aoe", large, TOO_LARGE);
    put_scenario(*state, "good.aoe", "a send again\n");
    free(large);
    load(*state, &catalogue);
    assert_int_equal(catalogue.count, 1);
    assert_int_equal(catalogue.error_count, 3);
    assert_non_null(strstr(catalogue.errors[0], "/empty.aoe:1:1: the scenario has no title"));
    assert_non_null(strstr(catalogue.errors[1], "/large.aoe: cannot be read"));
    assert_non_null(strstr(catalogue.errors[2], "/z.aoe:3:1: 'junk' is neither"));
}

static void test_nothing_to_find(void **state)
{
    struct catalogue catalogue;
    const char *error = "";
    assert_int_equal(catalogue_load(*state, folder, &catalogue, &error), -1);
    assert_non_null(strstr(error, "no scenarios (files that end in .aoe) below /tmp/"));
    assert_int_equal(catalogue_load(*state, "/nowhere", &catalogue, &error), -1);
    assert_string_equal(error, "no scenarios in /nowhere: No such file or directory (--scenarios "
                               "names another folder)");
}

static void test_patterns(void **state)
{
    (void)state;
    assert_true(catalogue_matches("config/set", "config/set"));
    assert_true(catalogue_matches("config/*", "config/set"));
    assert_true(catalogue_matches("*", "config/set"));
    assert_true(catalogue_matches("*set", "config/set"));
    assert_true(catalogue_matches("config/s[a-f]?", "config/set"));
    assert_false(catalogue_matches("config", "config/set"));
    assert_false(catalogue_matches("config/", "config/set"));
    assert_false(catalogue_matches("set", "config/set"));
    assert_false(catalogue_matches("", "config/set"));
}

static void test_the_folder(void **state)
{
    assert_string_equal(catalogue_folder(*state, "/x/y"), "/x/y");
    assert_true(strlen(catalogue_folder(*state, NULL)) > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_what_is_found),   TEST(test_files_that_do_not_parse),
        TEST(test_nothing_to_find), TEST(test_patterns),
        TEST(test_the_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
