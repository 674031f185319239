/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic.h"

#include <stdlib.h>

#include "simulation.h"

/* A further copy of a response comes within that time, in ns. */
#define COPY_DELAY INT64_C(30000)

static void plan(struct traffic *traffic, struct event event)
{
    if (queue_add(&traffic->queue, event))
        traffic->failed = true;
}

static void plan_for(struct traffic *traffic, uint32_t index, struct event event)
{
    event.subject = index;
    command_at(traffic, index)->pending++;
    plan(traffic, event);
}

static bool is_stopped(const struct traffic *traffic)
{
    uint64_t most = traffic->options->commands;
    return most && traffic->issued >= most;
}

/* Leaves the command when nobody needs it: neither its initiator, nor a frame on the wire, nor
 * aoe-analyze, which would take the same command sent meanwhile for a repeat. */
static void settle(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    if (!command->done || command->pending)
        return;
    truth_expire(traffic->truth, command->account.pair, writer_truth(traffic->writer).end);
    if (command->account.state != ACCOUNT_OPEN) {
        command_drop(traffic, index);
    } else if (!command->forgetting || !is_stopped(traffic)) {
        int64_t wait = (int64_t)(traffic->options->patience + traffic->options->step);
        command->forgetting = true;
        plan_for(traffic, index,
                 (struct event){.time = traffic->now + wait + 1, .kind = EVENT_FORGET});
    }
}

/* What becomes of one request on its way: when its response comes, 0 if never. */
static int64_t fate(struct traffic *traffic, const struct command *command, const struct flow *flow)
{
    const struct options *options = traffic->options;
    int64_t service = 5000 + random_delay(&traffic->random, (int64_t)options->service);
    if (random_chance(&traffic->random, options->slow))
        service = flow->timer + (int64_t)random_below(&traffic->random, (uint64_t)flow->timer);
    if (command->ignored || random_chance(&traffic->random, options->lost_responses))
        return 0;
    return traffic->now + service;
}

static int64_t plan_response(struct traffic *traffic, uint32_t index, uint32_t target, int64_t time)
{
    struct command *command = command_at(traffic, index);
    if (!time)
        return INT64_MAX;
    plan_for(traffic, index,
             (struct event){.time = time,
                            .kind = EVENT_RESPONSE,
                            .target = target,
                            .tag = (uint8_t)(command->tag_count - 1)});
    return time;
}

/* The responses to a request that every target of the VLAN gets. Returns when the first comes. */
static int64_t plan_responses(struct traffic *traffic, uint32_t index)
{
    const struct command *command = command_at(traffic, index);
    const struct flow *flow = &traffic->flows[command->flow];
    int64_t first = INT64_MAX;
    for (uint32_t i = 0; i < traffic->direct; i++) {
        const struct flow *other = &traffic->flows[i];
        if (other->vlan != flow->vlan || other->ends.initiator != flow->ends.initiator ||
            !aoe_address_reaches(flow->ends.shelf, flow->ends.slot, other->ends.shelf,
                                 other->ends.slot))
            continue;
        int64_t time = plan_response(traffic, index, i, fate(traffic, command, flow));
        if (time < first)
            first = time;
    }
    return first;
}

/* Sends a command, for the first time or again. */
static void send(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    struct flow *flow = &traffic->flows[command->flow];
    int64_t first = INT64_MAX, timer = flow->timer << command->sends;
    choose_tag(traffic, command);
    command->sends++;
    struct seen seen = writer_frame(traffic->writer, &command->frame, flow->vlan, traffic->now);
    truth_request(traffic->truth, &command->account, (uint8_t)(command->tag_count - 1), &seen);
    if (random_chance(&traffic->random, traffic->options->lost_requests))
        first = INT64_MAX;
    else if (flow->all)
        first = plan_responses(traffic, index);
    else
        first = plan_response(traffic, index, command->flow, fate(traffic, command, flow));
    if (first > traffic->now + timer)
        plan_for(traffic, index, (struct event){.time = traffic->now + timer, .kind = EVENT_TIMER});
}

