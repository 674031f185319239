/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "hooks.h"
#include "protocol/names.h"
#include "protocol/text.h"
#include "response.h"

/* Sent so often, a command is stuck: the target may have moved. */
enum { STUCK_AFTER = 3 };

void engine_init(struct engine *engine, const struct engine_settings *settings)
{
    *engine = (struct engine){.settings = *settings, .commands = {.tag = settings->tag}};
}

uint64_t engine_capacity(const struct engine *engine)
{
    return ata_capacity(&engine->target.identity);
}

enum engine_state engine_state(const struct engine *engine)
{
    if (engine->phase == PHASE_FAILED)
        return ENGINE_FAILED;
    return engine->phase == PHASE_IDLE ? ENGINE_DONE : ENGINE_BUSY;
}

const char *engine_message(const struct engine *engine)
{
    return engine->message;
}

void engine_follow_link(struct engine *engine, const uint8_t mac[AOE_MAC_BYTES], uint32_t mtu)
{
    memcpy(engine->settings.mac, mac, AOE_MAC_BYTES);
    engine->settings.mtu = mtu;
}

/* ---- failing ---- */

/* Nothing is waited for any more: what still comes is late (clause i-late). */
static void forget_work(struct engine *engine)
{
    commands_close_all(&engine->commands);
    engine->transfer_count = 0;
    engine->query = QUERY_IDLE;
}

static void fail(struct engine *engine, enum failure why, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void fail(struct engine *engine, enum failure why, const char *format, ...)
{
    char address[AOE_ADDRESS_TEXT];
    const struct engine_settings *settings = &engine->settings;
    struct aoe_text text = aoe_text(engine->message, sizeof engine->message);
    aoe_text_add(&text, "%s: ", aoe_address_text(address, settings->shelf, settings->slot));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text.to + text.used, text.size - text.used, format, arguments);
    va_end(arguments);
    forget_work(engine);
    engine->phase = hooks_fails(engine, why) ? PHASE_FAILED : PHASE_IDLE;
}

static void fail_command(struct engine *engine, const struct command *command, const char *what)
{
    char text[COMMAND_TEXT];
    fail(engine, FAILURE_ERROR, "%s: %s", command_describe(text, command), what);
}

/* ---- beginning ---- */

/* Of a command, or of the query where `command` is NULL. */
static uint32_t new_tag(struct engine *engine, const struct command *command)
{
    uint32_t tag = commands_new_tag(&engine->commands, engine->query_attempt.tag);
    return hooks_tag(engine, command, tag);
}

static void begin_query(struct engine *engine)
{
    engine->query_attempt = attempt_begin(new_tag(engine, NULL));
    engine->query = QUERY_ASKS;
}

void engine_open(struct engine *engine)
{
    forget_work(engine);
    engine->target = (struct target){.path_count = 0};
    engine->phase = PHASE_DISCOVERS;
    hooks_open(engine);
    begin_query(engine);
}

static void begin_identify(struct engine *engine)
{
    struct command *command = commands_open(&engine->commands);
    engine->phase = PHASE_IDENTIFIES;
    if (!command)
        return;
    command->opcode = ATA_IDENTIFY;
    command->left = command->sectors = 1;
    command->data = engine->identity;
    command->attempt = attempt_begin(new_tag(engine, command));
}

/* Steps over transfers of which all sectors are in commands. False at the end. */
static bool has_next(struct engine *engine)
{
    while (engine->transfer_count && engine->begun == engine->transfers->sectors) {
        engine->transfers++;
        engine->transfer_count--;
        engine->begun = 0;
    }
    return engine->transfer_count > 0;
}

static bool on_disk(const struct engine *engine, const struct engine_transfer *transfer)
{
    uint64_t capacity = engine_capacity(engine);
    return transfer->lba <= capacity && transfer->sectors <= capacity - transfer->lba;
}

void engine_transfer(struct engine *engine, const struct engine_transfer *transfers, size_t count)
{
    forget_work(engine);
    for (size_t i = 0; i < count; i++)
        if (!on_disk(engine, &transfers[i])) {
            fail(engine, FAILURE_UNUSABLE, "%zu sectors at LBA %" PRIu64 ": the disk has %" PRIu64,
                 transfers[i].sectors, transfers[i].lba, engine_capacity(engine));
            return;
        }
    engine->transfers = transfers;
    engine->transfer_count = count;
    engine->begun = 0;
    engine->phase = has_next(engine) ? PHASE_TRANSFERS : PHASE_IDLE;
}

/* ---- sending ---- */

static uint8_t sector_limit(struct engine *engine, enum ata_direction direction)
{
    return hooks_sectors(engine, direction,
                         target_sector_count(&engine->target, engine->settings.mtu));
}

