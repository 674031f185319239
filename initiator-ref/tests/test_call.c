/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said between a process that stays and who asks it, and what nobody should say. */
#include "initiator-ref/call.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct line {
    int ends[2];
};

static struct line open_line(void)
{
    struct line line;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line.ends), 0);
    return line;
}

static void close_line(struct line *line)
{
    close(line->ends[0]);
    close(line->ends[1]);
}

/* The next descriptor that would be given out: none is left open where it is the same again. */
static int next_descriptor(void)
{
    int next = dup(STDIN_FILENO);
    assert_true(next >= 0);
    close(next);
    return next;
}

static void test_a_request_comes_as_it_was_sent(void **state)
{
    char *words[] = {"aoe-initiator", "a0", "", "read", "e0.1"};
    struct line line = open_line();
    struct call call;
    int ends[2], before = next_descriptor();
    char byte = 'x';
    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(call_send(line.ends[0], words, 5, ends[0], ends[1]), 0);
    assert_int_equal(call_receive(line.ends[1], &call), 0);
    assert_int_equal(call.count, 5);
    for (int i = 0; i < 5; i++)
        assert_string_equal(call.words[i], words[i]);
    assert_null(call.words[5]);
    assert_int_equal(write(call.output, "y", 1), 1);
    assert_int_equal(read(call.input, &byte, 1), 1);
    assert_int_equal(byte, 'y');
    assert_true(fcntl(call.input, F_GETFD) & FD_CLOEXEC);
    call_close(&call);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(next_descriptor(), before);
    close_line(&line);
}

static void test_what_does_not_fit_is_not_sent(void **state)
{
    static char word[CALL_BYTES + 1];
    char *words[CALL_WORDS + 1];
    struct line line = open_line();
    (void)state;
    for (int i = 0; i <= CALL_WORDS; i++)
        words[i] = "word";
    assert_int_equal(call_send(line.ends[0], words, CALL_WORDS, 0, 1), 0);
    assert_int_equal(call_send(line.ends[0], words, CALL_WORDS + 1, 0, 1), -1);
    assert_int_equal(errno, E2BIG);
    assert_int_equal(call_send(line.ends[0], words, 0, 0, 1), -1);
    memset(word, 'w', CALL_BYTES - 1);
    words[0] = word;
    assert_int_equal(call_send(line.ends[0], words, 1, 0, 1), 0);
    assert_int_equal(call_send(line.ends[0], words, 2, 0, 1), -1);
    word[CALL_BYTES - 1] = 'w';
    assert_int_equal(call_send(line.ends[0], words, 1, 0, 1), -1);
    close_line(&line);
}

/* A packet of these bytes, with so many descriptors. */
static void say(int connection, const char *text, size_t length, size_t descriptors)
{
    enum { MOST = 4 };
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(MOST * sizeof(int))];
    } control = {.bytes = {0}};
    static const int standard[MOST] = {0, 1, 0, 1};
    struct iovec part = {(char *)text, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptors) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(descriptors * sizeof(int));
        memcpy(CMSG_DATA(&control.header), standard, descriptors * sizeof(int));
    }
    assert_int_equal(sendmsg(connection, &message, 0), length);
}

static void test_what_is_no_request_is_refused(void **state)
{
    static char longest[CALL_BYTES + 1];
    static const char many[CALL_WORDS + 1] = {0};
    const struct {
        const char *text;
        size_t length, descriptors;
    } cases[] = {
        {"a\0b", 4, 0},               /* nothing to read from */
        {"a\0b", 4, 1},               /* nothing to write to */
        {"a\0b", 4, 3},               /* more than it takes */
        {"a\0b", 3, 2},               /* the last word has no end */
        {"", 0, 2},                   /* no word at all */
        {many, sizeof many, 2},       /* too many words */
        {longest, sizeof longest, 2}, /* too long */
    };
    struct line line = open_line();
    struct call call;
    int before = next_descriptor();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        print_message("%zu\n", i);
        say(line.ends[0], cases[i].text, cases[i].length, cases[i].descriptors);
        assert_int_equal(call_receive(line.ends[1], &call), -1);
        assert_int_equal(next_descriptor(), before);
    }
    say(line.ends[0], many, CALL_WORDS, 2);
    assert_int_equal(call_receive(line.ends[1], &call), 0);
    assert_int_equal(call.count, CALL_WORDS);
    call_close(&call);
    close(line.ends[0]);
    assert_int_equal(call_receive(line.ends[1], &call), -1);
    close(line.ends[1]);
}

static void test_answers(void **state)
{
    char told[CALL_TEXT], line_text[2 * CALL_TEXT];
    struct line line = open_line();
    (void)state;
    assert_int_equal(call_answer(line.ends[0], 69, "a0: no such interface"), 0);
    assert_int_equal(call_wait(line.ends[1], told), 69);
    assert_string_equal(told, "a0: no such interface");
    assert_int_equal(call_answer(line.ends[0], 134, ""), 0);
    assert_int_equal(call_wait(line.ends[1], told), 134);
    assert_string_equal(told, "");
    memset(line_text, 'x', sizeof line_text - 1);
    line_text[sizeof line_text - 1] = '\0';
    assert_int_equal(call_answer(line.ends[0], 1, line_text), 0);
    assert_int_equal(call_wait(line.ends[1], told), 1);
    assert_int_equal(strlen(told), CALL_TEXT - 1);
    assert_int_equal(send(line.ends[0], line_text, sizeof line_text, 0), sizeof line_text);
    assert_int_equal(call_wait(line.ends[1], told), 'x');
    assert_true(strlen(told) < CALL_TEXT);
    close(line.ends[0]);
    assert_int_equal(call_wait(line.ends[1], told), -1);
    assert_int_equal(call_answer(line.ends[1], 0, ""), -1);
    close(line.ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_comes_as_it_was_sent),
        cmocka_unit_test(test_what_does_not_fit_is_not_sent),
        cmocka_unit_test(test_what_is_no_request_is_refused),
        cmocka_unit_test(test_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
