/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include <stdarg.h>
#include <stdio.h>

enum { MILLISECOND = 1000000, CAPACITY = 1 << 14 };

/* How long an initiator may take to follow what has changed, frames on their way included. */
static const int64_t grace = 500 * (int64_t)MILLISECOND;

/* Initiators look at their timers a few times a second: intervals differ by so much unmeant. */
static const int64_t slack = 120 * (int64_t)MILLISECOND;

/* What was sent longer ago the initiator may take for lost, and its buffer for free again. */
static const int64_t lost = 1000 * (int64_t)MILLISECOND;

/* Below this a repeat follows the error that it answers at once. */
static const int64_t pace = 10 * (int64_t)MILLISECOND;

/* Longer than any scenario: nothing is given up for its age. */
static const int64_t for_ever = INT64_C(86400000) * MILLISECOND;

int watch_open(struct watch *watch, struct session *session, uint32_t mtu)
{
    *watch = (struct watch){.session = session, .mtu = mtu};
    watch->exchanges = aoe_exchanges_new(CAPACITY, for_ever, NULL, NULL);
    return watch->exchanges ? 0 : -1;
}

void watch_close(struct watch *watch)
{
    aoe_exchanges_free(watch->exchanges);
    watch->exchanges = NULL;
}

void watch_begin(struct watch *watch)
{
    aoe_exchanges_finish(watch->exchanges);
    *watch = (struct watch){.session = watch->session,
                            .exchanges = watch->exchanges,
                            .number = watch->number,
                            .mtu = watch->mtu};
}

void watch_given_up(struct watch *watch)
{
    for (size_t i = 0; i < watch->command_count; i++)
        watch->commands[i].open = false;
    watch->outstanding_count = 0;
    aoe_exchanges_finish(watch->exchanges);
}

/* ---- findings ---- */

struct watched_frame {
    struct watch *watch;
    const struct event *event;
    const struct aoe_frame *frame;
};

struct watched_place {
    const char *clause, *field;
    size_t byte, bytes;
};

static void report(const struct watched_frame *at, struct watched_place place, const char *expected,
                   const char *actual, ...) __attribute__((format(printf, 4, 5)));

static void report(const struct watched_frame *at, struct watched_place place, const char *expected,
                   const char *actual, ...)
{
    struct aoe_finding finding = {
        .clause = place.clause, .field = place.field, .byte = place.byte, .bytes = place.bytes};
    va_list arguments;
    va_start(arguments, actual);
    vsnprintf(finding.actual, sizeof finding.actual, actual, arguments);
    va_end(arguments);
    snprintf(finding.expected, sizeof finding.expected, "%s", expected);
    session_judge(at->watch->session, at->event, NULL, &finding);
}

/* Reserved bits of a request are what i-request is about as well. */
static void take_finding(void *user, const struct aoe_finding *finding)
{
    const struct watched_frame *at = user;
    struct aoe_finding own = *finding;
    if (!strcmp(own.clause, "1-reserved"))
        own.clause = "i-request";
    session_judge(at->watch->session, at->event, NULL, &own);
}

/* ---- what was advertised ---- */

static void advertise(struct watched_limit *limit, unsigned value, int64_t time)
{
    if (limit->known && limit->now == value)
        return;
    limit->before = limit->known && time < limit->until && limit->before > limit->now
                        ? limit->before
                        : limit->now;
    limit->until = limit->known ? time + grace : 0;
    limit->now = value;
    limit->known = true;
}

static unsigned limit_at(const struct watched_limit *limit, int64_t time)
{
    return time < limit->until && limit->before > limit->now ? limit->before : limit->now;
}

/* A target of several addresses has buffers behind each. */
static size_t outstanding_at(const struct watch *watch, uint64_t target, int64_t time)
{
    size_t count = 0;
    for (size_t i = 0; i < watch->outstanding_count; i++) {
        const struct watched *command = &watch->commands[watch->outstanding[i] - 1];
        count += command->target == target && time - command->sent < lost;
    }
    return count;
}

static void judge_depth(const struct watched_frame *at, const struct watched *command)
{
    const struct watch *watch = at->watch;
    char expected[64];
    unsigned most = limit_at(&watch->buffers, at->event->time);
    size_t outstanding = outstanding_at(watch, command->target, at->event->time);
    if (!watch->buffers.known || outstanding <= most)
        return;
    snprintf(expected, sizeof expected, "at most %u, the buffer count", most);
    report(at, (struct watched_place){"i-bufcount", "outstanding commands", 20, 4}, expected, "%zu",
           outstanding);
}

static void judge_mtu(const struct watched_frame *at, size_t length, const char *field, size_t byte)
{
    char expected[64];
    size_t most = at->watch->mtu + AOE_ETHERNET_BYTES;
    if (length <= most)
        return;
    snprintf(expected, sizeof expected, "frames of at most %zu bytes, the MTU is %u", most,
             at->watch->mtu);
    report(at, (struct watched_place){"i-sectors", field, byte, 1}, expected, "a frame of %zu",
           length);
}

