/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-analyze: what is wrong and what is slow in captures of ATA over Ethernet. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "run.h"

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

/* A second one ends the program at once, as where a pipe that is read never ends. */
static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

static int run(const struct options *options, char *error, size_t error_size)
{
    switch (options->mode) {
    case MODE_DONE:
        if (!fflush(stdout) && !ferror(stdout))
            return EXIT_FINE;
        snprintf(error, error_size, "cannot write to standard output");
        return EXIT_FAILED;
    case MODE_COMPARE:
        return run_compare(options, &stop, error, error_size);
    case MODE_LIVE:
        return run_live(options, error, error_size);
    default:
        return run_captures(options, &stop, error, error_size);
    }
}

int main(int argc, char **argv)
{
    struct options options = {.mode = MODE_DONE};
    char error[1024] = "";
    catch_signals();
    int status = options_parse(argc, argv, &options, error, sizeof error) < 0
                     ? EXIT_USAGE
                     : run(&options, error, sizeof error);
    if (*error)
        fprintf(stderr, "aoe-analyze: %s\n", error);
    return status;
}
