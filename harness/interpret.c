/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interpret.h"

#include "compose.h"
#include "protocol/names.h"

enum { MILLISECOND = 1000000, LOOP_FAILURES = 3, LOOP_MOST = 100000 };

static bool run_block(struct run *run, const struct statement *first);

static int64_t milliseconds(struct run *run, const struct expression *expression)
{
    enum { MOST = 60000 };
    uint64_t ms = evaluate_number(run, expression);
    return (int64_t)(ms > MOST ? MOST : ms) * MILLISECOND;
}

/* The variables that are in play, for the report of a failure in a loop. */
static const char *loop_values(struct run *run)
{
    const char *text = "";
    for (const struct statement *s = run->statement; s; s = s->parent)
        if (s->kind == STATEMENT_FOR && run->variables[s->variable].kind == VALUE_NUMBER)
            text = arena_print(run->arena, "%s%s%s=%llu", text, *text ? " " : "", s->name,
                               (unsigned long long)run->variables[s->variable].number);
    return text;
}

static struct failure *new_failure(struct run *run, const struct event *event,
                                   const struct event *request)
{
    struct failure *failure = session_failure(run->session, run->result, event, request);
    failure->line = run->statement->at.line;
    failure->statement = run->statement->text;
    failure->values = loop_values(run);
    return failure;
}

static bool stopped(const struct run *run)
{
    return run->error || run->refusal || run->session->silent || *run->session->stop;
}

/* ---- sending ---- */

static struct request *latest_of(const struct run *run, size_t host)
{
    const struct session *session = run->session;
    for (size_t i = session->request_count; i-- > session->scenario_start;)
        if (session->requests[i]->host == host && session->requests[i]->event->line)
            return session->requests[i];
    return NULL;
}

static bool send_once(struct run *run, const struct statement *statement)
{
    static const char link_down[] = "the link is down";
    const struct send *send = statement->send;
    uint8_t *bytes = arena_array(run->arena, AOE_FRAME_MAX, 1);
    size_t length = compose(run, send, statement->host, latest_of(run, statement->host), bytes);
    bool refused;
    const char *reason = link_down;
    if (!length)
        return false;
    struct request *request = session_send(run->session, statement->host, bytes, length,
                                           statement->at.line, statement->text, &reason, &refused);
    if (request) {
        request->label = send->label;
        return true;
    }
    *(refused ? &run->refusal : &run->error) =
        arena_print(run->arena, "%s:%u: %s", run->scenario->path, statement->at.line, reason);
    return false;
}

static bool run_send(struct run *run, const struct statement *statement)
{
    const struct send *send = statement->send;
    if (send->delay) {
        int64_t from = send->absolute ? run->started : run->line_done;
        session_wait(run->session, NULL, from + milliseconds(run, send->delay));
    }
    uint64_t times = send->times ? evaluate_number(run, send->times) : 1;
    for (uint64_t i = 0; i < times && i < LOOP_MOST && !run->error; i++)
        if (!send_once(run, statement))
            return false;
    return !run->error;
}

/* ---- expecting ---- */

/* The oldest request of the host that no expectation has dealt with. */
static struct request *open_request(const struct run *run, size_t host, const char *label)
{
    const struct session *session = run->session;
    for (size_t i = session->scenario_start; i < session->request_count; i++) {
        struct request *request = session->requests[i];
        bool labelled = !label || (request->label && !strcmp(request->label, label));
        if (!request->consumed && request->host == host && labelled)
            return request;
    }
    return NULL;
}

static bool permits_silence(const struct expectation *expectation)
{
    for (size_t i = 0; i < expectation->count; i++)
        if (expectation->alternatives[i].silence)
            return true;
    return false;
}

static bool permits_response(const struct expectation *expectation)
{
    for (size_t i = 0; i < expectation->count; i++)
        if (!expectation->alternatives[i].silence)
            return true;
    return false;
}

/* Waits for the answer. Where silence would do, for the quiet window; else for the timeout. Then
 * the sentinel: once it is answered, so has been whatever came before it. */
static bool wait_answer(struct run *run, const struct request *request, bool silence_will_do)
{
    struct session *session = run->session;
    int64_t patience = silence_will_do ? session->timing->quiet : session->timing->timeout;
    session_wait(session, request, link_now() + patience);
    if (!request->reply && session_sentinel(session, "is the target alive?"))
        session_wait(session, request, link_now());
    return request->reply;
}

static void add_row(struct row *row, const char *field, const char *expected, const char *actual,
                    size_t byte, bool wrong)
{
    *row = (struct row){field, expected, actual, byte, 1, wrong};
}

