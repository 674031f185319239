/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "initiator.h"

#include <stdlib.h>

#include "common/pattern.h"
#include "expect.h"
#include "protocol/names.h"

enum { MILLISECOND = 1000000, STEP = 3 * MILLISECOND };

static struct serving *serving_of(struct run *run)
{
    return &run->initiator->serving;
}

/* ---- the stimulus ---- */

static int64_t turn(void *user, int64_t until)
{
    struct initiator *initiator = user;
    int64_t next = serving_turn(&initiator->serving, until);
    if (!initiator->stimulus || initiator->over)
        return next;
    initiator->over = stimulus_turn(initiator->stimulus);
    int64_t soon = link_now() + STEP;
    return next < soon ? next : soon;
}

static bool take(void *user, const struct received *received)
{
    struct initiator *initiator = user;
    size_t before = initiator->serving.heard_count;
    serving_take(&initiator->serving, received);
    return initiator->looks && initiator->serving.heard_count > before;
}

struct session_role initiator_role(struct initiator *initiator)
{
    return (struct session_role){.user = initiator, .turn = turn, .take = take};
}

static const char *command_of(struct initiator *initiator, enum stimulus_action action)
{
    struct arena *arena = initiator->serving.session->arena;
    const struct target *target = initiator->serving.session->target;
    char address[AOE_ADDRESS_TEXT];
    const char *text =
        arena_print(arena, "%s %s %s", initiator->command, scenario_action_name(action),
                    aoe_address_text(address, target->shelf, target->slot));
    if (action != STIMULATE_READ && action != STIMULATE_WRITE)
        return text;
    return arena_print(arena, "%s %llu %llu", text, (unsigned long long)initiator->lba,
                       (unsigned long long)initiator->count);
}

/* 0, or -1 with a line in `reason`. */
static int start(struct initiator *initiator, enum stimulus_action action, const char **reason)
{
    enum { OUTPUT = 1 << 16 };
    struct session *session = initiator->serving.session;
    char text[160];
    size_t most = OUTPUT + (action == STIMULATE_READ ? initiator->count * AOE_SECTOR_BYTES : 0);
    struct aoe_span input = {NULL, 0};
    if (action == STIMULATE_WRITE)
        input = initiator->input;
    initiator->action = action;
    initiator->over = false;
    initiator->started = link_now();
    initiator->stimulus = stimulus_start(command_of(initiator, action), input, most,
                                         initiator->verbose, text, sizeof text);
    if (initiator->stimulus)
        return 0;
    *reason = arena_text(session->arena, text);
    return -1;
}

static void finish(struct initiator *initiator)
{
    stimulus_close(initiator->stimulus);
    initiator->stimulus = NULL;
}

/* True once it has ended; false where it had not by then, or the scenario cannot go on. */
static bool wait_until(struct initiator *initiator, int64_t until)
{
    const struct run *run = initiator->serving.run;
    struct session *session = initiator->serving.session;
    while (!initiator->over && link_now() < until && !*session->stop && !(run && run->error))
        session_wait(session, NULL, link_now() + STEP);
    return initiator->over;
}

static const char *hang_text(struct arena *arena, int64_t waited)
{
    return arena_print(arena, "neither success nor an error in %.1f s", (double)waited / 1e9);
}

int initiator_reset(struct initiator *initiator, const char **reason)
{
    struct session *session = initiator->serving.session;
    if (!initiator->command)
        return 0;
    if (start(initiator, STIMULATE_RESET, reason))
        return -1;
    bool ended = wait_until(initiator, initiator->started + initiator->serving.patience);
    int status = stimulus_status(initiator->stimulus);
    finish(initiator);
    if (ended && !status)
        return 0;
    if (*session->stop)
        *reason = "interrupted";
    else
        *reason = ended ? arena_print(session->arena, "exit status %d", status)
                        : hang_text(session->arena, initiator->serving.patience);
    return -1;
}

