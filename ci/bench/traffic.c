/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic.h"

#include <stdlib.h>

#include "message.h"
#include "queue.h"

/* Tags beside those that any pair counts through. */
enum { TAG_DISCOVERY = 0x20000000, TAG_UNSOLICITED = 0x40000000 };

/* A further copy of a response comes within that time. */
#define COPY_DELAY INT64_C(30000)

/* What an initiator wants once. */
struct command {
    struct account account; /* what the capture shows of it */
    struct aoe_frame frame;
    uint32_t flow;
    uint32_t tags[TRIES_MOST];
    uint8_t tag_count, sends;
    bool done;    /* the initiator has its answer, or tries no more */
    bool ignored; /* no target answers it */
    bool too_late;
    bool forgetting;         /* an EVENT_FORGET is on its way */
    unsigned pending;        /* events that name it */
    uint32_t next, previous; /* in the list of its flow; the next free place */
};
#define NONE UINT32_MAX

/* What an initiator has to do with a target, or with all of them. */
struct flow {
    struct ends ends;
    uint32_t vlan, pair;
    uint32_t advert_pair; /* of its target with everybody */
    uint32_t next_tag;
    uint64_t position;        /* sectors: where a sequential command goes on */
    uint32_t commands;        /* the first of the list */
    uint64_t *contents;       /* of a narrow tag: what it was last used for */
    bool new_tags, same_tags; /* how it repeats; both: twice with each tag */
    int64_t timer;
    bool all; /* discovers */
};

struct traffic {
    const struct options *options;
    struct writer *writer;
    struct truth *truth;
    struct random random;
    struct queue queue;
    int64_t now;
    struct flow *flows;
    uint32_t flow_count, direct; /* the first `direct` are to one target */
    struct command **blocks;     /* commands stay where they are */
    uint32_t capacity, free;
    uint64_t issued, mix;
    bool failed;
    struct data data;
};
enum { BLOCK = 256 };

static struct command *command_at(const struct traffic *traffic, uint32_t index)
{
    return &traffic->blocks[index / BLOCK][index % BLOCK];
}

static int grow(struct traffic *traffic)
{
    uint32_t blocks = traffic->capacity / BLOCK;
    struct command **all = reallocarray(traffic->blocks, blocks + 1, sizeof *all);
    if (!all)
        return -1;
    traffic->blocks = all;
    if (!(all[blocks] = calloc(BLOCK, sizeof **all)))
        return -1;
    for (uint32_t i = BLOCK; i-- > 0;) {
        all[blocks][i].next = traffic->free;
        traffic->free = traffic->capacity + i;
    }
    traffic->capacity += BLOCK;
    return 0;
}

static uint32_t take_command(struct traffic *traffic, uint32_t flow_index)
{
    struct flow *flow = &traffic->flows[flow_index];
    if (traffic->free == NONE && grow(traffic)) {
        traffic->failed = true;
        return NONE;
    }
    uint32_t index = traffic->free;
    struct command *command = command_at(traffic, index);
    traffic->free = command->next;
    *command = (struct command){.flow = flow_index, .previous = NONE};
    command->next = flow->commands;
    if (flow->commands != NONE)
        command_at(traffic, flow->commands)->previous = index;
    flow->commands = index;
    return index;
}

static void drop_command(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    if (command->previous != NONE)
        command_at(traffic, command->previous)->next = command->next;
    else
        traffic->flows[command->flow].commands = command->next;
    if (command->next != NONE)
        command_at(traffic, command->next)->previous = command->previous;
    free(command->account.responders);
    *command = (struct command){.next = traffic->free};
    traffic->free = index;
}

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
        drop_command(traffic, index);
    } else if (!command->forgetting || !is_stopped(traffic)) {
        int64_t wait = (int64_t)(traffic->options->patience + traffic->options->step);
        command->forgetting = true;
        plan_for(traffic, index,
                 (struct event){.time = traffic->now + wait + 1, .kind = EVENT_FORGET});
    }
}