/* Of a new command: a repeat has the count that it had, whatever was advertised since. */
static void judge_sectors(const struct watched_frame *at)
{
    const struct aoe_ata *ata = &at->frame->ata;
    const struct ata_opcode *opcode = ata_opcode_find(ata->opcode);
    const struct watched_limit *limit = &at->watch->sectors;
    char expected[64];
    if (at->frame->command != AOE_COMMAND_ATA || at->frame->extent < AOE_EXTENT_ARGUMENT ||
        !opcode || !opcode->addressed || opcode->direction == ATA_NO_DATA)
        return;
    unsigned most = limit_at(limit, at->event->time);
    if (limit->known && ata->count > most) {
        snprintf(expected, sizeof expected, "at most %u, as advertised", most);
        report(at, (struct watched_place){"i-sectors", "sector count", 26, 1}, expected, "%u",
               ata->count);
    }
    if (opcode->direction == ATA_DATA_IN)
        judge_mtu(at, AOE_ATA_BYTES + (size_t)ata->count * AOE_SECTOR_BYTES, "sector count", 26);
}

/* ---- commands ---- */

static void judge_tag(const struct watched_frame *at, const struct watched *own)
{
    const struct watch *watch = at->watch;
    for (size_t i = 0; i < watch->outstanding_count; i++) {
        const struct watched *other = &watch->commands[watch->outstanding[i] - 1];
        if (other == own || other->tag != at->frame->tag)
            continue;
        report(at, (struct watched_place){"i-tag", "tag", 20, 4},
               "one that no outstanding command has", "0x%08x, as another that is outstanding",
               at->frame->tag);
        return;
    }
}

static uint64_t hash(const uint8_t *bytes, size_t length)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        h = (h ^ bytes[i]) * UINT64_C(0x100000001B3);
    return h;
}

/* Of what a command asks for: its argument, without data. */
static uint64_t content_of(const struct aoe_frame *frame)
{
    enum { HEADER = 24 };
    size_t end = aoe_argument_end(frame->command);
    if (end > frame->raw.length)
        end = frame->raw.length;
    return end > HEADER ? hash(frame->raw.bytes + HEADER, end - HEADER) : 0;
}

static uint64_t data_of(const struct aoe_frame *frame)
{
    size_t carried = frame->command == AOE_COMMAND_ATA && frame->extent == AOE_EXTENT_ARGUMENT
                         ? ata_data_bytes(&frame->ata, ATA_DATA_OUT)
                         : 0;
    size_t length = frame->payload.length < carried ? frame->payload.length : carried;
    return hash(frame->payload.bytes, length);
}

/* The latest AoE error that the same command has got, or NULL. */
static const struct watched_error *error_of(const struct watch *watch,
                                            const struct aoe_frame *frame)
{
    const struct watched_error *latest = NULL;
    uint64_t content = content_of(frame);
    size_t kept = watch->error_count < WATCH_ERRORS ? watch->error_count : WATCH_ERRORS;
    for (size_t i = 0; i < kept; i++) {
        const struct watched_error *error = &watch->errors[i];
        bool same = error->command == frame->command && error->content == content;
        if (same && (!latest || error->time > latest->time))
            latest = error;
    }
    return latest;
}

/* What has got an AoE error is not sent again at once: the error would come at once, for ever. */
static void judge_pace(const struct watched_frame *at)
{
    const struct watched_error *error = error_of(at->watch, at->frame);
    int64_t since = error ? at->event->time - error->time : pace;
    if (since < pace)
        report(at, (struct watched_place){"i-retransmit", "repeat", 0, 0},
               "10 ms or more after the error response", "%.3f ms after it",
               (double)since / MILLISECOND);
}

/* A response that came meanwhile may have told the initiator that the target is faster than it
 * thought. */
static void judge_interval(const struct watched_frame *at, struct watched *command,
                           int64_t interval)
{
    char expected[64];
    int64_t before = command->interval;
    bool comparable = command->repeated && at->watch->answered < command->sent - before;
    command->interval = interval;
    command->repeated = true;
    if (!comparable || interval >= before - before / 4 || interval >= before - slack)
        return;
    snprintf(expected, sizeof expected, "not sooner than the last one, %.0f ms",
             (double)before / MILLISECOND);
    report(at, (struct watched_place){"i-retransmit", "repeat", 0, 0}, expected, "after %.0f ms",
           (double)interval / MILLISECOND);
}

static void judge_data(const struct watched_frame *at, const struct watched *command)
{
    if (data_of(at->frame) == command->data)
        return;
    report(at, (struct watched_place){"i-retransmit", "data", AOE_ATA_BYTES, 1},
           "the data that it had first", "other data");
}

