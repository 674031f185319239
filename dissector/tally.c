/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tally.h"

#include "protocol/ata.h"

/* One frame on its way. */
struct step {
    const struct tally_frame *frame;
    const struct aoe_frame *aoe;
    const struct history_exchange *exchange;
    enum operation operation;
    uint32_t index; /* of the pair */
    struct pair *pair;
    struct measure *measure;
};

int tally_open(struct tally *tally, int64_t patience)
{
    *tally = (struct tally){.patience = patience};
    if (traffic_open(&tally->traffic) < 0)
        return -1;
    waiting_open(&tally->waiting);
    return 0;
}

void tally_close(struct tally *tally)
{
    traffic_close(&tally->traffic);
    waiting_close(&tally->waiting);
    *tally = (struct tally){.frames = 0};
}

enum operation tally_operation(const struct aoe_frame *frame,
                               const struct history_exchange *exchange)
{
    bool known = exchange->kind != AOE_EXCHANGE_UNSOLICITED;
    return operation_of(frame->command, known ? exchange->opcode : 0);
}

static bool is_ata_error(const struct aoe_frame *frame)
{
    return frame->command == AOE_COMMAND_ATA && frame->extent == AOE_EXTENT_ARGUMENT &&
           (frame->ata.opcode & (ATA_STATUS_ERR | ATA_STATUS_DF));
}

bool tally_failed(const struct aoe_frame *frame)
{
    return aoe_is_error(frame) || is_ata_error(frame);
}

static void count_time(struct tally *tally, int64_t time)
{
    int64_t back;
    if (!tally->frames++) {
        tally->start = tally->end = tally->latest = time;
        return;
    }
    tally->start = time < tally->start ? time : tally->start;
    tally->end = time > tally->end ? time : tally->end;
    if (time < tally->latest) {
        if (__builtin_sub_overflow(tally->latest, time, &back))
            back = INT64_MAX;
        tally->steps_back++;
        tally->step_back_max = back > tally->step_back_max ? back : tally->step_back_max;
    }
    tally->latest = time;
}

/* ---- what is outstanding ---- */

static void give_up(struct tally *tally, struct waiting_command *command, int64_t until)
{
    traffic_down(&tally->traffic, tally->traffic.pairs[command->pair], until);
    waiting_give_up(&tally->waiting, command);
}

static void give_up_all(struct tally *tally)
{
    struct waiting_command *command;
    while ((command = waiting_oldest(&tally->waiting)) != NULL)
        give_up(tally, command, command->last_sent);
}

static int64_t later_by(int64_t time, int64_t duration)
{
    int64_t later;
    return __builtin_add_overflow(time, duration, &later) ? INT64_MAX : later;
}

/* As the exchanges do it: the oldest first, and all where the time says that another recording
 * begins. */
static void move_clock(struct tally *tally, int64_t time)
{
    struct waiting *waiting = &tally->waiting;
    struct waiting_command *command;
    bool restart = tally->frames && later_by(time, tally->patience) < waiting->clock;
    if (restart)
        give_up_all(tally);
    if (!tally->frames || restart || time > waiting->clock)
        waiting->clock = time;
    while ((command = waiting_oldest(waiting)) != NULL &&
           later_by(command->touched, tally->patience) < waiting->clock)
        give_up(tally, command, later_by(command->last_sent, tally->patience));
}

/* ---- requests ---- */

static void count_transfer(const struct step *step)
{
    const struct aoe_ata *ata = &step->aoe->ata;
    uint64_t lba = aoe_ata_lba(ata);
    measure_transfer(step->measure, lba, ata->count);
    traffic_seek(step->pair, lba, ata->count);
}

static void count_first(struct tally *tally, const struct step *step)
{
    int64_t time = step->frame->time;
    step->measure->commands++;
    waiting_add(&tally->waiting, step->frame->number, step->index, step->operation, time);
    traffic_begins(&tally->traffic, step->pair, time);
    traffic_up(&tally->traffic, step->pair, time);
    if (step->operation == OPERATION_READ || step->operation == OPERATION_WRITE)
        count_transfer(step);
}

