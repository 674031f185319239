/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The process that stays: what it knows of the target lasts from one action to the next, and in
 * between it listens to the target and the link, as a driver in a kernel does. */
#ifndef INITIATOR_RESIDENT_H
#define INITIATOR_RESIDENT_H

#include "options.h"

/* Becomes that process, with the interface and target of `options`, after a fork: leaves the
 * session, and closes every descriptor but `connection`, over which it is asked first. Then it
 * listens on options->stay for further callers of this user, one at a time, and ends when nothing
 * was asked for options->linger, or when the interface is gone; then the socket is gone as well.
 * Returns the exit status. */
int resident_run(const struct options *options, int connection);

#endif
