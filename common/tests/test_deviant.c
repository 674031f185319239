/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of a deviant: what runs with which arguments, and what is refused. */
#include "common/deviant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { STATUS_WRONG = 7, STATUS_RUN = 40, ARGUMENTS_MAX = 8, TEXT = 2000 };

static bool entry_at(size_t index, struct deviant_entry *entry)
{
    static const struct deviant_entry entries[] = {
        {"first", "1-one", NULL, "the first thing"},
        {"second", "2-two", "mtu=9000", "the second thing"},
    };
    if (index >= sizeof entries / sizeof *entries)
        return false;
    *entry = entries[index];
    return true;
}

/* What was run last. */
static char ran[TEXT];

static int run(size_t index, int argc, char **argv)
{
    size_t used = (size_t)snprintf(ran, sizeof ran, "%zu:", index);
    for (int i = 0; i < argc; i++)
        used += (size_t)snprintf(ran + used, sizeof ran - used, " %s", argv[i]);
    return STATUS_RUN + (int)index;
}

/* What the program wrote to the last stream that was taken. */
static char written[TEXT];

/* Calls it with a command line of words, one stream of it kept in `written`. */
static int call(const char *line, FILE *stream)
{
    static const struct deviant_program program = {"thing-deviant", "thing",  "maker",
                                                   STATUS_WRONG,    entry_at, run};
    char words[TEXT];
    char *argv[ARGUMENTS_MAX] = {"./thing"};
    int argc = 1;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    FILE *file = tmpfile();
    assert_non_null(file);
    fflush(stream);
    int kept = dup(fileno(stream));
    dup2(fileno(file), fileno(stream));
    ran[0] = '\0';
    int status = deviant_main(&program, argc, argv);
    fflush(stream);
    dup2(kept, fileno(stream));
    close(kept);
    rewind(file);
    written[fread(written, 1, sizeof written - 1, file)] = '\0';
    fclose(file);
    return status;
}

static void test_runs_the_deviation(void **state)
{
    (void)state;
    assert_int_equal(call("--deviation first", stderr), STATUS_RUN);
    assert_string_equal(ran, "0: ./thing");
    assert_int_equal(call("--deviation second --help e0.1", stderr), STATUS_RUN + 1);
    assert_string_equal(ran, "1: ./thing --help e0.1");
    assert_int_equal(call("--deviation=second x", stderr), STATUS_RUN + 1);
    assert_string_equal(ran, "1: ./thing x");
    assert_string_equal(written, "");
}

static void test_answers_alone(void **state)
{
    (void)state;
    assert_int_equal(call("--list-deviations", stdout), 0);
    assert_string_equal(written, "first\t1-one\t-\tthe first thing\n"
                                 "second\t2-two\tmtu=9000\tthe second thing\n");
    assert_int_equal(call("--version", stdout), 0);
    assert_string_equal(written, "thing-deviant " SUITE_VERSION "\n");
    assert_int_equal(call("--help", stdout), 0);
    assert_non_null(
        strstr(written, "usage: thing-deviant --deviation NAME <the arguments of thing>"));
    assert_non_null(strstr(written, "The reference maker with one thing wrong"));
    assert_string_equal(ran, "");
}

static void test_refuses(void **state)
{
    static const char *const lines[][2] = {
        {"", "thing-deviant: --deviation is missing; usage: "},
        {"--deviation", "thing-deviant: \"--deviation\": needs a name; "},
        {"--deviation third", "thing-deviant: \"third\": no such deviation, see --list-"},
        {"--deviation firs", "thing-deviant: \"firs\": no such deviation"},
        {"--deviation= x", "thing-deviant: \"\": no such deviation"},
        {"--list", "thing-deviant: \"--list\": no such option; "},
        {"--help --deviation first", "thing-deviant: \"--help\": stands alone"},
        {"e0.1 --deviation first", "thing-deviant: \"e0.1\": stands alone, or comes before"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        print_message("%s\n", lines[i][0]);
        assert_int_equal(call(lines[i][0], stderr), STATUS_WRONG);
        assert_memory_equal(written, lines[i][1], strlen(lines[i][1]));
        assert_ptr_equal(strchr(written, '\n'), written + strlen(written) - 1);
        assert_string_equal(ran, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_the_deviation),
        cmocka_unit_test(test_answers_alone),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