/* Makes what is left of the command, as far as the target takes it at once, a new message. */
static void shape(struct engine *engine, struct command *command, enum ata_direction direction)
{
    uint8_t limit = sector_limit(engine, direction);
    command->sectors = (uint8_t)(command->left < limit ? command->left : limit);
    uint8_t opcode =
        request_opcode(&engine->target.identity, direction, command->lba, command->sectors);
    command->opcode = hooks_opcode(engine, command, opcode);
    command->attempt.tag = new_tag(engine, command);
}

/* True where the target, or the link, has come to take fewer sectors than the command has. */
static bool is_too_large(struct engine *engine, const struct command *command)
{
    return command->opcode != ATA_IDENTIFY &&
           command->sectors > sector_limit(engine, command_direction(command));
}

static struct request_route route_to(const struct engine *engine, const uint8_t *mac)
{
    const struct engine_settings *settings = &engine->settings;
    struct request_route route = {.shelf = settings->shelf, .slot = settings->slot};
    memcpy(route.from, settings->mac, AOE_MAC_BYTES);
    memcpy(route.to, mac, AOE_MAC_BYTES);
    return route;
}

/* A query that is not answered takes one of the target's buffers, as a command does. */
static bool has_room(struct engine *engine)
{
    unsigned queries = engine->query == QUERY_ASKS;
    unsigned window = hooks_window(engine, target_buffer_count(&engine->target));
    return engine->commands.open + queries < window;
}

/* While commands are stuck the target is asked for, until it answers: it may have moved. */
static void ask_where_stuck(struct engine *engine)
{
    if (engine->phase == PHASE_DISCOVERS)
        return;
    if (!commands_sent(&engine->commands, STUCK_AFTER))
        engine->query = QUERY_IDLE;
    else if (engine->query == QUERY_IDLE && has_room(engine))
        begin_query(engine);
}

static size_t send_query(struct engine *engine, int64_t now, uint8_t *frame)
{
    struct attempt *attempt = &engine->query_attempt;
    if (engine->query != QUERY_ASKS || now < attempt_due(attempt))
        return 0;
    attempt_sent(attempt, now);
    attempt->interval = hooks_interval(engine, NULL, attempt->interval);
    struct request_route route = route_to(engine, engine->settings.mac);
    return hooks_request(engine, NULL, frame, request_query(frame, &route, attempt->tag));
}

static size_t send_command(struct engine *engine, struct command *command, int64_t now,
                           uint8_t *frame)
{
    const struct target_path *path = hooks_path(engine, command, target_next(&engine->target));
    struct attempt *attempt = &command->attempt;
    if (!path)
        return 0;
    memcpy(command->to, path->mac, AOE_MAC_BYTES);
    attempt_sent(attempt, now);
    attempt->interval = hooks_interval(engine, command, attempt->interval);
    struct request_route route = route_to(engine, path->mac);
    struct request_command request = {.opcode = command->opcode,
                                      .lba = command->lba,
                                      .sectors = command->sectors,
                                      .data = command->data};
    return hooks_request(engine, command, frame,
                         request_ata(frame, &route, attempt->tag, &request));
}

/* Sends a command again, unchanged but for the path: its content changes only where the target has
 * come to take fewer sectors (clauses i-retransmit, i-follow). */
static size_t send_due(struct engine *engine, int64_t now, uint8_t *frame)
{
    struct command *command = commands_due(&engine->commands, now);
    if (!command)
        return 0;
    if (command->attempt.sent)
        target_unanswered(&engine->target, command->to);
    if (is_too_large(engine, command))
        shape(engine, command, command_direction(command));
    return send_command(engine, command, now, frame);
}

/* Never more than the target queues (clause i-bufcount), nor than the user wants. */
static bool window_is_open(struct engine *engine)
{
    return engine->commands.open < engine->settings.depth && has_room(engine);
}

/* Turns the next sectors of the transfers into a command: as many as the target takes at once
 * (clause i-sectors). */
static struct command *next_command(struct engine *engine)
{
    const struct engine_transfer *transfer = engine->transfers;
    struct command *command = commands_open(&engine->commands);
    if (!command)
        return NULL;
    uint8_t limit = sector_limit(engine, transfer->direction);
    size_t left = transfer->sectors - engine->begun;
    command->lba = transfer->lba + engine->begun;
    command->left = left < limit ? left : limit;
    command->data = transfer->data + engine->begun * AOE_SECTOR_BYTES;
    shape(engine, command, transfer->direction);
    engine->begun += command->left;
    return command;
}

