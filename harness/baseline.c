/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "baseline.h"

#include <fnmatch.h>
#include <stdio.h>

#include "common/utf8.h"

static bool failed(enum verdict verdict)
{
    return verdict == VERDICT_FAIL || verdict == VERDICT_ADVICE;
}

/* What an entry says of the verdicts as the run found them, whatever other entries say. */
struct matches {
    size_t first; /* result that matches */
    size_t count, passes;
};

static struct matches match(const char *pattern, const struct report *report,
                            const enum verdict *found)
{
    struct matches matches = {0};
    for (size_t i = 0; i < report->count; i++) {
        if (fnmatch(pattern, report->results[i].scenario->id, 0))
            continue;
        if (!matches.count++)
            matches.first = i;
        matches.passes += found[i] == VERDICT_PASS;
    }
    return matches;
}

/* Its failures become known. An entry that explains nothing is stale. */
static void apply_entry(struct arena *arena, struct report *report, const enum verdict *found,
                        const char *pattern, const char *why, unsigned line)
{
    struct matches matches = match(pattern, report, found);
    for (size_t i = 0; i < report->count; i++) {
        struct result *result = &report->results[i];
        if (!failed(result->verdict) || fnmatch(pattern, result->scenario->id, 0))
            continue;
        result->verdict = VERDICT_KNOWN;
        result->reason = *why ? why : arena_print(arena, "line %u of the baseline", line);
    }
    if (!matches.count || matches.passes != matches.count)
        return;
    struct result *stale = &report->results[matches.first];
    if (stale->verdict != VERDICT_PASS)
        return;
    stale->verdict = VERDICT_FIXED;
    stale->reason = arena_print(arena,
                                "passes, but line %u of the baseline (%s%s%s) expects a "
                                "failure",
                                line, pattern, *why ? ": " : "", why);
}

void baseline_apply(const struct baseline *baseline, struct arena *arena, struct report *report)
{
    enum verdict *found = arena_array(arena, report->count + 1, sizeof(*found));
    for (size_t i = 0; i < report->count; i++)
        found[i] = report->results[i].verdict;
    for (size_t i = 0; i < baseline->count; i++)
        apply_entry(arena, report, found, baseline->entries[i].pattern, baseline->entries[i].why,
                    baseline->entries[i].line);
}

static void write_entries(FILE *to, const struct report *report)
{
    struct arena scratch = {0};
    fprintf(to, "# Scenarios that are known to fail; written by aoe-conform %s.\n",
            report->version);
    for (size_t i = 0; i < report->count; i++) {
        const struct result *result = &report->results[i];
        const char *reason = utf8_clean(&scratch, result->reason, true);
        if (failed(result->verdict) || result->verdict == VERDICT_KNOWN)
            fprintf(to, "%s%s%s\n", result->scenario->id, *reason ? "  # " : "", reason);
    }
    arena_free(&scratch);
}

int baseline_write(const char *path, const struct report *report)
{
    FILE *to = fopen(path, "we");
    if (!to)
        return -1;
    write_entries(to, report);
    int failed_before = ferror(to);
    return fclose(to) || failed_before ? -1 : 0;
}
