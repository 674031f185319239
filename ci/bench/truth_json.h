/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The truth in the shape of aoe-analyze's JSON (analyser/results.md), without what the simulation
 * does not define: histograms, series, problems, findings. */
#ifndef BENCH_TRUTH_JSON_H
#define BENCH_TRUTH_JSON_H

#include "truth.h"

/* Writes it to the file at `path`. 0, or -1 and one line in `error`. Orders pairs and samples. */
int truth_json_write(struct truth *truth, const struct capture_truth *capture, const char *path,
                     char *error, size_t error_size);

#endif