static size_t send_next(struct engine *engine, int64_t now, uint8_t *frame)
{
    if (engine->phase != PHASE_TRANSFERS || !window_is_open(engine) || !has_next(engine))
        return 0;
    struct command *command = next_command(engine);
    return command ? send_command(engine, command, now, frame) : 0;
}

static void give_up(struct engine *engine, const struct attempt *attempt, const char *what)
{
    fail(engine, FAILURE_EXPIRED, "%s: no %sanswer within %.3g s, sent %u times", what,
         attempt->refusals ? "good " : "", (double)engine->settings.deadline / ATTEMPT_SECOND,
         attempt->sent);
}

/* Gives up what has waited for too long (clause i-gone). */
static void expire(struct engine *engine, int64_t now)
{
    char text[COMMAND_TEXT];
    int64_t deadline = engine->settings.deadline;
    const struct attempt *query = &engine->query_attempt;
    const struct command *command = commands_expired(&engine->commands, now, deadline);
    if (command)
        give_up(engine, &command->attempt, command_describe(text, command));
    else if (engine->phase == PHASE_DISCOVERS && now >= attempt_end(query, deadline))
        give_up(engine, query, "discovery");
}

/* True where frames of the link carry no sector, which ends everything but the discovery. */
static bool link_is_too_small(struct engine *engine)
{
    if (engine->phase == PHASE_DISCOVERS || sector_limit(engine, ATA_NO_DATA))
        return false;
    fail(engine, FAILURE_UNUSABLE, "an MTU of %u does not carry a sector", engine->settings.mtu);
    return true;
}

size_t engine_send(struct engine *engine, int64_t now, uint8_t frame[AOE_FRAME_MAX])
{
    if (engine_state(engine) == ENGINE_BUSY)
        expire(engine, now);
    if (engine_state(engine) != ENGINE_BUSY || link_is_too_small(engine))
        return 0;
    ask_where_stuck(engine);
    size_t length = hooks_extra(engine, frame);
    if (!length)
        length = send_query(engine, now, frame);
    if (!length)
        length = send_due(engine, now, frame);
    return length ? length : send_next(engine, now, frame);
}

int64_t engine_wake(const struct engine *engine)
{
    int64_t deadline = engine->settings.deadline;
    const struct attempt *query = &engine->query_attempt;
    if (engine_state(engine) != ENGINE_BUSY)
        return INT64_MAX;
    int64_t wake = commands_wake(&engine->commands, deadline);
    if (engine->query == QUERY_ASKS && attempt_due(query) < wake)
        wake = attempt_due(query);
    if (engine->phase == PHASE_DISCOVERS && attempt_end(query, deadline) < wake)
        wake = attempt_end(query, deadline);
    return wake;
}

/* ---- receiving ---- */

static void refuse_query(struct engine *engine, const struct aoe_frame *frame)
{
    char text[RESPONSE_TEXT];
    if (engine->phase == PHASE_DISCOVERS && attempt_refuse(&engine->query_attempt))
        fail(engine, FAILURE_ERROR, "discovery: %s", response_aoe_error(text, frame));
}

static void on_heard(struct engine *engine, bool answer)
{
    bool discovers = engine->phase == PHASE_DISCOVERS;
    if (answer || discovers)
        engine->query = QUERY_ANSWERED;
    if (discovers)
        begin_identify(engine);
}

/* A config response: the answer to the query, also from a further address of the target, or an
 * advert, whose tag is 0. */
static void on_config(struct engine *engine, struct aoe_frame *frame)
{
    const struct attempt *query = &engine->query_attempt;
    if (!hooks_config(engine, frame))
        return;
    bool answer = query->sent && frame->tag == query->tag;
    if (!answer && frame->tag != 0)
        return;
    if (response_is_error(frame)) {
        if (answer)
            refuse_query(engine, frame);
        return;
    }
    enum target_news news = target_hear(&engine->target, frame);
    if (news == TARGET_HEARD)
        on_heard(engine, answer);
    else if (news == TARGET_NO_BUFFERS && answer && engine->phase == PHASE_DISCOVERS)
        fail(engine, FAILURE_UNUSABLE, "advertises a buffer count of 0: nothing may be sent to it");
}

/* An answer that is no use: the command goes on at its pace, a few times. */
static void refuse_command(struct engine *engine, struct command *command, const char *what)
{
    if (attempt_refuse(&command->attempt))
        fail_command(engine, command, what);
}

/* A device that is unavailable may become available, and more sectors than the target now takes are
 * asked for in another way the next time; every other error stays (clause i-error). */
