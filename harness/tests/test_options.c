/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/options.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct arena));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(*state);
    free(*state);
    return 0;
}

/* Splits a line at its spaces; a ~ stands for an empty word. */
static int parse(struct arena *arena, const char *line, struct options *options, const char **error)
{
    enum { MOST = 64 };
    char **words = arena_array(arena, MOST + 1, sizeof *words);
    char *save, *text = arena_print(arena, "aoe-conform %s", line);
    int count = 0;
    for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
        assert_true(count < MOST);
        words[count++] = strcmp(word, "~") ? word : arena_text(arena, "");
    }
    *error = NULL;
    return options_parse(arena, count, words, options, error);
}

static struct options good(struct arena *arena, const char *line)
{
    struct options options;
    const char *error;
    if (parse(arena, line, &options, &error))
        fail_msg("%s: %s", line, error);
    return options;
}

static void test_a_target(void **state)
{
    struct options o = good(*state, "--target eth0 e7.3");
    assert_int_equal(o.mode, MODE_TARGET);
    assert_string_equal(o.interface, "eth0");
    assert_int_equal(o.shelf, 7);
    assert_int_equal(o.slot, 3);
    assert_int_equal(o.allow, 0);
    assert_null(o.allow_text);
    assert_int_equal(o.seed, 1);
    assert_int_equal(o.timeout_ms, 0);
    assert_int_equal(o.pattern_count + o.skip_count, 0);
    assert_false(o.strict || o.quick || o.verbose || o.window_given);
}

static void test_all_options(void **state)
{
    struct options o = good(
        *state,
        "--target eth0 --allow config,masks e65534.254 --strict a/* --quick --verbose "
        "--skip x --skip y --seed 0x10 --rounds 100000 --timeout 60000 --journal J --scenarios S "
        "--baseline B --write-baseline W --captures C --json - --junit U --tap T --html H b");
    assert_int_equal(o.shelf, 65534);
    assert_int_equal(o.slot, 254);
    assert_true(o.strict && o.quick && o.verbose);
    assert_int_equal(o.pattern_count, 2);
    assert_string_equal(o.patterns[1], "b");
    assert_int_equal(o.skip_count, 2);
    assert_string_equal(o.skips[1], "y");
    assert_int_equal(o.seed, 16);
    assert_int_equal(o.rounds, 100000);
    assert_int_equal(o.timeout_ms, 60000);
    const char *texts[] = {o.journal, o.scenarios, o.baseline, o.write_baseline, o.captures, o.json,
                           o.junit,   o.tap,       o.html};
    assert_string_equal(o.allow_text, "config,masks");
    for (size_t i = 0; i < COUNT(texts); i++)
        assert_string_equal(texts[i],
                            ((const char *[]){"J", "S", "B", "W", "C", "-", "U", "T", "H"})[i]);
}

static void test_modes(void **state)
{
    assert_int_equal(good(*state, "--list").mode, MODE_LIST);
    assert_int_equal(good(*state, "--list a b").pattern_count, 2);
    assert_int_equal(good(*state, "--check").mode, MODE_CHECK);
    assert_string_equal(good(*state, "--explain all").explain, "all");
    assert_string_equal(good(*state, "--recover J").recover, "J");
    assert_int_equal(good(*state, "--target a e0.1 --target b").mode, MODE_TARGET);
}

static void test_what_is_allowed(void **state)
{
    static const struct {
        const char *list;
        unsigned allow;
    } all[] = {
        {"media", TOUCH_MEDIA},
        {"config", TOUCH_CONFIG},
        {"masks", TOUCH_MASKS},
        {"reserve", TOUCH_RESERVE},
        {"link", TOUCH_LINK},
        {"all", TOUCH_TARGET},
        {"all,link", TOUCH_TARGET | TOUCH_LINK},
        {"media=1+2", TOUCH_MEDIA},
        {"config,,masks", TOUCH_CONFIG | TOUCH_MASKS},
        {"~", 0},
        {"config --allow link", TOUCH_CONFIG | TOUCH_LINK},
    };
    struct arena *arena = *state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct options o =
            good(arena, arena_print(arena, "--target a e0.1 --allow %s", all[i].list));
        assert_int_equal(o.allow, all[i].allow);
    }
    assert_string_equal(good(arena, "--list --allow media --allow link").allow_text, "media,link");
}

static void test_windows(void **state)
{
    static const struct {
        const char *text;
        uint64_t lba, count;
    } all[] = {
        {"0+1", 0, 1},
        {"0100+010", 100, 10},
        {"0x10+0x20", 16, 32},
        {"5+65536", 5, 65536},
        {"281474976710655+1", UINT64_C(281474976710655), 1},
    };
    struct arena *arena = *state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct options o = good(arena, arena_print(arena, "--list --allow media=%s", all[i].text));
        assert_true(o.window_given);
        assert_true(o.window.lba == all[i].lba);
        assert_true(o.window.count == all[i].count);
    }
}

