/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <limits.h>
#include <time.h>

enum {
    TRIES = 3,
    FAILURES_KEPT = 8,
    CONTEXT_BEFORE = 4, /* frames shown before the exchange that failed */
    CONTEXT_MOST = 6,
    TAG_BASE = 0x10000000, /* set in every tag that no scenario chose */
};

uint32_t session_tag(struct session *session)
{
    /* Spread over all bytes, so that a tag that comes back wrong is nobody else's: an odd factor
     * gives each number another tag. */
    const uint32_t spread = 0x09E3779Bu;
    return TAG_BASE | (++session->next_tag * spread & (TAG_BASE - 1));
}

uint8_t *session_room(struct session *session, uint8_t **room)
{
    if (!*room)
        *room = arena_array(session->arena, AOE_FRAME_MAX, 1);
    return *room;
}

void session_mac(const struct session *session, unsigned index, uint8_t mac[AOE_MAC_BYTES])
{
    const uint8_t *own = session->macs[0];
    const uint8_t made[AOE_MAC_BYTES] = {0x02,   (uint8_t)(0xA0 ^ own[3]), own[4],
                                         own[5], (uint8_t)(index >> 8),    (uint8_t)index};
    memcpy(mac, made, sizeof made);
}

void session_begin(struct session *session, struct result *result, const char *const *host_names)
{
    session->result = result;
    session->scenario_start = session->request_count;
    session->link_error = NULL;
    for (size_t i = 0; i < SCENARIO_HOSTS; i++)
        session->host_names[i] = host_names && host_names[i] ? host_names[i] : "a";
}

static struct event *log_event(struct session *session, struct result *result, bool sent,
                               int64_t time, const void *bytes, size_t length)
{
    struct event *event = arena_new(session->arena, sizeof *event);
    event->time = time;
    event->sent = sent;
    event->host = "";
    event->frame = (struct aoe_span){arena_bytes(session->arena, bytes, length), length};
    event->statement = "";
    result->events =
        arena_grow(session->arena, result->events, result->event_count, sizeof(struct event *));
    result->events[result->event_count++] = event;
    return event;
}

struct event *session_log(struct session *session, bool sent, int64_t time, const void *bytes,
                          size_t length)
{
    return log_event(session, session->result, sent, time, bytes, length);
}

/* The frames that led to a failure: a few before the request, the request, the response. */
static void set_context(struct session *session, struct failure *failure,
                        const struct result *result, const struct event *request)
{
    const struct event **context =
        arena_array(session->arena, CONTEXT_MOST, sizeof(struct event *));
    size_t before = result->event_count, count = 0;
    const struct event *first = request ? request : failure->event;
    for (size_t i = 0; first && i < result->event_count; i++)
        if (result->events[i] == first)
            before = i;
    size_t from = before > CONTEXT_BEFORE ? before - CONTEXT_BEFORE : 0;
    for (size_t i = from; i < before; i++)
        context[count++] = result->events[i];
    if (request)
        context[count++] = request;
    if (failure->event && failure->event != request)
        context[count++] = failure->event;
    failure->context = context;
    failure->context_count = count;
}

struct failure *session_failure(struct session *session, struct result *result,
                                const struct event *event, const struct event *request)
{
    result->failures_in_all++;
    if (result->failure_count == FAILURES_KEPT)
        return arena_new(session->arena, sizeof(struct failure));
    if (!result->failures)
        result->failures = arena_array(session->arena, FAILURES_KEPT, sizeof *result->failures);
    struct failure *failure = &result->failures[result->failure_count++];
    failure->event = event;
    failure->values = failure->expected = failure->actual = failure->statement = "";
    failure->path = failure->id = "";
    if (result->scenario) {
        failure->clause = result->scenario->clause;
        failure->path = result->scenario->path;
        failure->id = result->scenario->id;
    }
    set_context(session, failure, result, request);
    return failure;
}

