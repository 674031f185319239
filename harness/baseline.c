/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "baseline.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "utf8.h"

/* Without NUL bytes, a bracket that is never closed, or characters that no id has. */
static bool is_pattern(const char *text)
{
    static const char permitted[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                    "0123456789/-_.+*?[]!^";
    const char *bracket = strrchr(text, '[');
    return !text[strspn(text, permitted)] && (!bracket || strchr(bracket, ']'));
}

/* Cuts white space off both ends. */
static char *trim(char *text)
{
    text += strspn(text, " \t\r\n");
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* One line; false where it is not a pattern. */
static bool read_line(struct arena *arena, struct baseline *baseline, char *line, unsigned number)
{
    char *hash = strchr(line, '#');
    const char *why = "";
    if (hash) {
        *hash = '\0';
        why = trim(hash + 1);
    }
    const char *pattern = trim(line);
    if (!*pattern)
        return true;
    if (!is_pattern(pattern))
        return false;
    baseline->entries =
        arena_grow(arena, baseline->entries, baseline->count, sizeof(*baseline->entries));
    baseline->entries[baseline->count].pattern = arena_text(arena, pattern);
    baseline->entries[baseline->count].why = arena_text(arena, why);
    baseline->entries[baseline->count++].line = number;
    return true;
}

static int read_lines(struct arena *arena, const char *path, FILE *from, struct baseline *baseline,
                      const char **error)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int status = 0;
    errno = 0;
    for (unsigned number = 1; !status && (length = getline(&line, &room, from)) >= 0; number++) {
        if (strlen(line) == (size_t)length && read_line(arena, baseline, line, number))
            continue;
        *error = arena_print(arena, "%s:%u: not a pattern over scenario ids", path, number);
        status = -1;
    }
    if (!status && !feof(from)) {
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
        status = -1;
    }
    free(line);
    return status;
}

int baseline_read(struct arena *arena, const char *path, struct baseline *baseline,
                  const char **error)
{
    FILE *from = fopen(path, "re");
    *baseline = (struct baseline){0};
    if (!from) {
        *error = arena_print(arena, "%s: %s", path, strerror(errno));
        return -1;
    }
    int status = read_lines(arena, path, from, baseline, error);
    fclose(from);
    return status;
}

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
