/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/ata.h"

enum { INDEX = 4 * TRAFFIC_PAIRS, INDEX_NONE = UINT16_MAX };

int traffic_open(struct traffic *traffic)
{
    *traffic = (struct traffic){.pair_count = 0};
    traffic->pairs = calloc(TRAFFIC_PAIRS, sizeof *traffic->pairs);
    traffic->words = calloc(TRAFFIC_PAIRS, sizeof *traffic->words);
    traffic->targets = calloc(TRAFFIC_PAIRS, sizeof *traffic->targets);
    traffic->initiators = calloc(TRAFFIC_PAIRS, sizeof *traffic->initiators);
    traffic->index = malloc(INDEX * sizeof *traffic->index);
    bool pool = latency_pool_open(&traffic->pool, TRAFFIC_CHUNKS);
    if (!traffic->pairs || !traffic->words || !traffic->targets || !traffic->initiators ||
        !traffic->index || !pool) {
        traffic_close(traffic);
        return -1;
    }
    memset(traffic->index, 0xFF, INDEX * sizeof *traffic->index);
    return 0;
}

static void measure_free(struct measure *measure)
{
    if (measure)
        free(measure->sectors);
    free(measure);
}

void traffic_close(struct traffic *traffic)
{
    for (size_t i = 0; i < traffic->pair_count; i++) {
        for (unsigned operation = 0; operation < OPERATIONS; operation++)
            measure_free(traffic->pairs[i]->measures[operation]);
        free(traffic->pairs[i]);
    }
    for (size_t i = 0; i < traffic->target_count; i++)
        free(traffic->targets[i]);
    for (size_t i = 0; i < traffic->initiator_count; i++)
        free(traffic->initiators[i]);
    free(traffic->pairs);
    free(traffic->words);
    free(traffic->targets);
    free(traffic->initiators);
    free(traffic->index);
    latency_pool_close(&traffic->pool);
    *traffic = (struct traffic){.pair_count = 0};
}

static struct pair_words words_of(const struct pair_key *key)
{
    struct pair_words words =
        pair_words(aoe_mac_number(key->initiator), key->shelf, key->slot, key->vlan);
    words.where |= key->others;
    return words;
}

static struct pair_key key_of(struct pair_words words)
{
    struct pair_key key = {.shelf = (uint16_t)words.who,
                           .vlan = (uint32_t)(words.where >> 32),
                           .slot = (uint8_t)(words.where >> 8),
                           .others = (uint8_t)words.where};
    aoe_mac_from_number(words.who >> 16, key.initiator);
    return key;
}

static bool words_same(const struct pair_words *a, const struct pair_words *b)
{
    return a->who == b->who && a->where == b->where;
}

/* The place in the index where that key is or belongs. */
static uint16_t *place_of(const struct traffic *traffic, struct pair_words words)
{
    uint64_t hash =
        (words.who ^ words.where * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xC4CEB9FE1A85EC53);
    for (size_t i = hash >> 40;; i++) {
        uint16_t *place = &traffic->index[i % INDEX];
        if (*place == INDEX_NONE || words_same(&traffic->words[*place], &words))
            return place;
    }
}

static int target_of(struct traffic *traffic, const struct pair_key *key)
{
    for (size_t i = 0; i < traffic->target_count; i++) {
        const struct traffic_target *target = traffic->targets[i];
        if (target->vlan == key->vlan && target->shelf == key->shelf && target->slot == key->slot &&
            target->others == key->others)
            return (int)i;
    }
    struct traffic_target *target = calloc(1, sizeof *target);
    if (!target)
        return -1;
    target->vlan = key->vlan;
    target->shelf = key->shelf;
    target->slot = key->slot;
    target->others = key->others;
    traffic->targets[traffic->target_count] = target;
    return (int)traffic->target_count++;
}

static int initiator_of(struct traffic *traffic, const struct pair_key *key)
{
    for (size_t i = 0; i < traffic->initiator_count; i++)
        if (!memcmp(traffic->initiators[i]->mac, key->initiator, AOE_MAC_BYTES) &&
            traffic->initiators[i]->others == key->others)
            return (int)i;
    struct traffic_initiator *initiator = calloc(1, sizeof *initiator);
    if (!initiator)
        return -1;
    memcpy(initiator->mac, key->initiator, AOE_MAC_BYTES);
    initiator->others = key->others;
    traffic->initiators[traffic->initiator_count] = initiator;
    return (int)traffic->initiator_count++;
}

