/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said between a process that stays and who asks it to do something: two packets over a
 * connection of a Unix socket (SOCK_SEQPACKET). The request is a command line of aoe-initiator with
 * the caller's standard input and output, the answer is how it has ended. Whatever the other end
 * sends is checked; that it is the same user's is the caller's to know. */
#ifndef INITIATOR_CALL_H
#define INITIATOR_CALL_H

#include <stddef.h>

enum { CALL_WORDS = 24, CALL_BYTES = 4096, CALL_TEXT = 256 };

/* A request as it came. */
struct call {
    char text[CALL_BYTES];       /* the words, each with its NUL */
    char *words[CALL_WORDS + 1]; /* in `text`, the first is the program's name; then NULL */
    int count;                   /* of words, 1 or more */
    int input, output;           /* descriptors; -1 once they are somebody else's */
};

/* Sends the words with these two descriptors, which stay the sender's. -1 with errno; E2BIG where
 * they are too many or too long. */
int call_send(int connection, char *const *words, int count, int input, int output);

/* Waits for a request. -1 where none comes, or one that call_send() does not make: nothing has to
 * be closed then. */
int call_receive(int connection, struct call *call);

/* Closes the descriptors that are still the call's. */
void call_close(struct call *call);

/* Answers with a status (0 to 255) and a line, which is cut to CALL_TEXT - 1 bytes. */
int call_answer(int connection, int status, const char *line);

/* Waits for the answer. Returns its status with the line, or -1 where none comes. */
int call_wait(int connection, char line[CALL_TEXT]);

#endif
