/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "problems.h"

#include <stdlib.h>

#include "format.h"
#include "protocol/ata.h"
#include "protocol/names.h"

/* What it takes to be a problem: the same numbers as in results.md. Shares are one in so many. */
enum {
    SHARE_LOSS_WRONG = 1000,    /* losses of requests: wrong from here on, below it slow */
    SHARE_SPURIOUS_SLOW = 1000, /* spurious repeats of requests: slow from here on, else a note */
    SHARE_DUPLICATES_TWICE = 3, /* duplicates of responses: the capture holds frames twice */
    SHARE_DUPLICATES_WRONG = 1000, /* duplicates of responses: wrong from here on, else a note */
    SHARE_UNALIGNED = 10,          /* of reads and writes */
    TAIL_TIMES = 10,               /* the 99th percentile over so many medians is slow */
    TAIL_MAX_TIMES = 100,          /* the greatest latency: a note */
    FEWEST_ANSWERS = 100,          /* before a distribution says anything */
    FEWEST_COMMANDS = 1000,        /* before "one at a time" says anything */
    ALIGNED_BYTES = 4096,
    SMALL_SECTORS = 2, /* that fit an MTU of 1500 */
};

/* In the order in which problems of the same severity are told. */
static const char *const ids[] = {
    "capture-dropped",   "unanswered",        "loss",      "ata-errors",   "aoe-errors",
    "over-sector-count", "over-buffer-count", "slow-tail", "spurious",     "duplicates",
    "capture-missed",    "one-at-a-time",     "unaligned", "small-frames", "steps-back",
};

const char *severity_name(enum severity severity)
{
    static const char *const names[] = {"wrong", "slow", "note"};
    return names[severity];
}

struct finding {
    struct arena *arena;
    const struct figures *figures;
    struct problems *problems;
};

static struct problem *add(struct finding *finding, const char *id, enum severity severity)
{
    struct problems *problems = finding->problems;
    problems->list =
        arena_grow(finding->arena, problems->list, problems->count, sizeof *problems->list);
    problems->list[problems->count] = (struct problem){.id = id,
                                                       .severity = severity,
                                                       .target = PROBLEM_NOTHING,
                                                       .initiator = PROBLEM_NOTHING,
                                                       .operation = PROBLEM_NOTHING,
                                                       .text = "",
                                                       .place = problems->count};
    return &problems->list[problems->count++];
}

static struct problem *add_of(struct finding *finding, const char *id, enum severity severity,
                              size_t target, uint64_t count, uint64_t whole)
{
    struct problem *problem = add(finding, id, severity);
    problem->target = (int)target;
    problem->counted = true;
    problem->count = problem->part = count;
    problem->whole = whole;
    return problem;
}

typedef bool wanted(const struct command *command);

static bool was_repeated(const struct command *command)
{
    return command->repeats;
}

static bool has_aoe_error(const struct command *command)
{
    return command->error;
}

static bool has_ata_error(const struct command *command)
{
    return command->ata_error;
}

static bool any(const struct command *command)
{
    (void)command;
    return true;
}

/* The first frames of the slowest commands that are meant: of all others nothing is kept. */
static void add_frames(const struct finding *finding, struct problem *problem, wanted *wants)
{
    const struct slowest *slowest = &finding->figures->slowest;
    for (size_t i = 0; i < slowest->count && problem->frame_count < PROBLEM_FRAMES; i++) {
        const struct command *command = &slowest->commands[i];
        const struct pair *pair = finding->figures->traffic.pairs[command->pair];
        if (problem->target != (int)pair->target || !wants(command))
            continue;
        if (problem->operation != PROBLEM_NOTHING && problem->operation != (int)command->operation)
            continue;
        problem->frames[problem->frame_count++] = command->first_frame;
    }
}

static void find_in_capture(struct finding *finding)
{
    const struct counters *counters = &finding->figures->counters;
    char count[FORMAT_TEXT], by[FORMAT_TEXT];
    if (counters->dropped) {
        struct problem *problem = add(finding, "capture-dropped", SEVERITY_WRONG);
        problem->counted = true;
        problem->count = problem->part = counters->dropped;
        problem->whole = counters->dropped + counters->frames;
        problem->text = arena_print(finding->arena,
                                    "the capturing machine lost %s: losses, repeats and unanswered "
                                    "commands below may be its own. Capture with a larger buffer "
                                    "(tcpdump -B), a shorter snap length (-s 64), or a filter",
                                    format_counted(count, counters->dropped, "frame"));
    }
    if (counters->steps_back) {
        struct problem *problem = add(finding, "steps-back", SEVERITY_NOTE);
        problem->counted = true;
        problem->count = counters->steps_back;
        problem->text = arena_print(finding->arena,
                                    "times step back %s, by %s at most: latencies across them are "
                                    "off by as much. Several queues or clocks took the capture",
                                    format_counted(count, counters->steps_back, "time"),
                                    format_duration(by, (uint64_t)counters->step_back_max));
    }
}

