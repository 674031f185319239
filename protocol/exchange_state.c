/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange_state.h"

#include <stdlib.h>

/* Serials are saved as ages, the newest 1, so that they depend on what followed alone. */
static const uint64_t AGE_MOST = UINT64_C(1) << 62;

enum { FORM = 1 };

static void save_entry(const struct exchange_table *table, uint32_t place, struct aoe_writer *to)
{
    const struct exchange_entry *entry = &table->entries[place];
    const uint64_t words[] = {
        entry->key.link,
        entry->key.rest,
        entry->command.content,
        entry->command.whom,
        entry->number,
        (uint64_t)entry->time,
        entry->first,
        (uint64_t)entry->time_first,
        (uint64_t)entry->time_last,
        (uint64_t)entry->touched,
        table->serial - entry->serial,
        exchange_successor(table, entry) ? table->serial - entry->successor_serial : 0,
    };
    aoe_put_u8(to, table->states[place] & (EXCHANGE_DOUBTFUL - 1));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        aoe_put_be64(to, words[i]);
    aoe_put_be32(to, entry->repeats);
    aoe_put_be32(to, entry->sends);
    aoe_put_be32(to, entry->responses);
    aoe_put_be32(to, entry->mark);
}

static void save_list(const struct exchange_table *table, const struct exchange_list *list,
                      struct aoe_writer *to)
{
    aoe_put_be32(to, list->count);
    for (uint32_t place = list->oldest; place != EXCHANGE_NIL; place = table->ages[place].newer)
        save_entry(table, place, to);
}

bool aoe_exchanges_save(const struct aoe_exchanges *exchanges, struct aoe_writer *to)
{
    aoe_put_u8(to, FORM);
    aoe_put_be64(to, exchanges->capacity);
    aoe_put_be64(to, (uint64_t)exchanges->patience);
    aoe_put_u8(to, exchanges->started);
    aoe_put_be64(to, (uint64_t)exchanges->clock);
    save_list(&exchanges->table, &exchanges->table.open, to);
    save_list(&exchanges->table, &exchanges->table.ended, to);
    return !to->overrun;
}

/* What is loaded, on its way in. */
struct load {
    struct aoe_exchanges *exchanges;
    struct aoe_cursor *from;
    uint64_t shift;
    const uint32_t *marks;
    size_t count;
};

/* Where a loaded entry lies, to be found by its serial. */
struct loaded {
    uint64_t serial;
    uint32_t place;
};

static int64_t take_time(struct aoe_cursor *from)
{
    return (int64_t)aoe_take_be64(from);
}

/* Reads an entry; its serials are still ages. */
static void take_entry(struct exchange_entry *entry, struct aoe_cursor *from)
{
    entry->key.link = aoe_take_be64(from);
    entry->key.rest = aoe_take_be64(from);
    entry->command.content = aoe_take_be64(from);
    entry->command.whom = aoe_take_be64(from);
    entry->number = aoe_take_be64(from);
    entry->time = take_time(from);
    entry->first = aoe_take_be64(from);
    entry->time_first = take_time(from);
    entry->time_last = take_time(from);
    entry->touched = take_time(from);
    entry->serial = aoe_take_be64(from);
    entry->successor_serial = aoe_take_be64(from);
    entry->repeats = aoe_take_be32(from);
    entry->sends = aoe_take_be32(from);
    entry->responses = aoe_take_be32(from);
    entry->mark = aoe_take_be32(from);
}

/* True where an entry may be in this state, whatever others there are. */
static bool is_possible(const struct exchange_entry *entry, uint8_t states, bool open)
{
    unsigned state = states & EXCHANGE_STATE;
    bool all = states & EXCHANGE_ALL, by_command = states & EXCHANGE_BY_COMMAND;
    if (states & ~(EXCHANGE_STATE | EXCHANGE_BY_TAG | EXCHANGE_BY_COMMAND | EXCHANGE_ALL) ||
        all != exchange_key_is_all(&entry->key) || open != (state == EXCHANGE_OPEN))
        return false;
    if (state == EXCHANGE_FREE || state > EXCHANGE_RESPONDER)
        return false;
    if (state != EXCHANGE_RESPONDER && !entry->sends)
        return false;
    if (by_command && !(open && exchange_is_watched(entry)))
        return false;
    return state == EXCHANGE_SUPERSEDED ? exchange_is_watched(entry) : !entry->successor_serial;
}

static bool is_age(uint64_t age)
{
    return age > 0 && age <= AGE_MOST;
}

/* Numbers as they are from now on. */
static bool renumber(const struct load *load, struct exchange_entry *entry, bool responder)
{
    if (!is_age(entry->serial) || (entry->successor_serial && !is_age(entry->successor_serial)))
        return false;
    entry->serial = AGE_MOST - entry->serial;
    if (entry->successor_serial)
        entry->successor_serial = AGE_MOST - entry->successor_serial;
    else
        entry->successor_serial = UINT64_MAX;
    entry->number += load->shift;
    entry->first += load->shift;
    if (responder)
        return !entry->mark;
    if (entry->mark >= load->count)
        return false;
    entry->mark = load->marks[entry->mark];
    return true;
}

