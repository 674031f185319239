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
    bool given_up;          /* with AOE_EXCHANGE_LATE: its request was given up, not answered; with
                               a repeat: the command was given up before, and is open again */
    bool closes;            /* with AOE_EXCHANGE_ANSWER: the command was open until now (each
                               further target that answers a broadcast closes nothing) */
    uint32_t mark;          /* of the command that is answered or repeated: aoe_exchanges_mark */
    uint32_t repeats;       /* how often the command was sent again so far */
    uint64_t request;       /* number of the frame that is answered or repeated; with
                               AOE_EXCHANGE_REQUEST the frame's own number */
    uint64_t request_first; /* number of the first frame that carried this command */
    int64_t since_last;     /* ns from that request to this frame */
    int64_t since_first;    /* ns from the first frame with this command to this frame */
    uint64_t lba;           /* of an ATA command: LBA, all 48 bits as sent, */
    uint8_t opcode;         /* opcode, */
    uint8_t count;          /* sector count */
    uint8_t aflags;         /* and flags; of another command: */
    uint8_t subcommand;     /* CCmd, MCmd or RCmd */
};

/* A request that nobody answered in time. */
struct aoe_exchange_given_up {
    uint64_t request;   /* number of the first frame that carried the command */
    int64_t time_first; /* when it was sent */
    int64_t time_last;  /* when the command was last sent again, with any tag */
    uint32_t sent;      /* how often in all, with any tag */
    uint32_t mark;
    bool at_end; /* since the recording ended, not for its age or for want of room */
};
typedef void aoe_exchange_unanswered(void *user, const struct aoe_exchange_given_up *given_up);

/* What the exchanges look at in a frame: small, so that it can be read ahead of them. */
struct aoe_exchange_reading {
    uint64_t link;    /* the initiator's address, 48 bits, and the VLAN, 16 */
    uint64_t rest;    /* command, 8 bits, slot, 8, shelf, 16, and tag, 32 */
    uint64_t content; /* ATA: opcode, sector count, LBA; else a hash over the argument */
    uint64_t whom;    /* the target's address, 48 bits, ATA flags, 8, and feature, 8 */
    uint32_t print;   /* of link and rest */
    bool response;
};

/* True where enough of the frame is there to be read: the header, and of a frame that the capture
 * cut, if it is an ATA command, the argument. */
static inline bool aoe_exchange_readable(const struct aoe_frame *frame)
{
    bool cut = frame->wire_length != frame->raw.length;
    if (frame->command == AOE_COMMAND_ATA && cut)
        return frame->extent == AOE_EXTENT_ARGUMENT;
    return frame->extent >= AOE_EXTENT_HEADER;
}

/* Reads a frame whose header is there (extent AOE_EXTENT_HEADER or more). */
void aoe_exchange_read(struct aoe_exchange_reading *to, const struct aoe_frame *frame,
                       uint16_t vlan);

/* The addresses of the two ends, as aoe_mac_number: a request goes from initiator to target, a
 * response the other way. */
static inline uint64_t aoe_exchange_initiator(const struct aoe_exchange_reading *reading)
{
    return reading->link >> 16;
}

static inline uint64_t aoe_exchange_target(const struct aoe_exchange_reading *reading)
{
    return reading->whom >> 16;
}

static inline uint32_t aoe_exchange_tag(const struct aoe_exchange_reading *reading)
{
    return (uint32_t)reading->rest;
}

static inline uint16_t aoe_exchange_shelf(const struct aoe_exchange_reading *reading)
{
    return (uint16_t)(reading->rest >> 32);
}

static inline uint8_t aoe_exchange_slot(const struct aoe_exchange_reading *reading)
{
    return (uint8_t)(reading->rest >> 48);
}

static inline uint8_t aoe_exchange_command(const struct aoe_exchange_reading *reading)
{
    return (uint8_t)(reading->rest >> 56);
}

struct aoe_exchanges;

/* With these the analyser and the dissector say the same of a capture: how many requests are
 * remembered, and for how many ns one may stay unanswered. */
#define AOE_EXCHANGES_CAPACITY 4096u
#define AOE_EXCHANGES_PATIENCE INT64_C(10000000000)

/* Remembers up to `capacity` open requests, and up to `capacity` that are not open any more: those
 * that were answered, sent again with another tag or given up, and the targets that answered a
 * broadcast, one each. An open request is given up `patience` ns after it was last sent. The others
 * are forgotten `patience` ns after they ended or were last sent, whichever was later; late and
 * duplicate responses do not prolong it. Where there is no room for one more, the one to which this
 * happened longest ago is given up, or forgotten: so an open request is never pushed out by others
 * that are answered meanwhile. `capacity` is a power of two, 16 or more; about 350 bytes each.
 * What is given up is handed to `unanswered` (may be NULL) when a later frame is fed or at the end.
 * NULL where there is no memory or the arguments are out of range (`patience` over 0). */
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

/* The same for a frame that was read before. */
struct aoe_exchange_event aoe_exchanges_feed_reading(struct aoe_exchanges *exchanges,
                                                     const struct aoe_exchange_reading *reading,
                                                     uint64_t number, int64_t time);

/* Gives the command of the frame that was just fed, an AOE_EXCHANGE_REQUEST, a number of the
 * caller's: 0 until then. A repeat with a new tag inherits it. */
void aoe_exchanges_mark(struct aoe_exchanges *exchanges, uint32_t mark);

/* Gives up everything that is still open, oldest first, and forgets all. */
void aoe_exchanges_finish(struct aoe_exchanges *exchanges);

/* Requests that are open now, all initiators and targets together. */
size_t aoe_exchanges_open(const struct aoe_exchanges *exchanges);

/* Says, before the first frame, that nothing was before it: settled from the start. */
void aoe_exchanges_from_start(struct aoe_exchanges *exchanges);

/* True once nothing that could have been fed before the first frame would change any event from
 * here on: two that were fed different frames before, and the same from their first frame on, go on
 * alike. Stays true. */
bool aoe_exchanges_settled(const struct aoe_exchanges *exchanges);

/* Writes all that is remembered, in an order that depends on the frames alone. False where it does
 * not fit (the writer has overrun). */
bool aoe_exchanges_save(const struct aoe_exchanges *exchanges, struct aoe_writer *to);

/* Replaces what is remembered by what was saved (by one of the same capacity and patience), with
 * `shift` added to all frame numbers, and marks replaced by `marks[mark]`. 0, or -1 where the bytes
 * are not such a state, or a mark is not below `count`; then nothing is remembered. Any bytes may
 * be given. What is loaded behaves as what was saved, and is settled. */
int aoe_exchanges_load(struct aoe_exchanges *exchanges, struct aoe_cursor *from, uint64_t shift,
                       const uint32_t *marks, size_t count);

/* "request", "repeat", "answer", ... */
const char *aoe_exchange_name(enum aoe_exchange_kind kind);

#endif
