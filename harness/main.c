/* SPDX-License-Identifier: GPL-2.0-or-later */
/* aoe-conform: judges how ATA over Ethernet targets and initiators keep the specification. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "catalogue.h"
#include "compare.h"
#include "explain.h"
#include "options.h"
#include "result.h"
#include "run.h"
#include "run_initiator.h"

static volatile int stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    /* A reader that goes away must not keep the target from being put back. */
    signal(SIGPIPE, SIG_IGN);
}

static int usage(const char *error)
{
    fprintf(stderr, "aoe-conform: %s\n", error);
    return EXIT_USAGE;
}

static int print_errors(const struct catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->error_count; i++)
        fprintf(stderr, "%s\n", catalogue->errors[i]);
    return EXIT_USAGE;
}

static int check(const struct catalogue *catalogue)
{
    if (catalogue->error_count)
        return print_errors(catalogue);
    printf("%zu scenarios, no errors\n", catalogue->count);
    return 0;
}

static int with_catalogue(struct arena *arena, const struct options *options)
{
    struct catalogue catalogue;
    const char *error = NULL;
    if (catalogue_load(arena, catalogue_folder(arena, options->scenarios), &catalogue, &error))
        return usage(error);
    if (options->mode == MODE_CHECK)
        return check(&catalogue);
    if (catalogue.error_count)
        return print_errors(&catalogue);
    int status;
    if (options->mode == MODE_LIST)
        status = explain_list(arena, options, &catalogue, &error);
    else if (options->mode == MODE_EXPLAIN)
        status = explain_id(arena, options->explain, &catalogue, &error);
    else if (options->mode == MODE_INITIATOR)
        status = run_initiator(arena, options, &catalogue, &stop, &error);
    else
        status = run_target(arena, options, &catalogue, &stop, &error);
    if (error)
        fprintf(stderr, "aoe-conform: %s\n", error);
    return status;
}

static int compare(struct arena *arena, const struct options *options)
{
    const char *error = NULL;
    int status = compare_run(arena, options, &error);
    if (error)
        fprintf(stderr, "aoe-conform: %s\n", error);
    return status;
}

static int recover(struct arena *arena, const char *path)
{
    const char *error = NULL;
    int status = run_recover(arena, path, &stop, &error);
    if (error)
        fprintf(stderr, "aoe-conform: %s\n", error);
    return status;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct options options = {0};
    const char *error;
    int status = 0;
    catch_signals();
    if (options_parse(&arena, argc, argv, &options, &error))
        status = usage(error);
    else if (options.mode == MODE_RECOVER)
        status = recover(&arena, options.recover);
    else if (options.mode == MODE_COMPARE)
        status = compare(&arena, &options);
    else if (options.mode != MODE_DONE)
        status = with_catalogue(&arena, &options);
    arena_free(&arena);
    return status;
}
