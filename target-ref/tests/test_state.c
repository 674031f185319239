/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "target-ref/state.h"

static char directory[64], path[96];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/test_state-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/state", directory);
    return 0;
}

static int remove_directory(void **state)
{
    static const char *const endings[] = {"", ".lock", ".new"};
    char name[128];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    return rmdir(directory);
}

/* Settings that differ in every part from those of another `seed`, lists of `count`. */
static void make_settings(struct model_settings *to, unsigned seed, uint16_t length, uint8_t count)
{
    memset(to, 0, sizeof *to);
    to->length = length;
    for (size_t i = 0; i < length; i++)
        to->string[i] = (uint8_t)(seed + i);
    to->masks.count = to->reserves.count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(to->masks.mac[i],
               (uint8_t[]){2, 0, 0, (uint8_t)(seed >> 8), (uint8_t)seed, (uint8_t)i},
               AOE_MAC_BYTES);
        memcpy(to->reserves.mac[i],
               (uint8_t[]){4, 0, 0, (uint8_t)i, (uint8_t)(seed >> 8), (uint8_t)seed},
               AOE_MAC_BYTES);
    }
}

static void test_round_trip(void **state)
{
    static const struct {
        uint16_t length;
        uint8_t count;
    } cases[] = {{0, 0}, {1, 0}, {0, 1}, {5, 3}, {1024, 255}};
    struct model_settings out, in;
    char text[STATE_TEXT_MAX], message[128];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make_settings(&out, 250, cases[i].length, cases[i].count);
        size_t length = state_format(&out, text);
        assert_in_range(length, 1, STATE_TEXT_MAX - 2);
        assert_int_equal(state_parse(&in, text, length, message, sizeof message), 0);
        assert_memory_equal(&in, &out, sizeof out);
        for (size_t cut = 0; cut < length; cut++) /* no part of it passes for the whole */
            assert_int_equal(state_parse(&in, text, cut, message, sizeof message), -1);
    }
}

static void test_text(void **state)
{
    struct model_settings settings;
    char text[STATE_TEXT_MAX];
    (void)state;
    make_settings(&settings, 0x61, 3, 1);
    state_format(&settings, text);
    assert_string_equal(text, "aoe-target state 1\n"
                              "config 616263\n"
                              "mask 02:00:00:00:61:00\n"
                              "reserve 04:00:00:00:00:61\n"
                              "end\n");
}

#define FIRST "aoe-target state 1\n"

static void test_hostile(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "line 1: not a state file"},
        {"\n", "line 1: not a state file"},
        {"aoe-target state 2\nend\n", "line 1: not a state file"},
        {"aoe-target state 1", "line 1: not a state file"},
        {FIRST, "line 2: the file is cut"},
        {FIRST "end", "line 2: the file is cut"},
        {FIRST "end\nend\n", "line 3: something follows"},
        {FIRST "end\n\n", "line 3: something follows"},
        {FIRST "\nend\n", "line 2: neither config"},
        {FIRST "config\nend\n", "line 2: neither config"},
        {FIRST "config 6\nend\n", "line 2: a config string is 1 to 1024 bytes"},
        {FIRST "config 61\nconfig 61\nend\n", "line 3: a second config string"},
        {FIRST "config 6g\nend\n", "line 2: a config string is written in hex"},
        {FIRST "config g6\nend\n", "line 2: a config string is written in hex"},
        {FIRST "config 6A\nend\n", "line 2: a config string is written in hex"},
        {FIRST "config 61 \nend\n", "line 2: a config string is 1 to 1024 bytes"},
        {FIRST "mask 02:00:00:00:00:0\nend\n", "line 2: an address is written as"},
        {FIRST "mask 02:00:00:00:00:001\nend\n", "line 2: an address is written as"},
        {FIRST "mask 02:00:00:00:00:0g\nend\n", "line 2: an address is written as"},
        {FIRST "mask 020000000001\nend\n", "line 2: an address is written as"},
        {FIRST "mask 02-00-00-00-00-01\nend\n", "line 2: an address is written as"},
        {FIRST "reserve \nend\n", "line 2: an address is written as"},
        {FIRST "config \nend\n", "line 2: a config string is 1 to 1024 bytes"},
        {FIRST "reserved 02:00:00:00:00:01\nend\n", "line 2: neither config"},
        {FIRST "END\n", "line 2: neither config"},
    };
    struct model_settings settings;
    char message[128];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t length = strlen(cases[i].text);
        char *exact = malloc(length + !length);
        assert_non_null(exact);
        memcpy(exact, cases[i].text, length);
        assert_int_equal(state_parse(&settings, exact, length, message, sizeof message), -1);
        free(exact);
        if (!strstr(message, cases[i].message))
            fail_msg("case %zu: \"%s\" does not say \"%s\"", i, message, cases[i].message);
    }
    assert_int_equal(state_parse(&settings, FIRST "config \0\nend\n", strlen(FIRST) + 13, message,
                                 sizeof message),
                     -1);
}

