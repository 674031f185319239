/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "people.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "run.h"

struct people people_of(const struct options *options)
{
    const char *no_colour = getenv("NO_COLOR");
    struct people people = {.to = options_take_output(options) ? stderr : stdout};
    people.style.colour = isatty(fileno(people.to)) && !(no_colour && *no_colour);
    people.style.verbose = options->verbose;
    return people;
}

int people_failed(char *error, size_t error_size)
{
    snprintf(error, error_size, "cannot write the report: %s", strerror(errno ? errno : ENOMEM));
    return EXIT_FAILED;
}
