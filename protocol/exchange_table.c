/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange_table.h"

#include <stdlib.h>

_Static_assert(sizeof(struct exchange_entry) == 128, "an entry is two lines of the cache");

enum { LINE_BYTES = 64 };

/* How many chains: of tags so many that few hold two entries; of commands, those that are open. */
static size_t tag_chains(size_t places)
{
    return 2 * places;
}

static size_t command_chains(size_t places)
{
    return places / 2;
}

/* The parts of one piece of memory. */
static size_t bytes_of(size_t places)
{
    size_t chains = tag_chains(places) + command_chains(places);
    return places * (sizeof(struct exchange_entry) + sizeof(struct exchange_age) +
                     2 * sizeof(struct exchange_link) + sizeof(uint8_t)) +
           chains * sizeof(struct exchange_head);
}

static void divide(struct exchange_table *table, size_t places)
{
    table->entries = table->memory;
    table->ages = (struct exchange_age *)(table->entries + places);
    table->tags.links = (struct exchange_link *)(table->ages + places);
    table->commands.links = table->tags.links + places;
    table->tags.heads = (struct exchange_head *)(table->commands.links + places);
    table->tags.mask = (uint32_t)tag_chains(places) - 1;
    table->commands.heads = table->tags.heads + tag_chains(places);
    table->commands.mask = (uint32_t)command_chains(places) - 1;
    table->states = (uint8_t *)(table->commands.heads + command_chains(places));
}

static void empty(struct exchange_chains *chains)
{
    for (size_t i = 0; i <= chains->mask; i++)
        chains->heads[i] = (struct exchange_head){EXCHANGE_NIL, 0, 0};
}

