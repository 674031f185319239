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
    SHRINK_SECONDS = 20,
    PROGRESS = 50, /* sequences */
};

/* What is judged while nothing is known to be wrong. */
static const char no_clause[] = "1.1-stateless";

/* A line that sends, and the clause that its request is about. */
struct judged_line {
    unsigned line;
    const char *clause;
};

struct fuzzer {
    struct session *session;
    const uint64_t *facts;
    const struct options *options;
    const struct baseline *baseline;
    struct timing timing; /* the session's, with a shorter quiet window */
    struct arena *arena;  /* of the run */
    struct sequence_source source;
    struct oracle oracle;
    struct judged_line clauses[SEQUENCE_LINES]; /* of the sequence that runs */
    size_t clause_count;
    uint64_t sent;
    const char *trouble; /* it cannot go on: why, or NULL */
};

/* A run of one sequence. */
struct showing {
    const char *text; /* of the scenario */
    const struct aoe_clause *clause;
    bool differs;
    unsigned line;       /* of the request where it differs, or 0 */
    const char *skipped; /* why it was not run to its end, or NULL */
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

/* The clause that a line of what is run is about. */
static void note_clause(struct fuzzer *fuzzer, const char *text, const char *clause)
{
    unsigned line = 1;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        line++;
    if (fuzzer->clause_count < SEQUENCE_LINES)
        fuzzer->clauses[fuzzer->clause_count++] = (struct judged_line){line, clause};
}

/* Appends a line to the text, and behind it what the model says that may come back. */
static const char *with_expectation(struct fuzzer *fuzzer, struct run *run,
                                    const struct statement *s, bool opening, const char *text)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    struct oracle_says says = {"", NULL, no_clause};
    const char *host = run->scenario->hosts[s->host];
    uint64_t times = s->send->times ? evaluate_number(run, s->send->times) : 1;
    run->statement = s;
    for (uint64_t i = 0; i < times; i++) {
        size_t length = compose(run, s->send, s->host, NULL, bytes);
        if (!length) {
            fuzzer->trouble = arena_text(fuzzer->arena, run->error);
            return NULL;
        }
        const struct aoe_span request = {bytes, length};
        says = oracle_ask(&fuzzer->oracle, run->arena, request, times == 1);
    }
    if (times > fuzzer->facts[FACT_BUFFERS])
        says.expected = arena_print(run->arena, "%s or silence", says.expected);
    note_clause(fuzzer, text, says.clause);
    text = arena_print(run->arena, "%s%s\n%s expect %s%s\n", text, s->text, host,
                       times > 1 ? "each " : "", opening ? "ok" : says.expected);
    return says.learns ? arena_print(run->arena, "%slet %s = %s.data\n", text, says.learns, host)
                       : text;
}

/* The lines with, behind each, what the model says that may come back. */
static const char *with_expectations(struct fuzzer *fuzzer, struct arena *arena, const char *head,
                                     const struct sequence *lines)
{
    struct session session = *fuzzer->session;
    const struct scenario *scenario = parse(fuzzer, arena, join_lines(arena, head, lines));
    const char *text = head;
    session.arena = arena;
    struct run run = {
        .session = &session, .arena = arena, .scenario = scenario, .facts = fuzzer->facts};
    oracle_begin(&fuzzer->oracle);
    fuzzer->clause_count = 0;
    size_t opening = lines->opening;
    for (const struct statement *s = scenario ? scenario->statements : NULL; s && text; s = s->next)
        text = with_expectation(fuzzer, &run, s, opening ? opening-- : 0, text);
    return scenario ? text : NULL;
}

/* The clause that the request is about which a line sends or judges. */
static const struct aoe_clause *clause_at(const struct fuzzer *fuzzer, unsigned line)
{
    const char *id = no_clause;
    for (size_t i = 0; i < fuzzer->clause_count && fuzzer->clauses[i].line <= line; i++)
        id = fuzzer->clauses[i].clause;
    return aoe_clause_find(id);
}

/* ---- running ---- */

