/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/stimulus.h"

/* More than a pipe takes at a time. */
enum { LARGE = 1 << 20, ROOM = 256 };

static void pause_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static struct stimulus *start_with(const char *command, struct aoe_span input, size_t most)
{
    char error[160] = "";
    struct stimulus *stimulus = stimulus_start(command, input, most, false, error, sizeof error);
    if (!stimulus)
        fail_msg("%s", error);
    return stimulus;
}

static struct stimulus *start(const char *command)
{
    return start_with(command, (struct aoe_span){NULL, 0}, ROOM);
}

/* What a command leaves in the background would go on for longer. */
static void finish(struct stimulus *stimulus)
{
    enum { TURNS = 10000 };
    int turns = 0;
    while (!stimulus_turn(stimulus) && turns++ < TURNS)
        pause_ms(1);
    assert_true(turns < TURNS);
}

static int status_of(const char *command)
{
    struct stimulus *stimulus = start(command);
    finish(stimulus);
    int status = stimulus_status(stimulus);
    stimulus_close(stimulus);
    return status;
}

static void assert_writes(const struct stimulus *stimulus, const char *text)
{
    bool more;
    struct aoe_span output = stimulus_output(stimulus, &more);
    assert_false(more);
    assert_int_equal(output.length, strlen(text));
    assert_memory_equal(output.bytes, text, output.length);
}

/* The number on the first line that the command writes, which still runs then. */
static pid_t first_number(struct stimulus *stimulus)
{
    bool more;
    struct aoe_span output;
    do {
        pause_ms(1);
        assert_false(stimulus_turn(stimulus));
        output = stimulus_output(stimulus, &more);
    } while (!output.length || output.bytes[output.length - 1] != '\n');
    return (pid_t)strtol((const char *)output.bytes, NULL, 10);
}

/* True where nobody has this process id any more; orphans are reaped by init a moment later. */
static bool is_gone(pid_t pid)
{
    for (int i = 0; i < 1000; i++) {
        char path[64], state[ROOM] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *file = fopen(path, "r");
        size_t length = file ? fread(state, 1, sizeof state - 1, file) : 0;
        if (file)
            fclose(file);
        const char *end = strrchr(state, ')');
        if (!length || (end && end[2] == 'Z'))
            return true;
        pause_ms(1);
    }
    return false;
}

/* ---- how it ends ---- */

static void test_statuses(void **state)
{
    (void)state;
    assert_int_equal(status_of("exit 0"), STIMULUS_DONE);
    assert_int_equal(status_of("exit 1"), STIMULUS_ERROR);
    assert_int_equal(status_of("exit 2"), STIMULUS_DIFFERS);
    assert_int_equal(status_of("exit 77"), STIMULUS_CANNOT);
    assert_int_equal(status_of("exit 255"), 255);
    assert_int_equal(status_of("kill -9 $$"), STIMULUS_SIGNAL + SIGKILL);
    assert_int_equal(status_of("/no/such/command"), 127);
}

static void test_an_end_is_not_waited_for(void **state)
{
    (void)state;
    struct stimulus *stimulus = start("read line; exit 3");
    for (int i = 0; i < 3; i++)
        stimulus_turn(stimulus);
    finish(stimulus); /* its input ends at once */
    assert_int_equal(stimulus_status(stimulus), 3);
    assert_true(stimulus_turn(stimulus));
    assert_int_equal(stimulus_status(stimulus), 3);
    stimulus_close(stimulus);
}

/* What the harness does with signals is not the command's. */
static void test_signals_are_not_inherited(void **state)
{
    (void)state;
    assert_int_equal(status_of("kill -PIPE $$; exit 4"), STIMULUS_SIGNAL + SIGPIPE);
}

