/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>

#include "reader.h"
#include "results.h"

int main(int argc, char **argv)
{
    char error[512];
    struct analysis_options options = {.patience = INT64_C(10000000000)};
    struct analysis analysis;
    struct reader *reader =
        reader_open((const char *const *)argv + 1, (size_t)argc - 1, error, sizeof error);
    if (!reader || analysis_open(&analysis, &options) < 0) {
        fprintf(stderr, "%s\n", error);
        return 3;
    }
    for (;;) {
        struct reader_step step = reader_next(reader);
        if (step.status == READER_END)
            break;
        if (step.batch) {
            analysis_feed_batch(&analysis, step.batch);
            reader_return(reader, step.batch);
        } else
            fprintf(stderr, "%s\n", step.message);
    }
    struct capture_facts facts = reader_facts(reader);
    analysis_facts(&analysis, &facts);
    analysis_finish(&analysis);
    if (!getenv("QUIET")) {
        json_t *json = results_json(&analysis.figures, &options);
        json_dumpf(json, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
        json_decref(json);
    }
    analysis_close(&analysis);
    reader_close(reader);
    return 0;
}
