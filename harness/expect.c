/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expect.h"

enum { MILLISECOND = 1000000 };

int64_t expect_milliseconds(struct run *run, const struct expression *expression)
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

/* Says at which line, and in which turn of its loops, a failure shows. */
static void locate(struct run *run, struct failure *failure)
{
    failure->line = run->statement->at.line;
    failure->statement = run->statement->text;
    failure->values = loop_values(run);
}

struct failure *expect_failure(struct run *run, const struct event *event,
                               const struct event *request)
{
    struct failure *failure = session_failure(run->session, run->result, event, request);
    locate(run, failure);
    return failure;
}

/* The oldest request of the host that no expectation has dealt with. */
struct request *expect_open(const struct run *run, size_t host, const char *label)
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

enum { IMPLIED_ROWS = 2 };

struct verdict_rows {
    struct row *rows;
    size_t count, wrong;
};

/* One implied condition on a field of the response; returns `holds`. */
static bool add_implied(struct run *run, struct verdict_rows *to, const char *field,
                        const struct aoe_frame *reply, const char *expected, uint64_t actual,
                        bool holds)
{
    const struct reading reading = {READING_FIELD, field, aoe_field_find(field, reply->command), 0};
    to->rows[to->count++] = (struct row){
        field, expected, evaluate_text(run->arena, &reading, actual), reading.field->byte,
        1,     !holds};
    return holds;
}

/* Success is implied where an alternative names no outcome: no AoE error, good ATA status, no
 * mask error. */
static bool implied_success(struct run *run, const struct request *request, struct verdict_rows *to)
{
    const struct aoe_frame *reply = &request->reply_frame;
    bool clean = !aoe_is_error(reply) && !reply->error;
    if (!add_implied(run, to, "error", reply, "0", reply->error, clean))
        return false;
    if (reply->command == AOE_COMMAND_ATA)
        return add_implied(run, to, "status", reply, "DRDY without BSY DF DRQ ERR",
                           reply->ata.opcode, ata_status_good(reply->ata.opcode));
    return reply->command != AOE_COMMAND_MASK ||
           add_implied(run, to, "merror", reply, "0", reply->mask.merror, !reply->mask.merror);
}

