/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "truth_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/names.h"

/* The whole, and the pairs that it is made of. */
struct group {
    const struct truth *truth;
    const struct capture_truth *capture;
    const uint32_t *pairs;
    size_t count;
};

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static int64_t duration_of(const struct capture_truth *capture)
{
    return capture->aoe_frames ? capture->end - capture->start : 0;
}

static json_t *rate(uint64_t value, const struct capture_truth *capture)
{
    int64_t duration = duration_of(capture);
    return duration ? json_real((double)value * 1e9 / (double)duration) : json_null();
}

/* [[value, count], ...] of counts that are not 0; the values are 2^(i + shift), or i + shift. */
static json_t *listed(const uint64_t *counts, size_t length, bool powers, unsigned shift)
{
    json_t *all = json_array();
    for (size_t i = 0; i < length; i++)
        if (counts[i])
            json_array_append_new(
                all, json_pack("[o, o]", number(powers ? UINT64_C(1) << (i + shift) : i + shift),
                               number(counts[i])));
    return all;
}

/* The sample of that rank, rounded up, in parts of 10,000. */
static json_t *percentile(const struct samples *samples, uint64_t parts)
{
    size_t rank = (size_t)((samples->count * parts + 9999) / 10000);
    return json_integer(samples->values[rank - 1]);
}

static json_t *latency(const struct samples *samples)
{
    static const struct {
        const char *name;
        uint64_t parts;
    } percentiles[] = {{"p50_ns", 5000},
                       {"p90_ns", 9000},
                       {"p99_ns", 9900},
                       {"p99_9_ns", 9990},
                       {"p99_99_ns", 9999}};
    if (!samples->count)
        return json_null();
    json_t *object = json_object();
    uint64_t sum = 0;
    for (size_t i = 0; i < samples->count; i++)
        sum += (uint64_t)samples->values[i];
    json_object_set_new(object, "count", number(samples->count));
    json_object_set_new(object, "min_ns", json_integer(samples->values[0]));
    json_object_set_new(object, "mean_ns", number(sum / samples->count));
    for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++)
        json_object_set_new(object, percentiles[i].name, percentile(samples, percentiles[i].parts));
    json_object_set_new(object, "max_ns", json_integer(samples->values[samples->count - 1]));
    return object;
}

static void set_counts(json_t *object, const struct tally *tally)
{
    static const struct {
        const char *name;
        unsigned count;
    } plain[] = {
        {"requests", COUNT_REQUESTS},
        {"responses", COUNT_RESPONSES},
        {"commands", COUNT_COMMANDS},
        {"answered", COUNT_ANSWERED},
        {"unanswered", COUNT_UNANSWERED},
        {"open", COUNT_OPEN},
        {"unanswered_once", COUNT_UNANSWERED_ONCE},
        {"answers_to_broadcast", COUNT_ANSWERS_TO_BROADCAST},
        {"duplicate", COUNT_DUPLICATE},
        {"late", COUNT_LATE},
        {"unsolicited", COUNT_UNSOLICITED},
        {"adverts", COUNT_ADVERTS},
        {"read_bytes", COUNT_READ_BYTES},
        {"written_bytes", COUNT_WRITTEN_BYTES},
    };
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        json_object_set_new(object, plain[i].name, number(tally->count[plain[i].count]));
    json_object_set_new(object, "repeats",
                        json_pack("{so so so so}", "same_tag", number(tally->count[COUNT_SAME_TAG]),
                                  "new_tag", number(tally->count[COUNT_NEW_TAG]), "spurious",
                                  number(tally->count[COUNT_SPURIOUS]), "commands",
                                  number(tally->count[COUNT_REPEATED])));
}

static void set_errors(json_t *object, const struct tally *tally)
{
    static const char *const aoe[AOE_ERRORS] = {NULL, "1", "2", "3", "4", "5", "6", "other"};
    static const char *const bits[ATA_BITS] = {"ABRT", "IDNF", "UNC", "other"};
    json_t *codes = json_object(), *registers = json_object();
    for (size_t i = 1; i < AOE_ERRORS; i++)
        if (tally->count[COUNT_AOE_ERROR_0 + i])
            json_object_set_new(codes, aoe[i], number(tally->count[COUNT_AOE_ERROR_0 + i]));
    for (size_t i = 0; i < ATA_BITS; i++)
        if (tally->count[COUNT_ATA_BIT_0 + i])
            json_object_set_new(registers, bits[i], number(tally->count[COUNT_ATA_BIT_0 + i]));
    json_object_set_new(object, "errors",
                        json_pack("{so so so}", "aoe", codes, "ata",
                                  number(tally->count[COUNT_ATA_ERRORS]), "ata_bits", registers));
}

