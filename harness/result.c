/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "result.h"

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICT_COUNT] = {
        [VERDICT_PASS] = "pass",
        [VERDICT_FAIL] = "fail",
        [VERDICT_ADVICE] = "advice",
        [VERDICT_SKIP] = "skip",
        [VERDICT_INCONCLUSIVE] = "inconclusive",
        [VERDICT_KNOWN] = "known",
        [VERDICT_FIXED] = "fixed",
        [VERDICT_ERROR] = "error",
    };
    return (unsigned)verdict < VERDICT_COUNT ? names[verdict] : "unknown";
}

static bool fails_run(const struct result *result, bool strict)
{
    switch (result->verdict) {
    case VERDICT_FAIL:
    case VERDICT_FIXED:
        return true;
    case VERDICT_ADVICE:
        return strict && result->scenario->level == AOE_SHOULD;
    default:
        return false;
    }
}

/* Run-wide scenarios judge what the others received: where all others were skipped, they say
 * nothing. Chosen alone, they judge discovery; and an initiator that is only watched is judged by
 * nothing else. */
static bool something_ran(const struct report *report)
{
    bool others = false;
    if (report->judges_initiator && !report->stimulus)
        return report->count;
    for (size_t i = 0; i < report->count; i++) {
        const struct result *result = &report->results[i];
        if (result->verdict != VERDICT_SKIP && !result->scenario->runwide)
            return true;
        others |= !result->scenario->runwide;
    }
    return !others && report->count;
}

static bool was_judged(const struct report *report)
{
    bool ended_early = report->error && *report->error;
    return report->target_found && !ended_early && !report->summary[VERDICT_INCONCLUSIVE] &&
           !report->summary[VERDICT_ERROR];
}

void report_conclude(struct report *report, bool strict)
{
    bool failed = false;
    memset(report->summary, 0, sizeof report->summary);
    for (size_t i = 0; i < report->count; i++) {
        report->summary[report->results[i].verdict]++;
        failed = failed || fails_run(&report->results[i], strict);
    }
    if (!was_judged(report))
        report->exit_status = EXIT_NOT_JUDGED;
    else if (failed)
        report->exit_status = EXIT_FAILED;
    else if (!something_ran(report))
        report->exit_status = EXIT_NOTHING_RAN;
    else
        report->exit_status = EXIT_CONFORMANT;
}
