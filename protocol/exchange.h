/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exchanges: which response answers which request, in a stream of frames of any mixture of
 * targets and initiators, in bounded memory. */
#ifndef AOE_EXCHANGE_H
#define AOE_EXCHANGE_H

#include "frame.h"

enum aoe_exchange_kind {
    AOE_EXCHANGE_REQUEST,     /* a request not seen before */
    AOE_EXCHANGE_REPEAT,      /* the same command again with the same tag (1.1-stateless) */
    AOE_EXCHANGE_REPEAT_NEW,  /* the same command again with a new tag, the first still open */
    AOE_EXCHANGE_ANSWER,      /* the first response to a request */
    AOE_EXCHANGE_DUPLICATE,   /* a further response, without a repeat that explains it (2-once) */
    AOE_EXCHANGE_LATE,        /* a response to a request that was answered through its repeat, or
                                 given up as unanswered */
    AOE_EXCHANGE_UNSOLICITED, /* a response to nothing that was seen: advert, or a wrong tag */
    AOE_EXCHANGE_NONE,        /* not AoE, or its header is cut */
};

/* What pairs a request and its response: both addresses of the link, the target's shelf.slot,
 * the tag, the command, and the VLAN (0 without one). A request to a broadcast address, of
 * Ethernet or of AoE, is answered by any target that it reaches, each once. */
struct aoe_exchange_event {
    enum aoe_exchange_kind kind;
    uint64_t request;       /* number of the frame that is answered or repeated; with
                               AOE_EXCHANGE_REQUEST the frame's own number */
    uint64_t request_first; /* number of the first frame that carried this command */
    int64_t since_last;     /* ns from that request to this frame */
    int64_t since_first;    /* ns from the first frame with this command to this frame */
    unsigned repeats;       /* how often the command was sent again so far */
};

/* Told when a request is given up: the number of the first frame that carried it, how often it
 * had been sent (with any tag), and when last. */
typedef void aoe_exchange_unanswered(void *user, uint64_t request, unsigned sent, int64_t time);

struct aoe_exchanges;

/* Room for `capacity` requests that are open or were lately answered (a power of two, 16 or
 * more; about 130 bytes each, indices included). A request that is not answered within `patience`
 * ns is unanswered and handed to `unanswered` (may be NULL) when a later frame is fed or at the
 * end; an answered one is remembered as long to recognise duplicates. When the room is full the
 * oldest entry goes first. NULL where there is no memory or the arguments are out of range
 * (`patience` over 0). */
struct aoe_exchanges *aoe_exchanges_new(size_t capacity, int64_t patience,
                                        aoe_exchange_unanswered *unanswered, void *user);
void aoe_exchanges_free(struct aoe_exchanges *exchanges);

/* Feeds the next frame: its number (growing from frame to frame), its time in ns and its VLAN.
 * Times may step back a little, as in captures of several queues; intervals are then 0. A step
 * back of more than `patience` begins another recording: what is open is given up. The frame is
 * only looked at during the call. */
struct aoe_exchange_event aoe_exchanges_feed(struct aoe_exchanges *exchanges,
                                             const struct aoe_frame *frame, uint64_t number,
                                             int64_t time, uint16_t vlan);

/* Gives up everything that is still open, oldest first. */
void aoe_exchanges_finish(struct aoe_exchanges *exchanges);

/* Requests that are open now, all initiators and targets together. */
size_t aoe_exchanges_open(const struct aoe_exchanges *exchanges);

/* "request", "repeat", "answer", ... */
const char *aoe_exchange_name(enum aoe_exchange_kind kind);

#endif