static struct ledger_entry *ledger_entry(struct session *session, const struct aoe_clause *clause)
{
    for (size_t i = 0; i < session->ledger_count; i++)
        if (session->ledger[i].clause == clause)
            return &session->ledger[i];
    if (session->ledger_count == LEDGER_ENTRIES)
        return &session->ledger[LEDGER_ENTRIES - 1];
    session->ledger[session->ledger_count].clause = clause;
    return &session->ledger[session->ledger_count++];
}

struct judgement {
    struct session *session;
    struct result *result;
    const struct event *event;
    const struct event *request;
};

static void fill_finding(const struct judgement *at, struct failure *failure,
                         const struct aoe_clause *clause, const struct aoe_finding *finding)
{
    struct arena *arena = at->session->arena;
    struct row *row = arena_new(arena, sizeof *row);
    row->field = arena_text(arena, finding->field);
    row->expected = arena_text(arena, finding->expected);
    row->actual = arena_text(arena, finding->actual);
    row->byte = finding->byte;
    row->bytes = finding->bytes;
    row->wrong = true;
    failure->clause = clause;
    failure->line = at->request ? at->request->line : 0;
    failure->statement = at->request ? at->request->statement : "";
    failure->expected = arena_print(arena, "%s %s", row->field, row->expected);
    failure->actual = arena_print(arena, "%s %s", row->field, row->actual);
    failure->rows = row;
    failure->row_count = 1;
}

/* A finding counts for the whole run, and fails the scenario that is about the same clause. */
static void judge(void *user, const struct aoe_finding *finding)
{
    const struct judgement *at = user;
    const struct aoe_clause *clause = aoe_clause_find(finding->clause);
    if (!clause)
        return;
    struct ledger_entry *entry = ledger_entry(at->session, clause);
    if (!entry->findings++) {
        struct result scratch = *at->result;
        scratch.failures = NULL;
        scratch.failure_count = 0;
        struct failure *failure = session_failure(at->session, &scratch, at->event, at->request);
        fill_finding(at, failure, clause, finding);
        entry->first = *failure;
    }
    if (at->result->scenario && at->result->scenario->clause == clause)
        fill_finding(at, session_failure(at->session, at->result, at->event, at->request), clause,
                     finding);
}

void session_judge(struct session *session, const struct event *event, const struct event *request,
                   const struct aoe_finding *finding)
{
    struct judgement at = {session, session->result, event, request};
    judge(&at, finding);
}

static void judge_once(struct judgement *at, const char *expected, const char *actual)
{
    struct aoe_finding finding = {.clause = "2-once", .field = "responses"};
    strncpy(finding.expected, expected, sizeof finding.expected - 1);
    strncpy(finding.actual, actual, sizeof finding.actual - 1);
    judge(at, &finding);
}

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
    return !memcmp(a, b, AOE_MAC_BYTES);
}

/* How well a request fits a response with its tag: one of its command before another, then one
 * that still waits before one that is answered, one that is not done with before one whose silence
 * was right, and of those the host's own before another host's. The latest of equals wins among
 * the answered, the first among the waiting. */
static unsigned fitness(const struct request *request, const struct aoe_frame *frame)
{
    bool waits = !request->reply;
    return (request->frame.command == frame->command ? 8u : 0u) + (waits ? 4u : 0u) +
           (waits && !request->consumed ? 2u : 0u) +
           same_mac(request->frame.source, frame->destination);
}

static struct request *by_tag(const struct session *session, const struct aoe_frame *frame,
                              size_t from, size_t to)
{
    struct request *best = NULL;
    for (size_t i = from; i < to; i++) {
        struct request *request = session->requests[i];
        if (request->frame.tag != frame->tag || request->frame.extent < AOE_EXTENT_HEADER)
            continue;
        unsigned fit = fitness(request, frame);
        unsigned most = best ? fitness(best, frame) : 0;
        if (!best || fit > most || (fit == most && request->reply))
            best = request;
    }
    return best;
}

