/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analysis_event.h"

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
        if (back > counters->step_back_max)
            counters->step_back_max = back;
    }
    analysis->latest = time;
    analysis->any = true;
}

/* Counts the frame of a sample. */
static void count_sample(struct analysis *analysis, struct step *step)
{
    const struct sample *sample = step->sample;
    if (analysis->frame_sink)
        analysis->frame_sink(analysis->frame_user, step_frame(analysis, step), step->number,
                             sample->time, sample->vlan);
    count_time(analysis, sample->time);
    analysis->figures.counters.wire_bytes += sample->wire_length + aoe_vlan_bytes(sample->vlan);
    analysis_event(analysis, step);
}

void analysis_replay(struct analysis *analysis, const struct aoe_frame *frame, uint64_t number,
                     int64_t time, uint32_t vlan)
{
    struct sample sample;
    struct step step = {.sample = &sample, .number = number, .frame = frame};
    sample_read(&sample, frame, time, vlan);
    count_sample(analysis, &step);
    latency_pool_settle(&analysis->figures.traffic.pool);
}

static bool is_wanted(const struct analysis_options *options, const struct sample *sample)
{
    if (options->target_given &&
        !aoe_address_reaches(aoe_exchange_shelf(&sample->reading),
                             aoe_exchange_slot(&sample->reading), options->shelf, options->slot))
        return false;
    if (!options->host_given)
        return true;
    uint64_t host = aoe_mac_number(options->host);
    return host == aoe_exchange_initiator(&sample->reading) ||
           host == aoe_exchange_target(&sample->reading);
}

static void count_wanted(struct analysis *analysis, struct step *step)
{
    if (is_wanted(&analysis->options, step->sample))
        count_sample(analysis, step);
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
    struct step step = {.sample = &sample, .number = analysis->number, .frame = frame};
    sample_read(&sample, frame, captured->time, vlan);
    count_wanted(analysis, &step);
    latency_pool_settle(&analysis->figures.traffic.pool);
    return kind;
}

void analysis_feed_batch(struct analysis *analysis, const struct sample_batch *batch)
{
    struct counters *counters = &analysis->figures.counters;
    struct aoe_frame decoded;
    for (size_t i = 0; i < batch->count; i++) {
        const struct sample *sample = &batch->samples[i];
        struct step step = {.sample = sample,
                            .number = analysis->number + sample->place + 1,
                            .captured = &batch->captured[sample->place],
                            .decoded = &decoded};
        count_wanted(analysis, &step);
    }
    latency_pool_settle(&analysis->figures.traffic.pool);
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
        aoe_exchanges_new(AOE_EXCHANGES_CAPACITY, options->patience, analysis_give_up, analysis);
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
