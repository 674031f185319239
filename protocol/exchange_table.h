/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of the exchanges: a fixed number of requests, found by their tag or by the command in
 * them, in two lists by age: those that are open, and the others. Links are indices and lie apart
 * from the entries, so that a search touches an entry only when its fingerprint fits; nothing is
 * allocated while frames are fed. Not for others. */
#ifndef AOE_EXCHANGE_TABLE_H
#define AOE_EXCHANGE_TABLE_H

#include "frame.h"

#define EXCHANGE_NIL UINT32_MAX

/* A chain this long is only made on purpose. The oldest entry of a longer one is not found any
 * more, so that a hostile capture does not make every frame slow. */
enum { EXCHANGE_CHAIN_MOST = 64 };

enum exchange_state {
    EXCHANGE_FREE,
    EXCHANGE_OPEN,
    EXCHANGE_SUPERSEDED, /* sent again with a new tag: the state is that of `successor` */
    EXCHANGE_ANSWERED,
    EXCHANGE_GIVEN_UP,
    EXCHANGE_RESPONDER, /* not a request: one of the targets that answered a wide one */
};

/* What pairs a request and its response, in two words. */
struct exchange_key {
    uint64_t link; /* the initiator's address, 48 bits, and the VLAN, 16 */
    uint64_t rest; /* command, 8 bits, slot, 8, shelf, 16, and tag, 32 */
};

/* What a request asks for, as far as it tells one command from another, and whom. */
struct exchange_command {
    uint64_t content; /* ATA: opcode, count, LBA; else a hash over the sub-command */
    uint64_t whom;    /* the target's address, 48 bits, ATA flags, 8, and feature, 8 */
};

/* Two lines of the cache: the first is what a search and an answer need. */
struct exchange_entry {
    _Alignas(64) struct exchange_key key;
    struct exchange_command command;
    uint64_t number;    /* the last frame that sent this tag */
    int64_t time;       /* when `number` was sent, in ns */
    uint64_t first;     /* the first frame that carried the command, with any tag */
    int64_t time_first; /* when `first` was sent, in ns */
    int64_t time_last;  /* when the command was last sent as far as this entry speaks for it */
    int64_t touched;    /* when it was last sent or when it ended */
    uint64_t serial;    /* counts entries: never given twice */
    uint64_t successor_serial;
    uint32_t successor; /* the place of the new tag's entry, where superseded */
    uint32_t repeats;   /* how often the command was sent again, with any tag */
    uint32_t sends;     /* how often it was sent with this tag */
    uint32_t responses; /* how many came back with this tag */
    uint32_t mark;
};

/* What has to be known of a place when its entry is forgotten, which by then is far from the
 * processor: enum exchange_state, and these. */
enum {
    EXCHANGE_STATE = 0x07,
    EXCHANGE_BY_TAG = 0x08,     /* is in a chain of tags */
    EXCHANGE_BY_COMMAND = 0x10, /* is in a chain of commands */
    EXCHANGE_ALL = 0x20,        /* its address is that of several targets */
    EXCHANGE_DOUBTFUL = 0x40,   /* earlier frames could have made another entry of it, */
    EXCHANGE_CERTAIN = 0x80,    /* but could not keep it open */
};

/* A place in a chain: the next one, newest first, and a fingerprint of what is found there. */
struct exchange_link {
    uint32_t print, next;
};

/* The newest place of a chain, how many there are, and a sign of each, by which most of what is not
 * there is known without a look at them. */
struct exchange_head {
    uint32_t newest;
    uint16_t count, signs;
};

struct exchange_chains {
    struct exchange_head *heads;
    struct exchange_link *links;
    uint32_t mask;
};

/* A place in a list by age. */
struct exchange_age {
    uint32_t older, newer;
};

struct exchange_list {
    uint32_t oldest, newest;
    uint32_t count;
};

struct exchange_table {
    struct exchange_entry *entries;
    struct exchange_age *ages;
    uint8_t *states;
    struct exchange_chains tags;     /* all entries, by key */
    struct exchange_chains commands; /* open ATA requests, by what they ask for */
    struct exchange_list open, ended;
    uint32_t free;
    uint64_t serial; /* of the next entry */
    void *memory;
};

/* Room for twice `capacity` (a power of two) entries. False where there is no memory; then nothing
 * is held. */
bool exchange_table_open(struct exchange_table *table, size_t capacity);
void exchange_table_close(struct exchange_table *table);

/* A new entry, the newest of its list: open, or a responder, which is among the ended. All zero but
 * the key and the serial, and in no chain. There must be room. */