static void set_loss(json_t *object, const struct tally *tally)
{
    uint64_t requests = tally->count[COUNT_REQUESTS];
    uint64_t explained =
        tally->count[COUNT_ANSWERED] + tally->count[COUNT_LATE] + tally->count[COUNT_OPEN];
    uint64_t lost = requests > explained ? requests - explained : 0;
    json_object_set_new(object, "lost", number(lost));
    json_object_set_new(object, "loss_ratio",
                        requests ? json_real((double)lost / (double)requests) : json_null());
}

static void set_timings(json_t *object, const struct tally *tally)
{
    static const char *const names[TIMINGS] = {"frame_round_trip", "command_latency", "think_time",
                                               "first_repeat", "later_repeat"};
    for (size_t i = 0; i < TIMINGS; i++)
        json_object_set_new(object, names[i], latency(&tally->timings[i]));
}

static json_t *seeks(const struct tally *tally)
{
    return json_pack("{so so so}", "sequential", number(tally->count[COUNT_SEQUENTIAL]), "forward",
                     listed(tally->count + COUNT_FORWARD_0, DISTANCES, true, 0), "backward",
                     listed(tally->count + COUNT_BACKWARD_0, DISTANCES, true, 0));
}

/* What is said of an operation too; sorts the samples. */
static void set_measures(json_t *object, struct tally *tally, const struct capture_truth *capture)
{
    tally_sort(tally);
    set_counts(object, tally);
    set_loss(object, tally);
    set_errors(object, tally);
    set_timings(object, tally);
    json_object_set_new(
        object, "bytes_per_second",
        rate(tally->count[COUNT_READ_BYTES] + tally->count[COUNT_WRITTEN_BYTES], capture));
    json_object_set_new(object, "iops", rate(tally->count[COUNT_ANSWERED], capture));
    json_object_set_new(object, "sectors",
                        listed(tally->count + COUNT_SECTORS_0, SECTOR_COUNTS, false, 0));
    json_object_set_new(object, "alignment",
                        listed(tally->count + COUNT_ALIGNMENT_0, ALIGNMENTS, true, 9));
    json_object_set_new(object, "largest_frame", number(tally->largest_frame));
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    if (left->time != right->time)
        return left->time < right->time ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* All edges of the group in order of time. NULL where there is no memory. */
static struct edge *group_edges(const struct group *group, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < group->count; i++)
        *count += group->truth->pairs[group->pairs[i]].edges.count;
    struct edge *all = calloc(*count + 1, sizeof *all);
    size_t at = 0;
    for (size_t i = 0; all && i < group->count; i++) {
        const struct edges *edges = &group->truth->pairs[group->pairs[i]].edges;
        if (edges->count)
            memcpy(all + at, edges->all, edges->count * sizeof *all);
        at += edges->count;
    }
    if (all)
        qsort(all, *count, sizeof *all, compare_edges);
    return all;
}

/* How long each number of commands was outstanding, over the whole capture: `most` + 1 times. */
static int64_t *level_times(const struct group *group, size_t *most)
{
    size_t count, now = 0;
    struct edge *edges = group_edges(group, &count);
    int64_t *times = edges ? calloc(count + 1, sizeof *times) : NULL;
    int64_t since = group->capture->start;
    *most = 0;
    for (size_t i = 0; times && i < count; i++) {
        times[now] += edges[i].time - since;
        since = edges[i].time;
        now += edges[i].change > 0 ? 1 : (size_t)-1;
        if (now > *most)
            *most = now;
    }
    if (times)
        times[now] += group->capture->end - since;
    free(edges);
    return times;
}

static json_t *outstanding(const struct group *group, uint64_t buffer_count, json_t **over)
{
    size_t most;
    int64_t *times = level_times(group, &most);
    json_t *levels = json_array();
    double sum = 0;
    int64_t beyond = 0;
    for (size_t i = 0; times && i <= most; i++) {
        if (times[i])
            json_array_append_new(levels, json_pack("[I, I]", (json_int_t)i, (json_int_t)times[i]));
        sum += (double)i * (double)times[i];
        beyond += i > buffer_count ? times[i] : 0;
    }
    free(times);
    if (over)
        *over = json_integer(beyond);
    int64_t duration = duration_of(group->capture);
    return json_pack("{sI so so}", "max", (json_int_t)most, "mean",
                     duration ? json_real(sum / (double)duration) : json_null(), "levels", levels);
}

/* The sum over the group of one operation, or of all. */
static struct tally sum_of(const struct group *group, size_t from, size_t to, bool *failed)
{
    struct tally sum = {0};
    for (size_t i = 0; i < group->count; i++)
        for (size_t k = from; k < to; k++)
            *failed |= tally_add(&sum, &group->truth->pairs[group->pairs[i]].tallies[k]) != 0;
    return sum;
}