static bool holds_alternative(struct run *run, const struct alternative *alternative,
                              const struct request *request, struct verdict_rows *to)
{
    to->rows = arena_array(run->arena, alternative->count + IMPLIED_ROWS, sizeof *to->rows);
    bool holds = alternative->judges_outcome || implied_success(run, request, to);
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
static const char *reply_text(struct run *run, const struct verdict_rows *best)
{
    const char *text = "";
    for (size_t i = 0; i < best->count; i++)
        if (best->rows[i].wrong)
            text = arena_print(run->arena, "%s%s%s %s", text, *text ? ", " : "",
                               best->rows[i].field, best->rows[i].actual);
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
    struct failure *failure = expect_failure(run, NULL, request->event);
    run->timed = true;
    failure->expected = alternatives_text(run, expectation);
    failure->actual =
        run->session->silent
            ? "no response, and none to the config reads that followed"
            : arena_print(run->arena, "no response in %lld ms, while a config read was answered",
                          (long long)(timing->timeout / MILLISECOND));
    return false;
}

/* What a rule has found in the same response is told once, by the scenario's own expectation. */
static struct failure *told_already(struct run *run, const struct event *reply)
{
    struct result *result = run->result;
    for (size_t i = 0; i < result->failure_count; i++)
        if (result->failures[i].event == reply) {
            struct failure *failure = &result->failures[i];
            locate(run, failure);
            return failure;
        }
    return NULL;
}

static bool fail_reply(struct run *run, const struct request *request,
                       const struct expectation *expectation, const struct verdict_rows *best)
{
    struct failure *failure = told_already(run, request->reply);
    if (!failure)
        failure = expect_failure(run, request->reply, request->event);
    failure->expected = alternatives_text(run, expectation);
    failure->rows = best->rows;
    failure->row_count = best->count;
    failure->actual = reply_text(run, best);
    return false;
}

static bool in_time(struct run *run, const struct request *request,
                    const struct expectation *expectation)
{
    int64_t most = expect_milliseconds(run, expectation->within);
    int64_t took = request->reply->time - request->event->time;
    if (took <= most)
        return true;
    struct failure *failure = expect_failure(run, request->reply, request->event);
    failure->expected =
        arena_print(run->arena, "a response within %lld ms", (long long)(most / MILLISECOND));
    failure->actual = arena_print(run->arena, "after %.3f ms", (double)took / MILLISECOND);
    run->timed = true;
    return false;
}

bool expect_request(struct run *run, struct request *request, const struct expectation *expectation)
{
    struct verdict_rows best = {0};
    bool silence_will_do = permits_silence(expectation);
    bool answered = request->reply || wait_answer(run, request, silence_will_do);
    request->consumed = true;
    if (run->session->silent && !answered)
        return fail_missing(run, request, expectation);
    if (!answered && silence_will_do) {
        request->silence = !permits_response(expectation);
        return true;
    }
    if (!answered)
        return *run->session->stop || fail_missing(run, request, expectation);
    run->last[request->host] = request;
    if (!judge_reply(run, request, expectation, &best))
        return fail_reply(run, request, expectation, &best);
    return !expectation->within || in_time(run, request, expectation);
}

bool expect_nothing_sent(struct run *run, const struct statement *statement)
{
    run->error = arena_print(run->arena, "%s:%u: the host has no request that still waits",
                             run->scenario->path, statement->at.line);
    return false;
}

static bool fail_count(struct run *run, const struct request *first, uint64_t least,
                       uint64_t answered)
{
    struct failure *failure = expect_failure(run, NULL, first->event);
    failure->expected =
        arena_print(run->arena, "at least %llu responses", (unsigned long long)least);
    failure->actual = arena_print(run->arena, "%llu", (unsigned long long)answered);
    run->timed = true;
    return false;
}

/* All are waited for together: once the target has answered what was asked behind them, nothing
 * comes any more. */
bool expect_at_least(struct run *run, const struct statement *statement)
{
    uint64_t least = evaluate_number(run, statement->value), answered = 0;
    struct request *first = expect_open(run, statement->host, statement->label), *request = first;
    bool settled = false;
    for (; request; request = expect_open(run, statement->host, statement->label)) {
        if (!request->reply && !settled)
            settled = !wait_answer(run, request, true);
        if (*run->session->stop || run->session->silent)
            return false;
        request->consumed = true;
        answered += request->reply != NULL;
        if (request->reply && !expect_request(run, request, &statement->expectation))
            return false;
    }
    return answered >= least || fail_count(run, first, least, answered);
}

/* Judges one of the hosts that asked together. False where neither expectation holds; `wins` tells
 * which does. A host that meets the silence that the others may meet has not won. */
static bool judge_rival(struct run *run, const struct statement *statement, struct request *request,
                        bool *wins)
{
    struct verdict_rows rows = {0};
    bool silence_will_do = permits_silence(&statement->others);
    request->consumed = true;
    *wins = false;
    if (!request->reply && !wait_answer(run, request, silence_will_do)) {
        request->silence = silence_will_do && !run->session->silent;
        return request->silence || fail_missing(run, request, &statement->expectation);
    }
    run->last[request->host] = request;
    *wins = judge_reply(run, request, &statement->expectation, &rows);
    return *wins || judge_reply(run, request, &statement->others, &rows) ||
           fail_reply(run, request, &statement->others, &rows);
}

/* The races: of the hosts that asked together, the expectation holds for one and the other
 * expectation for the rest. */
bool expect_exactly(struct run *run, const struct statement *statement)
{
    const struct event *asked = NULL, *answered = NULL; /* of the first host */
    size_t winners = 0;
    const char *who = "";
    for (size_t i = 0; i < statement->host_count; i++) {
        bool wins;
        struct request *request = expect_open(run, statement->hosts[i], NULL);
        if (!request)
            return expect_nothing_sent(run, statement);
        if (!judge_rival(run, statement, request, &wins))
            return false;
        asked = i ? asked : request->event;
        answered = i ? answered : request->reply;
        if (!wins)
            continue;
        run->last[SPEAKER_WINNER] = request;
        who = arena_print(run->arena, "%s %s", who, run->scenario->hosts[statement->hosts[i]]);
        winners++;
    }
    if (winners == 1)
        return true;
    struct failure *failure = expect_failure(run, answered, asked);
    failure->expected = "exactly one of the hosts succeeds";
    failure->actual = winners ? arena_print(run->arena, "%zu do:%s", winners, who) : "none does";
    return false;
}

bool expect_answers(struct run *run, const struct statement *statement)
{
    enum { PATIENCE = 5000 };
    const struct expression *within = statement->expectation.within;
    int64_t patience = within ? expect_milliseconds(run, within) : (int64_t)PATIENCE * MILLISECOND;
    if (session_await(run->session, link_now() + patience) || *run->session->stop)
        return true;
    struct failure *failure = expect_failure(run, NULL, NULL);
    failure->expected = "the target answers";
    failure->actual = arena_print(run->arena, "no response in %lld ms, asked again and again",
                                  (long long)(patience / MILLISECOND));
    run->timed = true;
    return false;
}

bool expect_heard(struct run *run, const struct statement *statement)
{
    struct session *session = run->session;
    struct request heard = {.event = NULL};
    /* Kernels tell a program of a changed link up to a second late. */
    enum { LINK_DELAY = 1500 * MILLISECOND };
    int64_t patience = session->timing->timeout + LINK_DELAY;
    int64_t until = link_now() + patience;
    while (!session->advert && link_now() < until && !*session->stop)
        session_wait(session, NULL, link_now() + MILLISECOND);
    if (!session->advert) {
        struct failure *failure = expect_failure(run, NULL, NULL);
        failure->expected = "a broadcast config response";
        run->waited = run->timed ? run->waited : patience;
        run->timed = true;
        failure->actual =
            arena_print(run->arena, "none in %lld ms", (long long)(patience / MILLISECOND));
        return false;
    }
    struct verdict_rows best = {0};
    heard.event = heard.reply = session->advert;
    heard.frame = session->advert_frame;
    heard.reply_frame = session->advert_frame;
    return judge_reply(run, &heard, &statement->expectation, &best) ||
           fail_reply(run, &heard, &statement->expectation, &best);
}