static void test_too_much(void **state)
{
    struct model_settings settings;
    char text[4 * STATE_TEXT_MAX], message[128];
    (void)state;
    size_t length = (size_t)snprintf(text, sizeof text, FIRST "config %02050d\nend\n", 0);
    assert_int_equal(state_parse(&settings, text, length, message, sizeof message), -1);
    assert_non_null(strstr(message, "line 2: a config string is 1 to 1024"));
    length = (size_t)snprintf(text, sizeof text, FIRST);
    for (int i = 0; i < 256; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "reserve 02:00:00:00:00:%02x\n", i);
    assert_int_equal(state_parse(&settings, text, length, message, sizeof message), -1);
    assert_string_equal(message, "line 257: a list holds 255 addresses at most");
}

static void write_file(const void *bytes, size_t length)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static void expect_unopened(const char *name, const char *why)
{
    struct state file;
    struct model_settings settings;
    char message[512] = "";
    assert_int_equal(state_open(&file, name, &settings, message, sizeof message), -1);
    if (strncmp(message, name, strlen(name)) != 0 || !strstr(message, why))
        fail_msg("\"%s\" does not say \"%s\"", message, why);
}

static void test_open_refused(void **state)
{
    static char zeros[STATE_TEXT_MAX + 1];
    (void)state;
    write_file("rubbish\n", 8);
    expect_unopened(path, "line 1: not a state file of aoe-target");
    write_file(zeros, sizeof zeros);
    expect_unopened(path, "too long for a state file");
    write_file(FIRST "end\n", strlen(FIRST) + 4);
    expect_unopened("/nonexistent/state", "No such file or directory");
    expect_unopened("/tmp/", "Is a directory");
    struct state file;
    struct model_settings settings;
    char message[512];
    assert_int_equal(state_open(&file, path, &settings, message, sizeof message), 0);
    expect_unopened(path, "in use by another target");
    assert_int_equal(state_save(&file, &settings), 0);
    expect_unopened(path, "in use by another target"); /* also after it has been replaced */
    state_close(&file);
    assert_int_equal(state_open(&file, path, &settings, message, sizeof message), 0);
    state_close(&file);
}

static void test_save_and_open(void **state)
{
    struct state file;
    struct model_settings out, in;
    char message[512];
    (void)state;
    make_settings(&in, 7, 4, 2);
    out = in;
    assert_int_equal(state_open(&file, path, &in, message, sizeof message), 0);
    assert_memory_equal(&in, &out, sizeof out); /* no file: as they were */
    for (unsigned seed = 0; seed < 4; seed++) {
        make_settings(&out, seed, (uint16_t)(seed * 300), (uint8_t)(seed * 80));
        assert_int_equal(state_save(&file, &out), 0);
        state_close(&file);
        assert_int_equal(state_open(&file, path, &in, message, sizeof message), 0);
        assert_memory_equal(&in, &out, sizeof out);
    }
    state_close(&file);
}