static unsigned differing_bits(uint32_t a, uint32_t b)
{
    unsigned count = 0;
    for (uint32_t left = a ^ b; left; left &= left - 1)
        count++;
    return count;
}

/* A response with a tag that nobody used, to a host that waits: the tag is what is wrong. Of the
 * requests that wait it is taken for the one whose tag it resembles most, the latest of equals. */
static struct request *by_host(const struct session *session, const struct aoe_frame *frame)
{
    struct request *best = NULL;
    unsigned least = UINT_MAX;
    for (size_t i = session->scenario_start; i < session->request_count; i++) {
        struct request *request = session->requests[i];
        unsigned bits = differing_bits(request->frame.tag, frame->tag);
        if (request->reply || request->frame.command != frame->command ||
            !same_mac(request->frame.source, frame->destination) || bits > least)
            continue;
        best = request;
        least = bits;
    }
    return best;
}

static struct request *find_request(const struct session *session, const struct aoe_frame *frame)
{
    struct request *found = by_tag(session, frame, session->scenario_start, session->request_count);
    /* An announcement has tag 0, or wrongly another, which requests may have had as well. */
    bool made_here = (frame->tag & TAG_BASE) == TAG_BASE;
    if (aoe_mac_is_group(frame->destination) && !made_here && (!found || found->reply))
        return NULL;
    if (!found)
        found = by_tag(session, frame, 0, session->scenario_start);
    return found ? found : by_host(session, frame);
}

/* Where the answer is to come from: the target, or another address that answers for it and that was
 * asked. */
static const uint8_t *source_of_answer(const struct session *session, const struct request *request)
{
    const struct target *target = session->target;
    for (unsigned i = 0; i < target->answering_count; i++)
        if (same_mac(target->answering[i], request->frame.destination))
            return target->answering[i];
    return session->gate.target_known ? session->gate.target : NULL;
}

static void check_rules(struct session *session, const struct request *request,
                        const struct event *event, const struct aoe_frame *frame)
{
    struct judgement at = {session, request->result, event, request->event};
    struct aoe_rule_context context = {
        .request = &request->frame,
        .target_mac = source_of_answer(session, request),
        .shelf = session->target->shelf,
        .slot = session->target->slot,
        .address_known = true,
        .mtu = session->target->mtu,
    };
    session->responses++;
    aoe_rules_check(frame, &context, judge, &at);
}

static void late_answer(struct session *session, struct request *request, const struct event *event)
{
    struct failure *failure = session_failure(session, request->result, event, request->event);
    failure->line = request->event->line;
    failure->statement = request->event->statement;
    failure->expected = "silence";
    failure->actual = arena_print(session->arena, "a response, %lld ms later",
                                  (long long)(event->time - request->event->time) / 1000000);
}

/* A broadcast response that nobody asked for: the target announces itself. */
static void take_advert(struct session *session, const struct event *event,
                        const struct aoe_frame *frame)
{
    if (!aoe_mac_is_group(frame->destination) || frame->shelf != session->target->shelf ||
        frame->slot != session->target->slot)
        return;
    session->advert = event;
    session->advert_frame = *frame;
}

static void note_answering(struct target *target, const uint8_t *mac)
{
    for (unsigned i = 0; i < target->answering_count; i++)
        if (same_mac(target->answering[i], mac))
            return;
    if (target->answering_count < TARGET_MACS)
        memcpy(target->answering[target->answering_count++], mac, AOE_MAC_BYTES);
}

static bool is_neighbour(const struct target *target, const struct aoe_frame *frame)
{
    for (unsigned i = 0; i < target->neighbour_count; i++)
        if (target->neighbours[i].shelf == frame->shelf &&
            target->neighbours[i].slot == frame->slot)
            return true;
    return false;
}

