/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of the exchanges: a fixed number of requests, found by their tag or by the command
 * in them, oldest first. Links are indices, so an entry is small and nothing is allocated while
 * frames are fed. Not for others. */
#ifndef AOE_EXCHANGE_TABLE_H
#define AOE_EXCHANGE_TABLE_H

#include "frame.h"

#define EXCHANGE_NIL UINT32_MAX

/* A chain this long is only made on purpose; what lies deeper is not looked at, so that a hostile
 * capture does not make every frame slow. */
enum { EXCHANGE_CHAIN_MOST = 64 };

enum exchange_state {
    EXCHANGE_FREE,
    EXCHANGE_OPEN,
    EXCHANGE_SUPERSEDED, /* sent again with a new tag: the state is that of `successor` */
    EXCHANGE_ANSWERED,
    EXCHANGE_GIVEN_UP,
    EXCHANGE_RESPONDER, /* not a request: one of the targets that answered a wide one */
};

/* 16 bytes without holes: compared and hashed as they lie in memory. */
struct exchange_key {
    uint8_t initiator[AOE_MAC_BYTES];
    uint16_t vlan;
    uint16_t shelf;
    uint8_t slot;
    uint8_t command;
    uint32_t tag;
};

/* What a request asks for, as far as it tells one command from another. */
struct exchange_command {
    uint64_t content; /* ATA: opcode, count, LBA; else a hash over the sub-command */
    uint8_t aflags;
    uint8_t feature;
};

struct exchange_entry {
    struct exchange_key key;
    struct exchange_command command;
    uint64_t number;    /* the last frame that sent this tag */
    uint64_t first;     /* the first frame that carried the command, with any tag */
    int64_t time;       /* when `number` was sent, in ns */
    int64_t time_first; /* when `first` was sent, in ns */
    int64_t touched;    /* when something last happened to it */
    uint32_t repeats;   /* how often the command was sent again, with any tag */
    uint32_t sends;     /* how often it was sent with this tag */
    uint32_t responses; /* how many came back with this tag */
    uint32_t successor; /* the entry of the new tag, where superseded */
    uint32_t older, newer;
    uint32_t tag_next, tag_previous;
    uint32_t command_next, command_previous;
    uint8_t target[AOE_MAC_BYTES];
    uint8_t state;
    bool by_command; /* is in a chain of commands */
};

struct exchange_table {
    struct exchange_entry *entries;
    uint32_t *tags;     /* chains by key */
    uint32_t *commands; /* chains of open ATA requests by what they ask for */
    uint32_t mask;      /* capacity - 1 */
    uint32_t oldest, newest;
    uint32_t free;
};

/* False where there is no memory; then nothing is held. */
bool exchange_table_open(struct exchange_table *table, size_t capacity);
void exchange_table_close(struct exchange_table *table);

/* A new entry in the chain of its key and as the newest, all zero but the key; NULL when full. */
struct exchange_entry *exchange_table_add(struct exchange_table *table,
                                          const struct exchange_key *key);
void exchange_table_remove(struct exchange_table *table, struct exchange_entry *entry);

/* Makes an entry the newest. */
void exchange_table_touch(struct exchange_table *table, struct exchange_entry *entry,
                          int64_t clock);

/* Puts an entry into the chain of its command, or takes it out (where it is in one). */
void exchange_table_offer(struct exchange_table *table, struct exchange_entry *entry);
void exchange_table_withdraw(struct exchange_table *table, struct exchange_entry *entry);

/* First entry of the chain in which a key, or a command of any tag, would be found. */
struct exchange_entry *exchange_table_tag(const struct exchange_table *table,
                                          const struct exchange_key *key);
struct exchange_entry *exchange_table_command(const struct exchange_table *table,
                                              const struct exchange_key *key,
                                              const struct exchange_command *command);

static inline struct exchange_entry *exchange_table_at(const struct exchange_table *table,
                                                       uint32_t index)
{
    return index == EXCHANGE_NIL ? NULL : &table->entries[index];
}

static inline uint32_t exchange_table_index(const struct exchange_table *table,
                                            const struct exchange_entry *entry)
{
    return (uint32_t)(entry - table->entries);
}

static inline bool exchange_command_same(const struct exchange_command *a,
                                         const struct exchange_command *b)
{
    return a->content == b->content && a->aflags == b->aflags && a->feature == b->feature;
}

#endif
