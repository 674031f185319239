/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "truth.h"

#include <stdlib.h>

#include "protocol/ata.h"

void truth_open(struct truth *truth, const struct options *options)
{
    *truth = (struct truth){.options = options, .keep = options->truth != NULL};
}

void truth_close(struct truth *truth)
{
    for (size_t i = 0; i < truth->pair_count; i++) {
        free(truth->pairs[i].edges.all);
        for (size_t k = 0; k < OPERATIONS; k++)
            tally_close(&truth->pairs[i].tallies[k]);
    }
    free(truth->pairs);
    *truth = (struct truth){0};
}

uint32_t truth_add_pair(struct truth *truth, const struct truth_pair *pair)
{
    if (truth->pair_count == truth->pair_capacity) {
        size_t capacity = truth->pair_capacity ? 2 * truth->pair_capacity : 64;
        struct truth_pair *pairs = reallocarray(truth->pairs, capacity, sizeof *pairs);
        if (!pairs) {
            truth->failed = true;
            return 0;
        }
        truth->pairs = pairs;
        truth->pair_capacity = capacity;
    }
    truth->pairs[truth->pair_count] = *pair;
    return (uint32_t)truth->pair_count++;
}

static void sample(struct truth *truth, struct tally *tally, enum timing timing, int64_t from,
                   int64_t to)
{
    if (truth->keep && samples_add(&tally->timings[timing], to > from ? to - from : 0))
        truth->failed = true;
}

static void add_edge(struct truth *truth, struct truth_pair *pair, struct edge edge)
{
    struct edges *edges = &pair->edges;
    if (!truth->keep)
        return;
    if (edges->count == edges->capacity) {
        size_t capacity = edges->capacity ? 2 * edges->capacity : 64;
        struct edge *all = reallocarray(edges->all, capacity, sizeof *all);
        if (!all) {
            truth->failed = true;
            return;
        }
        edges->all = all;
        edges->capacity = capacity;
    }
    edges->all[edges->count++] = edge;
}

static struct tally *tally_of(const struct truth *truth, const struct account *account)
{
    return &truth->pairs[account->pair].tallies[account->operation];
}

static int64_t expiry_of(const struct truth *truth, const struct account *account)
{
    return account->last_clock + (int64_t)truth->options->patience;
}

static void open_account(struct truth_pair *pair, struct account *account)
{
    account->state = ACCOUNT_OPEN;
    account->previous = NULL;
    account->next = pair->open;
    if (pair->open)
        pair->open->previous = account;
    pair->open = account;
    pair->outstanding++;
}

static void end_account(struct truth_pair *pair, struct account *account, enum account_state state)
{
    if (account->previous)
        account->previous->next = account->next;
    else
        pair->open = account->next;
    if (account->next)
        account->next->previous = account->previous;
    account->state = state;
    pair->outstanding--;
}

static void give_up(struct truth *truth, struct truth_pair *pair, struct account *account)
{
    struct tally *tally = tally_of(truth, account);
    end_account(pair, account, ACCOUNT_GIVEN_UP);
    tally->count[COUNT_UNANSWERED]++;
    tally->count[COUNT_UNANSWERED_ONCE] += account->sends == 1;
    /* After the frames of that very time: they do not end the wait yet. */
    add_edge(
        truth, pair,
        (struct edge){account->last_stamp + (int64_t)truth->options->patience, UINT64_MAX, -1});
}

/* Gives up what has waited too long when a frame comes at `clock`. */
static void expire(struct truth *truth, struct truth_pair *pair, int64_t clock)
{
    if (!pair->open || clock <= pair->next_expiry)
        return;
    pair->next_expiry = INT64_MAX;
    for (struct account *account = pair->open, *next; account; account = next) {
        next = account->next;
        int64_t expiry = expiry_of(truth, account);
        if (clock > expiry)
            give_up(truth, pair, account);
        else if (expiry < pair->next_expiry)
            pair->next_expiry = expiry;
    }
}

void truth_expire(struct truth *truth, uint32_t pair, int64_t clock)
{
    expire(truth, &truth->pairs[pair], clock);
}

static void count_position(struct truth_pair *pair, struct tally *tally,
                           const struct account *account)
{
    unsigned alignment = account->lba ? (unsigned)__builtin_ctzll(account->lba) : ALIGNMENTS;
    tally->count[COUNT_SECTORS_0 + account->sectors]++;
    tally->count[COUNT_ALIGNMENT_0 + (alignment < ALIGNMENTS ? alignment : ALIGNMENTS - 1)]++;
    if (pair->positioned && account->lba == pair->position)
        tally->count[COUNT_SEQUENTIAL]++;
    else if (pair->positioned && account->lba > pair->position)
        tally->count[COUNT_FORWARD_0 + power_of(account->lba - pair->position)]++;
    else if (pair->positioned)
        tally->count[COUNT_BACKWARD_0 + power_of(pair->position - account->lba)]++;
    pair->positioned = true;
    pair->position = account->lba + account->sectors;
}

