/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange_table.h"

#include <stdlib.h>

_Static_assert(sizeof(struct exchange_key) == 16, "a key is hashed as two words");

bool exchange_table_open(struct exchange_table *table, size_t capacity)
{
    *table = (struct exchange_table){.mask = (uint32_t)capacity - 1};
    table->entries = malloc(capacity * sizeof *table->entries);
    table->tags = malloc(capacity * sizeof *table->tags);
    table->commands = malloc(capacity * sizeof *table->commands);
    if (!table->entries || !table->tags || !table->commands) {
        exchange_table_close(table);
        return false;
    }
    memset(table->tags, 0xFF, capacity * sizeof *table->tags);
    memset(table->commands, 0xFF, capacity * sizeof *table->commands);
    for (size_t i = 0; i < capacity; i++)
        table->entries[i].newer = i + 1 < capacity ? (uint32_t)(i + 1) : EXCHANGE_NIL;
    table->oldest = table->newest = EXCHANGE_NIL;
    return true;
}

void exchange_table_close(struct exchange_table *table)
{
    free(table->entries);
    free(table->tags);
    free(table->commands);
    *table = (struct exchange_table){.entries = NULL};
}

/* Folds a whole product, so that the high bytes of a tag, where some initiators count, tell as
 * much as the low ones. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product =
        (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xC4CEB9FE1A85EC53));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t *tag_chain(const struct exchange_table *table, const struct exchange_key *key)
{
    uint64_t words[2];
    memcpy(words, key, sizeof words);
    return &table->tags[mix(words[0], words[1]) & table->mask];
}

static uint32_t *command_chain(const struct exchange_table *table, const struct exchange_key *key,
                               const struct exchange_command *command)
{
    struct exchange_key any_tag = *key;
    uint64_t words[2];
    any_tag.tag = 0;
    memcpy(words, &any_tag, sizeof words);
    uint64_t rest = mix(words[0], words[1]) + command->aflags;
    return &table->commands[mix(rest, command->content) & table->mask];
}

struct exchange_entry *exchange_table_tag(const struct exchange_table *table,
                                          const struct exchange_key *key)
{
    return exchange_table_at(table, *tag_chain(table, key));
}

struct exchange_entry *exchange_table_command(const struct exchange_table *table,
                                              const struct exchange_key *key,
                                              const struct exchange_command *command)
{
    return exchange_table_at(table, *command_chain(table, key, command));
}

static void age_append(struct exchange_table *table, struct exchange_entry *entry)
{
    uint32_t index = exchange_table_index(table, entry);
    entry->older = table->newest;
    entry->newer = EXCHANGE_NIL;
    if (table->newest == EXCHANGE_NIL)
        table->oldest = index;
    else
        table->entries[table->newest].newer = index;
    table->newest = index;
}

static void age_remove(struct exchange_table *table, struct exchange_entry *entry)
{
    if (entry->older == EXCHANGE_NIL)
        table->oldest = entry->newer;
    else
        table->entries[entry->older].newer = entry->newer;
    if (entry->newer == EXCHANGE_NIL)
        table->newest = entry->older;
    else
        table->entries[entry->newer].older = entry->older;
}

struct exchange_entry *exchange_table_add(struct exchange_table *table,
                                          const struct exchange_key *key)
{
    uint32_t index = table->free, *chain = tag_chain(table, key);
    struct exchange_entry *entry = exchange_table_at(table, index);
    if (!entry)
        return NULL;
    table->free = entry->newer;
    *entry = (struct exchange_entry){.key = *key, .successor = EXCHANGE_NIL};
    entry->tag_previous = EXCHANGE_NIL;
    entry->tag_next = *chain;
    if (*chain != EXCHANGE_NIL)
        table->entries[*chain].tag_previous = index;
    *chain = index;
    age_append(table, entry);
    return entry;
}

void exchange_table_remove(struct exchange_table *table, struct exchange_entry *entry)
{
    exchange_table_withdraw(table, entry);
    if (entry->tag_previous == EXCHANGE_NIL)
        *tag_chain(table, &entry->key) = entry->tag_next;
    else
        table->entries[entry->tag_previous].tag_next = entry->tag_next;
    if (entry->tag_next != EXCHANGE_NIL)
        table->entries[entry->tag_next].tag_previous = entry->tag_previous;
    age_remove(table, entry);
    entry->state = EXCHANGE_FREE;
    entry->newer = table->free;
    table->free = exchange_table_index(table, entry);
}

void exchange_table_touch(struct exchange_table *table, struct exchange_entry *entry, int64_t clock)
{
    entry->touched = clock;
    if (entry->newer == EXCHANGE_NIL)
        return;
    age_remove(table, entry);
    age_append(table, entry);
}

void exchange_table_offer(struct exchange_table *table, struct exchange_entry *entry)
{
    uint32_t index = exchange_table_index(table, entry);
    uint32_t *chain = command_chain(table, &entry->key, &entry->command);
    if (entry->by_command)
        return;
    entry->command_previous = EXCHANGE_NIL;
    entry->command_next = *chain;
    if (*chain != EXCHANGE_NIL)
        table->entries[*chain].command_previous = index;
    *chain = index;
    entry->by_command = true;
}

void exchange_table_withdraw(struct exchange_table *table, struct exchange_entry *entry)
{
    if (!entry->by_command)
        return;
    if (entry->command_previous == EXCHANGE_NIL)
        *command_chain(table, &entry->key, &entry->command) = entry->command_next;
    else
        table->entries[entry->command_previous].command_next = entry->command_next;
    if (entry->command_next != EXCHANGE_NIL)
        table->entries[entry->command_next].command_previous = entry->command_previous;
    entry->by_command = false;
}