static void test_bad_windows(void **state)
{
    static const char *const all[] = {"media=",        "media=5",
                                      "media=5+",      "media=+5",
                                      "media=5+0",     "media=5+65537",
                                      "media=-5+1",    "media=5+1x",
                                      "media=0x+1",    "media=281474976710656+1",
                                      "media=5+1+1",   "media=5-1",
                                      "Media",         "disk",
                                      "config-string", "media=99999999999999999999+1"};
    struct arena *arena = *state;
    struct options options;
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *error;
        const char *line = arena_print(arena, "--list --allow config,%s", all[i]);
        assert_int_equal(parse(arena, line, &options, &error), -1);
        assert_string_equal(error, arena_print(arena,
                                               "--allow '%s': allow media, media=LBA+COUNT (up to "
                                               "65536 sectors), config, masks, reserve, all, link",
                                               all[i]));
    }
}

static void test_an_initiator(void **state)
{
    static const uint8_t mac[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 9};
    struct options options = good(*state, "--initiator eth0");
    assert_int_equal(options.mode, MODE_INITIATOR);
    assert_string_equal(options.interface, "eth0");
    assert_int_equal(options.shelf, 0);
    assert_int_equal(options.slot, 1);
    assert_int_equal(options.patience, OPTIONS_PATIENCE);
    assert_null(options.stimulus);
    assert_null(options.host);
    options = good(*state, "--initiator eth0 --serve e7.3 --stimulus S --patience 5 --host "
                           "02:00:00:00:00:09 --allow link initiator/*");
    assert_int_equal(options.shelf, 7);
    assert_int_equal(options.slot, 3);
    assert_int_equal(options.patience, 5);
    assert_string_equal(options.stimulus, "S");
    assert_memory_equal(options.host, mac, sizeof mac);
    assert_int_equal(options.allow, TOUCH_LINK);
    assert_int_equal(options.pattern_count, 1);
}

static void test_wrong_use(void **state)
{
    static const char address[] =
        "' is no address: eSHELF.SLOT, such as e0.1, with shelf 0 to 65534 and slot 0 to 254";
    static const char several[] =
        "one of --target, --initiator, --list, --explain, --check and --recover at a time";
    static const struct {
        const char *line, *error;
    } all[] = {
        {"", "say what to do: 'aoe-conform --target IFACE e0.1', or --help"},
        {"x", "say what to do: 'aoe-conform --target IFACE e0.1', or --help"},
        {"--target eth0", "--target IFACE needs the target's address, such as e0.1"},
        {"--target eth0 0.1", address},
        {"--target eth0 e65535.1", address},
        {"--target eth0 e0.255", address},
        {"--list --check", several},
        {"--target a e0.1 --recover J", several},
        {"--target a e0.1 --initiator a", several},
        {"--target a e0.1 --serve e1.1",
         "--serve, --stimulus, --patience and --host go with --initiator"},
        {"--list --patience 5", "--serve, --stimulus, --patience and --host go with --initiator"},
        {"--initiator a --serve 1.1", address},
        {"--initiator a --patience 0", "--patience '0': seconds from 1 to 3600"},
        {"--initiator a --patience 3601", "--patience '3601': seconds from 1 to 3600"},
        {"--initiator a --host 1:2", "--host '1:2': a MAC address, such as 02:00:00:00:00:01"},
        {"--initiator a --allow media",
         "with --initiator there is only the link to allow: --allow link"},
        {"--initiator a --journal J", "--journal goes with --target: an initiator is not changed"},
        {"--check x", "unexpected 'x'"},
        {"--nothing", "unknown option '--nothing': 'aoe-conform --help' lists the options"},
        {"--list -x", "unknown option '-x': 'aoe-conform --help' lists the options"},
        {"--list --seed",
         "a value is missing after '--seed': 'aoe-conform --help' lists the options"},
        {"--list --seed x", "--seed 'x': a whole number below 2^63"},
        {"--list --seed -1", "--seed '-1': a whole number below 2^63"},
        {"--list --seed 9223372036854775808",
         "--seed '9223372036854775808': a whole number below 2^63"},
        {"--target a e0.1 --rounds 0", "--rounds '0': from 1 to 100000"},
        {"--target a e0.1 --rounds 100001", "--rounds '100001': from 1 to 100000"},
        {"--initiator a --rounds 5", "--rounds goes with --target, and not with --fuzz"},
        {"--target a e0.1 --rounds 5 --fuzz 5", "--rounds goes with --target, and not with --fuzz"},
        {"--target a e0.1 --fuzz 0", "--fuzz '0': a number of requests from 1 on"},
        {"--target a e0.1 --fuzz x", "--fuzz 'x': a number of requests from 1 on"},
        {"--list --fuzz 5", "--fuzz goes with --target, and without patterns"},
        {"--target a e0.1 --fuzz 5 config/*", "--fuzz goes with --target, and without patterns"},
        {"--list --timeout 0", "--timeout '0': milliseconds from 1 to 60000"},
        {"--list --timeout 60001", "--timeout '60001': milliseconds from 1 to 60000"},
        {"--list --timeout 5s", "--timeout '5s': milliseconds from 1 to 60000"},
        {"--list --timeout ~", "--timeout '': milliseconds from 1 to 60000"},
    };
    struct options options;
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *error;
        assert_int_equal(parse(*state, all[i].line, &options, &error), -1);
        if (!strstr(error, all[i].error))
            fail_msg("%s: %s", all[i].line, error);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_target),     TEST(test_all_options),     TEST(test_modes),
        TEST(test_an_initiator), TEST(test_what_is_allowed), TEST(test_windows),
        TEST(test_bad_windows),  TEST(test_wrong_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