int initiator_meet(struct initiator *initiator, const char **reason)
{
    struct serving *serving = &initiator->serving;
    struct session *session = serving->session;
    int64_t until = link_now() + serving->patience;
    if (initiator->command && start(initiator, STIMULATE_DISCOVER, reason))
        return -1;
    while (!serving->initiator_known && link_now() < until && !*session->stop)
        session_wait(session, NULL, link_now() + STEP);
    if (initiator->command && serving->initiator_known)
        wait_until(initiator, until);
    finish(initiator);
    if (serving->initiator_known)
        return 0;
    *reason = *session->stop ? "interrupted" : "no initiator has asked for it";
    return -1;
}

void initiator_watch(struct initiator *initiator)
{
    struct session *session = initiator->serving.session;
    if (!initiator->command)
        session_wait(session, NULL, link_now() + initiator->serving.patience);
}

/* ---- begin and end ---- */

/* A failure rests on having waited for so long. */
static void rest_on(struct run *run, int64_t waited)
{
    if (!run->timed || waited < run->waited)
        run->waited = waited;
    run->timed = true;
}

static void fail_hang(struct run *run, int64_t waited, const char *expected, const char *actual)
{
    struct failure *failure = expect_failure(run, NULL, NULL);
    failure->expected = expected;
    failure->actual = actual;
    rest_on(run, waited);
}

void initiator_begin(struct run *run)
{
    struct initiator *initiator = run->initiator;
    run->facts = initiator->serving.facts;
    serving_begin(&initiator->serving, run);
}

/* A scenario may end while the initiator is still at work; that work ends as well. */
static void end_stimulus(struct run *run)
{
    struct initiator *initiator = run->initiator;
    int64_t patience = initiator->serving.patience;
    if (!initiator->stimulus)
        return;
    bool wanted = !run->error && !run->result->failures_in_all && !run->skip;
    if (wanted && !wait_until(initiator, initiator->started + patience) && !*run->session->stop) {
        run->statement = initiator->statement;
        fail_hang(run, patience, "the initiator ends it, with success or an error",
                  hang_text(run->arena, patience));
    }
    finish(initiator);
}

void initiator_end(struct run *run)
{
    struct initiator *initiator = run->initiator;
    const char *reason = "";
    end_stimulus(run);
    run->heard = initiator->serving.heard_count;
    serving_begin(&initiator->serving, NULL);
    if (*run->session->stop || !initiator_reset(initiator, &reason))
        return;
    if (!*run->session->stop)
        fail_hang(run, initiator->serving.patience, "afterwards the initiator can be reset",
                  arena_print(run->arena, "the stimulus 'reset': %s", reason));
    if (initiator_reset(initiator, &reason))
        run->session->silent = true;
}

/* ---- statements ---- */

const char *initiator_skips(const struct initiator *initiator, const struct scenario *scenario)
{
    if (initiator->command || scenario->runwide)
        return NULL;
    return "without --stimulus nothing makes the initiator do what is to be judged";
}

bool initiator_serve(struct run *run, const struct statement *statement)
{
    return serving_serve(serving_of(run), statement);
}

bool initiator_when(struct run *run, const struct statement *statement)
{
    return serving_when(serving_of(run), statement);
}

bool initiator_announce(struct run *run, const struct statement *statement)
{
    return serving_announce(serving_of(run), statement);
}

static bool set_range(struct run *run, const struct statement *statement)
{
    enum { MOST = 1 << 16 };
    struct initiator *initiator = run->initiator;
    initiator->lba = initiator->count = 0;
    if (!statement->value)
        return true;
    initiator->lba = evaluate_number(run, statement->value);
    initiator->count = evaluate_number(run, statement->last);
    if (!run->error && (!initiator->count || initiator->count > MOST))
        run->error = arena_print(run->arena, "%s:%u: from 1 to %d sectors", run->scenario->path,
                                 statement->at.line, MOST);
    return !run->error;
}

/* Data that names its place and differs from what the medium holds, and from run to run. */
static void make_input(struct run *run)
{
    enum { SEED = 0x1217 };
    struct initiator *initiator = run->initiator;
    uint8_t *data = arena_array(run->arena, initiator->count, AOE_SECTOR_BYTES);
    pattern_fill(data, initiator->lba, initiator->count, SEED + (run->session->seed << 16));
    initiator->input = (struct aoe_span){data, initiator->count * AOE_SECTOR_BYTES};
}