static void issue(struct traffic *traffic, uint32_t flow)
{
    if (is_stopped(traffic))
        return;
    uint32_t index = command_take(traffic, flow);
    if (index == NONE)
        return;
    struct command *command = command_at(traffic, index);
    choose_command(traffic, command);
    command->ignored = random_chance(&traffic->random, traffic->options->unanswered);
    command->too_late =
        !traffic->flows[flow].all && random_chance(&traffic->random, traffic->options->too_late);
    command->ignored |= command->too_late;
    command->account.broadcast = traffic->flows[flow].all;
    if (command->account.broadcast && !(command->account.responders = calloc(traffic->direct, 1)))
        traffic->failed = true;
    traffic->issued++;
    send(traffic, index);
}

/* The initiator is through with a command, and does the next one after a while. */
static void complete(struct traffic *traffic, struct command *command)
{
    const struct options *options = traffic->options;
    const struct flow *flow = &traffic->flows[command->flow];
    bool pause = random_chance(&traffic->random, options->pauses);
    int64_t mean = (int64_t)(pause ? options->pause : options->think);
    command->done = true;
    if (flow->all)
        plan(traffic, (struct event){.time = traffic->now + (int64_t)options->discover,
                                     .kind = EVENT_ISSUE,
                                     .subject = command->flow});
    else
        plan(traffic, (struct event){.time = traffic->now + random_delay(&traffic->random, mean),
                                     .kind = EVENT_ISSUE,
                                     .subject = command->flow});
}

/* A response from the target of flow `target` reaches the initiator. */
static void respond(struct traffic *traffic, const struct event *event)
{
    struct command *command = command_at(traffic, event->subject);
    const struct flow *from = &traffic->flows[event->target];
    struct outcome outcome = choose_outcome(traffic, &command->frame);
    struct aoe_frame frame;
    message_response(&frame, &command->frame, &from->ends, &outcome, traffic->options,
                     &traffic->data, &traffic->random);
    frame.tag = command->tags[event->tag];
    const struct reply reply = {.pair = from->pair,
                                .target = event->target,
                                .tag = event->tag,
                                .error = outcome.error,
                                .status = outcome.status,
                                .error_register = outcome.error_register,
                                .config = frame.command == AOE_COMMAND_CONFIG};
    struct seen seen = writer_frame(traffic->writer, &frame, from->vlan, traffic->now);
    truth_response(traffic->truth, &command->account, &reply, &seen);
    if (random_chance(&traffic->random, traffic->options->duplicates)) {
        struct event copy = *event;
        copy.time = traffic->now + 1 + (int64_t)random_below(&traffic->random, COPY_DELAY);
        plan_for(traffic, event->subject, copy);
    }
    if (!command->done)
        complete(traffic, command);
}

/* The initiator tries no more; the answer to its last try may come when nobody waits for it. */
static void fail(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    if (command->too_late)
        plan_response(traffic, index, command->flow,
                      traffic->now + (int64_t)traffic->options->patience * 5 / 4);
    complete(traffic, command);
}

static void time_out(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    if (command->done)
        return;
    if (command->sends < traffic->options->tries)
        send(traffic, index);
    else
        fail(traffic, index);
}

/* A response of the flow's target that nobody asked for. */
static void intrude(struct traffic *traffic, const struct flow *flow, enum operation operation)
{
    struct aoe_frame request, frame;
    const struct outcome outcome = {.status = ATA_STATUS_DRDY};
    if (operation == OPERATION_READ)
        message_transfer(&request, operation, &flow->ends, flow->position, 1, false, &traffic->data,
                         &traffic->random);
    else
        message_request(&request, operation, &flow->ends, &traffic->random);
    request.tag = flow->next_tag + TAG_UNSOLICITED;
    message_response(&frame, &request, &flow->ends, &outcome, traffic->options, &traffic->data,
                     &traffic->random);
    struct seen seen = writer_frame(traffic->writer, &frame, flow->vlan, traffic->now);
    truth_unsolicited(traffic->truth, operation,
                      &(struct reply){.pair = flow->pair, .config = operation == OPERATION_CONFIG},
                      &seen);
}