static json_t *operations(const struct group *group, bool *failed)
{
    json_t *all = json_array();
    for (size_t i = 0; i < OPERATIONS; i++) {
        struct tally tally = sum_of(group, i, i + 1, failed);
        if (tally.count[COUNT_REQUESTS] || tally.count[COUNT_RESPONSES]) {
            json_t *object = json_object();
            json_object_set_new(object, "operation",
                                json_string(operation_name((enum operation)i)));
            set_measures(object, &tally, group->capture);
            json_object_del(object, "think_time");
            json_array_append_new(all, object);
        }
        tally_close(&tally);
    }
    return all;
}

static uint64_t over_sector_count(const struct tally *tally, uint64_t most)
{
    uint64_t over = 0;
    for (size_t i = (most ? most : 2) + 1; i < SECTOR_COUNTS; i++)
        over += tally->count[COUNT_SECTORS_0 + i];
    return over;
}

static void set_target(json_t *object, const struct group *group, const struct tally *tally,
                       json_t *over)
{
    const struct options *options = group->truth->options;
    json_t *macs = json_array();
    bool advertised = false;
    for (size_t i = 0; i < group->count; i++) {
        const struct truth_pair *pair = &group->truth->pairs[group->pairs[i]];
        char text[AOE_MAC_TEXT];
        uint8_t mac[AOE_MAC_BYTES];
        aoe_mac_from_number(pair->target_mac, mac);
        if (pair->answered && !json_array_size(macs))
            json_array_append_new(macs, json_string(aoe_mac_text(text, mac)));
        advertised |= pair->advertised;
    }
    json_object_set_new(object, "macs", macs);
    json_object_set_new(object, "advertised",
                        advertised
                            ? json_pack("{so so sI}", "buffer_count", number(options->buffer_count),
                                        "sector_count", number(options->sector_count), "firmware",
                                        (json_int_t)0x4019)
                            : json_null());
    json_object_set_new(object, "over_buffer_count_ns",
                        advertised ? json_incref(over) : json_null());
    json_object_set_new(object, "over_sector_count",
                        advertised ? number(over_sector_count(tally, options->sector_count))
                                   : json_null());
}

/* The measures of a group in `object`; NULL (and it is gone) where nothing happened in it. */
static json_t *group_object(const struct group *group, json_t *object, bool target, bool *failed)
{
    struct tally tally = sum_of(group, 0, OPERATIONS, failed);
    json_t *over = NULL;
    if (!tally.count[COUNT_REQUESTS] && !tally.count[COUNT_RESPONSES]) {
        tally_close(&tally);
        json_decref(object);
        return NULL;
    }
    set_measures(object, &tally, group->capture);
    json_object_set_new(object, "seeks", seeks(&tally));
    json_object_set_new(object, "outstanding",
                        outstanding(group, group->truth->options->buffer_count, &over));
    if (target)
        set_target(object, group, &tally, over);
    json_decref(over);
    json_object_set_new(object, "operations", operations(group, failed));
    tally_close(&tally);
    return object;
}

/* ---- what pairs are grouped by ---- */

enum part { BY_TARGET, BY_INITIATOR, BY_PAIR };

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* By the tags, outer first; none before any. */
static uint64_t vlan_number(uint32_t index)
{
    struct vlan vlan = vlan_of(index);
    return vlan.count == 2 ? (uint64_t)vlan.tags[0] << 16 | vlan.tags[1]
                           : (uint64_t)vlan.tags[0] << 16;
}

static int compare_pairs(const struct truth_pair *a, const struct truth_pair *b, enum part part)
{
    int order = 0;
    if (part != BY_INITIATOR) {
        order = compare_numbers(vlan_number(a->vlan), vlan_number(b->vlan));
        order = order ? order : compare_numbers(a->shelf, b->shelf);
        order = order ? order : compare_numbers(a->slot, b->slot);
    }
    if (part != BY_TARGET && !order)
        order = compare_numbers(a->initiator, b->initiator);
    return order;
}

static json_t *vlan_text(uint32_t index)
{
    struct vlan vlan = vlan_of(index);
    if (!vlan.count)
        return json_null();
    if (vlan.count == 1)
        return json_sprintf("%u", vlan.tags[0]);
    return json_sprintf("%u.%u", vlan.tags[0], vlan.tags[1]);
}

static json_t *name_part(const struct truth_pair *pair, enum part part)
{
    json_t *object = json_object();
    char text[AOE_MAC_TEXT];
    uint8_t mac[AOE_MAC_BYTES];
    if (part != BY_INITIATOR) {
        json_object_set_new(object, "target",
                            json_string(aoe_address_text(text, pair->shelf, pair->slot)));
        json_object_set_new(object, "vlan", vlan_text(pair->vlan));
    }
    aoe_mac_from_number(pair->initiator, mac);
    if (part != BY_TARGET)
        json_object_set_new(object, "initiator", json_string(aoe_mac_text(text, mac)));
    return object;
}

