/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live.h"
#include "output.h"
#include "run.h"

enum { ERROR_TEXT = 256 };

int run_live(const struct options *options, char *error, size_t error_size)
{
    struct live_options live = {
        .interface = options->interface,
        .interval = options->interval,
        .count = options->count,
        .analysis = options->analysis,
    };
    struct output output;
    if (!options->json)
        return live_run(&live, error, error_size) < 0 ? EXIT_FAILED : EXIT_FINE;
    if (output_open(&output, options->json, error, error_size) < 0)
        return EXIT_FAILED;
    live.json = output.to;
    int status = live_run(&live, error, error_size);
    /* What went wrong first is what is told. */
    char later[ERROR_TEXT] = "";
    if (output_close(&output, 0, status ? later : error, status ? sizeof later : error_size) < 0)
        status = -1;
    return status < 0 ? EXIT_FAILED : EXIT_FINE;
}