/* The flow's target tells all, or the initiator, that it is there. */
static void advertise(struct traffic *traffic, const struct flow *flow)
{
    struct aoe_frame request, frame;
    const struct outcome outcome = {0};
    struct ends ends = flow->ends;
    bool to_all = random_chance(&traffic->random, 500000);
    if (to_all)
        ends.initiator = MAC_ALL;
    message_request(&request, OPERATION_CONFIG, &ends, &traffic->random);
    message_response(&frame, &request, &ends, &outcome, traffic->options, &traffic->data,
                     &traffic->random);
    struct seen seen = writer_frame(traffic->writer, &frame, flow->vlan, traffic->now);
    truth_unsolicited(traffic->truth, OPERATION_CONFIG,
                      &(struct reply){.pair = to_all ? flow->advert_pair : flow->pair,
                                      .config = true,
                                      .advert = true},
                      &seen);
}

/* What happens beside the commands, in proportion to them. */
static void happen_beside(struct traffic *traffic, const struct flow *flow)
{
    static const enum operation kinds[] = {OPERATION_READ, OPERATION_FLUSH, OPERATION_CONFIG,
                                           OPERATION_MASK, OPERATION_VENDOR};
    if (flow->all || is_stopped(traffic))
        return;
    if (random_chance(&traffic->random, traffic->options->unsolicited))
        intrude(traffic, flow, kinds[random_below(&traffic->random, 5)]);
    if (random_chance(&traffic->random, traffic->options->adverts))
        advertise(traffic, flow);
}

static void happen(struct traffic *traffic, const struct event *event)
{
    traffic->now = event->time;
    if (event->kind == EVENT_ISSUE) {
        happen_beside(traffic, &traffic->flows[event->subject]);
        issue(traffic, event->subject);
        return;
    }
    if (event->kind == EVENT_RESPONSE)
        respond(traffic, event);
    else if (event->kind == EVENT_TIMER)
        time_out(traffic, event->subject);
    command_at(traffic, event->subject)->pending--;
    settle(traffic, event->subject);
}

/* Every flow begins with as many commands as it keeps outstanding. */
static void begin(struct traffic *traffic)
{
    uint64_t span = traffic->options->think + 1;
    for (uint32_t i = 0; i < traffic->flow_count; i++) {
        uint64_t commands = traffic->flows[i].all ? 1 : traffic->options->outstanding;
        for (uint64_t k = 0; k < commands; k++)
            plan(traffic, (struct event){.time = (int64_t)random_below(&traffic->random, span),
                                         .kind = EVENT_ISSUE,
                                         .subject = i});
    }
}

static int play(struct traffic *traffic)
{
    struct event event;
    data_fill(&traffic->data, &traffic->random, traffic->options->capacity);
    if (flows_open(traffic))
        return -1;
    begin(traffic);
    while (!traffic->failed && !traffic->truth->failed && !writer_is_full(traffic->writer) &&
           queue_take(&traffic->queue, &event))
        happen(traffic, &event);
    truth_finish(traffic->truth, writer_truth(traffic->writer).end);
    return traffic->failed || traffic->truth->failed ? -1 : 0;
}

int traffic_run(const struct options *options, struct writer *writer, struct truth *truth)
{
    struct traffic *traffic = calloc(1, sizeof *traffic);
    if (!traffic)
        return -1;
    traffic->options = options;
    traffic->writer = writer;
    traffic->truth = truth;
    traffic->free = NONE;
    traffic->random.state = options->seed;
    for (size_t i = 0; i < OPERATIONS; i++)
        traffic->mix += options->mix[i];
    int status = play(traffic);
    flows_close(traffic);
    commands_close(traffic);
    queue_close(&traffic->queue);
    free(traffic);
    return status;
}