struct sorting {
    const struct truth_pair *pairs;
    enum part part;
};

static int compare_indices(const void *a, const void *b, void *user)
{
    const struct sorting *by = user;
    return compare_pairs(&by->pairs[*(const uint32_t *)a], &by->pairs[*(const uint32_t *)b],
                         by->part);
}

/* All pairs that are alike in that part go together. */
static json_t *grouped(const struct group *whole, enum part part, bool *failed)
{
    json_t *all = json_array();
    struct sorting by = {whole->truth->pairs, part};
    uint32_t *pairs = calloc(whole->count + 1, sizeof *pairs);
    *failed |= !pairs;
    if (pairs) {
        memcpy(pairs, whole->pairs, whole->count * sizeof *pairs);
        qsort_r(pairs, whole->count, sizeof *pairs, compare_indices, &by);
    }
    for (size_t i = 0, end; pairs && i < whole->count; i = end) {
        const struct truth_pair *first = &by.pairs[pairs[i]];
        for (end = i + 1; end < whole->count; end++)
            if (compare_pairs(first, &by.pairs[pairs[end]], part))
                break;
        struct group group = {whole->truth, whole->capture, pairs + i, end - i};
        json_t *object = group_object(&group, name_part(first, part), part == BY_TARGET, failed);
        if (object)
            json_array_append_new(all, object);
    }
    free(pairs);
    return all;
}

static json_t *capture_object(const struct group *whole)
{
    const struct capture_truth *capture = whole->capture;
    bool any = capture->aoe_frames != 0;
    return json_pack(
        "{so so so so si si so so so so so so sn so sb}", "frames", number(capture->frames),
        "aoe_frames", number(capture->aoe_frames), "cut_frames", number(capture->cut_frames),
        "other_frames", number(capture->other_frames), "not_ethernet", 0, "timeless", 0,
        "wire_bytes", number(capture->wire_bytes), "start_ns",
        any ? json_integer(capture->start) : json_null(), "end_ns",
        any ? json_integer(capture->end) : json_null(), "duration_ns",
        any ? json_integer(duration_of(capture)) : json_null(), "steps_back",
        number(capture->steps_back), "step_back_max_ns", json_integer(capture->step_back_most),
        "dropped", "patience_ns", number(whole->truth->options->patience), "complete", 1);
}

static json_t *slowest(const struct truth *truth)
{
    json_t *all = json_array();
    for (size_t i = 0; i < truth->slow_count; i++) {
        const struct slow *slow = &truth->slowest[i];
        json_t *object = name_part(&truth->pairs[slow->pair], BY_PAIR);
        json_t *more = json_pack(
            "{ss so so so so sI sI sI so}", "operation", operation_name(slow->operation), "lba",
            slow->sectors ? number(slow->lba) : json_null(), "sectors",
            slow->sectors ? number(slow->sectors) : json_null(), "first_frame",
            number(slow->first_number), "answer_frame", number(slow->answer_number), "time_ns",
            (json_int_t)slow->stamp, "command_latency_ns", (json_int_t)slow->latency,
            "frame_round_trip_ns", (json_int_t)slow->round_trip, "repeats", number(slow->repeats));
        json_object_update(object, more);
        json_decref(more);
        json_array_append_new(all, object);
    }
    return all;
}

static json_t *whole_object(const struct group *whole, bool *failed)
{
    json_t *root = json_object();
    json_t *total = group_object(whole, json_object(), false, failed);
    json_object_set_new(root, "capture", capture_object(whole));
    if (total) {
        json_object_set(root, "operations", json_object_get(total, "operations"));
        json_object_del(total, "operations");
        json_object_set_new(root, "total", total);
    }
    json_object_set_new(root, "targets", grouped(whole, BY_TARGET, failed));
    json_object_set_new(root, "initiators", grouped(whole, BY_INITIATOR, failed));
    json_object_set_new(root, "pairs", grouped(whole, BY_PAIR, failed));
    json_object_set_new(root, "slowest", slowest(whole->truth));
    return root;
}

int truth_json_write(struct truth *truth, const struct capture_truth *capture, const char *path,
                     char *error, size_t error_size)
{
    bool failed = false;
    uint32_t *pairs = calloc(truth->pair_count + 1, sizeof *pairs);
    struct group whole = {truth, capture, pairs, truth->pair_count};
    for (uint32_t i = 0; pairs && i < truth->pair_count; i++)
        pairs[i] = i;
    json_t *root = pairs ? whole_object(&whole, &failed) : NULL;
    int status = 0;
    if (!root || failed) {
        snprintf(error, error_size, "out of memory");
        status = -1;
    } else if (json_dump_file(root, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER)) {
        snprintf(error, error_size, "%s: the truth could not be written", path);
        status = -1;
    }
    json_decref(root);
    free(pairs);
    return status;
}
