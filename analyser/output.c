/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static int fail(const struct output *output, int why, char *error, size_t error_size)
{
    snprintf(error, error_size, "cannot write %s: %s",
             strcmp(output->path, "-") ? output->path : "to standard output",
             strerror(why ? why : EIO));
    return -1;
}

int output_open(struct output *output, const char *path, char *error, size_t error_size)
{
    output->path = path;
    output->to = strcmp(path, "-") ? fopen(path, "we") : stdout;
    return output->to ? 0 : fail(output, errno, error, error_size);
}

int output_close(struct output *output, int status, char *error, size_t error_size)
{
    int why = status ? errno : 0;
    bool failed = status || ferror(output->to);
    if (fflush(output->to) && !failed) {
        why = errno;
        failed = true;
    }
    if (output->to != stdout && fclose(output->to) && !failed) {
        why = errno;
        failed = true;
    }
    return failed ? fail(output, why, error, error_size) : 0;
}

int output_json(const char *path, const json_t *json, char *error, size_t error_size)
{
    struct output output;
    if (output_open(&output, path, error, error_size) < 0)
        return -1;
    errno = 0;
    int status = json_dumpf(json, output.to, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
    if (!status && fputc('\n', output.to) < 0)
        status = -1;
    return output_close(&output, status, error, error_size);
}