static void find_unanswered(struct finding *finding, size_t target, const struct group *group)
{
    const struct measure *measure = &group->measure;
    uint64_t stubborn = measure->unanswered - measure->unanswered_once;
    char all[FORMAT_TEXT], some[FORMAT_TEXT];
    if (!stubborn)
        return;
    struct problem *problem =
        add_of(finding, "unanswered", SEVERITY_WRONG, target, stubborn, measure->commands);
    problem->text = arena_print(finding->arena,
                                "%s of %s got no answer, however often sent. Is the target up, its "
                                "cable plugged, does its mask list admit the initiator?",
                                format_counted(some, stubborn, "command"),
                                format_count(all, measure->commands));
}

static void find_missed(struct finding *finding, size_t target, const struct group *group)
{
    const struct measure *measure = &group->measure;
    uint64_t foreign = measure->unsolicited - measure->adverts, once = measure->unanswered_once;
    char number[FORMAT_TEXT];
    const char *responses = "", *commands = "";
    if (!foreign && !once)
        return;
    if (foreign)
        responses = arena_print(finding->arena, "%s to requests that are not in the capture",
                                format_counted(number, foreign, "response"));
    if (once)
        commands = arena_print(finding->arena, "%s neither answered nor sent again",
                               format_counted(number, once, "command"));
    struct problem *problem =
        add_of(finding, "capture-missed", SEVERITY_NOTE, target, foreign + once, 0);
    problem->text = arena_print(finding->arena,
                                "%s%s%s: the capture began or ended in between, or missed frames",
                                responses, foreign && once ? ", " : "", commands);
}

/* How long a lost request waits: the first repeat. */
static const char *wait_text(const struct finding *finding, const struct group *group)
{
    char wait[FORMAT_TEXT];
    const struct latency *first = &group->measure.first_repeat;
    if (!first->count)
        return "";
    return arena_print(
        finding->arena, "; each waited %s for its repeat (median)",
        format_duration(wait, (uint64_t)latency_percentile(&group->pool, first, 1, 2)));
}

static void find_repeats(struct finding *finding, size_t target, const struct group *group)
{
    const struct measure *measure = &group->measure;
    uint64_t repeats = measure->same_tag + measure->new_tag;
    uint64_t needed = repeats > measure->spurious ? repeats - measure->spurious : 0;
    char count[FORMAT_TEXT], share[FORMAT_TEXT];
    if (needed) {
        bool wrong = needed >= measure->requests / SHARE_LOSS_WRONG;
        struct problem *problem = add_of(finding, "loss", wrong ? SEVERITY_WRONG : SEVERITY_SLOW,
                                         target, needed, measure->requests);
        problem->text = arena_print(
            finding->arena,
            "%s (%s of the requests) because no answer came%s. Look for drops on switch ports "
            "and interfaces (ethtool -S), flow control, and socket buffers of the target",
            format_counted(count, needed, "repeat"), format_share(share, needed, measure->requests),
            wait_text(finding, group));
        add_frames(finding, problem, was_repeated);
    }
    if (!measure->spurious)
        return;
    bool slow = measure->spurious >= measure->requests / SHARE_SPURIOUS_SLOW;
    struct problem *problem = add_of(finding, "spurious", slow ? SEVERITY_SLOW : SEVERITY_NOTE,
                                     target, measure->spurious, measure->requests);
    problem->text = arena_print(
        finding->arena,
        "%s (%s of the requests) of commands whose answer was on its way%s: the target is slower "
        "than the initiator's timer, or the timer too short",
        format_counted(count, measure->spurious, "repeat"),
        format_share(share, measure->spurious, measure->requests), wait_text(finding, group));
}

