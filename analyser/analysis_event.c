/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis_event.h"

#include "protocol/ata.h"

const struct aoe_frame *step_frame(struct analysis *analysis, struct step *step)
{
    uint32_t vlan;
    if (!step->frame) {
        unwrap(&analysis->unwrapper, step->captured, step->decoded, &vlan);
        step->frame = step->decoded;
    }
    return step->frame;
}

static struct pair *pair_of_mark(const struct analysis *analysis, uint32_t mark)
{
    return analysis->figures.traffic.pairs[mark / ANALYSIS_MARKS];
}

static enum operation operation_of_mark(uint32_t mark)
{
    return (enum operation)(mark % ANALYSIS_MARKS);
}

static bool is_broadcast(const struct pair *pair)
{
    return pair->key.shelf == AOE_SHELF_ALL || pair->key.slot == AOE_SLOT_ALL;
}

/* The index of the pair that a frame belongs to, -1 without memory. */
static int pair_of(struct analysis *analysis, const struct step *step)
{
    const struct aoe_exchange_reading *reading = &step->sample->reading;
    struct pair_words words =
        pair_words(aoe_exchange_initiator(reading), aoe_exchange_shelf(reading),
                   aoe_exchange_slot(reading), step->sample->vlan);
    int pair = traffic_pair_by_words(&analysis->figures.traffic, words);
    if (pair < 0)
        analysis->out_of_memory = true;
    return pair;
}

static struct measure *measure_of(struct analysis *analysis, struct pair *pair,
                                  enum operation operation)
{
    struct measure *measure = pair->measures[operation];
    if (!measure)
        measure = traffic_measure(&analysis->figures.traffic, pair, operation);
    if (!measure)
        analysis->out_of_memory = true;
    return measure;
}

static void note_size(struct measure *measure, const struct step *step)
{
    uint32_t size = step->sample->wire_length;
    size -= size < AOE_ETHERNET_BYTES ? size : AOE_ETHERNET_BYTES;
    if (size > measure->largest_frame)
        measure->largest_frame = size;
}

static struct timeline_bin *total_bin(struct analysis *analysis, const struct step *step)
{
    return &analysis->figures.timeline.total[step->bin];
}

/* The bin of the pair's target, or one that nobody reads where it has none. */
static struct timeline_bin *target_bin(struct analysis *analysis, const struct pair *pair,
                                       const struct step *step)
{
    struct timeline_bin *row = timeline_target(&analysis->figures.timeline, pair->target);
    return row ? &row[step->bin] : &analysis->spare;
}

static void raise(uint64_t *most, uint64_t value)
{
    *most = value > *most ? value : *most;
}

/* One command more is outstanding. */
static void up(struct analysis *analysis, struct pair *pair, const struct step *step)
{
    struct traffic *traffic = &analysis->figures.traffic;
    traffic_up(traffic, pair, step->sample->time);
    raise(&total_bin(analysis, step)->outstanding_max, traffic->level.now);
    raise(&target_bin(analysis, pair, step)->outstanding_max,
          traffic->targets[pair->target]->level.now);
}

static uint64_t lba_of(const struct aoe_exchange_event *event)
{
    return event->aflags & AOE_ATA_EXTENDED ? event->lba : event->lba & (ATA_LBA28_END - 1);
}

static void count_transfer(struct analysis *analysis, struct pair *pair, struct measure *measure,
                           const struct aoe_exchange_event *event, const struct step *step,
                           bool write)
{
    uint64_t lba = lba_of(event);
    measure_transfer(measure, lba, event->count);
    traffic_seek(pair, lba, event->count);
    timeline_position(&analysis->figures.timeline, step->bin, lba, write);
}