static int pair_new(struct traffic *traffic, struct pair_words words, uint16_t *place)
{
    const struct pair_key key = key_of(words);
    struct pair *pair = calloc(1, sizeof *pair);
    int target = pair ? target_of(traffic, &key) : -1;
    int initiator = target >= 0 ? initiator_of(traffic, &key) : -1;
    if (initiator < 0) {
        free(pair);
        return -1;
    }
    pair->key = key;
    pair->target = (uint32_t)target;
    pair->initiator = (uint32_t)initiator;
    traffic->pairs[traffic->pair_count] = pair;
    traffic->words[traffic->pair_count] = words;
    *place = (uint16_t)traffic->pair_count;
    return (int)traffic->pair_count++;
}

int traffic_pair_by_words(struct traffic *traffic, struct pair_words words)
{
    static const struct pair_words others = {.where = 1};
    uint16_t *place = place_of(traffic, words);
    if (*place != INDEX_NONE)
        return *place;
    /* The last place is for the pair of all others. */
    if (traffic->pair_count < TRAFFIC_PAIRS - 1)
        return pair_new(traffic, words, place);
    traffic->overflow = true;
    place = place_of(traffic, others);
    return *place != INDEX_NONE ? *place : pair_new(traffic, others, place);
}

int traffic_pair(struct traffic *traffic, const struct pair_key *key)
{
    return traffic_pair_by_words(traffic, words_of(key));
}

static bool transfers(enum operation operation)
{
    return operation == OPERATION_READ || operation == OPERATION_WRITE;
}

struct measure *traffic_measure(struct traffic *traffic, struct pair *pair,
                                enum operation operation)
{
    struct measure *measure = pair->measures[operation];
    (void)traffic;
    if (measure)
        return measure;
    measure = calloc(1, sizeof *measure);
    if (measure && transfers(operation) && measure_transfers(measure) < 0) {
        measure_free(measure);
        return NULL;
    }
    return pair->measures[operation] = measure;
}

uint32_t traffic_up(struct traffic *traffic, struct pair *pair, int64_t time)
{
    level_up(&traffic->level, time);
    level_up(&traffic->targets[pair->target]->level, time);
    level_up(&traffic->initiators[pair->initiator]->level, time);
    return level_up(&pair->level, time);
}

uint32_t traffic_down(struct traffic *traffic, struct pair *pair, int64_t time)
{
    level_down(&traffic->level, time);
    level_down(&traffic->targets[pair->target]->level, time);
    level_down(&traffic->initiators[pair->initiator]->level, time);
    return level_down(&pair->level, time);
}

/* Without branches: whether a seek comes, and where to, is what no processor guesses. */
static void count_seek(struct seeks *seeks, uint64_t lba)
{
    bool ahead = lba > seeks->next;
    uint64_t forward = lba - seeks->next, distance = ahead ? forward : 0 - forward;
    unsigned row = 63u - (unsigned)__builtin_clzll(distance | 1);
    if (row >= TRAFFIC_SEEKS)
        row = TRAFFIC_SEEKS - 1;
    uint64_t *rows[] = {seeks->backward, seeks->forward};
    rows[ahead][row] += distance != 0;
    seeks->sequential += !distance;
}

void traffic_seek(struct pair *pair, uint64_t lba, uint64_t sectors)
{
    struct seeks *seeks = &pair->seeks;
    if (seeks->next_known) {
        count_seek(seeks, lba);
    } else {
        seeks->first_open = true;
        seeks->first = lba;
    }
    seeks->next_known = true;
    seeks->next = lba + sectors;
}

void traffic_begins(struct traffic *traffic, struct pair *pair, int64_t time)
{
    struct thinking *thinking = &pair->thinking;
    if (thinking->idle) {
        latency_add(&traffic->pool, &thinking->time,
                    time > thinking->idle_since ? time - thinking->idle_since : 0);
    } else if (!thinking->known) {
        thinking->first_open = true;
        thinking->first = time;
    }
    thinking->known = true;
    thinking->idle = false;
}

void traffic_idles(struct pair *pair, int64_t time)
{
    pair->thinking.known = true;
    pair->thinking.idle = true;
    pair->thinking.idle_since = time;
}

void traffic_answers_from(struct traffic_target *target, const uint8_t mac[AOE_MAC_BYTES])
{
    for (unsigned i = 0; i < target->mac_count; i++)
        if (!memcmp(target->macs[i], mac, AOE_MAC_BYTES))
            return;
    if (target->mac_count < TRAFFIC_MACS)
        memcpy(target->macs[target->mac_count++], mac, AOE_MAC_BYTES);
}

void traffic_end(struct traffic *traffic, int64_t time)
{
    level_close(&traffic->level, time);
    for (size_t i = 0; i < traffic->pair_count; i++)
        level_close(&traffic->pairs[i]->level, time);
    for (size_t i = 0; i < traffic->target_count; i++)
        level_close(&traffic->targets[i]->level, time);
    for (size_t i = 0; i < traffic->initiator_count; i++)
        level_close(&traffic->initiators[i]->level, time);
}
