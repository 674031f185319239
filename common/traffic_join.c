/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a capture, one after the other. */
#include <stdlib.h>
#include <string.h>

#include "traffic.h"

static void seeks_restart(struct seeks *seeks)
{
    *seeks = (struct seeks){.next = seeks->next, .next_known = seeks->next_known};
}

static void thinking_restart(struct thinking *thinking)
{
    thinking->time = (struct latency){.count = 0};
    thinking->first_open = false;
}

static void pair_restart(struct pair *pair)
{
    for (unsigned i = 0; i < OPERATIONS; i++) {
        if (!pair->measures[i])
            continue;
        free(pair->measures[i]->sectors);
        free(pair->measures[i]);
        pair->measures[i] = NULL;
    }
    level_restart(&pair->level);
    seeks_restart(&pair->seeks);
    thinking_restart(&pair->thinking);
}

void traffic_restart(struct traffic *traffic)
{
    level_restart(&traffic->level);
    for (size_t i = 0; i < traffic->pair_count; i++)
        pair_restart(traffic->pairs[i]);
    for (size_t i = 0; i < traffic->target_count; i++)
        level_restart(&traffic->targets[i]->level);
    for (size_t i = 0; i < traffic->initiator_count; i++)
        level_restart(&traffic->initiators[i]->level);
    latency_pool_clear(&traffic->pool);
}

/* The distance to the first command of `after`, which only the part before it knows. */
static void seeks_join(struct pair *pair, const struct seeks *after)
{
    struct seeks *seeks = &pair->seeks;
    if (after->first_open)
        traffic_seek(pair, after->first, 0);
    seeks->sequential += after->sequential;
    for (unsigned i = 0; i < TRAFFIC_SEEKS; i++) {
        seeks->forward[i] += after->forward[i];
        seeks->backward[i] += after->backward[i];
    }
    if (!after->next_known)
        return;
    seeks->next_known = true;
    seeks->next = after->next;
}

static void thinking_join(struct traffic *traffic, struct pair *pair,
                          const struct latency_pool *from_pool, const struct thinking *after)
{
    struct thinking *thinking = &pair->thinking;
    if (after->first_open)
        traffic_begins(traffic, pair, after->first);
    latency_join(&traffic->pool, &thinking->time, from_pool, &after->time);
    if (!after->known)
        return;
    thinking->known = true;
    thinking->idle = after->idle;
    thinking->idle_since = after->idle_since;
}

static int measures_join(struct traffic *traffic, struct pair *pair, const struct traffic *after,
                         const struct pair *from)
{
    for (unsigned i = 0; i < OPERATIONS; i++) {
        if (!from->measures[i])
            continue;
        struct measure *to = traffic_measure(traffic, pair, i);
        if (!to || measure_join(&traffic->pool, to, &after->pool, from->measures[i]) < 0)
            return -1;
    }
    return 0;
}

static int pair_join(struct traffic *traffic, const struct traffic *after, size_t index,
                     uint32_t *mark)
{
    const struct pair *from = after->pairs[index];
    int number = traffic_pair(traffic, &from->key);
    if (number < 0)
        return -1;
    struct pair *pair = traffic->pairs[number];
    *mark = (uint32_t)number;
    level_join(&pair->level, &from->level);
    seeks_join(pair, &from->seeks);
    thinking_join(traffic, pair, &after->pool, &from->thinking);
    return measures_join(traffic, pair, after, from);
}

static void target_join(struct traffic_target *to, const struct traffic_target *from)
{
    for (unsigned i = 0; i < from->mac_count; i++)
        traffic_answers_from(to, from->macs[i]);
    level_join(&to->level, &from->level);
    if (!from->advertised)
        return;
    to->advertised = true;
    to->buffer_count = from->buffer_count;
    to->sector_count = from->sector_count;
    to->firmware = from->firmware;
}

/* Targets and initiators are where the pairs say; each is joined once. */
static void ends_join(struct traffic *traffic, const struct traffic *after, const uint32_t *marks)
{
    bool targets[TRAFFIC_PAIRS] = {false}, initiators[TRAFFIC_PAIRS] = {false};
    for (size_t i = 0; i < after->pair_count; i++) {
        const struct pair *from = after->pairs[i], *to = traffic->pairs[marks[i]];
        if (!targets[from->target])
            target_join(traffic->targets[to->target], after->targets[from->target]);
        if (!initiators[from->initiator])
            level_join(&traffic->initiators[to->initiator]->level,
                       &after->initiators[from->initiator]->level);
        targets[from->target] = initiators[from->initiator] = true;
    }
}

int traffic_join(struct traffic *traffic, const struct traffic *after, uint32_t *marks)
{
    for (size_t i = 0; i < after->pair_count; i++)
        if (pair_join(traffic, after, i, &marks[i]) < 0)
            return -1;
    ends_join(traffic, after, marks);
    level_join(&traffic->level, &after->level);
    traffic->overflow |= after->overflow;
    traffic->pool.full |= after->pool.full;
    return 0;
}