static void test_relative_path(void **state)
{
    struct state file;
    struct model_settings settings;
    char message[512], old[1024];
    (void)state;
    make_settings(&settings, 1, 1, 1);
    assert_non_null(getcwd(old, sizeof old));
    assert_int_equal(chdir(directory), 0);
    assert_int_equal(state_open(&file, "state", &settings, message, sizeof message), 0);
    state_close(&file);
    assert_int_equal(unlink("state.lock"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(state_open(&file, path, &settings, message, sizeof message), 0);
    assert_int_equal(chdir(old), 0);
    assert_int_equal(state_save(&file, &settings), 0); /* goes where it was opened */
    state_close(&file);
    assert_int_equal(access(path, R_OK), 0);
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", path);
    assert_int_equal(access(lock, R_OK), 0);
}

/* A save that fails says so and leaves what was there. */
static void test_save_fails(void **state)
{
    struct state file;
    struct model_settings first, second, in;
    char message[512], temporary[128];
    (void)state;
    make_settings(&first, 1, 10, 1);
    make_settings(&second, 2, 20, 2);
    assert_int_equal(state_open(&file, path, &in, message, sizeof message), 0);
    assert_int_equal(state_save(&file, &first), 0);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    assert_int_equal(mkdir(temporary, 0700), 0);
    assert_int_equal(state_save(&file, &second), -1);
    assert_non_null(strstr(file.message, path));
    assert_int_equal(rmdir(temporary), 0);
    /* A disk that is full in the middle of the file. */
    struct rlimit old, tight;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 30;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int result = state_save(&file, &second);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(result, -1);
    state_close(&file);
    assert_int_equal(state_open(&file, path, &in, message, sizeof message), 0);
    assert_memory_equal(&in, &first, sizeof first);
    state_close(&file);
}

/* Saves one generation after another and acknowledges each on the pipe, until it is killed. */
static void save_for_ever(int acknowledge, unsigned seed)
{
    struct state file;
    struct model_settings settings;
    char message[512];
    if (state_open(&file, path, &settings, message, sizeof message) != 0)
        _exit(1);
    for (;; seed++) {
        make_settings(&settings, seed, (uint16_t)(seed % 1025), (uint8_t)(seed % 256));
        if (state_save(&file, &settings) != 0 ||
            write(acknowledge, &seed, sizeof seed) != sizeof seed)
            _exit(1);
    }
}

/* Starts a child that saves, kills it after `ns`, and returns the last generation that it
 * acknowledged, or `seed` - 1. */
static unsigned run_and_kill(unsigned seed, long ns)
{
    int ends[2];
    unsigned last = seed - 1, next;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        save_for_ever(ends[1], seed);
    close(ends[1]);
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
    int status;
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    while (read(ends[0], &next, sizeof next) == sizeof next)
        last = next;
    close(ends[0]);
    return last;
}

static void test_killed(void **state)
{
    enum { ROUNDS = 60 };
    unsigned last = 0, saved = 0;
    (void)state;
    srand(1);
    for (int round = 0; round < ROUNDS; round++) {
        struct state file;
        struct model_settings in, expected, later;
        char message[512];
        memset(&in, 0, sizeof in);
        unsigned acknowledged = run_and_kill(last + 1, rand() % 20000000);
        saved += acknowledged - last;
        assert_int_equal(state_open(&file, path, &in, message, sizeof message), 0);
        state_close(&file);
        last = acknowledged;
        make_settings(&expected, last, (uint16_t)(last % 1025), (uint8_t)(last % 256));
        make_settings(&later, last + 1, (uint16_t)((last + 1) % 1025), (uint8_t)((last + 1) % 256));
        bool old = memcmp(&in, &expected, sizeof in) == 0;
        bool new = memcmp(&in, &later, sizeof in) == 0;
        assert_true(old || new);
        last += new;
    }
    assert_true(saved > 10);
}

#define DIRECTORY_TEST(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_hostile),     cmocka_unit_test(test_too_much),
        DIRECTORY_TEST(test_open_refused),  DIRECTORY_TEST(test_save_and_open),
        DIRECTORY_TEST(test_relative_path), DIRECTORY_TEST(test_save_fails),
        DIRECTORY_TEST(test_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