/* Success is implied where an alternative names no outcome: no AoE error, good ATA status, no
 * mask error. */
static bool implied_success(struct run *run, const struct request *request, struct row *rows,
                            size_t *count)
{
    enum { ERROR_AT = 15, MERROR_AT = 26, STATUS_AT = 27 };
    const struct aoe_frame *reply = &request->reply_frame;
    const struct reading error = {READING_FIELD, "error", aoe_field_find("error", 0), 0};
    bool clean = !aoe_is_error(reply) && !reply->error;
    bool good = clean;
    add_row(&rows[(*count)++], "error", "0", evaluate_text(run->arena, &error, reply->error),
            ERROR_AT, !clean);
    if (clean && reply->command == AOE_COMMAND_ATA) {
        const struct reading status = {READING_FIELD, "status", aoe_field_find("status", 0), 0};
        bool well = ata_status_good(reply->ata.opcode);
        add_row(&rows[(*count)++], "status", "DRDY without BSY DF DRQ ERR",
                evaluate_text(run->arena, &status, reply->ata.opcode), STATUS_AT, !well);
        good = well;
    }
    if (clean && reply->command == AOE_COMMAND_MASK) {
        const struct reading merror = {READING_FIELD, "merror", aoe_field_find("merror", 2), 0};
        bool well = !reply->mask.merror;
        add_row(&rows[(*count)++], "merror", "0",
                evaluate_text(run->arena, &merror, reply->mask.merror), MERROR_AT, !well);
        good = well;
    }
    return good;
}

enum { IMPLIED_ROWS = 2 };

struct verdict_rows {
    struct row *rows;
    size_t count, wrong;
};

static bool holds_alternative(struct run *run, const struct alternative *alternative,
                              const struct request *request, struct verdict_rows *to)
{
    to->rows = arena_array(run->arena, alternative->count + IMPLIED_ROWS, sizeof *to->rows);
    bool holds = alternative->judges_outcome || implied_success(run, request, to->rows, &to->count);
    for (size_t i = 0; i < alternative->count; i++)
        holds &=
            evaluate_condition(run, &alternative->conditions[i], request, &to->rows[to->count++]);
    for (size_t i = 0; i < to->count; i++)
        to->wrong += to->rows[i].wrong;
    return holds;
}

static const char *alternatives_text(struct run *run, const struct expectation *expectation)
{
    const char *text = "";
    for (size_t i = 0; i < expectation->count; i++) {
        const struct alternative *alternative = &expectation->alternatives[i];
        const char *one = alternative->silence                                 ? "silence"
                          : alternative->judges_outcome && !alternative->count ? "any response"
                          : alternative->judges_outcome                        ? ""
                                                                               : "success";
        for (size_t c = 0; c < alternative->count; c++)
            one = arena_print(run->arena, "%s%s%s", one, *one ? " with " : "",
                              alternative->conditions[c].text);
        text = arena_print(run->arena, "%s%s%s", text, i ? ", or " : "", one);
    }
    return text;
}

/* One line that tells what the response was, for the summary of a failure. */
static const char *reply_text(struct run *run, const struct request *request,
                              const struct verdict_rows *best)
{
    const char *text = "";
    for (size_t i = 0; i < best->count; i++)
        if (best->rows[i].wrong)
            text = arena_print(run->arena, "%s%s%s %s", text, *text ? ", " : "",
                               best->rows[i].field, best->rows[i].actual);
    (void)request;
    return *text ? text : "a response";
}

/* The alternative that came closest is what the report compares with. */
static bool judge_reply(struct run *run, const struct request *request,
                        const struct expectation *expectation, struct verdict_rows *best)
{
    bool first = true;
    for (size_t i = 0; i < expectation->count; i++) {
        struct verdict_rows rows = {0};
        if (expectation->alternatives[i].silence)
            continue;
        if (holds_alternative(run, &expectation->alternatives[i], request, &rows))
            return true;
        if (first || rows.wrong < best->wrong)
            *best = rows;
        first = false;
    }
    return false;
}

static bool fail_missing(struct run *run, const struct request *request,
                         const struct expectation *expectation)
{
    const struct timing *timing = run->session->timing;
    struct failure *failure = new_failure(run, NULL, request->event);
    failure->expected = alternatives_text(run, expectation);
    failure->actual =
        run->session->silent
            ? "no response, and none to the config reads that followed"
            : arena_print(run->arena, "no response in %lld ms, while a config read was answered",
                          (long long)(timing->timeout / MILLISECOND));
    return false;
}

