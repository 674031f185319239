/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When nothing from before the first frame matters any more.
 *
 * Somebody who had seen earlier frames too may remember more: `elder` stands for the latest of what
 * only they may remember, and lives as long as that could. While it lives a request may in truth be
 * a repeat, so entries made meanwhile are doubtful, and so are those that come from doubtful ones.
 * A doubtful entry that was answered beyond doubt ends in both memories alike; one that is
 * forgotten otherwise lives on in `elder`. */
#include "exchange_state.h"

static void renew(struct aoe_exchanges *exchanges)
{
    exchanges->settling.elder = EXCHANGE_OPEN;
    exchanges->settling.touched = exchanges->clock;
}

void exchange_settle_begin(struct aoe_exchanges *exchanges)
{
    struct exchange_settling *settling = &exchanges->settling;
    int64_t clock = exchanges->clock;
    *settling = (struct exchange_settling){.elder = EXCHANGE_OPEN, .touched = clock};
    settling->in_step =
        clock > INT64_MAX - exchanges->patience ? INT64_MAX : clock + exchanges->patience;
}

/* The clock of somebody else may be ahead by the patience; from then on it is the same. */
static bool is_in_step(struct aoe_exchanges *exchanges)
{
    struct exchange_settling *settling = &exchanges->settling;
    if (!settling->is_in_step && exchanges->clock >= settling->in_step) {
        settling->is_in_step = true;
        settling->since = exchanges->clock;
        renew(exchanges);
    }
    return settling->is_in_step;
}

void exchange_settle_clock(struct aoe_exchanges *exchanges)
{
    struct exchange_settling *settling = &exchanges->settling;
    if (!is_in_step(exchanges))
        return;
    bool past = exchange_since(exchanges->clock, settling->touched) > exchanges->patience;
    if (past && settling->elder == EXCHANGE_OPEN) {
        settling->elder = EXCHANGE_GIVEN_UP;
        settling->touched = exchanges->clock;
    } else if (past && settling->elder == EXCHANGE_GIVEN_UP) {
        settling->elder = EXCHANGE_FREE;
    }
    exchanges->settled = settling->elder == EXCHANGE_FREE && !settling->doubtful;
}

bool exchange_settle_reset(const struct aoe_exchanges *exchanges)
{
    return exchanges->settled || exchanges->settling.is_in_step;
}

static uint8_t *states_of(struct aoe_exchanges *exchanges, const struct exchange_entry *entry)
{
    return &exchanges->table.states[exchange_table_place(&exchanges->table, entry)];
}

static bool is_doubtful(struct aoe_exchanges *exchanges, const struct exchange_entry *entry)
{
    return *states_of(exchanges, entry) & EXCHANGE_DOUBTFUL;
}

static void doubt(struct aoe_exchanges *exchanges, const struct exchange_entry *entry)
{
    if (!is_doubtful(exchanges, entry))
        exchanges->settling.doubtful++;
    *states_of(exchanges, entry) |= EXCHANGE_DOUBTFUL;
}

/* Calls `doubt` for all requests of that key; true where one of them is not `but` and may wait. */
static bool doubt_key(struct aoe_exchanges *exchanges, const struct exchange_key *key,
                      const struct exchange_entry *but, bool all)
{
    const struct exchange_chains *tags = &exchanges->table.tags;
    bool others = false;
    for (uint32_t place = exchange_chain_first(tags, exchange_tag_print(key));
         place != EXCHANGE_NIL; place = exchange_chain_next(tags, place)) {
        struct exchange_entry *entry = &exchanges->table.entries[place];
        uint8_t states = exchanges->table.states[place];
        if ((states & EXCHANGE_STATE) == EXCHANGE_RESPONDER || !exchange_key_same(&entry->key, key))
            continue;
        others |= entry != but && !(states & EXCHANGE_CERTAIN);
        if (all)
            doubt(exchanges, entry);
    }
    return others;
}

void exchange_settle_added(struct aoe_exchanges *exchanges, const struct exchange_entry *entry)
{
    if (exchanges->settled)
        return;
    bool alive = exchanges->settling.elder != EXCHANGE_FREE;
    if (!alive && !exchanges->settling.doubtful)
        return;
    if (alive)
        doubt(exchanges, entry);
    if (doubt_key(exchanges, &entry->key, entry, false)) {
        doubt_key(exchanges, &entry->key, entry, true);
        renew(exchanges);
    }
}

void exchange_settle_sent(struct aoe_exchanges *exchanges, const struct exchange_entry *entry,
                          const struct exchange_entry *head)
{
    if (exchanges->settled)
        return;
    bool open = exchange_table_state(&exchanges->table, head) == EXCHANGE_OPEN;
    if (open && exchanges->settling.elder == EXCHANGE_FREE && !is_doubtful(exchanges, entry) &&
        !is_doubtful(exchanges, head))
        return;
    doubt(exchanges, entry);
    doubt(exchanges, head);
    *states_of(exchanges, entry) &= (uint8_t)~EXCHANGE_CERTAIN;
    *states_of(exchanges, head) &= (uint8_t)~EXCHANGE_CERTAIN;
}

void exchange_settle_answered(struct aoe_exchanges *exchanges, const struct exchange_entry *entry,
                              const struct exchange_entry *head, unsigned fitness)
{
    if (exchanges->settled)
        return;
    bool alive = exchanges->settling.elder != EXCHANGE_FREE, alike = !(fitness & 1);
    bool doubtful = alive || is_doubtful(exchanges, entry);
    if (exchange_is_wide(entry) || doubt_key(exchanges, &entry->key, entry, false)) {
        if (!doubtful && !exchanges->settling.doubtful)
            return;
        doubt_key(exchanges, &entry->key, entry, true);
        if (head)
            doubt(exchanges, head);
        renew(exchanges);
    } else if (doubtful) {
        doubt(exchanges, entry);
        if (alike)
            *states_of(exchanges, entry) |= EXCHANGE_CERTAIN;
        if (head && alike)
            *states_of(exchanges, head) |= EXCHANGE_CERTAIN;
        if (head)
            doubt(exchanges, head);
    }
}

void exchange_settle_given_up(struct aoe_exchanges *exchanges, const struct exchange_entry *entry,
                              bool for_room)
{
    if (exchanges->settled)
        return;
    if (for_room)
        renew(exchanges);
    else if (exchanges->settling.is_in_step && entry->touched >= exchanges->settling.since)
        *states_of(exchanges, entry) |= EXCHANGE_CERTAIN;
}

void exchange_settle_forgotten(struct aoe_exchanges *exchanges, const struct exchange_entry *entry)
{
    if (exchanges->settled)
        return;
    uint8_t states = *states_of(exchanges, entry);
    if (!(states & EXCHANGE_DOUBTFUL))
        return;
    exchanges->settling.doubtful--;
    unsigned state = states & EXCHANGE_STATE;
    if (!(states & EXCHANGE_CERTAIN) && state != EXCHANGE_RESPONDER && state != EXCHANGE_SUPERSEDED)
        renew(exchanges);
}
