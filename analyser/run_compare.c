/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "compare.h"
#include "gather_states.h"
#include "output.h"
#include "people.h"
#include "results.h"
#include "run.h"

struct comparing {
    const struct options *options;
    volatile sig_atomic_t *stop;
    struct arena arena;
    struct material materials[2];
    struct comparison comparison;
    json_t *results[2];
    char *error;
    size_t error_size;
};

static int fail(struct comparing *run, const char *message)
{
    snprintf(run->error, run->error_size, "%s", message);
    return EXIT_FAILED;
}

static int gather(struct comparing *run, unsigned side)
{
    struct gathering gathering = {.options = &run->options->analysis,
                                  .stop = run->stop,
                                  .notes = stderr,
                                  .quiet = run->options->quiet};
    const char *const *path = &run->options->paths[side];
    struct material *material = &run->materials[side];
    int status = strcmp(*path, "-") && state_recognises(*path)
                     ? gather_states(material, &gathering, path, 1, run->error, run->error_size)
                     : gather_captures(material, &gathering, path, 1, run->error, run->error_size);
    return status < 0 ? EXIT_FAILED : 0;
}

static int make_results(struct comparing *run)
{
    if (compare(&run->comparison, &run->arena, &run->materials[0].analysis.figures,
                &run->materials[1].analysis.figures) < 0)
        return fail(run, "out of memory");
    for (unsigned side = 0; side < 2; side++) {
        const struct analysis *analysis = &run->materials[side].analysis;
        run->results[side] = results_json(&analysis->figures, &analysis->options);
        if (!run->results[side])
            return fail(run, "out of memory");
    }
    return 0;
}

static int write_json(struct comparing *run)
{
    if (!run->options->json)
        return 0;
    json_t *root = compare_json(&run->comparison, &run->materials[0].analysis.figures.traffic,
                                json_incref(run->results[0]), json_incref(run->results[1]));
    int status = root ? output_json(run->options->json, root, run->error, run->error_size) : -1;
    json_decref(root);
    return status < 0 ? EXIT_FAILED : 0;
}

static int write_page(struct comparing *run)
{
    char names[2][MATERIAL_PLACE];
    struct page_capture captures[2];
    struct output output;
    if (!run->options->html)
        return 0;
    for (unsigned side = 0; side < 2; side++)
        captures[side] = (struct page_capture){
            material_name(names[side], &run->materials[side]), run->materials[side].files,
            run->materials[side].file_count, page_json, run->results[side]};
    if (output_open(&output, run->options->html, run->error, run->error_size) < 0)
        return EXIT_FAILED;
    int status = page_write(output.to, captures, 2);
    return output_close(&output, status, run->error, run->error_size) < 0 ? EXIT_FAILED : 0;
}

static int write_text(struct comparing *run)
{
    struct people people = people_of(run->options);
    struct arena scratch = {NULL};
    struct printer printer = {people.to, people.style.colour, people.style.verbose, &scratch};
    if (run->options->quiet)
        return 0;
    errno = 0;
    int status = compare_print(&printer, &run->comparison, run->materials);
    arena_free(&scratch);
    if (fflush(people.to) || ferror(people.to) || status < 0)
        return people_failed(run->error, run->error_size);
    return 0;
}

static bool broken_rule_in(const struct material *material)
{
    const struct findings *findings = &material->analysis.figures.findings;
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    for (size_t i = 0; findings->clauses && i < count; i++)
        if (findings->clauses[i].count && clauses[i].level == AOE_MUST)
            return true;
    return false;
}

static int verdict(const struct comparing *run)
{
    for (unsigned side = 0; side < 2; side++)
        if (run->materials[side].interrupted)
            return EXIT_INTERRUPTED;
    for (unsigned side = 0; side < 2; side++)
        if (run->materials[side].damaged || broken_rule_in(&run->materials[side]))
            return EXIT_FOUND;
    return EXIT_FINE;
}

int run_compare(const struct options *options, volatile sig_atomic_t *stop, char *error,
                size_t error_size)
{
    struct comparing run = {
        .options = options, .stop = stop, .error = error, .error_size = error_size};
    int status = gather(&run, 0);
    if (!status)
        status = gather(&run, 1);
    if (!status)
        status = make_results(&run);
    if (!status)
        status = write_json(&run);
    if (!status)
        status = write_page(&run);
    if (!status)
        status = write_text(&run);
    if (!status)
        status = verdict(&run);
    for (unsigned side = 0; side < 2; side++) {
        json_decref(run.results[side]);
        material_close(&run.materials[side]);
    }
    arena_free(&run.arena);
    return status;
}
