/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "serving.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/pattern.h"
#include "compose.h"
#include "expect.h"

static bool same_mac(const uint8_t *a, const uint8_t *b)
{
    return !memcmp(a, b, AOE_MAC_BYTES);
}

static bool fail(struct run *run, const char *what)
{
    if (!run->error)
        run->error = arena_print(run->arena, "%s:%u: %s", run->scenario->path,
                                 run->statement->at.line, what);
    return false;
}

/* ---- the medium ---- */

/* Every sector of the first 16 MiB names its LBA; a larger medium goes on with zeros. */
static int fill_medium(struct serving *serving)
{
    enum { STEP = 256 };
    uint8_t sectors[STEP * AOE_SECTOR_BYTES];
    if (ftruncate(serving->disk.fd, 0) ||
        ftruncate(serving->disk.fd, (off_t)SERVING_SECTORS * AOE_SECTOR_BYTES))
        return -1;
    for (uint64_t lba = 0; lba < SERVING_SECTORS; lba += STEP) {
        pattern_fill(sectors, lba, STEP, SERVING_SEED);
        if (pwrite(serving->disk.fd, sectors, sizeof sectors, (off_t)lba * AOE_SECTOR_BYTES) !=
            sizeof sectors)
            return -1;
    }
    return 0;
}

bool serving_medium(struct serving *serving, uint64_t lba, uint64_t count, uint8_t *to)
{
    const struct model_disk *disk = &serving->model.disk;
    return lba < disk->sectors && count <= disk->sectors - lba &&
           !disk->read(disk->user, lba, count, to);
}

static bool set_capacity(struct serving *serving, uint64_t sectors)
{
    if (!sectors || sectors >= ATA_LBA48_END ||
        ftruncate(serving->disk.fd, (off_t)(sectors * AOE_SECTOR_BYTES)))
        return false;
    serving->disk.sectors = sectors;
    const struct model_disk disk = disk_for_model(&serving->disk);
    model_set_disk(&serving->model, &disk);
    return true;
}

/* ---- what is served ---- */

static uint8_t sector_count(const struct serving *serving)
{
    return serving->sectors_given ? serving->sectors : model_sector_count(&serving->model);
}

static void set_facts(struct serving *serving)
{
    const struct model *model = &serving->model;
    uint64_t *facts = serving->facts;
    facts[FACT_SHELF] = model->shelf;
    facts[FACT_SLOT] = model->slot;
    facts[FACT_TARGET] = aoe_mac_number(serving->macs[0]);
    facts[FACT_INITIATOR] = aoe_mac_number(serving->initiator);
    facts[FACT_MTU] = link_mtu(serving->session->link);
    facts[FACT_SECTORS] = aoe_sectors_allowed(sector_count(serving));
    facts[FACT_BUFFERS] = model->buffer_count;
    facts[FACT_FIRMWARE] = model->firmware;
    facts[FACT_CAPACITY] = model->disk.sectors;
    facts[FACT_LAST] = model->disk.sectors - 1;
    facts[FACT_LBA28] = model->disk.sectors > ATA_LBA28_END;
    facts[FACT_LBA48] = facts[FACT_ATA] = facts[FACT_MASKS] = facts[FACT_RESERVE] = 1;
    facts[FACT_READ_ONLY] = model->read_only;
    facts[FACT_WRITABLE] = !model->read_only;
    facts[FACT_PATIENCE] = (uint64_t)(serving->patience / 1000000);
    uint8_t other[AOE_MAC_BYTES];
    session_mac(serving->session, SCENARIO_HOSTS, other);
    facts[FACT_OTHER] = aoe_mac_number(other);
}

int serving_open(struct serving *serving, struct session *session, const char **reason)
{
    serving->session = session;
    serving->disk.fd = memfd_create("medium", MFD_CLOEXEC);
    if (serving->disk.fd < 0 || fill_medium(serving) ||
        watch_open(&serving->watch, session, link_mtu(session->link))) {
        *reason = arena_print(session->arena, "no memory for the medium: %s", strerror(errno));
        return -1;
    }
    serving_begin(serving, NULL);
    return 0;
}

void serving_close(struct serving *serving)
{
    watch_close(&serving->watch);
    if (serving->disk.fd >= 0)
        close(serving->disk.fd);
}

void serving_begin(struct serving *serving, struct run *run)
{
    struct session *session = serving->session;
    serving->run = run;
    if (run)
        fill_medium(serving);
    serving->disk.sectors = SERVING_SECTORS;
    const struct model_disk disk = disk_for_model(&serving->disk);
    model_init(&serving->model, session->target->shelf, session->target->slot, &disk);
    serving->model.mtu = link_mtu(session->link);
    memcpy(serving->macs[0], link_mac(session->link), AOE_MAC_BYTES);
    memcpy(serving->model.mac, serving->macs[0], AOE_MAC_BYTES);
    serving->mac_count = 1;
    serving->sectors_given = false;
    serving->rule_count = serving->heard_count = serving->seen = 0;
    serving->delayed = NULL;
    watch_begin(&serving->watch);
    set_facts(serving);
}

