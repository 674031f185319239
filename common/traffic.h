/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who talks with whom: pairs of initiator and target, and what is kept for each. */
#ifndef AOE_TRAFFIC_H
#define AOE_TRAFFIC_H

#include "level.h"
#include "measure.h"
#include "protocol/vlan.h"

/* More pairs than this share the last one. */
enum { TRAFFIC_PAIRS = 512, TRAFFIC_MACS = 8, TRAFFIC_SEEKS = 48, TRAFFIC_CHUNKS = 8192 };

struct pair_key {
    uint8_t initiator[AOE_MAC_BYTES];
    uint16_t shelf;
    uint32_t vlan;
    uint8_t slot;
    uint8_t others; /* 1 for the pair that stands for all that found no room */
};

/* The same as two words, to be searched for. */
struct pair_words {
    uint64_t who;   /* the initiator as aoe_mac_number, and the shelf, 16 bits */
    uint64_t where; /* the VLAN, 32 bits, the slot, 24, and `others`, 8 */
};

static inline struct pair_words pair_words(uint64_t initiator, uint16_t shelf, uint8_t slot,
                                           uint32_t vlan)
{
    return (struct pair_words){initiator << 16 | shelf, (uint64_t)vlan << 32 | (uint32_t)slot << 8};
}

struct seeks {
    uint64_t sequential, forward[TRAFFIC_SEEKS], backward[TRAFFIC_SEEKS];
    uint64_t next;  /* LBA after the last read or write */
    uint64_t first; /* LBA of the first, where it was not known what was before */
    bool next_known, first_open;
};

struct thinking {
    struct latency time;
    int64_t idle_since; /* the answer that left nothing outstanding, ns */
    int64_t first;      /* the first command, where it was not known what was before */
    bool idle, known, first_open;
};

struct pair {
    struct pair_key key;
    uint32_t target, initiator; /* indices */
    struct level level;
    struct measure *measures[OPERATIONS]; /* NULL where it did not occur */
    struct seeks seeks;
    struct thinking thinking;
};

struct traffic_target {
    uint32_t vlan;
    uint16_t shelf;
    uint8_t slot;
    bool others;
    uint8_t mac_count;
    uint8_t macs[TRAFFIC_MACS][AOE_MAC_BYTES];
    uint64_t mac_latest; /* the one that answered last, as aoe_mac_number */
    bool advertised;
    uint16_t buffer_count, firmware;
    uint8_t sector_count;
    struct level level;
};

struct traffic_initiator {
    uint8_t mac[AOE_MAC_BYTES];
    bool others;
    struct level level;
};

struct traffic {
    struct pair **pairs;
    struct pair_words *words; /* of the pairs, close together to be searched */
    size_t pair_count;
    struct traffic_target **targets;
    size_t target_count;
    struct traffic_initiator **initiators;
    size_t initiator_count;
    uint16_t *index; /* hash of keys to pairs */
    struct latency_pool pool;
    struct level level; /* all together */
    bool overflow;      /* more pairs than there is room for */
};

/* -1 where there is no memory; then nothing is held. */
int traffic_open(struct traffic *traffic);
void traffic_close(struct traffic *traffic);

/* The index of the pair with that key, made where it is new; the pair of the others where there is
 * no room. -1 where there is no memory. */
int traffic_pair(struct traffic *traffic, const struct pair_key *key);
int traffic_pair_by_words(struct traffic *traffic, struct pair_words words);

/* The measure of an operation of a pair, made where it is new. NULL where there is no memory. */
struct measure *traffic_measure(struct traffic *traffic, struct pair *pair,
                                enum operation operation);

/* One command more, or fewer, is outstanding in a pair, at its target, its initiator, in all.
 * Returns how many are in the pair. */
uint32_t traffic_up(struct traffic *traffic, struct pair *pair, int64_t time);
uint32_t traffic_down(struct traffic *traffic, struct pair *pair, int64_t time);

/* A first send: where its data lies, and how long the initiator thought before it. */
void traffic_seek(struct pair *pair, uint64_t lba, uint64_t sectors);
void traffic_begins(struct traffic *traffic, struct pair *pair, int64_t time);

/* The answer that left nothing outstanding in the pair. */
void traffic_idles(struct pair *pair, int64_t time);

/* Notes that a target answered from that address. */
void traffic_answers_from(struct traffic_target *target, const uint8_t mac[AOE_MAC_BYTES]);

/* Counts the time that has passed since the last change of any level. */
void traffic_end(struct traffic *traffic, int64_t time);

/* Forgets all figures, but not who is there and where everything stands. */
void traffic_restart(struct traffic *traffic);

/* Adds what `after` counted, which began where `traffic` ends. marks[i] becomes the index here of
 * pair i of `after`. -1 where there is no memory. */
int traffic_join(struct traffic *traffic, const struct traffic *after, uint32_t *marks);

#endif
