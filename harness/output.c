/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "output.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "baseline.h"
#include "folders.h"

static int write_capture(struct output *output, struct result *result)
{
    const char *path =
        arena_print(output->arena, "%s/%s.pcapng", output->options->captures, result->scenario->id);
    if (!result->event_count)
        return 0;
    FILE *file = folders_make(output->arena, path, 0777) ? NULL : fopen(path, "we");
    if (!file)
        return -1;
    result->capture = path;
    int status = report_capture(file, output->report, result);
    return fclose(file) || status ? -1 : 0;
}

static int write_captures(struct output *output, const char **error)
{
    for (size_t i = 0; output->options->captures && i < output->report->count; i++)
        if (write_capture(output, &output->report->results[i])) {
            *error = arena_print(output->arena, "cannot write captures to %s: %s",
                                 output->options->captures, strerror(errno));
            return -1;
        }
    return 0;
}

static int write_report(struct output *output, const char **error, const char *path,
                        int (*write)(FILE *, const struct report *))
{
    if (!path)
        return 0;
    bool out = !strcmp(path, "-");
    FILE *file = out ? stdout : fopen(path, "we");
    int status = file ? write(file, output->report) : -1;
    if (file)
        status = (out ? fflush(file) : fclose(file)) || status ? -1 : 0;
    if (status)
        *error = arena_print(output->arena, "cannot write %s: %s", path, strerror(errno));
    return status;
}

int output_write(struct output *output, const char **error)
{
    const struct options *options = output->options;
    int status = write_captures(output, error);
    status |= write_report(output, error, options->json, report_json);
    status |= write_report(output, error, options->junit, report_junit);
    status |= write_report(output, error, options->tap, report_tap);
    status |= write_report(output, error, options->html, report_html);
    if (options->write_baseline && baseline_write(options->write_baseline, output->report)) {
        *error = arena_print(output->arena, "cannot write %s: %s", options->write_baseline,
                             strerror(errno));
        status = -1;
    }
    return status;
}

static bool is_standard_output(const char *path)
{
    return path && !strcmp(path, "-");
}

bool output_has_colours(FILE *to)
{
    const char *no_colour = getenv("NO_COLOR");
    return isatty(fileno(to)) && !(no_colour && *no_colour);
}

void output_open(struct output *output, struct arena *arena, const struct options *options,
                 struct report *report)
{
    bool taken = is_standard_output(options->json) || is_standard_output(options->junit) ||
                 is_standard_output(options->tap) || is_standard_output(options->html);
    *output = (struct output){.arena = arena, .options = options, .report = report};
    output->people = taken ? stderr : stdout;
    output->style.verbose = options->verbose;
    output->style.colour = output_has_colours(output->people);
}