/* Reads an entry as the newest of its list, in no chain yet. */
static bool load_entry(const struct load *load, bool open, int64_t *touched, struct loaded *to)
{
    struct exchange_table *table = &load->exchanges->table;
    uint8_t states = aoe_take_u8(load->from);
    struct exchange_entry entry = {.successor = EXCHANGE_NIL};
    take_entry(&entry, load->from);
    if (load->from->overrun || !is_possible(&entry, states, open) ||
        !renumber(load, &entry, (states & EXCHANGE_STATE) == EXCHANGE_RESPONDER) ||
        entry.touched < *touched || entry.touched > load->exchanges->clock)
        return false;
    *touched = entry.touched;
    struct exchange_entry *place =
        exchange_table_take(table, &entry.key, (enum exchange_state)(states & EXCHANGE_STATE));
    *place = entry;
    *to = (struct loaded){entry.serial, exchange_table_place(table, place)};
    table->states[to->place] = states;
    if (states & EXCHANGE_ALL)
        load->exchanges->all[exchange_key_command(&entry.key)]++;
    return true;
}

static bool load_list(const struct load *load, bool open, struct loaded *to, uint32_t *count)
{
    int64_t touched = INT64_MIN;
    *count = aoe_take_be32(load->from);
    if (*count > load->exchanges->capacity || (*count && !load->exchanges->started))
        return false;
    for (uint32_t i = 0; i < *count; i++)
        if (!load_entry(load, open, &touched, &to[i]))
            return false;
    return true;
}

static int by_serial(const void *a, const void *b)
{
    const struct loaded *one = a, *other = b;
    return (one->serial > other->serial) - (one->serial < other->serial);
}

/* Finds the entry of the newer tag, where it is not forgotten. */
static bool join_successor(struct exchange_table *table, const struct loaded *loaded, size_t count,
                           struct exchange_entry *entry)
{
    const struct loaded key = {.serial = entry->successor_serial};
    if (entry->successor_serial == UINT64_MAX)
        return true;
    if (entry->successor_serial <= entry->serial)
        return false;
    const struct loaded *found = bsearch(&key, loaded, count, sizeof *loaded, by_serial);
    if (!found)
        return false;
    const struct exchange_entry *next = &table->entries[found->place];
    entry->successor = found->place;
    return exchange_is_watched(next) && next->first == entry->first;
}

/* Puts the entries into their chains, in the order in which they were once added. */
static bool join(struct exchange_table *table, const struct loaded *loaded, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct exchange_entry *entry = &table->entries[loaded[i].place];
        uint8_t states = table->states[loaded[i].place];
        table->states[loaded[i].place] &= (uint8_t) ~(EXCHANGE_BY_TAG | EXCHANGE_BY_COMMAND);
        if (states & EXCHANGE_BY_TAG)
            exchange_table_link(table, entry, exchange_tag_print(&entry->key));
        if (states & EXCHANGE_BY_COMMAND)
            exchange_table_offer(table, entry,
                                 exchange_command_print(&entry->key, &entry->command));
    }
    for (size_t i = 0; i < count; i++)
        if ((i && loaded[i].serial == loaded[i - 1].serial) ||
            !join_successor(table, loaded, count, &table->entries[loaded[i].place]))
            return false;
    return true;
}

/* Entries that were taken and are in no chain yet are left in a table that can be cleared. */
static bool load_entries(const struct load *load, struct loaded *loaded)
{
    struct exchange_table *table = &load->exchanges->table;
    uint32_t open = 0, ended = 0;
    bool good = load_list(load, true, loaded, &open) &&
                load_list(load, false, loaded + open, &ended) && !load->from->overrun;
    if (!good) {
        for (size_t i = 0; i < 2 * load->exchanges->capacity; i++)
            table->states[i] &= EXCHANGE_STATE | EXCHANGE_ALL;
        return false;
    }
    qsort(loaded, (size_t)open + ended, sizeof *loaded, by_serial);
    return join(table, loaded, (size_t)open + ended);
}

static bool load_head(struct aoe_exchanges *exchanges, struct aoe_cursor *from)
{
    uint8_t form = aoe_take_u8(from);
    uint64_t capacity = aoe_take_be64(from), patience = aoe_take_be64(from);
    uint8_t started = aoe_take_u8(from);
    exchanges->clock = take_time(from);
    exchanges->started = started == 1;
    return !from->overrun && form == FORM && capacity == exchanges->capacity &&
           patience == (uint64_t)exchanges->patience && started <= 1;
}

int aoe_exchanges_load(struct aoe_exchanges *exchanges, struct aoe_cursor *from, uint64_t shift,
                       const uint32_t *marks, size_t count)
{
    const struct load load = {exchanges, from, shift, marks, count};
    struct loaded *loaded = calloc(2 * exchanges->capacity, sizeof *loaded);
    exchange_forget_all(exchanges);
    if (loaded && load_head(exchanges, from)) {
        if (load_entries(&load, loaded)) {
            free(loaded);
            exchanges->table.serial = AGE_MOST;
            exchanges->settled = true;
            return 0;
        }
    }
    free(loaded);
    exchange_forget_all(exchanges);
    exchanges->started = false;
    return -1;
}