static void count_repeat(struct tally *tally, const struct step *step)
{
    const struct history_exchange *exchange = step->exchange;
    struct measure *measure = step->measure;
    struct waiting_command *command = waiting_find(&tally->waiting, exchange->first);
    bool again = exchange->previous != exchange->first;
    if (exchange->kind == AOE_EXCHANGE_REPEAT)
        measure->same_tag++;
    else
        measure->new_tag++;
    measure->repeated_commands += !again;
    latency_add(&tally->traffic.pool, again ? &measure->later_repeat : &measure->first_repeat,
                exchange->since_last);
    if (!command)
        return;
    if (command->given_up)
        traffic_up(&tally->traffic, step->pair, step->frame->time);
    waiting_sent(&tally->waiting, command, step->frame->time);
}

static void count_request(struct tally *tally, const struct step *step)
{
    step->measure->requests++;
    if (step->exchange->kind == AOE_EXCHANGE_REQUEST)
        count_first(tally, step);
    else
        count_repeat(tally, step);
}

/* ---- responses ---- */

static void count_errors(struct measure *measure, const struct aoe_frame *frame)
{
    if (aoe_is_error(frame))
        measure_aoe_error(measure, frame->error);
    else if (is_ata_error(frame))
        measure_ata_error(measure, frame->ata.feature);
}

static void count_latency(struct tally *tally, const struct step *step)
{
    struct latency_pool *pool = &tally->traffic.pool;
    struct measure *measure = step->measure;
    if (!step->exchange->repeats) {
        latency_add(pool, &measure->plain, step->exchange->since_first);
        return;
    }
    latency_add(pool, &measure->round_trip, step->exchange->since_last);
    latency_add(pool, &measure->command, step->exchange->since_first);
}

static void count_slow(struct tally *tally, const struct step *step)
{
    const struct history_exchange *exchange = step->exchange;
    const struct aoe_frame *frame = step->aoe;
    const struct command command = {
        .first_frame = exchange->first,
        .answer_frame = step->frame->number,
        .time = step->frame->time - exchange->since_first,
        .latency = exchange->since_first,
        .round_trip = exchange->since_last,
        .lba = exchange->lba,
        .repeats = exchange->repeats,
        .pair = step->index,
        .operation = step->operation,
        .sectors = exchange->count,
        .error = aoe_is_error(frame) ? frame->error : 0,
        .ata_error = is_ata_error(frame) ? frame->ata.feature : 0,
    };
    slowest_add(&tally->slowest, &command);
}

/* The command is over. It counts where it was sent: a broadcast under the broadcast address. */
static void close_command(struct tally *tally, const struct step *step,
                          struct waiting_command *command)
{
    struct pair *pair = tally->traffic.pairs[command->pair];
    struct measure *measure = pair->measures[command->operation];
    measure->answered++;
    if (!command->given_up && !traffic_down(&tally->traffic, pair, step->frame->time))
        traffic_idles(pair, step->frame->time);
    if (command->pair == step->index)
        waiting_remove(&tally->waiting, command);
    else
        waiting_answered(&tally->waiting, command);
}

static void count_answer(struct tally *tally, const struct step *step)
{
    struct waiting_command *command = waiting_find(&tally->waiting, step->exchange->first);
    bool transfer = step->operation == OPERATION_READ || step->operation == OPERATION_WRITE;
    count_errors(step->measure, step->aoe);
    if (transfer && !tally_failed(step->aoe))
        step->measure->bytes += (uint64_t)step->exchange->count * AOE_SECTOR_BYTES;
    step->measure->answers_to_broadcast += command && command->pair != step->index;
    count_latency(tally, step);
    count_slow(tally, step);
    if (command && step->exchange->closes)
        close_command(tally, step, command);
}

static bool is_advert(const struct aoe_frame *frame)
{
    return frame->command == AOE_COMMAND_CONFIG &&
           (aoe_mac_is_group(frame->destination) || !frame->tag);
}

