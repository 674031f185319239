/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run.h"

#include <errno.h>
#include <stdlib.h>

#include "csv.h"
#include "gather_states.h"
#include "output.h"
#include "people.h"
#include "report.h"
#include "results.h"

struct run {
    const struct options *options;
    volatile sig_atomic_t *stop;
    struct arena arena;
    struct csv *csv; /* NULL without */
    struct material material;
    struct baseline baseline;
    struct problems problems;
    struct judgement judgement;
    char *error;
    size_t error_size;
};

static int fail(struct run *run, const char *message)
{
    snprintf(run->error, run->error_size, "%s", message);
    return EXIT_FAILED;
}

static int read_baseline(struct run *run)
{
    const char *error;
    if (!run->options->baseline ||
        !baseline_read(&run->arena, run->options->baseline, &run->baseline, &error))
        return 0;
    snprintf(run->error, run->error_size, "%s", error);
    return EXIT_USAGE;
}

/* Commands are written while they are read; states do not hold them one by one. */
static int begin_csv(struct run *run)
{
    const struct options *options = run->options;
    if (!options->csv)
        return 0;
    run->csv = csv_open(options->csv, options->mode == MODE_CAPTURES, run->error, run->error_size);
    return run->csv ? 0 : EXIT_FAILED;
}

static int gather(struct run *run)
{
    const struct options *options = run->options;
    struct gathering gathering = {.options = &options->analysis,
                                  .sink = run->csv ? csv_command : NULL,
                                  .sink_user = run->csv,
                                  .stop = run->stop,
                                  .notes = stderr,
                                  .save = options->save,
                                  .quiet = options->quiet};
    int status = options->mode == MODE_MERGE
                     ? gather_states(&run->material, &gathering, options->paths,
                                     options->path_count, run->error, run->error_size)
                     : gather_captures(&run->material, &gathering, options->paths,
                                       options->path_count, run->error, run->error_size);
    if (status < 0)
        return *run->stop ? EXIT_INTERRUPTED : EXIT_FAILED;
    return 0;
}

static int finish_csv(struct run *run)
{
    if (!run->csv)
        return 0;
    int status = csv_tables(run->csv, &run->material.analysis.figures, run->error, run->error_size);
    return status < 0 ? EXIT_FAILED : 0;
}

static int conclude(struct run *run)
{
    const struct figures *figures = &run->material.analysis.figures;
    if (problems_find(&run->problems, &run->arena, figures) < 0 ||
        judge(&run->judgement, &run->arena, figures, &run->baseline) < 0)
        return fail(run, "out of memory");
    return 0;
}

static int write_figures(FILE *to, const void *of)
{
    const struct run *run = of;
    const struct analysis *analysis = &run->material.analysis;
    return results_write(to, &analysis->figures, &analysis->options, &run->judgement);
}

static int write_page(struct run *run)
{
    char name[MATERIAL_PLACE];
    struct page_capture capture = {material_name(name, &run->material), run->material.files,
                                   run->material.file_count, write_figures, run};
    struct output output;
    if (output_open(&output, run->options->html, run->error, run->error_size) < 0)
        return EXIT_FAILED;
    int status = page_write(output.to, &capture, 1);
    return output_close(&output, status, run->error, run->error_size) < 0 ? EXIT_FAILED : 0;
}

static int write_json(struct run *run)
{
    struct output output;
    if (output_open(&output, run->options->json, run->error, run->error_size) < 0)
        return EXIT_FAILED;
    errno = 0;
    int status = write_figures(output.to, run);
    return output_close(&output, status, run->error, run->error_size) < 0 ? EXIT_FAILED : 0;
}

static int write_results(struct run *run)
{
    int status = run->options->json ? write_json(run) : 0;
    return !status && run->options->html ? write_page(run) : status;
}

static int write_baseline(struct run *run)
{
    const char *path = run->options->write_baseline;
    if (!path || judgement_write_baseline(&run->judgement, path) == 0)
        return 0;
    snprintf(run->error, run->error_size, "cannot write %s: %s", path, strerror(errno));
    return EXIT_FAILED;
}

static int write_text(struct run *run)
{
    struct people people = people_of(run->options);
    if (run->options->quiet)
        return 0;
    errno = 0;
    if (report_write(people.to, &run->material, &run->problems, &run->judgement, &people.style) < 0)
        return people_failed(run->error, run->error_size);
    return 0;
}

/* What was measured goes to files first: the text is the last to be seen on a terminal. */
static int report(struct run *run)
{
    int status = write_results(run);
    if (!status)
        status = finish_csv(run);
    if (!status)
        status = write_baseline(run);
    return status ? status : write_text(run);
}

static int verdict(const struct run *run)
{
    if (run->material.interrupted)
        return EXIT_INTERRUPTED;
    return run->material.damaged || run->judgement.failed ? EXIT_FOUND : EXIT_FINE;
}

int run_captures(const struct options *options, volatile sig_atomic_t *stop, char *error,
                 size_t error_size)
{
    struct run run = {.options = options, .stop = stop, .error = error, .error_size = error_size};
    int status = read_baseline(&run);
    if (!status)
        status = begin_csv(&run);
    if (!status)
        status = gather(&run);
    if (!status)
        status = conclude(&run);
    if (!status)
        status = report(&run);
    if (run.csv && csv_close(run.csv, error, error_size) < 0)
        status = EXIT_FAILED;
    if (!status)
        status = verdict(&run);
    material_close(&run.material);
    arena_free(&run.arena);
    return status;
}
