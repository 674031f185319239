/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "deviant.h"

#include <stdio.h>
#include <string.h>

static void print_usage(FILE *to, const struct deviant_program *program)
{
    fprintf(to, "usage: %s --deviation NAME <the arguments of %s> | --list-deviations\n",
            program->name, program->reference);
}

static int refuse(const struct deviant_program *program, const char *argument, const char *what)
{
    fprintf(stderr, "%s: ", program->name);
    if (argument)
        fprintf(stderr, "\"%s\": ", argument);
    fprintf(stderr, "%s; ", what);
    print_usage(stderr, program);
    return program->usage_status;
}

/* 0, or 1 where standard output takes no more. */
static int written(void)
{
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

static int list(const struct deviant_program *program)
{
    struct deviant_entry entry;
    for (size_t i = 0; program->entry(i, &entry); i++)
        printf("%s\t%s\t%s\t%s\n", entry.name, entry.clause, entry.needs ? entry.needs : "-",
               entry.wrong);
    return written();
}

static int print_help(const struct deviant_program *program)
{
    print_usage(stdout, program);
    printf("The reference %s with one thing wrong, to see whether it is noticed.\n"
           "  --deviation NAME   what is wrong\n"
           "  --list-deviations  a line for each: name, clause, what it needs, what is wrong\n"
           "  --help, --version\n",
           program->role);
    return written();
}

static int answer_alone(const struct deviant_program *program, const char *argument)
{
    if (strcmp(argument, "--list-deviations") == 0)
        return list(program);
    if (strcmp(argument, "--help") == 0)
        return print_help(program);
    if (strcmp(argument, "--version") != 0)
        return refuse(program, argument, "no such option");
    printf("%s %s\n", program->name, SUITE_VERSION);
    return written();
}

/* Runs the deviation of that name with the arguments from `first` on. */
static int use(const struct deviant_program *program, const char *name, int argc, char **argv,
               int first)
{
    struct deviant_entry entry;
    for (size_t i = 0; program->entry(i, &entry); i++)
        if (strcmp(entry.name, name) == 0) {
            argv[first - 1] = argv[0];
            return program->run(i, argc - first + 1, argv + first - 1);
        }
    return refuse(program, name, "no such deviation, see --list-deviations");
}

int deviant_main(const struct deviant_program *program, int argc, char **argv)
{
    static const char option[] = "--deviation=";
    if (argc < 2)
        return refuse(program, NULL, "--deviation is missing");
    if (strncmp(argv[1], option, sizeof option - 1) == 0)
        return use(program, argv[1] + sizeof option - 1, argc, argv, 2);
    if (strcmp(argv[1], "--deviation") == 0)
        return argc > 2 ? use(program, argv[2], argc, argv, 3)
                        : refuse(program, argv[1], "needs a name");
    if (argc > 2)
        return refuse(program, argv[1], "stands alone, or comes before --deviation");
    return answer_alone(program, argv[1]);
}
