/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state_figures.h"

static void latency(struct archive *archive, struct latency_pool *pool, struct latency *of)
{
    uint64_t buckets[LATENCY_BUCKETS] = {0};
    archive_u64(archive, &of->count);
    if (!of->count)
        return;
    archive_wide(archive, &of->sum);
    archive_i64(archive, &of->min);
    archive_i64(archive, &of->max);
    for (unsigned i = 0; !archive_reads(archive) && i < LATENCY_BUCKETS; i++)
        buckets[i] = latency_in(pool, of, i);
    archive_sparse(archive, buckets, LATENCY_BUCKETS);
    for (unsigned i = 0; archive_reads(archive) && i < LATENCY_BUCKETS; i++)
        if (buckets[i])
            latency_fill(pool, of, i, buckets[i]);
}

static void level(struct archive *archive, struct level *of)
{
    archive_u32(archive, &of->now);
    archive_u32(archive, &of->most);
    archive_i64(archive, &of->since);
    archive_sparse(archive, of->ns, LEVELS);
    archive_wide(archive, &of->above_ns);
}

static void measure_counts(struct archive *archive, struct measure *measure)
{
    uint64_t *const counts[] = {
        &measure->requests,    &measure->responses,
        &measure->commands,    &measure->answered,
        &measure->unanswered,  &measure->unanswered_once,
        &measure->open,        &measure->answers_to_broadcast,
        &measure->same_tag,    &measure->new_tag,
        &measure->spurious,    &measure->repeated_commands,
        &measure->duplicate,   &measure->late,
        &measure->unsolicited, &measure->adverts,
        &measure->bytes,       &measure->ata_errors,
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        archive_u64(archive, counts[i]);
}

static void measure(struct archive *archive, struct latency_pool *pool, struct measure *of)
{
    measure_counts(archive, of);
    archive_sparse(archive, of->aoe_errors, MEASURE_AOE_ERRORS);
    archive_sparse(archive, of->ata_bits, MEASURE_ATA_BITS);
    latency(archive, pool, &of->plain);
    latency(archive, pool, &of->round_trip);
    latency(archive, pool, &of->command);
    latency(archive, pool, &of->first_repeat);
    latency(archive, pool, &of->later_repeat);
    if (of->sectors)
        archive_sparse(archive, of->sectors, UINT8_MAX + 1);
    archive_sparse(archive, of->alignment, MEASURE_ALIGNMENTS);
    archive_u32(archive, &of->largest_frame);
}

static void measures(struct archive *archive, struct traffic *traffic, struct pair *pair)
{
    for (unsigned i = 0; i < OPERATIONS && archive_good(archive); i++) {
        bool there = pair->measures[i] != NULL;
        archive_bool(archive, &there);
        if (!there)
            continue;
        struct measure *of = traffic_measure(traffic, pair, (enum operation)i);
        if (of)
            measure(archive, &traffic->pool, of);
        else
            archive_reject(archive, "out of memory");
    }
}

static void seeks(struct archive *archive, struct seeks *of)
{
    archive_u64(archive, &of->sequential);
    archive_sparse(archive, of->forward, TRAFFIC_SEEKS);
    archive_sparse(archive, of->backward, TRAFFIC_SEEKS);
    archive_bool(archive, &of->next_known);
    archive_u64(archive, &of->next);
    archive_bool(archive, &of->first_open);
    archive_u64(archive, &of->first);
}

static void thinking(struct archive *archive, struct latency_pool *pool, struct thinking *of)
{
    latency(archive, pool, &of->time);
    archive_bool(archive, &of->known);
    archive_bool(archive, &of->idle);
    archive_i64(archive, &of->idle_since);
    archive_bool(archive, &of->first_open);
    archive_i64(archive, &of->first);
}

static void key(struct archive *archive, struct pair_key *of)
{
    archive_bytes(archive, of->initiator, AOE_MAC_BYTES);
    archive_u16(archive, &of->shelf);
    archive_u32(archive, &of->vlan);
    archive_u8(archive, &of->slot);
    archive_u8(archive, &of->others);
}

/* The pair number `index`; one that is read is made, in its old place. */
static struct pair *pair_at(struct archive *archive, struct traffic *traffic, size_t index)
{
    struct pair_key of = {.slot = 0};
    if (index < traffic->pair_count)
        of = traffic->pairs[index]->key;
    key(archive, &of);
    if (!archive_good(archive))
        return NULL;
    int place = traffic_pair(traffic, &of);
    if (place >= 0 && (size_t)place == index)
        return traffic->pairs[index];
    archive_reject(archive, place < 0 ? "out of memory" : "a pair stands twice");
    return NULL;
}

static void pairs(struct archive *archive, struct traffic *traffic)
{
    size_t count = traffic->pair_count;
    archive_size(archive, &count, TRAFFIC_PAIRS);
    for (size_t i = 0; i < count && archive_good(archive); i++) {
        struct pair *pair = pair_at(archive, traffic, i);
        if (!pair)
            return;
        level(archive, &pair->level);
        measures(archive, traffic, pair);
        seeks(archive, &pair->seeks);
        thinking(archive, &traffic->pool, &pair->thinking);
    }
}

static void target(struct archive *archive, struct traffic_target *of)
{
    size_t macs = of->mac_count;
    archive_size(archive, &macs, TRAFFIC_MACS);
    of->mac_count = (uint8_t)macs;
    archive_bytes(archive, of->macs, macs * AOE_MAC_BYTES);
    archive_bool(archive, &of->advertised);
    archive_u16(archive, &of->buffer_count);
    archive_u16(archive, &of->firmware);
    archive_u8(archive, &of->sector_count);
    level(archive, &of->level);
}

static void traffic(struct archive *archive, struct traffic *of)
{
    pairs(archive, of);
    for (size_t i = 0; i < of->target_count && archive_good(archive); i++)
        target(archive, of->targets[i]);
    for (size_t i = 0; i < of->initiator_count && archive_good(archive); i++)
        level(archive, &of->initiators[i]->level);
    level(archive, &of->level);
    archive_bool(archive, &of->overflow);
    archive_bool(archive, &of->pool.full);
}

static void bins(struct archive *archive, const struct timeline *timeline, struct timeline_bin *row)
{
    for (size_t i = 0; i < timeline->count && archive_good(archive); i++) {
        struct timeline_bin *bin = &row[i];
        uint64_t values[] = {
            bin->commands,       bin->answers, bin->read_bytes,  bin->written_bytes,
            bin->repeats,        bin->errors,  bin->latency_sum, (uint64_t)bin->latency_max,
            bin->outstanding_max};
        archive_sparse(archive, values, sizeof values / sizeof values[0]);
        *bin = (struct timeline_bin){values[0], values[1], values[2],          values[3], values[4],
                                     values[5], values[6], (int64_t)values[7], values[8]};
    }
}

static void cells(struct archive *archive, uint32_t *of, size_t count)
{
    uint64_t values[2 * POSITION_ROWS];
    for (size_t i = 0; i < count; i++)
        values[i] = of[i];
    archive_sparse(archive, values, count);
    for (size_t i = 0; i < count; i++)
        of[i] = values[i] > UINT32_MAX ? UINT32_MAX : (uint32_t)values[i];
}

static void rows_of_targets(struct archive *archive, struct timeline *timeline)
{
    for (uint32_t i = 0; i < TIMELINE_TARGETS && archive_good(archive); i++) {
        bool there = timeline->targets[i] != NULL;
        archive_bool(archive, &there);
        struct timeline_bin *row = there ? timeline_target(timeline, i) : NULL;
        if (row)
            bins(archive, timeline, row);
        else if (there)
            archive_reject(archive, "out of memory");
    }
}

static void axis(struct archive *archive, struct timeline *timeline)
{
    size_t shift = timeline->shift, positions = timeline->position_shift;
    archive_size(archive, &shift, 63);
    archive_size(archive, &positions, 63);
    archive_i64(archive, &timeline->first);
    archive_size(archive, &timeline->count, TIMELINE_BINS);
    archive_i64(archive, &timeline->latest);
    archive_bool(archive, &timeline->moved);
    int64_t most = (INT64_MAX >> TIMELINE_SHIFT) - TIMELINE_BINS;
    bool fits = timeline->latest <= most && timeline->latest >= -most;
    if (shift < TIMELINE_SHIFT || !fits || timeline->first > most >> (shift - TIMELINE_SHIFT) ||
        timeline->first < -most >> (shift - TIMELINE_SHIFT)) {
        archive_reject(archive, "a timeline is out of range");
        *timeline = (struct timeline){.shift = TIMELINE_SHIFT,
                                      .total = timeline->total,
                                      .heat = timeline->heat,
                                      .positions = timeline->positions};
        return;
    }
    timeline->shift = (unsigned)shift;
    timeline->position_shift = (unsigned)positions;
}

static void timeline(struct archive *archive, struct timeline *of)
{
    axis(archive, of);
    bins(archive, of, of->total);
    rows_of_targets(archive, of);
    for (size_t i = 0; i < of->count && archive_good(archive); i++) {
        cells(archive, of->heat[i], HEAT_ROWS);
        cells(archive, &of->positions[i][0][0], 2 * POSITION_ROWS);
    }
}

static void command(struct archive *archive, struct command *of, size_t pairs_count)
{
    size_t pair = of->pair, operation = of->operation;
    archive_u64(archive, &of->first_frame);
    archive_u64(archive, &of->answer_frame);
    archive_i64(archive, &of->time);
    archive_i64(archive, &of->latency);
    archive_i64(archive, &of->round_trip);
    archive_u64(archive, &of->lba);
    archive_u32(archive, &of->repeats);
    archive_size(archive, &pair, pairs_count - 1);
    archive_size(archive, &operation, OPERATIONS - 1);
    archive_u8(archive, &of->sectors);
    archive_u8(archive, &of->error);
    archive_u8(archive, &of->ata_error);
    of->pair = (uint32_t)pair;
    of->operation = (enum operation)operation;
}

static void slowest(struct archive *archive, struct slowest *of, size_t pairs_count)
{
    archive_size(archive, &of->count, pairs_count ? SLOWEST : 0);
    for (size_t i = 0; i < of->count && archive_good(archive); i++)
        command(archive, &of->commands[i], pairs_count);
}

void state_counters(struct archive *archive, struct counters *of)
{
    uint64_t *const counts[] = {&of->frames,       &of->aoe_frames,      &of->cut_frames,
                                &of->other_frames, &of->filtered_frames, &of->not_ethernet,
                                &of->timeless,     &of->wire_bytes,      &of->steps_back,
                                &of->dropped};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        archive_u64(archive, counts[i]);
    archive_i64(archive, &of->step_back_max);
    archive_i64(archive, &of->start);
    archive_i64(archive, &of->end);
    archive_bool(archive, &of->drops_known);
}

void state_figures(struct archive *archive, struct figures *of)
{
    traffic(archive, &of->traffic);
    timeline(archive, &of->timeline);
    slowest(archive, &of->slowest, of->traffic.pair_count);
    state_findings(archive, &of->findings, of->traffic.pair_count);
}

void state_forget(struct figures *figures)
{
    for (size_t i = 0; i < figures->traffic.pair_count; i++) {
        struct pair *pair = figures->traffic.pairs[i];
        pair->seeks.next_known = false;
        pair->thinking.known = false;
        pair->thinking.idle = false;
    }
}