static bool fail_reply(struct run *run, const struct request *request,
                       const struct expectation *expectation, const struct verdict_rows *best)
{
    struct failure *failure = new_failure(run, request->reply, request->event);
    failure->expected = alternatives_text(run, expectation);
    failure->rows = best->rows;
    failure->row_count = best->count;
    failure->actual = best->count ? reply_text(run, request, best) : "a response";
    return false;
}

static bool in_time(struct run *run, const struct request *request,
                    const struct expectation *expectation)
{
    int64_t most = milliseconds(run, expectation->within);
    int64_t took = request->reply->time - request->event->time;
    if (took <= most)
        return true;
    struct failure *failure = new_failure(run, request->reply, request->event);
    failure->expected =
        arena_print(run->arena, "a response within %lld ms", (long long)(most / MILLISECOND));
    failure->actual = arena_print(run->arena, "after %.3f ms", (double)took / MILLISECOND);
    run->timed = true;
    return false;
}

static bool expect_request(struct run *run, struct request *request,
                           const struct expectation *expectation)
{
    struct verdict_rows best = {0};
    bool silence_will_do = permits_silence(expectation);
    request->consumed = true;
    bool answered = request->reply || wait_answer(run, request, silence_will_do);
    if (run->session->silent && !answered)
        return fail_missing(run, request, expectation);
    if (!answered && silence_will_do)
        return request->silence = true;
    if (!answered) {
        run->timed = true;
        return *run->session->stop || fail_missing(run, request, expectation);
    }
    run->last[request->host] = request;
    if (!permits_response(expectation))
        return fail_reply(run, request, expectation, &best);
    if (!judge_reply(run, request, expectation, &best))
        return fail_reply(run, request, expectation, &best);
    return !expectation->within || in_time(run, request, expectation);
}

static bool nothing_sent(struct run *run, const struct statement *statement)
{
    run->error = arena_print(run->arena, "%s:%u: the host has no request that still waits",
                             run->scenario->path, statement->at.line);
    return false;
}

static bool run_expect(struct run *run, const struct statement *statement)
{
    struct request *request = open_request(run, statement->host, statement->label);
    return request ? expect_request(run, request, &statement->expectation)
                   : nothing_sent(run, statement);
}

static bool run_each(struct run *run, const struct statement *statement)
{
    struct request *request = open_request(run, statement->host, statement->label);
    if (!request)
        return nothing_sent(run, statement);
    for (; request; request = open_request(run, statement->host, statement->label))
        if (!expect_request(run, request, &statement->expectation) || stopped(run))
            return false;
    return true;
}

/* The races: of the hosts that asked together, the expectation holds for one and the other
 * expectation for the rest. */
static bool run_exactly(struct run *run, const struct statement *statement)
{
    struct request *requests[SCENARIO_HOSTS] = {NULL};
    size_t winners = 0;
    const char *who = "";
    for (size_t i = 0; i < statement->host_count; i++) {
        struct verdict_rows rows = {0};
        requests[i] = open_request(run, statement->hosts[i], NULL);
        if (!requests[i])
            return nothing_sent(run, statement);
        requests[i]->consumed = true;
        if (!requests[i]->reply && !wait_answer(run, requests[i], false))
            return fail_missing(run, requests[i], &statement->expectation);
        run->last[statement->hosts[i]] = requests[i];
        bool wins = judge_reply(run, requests[i], &statement->expectation, &rows);
        if (!wins && !judge_reply(run, requests[i], &statement->others, &rows))
            return fail_reply(run, requests[i], &statement->others, &rows);
        if (wins) {
            run->last[SCENARIO_HOSTS] = requests[i];
            who = arena_print(run->arena, "%s %s", who, run->scenario->hosts[statement->hosts[i]]);
            winners++;
        }
    }
    if (winners == 1)
        return true;
    struct failure *failure = new_failure(run, requests[0]->reply, requests[0]->event);
    failure->expected = "exactly one of the hosts succeeds";
    failure->actual = winners ? arena_print(run->arena, "%zu do:%s", winners, who) : "none does";
    return false;
}

/* ---- control ---- */

static bool run_iteration(struct run *run, const struct statement *statement, struct value value,
                          size_t *failed)
{
    run->variables[statement->variable] = value;
    if (!run_block(run, statement->body))
        (*failed)++;
    return !stopped(run) && *failed < LOOP_FAILURES;
}

