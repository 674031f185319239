/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include "common/utf8.h"
#include "report_failure.h"

struct tap {
    FILE *to;
    struct arena scratch;
};

static const char *clean(struct tap *tap, const char *text)
{
    return utf8_clean(&tap->scratch, text, true);
}

/* A description, in which '#' would begin a directive. */
static void add_description(struct tap *tap, const char *text)
{
    for (text = clean(tap, text); *text; text++) {
        if (*text == '#' || *text == '\\')
            fputc('\\', tap->to);
        fputc(*text, tap->to);
    }
}

/* One entry of a YAML block, double-quoted, so that nothing in it means anything. */
static void add_entry(struct tap *tap, const char *name, const char *text)
{
    fprintf(tap->to, "  %s: \"", name);
    for (text = clean(tap, text); *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', tap->to);
        fputc(*text, tap->to);
    }
    fputs("\"\n", tap->to);
}

static void add_failure(struct tap *tap, const struct result *result, const struct failure *failure)
{
    add_entry(tap, "clause", failure->clause->id);
    add_entry(tap, "level", aoe_level_name(report_failure_level(result, failure)));
    add_entry(tap, "file", failure->path);
    fprintf(tap->to, "  line: %u\n", failure->line);
    add_entry(tap, "statement", failure->statement);
    if (*failure->values)
        add_entry(tap, "values", failure->values);
    add_entry(tap, "expected", failure->expected);
    add_entry(tap, "actual", failure->actual);
}

/* What belongs to a result, as YAML. Of several failures the first, and how many there are. */
static void add_block(struct tap *tap, const struct result *result)
{
    fputs("  ---\n", tap->to);
    add_entry(tap, "verdict", verdict_name(result->verdict));
    add_entry(tap, "message", result->reason);
    if (result->failure_count)
        add_failure(tap, result, &result->failures[0]);
    if (result->failures_in_all > 1)
        fprintf(tap->to, "  failures: %zu\n", result->failures_in_all);
    fputs("  ...\n", tap->to);
}

static bool is_ok(enum verdict verdict)
{
    return verdict == VERDICT_PASS || verdict == VERDICT_ADVICE || verdict == VERDICT_SKIP;
}

/* Advice must not fail the run, and TAP has no word for it: "ok", and the block says more. A
 * known failure is what TAP calls TODO: a "not ok" that is expected. */
static void add_result(struct tap *tap, const struct result *result, size_t number)
{
    fprintf(tap->to, "%s %zu - ", is_ok(result->verdict) ? "ok" : "not ok", number);
    add_description(tap, result->scenario->id);
    fputc(' ', tap->to);
    add_description(tap, result->scenario->title);
    if (result->verdict == VERDICT_SKIP)
        fprintf(tap->to, " # SKIP %s", clean(tap, result->reason));
    else if (result->verdict == VERDICT_KNOWN)
        fprintf(tap->to, " # TODO known: %s", clean(tap, result->reason));
    fputc('\n', tap->to);
    if (result->verdict != VERDICT_PASS && result->verdict != VERDICT_SKIP)
        add_block(tap, result);
    if (result->verdict == VERDICT_ADVICE)
        fprintf(tap->to, "# advice: %s\n", clean(tap, result->reason));
}

static void add_end(struct tap *tap, const struct report *report)
{
    if (report->error && *report->error)
        fprintf(tap->to, "Bail out! %s\n", clean(tap, report->error));
    else if (!report->target_found)
        fputs("Bail out! no answer from the target\n", tap->to);
}

int report_tap(FILE *to, const struct report *report)
{
    struct tap tap = {.to = to};
    fprintf(to, "TAP version 13\n1..%zu%s\n", report->count,
            report->count ? "" : " # SKIP nothing ran");
    for (size_t i = 0; i < report->count; i++)
        add_result(&tap, &report->results[i], i + 1);
    add_end(&tap, report);
    arena_free(&tap.scratch);
    return fflush(to) || ferror(to) ? -1 : 0;
}