static void count_request(struct analysis *analysis, const struct aoe_exchange_event *event,
                          const struct step *step)
{
    int index = pair_of(analysis, step);
    if (index < 0)
        return;
    enum operation operation =
        operation_of(aoe_exchange_command(&step->sample->reading), event->opcode);
    struct pair *pair = analysis->figures.traffic.pairs[index];
    struct measure *measure = measure_of(analysis, pair, operation);
    if (!measure)
        return;
    aoe_exchanges_mark(analysis->exchanges, analysis_mark((uint32_t)index, operation));
    measure->requests++;
    measure->commands++;
    note_size(measure, step);
    traffic_begins(&analysis->figures.traffic, pair, step->sample->time);
    up(analysis, pair, step);
    total_bin(analysis, step)->commands++;
    target_bin(analysis, pair, step)->commands++;
    if (operation == OPERATION_READ || operation == OPERATION_WRITE)
        count_transfer(analysis, pair, measure, event, step, operation == OPERATION_WRITE);
}

/* A command that was given up is not: its repeat says that the initiator still waits. */
static void revive(struct analysis *analysis, struct pair *pair, struct measure *measure,
                   const struct aoe_exchange_event *event, const struct step *step)
{
    measure->unanswered--;
    if (event->repeats == 1)
        measure->unanswered_once--;
    up(analysis, pair, step);
}

static void count_repeat(struct analysis *analysis, const struct aoe_exchange_event *event,
                         const struct step *step)
{
    struct latency_pool *pool = &analysis->figures.traffic.pool;
    struct pair *pair = pair_of_mark(analysis, event->mark);
    struct measure *measure = measure_of(analysis, pair, operation_of_mark(event->mark));
    if (!measure)
        return;
    measure->requests++;
    note_size(measure, step);
    if (event->kind == AOE_EXCHANGE_REPEAT)
        measure->same_tag++;
    else
        measure->new_tag++;
    if (event->repeats == 1)
        measure->repeated_commands++;
    latency_add_soon(pool, event->repeats == 1 ? &measure->first_repeat : &measure->later_repeat,
                     event->since_last);
    if (event->given_up)
        revive(analysis, pair, measure, event, step);
    total_bin(analysis, step)->repeats++;
    target_bin(analysis, pair, step)->repeats++;
}

static bool is_ata_error(const struct sample *sample)
{
    return sample->opcode & (ATA_STATUS_ERR | ATA_STATUS_DF);
}

/* True where the answer says that the command failed. */
static bool count_errors(struct measure *measure, const struct sample *sample)
{
    if (sample->flags & AOE_FLAG_ERROR) {
        measure_aoe_error(measure, sample->error);
        return true;
    }
    if (!is_ata_error(sample))
        return false;
    measure_ata_error(measure, sample->feature);
    return true;
}

static void count_latency(struct analysis *analysis, struct measure *measure,
                          const struct aoe_exchange_event *event)
{
    struct latency_pool *pool = &analysis->figures.traffic.pool;
    if (!event->repeats) {
        latency_add_soon(pool, &measure->plain, event->since_first);
        return;
    }
    latency_add_soon(pool, &measure->round_trip, event->since_last);
    latency_add_soon(pool, &measure->command, event->since_first);
}

static void count_in_bin(struct timeline_bin *bin, const struct aoe_exchange_event *event,
                         enum operation operation, uint64_t bytes, bool failed)
{
    bin->answers++;
    bin->errors += failed;
    bin->latency_sum += (uint64_t)event->since_first;
    bin->latency_max =
        event->since_first > bin->latency_max ? event->since_first : bin->latency_max;
    uint64_t read = bytes & (0 - (uint64_t)(operation == OPERATION_READ));
    bin->read_bytes += read;
    bin->written_bytes += bytes - read;
}

static void hand_over(struct analysis *analysis, const struct aoe_exchange_event *event,
                      const struct step *step, uint32_t pair, enum operation operation)
{
    struct slowest *slowest = &analysis->figures.slowest;
    if (!analysis->sink && slowest->count == SLOWEST &&
        event->since_first < slowest->commands[SLOWEST - 1].latency)
        return;
    const struct sample *sample = step->sample;
    struct command command = {
        .first_frame = event->request_first,
        .answer_frame = step->number,
        .time = step->sample->time - event->since_first,
        .latency = event->since_first,
        .round_trip = event->since_last,
        .lba = lba_of(event),
        .repeats = event->repeats,
        .pair = pair,
        .operation = operation,
        .sectors = event->count,
        .error = sample->flags & AOE_FLAG_ERROR ? sample->error : 0,
        .ata_error = is_ata_error(sample) ? sample->feature : 0,
    };
    slowest_add(slowest, &command);
    if (analysis->sink)
        analysis->sink(analysis->sink_user, &analysis->figures.traffic, &command);
}

