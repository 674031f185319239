/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzzing.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "catalogue.h"
#include "compose.h"
#include "interpret.h"
#include "oracle.h"
#include "sequence.h"

enum {
    REQUESTS = 40,     /* random ones of a sequence */
    SHRINK_RUNS = 400, /* at most, of one sequence */
    PROGRESS = 50,     /* sequences */
};

/* What is judged while nothing is known to be wrong. */
static const char no_clause[] = "1.1-stateless";

struct fuzzer {
    struct session *session;
    const uint64_t *facts;
    const struct options *options;
    const struct baseline *baseline;
    struct timing timing; /* the session's, with a shorter quiet window */
    struct arena *arena;  /* of the run */
    struct sequence_source source;
    struct oracle oracle;
    uint64_t sent;
    const char *trouble; /* it cannot go on: why, or NULL */
};

/* A run of one sequence. */
struct showing {
    const char *text; /* of the scenario */
    const struct aoe_clause *clause;
    bool differs;
};

struct scenario *fuzzing_scenario(struct arena *arena, const struct options *options)
{
    struct scenario *scenario = arena_new(arena, sizeof *scenario);
    scenario->id = arena_print(arena, "fuzz/%llu", (unsigned long long)options->seed);
    scenario->path = "";
    scenario->title = arena_print(arena, "%llu random requests are answered as the model does",
                                  (unsigned long long)options->fuzz);
    scenario->clause = aoe_clause_find(no_clause);
    scenario->level = AOE_MUST;
    scenario->touches = options->allow & TOUCH_TARGET;
    scenario->hosts[0] = "a";
    scenario->host_count = 1;
    return scenario;
}

/* ---- from lines to a scenario ---- */

static struct scenario *parse(struct fuzzer *fuzzer, struct arena *arena, const char *text)
{
    const char *error;
    struct scenario *scenario =
        scenario_parse(arena, "fuzz", "fuzz.aoe", text, strlen(text), &error);
    if (!scenario)
        fuzzer->trouble = arena_text(fuzzer->arena, error);
    return scenario;
}

static const char *join_lines(struct arena *arena, const char *head, const struct sequence *lines)
{
    const char *text = head;
    for (size_t i = 0; i < lines->count; i++)
        text = arena_print(arena, "%s%s\n", text, lines->lines[i]);
    return text;
}

/* The lines with, behind each, what the model says that may come back. */
static const char *with_expectations(struct fuzzer *fuzzer, struct arena *arena, const char *head,
                                     const struct sequence *lines)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    struct session session = *fuzzer->session;
    const struct scenario *scenario = parse(fuzzer, arena, join_lines(arena, head, lines));
    const char *text = head;
    session.arena = arena;
    struct run run = {
        .session = &session, .arena = arena, .scenario = scenario, .facts = fuzzer->facts};
    oracle_begin(&fuzzer->oracle);
    for (const struct statement *s = scenario ? scenario->statements : NULL; s; s = s->next) {
        run.statement = s;
        size_t length = compose(&run, s->send, s->host, NULL, bytes);
        if (!length) {
            fuzzer->trouble = arena_text(fuzzer->arena, run.error);
            return NULL;
        }
        struct aoe_span request = {bytes, length};
        text = arena_print(arena, "%s%s\n%s expect %s\n", text, s->text, scenario->hosts[s->host],
                           oracle_expects(&fuzzer->oracle, arena, request));
    }
    return scenario ? text : NULL;
}

/* The clause that a message is about, for a response that is not what the model says. */
static const char *clause_of(const struct send *send)
{
    static const char *const config[] = {"3.2-read", "3.2-test", "3.2-prefix", "3.2-set",
                                         "3.2-force"};
    switch (send->command) {
    case AOE_COMMAND_ATA:
        return send->operation == ATA_IDENTIFY ? "3.1-identify" : "3.1-readback";
    case AOE_COMMAND_CONFIG:
        return config[send->operation];
    case AOE_COMMAND_MASK:
        return send->operation ? "3.3-edit" : "3.3-read";
    case AOE_COMMAND_RESERVE:
        return send->operation ? "3.4-set" : "3.4-read";
    default:
        return "2.6-command";
    }
}

static const struct aoe_clause *clause_at(const struct scenario *scenario, unsigned line)
{
    const char *id = no_clause;
    for (const struct statement *s = scenario->statements; s && s->at.line < line; s = s->next)
        if (s->kind == STATEMENT_SEND)
            id = clause_of(s->send);
    return aoe_clause_find(id);
}

/* ---- running ---- */

