/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Initiators and targets: who sends what and when, what is lost, and what is sent again. */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include "truth.h"

/* Plays the traffic of `options` until it ends or the capture is full, and finishes the truth.
 * 0, or -1 where there was no memory. */
int traffic_run(const struct options *options, struct writer *writer, struct truth *truth);

#endif