static void on_aoe_error(struct engine *engine, struct command *command,
                         const struct aoe_frame *frame)
{
    char text[RESPONSE_TEXT];
    response_aoe_error(text, frame);
    if (frame->error == AOE_ERROR_DEVICE || is_too_large(engine, command))
        refuse_command(engine, command, text);
    else
        fail_command(engine, command, text);
}

static void on_ata_error(struct engine *engine, const struct command *command,
                         const struct aoe_ata *ata)
{
    char text[RESPONSE_TEXT];
    fail_command(engine, command, response_ata_error(text, ata));
}

static void on_identity(struct engine *engine)
{
    engine->phase = PHASE_IDLE;
    if (!target_identify(&engine->target, engine->identity))
        fail(engine, FAILURE_UNUSABLE, "IDENTIFY DEVICE: no sectors, or more than 48 bits count");
}

/* What the frame asked for is done; sectors that it could not ask for are next. */
static void advance(struct engine *engine, struct command *command)
{
    enum ata_direction direction = command_direction(command);
    command->left -= command->sectors;
    if (command->left) {
        command->lba += command->sectors;
        command->data += (size_t)command->sectors * AOE_SECTOR_BYTES;
        command->attempt = attempt_begin(0);
        shape(engine, command, direction);
        return;
    }
    commands_close(&engine->commands, command);
    if (engine->phase == PHASE_IDENTIFIES)
        on_identity(engine);
    else if (!engine->commands.open && !has_next(engine))
        engine->phase = PHASE_IDLE;
}

/* Bytes of data that a good answer to the command has. */
static size_t bytes_wanted(const struct command *command)
{
    bool in = command_direction(command) == ATA_DATA_IN;
    return in ? (size_t)command->sectors * AOE_SECTOR_BYTES : 0;
}

/* The data of a read is taken only where all of it is there; what is more is padding, or none of
 * ours (clause i-short). */
static void on_short(struct engine *engine, struct command *command, const struct aoe_frame *frame)
{
    char text[RESPONSE_TEXT];
    snprintf(text, sizeof text, "%zu of %zu bytes of data came", frame->payload.length,
             bytes_wanted(command));
    refuse_command(engine, command, text);
}

static void on_success(struct engine *engine, struct command *command,
                       const struct aoe_frame *frame)
{
    hooks_take(engine, command, frame, bytes_wanted(command));
    advance(engine, command);
}

static enum answer judge(const struct command *command, const struct aoe_frame *frame)
{
    if (response_is_error(frame))
        return ANSWER_AOE_ERROR;
    if (frame->extent < AOE_EXTENT_ARGUMENT)
        return ANSWER_IGNORED;
    if (!ata_status_good(frame->ata.opcode))
        return ANSWER_ATA_ERROR;
    return frame->payload.length < bytes_wanted(command) ? ANSWER_SHORT : ANSWER_GOOD;
}

static void on_answer(struct engine *engine, struct command *command, const struct aoe_frame *frame,
                      enum answer answer)
{
    switch (answer) {
    case ANSWER_AOE_ERROR:
        on_aoe_error(engine, command, frame);
        break;
    case ANSWER_ATA_ERROR:
        on_ata_error(engine, command, &frame->ata);
        break;
    case ANSWER_SHORT:
        on_short(engine, command, frame);
        break;
    default:
        on_success(engine, command, frame);
    }
}

/* The command that is answered: its tag is outstanding, the address is one of the target's
 * (clause i-match). */
static struct command *match(struct engine *engine, const struct aoe_frame *frame)
{
    struct command *command = commands_find(&engine->commands, frame->tag);
    bool matches = command && command->attempt.sent && !response_is_broadcast(frame) &&
                   target_has(&engine->target, frame->source);
    return matches ? command : NULL;
}

static void on_ata(struct engine *engine, const struct aoe_frame *frame)
{
    struct command *command = hooks_match(engine, frame, match(engine, frame));
    enum answer answer =
        command ? hooks_judge(engine, command, frame, judge(command, frame)) : ANSWER_IGNORED;
    if (answer == ANSWER_IGNORED)
        return;
    target_answered(&engine->target, frame->source);
    on_answer(engine, command, frame, answer);
}

void engine_receive(struct engine *engine, struct aoe_span bytes)
{
    struct aoe_frame frame;
    const struct engine_settings *settings = &engine->settings;
    bytes = hooks_receive(engine, bytes);
    aoe_frame_decode(&frame, bytes.bytes, bytes.length, bytes.length);
    bool counts = response_counts(&frame, settings->shelf, settings->slot, settings->mac);
    if (!hooks_accepts(engine, &frame, counts))
        return;
    if (frame.command == AOE_COMMAND_CONFIG)
        on_config(engine, &frame);
    else if (frame.command == AOE_COMMAND_ATA)
        on_ata(engine, &frame);
}