/* The first rule that was broken and that is not known to be. */
static const struct aoe_clause *broken_rule(const struct fuzzer *fuzzer,
                                            const struct session *session)
{
    const struct baseline *baseline = fuzzer->baseline;
    for (size_t i = 0; i < session->ledger_count; i++) {
        const char *id = arena_print(session->arena, "rules/%s", session->ledger[i].clause->id);
        size_t known = 0;
        while (known < baseline->count && !catalogue_matches(baseline->entries[known].pattern, id))
            known++;
        if (known == baseline->count)
            return session->ledger[i].clause;
    }
    return NULL;
}

/* Runs a scenario in an arena of its own kind: what it logs goes with that. */
static void interpret_in(struct fuzzer *fuzzer, struct arena *arena,
                         const struct scenario *scenario, struct result *result,
                         struct showing *showing)
{
    struct session *whole = fuzzer->session, own = *whole;
    own.arena = arena;
    own.requests = NULL;
    own.request_count = own.ledger_count = 0;
    own.advert = NULL;
    own.timing = &fuzzer->timing;
    interpret(&own, NULL, scenario, fuzzer->facts, result);
    whole->next_tag = own.next_tag;
    whole->gate = own.gate;
    whole->silent = own.silent;
    whole->responses = own.responses;
    const struct aoe_clause *broken = broken_rule(fuzzer, &own);
    if (broken) {
        showing->differs = true;
        showing->clause = broken;
    } else if (result->verdict == VERDICT_FAIL) {
        showing->differs = true;
        showing->clause = clause_at(scenario, result->failures[0].line);
    } else if (result->verdict == VERDICT_ERROR && !*whole->stop)
        fuzzer->trouble = arena_text(fuzzer->arena, result->reason);
}

static struct showing run_lines(struct fuzzer *fuzzer, const struct sequence *lines,
                                const char *clause)
{
    struct arena arena = {0};
    struct showing showing = {.text = NULL};
    struct result result = {.reason = ""};
    const char *head = sequence_head(&arena, &fuzzer->source, clause);
    const char *text = with_expectations(fuzzer, &arena, head, lines);
    const struct scenario *scenario = text ? parse(fuzzer, &arena, text) : NULL;
    if (scenario)
        interpret_in(fuzzer, &arena, scenario, &result, &showing);
    if (showing.differs)
        showing.text = arena_text(fuzzer->arena, text);
    arena_free(&arena);
    return showing;
}

/* ---- shrinking ---- */

static struct sequence without(const struct sequence *lines, size_t from, size_t count)
{
    struct sequence rest = {.settings = lines->settings, .fixed = lines->fixed};
    if (from < rest.fixed)
        rest.fixed -= count;
    for (size_t i = 0; i < lines->count; i++)
        if (i < from || i >= from + count)
            rest.lines[rest.count++] = lines->lines[i];
    return rest;
}

static bool may_go_on(const struct fuzzer *fuzzer)
{
    return !fuzzer->trouble && !fuzzer->session->silent && !*fuzzer->session->stop;
}

/* Leaves lines out where the difference stays without them. */
static bool leave_out(struct fuzzer *fuzzer, struct sequence *lines, size_t from, size_t count,
                      struct showing *found)
{
    struct sequence fewer = without(lines, from, count);
    if (!count || !fewer.count || !may_go_on(fuzzer))
        return false;
    struct showing shown = run_lines(fuzzer, &fewer, found->clause->id);
    if (!shown.differs)
        return false;
    *lines = fewer;
    *found = shown;
    return true;
}

/* Leaves out many lines together and then fewer; what the target is brought to at the beginning
 * stays, but for sectors that nobody reads. */
static struct showing shrink(struct fuzzer *fuzzer, struct sequence *lines, struct showing found)
{
    unsigned runs = 0;
    for (size_t count = (lines->count - lines->fixed + 1) / 2; count; count /= 2)
        for (size_t from = lines->fixed; from + count <= lines->count && runs < SHRINK_RUNS; runs++)
            if (!leave_out(fuzzer, lines, from, count, &found))
                from += count;
    leave_out(fuzzer, lines, lines->settings, lines->fixed - lines->settings, &found);
    return found;
}

/* ---- the report ---- */

static const char *write_scenario(struct fuzzer *fuzzer, const char *text)
{
    const char *path =
        arena_print(fuzzer->arena, "aoe-fuzz-%llu.aoe", (unsigned long long)fuzzer->options->seed);
    FILE *file = fopen(path, "we");
    int failed = file ? fputs(text, file) < 0 : -1;
    if (file && fclose(file))
        failed = -1;
    return failed ? arena_print(fuzzer->arena, "%s could not be written: %s", path, strerror(errno))
                  : arena_print(fuzzer->arena, "%s shows it", path);
}