/* ---- answering ---- */

static void transmit(struct serving *serving, struct aoe_span bytes, const struct event *request,
                     const struct statement *statement)
{
    char text[160];
    int64_t time;
    struct session *session = serving->session;
    struct aoe_frame frame;
    const char *why = gate_refuses(&session->gate, bytes.bytes, bytes.length, text, sizeof text);
    if (why && serving->run)
        serving->run->error = arena_text(session->arena, why);
    if (why)
        return;
    if (link_send(session->link, bytes.bytes, bytes.length, &time, text, sizeof text)) {
        session->link_error = arena_text(session->arena, text);
        return;
    }
    struct event *event = session_log(session, true, time, bytes.bytes, bytes.length);
    event->host = "target";
    event->request = request;
    event->line = statement ? statement->at.line : 0;
    event->statement = statement ? statement->text : "";
    aoe_frame_decode(&frame, event->frame.bytes, bytes.length, bytes.length);
    watch_response(&serving->watch, event, &frame);
}

static void send_at(struct serving *serving, int64_t due, struct aoe_span bytes,
                    const struct event *request, const struct statement *statement)
{
    struct arena *arena = serving->session->arena;
    if (due <= link_now()) {
        transmit(serving, bytes, request, statement);
        return;
    }
    struct serving_delayed *delayed = arena_new(arena, sizeof *delayed), **at = &serving->delayed;
    *delayed =
        (struct serving_delayed){due,
                                 {arena_bytes(arena, bytes.bytes, bytes.length), bytes.length},
                                 request,
                                 statement,
                                 NULL};
    while (*at && (*at)->due <= due)
        at = &(*at)->next;
    delayed->next = *at;
    *at = delayed;
}

int64_t serving_turn(struct serving *serving, int64_t until)
{
    while (serving->delayed && serving->delayed->due <= link_now()) {
        struct serving_delayed *due = serving->delayed;
        serving->delayed = due->next;
        transmit(serving, due->frame, due->request, due->statement);
    }
    return serving->delayed && serving->delayed->due < until ? serving->delayed->due : until;
}

/* The model's answer as it is served: the sector count may be another than the MTU carries. */
static size_t finish(const struct serving *serving, uint8_t *bytes, size_t length)
{
    static const char name[] = "sector-count";
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    if (length && serving->sectors_given && frame.command == AOE_COMMAND_CONFIG)
        aoe_field_set(aoe_field_find(name, AOE_COMMAND_CONFIG), bytes, length, serving->sectors);
    return length;
}

/* Gives expressions the request that is answered, and the model's answer. */
static void set_speakers(struct run *run, struct request *request, const struct event *answer,
                         struct request *room)
{
    *room = *request;
    room->reply = answer;
    aoe_frame_decode(&room->reply_frame, answer->frame.bytes, answer->frame.length,
                     answer->frame.length);
    run->last[SPEAKER_REQUEST] = request;
    run->last[SPEAKER_RESPONSE] = room;
}

static void answer_otherwise(struct serving *serving, const struct statement *statement,
                             struct request *request, struct aoe_span bytes)
{
    struct run *run = serving->run;
    const struct reaction *reaction = &statement->initiator->reaction;
    const struct statement *now = run->statement;
    const struct event answer = {.frame = bytes};
    struct request room;
    uint8_t *changed = session_room(serving->session, &serving->session->frame);
    set_speakers(run, request, &answer, &room);
    run->statement = statement;
    for (size_t i = 0; i < reaction->count && !run->error; i++) {
        const struct send *send = reaction->answers[i];
        size_t length = compose_answer(run, send, &request->frame, bytes, changed);
        int64_t due = send->delay ? link_now() + expect_milliseconds(run, send->delay) : 0;
        if (length)
            send_at(serving, due, (struct aoe_span){changed, length}, request->event, statement);
    }
    run->last[SPEAKER_RESPONSE] = NULL;
    run->statement = now;
}

/* One answer of the model: from the MAC that was asked, or from the one given. */
static void answer_from(struct serving *serving, const struct statement *statement,
                        struct request *request, const uint8_t *mac)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    const struct reaction *reaction = statement ? &statement->initiator->reaction : NULL;
    memcpy(serving->model.mac, mac, AOE_MAC_BYTES);
    size_t length =
        finish(serving, bytes, model_answer(&serving->model, request->event->frame, bytes));
    if (!length || (reaction && reaction->drop))
        return;
    if (reaction)
        answer_otherwise(serving, statement, request, (struct aoe_span){bytes, length});
    else
        transmit(serving, (struct aoe_span){bytes, length}, request->event, NULL);
}

