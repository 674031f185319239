/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis.h"

#include <stdlib.h>

#include "protocol/ata.h"

/* An AoE frame on its way through. */
struct step {
    const struct sample *sample;
    uint64_t number;
    int64_t time;
    size_t bin;                    /* of the timeline */
    const struct aoe_frame *frame; /* decoded where that was needed; see frame_of */
    struct aoe_frame *decoded;     /* room for it */
};

/* The whole frame: most are counted without. */
static const struct aoe_frame *frame_of(struct analysis *analysis, struct step *step)
{
    uint32_t vlan;
    if (!step->frame)
        step->frame = step->sample->frame;
    if (!step->frame) {
        unwrap(&analysis->unwrapper, step->sample->captured, step->decoded, &vlan);
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
    const struct sample *sample = step->sample;
    struct pair_key key = {.shelf = sample->shelf, .slot = sample->slot, .vlan = sample->vlan};
    aoe_mac_from_number(aoe_exchange_initiator(&sample->reading), key.initiator);
    int pair = traffic_pair(&analysis->figures.traffic, &key);
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

/* The bin of the pair's target, or `spare` where it has none. */
static struct timeline_bin *target_bin(struct analysis *analysis, const struct pair *pair,
                                       const struct step *step, struct timeline_bin *spare)
{
    struct timeline_bin *row = timeline_target(&analysis->figures.timeline, pair->target);
    return row ? &row[step->bin] : spare;
}

static void raise(uint64_t *most, uint64_t value)
{
    if (value > *most)
        *most = value;
}

/* One command more is outstanding. */
static void up(struct analysis *analysis, struct pair *pair, const struct step *step)
{
    struct traffic *traffic = &analysis->figures.traffic;
    struct timeline_bin spare;
    traffic_up(traffic, pair, step->time);
    raise(&total_bin(analysis, step)->outstanding_max, traffic->level.now);
    raise(&target_bin(analysis, pair, step, &spare)->outstanding_max,
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
    unsigned zeros = lba ? (unsigned)__builtin_ctzll(lba) : MEASURE_ALIGNMENTS;
    measure->sectors[event->count]++;
    measure->alignment[zeros < MEASURE_ALIGNMENTS ? zeros : MEASURE_ALIGNMENTS - 1]++;
    traffic_seek(pair, lba, event->count);
    timeline_position(&analysis->figures.timeline, step->bin, lba, write);
}

static void count_request(struct analysis *analysis, const struct aoe_exchange_event *event,
                          const struct step *step)
{
    int index = pair_of(analysis, step);
    if (index < 0)
        return;
    enum operation operation = operation_of(step->sample->command, event->opcode);
    struct pair *pair = analysis->figures.traffic.pairs[index];
    struct measure *measure = measure_of(analysis, pair, operation);
    if (!measure)
        return;
    struct timeline_bin spare;
    aoe_exchanges_mark(analysis->exchanges, analysis_mark((uint32_t)index, operation));
    measure->requests++;
    measure->commands++;
    note_size(measure, step);
    traffic_begins(&analysis->figures.traffic, pair, step->time);
    up(analysis, pair, step);
    total_bin(analysis, step)->commands++;
    target_bin(analysis, pair, step, &spare)->commands++;
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
    struct timeline_bin spare;
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
    latency_add(pool, event->repeats == 1 ? &measure->first_repeat : &measure->later_repeat,
                event->since_last);
    if (event->given_up)
        revive(analysis, pair, measure, event, step);
    total_bin(analysis, step)->repeats++;
    target_bin(analysis, pair, step, &spare)->repeats++;
}

static bool is_ata_error(const struct sample *sample)
{
    return sample->opcode & (ATA_STATUS_ERR | ATA_STATUS_DF);
}

/* True where the answer says that the command failed. */
static bool count_errors(struct measure *measure, const struct sample *sample)
{
    if (sample->flags & AOE_FLAG_ERROR) {
        measure->aoe_errors[sample->error < MEASURE_AOE_ERRORS ? sample->error : 0]++;
        return true;
    }
    if (!is_ata_error(sample))
        return false;
    uint8_t bits = sample->feature;
    measure->ata_errors++;
    measure->ata_bits[0] += (bits & ATA_ERROR_ABRT) != 0;
    measure->ata_bits[1] += (bits & ATA_ERROR_IDNF) != 0;
    measure->ata_bits[2] += (bits & ATA_ERROR_UNC) != 0;
    measure->ata_bits[3] += (bits & ~(ATA_ERROR_ABRT | ATA_ERROR_IDNF | ATA_ERROR_UNC)) != 0;
    return true;
}

static void count_latency(struct analysis *analysis, struct measure *measure,
                          const struct aoe_exchange_event *event)
{
    struct latency_pool *pool = &analysis->figures.traffic.pool;
    if (!event->repeats) {
        latency_add(pool, &measure->plain, event->since_first);
        return;
    }
    latency_add(pool, &measure->round_trip, event->since_last);
    latency_add(pool, &measure->command, event->since_first);
}

static void count_in_bin(struct timeline_bin *bin, const struct aoe_exchange_event *event,
                         enum operation operation, uint64_t bytes, bool failed)
{
    bin->answers++;
    bin->errors += failed;
    bin->latency_sum += (uint64_t)event->since_first;
    if (event->since_first > bin->latency_max)
        bin->latency_max = event->since_first;
    if (operation == OPERATION_READ)
        bin->read_bytes += bytes;
    else
        bin->written_bytes += bytes;
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
        .time = step->time - event->since_first,
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
    if (!traffic_down(&analysis->figures.traffic, pair, step->time))
        traffic_idles(pair, step->time);
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
    struct timeline_bin spare;
    measure->bytes += bytes;
    if (event->mark / ANALYSIS_MARKS != index)
        measure->answers_to_broadcast++;
    count_latency(analysis, measure, event);
    count_in_bin(total_bin(analysis, step), event, operation, bytes, failed);
    count_in_bin(target_bin(analysis, pair, step, &spare), event, operation, bytes, failed);
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
    const struct aoe_frame *frame = frame_of(analysis, step);
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
    return sample->command == AOE_COMMAND_CONFIG &&
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
                                   ? operation_of(step->sample->command, 0)
                                   : operation_of_mark(event->mark);
    struct measure *measure = measure_of(analysis, pair, operation);
    if (!measure)
        return;
    measure->responses++;
    note_size(measure, step);
    note_sender(analysis->figures.traffic.targets[pair->target], step->sample);
    if (step->sample->command == AOE_COMMAND_CONFIG && !is_broadcast(pair))
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

static void give_up(void *user, const struct aoe_exchange_given_up *given_up)
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

static void count_time(struct analysis *analysis, int64_t time)
{
    struct counters *counters = &analysis->figures.counters;
    int64_t back;
    if (!counters->aoe_frames++) {
        counters->start = counters->end = time;
    } else {
        counters->start = time < counters->start ? time : counters->start;
        counters->end = time > counters->end ? time : counters->end;
    }
    if (analysis->any && time < analysis->latest) {
        if (__builtin_sub_overflow(analysis->latest, time, &back))
            back = INT64_MAX;
        counters->steps_back++;
        raise((uint64_t *)&counters->step_back_max, (uint64_t)back);
    }
    analysis->latest = time;
    analysis->any = true;
}

static void check_rules(struct analysis *analysis, const struct aoe_exchange_event *event,
                        struct step *step)
{
    const struct aoe_frame *frame = frame_of(analysis, step);
    bool response = aoe_is_response(frame);
    bool known = event->kind != AOE_EXCHANGE_UNSOLICITED;
    int pair = response ? pair_of_response(analysis, event, step) : pair_of(analysis, step);
    if (pair < 0)
        return;
    findings_check(&analysis->figures.findings, frame, step->number, (uint32_t)pair,
                   response && known ? event->request : 0);
    if (event->kind != AOE_EXCHANGE_DUPLICATE)
        return;
    const struct aoe_finding twice = {.clause = "2-once",
                                      .field = "response",
                                      .expected = "one response",
                                      .actual = "a further one"};
    findings_add(&analysis->figures.findings, &twice, step->number, (uint32_t)pair);
}

static void count_frame(struct analysis *analysis, struct step *step)
{
    const struct aoe_exchange_event event = aoe_exchanges_feed_reading(
        analysis->exchanges, &step->sample->reading, step->number, step->time);
    step->bin = timeline_move(&analysis->figures.timeline, &analysis->figures.traffic, step->time);
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

/* Counts the frame of a sample. */
static void count_sample(struct analysis *analysis, const struct sample *sample, uint64_t number)
{
    struct aoe_frame decoded;
    struct step step = {
        .sample = sample, .number = number, .time = sample->time, .decoded = &decoded};
    if (analysis->frame_sink)
        analysis->frame_sink(analysis->frame_user, frame_of(analysis, &step), number, sample->time,
                             sample->vlan);
    count_time(analysis, sample->time);
    analysis->figures.counters.wire_bytes += sample->wire_length + vlan_bytes(sample->vlan);
    count_frame(analysis, &step);
}

void analysis_replay(struct analysis *analysis, const struct aoe_frame *frame, uint64_t number,
                     int64_t time, uint32_t vlan)
{
    struct sample sample;
    sample_read(&sample, frame, number, time, vlan);
    count_sample(analysis, &sample, number);
}

static bool is_wanted(const struct analysis_options *options, const struct sample *sample)
{
    if (options->target_given &&
        !aoe_address_reaches(sample->shelf, sample->slot, options->shelf, options->slot))
        return false;
    if (!options->host_given)
        return true;
    uint64_t host = aoe_mac_number(options->host);
    return host == aoe_exchange_initiator(&sample->reading) ||
           host == aoe_exchange_target(&sample->reading);
}

static void count_wanted(struct analysis *analysis, const struct sample *sample, uint64_t number)
{
    if (is_wanted(&analysis->options, sample))
        count_sample(analysis, sample, number);
    else
        analysis->figures.counters.filtered_frames++;
}

enum unwrapped analysis_feed(struct analysis *analysis, const struct capture_frame *captured,
                             struct aoe_frame *frame)
{
    struct counters *counters = &analysis->figures.counters;
    uint32_t vlan = 0;
    enum unwrapped kind = unwrap(&analysis->unwrapper, captured, frame, &vlan);
    counters->frames++;
    analysis->number++;
    counters->other_frames += kind == UNWRAPPED_OTHER;
    counters->cut_frames += kind == UNWRAPPED_CUT;
    if (kind != UNWRAPPED_AOE)
        return kind;
    struct sample sample;
    sample_read(&sample, frame, analysis->number, captured->time, vlan);
    count_wanted(analysis, &sample, analysis->number);
    return kind;
}

/* The memory of the exchanges for the samples to come, in two steps. */
static void look_ahead(struct analysis *analysis, const struct sample_batch *batch, size_t at)
{
    enum { SOON = 12, VERY_SOON = 5 };
    if (at + SOON < batch->count)
        aoe_exchanges_expect(analysis->exchanges, &batch->samples[at + SOON].reading, false);
    if (at + VERY_SOON < batch->count)
        aoe_exchanges_expect(analysis->exchanges, &batch->samples[at + VERY_SOON].reading, true);
}

void analysis_feed_batch(struct analysis *analysis, const struct sample_batch *batch)
{
    struct counters *counters = &analysis->figures.counters;
    for (size_t i = 0; i < batch->count; i++) {
        look_ahead(analysis, batch, i);
        count_wanted(analysis, &batch->samples[i], analysis->number + batch->samples[i].number);
    }
    counters->frames += batch->frames;
    counters->other_frames += batch->other_frames;
    counters->cut_frames += batch->cut_frames;
    analysis->number += batch->frames;
}

void analysis_facts(struct analysis *analysis, const struct capture_facts *facts)
{
    struct counters *counters = &analysis->figures.counters;
    counters->not_ethernet += facts->not_ethernet;
    counters->timeless += facts->timeless;
    counters->dropped += facts->dropped;
    counters->drops_known |= facts->drops_known;
}

void analysis_finish(struct analysis *analysis)
{
    analysis->finishing = true;
    if (analysis->any)
        traffic_end(&analysis->figures.traffic, analysis->figures.counters.end);
    aoe_exchanges_finish(analysis->exchanges);
}

int analysis_open_part(struct analysis *analysis, const struct analysis_options *options)
{
    *analysis = (struct analysis){.options = *options};
    analysis->exchanges =
        aoe_exchanges_new(ANALYSIS_EXCHANGES, options->patience, give_up, analysis);
    bool open = analysis->exchanges && figures_open(&analysis->figures) == 0 &&
                unwrapper_open(&analysis->unwrapper) == 0;
    if (open && options->check)
        open = findings_open(&analysis->figures.findings) == 0;
    if (open)
        return 0;
    analysis_close(analysis);
    return -1;
}

int analysis_open(struct analysis *analysis, const struct analysis_options *options)
{
    if (analysis_open_part(analysis, options) < 0)
        return -1;
    aoe_exchanges_from_start(analysis->exchanges);
    return 0;
}

void analysis_close(struct analysis *analysis)
{
    aoe_exchanges_free(analysis->exchanges);
    figures_close(&analysis->figures);
    unwrapper_close(&analysis->unwrapper);
    *analysis = (struct analysis){.exchanges = NULL};
}