bool initiator_stimulate(struct run *run, const struct statement *statement)
{
    struct initiator *initiator = run->initiator;
    const char *reason;
    if (!set_range(run, statement))
        return false;
    if (initiator->stimulus) {
        run->error = arena_print(run->arena, "%s:%u: the stimulus before still runs",
                                 run->scenario->path, statement->at.line);
        return false;
    }
    if (statement->initiator->action == STIMULATE_WRITE)
        make_input(run);
    initiator->statement = statement;
    if (!start(initiator, statement->initiator->action, &reason))
        return true;
    run->error = reason;
    return false;
}

static bool fail_outcome(struct run *run, const char *expected, const char *actual)
{
    struct failure *failure = expect_failure(run, NULL, NULL);
    failure->expected = expected;
    failure->actual = actual;
    return false;
}

/* What the initiator has read is what the medium holds; what it was to write is there. */
static bool same_as_medium(struct run *run, struct aoe_span data, const char *whose)
{
    struct initiator *initiator = run->initiator;
    size_t at;
    uint8_t *held = arena_array(run->arena, initiator->count + 1, AOE_SECTOR_BYTES);
    if (!serving_medium(&initiator->serving, initiator->lba, initiator->count, held))
        return fail_outcome(run, "an error: not all sectors are on the medium", "success");
    struct value medium = {
        .kind = VALUE_BYTES, .bytes = held, .length = initiator->count * AOE_SECTOR_BYTES};
    struct value given = {.kind = VALUE_BYTES, .bytes = data.bytes, .length = data.length};
    if (data.length == medium.length && !memcmp(data.bytes, held, data.length))
        return true;
    const char *actual = initiator->action == STIMULATE_READ
                             ? evaluate_difference(run->arena, medium, given, &at)
                             : evaluate_difference(run->arena, given, medium, &at);
    return fail_outcome(run, whose, actual);
}

static bool same_capacity(struct run *run, struct aoe_span said)
{
    uint64_t capacity = serving_of(run)->model.disk.sectors;
    char *end;
    const char *text = (const char *)arena_bytes(run->arena, said.bytes, said.length);
    unsigned long long told = strtoull(text, &end, 10);
    if (end == text || told == capacity)
        return true;
    return fail_outcome(
        run, arena_print(run->arena, "a capacity of %llu sectors", (unsigned long long)capacity),
        arena_print(run->arena, "the initiator has found %llu", told));
}

static bool judge_success(struct run *run)
{
    struct initiator *initiator = run->initiator;
    bool more;
    struct aoe_span output = stimulus_output(initiator->stimulus, &more);
    switch (initiator->action) {
    case STIMULATE_READ:
        return same_as_medium(run, output, "the initiator delivers what the medium holds");
    case STIMULATE_WRITE:
        return same_as_medium(run, initiator->input, "the medium holds what was written");
    case STIMULATE_DISCOVER:
        return same_capacity(run, output);
    default:
        return true;
    }
}

/* The end that the statement wants, and wrong data in none. */
static bool judge_status(struct run *run, enum stimulus_outcome wanted)
{
    struct initiator *initiator = run->initiator;
    int status = stimulus_status(initiator->stimulus);
    const char *action = scenario_action_name(initiator->action);
    switch (status) {
    case STIMULUS_DONE:
        if (!judge_success(run))
            return false;
        return wanted != STIMULUS_FAILS ||
               fail_outcome(run, "an error that the initiator reports", "success");
    case STIMULUS_ERROR:
        watch_given_up(&initiator->serving.watch);
        return wanted != STIMULUS_OK ||
               fail_outcome(run, "success", "the initiator reports an error");
    case STIMULUS_DIFFERS:
        return fail_outcome(run, "the initiator reads what it has written", "other data");
    case STIMULUS_CANNOT:
        run->skip = arena_print(run->arena, "the stimulus has no '%s'", action);
        return false;
    default:
        if (status > STIMULUS_SIGNAL && status <= STIMULUS_LAST_SIGNAL)
            return fail_outcome(run, "success or an error",
                                arena_print(run->arena, "the initiator has crashed: signal %d",
                                            status - STIMULUS_SIGNAL));
        run->error = arena_print(
            run->arena, "the stimulus is broken: '%s' ended with exit status %d", action, status);
        return false;
    }
}

