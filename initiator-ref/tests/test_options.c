/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "initiator-ref/options.h"

enum { WORDS_MAX = 16, TEXT_MAX = 256 };

/* Parses a command line whose words are separated by single spaces. */
static enum options_result parse(struct options *options, const char *line, char *message)
{
    static char text[TEXT_MAX];
    char *words[WORDS_MAX] = {0};
    int count = 0;
    snprintf(text, sizeof text, "aoe-initiator %s", line);
    for (char *rest = text, *word; (word = strsep(&rest, " ")) != NULL;)
        if (*word)
            words[count++] = word;
    *message = '\0';
    return options_parse(options, count, words, message, TEXT_MAX);
}

static void test_good_lines(void **state)
{
    struct options options;
    char message[TEXT_MAX];
    (void)state;
    assert_int_equal(parse(&options, "eth0 read e4660.86 281474976710655 1", message), OPTIONS_RUN);
    assert_string_equal(options.interface, "eth0");
    assert_int_equal(options.action, ACTION_READ);
    assert_int_equal(options.settings.shelf, 4660);
    assert_int_equal(options.settings.slot, 86);
    assert_int_equal(options.range.lba, ATA_LBA48_END - 1);
    assert_int_equal(options.range.count, 1);
    assert_int_equal(options.settings.depth, 8);
    assert_int_equal(options.settings.deadline, 10 * ATTEMPT_SECOND);
    assert_int_equal(options.settings.mtu, UINT32_MAX);
    assert_null(options.stay);
    assert_int_equal(options.linger, 60 * ATTEMPT_SECOND);
    assert_int_equal(parse(&options, "--depth 256 --deadline=3 --mtu 1500 a0 work e0.1", message),
                     OPTIONS_RUN);
    assert_int_equal(options.action, ACTION_WORK);
    assert_int_equal(options.settings.depth, 256);
    assert_int_equal(options.settings.deadline, 3 * ATTEMPT_SECOND);
    assert_int_equal(options.settings.mtu, 1500);
    assert_int_equal(parse(&options, "--stay /run/a --linger 5 a0 work e0.1", message),
                     OPTIONS_RUN);
    assert_string_equal(options.stay, "/run/a");
    assert_int_equal(options.linger, 5 * ATTEMPT_SECOND);
}

static void test_actions(void **state)
{
    static const struct {
        const char *line;
        enum action action;
    } cases[] = {{"a0 reset e0.1", ACTION_RESET},     {"a0 discover e0.1", ACTION_DISCOVER},
                 {"a0 write e0.1 0 0", ACTION_WRITE}, {"a0 verify e0.1 5 6", ACTION_VERIFY},
                 {"a0 read e0.1 1 2", ACTION_READ},   {"a0 work e0.1", ACTION_WORK}};
    struct options options;
    char message[TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&options, cases[i].line, message), OPTIONS_RUN);
        assert_int_equal(options.action, cases[i].action);
    }
}

static void test_wrong_lines(void **state)
{
    static const struct {
        const char *line, *word;
    } cases[] = {
        {"", "missing"},
        {"a0", "missing"},
        {"a0 read", "missing"},
        {"a0 read e0.1", "LBA or COUNT is missing"},
        {"a0 read e0.1 5", "LBA or COUNT is missing"},
        {"a0 read e0.1 5 6 7", "\"7\""},
        {"a0 work e0.1 5 6", "\"5\""},
        {"a0 read e0.1 -5 6", "\"-5\""},
        {"-x a0 work e0.1", "\"-x\""},
        {"a0 read e0.1 5x 6", "\"5x\""},
        {"a0 read e0.1 5 99999999999999999999", "COUNT"},
        {"a0 frobnicate e0.1", "frobnicate"},
        {"a0 read 0.1 5 6", "\"0.1\""},
        {"a0 read e65535.1 5 6", "e65535.1"},
        {"--depth 0 a0 work e0.1", "--depth \"0\""},
        {"--depth 257 a0 work e0.1", "1 to 256"},
        {"--deadline 0 a0 work e0.1", "--deadline"},
        {"--deadline 3601 a0 work e0.1", "--deadline"},
        {"--mtu x a0 work e0.1", "--mtu"},
        {"--linger 0 a0 work e0.1", "--linger"},
        {"--linger 3601 a0 work e0.1", "--linger"},
        {"a0 work e0.1 --stay", "--stay"},
        {"--frobnicate a0 work e0.1", "--frobnicate"},
        {"a0 work e0.1 --depth", "--depth"},
    };
    struct options options;
    char message[TEXT_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(parse(&options, cases[i].line, message), OPTIONS_WRONG);
        if (!strstr(message, cases[i].word))
            fail_msg("\"%s\" gives \"%s\"", cases[i].line, message);
        assert_null(strchr(message, '\n'));
    }
}

static void test_help_and_version(void **state)
{
    struct options options;
    char message[TEXT_MAX];
    (void)state;
    assert_int_equal(parse(&options, "--help", message), OPTIONS_HELP);
    assert_int_equal(parse(&options, "--version", message), OPTIONS_VERSION);
    assert_non_null(strstr(options_help, "verify"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_lines),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_wrong_lines),
        cmocka_unit_test(test_help_and_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
