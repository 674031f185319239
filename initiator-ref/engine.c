/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "engine.h"

#include <stdarg.h>
#include <stdio.h>

#include "protocol/names.h"
#include "protocol/text.h"

/* Sent so often, a command is stuck: the target may have moved. */
enum { STUCK_AFTER = 3 };

void engine_init(struct engine *engine, const struct engine_settings *settings)
{
    *engine = (struct engine){.settings = *settings, .tag = settings->tag};
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

static void drop_commands(struct engine *engine)
{
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++)
        engine->commands[i].open = false;
    engine->outstanding = 0;
    engine->transfer_count = 0;
    engine->query = QUERY_IDLE;
}

static void fail(struct engine *engine, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct engine *engine, const char *format, ...)
{
    char address[AOE_ADDRESS_TEXT];
    const struct engine_settings *settings = &engine->settings;
    struct aoe_text text = aoe_text(engine->message, sizeof engine->message);
    aoe_text_add(&text, "%s: ", aoe_address_text(address, settings->shelf, settings->slot));
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text.to + text.used, text.size - text.used, format, arguments);
    va_end(arguments);
    drop_commands(engine);
    engine->phase = PHASE_FAILED;
}

/* "READ SECTORS of 2 sectors at LBA 5" */
enum { COMMAND_TEXT = 80 };
static const char *describe(char to[COMMAND_TEXT], const struct engine_command *command)
{
    const char *name = aoe_name_opcode(command->opcode);
    if (command->opcode == ATA_IDENTIFY)
        return name;
    snprintf(to, COMMAND_TEXT, "%s of %u at LBA %llu", name, command->sectors,
             (unsigned long long)command->lba);
    return to;
}

static void fail_command(struct engine *engine, const struct engine_command *command,
                         const char *what)
{
    char text[COMMAND_TEXT];
    fail(engine, "%s: %s", describe(text, command), what);
}

/* ---- tags and commands ---- */

static bool tag_in_use(const struct engine *engine, uint32_t tag)
{
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++)
        if (engine->commands[i].open && engine->commands[i].attempt.tag == tag)
            return true;
    return engine->query_attempt.tag == tag;
}

/* A tag that nothing outstanding has (clause i-tag); never 0, which adverts have. */
static uint32_t new_tag(struct engine *engine)
{
    do
        engine->tag++;
    while (!engine->tag || tag_in_use(engine, engine->tag));
    return engine->tag;
}

static struct engine_command *find_command(struct engine *engine, uint32_t tag)
{
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++)
        if (engine->commands[i].open && engine->commands[i].attempt.tag == tag)
            return &engine->commands[i];
    return NULL;
}

static struct engine_command *free_command(struct engine *engine)
{
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++)
        if (!engine->commands[i].open)
            return &engine->commands[i];
    return NULL;
}

static uint8_t sector_limit(const struct engine *engine)
{
    return target_sector_count(&engine->target, engine->settings.mtu);
}

static enum ata_direction direction_of(const struct engine_command *command)
{
    const struct ata_opcode *opcode = ata_opcode_find(command->opcode);
    return opcode ? opcode->direction : ATA_NO_DATA;
}

/* Makes what is left of the command, as far as the target takes it at once, a new message. */
static void shape(struct engine *engine, struct engine_command *command,
                  enum ata_direction direction)
{
    uint8_t limit = sector_limit(engine);
    command->sectors = (uint8_t)(command->left < limit ? command->left : limit);
    command->opcode =
        request_opcode(&engine->target.identity, direction, command->lba, command->sectors);
    command->attempt.tag = new_tag(engine);
}

static struct engine_command *open_command(struct engine *engine)
{
    struct engine_command *command = free_command(engine);
    if (!command)
        return NULL;
    *command = (struct engine_command){.open = true};
    engine->outstanding++;
    return command;
}

static void begin_identify(struct engine *engine)
{
    struct engine_command *command = open_command(engine);
    engine->phase = PHASE_IDENTIFIES;
    if (!command)
        return;
    command->opcode = ATA_IDENTIFY;
    command->left = command->sectors = 1;
    command->data = engine->identity;
    command->attempt = attempt_begin(new_tag(engine));
}

void engine_open(struct engine *engine)
{
    drop_commands(engine);
    engine->target =
        (struct target){.shelf = engine->settings.shelf, .slot = engine->settings.slot};
    engine->phase = PHASE_DISCOVERS;
    engine->query_attempt = attempt_begin(new_tag(engine));
    engine->query = QUERY_ASKS;
}