bool initiator_stimulus(struct run *run, const struct statement *statement)
{
    struct initiator *initiator = run->initiator;
    const struct expression *within = statement->initiator->within;
    if (!initiator->stimulus) {
        run->error = arena_print(run->arena, "%s:%u: nothing was stimulated", run->scenario->path,
                                 statement->at.line);
        return false;
    }
    int64_t most = within ? expect_milliseconds(run, within) : initiator->serving.patience;
    bool ended = wait_until(initiator, initiator->started + most);
    bool holds = ended && judge_status(run, statement->initiator->outcome);
    if (!ended && !*run->session->stop && !run->error)
        fail_hang(run, most, "success or an error", hang_text(run->arena, most));
    finish(initiator);
    return holds;
}

/* ---- what is seen ---- */

static bool fail_not_seen(struct run *run, const struct request_pattern *pattern, int64_t waited,
                          size_t from)
{
    const struct serving *serving = serving_of(run);
    const struct request *latest =
        serving->heard_count > from ? serving->heard[serving->heard_count - 1] : NULL;
    struct failure *failure = expect_failure(run, latest ? latest->event : NULL, NULL);
    rest_on(run, waited);
    failure->expected = arena_print(run->arena, "the initiator sends %s", pattern->text);
    failure->actual = arena_print(run->arena, "not in %lld ms; %zu other requests came",
                                  (long long)(waited / MILLISECOND), serving->heard_count - from);
    return false;
}

static bool fail_too_many(struct run *run, const struct statement *statement, uint64_t most,
                          const struct request *request)
{
    const struct request_pattern *pattern = &statement->initiator->pattern;
    struct failure *failure = expect_failure(run, request->event, NULL);
    failure->expected = most ? arena_print(run->arena, "at most %llu times %s",
                                           (unsigned long long)most, pattern->text)
                             : arena_print(run->arena, "no %s", pattern->text);
    failure->actual = most ? "one more" : "one";
    return false;
}

/* Looks at what has come since the last statement of this kind. True once it is decided. */
static bool look(struct run *run, const struct statement *statement, size_t *next, uint64_t most,
                 uint64_t *matched)
{
    struct serving *serving = serving_of(run);
    for (; *next < serving->heard_count && !run->error; (*next)++) {
        struct request *request = serving->heard[*next];
        if (!serving_matches(run, &statement->initiator->pattern, request))
            continue;
        run->last[SPEAKER_REQUEST] = request;
        if (++*matched <= most)
            continue;
        serving->seen = *next + 1;
        return true;
    }
    return run->error;
}

bool initiator_sends(struct run *run, const struct statement *statement)
{
    struct serving *serving = serving_of(run);
    const struct initiator_part *part = statement->initiator;
    uint64_t most = statement->value ? evaluate_number(run, statement->value) : 0, matched = 0;
    int64_t patience = part->within ? expect_milliseconds(run, part->within) : serving->patience;
    int64_t until = link_now() + patience;
    size_t from = serving->seen, next = from;
    bool decided = look(run, statement, &next, most, &matched);
    /* The next statement comes before the next request: in the midst of what goes on. */
    run->initiator->looks = true;
    while (!decided && link_now() < until && !*run->session->stop) {
        session_wait(run->session, NULL, link_now() + STEP);
        decided = look(run, statement, &next, most, &matched);
    }
    run->initiator->looks = false;
    if (run->error || *run->session->stop)
        return false;
    if (!part->at_most)
        return decided || fail_not_seen(run, &part->pattern, patience, from);
    if (decided)
        return fail_too_many(run, statement, most, run->last[SPEAKER_REQUEST]);
    serving->seen = next;
    return true;
}
