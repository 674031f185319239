/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a JSON result, compared with itself, as text and as a page. */
#include <stdlib.h>

#include "harness/comparison.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_all(const struct comparison_table *comparison)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    if (!to || comparison_text(to, comparison, true, true) || comparison_html(to, comparison, true))
        abort();
    fclose(to);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct comparison_table comparison;
    struct compared_result results[2];
    const char *error = NULL;
    bool good = true;
    for (size_t i = 0; i < 2; i++)
        good &=
            !comparison_parse(&arena, i ? "b" : "a", (const char *)data, size, &results[i], &error);
    if (good) {
        comparison_make(&arena, results, 2, &comparison);
        if (comparison.differing)
            abort();
        write_all(&comparison);
    } else if (!error) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