/* Steps over transfers of which all sectors are in commands. */
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
    drop_commands(engine);
    engine->transfers = transfers;
    engine->transfer_count = count;
    engine->begun = 0;
    engine->phase = has_next(engine) ? PHASE_TRANSFERS : PHASE_IDLE;
    for (size_t i = 0; i < count; i++)
        if (!on_disk(engine, &transfers[i])) {
            fail(engine, "%zu sectors at LBA %llu: past the end of the disk, which has %llu",
                 transfers[i].sectors, (unsigned long long)transfers[i].lba,
                 (unsigned long long)engine_capacity(engine));
            return;
        }
}

/* ---- sending ---- */

static struct request_route route_to(const struct engine *engine, const uint8_t *mac)
{
    const struct engine_settings *settings = &engine->settings;
    struct request_route route = {.shelf = settings->shelf, .slot = settings->slot};
    memcpy(route.from, settings->mac, AOE_MAC_BYTES);
    memcpy(route.to, mac, AOE_MAC_BYTES);
    return route;
}

static bool is_stuck(const struct engine *engine)
{
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++)
        if (engine->commands[i].open && engine->commands[i].attempt.sent >= STUCK_AFTER)
            return true;
    return false;
}

/* While commands are stuck the target is asked for, until it answers: it may have moved. */
static void ask_where_stuck(struct engine *engine)
{
    if (engine->phase == PHASE_DISCOVERS)
        return;
    if (!is_stuck(engine)) {
        engine->query = QUERY_IDLE;
    } else if (engine->query == QUERY_IDLE) {
        engine->query_attempt = attempt_begin(new_tag(engine));
        engine->query = QUERY_ASKS;
    }
}

static size_t send_query(struct engine *engine, int64_t now, uint8_t *frame)
{
    struct attempt *attempt = &engine->query_attempt;
    if (engine->query != QUERY_ASKS || now < attempt_due(attempt))
        return 0;
    attempt_sent(attempt, now);
    struct request_route route = route_to(engine, engine->settings.mac);
    return request_query(frame, &route, attempt->tag);
}

static size_t send_command(struct engine *engine, struct engine_command *command, int64_t now,
                           uint8_t *frame)
{
    const struct target_path *path = target_next(&engine->target);
    if (!path)
        return 0;
    memcpy(command->to, path->mac, AOE_MAC_BYTES);
    attempt_sent(&command->attempt, now);
    struct request_route route = route_to(engine, path->mac);
    struct request_command request = {.opcode = command->opcode,
                                      .lba = command->lba,
                                      .sectors = command->sectors,
                                      .data = command->data};
    return request_ata(frame, &route, command->attempt.tag, &request);
}

/* Sends a command again, unchanged but for the path: its content changes only where the target has
 * come to take fewer sectors. */
static size_t send_again(struct engine *engine, struct engine_command *command, int64_t now,
                         uint8_t *frame)
{
    if (command->attempt.sent)
        target_unanswered(&engine->target, command->to);
    if (command->opcode != ATA_IDENTIFY && command->sectors > sector_limit(engine))
        shape(engine, command, direction_of(command));
    return send_command(engine, command, now, frame);
}

static size_t send_due(struct engine *engine, int64_t now, uint8_t *frame)
{
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++) {
        struct engine_command *command = &engine->commands[i];
        if (command->open && now >= attempt_due(&command->attempt))
            return send_again(engine, command, now, frame);
    }
    return 0;
}

/* Never more than the target queues (clause i-bufcount), nor than the user wants. */
static bool window_is_open(const struct engine *engine)
{
    unsigned buffers = target_buffer_count(&engine->target);
    return engine->outstanding < engine->settings.depth && engine->outstanding < buffers;
}

/* Turns the next sectors of the transfers into a command. */
static struct engine_command *next_command(struct engine *engine)
{
    const struct engine_transfer *transfer = engine->transfers;
    struct engine_command *command = open_command(engine);
    if (!command)
        return NULL;
    uint8_t limit = sector_limit(engine);
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
    struct engine_command *command = next_command(engine);
    return command ? send_command(engine, command, now, frame) : 0;
}

static int64_t end_of(const struct engine *engine, const struct attempt *attempt)
{
    return attempt->sent ? attempt->first + engine->settings.deadline : INT64_MAX;
}