/* The command is over: answered. */
static void close_command(struct analysis *analysis, uint32_t mark, const struct step *step)
{
    struct pair *pair = pair_of_mark(analysis, mark);
    struct measure *measure = measure_of(analysis, pair, operation_of_mark(mark));
    if (!measure)
        return;
    measure->answered++;
    if (!traffic_down(&analysis->figures.traffic, pair, step->sample->time))
        traffic_idles(pair, step->sample->time);
}

static void count_answer(struct analysis *analysis, const struct aoe_exchange_event *event,
                         const struct step *step, uint32_t index, struct measure *measure)
{
    struct timeline *timeline = &analysis->figures.timeline;
    struct pair *pair = analysis->figures.traffic.pairs[index];
    enum operation operation = operation_of_mark(event->mark);
    bool failed = count_errors(measure, step->sample);
    bool transfer = operation == OPERATION_READ || operation == OPERATION_WRITE;
    uint64_t bytes = transfer && !failed ? (uint64_t)event->count * AOE_SECTOR_BYTES : 0;
    measure->bytes += bytes;
    if (event->mark / ANALYSIS_MARKS != index)
        measure->answers_to_broadcast++;
    count_latency(analysis, measure, event);
    count_in_bin(total_bin(analysis, step), event, operation, bytes, failed);
    count_in_bin(target_bin(analysis, pair, step), event, operation, bytes, failed);
    timeline_heat(timeline, step->bin, event->since_first);
    hand_over(analysis, event, step, index, operation);
}

static void note_sender(struct traffic_target *target, const struct sample *sample)
{
    uint64_t sender = aoe_exchange_target(&sample->reading);
    uint8_t mac[AOE_MAC_BYTES];
    if (target->mac_count && target->mac_latest == sender)
        return;
    target->mac_latest = sender;
    aoe_mac_from_number(sender, mac);
    traffic_answers_from(target, mac);
}

/* What only config responses say. */
static void note_config(struct analysis *analysis, const struct pair *pair, struct step *step)
{
    struct traffic_target *target = analysis->figures.traffic.targets[pair->target];
    const struct aoe_frame *frame = step_frame(analysis, step);
    if (aoe_is_error(frame) || frame->extent != AOE_EXTENT_ARGUMENT)
        return;
    target->advertised = true;
    target->buffer_count = frame->config.buffer_count;
    target->sector_count = frame->config.sector_count;
    target->firmware = frame->config.firmware;
}

static bool is_advert(const struct sample *sample)
{
    uint8_t destination[AOE_MAC_BYTES];
    aoe_mac_from_number(aoe_exchange_initiator(&sample->reading), destination);
    return aoe_exchange_command(&sample->reading) == AOE_COMMAND_CONFIG &&
           (aoe_mac_is_group(destination) || !aoe_exchange_tag(&sample->reading));
}

static void count_extra(struct measure *measure, const struct aoe_exchange_event *event,
                        const struct sample *sample)
{
    switch (event->kind) {
    case AOE_EXCHANGE_DUPLICATE:
        measure->duplicate++;
        break;
    case AOE_EXCHANGE_LATE:
        measure->late++;
        measure->spurious += !event->given_up;
        break;
    default:
        measure->unsolicited++;
        measure->adverts += is_advert(sample);
    }
}

/* The pair of a response: that of its request, but where the request was a broadcast. */
static int pair_of_response(struct analysis *analysis, const struct aoe_exchange_event *event,
                            const struct step *step)
{
    bool known = event->kind != AOE_EXCHANGE_UNSOLICITED;
    if (known && !is_broadcast(pair_of_mark(analysis, event->mark)))
        return (int)(event->mark / ANALYSIS_MARKS);
    return pair_of(analysis, step);
}