/* A failure ends its turn of the loop, not the loop, so that every value that fails is told. */
static bool run_for(struct run *run, const struct statement *statement)
{
    size_t failed = 0;
    for (size_t i = 0; i < statement->item_count; i++)
        if (!run_iteration(run, statement, evaluate(run, statement->items[i], NULL), &failed))
            return false;
    if (statement->item_count)
        return !failed;
    uint64_t first = evaluate_number(run, statement->value);
    uint64_t last = evaluate_number(run, statement->last);
    for (uint64_t n = first; n <= last && n - first < LOOP_MOST; n++)
        if (!run_iteration(run, statement, (struct value){.kind = VALUE_NUMBER, .number = n},
                           &failed))
            return false;
    return !failed;
}

static bool run_every(struct run *run, const struct statement *statement)
{
    struct session *session = run->session;
    (void)statement;
    run->result->frames_judged = session->responses;
    for (size_t i = 0; i < session->ledger_count; i++) {
        const struct ledger_entry *entry = &session->ledger[i];
        if (entry->clause != run->scenario->clause)
            continue;
        struct failure *failure = session_failure(session, run->result, NULL, NULL);
        *failure = entry->first;
        run->result->failures_in_all = entry->findings;
        return false;
    }
    return true;
}

static bool run_link(struct run *run, const struct statement *statement)
{
    char text[160];
    struct session *session = run->session;
    bool up = statement->item_count;
    session->advert = NULL;
    if (link_set_up(session->link, up, text, sizeof text)) {
        run->error =
            arena_print(run->arena, "%s:%u: %s", run->scenario->path, statement->at.line, text);
        return false;
    }
    enum { STEP = 10 * MILLISECOND };
    int64_t until = link_now() + session->timing->timeout;
    while (up && !link_is_up(session->link) && link_now() < until)
        session_wait(session, NULL, link_now() + STEP);
    return true;
}

static bool run_heard(struct run *run, const struct statement *statement)
{
    struct session *session = run->session;
    struct request heard = {.event = NULL};
    int64_t until = link_now() + session->timing->timeout;
    while (!session->advert && link_now() < until && !*session->stop)
        session_wait(session, NULL, link_now() + MILLISECOND);
    if (!session->advert) {
        struct failure *failure = new_failure(run, NULL, NULL);
        failure->expected = "a broadcast config response";
        failure->actual = arena_print(run->arena, "none in %lld ms",
                                      (long long)(session->timing->timeout / MILLISECOND));
        return false;
    }
    struct verdict_rows best = {0};
    heard.event = heard.reply = session->advert;
    heard.frame = session->advert_frame;
    heard.reply_frame = session->advert_frame;
    return judge_reply(run, &heard, &statement->expectation, &best) ||
           fail_reply(run, &heard, &statement->expectation, &best);
}

static bool run_let(struct run *run, const struct statement *statement)
{
    run->variables[statement->variable] = evaluate(run, statement->value, NULL);
    return !run->error;
}

static bool run_pause(struct run *run, const struct statement *statement)
{
    session_wait(run->session, NULL, link_now() + milliseconds(run, statement->value));
    return true;
}

static bool run_statement(struct run *run, const struct statement *statement)
{
    static bool (*const runners[])(struct run *, const struct statement *) = {
        [STATEMENT_SEND] = run_send,   [STATEMENT_EXPECT] = run_expect,
        [STATEMENT_EACH] = run_each,   [STATEMENT_EXACTLY] = run_exactly,
        [STATEMENT_LET] = run_let,     [STATEMENT_FOR] = run_for,
        [STATEMENT_EVERY] = run_every, [STATEMENT_PAUSE] = run_pause,
        [STATEMENT_LINK] = run_link,   [STATEMENT_HEARD] = run_heard,
    };
    run->statement = statement;
    bool ok = runners[statement->kind](run, statement) && !run->error;
    run->line_done = link_now();
    return ok;
}

static bool run_block(struct run *run, const struct statement *first)
{
    for (const struct statement *s = first; s; s = s->next)
        if (!run_statement(run, s) || stopped(run))
            return false;
    return true;
}

/* ---- verdicts ---- */

static void set_verdict(struct result *result, enum verdict verdict, const char *reason)
{
    result->verdict = verdict;
    result->reason = reason;
}

void interpret_conclude(struct result *result)
{
    if (!result->failures_in_all ||
        (result->verdict != VERDICT_PASS && result->verdict != VERDICT_FAIL &&
         result->verdict != VERDICT_ADVICE))
        return;
    bool must = result->scenario->level == AOE_MUST;
    set_verdict(result, must ? VERDICT_FAIL : VERDICT_ADVICE, result->failures[0].actual);
}

