/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of AoE traffic between simulated initiators and targets, and the truth about them. */
#include <signal.h>
#include <stdio.h>

#include "traffic.h"
#include "truth_json.h"

static int generate(const struct options *options, char *error, size_t error_size)
{
    struct truth truth;
    struct writer *writer = writer_open(options, error, error_size);
    if (!writer)
        return -1;
    truth_open(&truth, options);
    int status = traffic_run(options, writer, &truth);
    struct capture_truth capture = writer_truth(writer);
    if (status)
        snprintf(error, error_size, "out of memory");
    if (writer_close(writer, error, error_size))
        status = -1;
    if (!status && options->truth)
        status = truth_json_write(&truth, &capture, options->truth, error, error_size);
    truth_close(&truth);
    return status;
}

int main(int count, char **arguments)
{
    struct options options;
    char error[512] = "";
    signal(SIGPIPE, SIG_IGN);
    if (options_parse(&options, count, arguments, error, sizeof error)) {
        fprintf(stderr, "generate: %s\n", error);
        return 2;
    }
    if (options.help) {
        options_help();
        return 0;
    }
    if (generate(&options, error, sizeof error)) {
        fprintf(stderr, "generate: %s\n", error);
        return 1;
    }
    return 0;
}