static void count_response(struct analysis *analysis, const struct aoe_exchange_event *event,
                           struct step *step)
{
    int index = pair_of_response(analysis, event, step);
    if (index < 0)
        return;
    struct pair *pair = analysis->figures.traffic.pairs[index];
    enum operation operation = event->kind == AOE_EXCHANGE_UNSOLICITED
                                   ? operation_of(aoe_exchange_command(&step->sample->reading), 0)
                                   : operation_of_mark(event->mark);
    struct measure *measure = measure_of(analysis, pair, operation);
    if (!measure)
        return;
    measure->responses++;
    note_size(measure, step);
    note_sender(analysis->figures.traffic.targets[pair->target], step->sample);
    if (aoe_exchange_command(&step->sample->reading) == AOE_COMMAND_CONFIG && !is_broadcast(pair))
        note_config(analysis, pair, step);
    if (event->kind != AOE_EXCHANGE_ANSWER) {
        count_extra(measure, event, step->sample);
        return;
    }
    count_answer(analysis, event, step, (uint32_t)index, measure);
    if (event->closes)
        close_command(analysis, event->mark, step);
}

static void give_up_at_end(struct analysis *analysis, const struct aoe_exchange_given_up *given_up,
                           struct pair *pair, struct measure *measure)
{
    measure->open++;
    if (!analysis->finishing)
        traffic_down(&analysis->figures.traffic, pair, given_up->time_last);
}

void analysis_give_up(void *user, const struct aoe_exchange_given_up *given_up)
{
    struct analysis *analysis = user;
    struct traffic *traffic = &analysis->figures.traffic;
    struct pair *pair = pair_of_mark(analysis, given_up->mark);
    struct measure *measure = measure_of(analysis, pair, operation_of_mark(given_up->mark));
    if (!measure)
        return;
    if (given_up->at_end) {
        give_up_at_end(analysis, given_up, pair, measure);
        return;
    }
    measure->unanswered++;
    measure->unanswered_once += given_up->sent == 1;
    int64_t until;
    if (__builtin_add_overflow(given_up->time_last, analysis->options.patience, &until))
        until = given_up->time_last;
    timeline_move(&analysis->figures.timeline, traffic, until);
    traffic_down(traffic, pair, until);
    struct command command = {
        .first_frame = given_up->request,
        .time = given_up->time_first,
        .repeats = given_up->sent - 1,
        .pair = given_up->mark / ANALYSIS_MARKS,
        .operation = operation_of_mark(given_up->mark),
    };
    if (analysis->sink)
        analysis->sink(analysis->sink_user, traffic, &command);
}

static void check_rules(struct analysis *analysis, const struct aoe_exchange_event *event,
                        struct step *step)
{
    const struct aoe_frame *frame = step_frame(analysis, step);
    bool response = aoe_is_response(frame);
    bool known = event->kind != AOE_EXCHANGE_UNSOLICITED;
    int pair = response ? pair_of_response(analysis, event, step) : pair_of(analysis, step);
    if (pair < 0)
        return;
    findings_check(&analysis->figures.findings, frame, step->number, (uint32_t)pair,
                   response && known ? event->request : 0);
    if (event->kind != AOE_EXCHANGE_DUPLICATE)
        return;
    findings_add(&analysis->figures.findings, &aoe_finding_twice, step->number, (uint32_t)pair);
}

void analysis_event(struct analysis *analysis, struct step *step)
{
    const struct aoe_exchange_event event = aoe_exchanges_feed_reading(
        analysis->exchanges, &step->sample->reading, step->number, step->sample->time);
    step->bin =
        timeline_move(&analysis->figures.timeline, &analysis->figures.traffic, step->sample->time);
    switch (event.kind) {
    case AOE_EXCHANGE_REQUEST:
        count_request(analysis, &event, step);
        break;
    case AOE_EXCHANGE_REPEAT:
    case AOE_EXCHANGE_REPEAT_NEW:
        count_repeat(analysis, &event, step);
        break;
    default:
        count_response(analysis, &event, step);
    }
    if (analysis->options.check)
        check_rules(analysis, &event, step);
}
