/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The caller's side of --stay: the process that stays is asked through its socket, or made where
 * there is none. Messages are lines without a newline, of `size` bytes at most. */
#ifndef INITIATOR_STAY_H
#define INITIATOR_STAY_H

#include <sys/types.h>

#include "options.h"

/* Has the action of a command line carried out by the process of options->stay, with this process's
 * standard input and output, and waits until it has ended. OUTCOME_CRASHED where that process ends
 * meanwhile, or has ended before without removing its socket. In the process that is made this
 * returns as well, with *child set and its exit status. */
enum outcome stay_act(const struct options *options, int argc, char **argv, bool *child,
                      char *message, size_t size);

/* Ends the process of that socket, if there is one, and removes the socket. */
enum outcome stay_end(const char *path, char *message, size_t size);

/* A listening socket at `path`, which only this user can reach; nonblocking. -1 with a message. */
int stay_listen(const char *path, char *message, size_t size);

/* The process at the other end of a connection: 0 where it is another user's, or cannot be told. */
pid_t stay_peer(int connection);

#endif