static void note_sender(struct tally *tally, const struct step *step)
{
    const struct aoe_frame *frame = step->aoe;
    struct traffic_target *target = tally->traffic.targets[step->pair->target];
    bool broadcast = frame->shelf == AOE_SHELF_ALL || frame->slot == AOE_SLOT_ALL;
    traffic_answers_from(target, frame->source);
    if (frame->command != AOE_COMMAND_CONFIG || broadcast || aoe_is_error(frame) ||
        frame->extent != AOE_EXTENT_ARGUMENT)
        return;
    target->advertised = true;
    target->buffer_count = frame->config.buffer_count;
    target->sector_count = frame->config.sector_count;
    target->firmware = frame->config.firmware;
}

static void count_response(struct tally *tally, const struct step *step)
{
    struct measure *measure = step->measure;
    measure->responses++;
    note_sender(tally, step);
    switch (step->exchange->kind) {
    case AOE_EXCHANGE_ANSWER:
        count_answer(tally, step);
        break;
    case AOE_EXCHANGE_DUPLICATE:
        measure->duplicate++;
        break;
    case AOE_EXCHANGE_LATE:
        measure->late++;
        measure->spurious += !step->exchange->given_up;
        break;
    default:
        measure->unsolicited++;
        measure->adverts += is_advert(step->aoe);
    }
}

static void note_size(struct tally *tally, const struct step *step)
{
    size_t wire = step->aoe->wire_length;
    uint32_t size = wire > AOE_ETHERNET_BYTES ? (uint32_t)(wire - AOE_ETHERNET_BYTES) : 0;
    tally->wire_bytes += wire + aoe_vlan_bytes(step->frame->vlan);
    if (size > step->measure->largest_frame)
        step->measure->largest_frame = size;
}

int tally_add(struct tally *tally, const struct tally_frame *frame)
{
    struct step step = {.frame = frame, .aoe = frame->frame, .exchange = frame->exchange};
    if (!frame->exchange) {
        tally->cut_frames++;
        return -1;
    }
    struct pair_key key = {.shelf = step.aoe->shelf, .slot = step.aoe->slot, .vlan = frame->vlan};
    bool response = aoe_is_response(step.aoe);
    memcpy(key.initiator, response ? step.aoe->destination : step.aoe->source, AOE_MAC_BYTES);
    move_clock(tally, frame->time);
    count_time(tally, frame->time);
    int index = traffic_pair(&tally->traffic, &key);
    if (index < 0)
        return -1;
    step.index = (uint32_t)index;
    step.pair = tally->traffic.pairs[index];
    step.operation = tally_operation(step.aoe, step.exchange);
    step.measure = traffic_measure(&tally->traffic, step.pair, step.operation);
    if (!step.measure)
        return -1;
    note_size(tally, &step);
    if (response)
        count_response(tally, &step);
    else
        count_request(tally, &step);
    return index;
}

/* ---- at the end ---- */

static void forget_outcomes(struct traffic *traffic)
{
    for (size_t i = 0; i < traffic->pair_count; i++)
        for (unsigned operation = 0; operation < OPERATIONS; operation++) {
            struct measure *measure = traffic->pairs[i]->measures[operation];
            if (measure)
                measure->unanswered = measure->unanswered_once = measure->open = 0;
        }
}

static void count_outcome(struct tally *tally, const struct history *history,
                          const struct waiting_command *command)
{
    struct history_exchange exchange = {.open = true};
    struct measure *measure = tally->traffic.pairs[command->pair]->measures[command->operation];
    bool known = history && history_find(history, command->first, command->last_sent, &exchange);
    if (command->answered)
        return;
    if (known && exchange.unanswered) {
        measure->unanswered++;
        measure->unanswered_once += !exchange.next;
    } else if (!known || !exchange.answer) {
        measure->open++;
    }
}

void tally_settle(struct tally *tally, const struct history *history)
{
    GHashTableIter commands;
    gpointer command;
    forget_outcomes(&tally->traffic);
    g_hash_table_iter_init(&commands, tally->waiting.commands);
    while (g_hash_table_iter_next(&commands, NULL, &command))
        count_outcome(tally, history, command);
    if (tally->frames)
        traffic_end(&tally->traffic, tally->end);
}

uint64_t tally_duration(const struct tally *tally)
{
    return tally->frames ? (uint64_t)tally->end - (uint64_t)tally->start : 0;
}