static void find_duplicates(struct finding *finding, size_t target, const struct group *group)
{
    const struct measure *measure = &group->measure;
    char count[FORMAT_TEXT];
    if (!measure->duplicate)
        return;
    bool twice = measure->duplicate >= measure->responses / SHARE_DUPLICATES_TWICE;
    bool many = measure->duplicate >= measure->responses / SHARE_DUPLICATES_WRONG;
    struct problem *problem =
        add_of(finding, "duplicates", many && !twice ? SEVERITY_WRONG : SEVERITY_NOTE, target,
               measure->duplicate, measure->responses);
    problem->text = arena_print(
        finding->arena, "%s that no repeat asked for: %s",
        format_counted(count, measure->duplicate, "response"),
        twice ? "does the capture hold every frame twice, as from two ports or interfaces?"
              : "the target or the network (a loop, two paths) sends frames twice");
}

static const char *aoe_error_text(const struct finding *finding, const struct measure *measure)
{
    const char *text = "";
    char count[FORMAT_TEXT];
    for (uint8_t error = 1; error <= MEASURE_AOE_ERRORS; error++) {
        uint64_t errors = measure->aoe_errors[error % MEASURE_AOE_ERRORS];
        if (errors)
            text = arena_print(finding->arena, "%s%s%s %s", text, *text ? ", " : "",
                               format_count(count, errors),
                               error < MEASURE_AOE_ERRORS ? aoe_name_error(error) : "other");
    }
    return text;
}

static void find_aoe_errors(struct finding *finding, size_t target, const struct group *group)
{
    const struct measure *measure = &group->measure;
    uint64_t errors = measure_errors(measure) - measure->ata_errors;
    char count[FORMAT_TEXT];
    if (!errors)
        return;
    struct problem *problem =
        add_of(finding, "aoe-errors", SEVERITY_WRONG, target, errors, measure->responses);
    problem->text =
        arena_print(finding->arena, "%s with an AoE error: %s",
                    format_counted(count, errors, "answer"), aoe_error_text(finding, measure));
    add_frames(finding, problem, has_aoe_error);
}

static const char *ata_error_text(const struct finding *finding, const struct measure *measure)
{
    static const char *const meanings[MEASURE_ATA_BITS] = {
        "ABRT (a command that the disk does not have, or refused)",
        "IDNF (sectors that the disk does not have)",
        "UNC (data that the disk cannot read: see its SMART log, and copy what is on it)",
        "with other bits",
    };
    const char *text = "";
    char count[FORMAT_TEXT];
    for (unsigned i = 0; i < MEASURE_ATA_BITS; i++)
        if (measure->ata_bits[i])
            text = arena_print(finding->arena, "%s%s%s %s", text, *text ? ", " : "",
                               format_count(count, measure->ata_bits[i]), meanings[i]);
    return *text ? text : "no bit of the error register says why";
}

/* A refused command alone is nothing to get up for: initiators try what a disk can do. */
static void find_ata_errors(struct finding *finding, size_t target, const struct group *group)
{
    const struct measure *measure = &group->measure;
    char count[FORMAT_TEXT];
    if (!measure->ata_errors)
        return;
    bool refused = measure->ata_bits[0] == measure->ata_errors && !measure->ata_bits[1] &&
                   !measure->ata_bits[2] && !measure->ata_bits[3];
    struct problem *problem =
        add_of(finding, "ata-errors", refused ? SEVERITY_NOTE : SEVERITY_WRONG, target,
               measure->ata_errors, measure->responses);
    problem->text = arena_print(finding->arena, "%s with an ATA error: %s",
                                format_counted(count, measure->ata_errors, "answer"),
                                ata_error_text(finding, measure));
    add_frames(finding, problem, has_ata_error);
}

static void find_over_level(struct finding *finding, size_t index, const struct group *group)
{
    const struct traffic_target *target = finding->figures->traffic.targets[index];
    uint64_t duration = figures_duration(finding->figures);
    uint64_t over = group_over_level(group, target->buffer_count);
    char time[FORMAT_TEXT], share[FORMAT_TEXT];
    if (!target->advertised || !over)
        return;
    struct problem *problem =
        add_of(finding, "over-buffer-count", SEVERITY_SLOW, index, over, duration);
    problem->counted = false;
    problem->text = arena_print(
        finding->arena,
        "up to %u commands outstanding where it has buffers for %u, for %s (%s of the time): what "
        "it cannot buffer it drops. Lower the initiators' windows, or give the target more buffers",
        group->level->most, target->buffer_count, format_duration(time, over),
        format_share(share, over, duration));
}