static bool same_kind(int named, uint8_t sent)
{
    const struct ata_opcode *a = ata_opcode_find((uint8_t)named), *b = ata_opcode_find(sent);
    if (a && b && a->addressed)
        return b->addressed && a->direction == b->direction;
    if (named == ATA_FLUSH || named == ATA_FLUSH_EXT)
        return sent == ATA_FLUSH || sent == ATA_FLUSH_EXT;
    return named == sent;
}

static bool is_operation(const struct request_pattern *pattern, const struct aoe_frame *frame)
{
    if (pattern->operation < 0)
        return true;
    if (frame->extent < AOE_EXTENT_ARGUMENT)
        return false;
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        return same_kind(pattern->operation, frame->ata.opcode);
    case AOE_COMMAND_CONFIG:
        return frame->config.ccmd == pattern->operation;
    case AOE_COMMAND_MASK:
        return frame->mask.mcmd == pattern->operation;
    default:
        return frame->reserve.rcmd == pattern->operation;
    }
}

bool serving_matches(struct run *run, const struct request_pattern *pattern,
                     const struct request *request)
{
    const struct aoe_frame *frame = &request->frame;
    uint64_t command = pattern->number ? evaluate_number(run, pattern->number) : 0;
    if (pattern->number && frame->command != command)
        return false;
    if (pattern->command >= 0 && frame->command != pattern->command)
        return false;
    if (!is_operation(pattern, frame))
        return false;
    for (size_t i = 0; i < pattern->conditions.count; i++) {
        struct row row = {0};
        if (!evaluate_condition(run, &pattern->conditions.conditions[i], request, &row))
            return false;
    }
    return true;
}

/* The first rule whose turn it is; the others count the request all the same. */
static const struct statement *rule_for(struct serving *serving, const struct request *request)
{
    const struct statement *found = NULL;
    for (size_t i = 0; serving->run && i < serving->rule_count; i++) {
        struct serving_rule *rule = &serving->rules[i];
        if (!serving_matches(serving->run, &rule->statement->initiator->pattern, request))
            continue;
        rule->matched++;
        if (!found && rule->matched >= rule->first && rule->matched <= rule->last)
            found = rule->statement;
    }
    return found;
}

static void answer(struct serving *serving, struct request *request)
{
    const struct statement *rule = rule_for(serving, request);
    bool group = aoe_mac_is_group(request->frame.destination);
    if (rule && rule->initiator->reaction.ignore)
        return;
    for (size_t i = 0; i < serving->mac_count; i++)
        if (group || same_mac(request->frame.destination, serving->macs[i]))
            answer_from(serving, rule, request, serving->macs[i]);
}

/* ---- hearing ---- */

/* Keeps the request in the form that conditions look at: as if it were a response. */
static struct request *hear(struct serving *serving, const struct received *received)
{
    struct session *session = serving->session;
    struct event *event =
        session_log(session, false, received->time, received->bytes, received->length);
    struct request *request = arena_new(session->arena, sizeof *request);
    event->host = "initiator";
    request->event = request->reply = event;
    aoe_frame_decode(&request->frame, event->frame.bytes, event->frame.length, event->frame.length);
    request->reply_frame = request->frame;
    request->result = session->result;
    serving->heard =
        arena_grow(session->arena, serving->heard, serving->heard_count, sizeof *serving->heard);
    serving->heard[serving->heard_count++] = request;
    return request;
}

/* The initiator is whoever the user has named, or the first to ask for this shelf and slot. */
static bool is_from_initiator(struct serving *serving, const struct aoe_frame *frame)
{
    const struct model *model = &serving->model;
    if (!serving->initiator_known) {
        bool asked = aoe_address_reaches(frame->shelf, frame->slot, model->shelf, model->slot);
        if (frame->extent < AOE_EXTENT_HEADER || !asked || aoe_mac_is_group(frame->source) ||
            (serving->only && !same_mac(frame->source, serving->only)))
            return false;
        memcpy(serving->initiator, frame->source, AOE_MAC_BYTES);
        serving->initiator_known = true;
        memcpy(serving->session->gate.target, frame->source, AOE_MAC_BYTES);
        serving->session->gate.target_known = true;
        set_facts(serving);
    }
    return same_mac(frame->source, serving->initiator);
}

static bool is_for_us(const struct serving *serving, const struct aoe_frame *frame)
{
    bool ours = aoe_mac_is_group(frame->destination);
    for (size_t i = 0; i < serving->mac_count; i++)
        ours |= same_mac(frame->destination, serving->macs[i]);
    return ours;
}

