/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the exchanges hold, and a frame on its way through them. Not for others. */
#ifndef AOE_EXCHANGE_STATE_H
#define AOE_EXCHANGE_STATE_H

#include "exchange.h"
#include "exchange_table.h"

/* On the way to aoe_exchanges_settled. */
struct exchange_settling {
    enum exchange_state elder; /* open, given up or free: no more */
    int64_t touched;           /* when that last changed */
    int64_t in_step;           /* the clock is any clock from here on */
    int64_t since;             /* and was from there on */
    bool is_in_step;
    size_t doubtful; /* entries */
};

struct aoe_exchanges {
    struct exchange_table table;
    size_t capacity;
    int64_t patience;
    int64_t clock; /* the latest time seen, so that ages never go back */
    int64_t due;   /* nothing is given up or forgotten for its age before the clock passes this */
    bool started;
    bool settled;
    struct exchange_settling settling;
    uint32_t fed;      /* the place of the request that was just fed, or EXCHANGE_NIL */
    uint32_t all[256]; /* per command, how many entries have a broadcast shelf or slot */
    aoe_exchange_unanswered *unanswered;
    void *user;
};

struct exchange_step {
    struct exchange_key key;
    struct exchange_command command; /* of a response, with the address of its sender */
    uint32_t print;                  /* of the key */
    uint64_t number;
    int64_t time;
};

/* The bit of `whom` that marks the address of a group. */
#define EXCHANGE_GROUP (UINT64_C(1) << 56)

/* True for a request that several targets may answer. */
static inline bool exchange_is_wide(const struct exchange_entry *entry)
{
    return exchange_key_is_all(&entry->key) || entry->command.whom & EXCHANGE_GROUP;
}

/* True for a request whose repeats are known by what they ask for. Only ATA says that in so many
 * words; the same query may be meant twice. */
static inline bool exchange_is_watched(const struct exchange_entry *entry)
{
    return exchange_key_command(&entry->key) == AOE_COMMAND_ATA && !exchange_is_wide(entry);
}

/* The entry of the newer tag, where there is one that is not forgotten. */
static inline struct exchange_entry *exchange_successor(const struct exchange_table *table,
                                                        const struct exchange_entry *entry)
{
    struct exchange_entry *next = exchange_table_at(table, entry->successor);
    bool is_it = next && exchange_table_state(table, next) != EXCHANGE_FREE &&
                 next->serial == entry->successor_serial;
    return is_it ? next : NULL;
}

/* Forgets everything, and tells nobody. */
void exchange_forget_all(struct aoe_exchanges *exchanges);

/* Nanoseconds between two times, 0 where the clock stepped back; safe for any two times. */
static inline int64_t exchange_since(int64_t now, int64_t then)
{
    uint64_t difference = (uint64_t)now - (uint64_t)then;
    if (now <= then)
        return 0;
    return difference > INT64_MAX ? INT64_MAX : (int64_t)difference;
}

/* What happens to entries while it is not settled; exchange_settle_reset is true where a step back
 * of the clock makes all memories the same. */
void exchange_settle_begin(struct aoe_exchanges *exchanges);
void exchange_settle_clock(struct aoe_exchanges *exchanges);
bool exchange_settle_reset(const struct aoe_exchanges *exchanges);
void exchange_settle_added(struct aoe_exchanges *exchanges, const struct exchange_entry *entry);
void exchange_settle_sent(struct aoe_exchanges *exchanges, const struct exchange_entry *entry,
                          const struct exchange_entry *head);
void exchange_settle_answered(struct aoe_exchanges *exchanges, const struct exchange_entry *entry,
                              const struct exchange_entry *head, unsigned fitness);
void exchange_settle_given_up(struct aoe_exchanges *exchanges, const struct exchange_entry *entry,
                              bool for_room);
void exchange_settle_forgotten(struct aoe_exchanges *exchanges, const struct exchange_entry *entry);

#endif