static void count_first(struct truth *truth, struct truth_pair *pair, struct account *account,
                        const struct seen *seen)
{
    struct tally *tally = tally_of(truth, account);
    tally->count[COUNT_COMMANDS]++;
    if (pair->idle)
        sample(truth, tally, TIMING_THINK, pair->idle_since, seen->stamp);
    pair->idle = false;
    if (account->sectors)
        count_position(pair, tally, account);
    account->first_number = seen->number;
    account->first_stamp = seen->stamp;
    if (!pair->open)
        pair->next_expiry = INT64_MAX;
    open_account(pair, account);
    add_edge(truth, pair, (struct edge){seen->clock, seen->number, 1});
}

static void count_repeat(struct truth *truth, struct account *account, uint8_t tag,
                         const struct seen *seen)
{
    struct tally *tally = tally_of(truth, account);
    tally->count[account->tags[tag].sends ? COUNT_SAME_TAG : COUNT_NEW_TAG]++;
    tally->count[COUNT_REPEATED] += account->sends == 1;
    sample(truth, tally, account->sends == 1 ? TIMING_FIRST_REPEAT : TIMING_LATER_REPEAT,
           account->last_stamp, seen->stamp);
}

static void count_frame(struct tally *tally, unsigned count, const struct seen *seen)
{
    tally->count[count]++;
    if (seen->length > tally->largest_frame)
        tally->largest_frame = seen->length;
}

void truth_request(struct truth *truth, struct account *account, uint8_t tag,
                   const struct seen *seen)
{
    struct truth_pair *pair = &truth->pairs[account->pair];
    if (!seen->analysed)
        return;
    expire(truth, pair, seen->clock);
    count_frame(tally_of(truth, account), COUNT_REQUESTS, seen);
    if (account->sends)
        count_repeat(truth, account, tag, seen);
    else
        count_first(truth, pair, account, seen);
    account->sends++;
    account->tags[tag].sends++;
    account->tags[tag].last = account->last_stamp = seen->stamp;
    account->last_clock = seen->clock;
    if (expiry_of(truth, account) < pair->next_expiry)
        pair->next_expiry = expiry_of(truth, account);
}

static void count_errors(struct tally *tally, const struct reply *reply)
{
    static const uint8_t bits[] = {ATA_ERROR_ABRT, ATA_ERROR_IDNF, ATA_ERROR_UNC};
    uint8_t left = reply->error_register;
    if (reply->error)
        tally->count[COUNT_AOE_ERROR_0 + (reply->error < AOE_ERRORS ? reply->error : 7)]++;
    if (reply->error || !(reply->status & (ATA_STATUS_ERR | ATA_STATUS_DF)))
        return;
    tally->count[COUNT_ATA_ERRORS]++;
    for (size_t i = 0; i < sizeof bits; i++) {
        tally->count[COUNT_ATA_BIT_0 + i] += (left & bits[i]) != 0;
        left &= (uint8_t)~bits[i];
    }
    tally->count[COUNT_ATA_BIT_0 + sizeof bits] += left != 0;
}

static bool is_slower(const struct slow *a, const struct slow *b)
{
    if (a->latency != b->latency)
        return a->latency > b->latency;
    if (a->first_number != b->first_number)
        return a->first_number < b->first_number;
    return a->answer_number < b->answer_number;
}

static void keep_slow(struct truth *truth, const struct slow *slow)
{
    size_t at = truth->slow_count;
    if (at == SLOWEST && !is_slower(slow, &truth->slowest[SLOWEST - 1]))
        return;
    if (at < SLOWEST)
        truth->slow_count++;
    else
        at--;
    for (; at && is_slower(slow, &truth->slowest[at - 1]); at--)
        truth->slowest[at] = truth->slowest[at - 1];
    truth->slowest[at] = *slow;
}

static int64_t between(int64_t from, int64_t to)
{
    return to > from ? to - from : 0;
}

