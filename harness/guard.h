/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A crash inside of one scenario must not cost the run its report, nor the target what the run
 * had changed. */
#ifndef AOE_GUARD_H
#define AOE_GUARD_H

#include <stdbool.h>

/* Calls `call(user)`. Returns false where it crashed (SIGSEGV, SIGBUS, SIGFPE or SIGILL, also one
 * that somebody sent): it was left where it stood. Not to be nested. */
bool guard_call(void (*call)(void *user), void *user);

#endif
