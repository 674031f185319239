/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gather_states.h"

#include <stdio.h>
#include <stdlib.h>

/* A state and where it belongs. */
struct part {
    const char *path;
    size_t given; /* as which of all */
    bool any;     /* it has frames */
    int64_t time; /* of the first */
};

struct merging {
    struct part *parts;
    size_t count;
    struct analysis_options options; /* of all states */
    bool check;                      /* findings are asked for */
    struct state_writer *writer;     /* NULL where the result is not saved */
    volatile sig_atomic_t *stop;     /* NULL where nobody can stop */
    FILE *notes;                     /* NULL where nobody reads them */
    char *error;
    size_t error_size;
};

/* Parts without frames come last. */
static int by_time(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    if (a->any != b->any)
        return a->any ? -1 : 1;
    if (a->any && a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return (a->given > b->given) - (a->given < b->given);
}

/* Reads how a part was made and when it begins. */
static int look_at(struct merging *merging, size_t index, const char *path)
{
    struct state *state = state_open(path, merging->error, merging->error_size);
    if (!state)
        return -1;
    struct part *part = &merging->parts[index];
    *part = (struct part){.path = path, .given = index};
    part->any = state_time(state, &part->time);
    if (!index)
        merging->options = *state_options(state);
    bool alike = state_alike(&merging->options, state_options(state));
    state_close(state);
    if (alike)
        return 0;
    snprintf(merging->error, merging->error_size,
             "%s was saved with other options (--patience, --check, --target, --host) than %s",
             path, merging->parts[0].path);
    return -1;
}

static int look_at_all(struct merging *merging, const char *const *paths)
{
    for (size_t i = 0; i < merging->count; i++)
        if (look_at(merging, i, paths[i]) < 0)
            return -1;
    qsort(merging->parts, merging->count, sizeof *merging->parts, by_time);
    if (!merging->check || merging->options.check)
        return 0;
    snprintf(merging->error, merging->error_size,
             "%s was saved without --check: save it again with it", merging->parts[0].path);
    return -1;
}

static int add_files(struct material *material, struct merging *merging, const struct state *state)
{
    size_t count;
    const struct state_file *files = state_files(state, &count);
    for (size_t i = 0; i < count; i++)
        if (material_add_file(material, files[i].name, files[i].frames) < 0 ||
            (merging->writer &&
             state_add_file(merging->writer, files[i].name, files[i].frames) < 0)) {
            snprintf(merging->error, merging->error_size, "out of memory");
            return -1;
        }
    return 0;
}

static int load(struct material *material, struct merging *merging, const struct part *part)
{
    struct state *state = state_open(part->path, merging->error, merging->error_size);
    if (!state)
        return -1;
    if (merging->writer && part->any)
        state_begins(merging->writer, part->time);
    int status = state_load(state, &material->analysis, merging->writer, merging->error,
                            merging->error_size);
    if (!status && !state_exact(state) && merging->notes)
        fprintf(merging->notes,
                "aoe-analyze: %s does not join exactly what is before it: commands that wait there "
                "may be counted twice; save it with a longer --patience\n",
                part->path);
    if (!status)
        status = add_files(material, merging, state);
    state_close(state);
    return status;
}

static int load_all(struct material *material, struct merging *merging)
{
    for (size_t i = 0; i < merging->count; i++) {
        material->interrupted = merging->stop && *merging->stop;
        if (material->interrupted)
            return 0;
        if (load(material, merging, &merging->parts[i]) < 0)
            return -1;
    }
    return 0;
}

static int open_analysis(struct material *material, struct merging *merging, const char *save)
{
    struct analysis *analysis = &material->analysis;
    *material = (struct material){.files = NULL};
    int status = save ? analysis_open_part(analysis, &merging->options)
                      : analysis_open(analysis, &merging->options);
    if (status < 0)
        snprintf(merging->error, merging->error_size, "out of memory");
    else if (save)
        merging->writer = state_create(save, analysis, merging->error, merging->error_size);
    return status < 0 || (save && !merging->writer) ? -1 : 0;
}

static int merge(struct material *material, struct merging *merging, const char *save)
{
    int status = open_analysis(material, merging, save);
    if (!status)
        status = load_all(material, merging);
    char error[256] = "";
    if (merging->writer &&
        state_finish(merging->writer, !status && !material->interrupted, error, sizeof error) < 0 &&
        !status && !material->interrupted) {
        snprintf(merging->error, merging->error_size, "%s", error);
        status = -1;
    }
    return status;
}

int gather_states(struct material *material, const struct gathering *gathering,
                  const char *const *paths, size_t count, char *error, size_t error_size)
{
    struct merging merging = {.count = count,
                              .parts = calloc(count, sizeof *merging.parts),
                              .stop = gathering->stop,
                              .notes = gathering->notes,
                              .check = gathering->options && gathering->options->check,
                              .error = error,
                              .error_size = error_size};
    *material = (struct material){.files = NULL};
    snprintf(error, error_size, "out of memory");
    int status = merging.parts ? look_at_all(&merging, paths) : -1;
    if (!status)
        status = merge(material, &merging, gathering->save);
    free(merging.parts);
    if (!status && gathering->save && !material->interrupted) {
        material_close(material);
        return gather_state(material, gathering->save, error, error_size);
    }
    if (status < 0) {
        material_close(material);
        return -1;
    }
    analysis_finish(&material->analysis);
    error[0] = '\0';
    return 0;
}

int gather_state(struct material *material, const char *path, char *error, size_t error_size)
{
    const struct gathering alone = {.stop = NULL};
    return gather_states(material, &alone, &path, 1, error, error_size);
}