void serving_take(struct serving *serving, const struct received *received)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, received->bytes, received->length, received->length);
    if (frame.extent < AOE_EXTENT_ETHERNET || aoe_is_response(&frame) ||
        !is_from_initiator(serving, &frame))
        return;
    struct request *request = hear(serving, received);
    watch_request(&serving->watch, request->event, &request->frame);
    if (is_for_us(serving, &frame))
        answer(serving, request);
}

/* ---- statements ---- */

/* The model's limit follows from the MTU: as much as is said is served, but no more than the link
 * carries. */
static bool serve_sectors(struct serving *serving, uint64_t value)
{
    enum { HEADER = AOE_ATA_BYTES - AOE_ETHERNET_BYTES };
    struct model *model = &serving->model;
    uint32_t mtu = HEADER + (uint32_t)aoe_sectors_allowed((uint8_t)value) * AOE_SECTOR_BYTES;
    uint32_t most = link_mtu(serving->session->link);
    serving->sectors_given = true;
    serving->sectors = (uint8_t)value;
    model->mtu = mtu < most ? mtu : most;
    return value <= UINT8_MAX;
}

static bool serve_number(struct serving *serving, enum served what, uint64_t value)
{
    struct model *model = &serving->model;
    switch (what) {
    case SERVED_BUFFERS:
        model->buffer_count = (uint16_t)value;
        return value <= UINT16_MAX;
    case SERVED_SECTORS:
        return serve_sectors(serving, value);
    case SERVED_FIRMWARE:
        model->firmware = (uint16_t)value;
        return value <= UINT16_MAX;
    case SERVED_CAPACITY:
        return set_capacity(serving, value);
    case SERVED_READ_ONLY:
        model->read_only = value;
        return value <= 1;
    case SERVED_SHELF:
        model->shelf = (uint16_t)value;
        return value < AOE_SHELF_ALL;
    default:
        model->slot = (uint8_t)value;
        return value < AOE_SLOT_ALL;
    }
}

static bool serve_macs(struct serving *serving, struct value list)
{
    if (!list.length || list.length > SERVING_MACS)
        return false;
    for (size_t i = 0; i < list.length; i++)
        aoe_mac_from_number(list.items[i], serving->macs[i]);
    serving->mac_count = list.length;
    return true;
}

static bool serve_string(struct serving *serving, struct value string)
{
    struct model_settings *settings = &serving->model.settings;
    if (string.length > AOE_STRING_MAX)
        return false;
    memcpy(settings->string, string.bytes, string.length);
    settings->length = (uint16_t)string.length;
    return true;
}

static bool serve_one(struct serving *serving, enum served what, struct value value)
{
    if (what == SERVED_MACS)
        return serve_macs(serving, value);
    if (what == SERVED_STRING)
        return serve_string(serving, value);
    return serve_number(serving, what, value.number);
}

bool serving_serve(struct serving *serving, const struct statement *statement)
{
    struct run *run = serving->run;
    const struct initiator_part *part = statement->initiator;
    if (part->normally)
        serving->rule_count = 0;
    for (enum served what = 0; what < SERVED_COUNT; what++)
        if (part->served[what]) {
            struct value value = evaluate(run, part->served[what], NULL);
            if (!run->error && !serve_one(serving, what, value))
                return fail(run, "no target can say this of itself");
        }
    set_facts(serving);
    return !run->error;
}

bool serving_when(struct serving *serving, const struct statement *statement)
{
    struct run *run = serving->run;
    const struct reaction *reaction = &statement->initiator->reaction;
    struct serving_rule rule = {.statement = statement, .first = 1, .last = UINT64_MAX};
    if (reaction->first) {
        rule.first = evaluate_number(run, reaction->first);
        rule.last = evaluate_number(run, reaction->last);
    }
    if (!run->error && (!rule.first || rule.last < rule.first))
        return fail(run, "requests are counted from 1 upwards");
    serving->rules = arena_grow(run->arena, serving->rules, serving->rule_count, sizeof rule);
    serving->rules[serving->rule_count++] = rule;
    return !run->error;
}

bool serving_announce(struct serving *serving, const struct statement *statement)
{
    struct run *run = serving->run;
    static uint8_t bytes[AOE_FRAME_MAX];
    uint8_t *changed = session_room(serving->session, &serving->session->frame);
    for (size_t i = 0; i < serving->mac_count; i++) {
        struct aoe_frame none = {.command = AOE_COMMAND_CONFIG};
        memcpy(serving->model.mac, serving->macs[i], AOE_MAC_BYTES);
        size_t length = finish(serving, bytes, model_advert(&serving->model, bytes));
        length = length ? compose_answer(run, statement->send, &none,
                                         (struct aoe_span){bytes, length}, changed)
                        : 0;
        if (!length)
            return fail(run, "the link does not carry an announcement");
        transmit(serving, (struct aoe_span){changed, length}, NULL, statement);
    }
    return true;
}