static void note_neighbour(struct target *target, const struct aoe_frame *frame)
{
    if (!is_neighbour(target, frame) && target->neighbour_count < TARGET_NEIGHBOURS)
        target->neighbours[target->neighbour_count++] =
            (struct neighbour){frame->shelf, frame->slot};
}

/* What other hosts answer to a frame that went to everybody is not the target's, nor what other
 * slots of the same host answer to a broadcast address or, once they are known by that, to their
 * own. */
static bool is_of_others(struct session *session, const struct request *request,
                         const struct aoe_frame *frame)
{
    const struct target *target = session->target;
    const struct aoe_frame *asked = &request->frame;
    bool own = frame->shelf == target->shelf && frame->slot == target->slot;
    if (aoe_mac_is_group(asked->destination) && own)
        note_answering(session->target, frame->source);
    if (aoe_mac_is_group(asked->destination) && session->gate.target_known &&
        !same_mac(frame->source, session->gate.target))
        return true;
    bool to_all = asked->shelf == AOE_SHELF_ALL || asked->slot == AOE_SLOT_ALL;
    bool real = frame->shelf != AOE_SHELF_ALL && frame->slot != AOE_SLOT_ALL;
    if (own || !real || !aoe_address_reaches(asked->shelf, asked->slot, frame->shelf, frame->slot))
        return false;
    if (to_all)
        note_neighbour(session->target, frame);
    return is_neighbour(target, frame);
}

static void take_response(struct session *session, const struct received *received,
                          const struct aoe_frame *seen)
{
    struct request *request = find_request(session, seen);
    if (request && is_of_others(session, request, seen))
        return;
    struct result *result = request ? request->result : session->result;
    struct event *event =
        log_event(session, result, false, received->time, received->bytes, received->length);
    struct aoe_frame frame;
    aoe_frame_decode(&frame, event->frame.bytes, event->frame.length, event->frame.length);
    if (!request) {
        take_advert(session, event, &frame);
        return;
    }
    event->request = request->event;
    event->host = request->event->host;
    check_rules(session, request, event, &frame);
    struct judgement at = {session, result, event, request->event};
    if (request->reply) {
        judge_once(&at, "one response to one request", "a further one");
        return;
    }
    request->reply = event;
    request->reply_frame = frame;
    if (request->silence)
        late_answer(session, request, event);
}

/* What is neither a response nor from the target to one of our hosts is others' traffic. */
static void take(struct session *session, const struct received *received)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, received->bytes, received->length, received->length);
    if (frame.extent < AOE_EXTENT_ETHERNET)
        return;
    bool from_target = session->gate.target_known && same_mac(frame.source, session->gate.target);
    bool ours = aoe_mac_is_group(frame.destination);
    for (size_t i = 0; i < SCENARIO_HOSTS; i++)
        ours |= same_mac(frame.destination, session->macs[i]);
    const struct request *tagged =
        by_tag(session, &frame, session->scenario_start, session->request_count);
    if (!aoe_is_response(&frame) && !(from_target && ours && tagged))
        return;
    if (ours || tagged)
        take_response(session, received, &frame);
}

static void note_delay(struct session *session, int64_t delay)
{
    if (delay > session->timing->worst_delay)
        session->timing->worst_delay = delay;
}

void session_wait(struct session *session, const struct request *request, int64_t until)
{
    enum { MILLISECOND = 1000000 };
    const struct session_role *role = session->role;
    struct received received;
    while (!(request && request->reply) && !*session->stop) {
        int64_t next = role ? role->turn(role->user, until) : until;
        int status = link_receive(session->link, next, &received);
        if (status > 0) {
            note_delay(session, link_now() - received.time);
            bool enough = received.time >= until;
            if (role)
                enough |= role->take(role->user, &received);
            else
                take(session, &received);
            if (enough)
                return;
            continue;
        }
        int64_t late = link_now() - next;
        if (late >= 0)
            note_delay(session, late);
        if (link_now() >= until)
            return;
        if (!status)
            continue;
        /* The link has failed, as it does while it is down: it may come back. */
        const struct timespec moment = {0, MILLISECOND};
        nanosleep(&moment, NULL);
    }
}

