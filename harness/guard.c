/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard.h"

#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

enum { CRASHES = sizeof crashes / sizeof crashes[0] };

/* A signal handler is told nothing but its number. */
static sigjmp_buf way_out;

static void leave(int number)
{
    siglongjmp(way_out, number);
}

bool guard_call(void (*call)(void *user), void *user)
{
    const struct sigaction caught = {.sa_handler = leave, .sa_flags = SA_NODEFER};
    struct sigaction before[CRASHES];
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &caught, &before[i]);
    volatile bool whole = false;
    if (!sigsetjmp(way_out, 1)) {
        call(user);
        whole = true;
    }
    for (size_t i = 0; i < CRASHES; i++)
        sigaction(crashes[i], &before[i], NULL);
    return whole;
}
