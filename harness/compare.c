/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compare.h"

#include <errno.h>
#include <getopt.h>

#include "comparison.h"
#include "output.h"

static const char help[] =
    "usage: aoe-conform compare [--html FILE] [--all] A.json B.json ...\n"
    "\n"
    "Puts the verdicts of several runs side by side, from what --json wrote: of several targets,\n"
    "or of several versions of one.\n"
    "\n"
    "  --html FILE   the same as a page without outside references; - is standard output\n"
    "  --all         also the scenarios with the same verdict in all\n"
    "  --help\n"
    "\n"
    "Exit: 0 the same verdicts, 1 they differ, 2 usage, or a file that is no result.\n";

enum { OPTION_HTML = 256, OPTION_ALL, OPTION_HELP };

static const struct option table[] = {
    {"html", required_argument, NULL, OPTION_HTML},
    {"all", no_argument, NULL, OPTION_ALL},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static int take_files(struct arena *arena, int argc, char **argv, struct options *options,
                      const char **error)
{
    enum { FEWEST = 2 };
    int count = argc - optind;
    if (count < FEWEST || count > COMPARISON_MOST) {
        *error = arena_print(arena, "compare takes %d to %d results that --json wrote, not %d",
                             FEWEST, COMPARISON_MOST, count);
        return -1;
    }
    options->files = (const char **)argv + optind;
    options->file_count = (size_t)count;
    return 0;
}

int compare_options(struct arena *arena, int argc, char **argv, struct options *options,
                    const char **error)
{
    *options = (struct options){.mode = MODE_COMPARE};
    opterr = 0;
    optind = 0;
    for (int option; (option = getopt_long(argc, argv, ":", table, NULL)) != -1;) {
        switch (option) {
        case OPTION_HTML:
            options->html = optarg;
            break;
        case OPTION_ALL:
            options->all = true;
            break;
        case OPTION_HELP:
            fputs(help, stdout);
            options->mode = MODE_DONE;
            return 0;
        default:
            *error = arena_print(arena, "%s '%s': 'aoe-conform compare --help' lists the options",
                                 option == ':' ? "a value is missing after" : "unknown option",
                                 argv[optind - 1]);
            return -1;
        }
    }
    return take_files(arena, argc, argv, options, error);
}

static int cannot_write(struct arena *arena, const char *path, const char **error)
{
    *error = arena_print(arena, "cannot write %s: %s", path, strerror(errno ? errno : EIO));
    return EXIT_NOT_JUDGED;
}

static int write_page(const struct options *options, const struct comparison_table *comparison)
{
    if (!strcmp(options->html, "-"))
        return comparison_html(stdout, comparison, options->all);
    FILE *file = fopen(options->html, "we");
    if (!file)
        return -1;
    int status = comparison_html(file, comparison, options->all);
    return fclose(file) || status ? -1 : 0;
}

static int write_all(struct arena *arena, const struct options *options,
                     const struct comparison_table *comparison, const char **error)
{
    bool taken = options->html && !strcmp(options->html, "-");
    FILE *people = taken ? stderr : stdout;
    errno = 0;
    if (comparison_text(people, comparison, output_has_colours(people), options->all))
        return cannot_write(arena, "to standard output", error);
    if (options->html && write_page(options, comparison))
        return cannot_write(arena, options->html, error);
    return 0;
}

int compare_run(struct arena *arena, const struct options *options, const char **error)
{
    struct comparison_table comparison;
    struct compared_result *results = arena_array(arena, options->file_count, sizeof *results);
    for (size_t i = 0; i < options->file_count; i++)
        if (comparison_read(arena, options->files[i], &results[i], error))
            return EXIT_USAGE;
    comparison_make(arena, results, options->file_count, &comparison);
    int status = write_all(arena, options, &comparison, error);
    if (status)
        return status;
    return comparison.differing ? EXIT_FAILED : EXIT_CONFORMANT;
}
