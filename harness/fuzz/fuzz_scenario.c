/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any text as a scenario: it parses, or the error names its place. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {NULL};
    const char *error = NULL;
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const struct scenario *scenario =
        scenario_parse(&arena, "fuzz", "fuzz.aoe", text, size, &error);
    require(!scenario == !!error, "a scenario or an error");
    unsigned line, column;
    if (error)
        require(sscanf(error, "fuzz.aoe:%u:%u: ", &line, &column) == 2, "an error has its place");
    else
        require(scenario->title && scenario->clause && scenario->statements, "all is there");
    arena_free(&arena);
    free(text);
    return 0;
}
