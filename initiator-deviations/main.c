/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-initiator-deviant: the reference initiator with one deviation. */
#include <stdio.h>

#include "deviation.h"
#include "initiator-ref/initiator.h"

enum { STATUS_USAGE = 64 };

static const char usage[] = "usage: aoe-initiator-deviant --deviation NAME <the arguments of "
                            "aoe-initiator> | --list-deviations";

static const char help[] =
    "The reference initiator with one thing wrong, to see whether it is noticed.\n"
    "  --deviation NAME   what is wrong\n"
    "  --list-deviations  a line for each: name, clause, what it needs, what is wrong\n"
    "  --help, --version\n";

static int refuse(const char *what, const char *name)
{
    fprintf(stderr, "aoe-initiator-deviant: %s%s%s%s; %s\n", name ? "\"" : "", name ? name : "",
            name ? "\": " : "", what, usage);
    return STATUS_USAGE;
}

static int list(void)
{
    const struct deviation *deviation;
    for (size_t i = 0; (deviation = deviation_at(i)); i++)
        printf("%s\t%s\t%s\t%s\n", deviation->name, deviation->clause,
               deviation->needs ? deviation->needs : "-", deviation->wrong);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}

/* Runs the initiator with the arguments from `first` on. */
static int use(const char *name, int argc, char **argv, int first)
{
    static struct deviant deviant;
    static struct engine_hooks hooks;
    const struct deviation *deviation = deviation_find(name);
    if (!deviation)
        return refuse("no such deviation, see --list-deviations", name);
    deviation_start(deviation, &deviant, &hooks);
    argv[first - 1] = argv[0];
    return initiator_main(argc - first + 1, argv + first - 1, &hooks);
}

/* What an argument that stands alone asks for; -1 where it is none of these. */
static int answer_alone(const char *argument)
{
    if (strcmp(argument, "--list-deviations") == 0)
        return list();
    if (strcmp(argument, "--help") == 0)
        return printf("%s\n%s", usage, help) < 0;
    if (strcmp(argument, "--version") == 0)
        return printf("aoe-initiator-deviant %s\n", SUITE_VERSION) < 0;
    return -1;
}

int main(int argc, char **argv)
{
    static const char option[] = "--deviation=";
    if (argc < 2)
        return refuse("--deviation is missing", NULL);
    if (strncmp(argv[1], option, sizeof option - 1) == 0)
        return use(argv[1] + sizeof option - 1, argc, argv, 2);
    if (strcmp(argv[1], "--deviation") == 0)
        return argc > 2 ? use(argv[2], argc, argv, 3) : refuse("needs a name", argv[1]);
    if (argc > 2)
        return refuse("stands alone, or comes before --deviation", argv[1]);
    int status = answer_alone(argv[1]);
    return status < 0 ? refuse("no such option", argv[1]) : status;
}