static void test_no_process_is_left(void **state)
{
    (void)state;
    status_of("exit 0");
    stimulus_close(start("exit 0"));
    stimulus_close(NULL);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

/* ---- what goes in and out ---- */

static void test_output(void **state)
{
    (void)state;
    struct stimulus *stimulus = start("echo out; echo err >&2; printf more");
    finish(stimulus);
    assert_writes(stimulus, "out\nmore");
    stimulus_close(stimulus);
}

static uint8_t *make_data(void)
{
    uint8_t *data = malloc(LARGE);
    assert_non_null(data);
    for (size_t i = 0; i < LARGE; i++)
        data[i] = (uint8_t)(i * 7 + (i >> 8));
    return data;
}

static void test_large_data_both_ways(void **state)
{
    (void)state;
    bool more;
    uint8_t *data = make_data();
    struct stimulus *stimulus = start_with("cat", (struct aoe_span){data, LARGE}, LARGE);
    finish(stimulus);
    struct aoe_span output = stimulus_output(stimulus, &more);
    assert_false(more);
    assert_int_equal(output.length, LARGE);
    assert_memory_equal(output.bytes, data, LARGE);
    assert_int_equal(stimulus_status(stimulus), 0);
    stimulus_close(stimulus);
    free(data);
}

/* The input is copied: its owner may go on. */
static void test_input_is_kept(void **state)
{
    (void)state;
    char text[] = "text";
    struct stimulus *stimulus =
        start_with("cat", (struct aoe_span){(uint8_t *)text, strlen(text)}, ROOM);
    memset(text, 'x', strlen(text));
    finish(stimulus);
    assert_writes(stimulus, "text");
    stimulus_close(stimulus);
}

static void test_more_output_than_is_kept(void **state)
{
    (void)state;
    bool more;
    struct stimulus *stimulus =
        start_with("head -c 300000 /dev/zero; exit 5", (struct aoe_span){NULL, 0}, ROOM);
    finish(stimulus);
    assert_int_equal(stimulus_output(stimulus, &more).length, ROOM);
    assert_true(more);
    assert_int_equal(stimulus_status(stimulus), 5);
    stimulus_close(stimulus);
}

static void test_as_much_output_as_is_kept(void **state)
{
    (void)state;
    struct stimulus *stimulus = start_with("printf 1234", (struct aoe_span){NULL, 0}, 4);
    finish(stimulus);
    assert_writes(stimulus, "1234");
    stimulus_close(stimulus);
    stimulus = start_with("exit 1", (struct aoe_span){NULL, 0}, 0);
    finish(stimulus);
    assert_writes(stimulus, "");
    stimulus_close(stimulus);
}

static void test_input_that_nobody_reads(void **state)
{
    (void)state;
    uint8_t *data = make_data();
    struct stimulus *stimulus =
        start_with("exec <&-; echo closed; sleep 0.02", (struct aoe_span){data, LARGE}, ROOM);
    finish(stimulus);
    assert_writes(stimulus, "closed\n");
    assert_int_equal(stimulus_status(stimulus), 0);
    stimulus_close(stimulus);
    stimulus = start_with("head -c 3", (struct aoe_span){data, LARGE}, ROOM);
    finish(stimulus);
    assert_int_equal(stimulus_status(stimulus), 0);
    stimulus_close(stimulus);
    free(data);
}

/* ---- what does not end by itself ---- */

static void test_the_background_is_not_waited_for(void **state)
{
    (void)state;
    bool more;
    struct stimulus *stimulus = start("sleep 60 & echo $!; exit 6");
    finish(stimulus);
    pid_t pid = (pid_t)strtol((const char *)stimulus_output(stimulus, &more).bytes, NULL, 10);
    assert_int_equal(stimulus_status(stimulus), 6);
    stimulus_close(stimulus);
    assert_int_equal(kill(pid, SIGKILL), 0); /* it is the user's: it goes on */
}

static void test_one_that_hangs_is_ended(void **state)
{
    (void)state;
    struct stimulus *stimulus = start("echo $$; sleep 20; exit 0");
    pid_t pid = first_number(stimulus);
    stimulus_close(stimulus);
    assert_true(is_gone(pid));
}

static void test_its_children_are_ended_as_well(void **state)
{
    (void)state;
    struct stimulus *stimulus = start("sleep 20 & echo $!; wait");
    pid_t pid = first_number(stimulus);
    stimulus_close(stimulus);
    assert_true(is_gone(pid));
}

static void test_one_that_does_not_want_to_end(void **state)
{
    (void)state;
    struct stimulus *stimulus = start("trap '' TERM; echo $$; while :; do sleep 0.05; done");
    pid_t pid = first_number(stimulus);
    stimulus_close(stimulus);
    assert_true(is_gone(pid));
}

/* In a process of its own: starts a command and dies, without a chance to end it. */
static void die_beside(const char *command)
{
    char error[160];
    struct stimulus *stimulus =
        stimulus_start(command, (struct aoe_span){NULL, 0}, ROOM, false, error, sizeof error);
    if (stimulus)
        first_number(stimulus);
    _exit(0);
}

/* The command holds the other end of a pipe: it is read as ended when the command has. */
static void test_it_ends_with_the_harness(void **state)
{
    (void)state;
    enum { HELD = 9 }; /* shells take one digit */
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[1], HELD), HELD);
    close(ends[1]);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid)
        die_beside("echo 1; exec sleep 20 >&9");
    close(HELD);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    struct pollfd end = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 10000), 1);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

static int ignore_broken_pipes(void **state)
{
    (void)state;
    return signal(SIGPIPE, SIG_IGN) == SIG_ERR; /* as the program does */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_an_end_is_not_waited_for),
        cmocka_unit_test(test_signals_are_not_inherited),
        cmocka_unit_test(test_no_process_is_left),
        cmocka_unit_test(test_output),
        cmocka_unit_test(test_large_data_both_ways),
        cmocka_unit_test(test_input_is_kept),
        cmocka_unit_test(test_more_output_than_is_kept),
        cmocka_unit_test(test_as_much_output_as_is_kept),
        cmocka_unit_test(test_input_that_nobody_reads),
        cmocka_unit_test(test_the_background_is_not_waited_for),
        cmocka_unit_test(test_one_that_hangs_is_ended),
        cmocka_unit_test(test_its_children_are_ended_as_well),
        cmocka_unit_test(test_one_that_does_not_want_to_end),
        cmocka_unit_test(test_it_ends_with_the_harness),
    };
    return cmocka_run_group_tests(tests, ignore_broken_pipes, NULL);
}