struct exchange_entry *exchange_table_take(struct exchange_table *table,
                                           const struct exchange_key *key,
                                           enum exchange_state state);

/* Puts an entry into the chain of its key, where it must be the newest. */
void exchange_table_link(struct exchange_table *table, struct exchange_entry *entry,
                         uint32_t print);

/* Both. */
struct exchange_entry *exchange_table_add(struct exchange_table *table,
                                          const struct exchange_key *key, uint32_t print,
                                          enum exchange_state state);

/* Forgets an entry. */
void exchange_table_remove(struct exchange_table *table, struct exchange_entry *entry);

/* Gives an entry another state, and makes it the newest of the list where it then belongs. */
void exchange_table_turn(struct exchange_table *table, struct exchange_entry *entry,
                         enum exchange_state state, int64_t clock);

/* Makes an entry the newest of its list. */
void exchange_table_touch(struct exchange_table *table, struct exchange_entry *entry,
                          int64_t clock);

/* Puts an entry into the chain of its command, in the order of serials, or takes it out (where it
 * is in one). */
void exchange_table_offer(struct exchange_table *table, struct exchange_entry *entry,
                          uint32_t print);
void exchange_table_withdraw(struct exchange_table *table, struct exchange_entry *entry);

/* Folds a whole product, so that the high bytes of a tag, where some initiators count, tell as
 * much as the low ones. */
static inline uint64_t exchange_mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product =
        (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) * (b ^ UINT64_C(0xC4CEB9FE1A85EC53));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The fingerprint of a key. */
static inline uint32_t exchange_tag_print(const struct exchange_key *key)
{
    return (uint32_t)exchange_mix(key->link, key->rest);
}

/* The fingerprint of a command to one shelf.slot, with any tag and to any address. */
static inline uint32_t exchange_command_print(const struct exchange_key *key,
                                              const struct exchange_command *command)
{
    uint64_t place = exchange_mix(key->link, key->rest >> 32 | command->whom << 48);
    return (uint32_t)exchange_mix(place, command->content);
}

static inline uint8_t exchange_key_command(const struct exchange_key *key)
{
    return (uint8_t)(key->rest >> 56);
}

static inline uint32_t exchange_key_tag(const struct exchange_key *key)
{
    return (uint32_t)key->rest;
}

/* True where the address is that of several targets. */
static inline bool exchange_key_is_all(const struct exchange_key *key)
{
    return (uint16_t)(key->rest >> 32) == AOE_SHELF_ALL ||
           (uint8_t)(key->rest >> 48) == AOE_SLOT_ALL;
}

static inline bool exchange_key_same(const struct exchange_key *a, const struct exchange_key *b)
{
    return a->link == b->link && a->rest == b->rest;
}

static inline bool exchange_command_same(const struct exchange_command *a,
                                         const struct exchange_command *b)
{
    return a->content == b->content && a->whom == b->whom;
}

static inline struct exchange_entry *exchange_table_at(const struct exchange_table *table,
                                                       uint32_t place)
{
    return place == EXCHANGE_NIL ? NULL : &table->entries[place];
}

static inline enum exchange_state exchange_table_state(const struct exchange_table *table,
                                                       const struct exchange_entry *entry)
{
    return (enum exchange_state)(table->states[entry - table->entries] & EXCHANGE_STATE);
}

static inline uint32_t exchange_table_place(const struct exchange_table *table,
                                            const struct exchange_entry *entry)
{
    return (uint32_t)(entry - table->entries);
}

/* The first place from `place` on that has the fingerprint, or EXCHANGE_NIL. */
static inline uint32_t exchange_chain_seek(const struct exchange_chains *chains, uint32_t place,
                                           uint32_t print)
{
    while (place != EXCHANGE_NIL && chains->links[place].print != print)
        place = chains->links[place].next;
    return place;
}

/* The bit of a fingerprint in `signs`: of what does not choose the chain. */
static inline uint16_t exchange_sign(uint32_t print)
{
    return (uint16_t)(1u << (print >> 28));
}

static inline uint32_t exchange_chain_first(const struct exchange_chains *chains, uint32_t print)
{
    const struct exchange_head *head = &chains->heads[print & chains->mask];
    if (!(head->signs & exchange_sign(print)))
        return EXCHANGE_NIL;
    return exchange_chain_seek(chains, head->newest, print);
}

static inline uint32_t exchange_chain_next(const struct exchange_chains *chains, uint32_t place)
{
    const struct exchange_link *link = &chains->links[place];
    return exchange_chain_seek(chains, link->next, link->print);
}

#endif
