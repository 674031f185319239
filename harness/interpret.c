/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "interpret.h"

#include "compose.h"
#include "expect.h"
#include "initiator.h"

enum { MILLISECOND = 1000000, LOOP_FAILURES = 3, LOOP_MOST = 100000 };

static bool run_block(struct run *run, const struct statement *first);

static bool stopped(const struct run *run)
{
    return run->error || run->skip || run->refusal || run->session->silent || *run->session->stop;
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
    uint8_t *bytes = session_room(run->session, &run->session->frame);
    size_t length = compose(run, send, statement->host, latest_of(run, statement->host), bytes);
    bool refused;
    const char *reason = link_down;
    if (!length)
        return false;
    if (length < AOE_FRAME_MIN && !link_carries_short(run->session->link)) {
        run->skip = "this kind of interface pads frames to 60 bytes";
        return false;
    }
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
        session_wait(run->session, NULL, from + expect_milliseconds(run, send->delay));
    }
    uint64_t times = send->times ? evaluate_number(run, send->times) : 1;
    if (times > LOOP_MOST)
        run->error = arena_print(run->arena, "%s:%u: a line sends at most %d times",
                                 run->scenario->path, statement->at.line, LOOP_MOST);
    for (uint64_t i = 0; i < times && !run->error; i++)
        if (!send_once(run, statement))
            return false;
    return !run->error;
}

/* ---- expecting ---- */

static bool run_expect(struct run *run, const struct statement *statement)
{
    struct request *request = expect_open(run, statement->host, statement->label);
    return request ? expect_request(run, request, &statement->expectation)
                   : expect_nothing_sent(run, statement);
}