/* Runs it once more, for the frames and the fields of the report. */
static void report_difference(struct fuzzer *fuzzer, const struct sequence *lines,
                              const struct showing *found, struct result *result)
{
    struct showing again = {.text = NULL};
    const struct scenario *shown = result->scenario;
    const char *where = write_scenario(fuzzer, found->text);
    struct scenario *scenario = parse(fuzzer, fuzzer->arena, found->text);
    if (scenario && may_go_on(fuzzer)) {
        scenario->clause = found->clause;
        interpret_in(fuzzer, fuzzer->arena, scenario, result, &again);
        result->scenario = shown;
    }
    result->verdict = VERDICT_FAIL;
    result->reason =
        arena_print(fuzzer->arena, "clause %s, within %llu requests: %s in %zu lines%s",
                    found->clause->id, (unsigned long long)fuzzer->sent, where, lines->count,
                    fuzzer->session->silent ? "; the target has stopped answering" : "");
}

static void show_progress(const struct fuzzer *fuzzer, uint64_t sequences, bool last)
{
    if (!isatty(STDERR_FILENO) || (sequences % PROGRESS && !last))
        return;
    fprintf(stderr, last ? "\r\033[K" : "\r\033[K%llu of %llu requests",
            (unsigned long long)fuzzer->sent, (unsigned long long)fuzzer->options->fuzz);
}

/* One sequence. True where it differs: then the result has it. */
static bool try_sequence(struct fuzzer *fuzzer, struct result *result)
{
    struct arena arena = {0};
    struct sequence lines;
    sequence_preamble(&arena, &fuzzer->source, &lines);
    uint64_t left = fuzzer->options->fuzz - fuzzer->sent;
    for (uint64_t i = 0; i < REQUESTS && i < left; i++, fuzzer->sent++)
        sequence_grow(&arena, &fuzzer->source, &lines);
    struct showing found = run_lines(fuzzer, &lines, no_clause);
    if (found.differs) {
        found = shrink(fuzzer, &lines, found);
        report_difference(fuzzer, &lines, &found, result);
    }
    arena_free(&arena);
    return found.differs;
}

static struct sequence_source source_for(const struct session *session, const uint64_t *facts,
                                         const struct options *options)
{
    const struct target *target = session->target;
    bool media = facts[FACT_SCRATCH_COUNT] >= SEQUENCE_AREA && facts[FACT_WRITABLE];
    struct sequence_source source = {
        .state = options->seed,
        .allowed = session->gate.allowed & TOUCH_TARGET,
        .sectors = (unsigned)facts[FACT_SECTORS],
        .ata = target->has_ata && !target->reserved_by_others,
        .masks = target->has_masks,
        .reserve = target->has_reserve,
    };
    if (!media)
        source.allowed &= ~(unsigned)TOUCH_MEDIA;
    return source;
}

/* Behind each silence a question is answered, before which everything else has come: in so many
 * requests there is no time for more. */
static struct timing timing_for(const struct session *session)
{
    enum { QUIET = 1000000, ROUND_TRIPS = 4 };
    struct timing timing = *session->timing;
    int64_t quiet = ROUND_TRIPS * timing.rtt_p99;
    timing.quiet = quiet > QUIET ? quiet : QUIET;
    return timing;
}

void fuzzing(struct session *session, const uint64_t *facts, const struct options *options,
             const struct baseline *baseline, struct result *result)
{
    struct fuzzer fuzzer = {
        .session = session,
        .facts = facts,
        .options = options,
        .baseline = baseline,
        .timing = timing_for(session),
        .arena = session->arena,
        .source = source_for(session, facts, options),
    };
    bool media = fuzzer.source.allowed & TOUCH_MEDIA, differs = false;
    result->verdict = VERDICT_PASS;
    result->reason = "";
    if (oracle_open(&fuzzer.oracle, session, facts, facts[FACT_SCRATCH],
                    media ? SEQUENCE_AREA : 0)) {
        result->verdict = VERDICT_ERROR;
        result->reason = "no memory for the model's medium";
        return;
    }
    for (uint64_t i = 0; fuzzer.sent < options->fuzz && !differs && may_go_on(&fuzzer); i++) {
        show_progress(&fuzzer, i, false);
        differs = try_sequence(&fuzzer, result);
    }
    show_progress(&fuzzer, 0, true);
    if (fuzzer.trouble || *session->stop) {
        result->verdict = VERDICT_ERROR;
        result->reason = *session->stop ? "interrupted" : fuzzer.trouble;
    }
    oracle_close(&fuzzer.oracle);
}