static void find_over_sectors(struct finding *finding, size_t index, const struct group *group)
{
    const struct traffic_target *target = finding->figures->traffic.targets[index];
    uint64_t over = group_over_sectors(group, aoe_sectors_allowed(target->sector_count));
    char count[FORMAT_TEXT];
    if (!target->advertised || !over)
        return;
    struct problem *problem =
        add_of(finding, "over-sector-count", SEVERITY_WRONG, index, over, group->measure.commands);
    problem->text = arena_print(
        finding->arena,
        "%s with more than the %u sectors that it advertised: it may refuse "
        "or cut them. Look at the MTU on the whole path, and at the initiator",
        format_counted(count, over, "command"), aoe_sectors_allowed(target->sector_count));
}

static uint64_t transfers(const struct measure *measure)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < MEASURE_ALIGNMENTS; i++)
        all += measure->alignment[i];
    return all;
}

static void find_unaligned(struct finding *finding, size_t target, const struct group *group)
{
    uint64_t all = transfers(&group->measure), unaligned = 0;
    char share[FORMAT_TEXT];
    for (unsigned i = 0; i < MEASURE_ALIGNMENTS; i++)
        if (AOE_SECTOR_BYTES << i < ALIGNED_BYTES)
            unaligned += group->measure.alignment[i];
    if (all < FEWEST_ANSWERS || unaligned <= all / SHARE_UNALIGNED)
        return;
    struct problem *problem = add_of(finding, "unaligned", SEVERITY_NOTE, target, unaligned, all);
    problem->text = arena_print(
        finding->arena,
        "%s of the reads and writes do not begin at a multiple of 4096 bytes: disks with 4 KiB "
        "sectors read before they write these. Look at where partitions begin",
        format_share(share, unaligned, all));
}

static unsigned most_sectors(const struct measure *measure)
{
    unsigned most = 0;
    for (unsigned i = 0; measure->sectors && i <= UINT8_MAX; i++)
        if (measure->sectors[i])
            most = i;
    return most;
}

static void find_small_frames(struct finding *finding, size_t index, const struct group *group)
{
    const struct traffic_target *target = finding->figures->traffic.targets[index];
    unsigned most = most_sectors(&group->measure),
             could = aoe_sectors_allowed(target->sector_count);
    uint64_t all = transfers(&group->measure);
    if (!target->advertised || all < FEWEST_ANSWERS || most > SMALL_SECTORS)
        return;
    struct problem *problem = add_of(finding, "small-frames", SEVERITY_NOTE, index, 0, 0);
    problem->counted = false;
    if (could > most)
        problem->text =
            arena_print(finding->arena,
                        "no command carries more than %u sectors, where the target takes "
                        "%u: is the MTU of the initiator's interface too small?",
                        most, could);
    else
        problem->text = arena_print(finding->arena,
                                    "it takes %u sectors a command, as fits an MTU of 1500: with "
                                    "jumbo frames (9000) on the whole path it could be 17",
                                    could);
}

/* Where the time of a slow command goes. */
static const char *tail_reason(const struct group *group)
{
    uint64_t median = (uint64_t)latency_percentile(&group->pool, &group->round_trip, 1, 2);
    uint64_t tail = (uint64_t)latency_percentile(&group->pool, &group->round_trip, 99, 100);
    if (!group->measure.repeated_commands)
        return "The target, or a queue on the way, is slow then";
    return tail <= median * TAIL_TIMES ? "Most of it is waiting for a repeat: see loss and spurious"
                                       : "The target itself is slow then, with repeats on top";
}

static void find_tail(struct finding *finding, size_t target, const struct group *group,
                      unsigned operation)
{
    const struct latency *latency = &group->command;
    char p99[FORMAT_TEXT], p50[FORMAT_TEXT], most[FORMAT_TEXT], times[FORMAT_TEXT];
    if (latency->count < FEWEST_ANSWERS)
        return;
    uint64_t median = (uint64_t)latency_percentile(&group->pool, latency, 1, 2);
    uint64_t tail = (uint64_t)latency_percentile(&group->pool, latency, 99, 100);
    uint64_t greatest = (uint64_t)latency->max;
    bool slow = tail / TAIL_TIMES > median;
    if (!slow && greatest / TAIL_MAX_TIMES <= median)
        return;
    struct problem *problem = add(finding, "slow-tail", slow ? SEVERITY_SLOW : SEVERITY_NOTE);
    problem->target = (int)target;
    problem->operation = (int)operation;
    problem->part = slow ? tail : greatest;
    problem->whole = median;
    format_duration(p99, tail);
    format_duration(p50, median);
    format_duration(most, greatest);
    format_times(times, problem->part, median);
    problem->text =
        slow
            ? arena_print(finding->arena,
                          "one in a hundred takes over %s, %s times the median of %s; the slowest "
                          "takes %s. %s",
                          p99, times, p50, most, tail_reason(group))
            : arena_print(finding->arena,
                          "the slowest takes %s, %s times the median of %s; one in a hundred takes "
                          "over %s",
                          most, times, p50, p99);
    add_frames(finding, problem, any);
}

