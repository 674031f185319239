/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char ending[] = ".aoe";

static bool is_folder(const char *path)
{
    struct stat status;
    return !stat(path, &status) && S_ISDIR(status.st_mode);
}

/* The folder of the program, or NULL. */
static const char *program_folder(struct arena *arena)
{
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    char *slash = strrchr(program, '/');
    if (slash)
        *slash = '\0';
    return arena_text(arena, program);
}

const char *catalogue_folder(struct arena *arena, const char *given)
{
    static const char *const places[] = {"../scenarios", "../../scenarios",
                                         "../share/aoe-suite/scenarios"};
    const char *program = given ? NULL : program_folder(arena);
    for (size_t i = 0; program && i < sizeof places / sizeof places[0]; i++) {
        char *found = realpath(arena_print(arena, "%s/%s", program, places[i]), NULL);
        const char *folder = found && is_folder(found) ? arena_text(arena, found) : NULL;
        free(found);
        if (folder)
            return folder;
    }
    return given ? given : SCENARIO_DIR;
}

static char *read_file(struct arena *arena, const char *path, size_t *length)
{
    enum { MOST = 1 << 20 };
    char *text = NULL;
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file && !fstat(fileno(file), &status) && status.st_size <= MOST) {
        text = arena_array(arena, (size_t)status.st_size + 1, 1);
        *length = fread(text, 1, (size_t)status.st_size, file);
    }
    if (file)
        fclose(file);
    return text;
}

static void add_error(struct arena *arena, struct catalogue *to, const char *error)
{
    to->errors = arena_grow(arena, to->errors, to->error_count, sizeof *to->errors);
    to->errors[to->error_count++] = error;
}

/* Paths are told from where the user stands, where that is shorter. */
static const char *shown_path(struct arena *arena, const char *path)
{
    char here[4096];
    size_t length = getcwd(here, sizeof here) ? strlen(here) : 0;
    if (length > 1 && !strncmp(path, here, length) && path[length] == '/')
        return arena_text(arena, path + length + 1);
    return arena_text(arena, path);
}

static void load_file(struct arena *arena, const char *path, const char *id, struct catalogue *to)
{
    size_t length = 0;
    const char *error, *shown = shown_path(arena, path);
    char *text = read_file(arena, path, &length);
    if (!text) {
        add_error(arena, to, arena_print(arena, "%s: cannot be read", shown));
        return;
    }
    struct scenario *scenario = scenario_parse(arena, id, shown, text, length, &error);
    if (!scenario) {
        add_error(arena, to, error);
        return;
    }
    to->scenarios = arena_grow(arena, to->scenarios, to->count, sizeof(struct scenario *));
    to->scenarios[to->count++] = scenario;
}

static int walk(struct arena *arena, const char *folder, const char *prefix, struct catalogue *to)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return -1;
    for (struct dirent *entry; (entry = readdir(directory));) {
        size_t length = strlen(entry->d_name), end = sizeof ending - 1;
        const char *path = arena_print(arena, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        if (is_folder(path))
            walk(arena, path, arena_print(arena, "%s%s/", prefix, entry->d_name), to);
        else if (length > end && !strcmp(entry->d_name + length - end, ending))
            load_file(arena, path,
                      arena_print(arena, "%s%.*s", prefix, (int)(length - end), entry->d_name), to);
    }
    closedir(directory);
    return 0;
}

/* What can cost the run its target comes late: there are targets that do not survive the deletion
 * of a mask, or the loss of their link. */
static int phase(const struct scenario *scenario)
{
    if (scenario->runwide)
        return 3;
    if (scenario->touches & TOUCH_LINK)
        return 2;
    return scenario->touches & TOUCH_MASKS ? 1 : 0;
}

static int compare(const void *a, const void *b)
{
    const struct scenario *x = *(struct scenario *const *)a, *y = *(struct scenario *const *)b;
    int difference = phase(x) - phase(y);
    return difference ? difference : strcmp(x->id, y->id);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int catalogue_load(struct arena *arena, const char *folder, struct catalogue *to,
                   const char **error)
{
    *to = (struct catalogue){0};
    if (walk(arena, folder, "", to)) {
        *error = arena_print(arena, "no scenarios in %s: %s (--scenarios names another folder)",
                             folder, strerror(errno));
        return -1;
    }
    if (!to->count && !to->error_count) {
        *error = arena_print(arena, "no scenarios (files that end in %s) below %s", ending, folder);
        return -1;
    }
    if (to->count)
        qsort(to->scenarios, to->count, sizeof(struct scenario *), compare);
    if (to->error_count)
        qsort(to->errors, to->error_count, sizeof *to->errors, compare_text);
    return 0;
}

bool catalogue_matches(const char *pattern, const char *id)
{
    return !fnmatch(pattern, id, 0);
}