static void give_up(struct engine *engine, const struct attempt *attempt, const char *what)
{
    fail(engine, "%s: no %sanswer within %.3g s, sent %u times", what,
         attempt->refusals ? "good " : "", (double)engine->settings.deadline / ATTEMPT_SECOND,
         attempt->sent);
}

/* Gives up what has waited for too long (clause i-gone). */
static void expire(struct engine *engine, int64_t now)
{
    char text[COMMAND_TEXT];
    const struct attempt *query = &engine->query_attempt;
    if (engine->phase == PHASE_DISCOVERS && now >= end_of(engine, query)) {
        give_up(engine, query, "discovery");
        return;
    }
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++) {
        const struct engine_command *command = &engine->commands[i];
        if (command->open && now >= end_of(engine, &command->attempt)) {
            give_up(engine, &command->attempt, describe(text, command));
            return;
        }
    }
}

/* True where frames of the link carry no sector, which ends everything but the discovery. */
static bool link_is_too_small(struct engine *engine)
{
    if (engine->phase == PHASE_DISCOVERS || sector_limit(engine))
        return false;
    fail(engine, "an MTU of %u does not carry a sector", engine->settings.mtu);
    return true;
}

size_t engine_send(struct engine *engine, int64_t now, uint8_t frame[AOE_FRAME_MAX])
{
    if (engine_state(engine) == ENGINE_BUSY)
        expire(engine, now);
    if (engine_state(engine) != ENGINE_BUSY || link_is_too_small(engine))
        return 0;
    ask_where_stuck(engine);
    size_t length = send_query(engine, now, frame);
    if (!length)
        length = send_due(engine, now, frame);
    return length ? length : send_next(engine, now, frame);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t engine_wake(const struct engine *engine)
{
    int64_t wake = INT64_MAX;
    const struct attempt *query = &engine->query_attempt;
    if (engine_state(engine) != ENGINE_BUSY)
        return wake;
    if (engine->query == QUERY_ASKS)
        wake = earlier(wake, attempt_due(query));
    if (engine->phase == PHASE_DISCOVERS)
        wake = earlier(wake, end_of(engine, query));
    for (size_t i = 0; i < ENGINE_DEPTH_MAX; i++) {
        const struct attempt *attempt = &engine->commands[i].attempt;
        if (engine->commands[i].open)
            wake = earlier(wake, earlier(attempt_due(attempt), end_of(engine, attempt)));
    }
    return wake;
}

/* ---- receiving ---- */

/* Whether the frame is a response of the target, to this initiator or to everybody (i-match). */
static bool is_of_target(const struct engine *engine, const struct aoe_frame *frame)
{
    const struct engine_settings *settings = &engine->settings;
    return frame->extent >= AOE_EXTENT_HEADER && aoe_is_response(frame) &&
           frame->version == AOE_VERSION && frame->shelf == settings->shelf &&
           frame->slot == settings->slot && !aoe_mac_is_group(frame->source) &&
           memcmp(frame->source, settings->mac, AOE_MAC_BYTES) != 0;
}

static bool is_for_us(const struct engine *engine, const struct aoe_frame *frame)
{
    return memcmp(frame->destination, engine->settings.mac, AOE_MAC_BYTES) == 0;
}

static bool is_for_all(const struct aoe_frame *frame)
{
    static const uint8_t broadcast[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    return memcmp(frame->destination, broadcast, AOE_MAC_BYTES) == 0;
}

/* An error field without the flag contradicts itself: what it says is no success. */
static bool says_error(const struct aoe_frame *frame)
{
    return aoe_is_error(frame) || frame->error;
}

static const char *describe_error(char to[COMMAND_TEXT], uint8_t error)
{
    snprintf(to, COMMAND_TEXT, "AoE error %u (%s)", error, aoe_name_error(error));
    return to;
}

static void refuse_query(struct engine *engine, const struct aoe_frame *frame)
{
    char text[COMMAND_TEXT];
    if (engine->query == QUERY_ASKS && attempt_refuse(&engine->query_attempt) &&
        engine->phase == PHASE_DISCOVERS)
        fail(engine, "discovery: %s", describe_error(text, frame->error));
}

static void on_heard(struct engine *engine, bool answer)
{
    if (answer || engine->phase == PHASE_DISCOVERS)
        engine->query = QUERY_ANSWERED;
    if (engine->phase == PHASE_DISCOVERS)
        begin_identify(engine);
}

/* A config response: the answer to the query, also from a further address of the target, or an
 * advert, whose tag is 0. */
static void on_config(struct engine *engine, const struct aoe_frame *frame)
{
    const struct attempt *query = &engine->query_attempt;
    bool answer = query->sent && frame->tag == query->tag;
    if (!answer && frame->tag != 0)
        return;
    if (says_error(frame)) {
        if (answer)
            refuse_query(engine, frame);
        return;
    }
    enum target_news news = target_hear(&engine->target, frame);
    if (news == TARGET_HEARD)
        on_heard(engine, answer);
    else if (news == TARGET_NO_BUFFERS && answer && engine->phase == PHASE_DISCOVERS)
        fail(engine, "advertises a buffer count of 0: nothing may be sent to it");
}

static void refuse_command(struct engine *engine, struct engine_command *command, const char *what)
{
    if (attempt_refuse(&command->attempt))
        fail_command(engine, command, what);
}

static void on_aoe_error(struct engine *engine, struct engine_command *command, uint8_t error)
{
    char text[COMMAND_TEXT];
    describe_error(text, error);
    if (error == AOE_ERROR_DEVICE) /* may pass: it is sent again, some times */
        refuse_command(engine, command, text);
    else
        fail_command(engine, command, text);
}

static void on_ata_error(struct engine *engine, const struct engine_command *command,
                         const struct aoe_ata *ata)
{
    char status[COMMAND_TEXT], error[COMMAND_TEXT], text[ENGINE_TEXT];
    snprintf(text, sizeof text, "I/O error: status %s, error %s",
             aoe_name_status(status, sizeof status, ata->opcode),
             aoe_name_ata_error(error, sizeof error, ata->feature));
    fail_command(engine, command, text);
}

static void on_identity(struct engine *engine)
{
    ata_identify_decode(&engine->target.identity, engine->identity);
    engine->phase = PHASE_IDLE;
    if (!engine_capacity(engine))
        fail(engine, "IDENTIFY DEVICE: a disk without sectors");
}

/* What the frame asked for is done; sectors that it could not ask for are next. */
static void advance(struct engine *engine, struct engine_command *command)
{
    command->left -= command->sectors;
    if (command->left) {
        enum ata_direction direction = direction_of(command);
        command->lba += command->sectors;
        command->data += (size_t)command->sectors * AOE_SECTOR_BYTES;
        command->attempt = attempt_begin(0);
        shape(engine, command, direction);
        return;
    }
    command->open = false;
    engine->outstanding--;
    if (engine->phase == PHASE_IDENTIFIES)
        on_identity(engine);
    else if (!engine->outstanding && !has_next(engine))
        engine->phase = PHASE_IDLE;
}

/* The data of a read is taken only where all of it is there; what is more is padding, or none of
 * ours (clause i-short). */
static void on_success(struct engine *engine, struct engine_command *command,
                       const struct aoe_frame *frame)
{
    size_t need =
        direction_of(command) == ATA_DATA_IN ? (size_t)command->sectors * AOE_SECTOR_BYTES : 0;
    if (frame->payload.length < need) {
        char text[COMMAND_TEXT];
        snprintf(text, sizeof text, "%zu of %zu bytes of data came", frame->payload.length, need);
        refuse_command(engine, command, text);
        return;
    }
    if (need)
        memcpy(command->data, frame->payload.bytes, need);
    advance(engine, command);
}

static void on_ata(struct engine *engine, const struct aoe_frame *frame)
{
    struct engine_command *command = find_command(engine, frame->tag);
    if (!command || !command->attempt.sent || !is_for_us(engine, frame) ||
        !target_has(&engine->target, frame->source))
        return;
    bool error = says_error(frame);
    if (!error && frame->extent < AOE_EXTENT_ARGUMENT)
        return;
    target_answered(&engine->target, frame->source);
    if (error)
        on_aoe_error(engine, command, frame->error);
    else if (!ata_status_good(frame->ata.opcode))
        on_ata_error(engine, command, &frame->ata);
    else
        on_success(engine, command, frame);
}

void engine_receive(struct engine *engine, struct aoe_span bytes)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes.bytes, bytes.length, bytes.length);
    if (engine_state(engine) == ENGINE_FAILED || !is_of_target(engine, &frame))
        return;
    if (frame.command == AOE_COMMAND_CONFIG && (is_for_us(engine, &frame) || is_for_all(&frame)))
        on_config(engine, &frame);
    else if (frame.command == AOE_COMMAND_ATA)
        on_ata(engine, &frame);
}