static const char *unmet_need(struct run *run, const struct need *need)
{
    uint64_t left = evaluate_number(run, need->left);
    uint64_t right = need->right ? evaluate_number(run, need->right) : 0;
    if (evaluate_compare(left, need->comparison, right))
        return NULL;
    if (!need->right && need->left->kind == EXPRESSION_FACT)
        return arena_print(run->arena, "the target is without what it needs: %s",
                           scenario_fact_name((enum fact)need->left->index));
    return arena_print(run->arena, "%s: here it is %llu", need->text, (unsigned long long)left);
}

static const char *missing_permission(struct run *run)
{
    unsigned missing = run->scenario->touches & ~run->session->gate.allowed;
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_LINK; touch <<= 1)
        if (missing & touch)
            return arena_print(run->arena, "not allowed to touch the %s: --allow %s",
                               scenario_touch_name(touch), scenario_allow_name(touch));
    return NULL;
}

static const char *why_skip(struct run *run)
{
    const struct target *target = run->session->target;
    for (size_t i = 0; i < run->scenario->need_count; i++) {
        const char *reason = unmet_need(run, &run->scenario->needs[i]);
        if (reason)
            return reason;
    }
    if (run->scenario->moves_data && target->reserved_by_others &&
        !(run->scenario->touches & TOUCH_RESERVE))
        return "the target is reserved by another host";
    if (run->scenario->host_count > 1 && !target->admitted_by_masks)
        return "the target's mask list keeps further hosts out";
    return missing_permission(run);
}

/* What the run of the statements amounts to. */
static void conclude(struct run *run)
{
    struct result *result = run->result;
    struct session *session = run->session;
    set_verdict(result, VERDICT_PASS, "");
    interpret_conclude(result);
    if (*session->stop)
        set_verdict(result, VERDICT_ERROR, "interrupted");
    else if (session->silent) {
        if (!result->failures_in_all) {
            struct failure *failure = new_failure(run, NULL, NULL);
            failure->expected = "the target goes on answering";
            failure->actual = "the target has stopped answering";
        }
        interpret_conclude(result);
    } else if (run->error)
        set_verdict(result, VERDICT_ERROR, run->error);
    else if (run->refusal && result->verdict == VERDICT_PASS)
        set_verdict(result, run->scenario->touches ? VERDICT_SKIP : VERDICT_ERROR, run->refusal);
}

/* True where the harness itself may be to blame for a failure that rests on time: it lost frames,
 * or was away for longer than a quarter of what it waits. */
static bool unhealthy(const struct session *session, uint64_t drops_before)
{
    return link_drops(session->link) != drops_before ||
           session->timing->worst_delay > session->timing->timeout / 4;
}

static bool attempt(struct session *session, const struct scenario *scenario, const uint64_t *facts,
                    struct result *result)
{
    struct run run = {
        .session = session,
        .arena = session->arena,
        .scenario = scenario,
        .result = result,
        .facts = facts,
        .statement = scenario->statements,
    };
    uint64_t drops = link_drops(session->link);
    int64_t worst = session->timing->worst_delay;
    result->scenario = scenario;
    run.variables = arena_array(session->arena, scenario->variables + 1, sizeof *run.variables);
    const char *skip = why_skip(&run);
    if (skip || run.error) {
        set_verdict(result, skip ? VERDICT_SKIP : VERDICT_ERROR, skip ? skip : run.error);
        return true;
    }
    session->timing->worst_delay = 0;
    session_begin(session, result, scenario->hosts);
    run.started = run.line_done = link_now();
    run_block(&run, scenario->statements);
    if (!session->silent && !*session->stop)
        session_sentinel(session, "end of the scenario");
    conclude(&run);
    bool sound = !(run.timed && result->failures_in_all && unhealthy(session, drops));
    if (worst > session->timing->worst_delay)
        session->timing->worst_delay = worst;
    session->timing->drops = link_drops(session->link);
    return sound;
}

void interpret(struct session *session, const struct scenario *scenario, const uint64_t *facts,
               struct result *result)
{
    int64_t start = link_now();
    if (!attempt(session, scenario, facts, result)) {
        *result = (struct result){.scenario = scenario};
        if (!attempt(session, scenario, facts, result))
            set_verdict(result, VERDICT_INCONCLUSIVE,
                        "the harness was too slow or lost frames, twice");
    }
    result->duration = link_now() - start;
}