static void count_data(struct tally *tally, const struct account *account,
                       const struct reply *reply)
{
    uint64_t bytes = (uint64_t)account->sectors * AOE_SECTOR_BYTES;
    if (reply->error || reply->status & (ATA_STATUS_ERR | ATA_STATUS_DF))
        return;
    if (account->operation == OPERATION_READ)
        tally->count[COUNT_READ_BYTES] += bytes;
    else if (account->operation == OPERATION_WRITE)
        tally->count[COUNT_WRITTEN_BYTES] += bytes;
}

/* The command is answered; that of a broadcast by the first of its answers. */
static void end_answered(struct truth *truth, struct account *account, const struct seen *seen)
{
    struct truth_pair *pair = &truth->pairs[account->pair];
    tally_of(truth, account)->count[COUNT_ANSWERED]++;
    end_account(pair, account, ACCOUNT_ANSWERED);
    add_edge(truth, pair, (struct edge){seen->clock, seen->number, -1});
    pair->idle = pair->outstanding == 0;
    pair->idle_since = seen->stamp;
}

static void count_answer(struct truth *truth, struct account *account, const struct reply *reply,
                         const struct seen *seen)
{
    struct tally *tally = &truth->pairs[reply->pair].tallies[account->operation];
    int64_t sent = account->tags[reply->tag].last;
    tally->count[COUNT_ANSWERS_TO_BROADCAST] += account->broadcast;
    sample(truth, tally, TIMING_FRAME_ROUND_TRIP, sent, seen->stamp);
    sample(truth, tally, TIMING_COMMAND_LATENCY, account->first_stamp, seen->stamp);
    count_errors(tally, reply);
    count_data(tally, account, reply);
    keep_slow(truth, &(struct slow){.pair = reply->pair,
                                    .operation = account->operation,
                                    .lba = account->lba,
                                    .sectors = account->sectors,
                                    .first_number = account->first_number,
                                    .answer_number = seen->number,
                                    .repeats = account->sends - 1,
                                    .stamp = account->first_stamp,
                                    .latency = between(account->first_stamp, seen->stamp),
                                    .round_trip = between(sent, seen->stamp)});
    if (account->state == ACCOUNT_OPEN)
        end_answered(truth, account, seen);
}

/* Counts the response among those with its tag, of its sender where several may answer. */
static uint32_t count_with_tag(struct account *account, const struct reply *reply)
{
    if (account->responders)
        return ++account->responders[reply->target];
    return ++account->tags[reply->tag].responses;
}

void truth_response(struct truth *truth, struct account *account, const struct reply *reply,
                    const struct seen *seen)
{
    if (!seen->analysed)
        return;
    if (!account->tags[reply->tag].sends) {
        truth_unsolicited(truth, account->operation, reply, seen);
        return;
    }
    struct truth_pair *pair = &truth->pairs[reply->pair];
    struct tally *tally = &pair->tallies[account->operation];
    expire(truth, &truth->pairs[account->pair], seen->clock);
    count_frame(tally, COUNT_RESPONSES, seen);
    pair->answered = true;
    pair->advertised |= reply->config;
    uint32_t responses = count_with_tag(account, reply);
    bool first = account->responders ? responses == 1 && account->state != ACCOUNT_GIVEN_UP
                                     : account->state == ACCOUNT_OPEN;
    if (first) {
        count_answer(truth, account, reply, seen);
    } else if (responses <= account->tags[reply->tag].sends) {
        tally->count[COUNT_LATE]++;
        tally->count[COUNT_SPURIOUS] += account->state == ACCOUNT_ANSWERED;
    } else {
        tally->count[COUNT_DUPLICATE]++;
    }
}

/* What an ATA response answers does not stand in it. */
static enum operation operation_of_response(enum operation operation)
{
    return operation < OPERATION_ATA ? OPERATION_ATA : operation;
}

void truth_unsolicited(struct truth *truth, enum operation operation, const struct reply *reply,
                       const struct seen *seen)
{
    if (!seen->analysed)
        return;
    struct truth_pair *pair = &truth->pairs[reply->pair];
    struct tally *tally = &pair->tallies[operation_of_response(operation)];
    count_frame(tally, COUNT_RESPONSES, seen);
    tally->count[COUNT_UNSOLICITED]++;
    tally->count[COUNT_ADVERTS] += reply->advert;
    pair->answered = true;
    pair->advertised |= reply->config;
}

void truth_finish(struct truth *truth, int64_t clock)
{
    for (size_t i = 0; i < truth->pair_count; i++) {
        struct truth_pair *pair = &truth->pairs[i];
        pair->next_expiry = INT64_MIN;
        expire(truth, pair, clock);
        for (struct account *account = pair->open; account; account = account->next)
            tally_of(truth, account)->count[COUNT_OPEN]++;
    }
}