bool exchange_table_open(struct exchange_table *table, size_t capacity)
{
    const struct exchange_list nothing = {EXCHANGE_NIL, EXCHANGE_NIL, 0};
    size_t places = 2 * capacity;
    *table = (struct exchange_table){.open = nothing, .ended = nothing};
    size_t bytes = (bytes_of(places) + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    table->memory = aligned_alloc(LINE_BYTES, bytes);
    if (!table->memory)
        return false;
    divide(table, places);
    empty(&table->tags);
    empty(&table->commands);
    memset(table->states, EXCHANGE_FREE, places);
    for (size_t i = 0; i < places; i++)
        table->ages[i].newer = i + 1 < places ? (uint32_t)(i + 1) : EXCHANGE_NIL;
    return true;
}

void exchange_table_close(struct exchange_table *table)
{
    free(table->memory);
    *table = (struct exchange_table){.memory = NULL};
}

/* Puts a place where `link` points to, which is in the chain of `head`. Returns the last place of
 * a chain that has become too long, which is no longer in it, or EXCHANGE_NIL. */
static uint32_t chain_insert(struct exchange_chains *chains, struct exchange_head *head,
                             uint32_t *link, uint32_t place, uint32_t print)
{
    chains->links[place] = (struct exchange_link){print, *link};
    *link = place;
    head->signs |= exchange_sign(print);
    if (++head->count <= EXCHANGE_CHAIN_MOST)
        return EXCHANGE_NIL;
    link = &head->newest;
    while (chains->links[*link].next != EXCHANGE_NIL)
        link = &chains->links[*link].next;
    uint32_t last = *link;
    *link = EXCHANGE_NIL;
    head->count--;
    return last;
}

static void chain_remove(struct exchange_chains *chains, uint32_t place)
{
    struct exchange_head *head = &chains->heads[chains->links[place].print & chains->mask];
    uint32_t *link = &head->newest;
    while (*link != place)
        link = &chains->links[*link].next;
    *link = chains->links[place].next;
    if (!--head->count)
        head->signs = 0;
}

static struct exchange_list *list_of(struct exchange_table *table, uint32_t place)
{
    bool open = (table->states[place] & EXCHANGE_STATE) == EXCHANGE_OPEN;
    return open ? &table->open : &table->ended;
}

static void list_append(struct exchange_table *table, struct exchange_list *list, uint32_t place)
{
    table->ages[place] = (struct exchange_age){list->newest, EXCHANGE_NIL};
    if (list->newest == EXCHANGE_NIL)
        list->oldest = place;
    else
        table->ages[list->newest].newer = place;
    list->newest = place;
    list->count++;
}

static void list_remove(struct exchange_table *table, struct exchange_list *list, uint32_t place)
{
    const struct exchange_age age = table->ages[place];
    if (age.older == EXCHANGE_NIL)
        list->oldest = age.newer;
    else
        table->ages[age.older].newer = age.newer;
    if (age.newer == EXCHANGE_NIL)
        list->newest = age.older;
    else
        table->ages[age.newer].older = age.older;
    list->count--;
}

/* Field by field: a whole one is zeroed in a loop, whose end is guessed wrong. */
static void begin(struct exchange_entry *entry, const struct exchange_key *key, uint64_t serial)
{
    entry->key = *key;
    entry->command = (struct exchange_command){0, 0};
    entry->number = entry->first = 0;
    entry->time = entry->time_first = entry->time_last = entry->touched = 0;
    entry->serial = serial;
    entry->successor_serial = 0;
    entry->successor = EXCHANGE_NIL;
    entry->repeats = entry->sends = entry->responses = entry->mark = 0;
}

struct exchange_entry *exchange_table_take(struct exchange_table *table,
                                           const struct exchange_key *key,
                                           enum exchange_state state)
{
    uint32_t place = table->free;
    struct exchange_entry *entry = &table->entries[place];
    table->free = table->ages[place].newer;
    begin(entry, key, table->serial++);
    table->states[place] = (uint8_t)((int)state | (exchange_key_is_all(key) ? EXCHANGE_ALL : 0));
    list_append(table, list_of(table, place), place);
    return entry;
}

void exchange_table_link(struct exchange_table *table, struct exchange_entry *entry, uint32_t print)
{
    uint32_t place = exchange_table_place(table, entry);
    struct exchange_head *head = &table->tags.heads[print & table->tags.mask];
    table->states[place] |= EXCHANGE_BY_TAG;
    uint32_t last = chain_insert(&table->tags, head, &head->newest, place, print);
    if (last != EXCHANGE_NIL)
        table->states[last] &= (uint8_t)~EXCHANGE_BY_TAG;
}

struct exchange_entry *exchange_table_add(struct exchange_table *table,
                                          const struct exchange_key *key, uint32_t print,
                                          enum exchange_state state)
{
    struct exchange_entry *entry = exchange_table_take(table, key, state);
    exchange_table_link(table, entry, print);
    return entry;
}

void exchange_table_remove(struct exchange_table *table, struct exchange_entry *entry)
{
    uint32_t place = exchange_table_place(table, entry);
    exchange_table_withdraw(table, entry);
    if (table->states[place] & EXCHANGE_BY_TAG)
        chain_remove(&table->tags, place);
    list_remove(table, list_of(table, place), place);
    table->states[place] = EXCHANGE_FREE;
    table->ages[place].newer = table->free;
    table->free = place;
    /* It is taken next, and the oldest is forgotten next. */
    __builtin_prefetch(entry, 1);
    __builtin_prefetch((const char *)entry + LINE_BYTES, 1);
    if (table->ended.oldest != EXCHANGE_NIL)
        __builtin_prefetch(&table->tags.links[table->ended.oldest], 1);
}

void exchange_table_turn(struct exchange_table *table, struct exchange_entry *entry,
                         enum exchange_state state, int64_t clock)
{
    uint32_t place = exchange_table_place(table, entry);
    list_remove(table, list_of(table, place), place);
    table->states[place] = (uint8_t)((table->states[place] & ~EXCHANGE_STATE) | (int)state);
    entry->touched = clock;
    list_append(table, list_of(table, place), place);
}

void exchange_table_touch(struct exchange_table *table, struct exchange_entry *entry, int64_t clock)
{
    uint32_t place = exchange_table_place(table, entry);
    entry->touched = clock;
    if (table->ages[place].newer == EXCHANGE_NIL)
        return;
    struct exchange_list *list = list_of(table, place);
    list_remove(table, list, place);
    list_append(table, list, place);
}

void exchange_table_offer(struct exchange_table *table, struct exchange_entry *entry,
                          uint32_t print)
{
    uint32_t place = exchange_table_place(table, entry);
    struct exchange_head *head = &table->commands.heads[print & table->commands.mask];
    uint32_t *link = &head->newest;
    while (*link != EXCHANGE_NIL && table->entries[*link].serial > entry->serial)
        link = &table->commands.links[*link].next;
    table->states[place] |= EXCHANGE_BY_COMMAND;
    uint32_t last = chain_insert(&table->commands, head, link, place, print);
    if (last != EXCHANGE_NIL)
        table->states[last] &= (uint8_t)~EXCHANGE_BY_COMMAND;
}

void exchange_table_withdraw(struct exchange_table *table, struct exchange_entry *entry)
{
    uint32_t place = exchange_table_place(table, entry);
    if (!(table->states[place] & EXCHANGE_BY_COMMAND))
        return;
    chain_remove(&table->commands, place);
    table->states[place] &= (uint8_t)~EXCHANGE_BY_COMMAND;
}