/* The first rule that was broken and that is not known to be. */
static const struct ledger_entry *broken_rule(const struct fuzzer *fuzzer,
                                              const struct session *session)
{
    const struct baseline *baseline = fuzzer->baseline;
    for (size_t i = 0; i < session->ledger_count; i++) {
        const char *id = arena_print(session->arena, "rules/%s", session->ledger[i].clause->id);
        size_t known = 0;
        while (known < baseline->count && !catalogue_matches(baseline->entries[known].pattern, id))
            known++;
        if (known == baseline->count)
            return &session->ledger[i];
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
    const struct ledger_entry *broken = broken_rule(fuzzer, &own);
    if (broken) {
        showing->differs = true;
        showing->clause = broken->clause;
        showing->line = broken->first.line;
    } else if (result->verdict == VERDICT_FAIL) {
        showing->differs = true;
        showing->line = result->failures[0].line;
        showing->clause = clause_at(fuzzer, showing->line);
    } else if (result->verdict == VERDICT_SKIP)
        showing->skipped = arena_text(fuzzer->arena, result->reason);
    else if (result->verdict == VERDICT_ERROR && !*whole->stop)
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
    struct sequence rest = {.settings = lines->settings, .opening = lines->opening};
    for (size_t i = 0; i < lines->count; i++)
        if (i < from || i >= from + count)
            rest.lines[rest.count++] = lines->lines[i];
    return rest;
}

/* Where every run waits for something, what was left out by then is most of it. */
static bool may_shrink(unsigned runs, int64_t began)
{
    return runs < SHRINK_RUNS && link_now() - began < SHRINK_SECONDS * INT64_C(1000000000);
}

static bool may_go_on(const struct fuzzer *fuzzer)
{
    return !fuzzer->trouble && !fuzzer->session->silent && !*fuzzer->session->stop;
}

/* Leaves lines out where the difference stays without them: twice, as the first time it may be owed
 * to what the lines had done before. */
static bool leave_out(struct fuzzer *fuzzer, struct sequence *lines, size_t from, size_t count,
                      struct showing *found)
{
    struct sequence fewer = without(lines, from, count);
    if (!count || !fewer.count || !may_go_on(fuzzer))
        return false;
    struct showing shown = run_lines(fuzzer, &fewer, found->clause->id);
    if (shown.differs && may_go_on(fuzzer))
        shown = run_lines(fuzzer, &fewer, found->clause->id);
    if (!shown.differs)
        return false;
    *lines = fewer;
    *found = shown;
    return true;
}

/* Leaves out many lines together and then fewer, but for those that clear the settings. Sectors
 * that nobody has written are not known, and that is all. */
static struct showing shrink(struct fuzzer *fuzzer, struct sequence *lines, struct showing found)
{
    unsigned runs = 0;
    int64_t began = link_now();
    for (size_t count = (lines->count - lines->settings + 1) / 2; count; count /= 2)
        for (size_t from = lines->settings; from + count <= lines->count && may_shrink(runs, began);
             runs++)
            if (!leave_out(fuzzer, lines, from, count, &found))
                from += count;
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

/* The result is that of the whole, of the clause that the difference is about. */
static void tell_clause(struct fuzzer *fuzzer, struct result *result,
                        const struct aoe_clause *clause)
{
    struct scenario *whole = arena_new(fuzzer->arena, sizeof *whole);
    *whole = *result->scenario;
    whole->clause = clause;
    result->scenario = whole;
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
    tell_clause(fuzzer, result, found->clause);
    result->verdict = VERDICT_FAIL;
    result->requests = fuzzer->sent;
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

/* How many of the scenario's requests were sent up to a line of it, without those of the
 * preamble; one at least. */
static uint64_t requests_until(const struct fuzzer *fuzzer, struct arena *arena,
                               const struct showing *found, size_t fixed)
{
    const char *error;
    uint64_t count = 0;
    const struct scenario *scenario =
        scenario_parse(arena, "fuzz", "fuzz.aoe", found->text, strlen(found->text), &error);
    struct run run = {
        .session = fuzzer->session, .arena = arena, .scenario = scenario, .facts = fuzzer->facts};
    for (const struct statement *s = scenario ? scenario->statements : NULL; s; s = s->next) {
        if (s->at.line > found->line)
            break;
        if (s->kind == STATEMENT_SEND && fixed)
            fixed--;
        else if (s->kind == STATEMENT_SEND)
            count += s->send->times ? evaluate_number(&run, s->send->times) : 1;
    }
    return count ? count : 1;
}

/* One sequence. True where it differs: then the result has it. */
static bool try_sequence(struct fuzzer *fuzzer, struct result *result)
{
    struct arena arena = {0};
    struct sequence lines;
    sequence_preamble(&arena, &fuzzer->source, &lines);
    uint64_t left = fuzzer->options->fuzz - fuzzer->sent, sent = 0;
    for (unsigned more = 1; more && sent < REQUESTS && sent < left; sent += more)
        more = sequence_grow(&arena, &fuzzer->source, &lines);
    struct showing found = run_lines(fuzzer, &lines, no_clause);
    fuzzer->sent +=
        found.differs && found.line ? requests_until(fuzzer, &arena, &found, lines.fixed) : sent;
    if (found.differs) {
        found = shrink(fuzzer, &lines, found);
        report_difference(fuzzer, &lines, &found, result);
    }
    if (found.skipped)
        fuzzer->trouble = found.skipped;
    arena_free(&arena);
    return found.differs;
}

/* As many items of so many bytes as a frame carries behind its header, `most` at most. */
static unsigned items(uint64_t mtu, unsigned header, unsigned bytes, unsigned most)
{
    uint64_t count = (mtu + AOE_ETHERNET_BYTES - header) / bytes;
    return count < most ? (unsigned)count : most;
}

/* Which sectors are known, and where else a write may be tried. */
static void choose_sectors(struct fuzzer *fuzzer)
{
    enum { PAST = 256 };
    struct sequence_source *source = &fuzzer->source;
    const uint64_t *facts = fuzzer->facts;
    const struct gate *gate = &fuzzer->session->gate;
    uint64_t capacity = facts[FACT_CAPACITY], scratch = facts[FACT_SCRATCH];
    uint64_t rest = capacity - scratch;
    source->low = scratch + SEQUENCE_AREA <= ATA_LBA28_END;
    source->low_end = capacity <= ATA_LBA28_END;
    source->end =
        capacity >= SEQUENCE_END && gate_covers(gate, capacity - SEQUENCE_END, SEQUENCE_END);
    source->border = source->extended && capacity > ATA_LBA28_END + SEQUENCE_BORDER &&
                     gate_covers(gate, ATA_LBA28_END - SEQUENCE_BORDER / 2, SEQUENCE_BORDER);
    source->past = source->end && capacity < ATA_LBA28_END - PAST;
    source->zero = gate_covers(gate, scratch, rest < PAST ? rest : PAST);
    if (!(source->allowed & TOUCH_MEDIA) || source->read_only)
        return;
    oracle_add_area(&fuzzer->oracle, scratch, SEQUENCE_AREA);
    if (source->end)
        oracle_add_area(&fuzzer->oracle, capacity - SEQUENCE_END, SEQUENCE_END);
    if (source->border)
        oracle_add_area(&fuzzer->oracle, ATA_LBA28_END - SEQUENCE_BORDER / 2, SEQUENCE_BORDER);
}

static struct sequence_source source_for(const struct session *session, const uint64_t *facts,
                                         const struct options *options)
{
    const struct target *target = session->target;
    bool media = facts[FACT_SCRATCH_COUNT] >= SEQUENCE_AREA;
    struct sequence_source source = {
        .state = options->seed,
        .allowed = session->gate.allowed & TOUCH_TARGET,
        .sectors = (unsigned)facts[FACT_SECTORS],
        .buffers = (unsigned)facts[FACT_BUFFERS],
        .string = items(facts[FACT_MTU], AOE_CONFIG_BYTES, 1, AOE_STRING_MAX),
        .directives = items(facts[FACT_MTU], AOE_MASK_BYTES, AOE_DIRECTIVE_BYTES, AOE_LIST_MAX),
        .addresses = items(facts[FACT_MTU], AOE_RESERVE_BYTES, AOE_MAC_BYTES, AOE_LIST_MAX),
        .ata = target->has_ata && !target->reserved_by_others,
        .extended = facts[FACT_LBA48],
        .read_only = facts[FACT_READ_ONLY],
        .runts = link_carries_short(session->link),
        .strict = options->strict,
    };
    if (!media)
        source.allowed &= ~(unsigned)TOUCH_MEDIA;
    if (!target->has_masks)
        source.allowed &= ~(unsigned)TOUCH_MASKS;
    if (!target->has_reserve)
        source.allowed &= ~(unsigned)TOUCH_RESERVE;
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
    bool differs = false;
    result->verdict = VERDICT_PASS;
    result->reason = "";
    if (oracle_open(&fuzzer.oracle, session, facts, options->strict)) {
        result->verdict = VERDICT_ERROR;
        result->reason = "no memory for the model's medium";
        return;
    }
    choose_sectors(&fuzzer);
    for (uint64_t i = 0; fuzzer.sent < options->fuzz && !differs && may_go_on(&fuzzer); i++) {
        show_progress(&fuzzer, i, false);
        differs = try_sequence(&fuzzer, result);
    }
    show_progress(&fuzzer, 0, true);
    result->requests = fuzzer.sent;
    if (fuzzer.trouble || *session->stop) {
        result->verdict = VERDICT_ERROR;
        result->reason = *session->stop ? "interrupted" : fuzzer.trouble;
    }
    oracle_close(&fuzzer.oracle);
}