struct request *session_send(struct session *session, size_t host, const void *bytes, size_t length,
                             unsigned line, const char *statement, const char **reason,
                             bool *refused)
{
    char text[160];
    int64_t time;
    const char *why = gate_refuses(&session->gate, bytes, length, text, sizeof text);
    *refused = why;
    if (why || link_send(session->link, bytes, length, &time, text, sizeof text)) {
        *reason = arena_text(session->arena, why ? why : text);
        if (!why)
            session->link_error = *reason;
        return NULL;
    }
    gate_sent(&session->gate, bytes, length);
    struct event *event = log_event(session, session->result, true, time, bytes, length);
    event->host = session->host_names[host];
    event->line = line;
    event->statement = statement;
    struct request *request = arena_new(session->arena, sizeof *request);
    request->event = event;
    request->host = host;
    request->result = session->result;
    aoe_frame_decode(&request->frame, event->frame.bytes, length, length);
    session->requests = arena_grow(session->arena, session->requests, session->request_count,
                                   sizeof *session->requests);
    session->requests[session->request_count++] = request;
    return request;
}

void session_request(struct session *session, struct aoe_frame *frame, uint8_t command)
{
    *frame = (struct aoe_frame){
        .type = AOE_ETHERTYPE,
        .version = AOE_VERSION,
        .shelf = session->target->shelf,
        .slot = session->target->slot,
        .command = command,
        .tag = session_tag(session),
    };
    memcpy(frame->source, session->macs[0], AOE_MAC_BYTES);
    memcpy(frame->destination, session->gate.target, AOE_MAC_BYTES);
}

static struct request *ask(struct session *session, const struct aoe_frame *frame, int tries,
                           int64_t patience, const char *purpose, const char **reason)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    struct aoe_frame repeated = *frame;
    for (int i = 0; i < tries && !*session->stop; i++) {
        bool refused;
        size_t length = aoe_frame_build(&repeated, bytes, sizeof bytes);
        length = aoe_frame_pad(bytes, length, AOE_FRAME_MIN, sizeof bytes);
        struct request *request =
            session_send(session, 0, bytes, length, 0, purpose, reason, &refused);
        if (!request)
            return NULL;
        request->consumed = true;
        session_wait(session, request, link_now() + patience);
        if (request->reply)
            return request;
        repeated.tag = session_tag(session);
    }
    *reason = "no response";
    return NULL;
}

struct request *session_ask(struct session *session, const struct aoe_frame *frame,
                            const char *purpose, const char **reason)
{
    return ask(session, frame, TRIES, session->timing->timeout, purpose, reason);
}

static bool answers(struct session *session, int tries, int64_t patience, const char *purpose)
{
    struct aoe_frame frame;
    const char *reason;
    session_request(session, &frame, AOE_COMMAND_CONFIG);
    bool answered = ask(session, &frame, tries, patience, purpose, &reason);
    session->silent = !answered && !session->link_error;
    return answered;
}

bool session_sentinel(struct session *session, const char *purpose)
{
    return !session->silent && answers(session, TRIES, session->timing->timeout, purpose);
}

bool session_is_back(struct session *session)
{
    return answers(session, 1, session->timing->timeout, "is the target there?");
}

bool session_await(struct session *session, int64_t until)
{
    for (;;) {
        int64_t turn = link_now() + session->timing->quiet;
        session->link_error = NULL; /* a link that is not up yet may come up */
        if (answers(session, 1, session->timing->quiet, "is the target back?"))
            return true;
        if (*session->stop || turn >= until)
            return false;
        session_wait(session, NULL, turn);
    }
}