static bool tag_is_used(const struct traffic *traffic, const struct flow *flow, uint32_t tag)
{
    for (uint32_t i = flow->commands; i != NONE; i = command_at(traffic, i)->next)
        for (uint8_t k = 0; k < command_at(traffic, i)->tag_count; k++)
            if (command_at(traffic, i)->tags[k] == tag)
                return true;
    return false;
}

/* What of a command makes it the same as another, as a number that is never 0. */
static uint64_t content_of(const struct aoe_frame *frame)
{
    uint64_t content = UINT64_C(0x100) | frame->command;
    if (frame->command != AOE_COMMAND_ATA)
        return content << 8 |
               (frame->command == AOE_COMMAND_MASK ? frame->mask.mcmd : frame->reserve.rcmd);
    content = content << 8 | frame->ata.opcode;
    content = content << 8 | frame->ata.count;
    for (size_t i = 0; i < sizeof frame->ata.lba; i++)
        content = content * 257 + frame->ata.lba[i];
    return content;
}

/* The next tag of the flow: never 0, that is for adverts; none that a frame on the wire may still
 * carry; and none that last stood for the very same command, which would look like a repeat. */
static uint32_t next_tag(const struct traffic *traffic, struct flow *flow, uint64_t content)
{
    unsigned bits = flow->all ? 32 : (unsigned)traffic->options->tag_bits;
    for (;;) {
        uint32_t tag = flow->next_tag++;
        if (bits < 32)
            tag &= (UINT32_C(1) << bits) - 1;
        if (!tag || (bits < 32 && tag_is_used(traffic, flow, tag)))
            continue;
        if (!flow->contents)
            return tag;
        if (flow->contents[tag] != content) {
            flow->contents[tag] = content;
            return tag;
        }
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

static void choose_tag(const struct traffic *traffic, struct command *command, struct flow *flow)
{
    bool again = flow->same_tags && (!flow->new_tags || command->sends % 2);
    if (command->sends && (again || command->frame.command != AOE_COMMAND_ATA))
        return;
    command->frame.tag = next_tag(traffic, flow, content_of(&command->frame));
    command->tags[command->tag_count++] = command->frame.tag;
}

/* Sends a command, for the first time or again. */
static void send(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    struct flow *flow = &traffic->flows[command->flow];
    int64_t first = INT64_MAX, timer = flow->timer << command->sends;
    choose_tag(traffic, command, flow);
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

static bool is_under_way(const struct traffic *traffic, const struct command *command)
{
    uint64_t content = content_of(&command->frame);
    uint32_t i = traffic->flows[command->flow].commands;
    for (; i != NONE; i = command_at(traffic, i)->next) {
        const struct command *other = command_at(traffic, i);
        if (other != command && content_of(&other->frame) == content)
            return true;
    }
    return false;
}

static uint64_t choose_lba(struct traffic *traffic, const struct flow *flow, unsigned sectors,
                           bool sequential)
{
    uint64_t capacity = traffic->options->capacity;
    if (sequential)
        return flow->position + sectors <= capacity ? flow->position : 0;
    uint64_t lba = random_next(&traffic->random) % (capacity - sectors + 1);
    return lba >> random_below(&traffic->random, 12) << random_below(&traffic->random, 12) &
           (capacity / 2 - 1);
}

static void make_transfer(struct traffic *traffic, struct command *command,
                          enum operation operation, bool sequential)
{
    const struct options *options = traffic->options;
    struct flow *flow = &traffic->flows[command->flow];
    struct random *random = &traffic->random;
    unsigned sectors =
        (unsigned)(options->sectors_least +
                   random_below(random, options->sectors - options->sectors_least + 1));
    uint64_t lba = choose_lba(traffic, flow, sectors, sequential);
    message_transfer(&command->frame, operation, &flow->ends, lba, sectors,
                     random_below(random, 100) < options->extended, &traffic->data, random);
    command->account.operation = operation;
    command->account.lba = lba;
    command->account.sectors = operation == OPERATION_ATA ? 0 : sectors;
    if (operation != OPERATION_ATA)
        flow->position = lba + sectors;
}

static enum operation choose_operation(struct traffic *traffic)
{
    uint64_t at = random_below(&traffic->random, traffic->mix);
    size_t i = 0;
    while (at >= traffic->options->mix[i])
        at -= traffic->options->mix[i++];
    return (enum operation)i;
}

static void make_command(struct traffic *traffic, struct command *command)
{
    const struct flow *flow = &traffic->flows[command->flow];
    enum operation operation = flow->all ? OPERATION_CONFIG : choose_operation(traffic);
    command->account.pair = flow->pair;
    command->account.operation = operation;
    if (operation <= OPERATION_WRITE || operation == OPERATION_ATA)
        make_transfer(traffic, command, operation,
                      random_below(&traffic->random, 100) < traffic->options->sequential);
    else
        message_request(&command->frame, operation, &flow->ends, &traffic->random);
    while (command->frame.command == AOE_COMMAND_ATA && is_under_way(traffic, command))
        make_transfer(traffic, command, OPERATION_READ, false);
}

static void issue(struct traffic *traffic, uint32_t flow)
{
    if (is_stopped(traffic))
        return;
    uint32_t index = take_command(traffic, flow);
    if (index == NONE)
        return;
    struct command *command = command_at(traffic, index);
    make_command(traffic, command);
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

static struct outcome choose_outcome(struct traffic *traffic, const struct aoe_frame *request)
{
    static const uint8_t registers[] = {ATA_ERROR_ABRT, ATA_ERROR_IDNF, ATA_ERROR_UNC, 0x80,
                                        ATA_ERROR_ABRT | ATA_ERROR_UNC};
    struct outcome outcome = {0};
    if (random_chance(&traffic->random, traffic->options->aoe_errors))
        outcome.error = (uint8_t)(1 + random_below(&traffic->random, AOE_ERROR_LAST + 1));
    if (request->command != AOE_COMMAND_ATA)
        return outcome;
    outcome.status = ATA_STATUS_DRDY;
    if (outcome.error || !random_chance(&traffic->random, traffic->options->ata_errors))
        return outcome;
    if (random_chance(&traffic->random, 100000)) {
        outcome.status |= ATA_STATUS_DF;
        return outcome;
    }
    outcome.status |= ATA_STATUS_ERR;
    outcome.error_register = registers[random_below(&traffic->random, sizeof registers)];
    return outcome;
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

static uint32_t add_pair(struct traffic *traffic, const struct ends *ends, uint32_t vlan)
{
    return truth_add_pair(traffic->truth, &(struct truth_pair){.vlan = vlan,
                                                               .shelf = ends->shelf,
                                                               .slot = ends->slot,
                                                               .target_mac = ends->target,
                                                               .initiator = ends->initiator});
}

/* Fills in what both kinds of flows have. */
static void add_flow(struct traffic *traffic, const struct ends *ends, uint32_t vlan,
                     uint32_t initiator)
{
    const struct options *options = traffic->options;
    struct flow *flow = &traffic->flows[traffic->flow_count++];
    *flow = (struct flow){
        .ends = *ends,
        .vlan = vlan,
        .pair = add_pair(traffic, ends, vlan),
        .next_tag = (uint32_t)options->first_tag,
        .commands = NONE,
        .timer = (int64_t)options->timer * (4 + initiator % 3) / 4,
        .same_tags = options->repeats == REPEAT_SAME || options->repeats == REPEAT_MIXED ||
                     (options->repeats == REPEAT_BOTH && initiator % 2 == 0),
    };
    flow->new_tags = !flow->same_tags || options->repeats == REPEAT_MIXED;
    flow->position = random_below(&traffic->random, options->capacity / 8) * 8;
    if (options->tag_bits <= 16 &&
        !(flow->contents = calloc((size_t)1 << options->tag_bits, sizeof *flow->contents)))
        traffic->failed = true;
}

static struct ends ends_of(const struct options *options, uint32_t initiator, uint32_t target)
{
    uint32_t shelf = target / (uint32_t)options->slots;
    return (struct ends){.target = UINT64_C(0x020000010000) + shelf,
                         .initiator = UINT64_C(0x020000020000) + initiator,
                         .shelf = (uint16_t)shelf,
                         .slot = (uint8_t)(target % options->slots)};
}

/* Every initiator with every target of its VLAN. */
static void add_direct(struct traffic *traffic)
{
    const struct options *options = traffic->options;
    for (uint32_t vlan = 0; vlan < options->vlans; vlan++) {
        for (uint32_t target = 0; target < options->targets; target++) {
            struct ends all = ends_of(options, 0, target);
            all.initiator = MAC_ALL;
            uint32_t adverts = add_pair(traffic, &all, vlan);
            for (uint32_t initiator = 0; initiator < options->initiators; initiator++) {
                struct ends ends = ends_of(options, initiator, target);
                add_flow(traffic, &ends, vlan, initiator);
                traffic->flows[traffic->flow_count - 1].advert_pair = adverts;
            }
        }
    }
    traffic->direct = traffic->flow_count;
}

/* Every initiator discovers all targets; some only those of one shelf, or of one slot. */
static void add_discovery(struct traffic *traffic)
{
    const struct options *options = traffic->options;
    for (uint32_t vlan = 0; vlan < options->vlans && options->discover; vlan++) {
        for (uint32_t initiator = 0; initiator < options->initiators; initiator++) {
            struct ends ends = ends_of(options, initiator, 0);
            ends.target = MAC_ALL;
            if (initiator % 4 != 1)
                ends.shelf = AOE_SHELF_ALL;
            if (initiator % 4 != 2)
                ends.slot = AOE_SLOT_ALL;
            add_flow(traffic, &ends, vlan, initiator);
            struct flow *flow = &traffic->flows[traffic->flow_count - 1];
            free(flow->contents);
            flow->contents = NULL;
            flow->all = true;
            flow->next_tag += TAG_DISCOVERY;
        }
    }
}

static int open_flows(struct traffic *traffic)
{
    const struct options *options = traffic->options;
    size_t most = (options->targets + 1) * options->initiators * options->vlans;
    traffic->flows = calloc(most, sizeof *traffic->flows);
    if (!traffic->flows)
        return -1;
    add_direct(traffic);
    add_discovery(traffic);
    for (uint32_t i = 0; i < traffic->flow_count; i++) {
        uint64_t commands = traffic->flows[i].all ? 1 : options->outstanding;
        for (uint64_t k = 0; k < commands; k++)
            plan(traffic,
                 (struct event){.time = (int64_t)random_below(&traffic->random, options->think + 1),
                                .kind = EVENT_ISSUE,
                                .subject = i});
    }
    return traffic->failed ? -1 : 0;
}

static void close_all(struct traffic *traffic)
{
    for (uint32_t i = 0; i < traffic->flow_count; i++)
        free(traffic->flows[i].contents);
    free(traffic->flows);
    for (uint32_t i = 0; i < traffic->capacity; i++)
        free(command_at(traffic, i)->account.responders);
    for (uint32_t i = 0; i < traffic->capacity / BLOCK; i++)
        free(traffic->blocks[i]);
    free(traffic->blocks);
    queue_close(&traffic->queue);
    free(traffic);
}

int traffic_run(const struct options *options, struct writer *writer, struct truth *truth)
{
    struct traffic *traffic = calloc(1, sizeof *traffic);
    struct event event;
    if (!traffic)
        return -1;
    traffic->options = options;
    traffic->writer = writer;
    traffic->truth = truth;
    traffic->free = NONE;
    traffic->random.state = options->seed;
    for (size_t i = 0; i < OPERATIONS; i++)
        traffic->mix += options->mix[i];
    data_fill(&traffic->data, &traffic->random, options->capacity);
    traffic->failed |= open_flows(traffic) != 0;
    while (!traffic->failed && !truth->failed && !writer_is_full(writer) &&
           queue_take(&traffic->queue, &event))
        happen(traffic, &event);
    truth_finish(truth, writer_truth(writer).end);
    int status = traffic->failed || truth->failed ? -1 : 0;
    close_all(traffic);
    return status;
}
