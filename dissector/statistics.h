/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statistics over a capture: service response times, latencies, counts, conversations, JSON. */
#ifndef AOE_STATISTICS_H
#define AOE_STATISTICS_H

#include "tap.h"

/* Registers those that belong to a protocol, while that is registered. */
void statistics_register(int protocol);

/* Registers those that are listeners of their own, when taps are. */
void statistics_listen(void);

#endif
