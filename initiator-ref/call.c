/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DESCRIPTORS = 2 };

/* Room for the descriptors of one message, aligned as the kernel wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
};

/* Returns the bytes used, 0 where the words do not fit. */
static size_t join(char to[CALL_BYTES], char *const *words, int count)
{
    size_t used = 0;
    if (count < 1 || count > CALL_WORDS)
        return 0;
    for (int i = 0; i < count; i++) {
        size_t length = strlen(words[i]) + 1;
        if (length > CALL_BYTES - used)
            return 0;
        memcpy(to + used, words[i], length);
        used += length;
    }
    return used;
}

int call_send(int connection, char *const *words, int count, int input, int output)
{
    char text[CALL_BYTES];
    union control control = {.bytes = {0}};
    const int descriptors[DESCRIPTORS] = {input, output};
    struct iovec part = {text, join(text, words, count)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    if (!part.iov_len) {
        errno = E2BIG;
        return -1;
    }
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof descriptors);
    memcpy(CMSG_DATA(&control.header), descriptors, sizeof descriptors);
    return sendmsg(connection, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

/* Takes the descriptors of a message; those of a request are two. */
static bool take_descriptors(struct call *call, const struct msghdr *message)
{
    int found[DESCRIPTORS];
    const struct cmsghdr *header = CMSG_FIRSTHDR(message);
    if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
        return false;
    size_t bytes = header->cmsg_len - CMSG_LEN(0);
    if (bytes > sizeof found || bytes % sizeof found[0])
        return false;
    memcpy(found, CMSG_DATA(header), bytes);
    call->input = bytes > 0 ? found[0] : -1;
    call->output = bytes > sizeof found[0] ? found[1] : -1;
    return call->input >= 0 && call->output >= 0;
}

/* Cuts the text into its words. */
static bool split(struct call *call, size_t length)
{
    if (!length || call->text[length - 1])
        return false;
    call->count = 0;
    for (size_t at = 0; at < length; at += strlen(call->text + at) + 1) {
        if (call->count == CALL_WORDS)
            return false;
        call->words[call->count++] = call->text + at;
    }
    call->words[call->count] = NULL;
    return true;
}

int call_receive(int connection, struct call *call)
{
    union control control;
    struct iovec part = {call->text, sizeof call->text};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    call->input = call->output = -1;
    ssize_t length = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
    if (length < 0)
        return -1;
    bool whole = !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    /* Also of a message that is no request: else they would stay open. */
    bool sound = take_descriptors(call, &message);
    if (whole && sound && split(call, (size_t)length))
        return 0;
    call_close(call);
    return -1;
}

static void close_end(int *descriptor)
{
    if (*descriptor >= 0)
        close(*descriptor);
    *descriptor = -1;
}

void call_close(struct call *call)
{
    close_end(&call->input);
    close_end(&call->output);
}

int call_answer(int connection, int status, const char *line)
{
    char text[1 + CALL_TEXT];
    size_t length = strnlen(line, CALL_TEXT - 1);
    text[0] = (char)status;
    memcpy(text + 1, line, length);
    return send(connection, text, 1 + length, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int call_wait(int connection, char line[CALL_TEXT])
{
    char text[CALL_TEXT];
    ssize_t length = recv(connection, text, sizeof text, 0);
    line[0] = '\0';
    if (length < 1)
        return -1;
    memcpy(line, text + 1, (size_t)length - 1);
    line[length - 1] = '\0';
    return (uint8_t)text[0];
}