static int find_tails(struct finding *finding, size_t target)
{
    for (unsigned operation = 0; operation < OPERATIONS; operation++) {
        struct group group;
        if (group_open(&group, &finding->figures->traffic, GROUP_TARGET, target, operation) < 0)
            return -1;
        find_tail(finding, target, &group, operation);
        group_close(&group);
    }
    return 0;
}

static bool is_broadcast(const struct traffic_target *target)
{
    return target->shelf == AOE_SHELF_ALL || target->slot == AOE_SLOT_ALL;
}

/* Nobody owes an answer to a broadcast. */
static int find_at_target(struct finding *finding, size_t target)
{
    struct group group;
    if (is_broadcast(finding->figures->traffic.targets[target]))
        return 0;
    if (group_open(&group, &finding->figures->traffic, GROUP_TARGET, target, GROUP_OPERATIONS) < 0)
        return -1;
    find_unanswered(finding, target, &group);
    find_missed(finding, target, &group);
    find_repeats(finding, target, &group);
    find_duplicates(finding, target, &group);
    find_aoe_errors(finding, target, &group);
    find_ata_errors(finding, target, &group);
    find_over_level(finding, target, &group);
    find_over_sectors(finding, target, &group);
    find_unaligned(finding, target, &group);
    find_small_frames(finding, target, &group);
    group_close(&group);
    return find_tails(finding, target);
}

/* Where commands wait for each other, throughput is the inverse of latency. */
static int find_at_pair(struct finding *finding, size_t index)
{
    const struct pair *pair = finding->figures->traffic.pairs[index];
    struct group group;
    char each[FORMAT_TEXT];
    if (pair->level.most != 1 || is_broadcast(finding->figures->traffic.targets[pair->target]))
        return 0;
    if (group_open(&group, &finding->figures->traffic, GROUP_PAIR, index, GROUP_OPERATIONS) < 0)
        return -1;
    if (group.measure.commands >= FEWEST_COMMANDS) {
        struct problem *problem = add_of(finding, "one-at-a-time", SEVERITY_NOTE, pair->target,
                                         group.measure.commands, 0);
        problem->initiator = (int)pair->initiator;
        problem->text = arena_print(
            finding->arena,
            "never more than one command outstanding: each waits for the one before, %s in the "
            "mean. More in parallel (queue depth, read-ahead) would be faster",
            format_duration(each, (uint64_t)latency_mean(&group.command)));
    }
    group_close(&group);
    return 0;
}

static unsigned rank(const char *id)
{
    unsigned i = 0;
    while (i < sizeof ids / sizeof ids[0] && strcmp(ids[i], id))
        i++;
    return i;
}

/* What weighs more comes first; then as they were found, which is the order of the results. */
static int by_weight(const struct problem *a, const struct problem *b)
{
    unsigned __int128 left = (unsigned __int128)a->part * (b->whole ? b->whole : 1);
    unsigned __int128 right = (unsigned __int128)b->part * (a->whole ? a->whole : 1);
    return (left < right) - (left > right);
}

static int worse(const void *left, const void *right)
{
    const struct problem *a = left, *b = right;
    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    if (rank(a->id) != rank(b->id))
        return rank(a->id) < rank(b->id) ? -1 : 1;
    int weight = by_weight(a, b);
    return weight ? weight : (a->place > b->place) - (a->place < b->place);
}

int problems_find(struct problems *problems, struct arena *arena, const struct figures *figures)
{
    struct finding finding = {arena, figures, problems};
    uint16_t order[TRAFFIC_PAIRS];
    *problems = (struct problems){.list = NULL};
    find_in_capture(&finding);
    size_t count = group_order(&figures->traffic, GROUP_TARGET, order);
    for (size_t i = 0; i < count; i++)
        if (find_at_target(&finding, order[i]) < 0)
            return -1;
    count = group_order(&figures->traffic, GROUP_PAIR, order);
    for (size_t i = 0; i < count; i++)
        if (find_at_pair(&finding, order[i]) < 0)
            return -1;
    if (problems->count)
        qsort(problems->list, problems->count, sizeof *problems->list, worse);
    return 0;
}