static bool run_each(struct run *run, const struct statement *statement)
{
    struct request *request = expect_open(run, statement->host, statement->label);
    if (!request)
        return expect_nothing_sent(run, statement);
    if (statement->value)
        return expect_at_least(run, statement);
    for (; request; request = expect_open(run, statement->host, statement->label))
        if (!expect_request(run, request, &statement->expectation) || stopped(run))
            return false;
    return true;
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
    if (last >= first && last - first >= LOOP_MOST) {
        run->error = arena_print(run->arena, "%s:%u: a loop has at most %d turns",
                                 run->scenario->path, statement->at.line, LOOP_MOST);
        return false;
    }
    for (uint64_t i = 0; first <= last && i <= last - first; i++)
        if (!run_iteration(run, statement,
                           (struct value){.kind = VALUE_NUMBER, .number = first + i}, &failed))
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

static bool run_mtu(struct run *run, const struct statement *statement)
{
    char text[160];
    uint64_t mtu = evaluate_number(run, statement->value);
    if (link_set_mtu(run->session->link, mtu > UINT32_MAX ? UINT32_MAX : (unsigned)mtu, text,
                     sizeof text)) {
        run->skip = arena_text(run->arena, text);
        return false;
    }
    run->resized = true;
    return true;
}

/* Whatever the scenario has come to. */
static void put_back_mtu(struct run *run)
{
    char text[160];
    struct link *link = run->session->link;
    if (run->resized && link_set_mtu(link, link_mtu(link), text, sizeof text))
        run->error = arena_text(run->arena, text);
}

static bool run_let(struct run *run, const struct statement *statement)
{
    run->variables[statement->variable] = evaluate(run, statement->value, NULL);
    return !run->error;
}

static bool run_pause(struct run *run, const struct statement *statement)
{
    session_wait(run->session, NULL, link_now() + expect_milliseconds(run, statement->value));
    return true;
}

static bool run_statement(struct run *run, const struct statement *statement)
{
    static bool (*const runners[])(struct run *, const struct statement *) = {
        [STATEMENT_SEND] = run_send,
        [STATEMENT_EXPECT] = run_expect,
        [STATEMENT_EACH] = run_each,
        [STATEMENT_EXACTLY] = expect_exactly,
        [STATEMENT_LET] = run_let,
        [STATEMENT_FOR] = run_for,
        [STATEMENT_EVERY] = run_every,
        [STATEMENT_PAUSE] = run_pause,
        [STATEMENT_LINK] = run_link,
        [STATEMENT_MTU] = run_mtu,
        [STATEMENT_ANSWERS] = expect_answers,
        [STATEMENT_HEARD] = expect_heard,
        [STATEMENT_SERVE] = initiator_serve,
        [STATEMENT_WHEN] = initiator_when,
        [STATEMENT_ANNOUNCE] = initiator_announce,
        [STATEMENT_STIMULATE] = initiator_stimulate,
        [STATEMENT_STIMULUS] = initiator_stimulus,
        [STATEMENT_SENDS] = initiator_sends,
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
    if (!result->failures_in_all || result->verdict != VERDICT_PASS)
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
        return arena_print(run->arena, "needs %s, which the target does not have",
                           scenario_fact_name((enum fact)need->left->index));
    return arena_print(run->arena, "needs %s: here it is %llu", need->text,
                       (unsigned long long)left);
}

static const char *missing_permission(struct run *run)
{
    const struct session *session = run->session;
    const struct target *target = session->target;
    /* What the target does not have is not a matter of permission. */
    unsigned absent = (target->has_masks ? 0 : TOUCH_MASKS) |
                      (target->has_reserve ? 0 : TOUCH_RESERVE) |
                      (target->capacity ? 0 : TOUCH_MEDIA);
    unsigned missing = run->scenario->touches & ~session->gate.allowed & ~absent;
    if (missing & session->withheld)
        return arena_print(run->arena, "what it touches could not be saved before: %s",
                           session->withheld_reason);
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_LINK; touch <<= 1)
        if (missing & touch)
            return arena_print(run->arena, "not allowed to touch the %s: --allow %s",
                               scenario_touch_name(touch), scenario_allow_name(touch));
    return NULL;
}

static const char *why_skip(struct run *run)
{
    const struct target *target = run->session->target;
    const char *passive = run->initiator ? initiator_skips(run->initiator, run->scenario) : NULL;
    if (passive)
        return passive;
    if (run->scenario->moves_data && target->reserved_by_others &&
        !(run->scenario->touches & TOUCH_RESERVE))
        return "the target is reserved by another host";
    const char *forbidden = missing_permission(run);
    if (forbidden)
        return forbidden;
    for (size_t i = 0; i < run->scenario->need_count; i++) {
        const char *reason = unmet_need(run, &run->scenario->needs[i]);
        if (reason)
            return reason;
    }
    if (run->scenario->host_count > 1 && !target->admitted_by_masks)
        return "the target's mask list keeps further hosts out";
    return NULL;
}

/* A scenario whose loops have no turns here has shown nothing; nor has a silent initiator. */
static bool nothing_seen(const struct run *run)
{
    const struct session *session = run->session;
    if (run->initiator)
        return !run->scenario->runwide && !run->heard;
    if (run->scenario->runwide || run->scenario->touches & TOUCH_LINK || run->refusal)
        return false;
    for (size_t i = session->scenario_start; i < session->request_count; i++)
        if (session->requests[i]->event->line)
            return false;
    return true;
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
    else if (session->link_error && !run->scenario->runwide)
        set_verdict(result, VERDICT_ERROR, session->link_error);
    else if (session->silent && !run->was_silent && !run->initiator) {
        if (!result->failures_in_all) {
            struct failure *failure = expect_failure(run, NULL, NULL);
            failure->expected = "the target goes on answering";
            failure->actual = "the target has stopped answering";
        }
        /* Whatever the clause's level: nothing that an initiator sends may end a target. */
        set_verdict(result, VERDICT_FAIL, result->failures[0].actual);
    } else if (run->error)
        set_verdict(result, VERDICT_ERROR, run->error);
    else if (run->skip && result->verdict == VERDICT_PASS)
        set_verdict(result, VERDICT_SKIP, run->skip);
    else if (nothing_seen(run) && result->verdict == VERDICT_PASS)
        set_verdict(result, VERDICT_SKIP,
                    run->initiator ? "the initiator has sent nothing"
                                   : "there is nothing to try here: no line sends a frame");
    else if (run->refusal && result->verdict == VERDICT_PASS)
        set_verdict(result, run->scenario->touches ? VERDICT_SKIP : VERDICT_ERROR, run->refusal);
}

/* True where the harness itself may be to blame for a failure that rests on time: it lost frames,
 * or was away for longer than a quarter of what it has waited. */
static bool unhealthy(const struct run *run, uint64_t drops_before)
{
    const struct session *session = run->session;
    int64_t waited = run->waited ? run->waited : session->timing->timeout;
    return link_drops(session->link) != drops_before || session->timing->worst_delay > waited / 4;
}

/* Runs the statements, and what has to follow them. */
static void run_whole(struct run *run)
{
    const struct scenario *scenario = run->scenario;
    struct session *session = run->session;
    bool initiator = run->initiator && !scenario->runwide;
    if (initiator)
        initiator_begin(run);
    run->started = run->line_done = link_now();
    run_block(run, scenario->statements);
    put_back_mtu(run);
    if (initiator)
        initiator_end(run);
    else if (!run->initiator && !session->silent && !*session->stop)
        session_sentinel(session, "end of the scenario");
}

static bool attempt(struct session *session, struct initiator *initiator,
                    const struct scenario *scenario, const uint64_t *facts, struct result *result)
{
    struct run run = {
        .session = session,
        .initiator = initiator,
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
    run.was_silent = session->silent;
    run_whole(&run);
    conclude(&run);
    /* A target that answers nothing any more would not say more in another attempt. */
    bool doubtful = run.timed && result->failures_in_all && unhealthy(&run, drops);
    bool sound = session->silent || !doubtful;
    if (worst > session->timing->worst_delay)
        session->timing->worst_delay = worst;
    session->timing->drops = link_drops(session->link);
    return sound;
}

void interpret(struct session *session, struct initiator *initiator,
               const struct scenario *scenario, const uint64_t *facts, struct result *result)
{
    int64_t start = link_now();
    if (!attempt(session, initiator, scenario, facts, result)) {
        *result = (struct result){.scenario = scenario};
        if (!attempt(session, initiator, scenario, facts, result))
            set_verdict(result, VERDICT_INCONCLUSIVE,
                        "the harness was too slow or lost frames, twice");
    }
    result->duration = link_now() - start;
}