static void open_command(const struct watched_frame *at, struct watched *command)
{
    struct watch *watch = at->watch;
    command->open = true;
    command->repeated = false;
    if (watch->outstanding_count < WATCH_OUTSTANDING)
        watch->outstanding[watch->outstanding_count++] = (uint32_t)(command - watch->commands) + 1;
    judge_pace(at);
    judge_depth(at, command);
}

static void close_command(struct watch *watch, uint32_t mark)
{
    watch->commands[mark - 1].open = false;
    for (size_t i = 0; i < watch->outstanding_count; i++)
        if (watch->outstanding[i] == mark) {
            watch->outstanding[i] = watch->outstanding[--watch->outstanding_count];
            return;
        }
}

static void take_new(const struct watched_frame *at)
{
    struct watch *watch = at->watch;
    watch->commands = arena_grow(watch->session->arena, watch->commands, watch->command_count,
                                 sizeof *watch->commands);
    struct watched *command = &watch->commands[watch->command_count++];
    *command = (struct watched){.tag = at->frame->tag,
                                .target = aoe_mac_number(at->frame->destination),
                                .sent = at->event->time,
                                .data = data_of(at->frame)};
    aoe_exchanges_mark(watch->exchanges, (uint32_t)watch->command_count);
    judge_tag(at, command);
    judge_sectors(at);
    open_command(at, command);
}

static void take_repeat(const struct watched_frame *at, const struct aoe_exchange_event *event)
{
    if (!event->mark || event->mark > at->watch->command_count)
        return;
    struct watched *command = &at->watch->commands[event->mark - 1];
    if (command->tag != at->frame->tag)
        judge_tag(at, command);
    command->tag = at->frame->tag;
    judge_data(at, command);
    if (command->open)
        judge_interval(at, command, event->since_last);
    else
        open_command(at, command);
    command->sent = at->event->time;
    command->target = aoe_mac_number(at->frame->destination);
}

/* A question to everybody waits in nobody's buffers, and what other targets are sent is not
 * judged here. */
static bool is_command(const struct watch *watch, const struct aoe_frame *frame)
{
    const struct target *target = watch->session->target;
    return frame->extent >= AOE_EXTENT_HEADER && !aoe_mac_is_group(frame->destination) &&
           frame->shelf == target->shelf && frame->slot == target->slot;
}

void watch_request(struct watch *watch, const struct event *event, const struct aoe_frame *frame)
{
    struct watched_frame at = {watch, event, frame};
    const struct aoe_rule_context context = {.mtu = watch->mtu};
    watch->session->responses++;
    aoe_rules_check(frame, &context, take_finding, &at);
    judge_mtu(&at, frame->raw.length, "frame length", 0);
    if (!aoe_exchange_readable(frame))
        return;
    struct aoe_exchange_event exchange =
        aoe_exchanges_feed(watch->exchanges, frame, ++watch->number, event->time, 0);
    if (!is_command(watch, frame))
        return;
    if (exchange.kind == AOE_EXCHANGE_REQUEST)
        take_new(&at);
    else if (exchange.kind == AOE_EXCHANGE_REPEAT || exchange.kind == AOE_EXCHANGE_REPEAT_NEW)
        take_repeat(&at, &exchange);
}

/* One that comes late may meet the repeat for which the initiator's timer was set before. */
static void remember_error(struct watch *watch, const struct event *event,
                           const struct aoe_frame *frame)
{
    const struct event *asked = event->request;
    struct aoe_frame request;
    if (!aoe_is_error(frame) || !asked || event->time - asked->time >= pace)
        return;
    aoe_frame_decode(&request, asked->frame.bytes, asked->frame.length, asked->frame.length);
    watch->errors[watch->error_count++ % WATCH_ERRORS] =
        (struct watched_error){request.command, content_of(&request), event->time};
}

void watch_response(struct watch *watch, const struct event *event, const struct aoe_frame *frame)
{
    if (!aoe_is_response(frame) || frame->version != AOE_VERSION ||
        frame->extent < AOE_EXTENT_HEADER)
        return;
    struct aoe_exchange_event exchange =
        aoe_exchanges_feed(watch->exchanges, frame, ++watch->number, event->time, 0);
    watch->answered = event->time;
    /* Also a late one: a repeat that crossed the answer has opened the command again. */
    if (exchange.mark && exchange.mark <= watch->command_count)
        close_command(watch, exchange.mark);
    remember_error(watch, event, frame);
    if (frame->command != AOE_COMMAND_CONFIG || frame->extent < AOE_EXTENT_ARGUMENT ||
        aoe_is_error(frame) || frame->shelf != watch->session->target->shelf ||
        frame->slot != watch->session->target->slot)
        return;
    advertise(&watch->buffers, frame->config.buffer_count, event->time);
    advertise(&watch->sectors, aoe_sectors_allowed(frame->config.sector_count), event->time);
}
