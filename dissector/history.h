/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the first pass over a capture found out about each AoE frame: which frames belong to one
 * command, and what is wrong with them. Wireshark dissects frames again, in any order, whenever
 * somebody looks at them; by then all of this is known. Knows nothing of Wireshark. */
#ifndef AOE_HISTORY_H
#define AOE_HISTORY_H

#include "protocol/clause.h"
#include "protocol/exchange.h"
#include "protocol/rule.h"

struct history_options {
    int64_t patience; /* ns after which a request counts as unanswered, over 0 */
    bool rules;       /* apply the rules of the protocol */
    uint32_t mtu;     /* of the link, 0 where not known */
};

/* A frame's place in its command. Frame numbers are 0 where there is no such frame. */
struct history_exchange {
    enum aoe_exchange_kind kind;
    bool unanswered;     /* a request: no response to the command came in time */
    bool open;           /* a request: the capture ended before */
    bool given_up;       /* a late response, or a repeat: the command counted as unanswered */
    bool spurious;       /* a repeat whose command was answered without it */
    bool closes;         /* an answer: the command was open until then */
    uint32_t request;    /* a response: the request that it answers */
    uint32_t first;      /* the first request of the command (of a first request itself too) */
    uint32_t previous;   /* a repeat: the request before it */
    uint32_t next;       /* a request: the repeat after it */
    uint32_t answer;     /* the first response to the command; a duplicate's: of the same target */
    uint32_t repeats;    /* a response: how often the command had been sent again */
    int64_t since_last;  /* ns from that request, or from the one before a repeat */
    int64_t since_first; /* ns from the first request */
    uint64_t lba;        /* of the request, where it is an ATA command: LBA as aoe_ata_lba, */
    uint8_t opcode;      /* opcode, */
    uint8_t count;       /* sector count, */
    uint8_t aflags;      /* and flags; of another command: */
    uint8_t subcommand;  /* CCmd, MCmd or RCmd */
};

/* What is remarkable about a frame. */
enum history_note_kind {
    HISTORY_RULE,              /* breaks a clause, whose id and level the note has */
    HISTORY_LOW_BUFFER_COUNT,  /* a target that advertises a buffer count below 2 */
    HISTORY_OVER_BUFFER_COUNT, /* more commands outstanding than the target has buffers */
    HISTORY_OVER_SECTOR_COUNT, /* more sectors than the target advertised: i-sectors */
    HISTORY_OVER_MTU,          /* more sectors than a frame of the link's MTU carries */
    HISTORY_TWO_TARGETS,       /* two targets of one address, told apart by what they advertise */
    HISTORY_NOTES,
};

struct history_note {
    enum history_note_kind kind;
    const struct aoe_clause *clause; /* what is broken; NULL where no clause is */
    const char *field;               /* in the words of the specification */
    uint16_t byte, bytes;            /* of the field in the frame without VLAN tags; 0 bytes where
                                        something is missing there */
    const char *expected, *actual;
};

struct history;

/* NULL where there is no memory. */
struct history *history_new(const struct history_options *options);
void history_free(struct history *history);

/* Takes the next frame of the first pass: numbers grow. `vlan` as of aoe_vlan_of, `time` in ns. A
 * frame that cannot be read (aoe_exchange_readable) counts for nothing. Where memory runs out no
 * more is remembered. */
void history_feed(struct history *history, const struct aoe_frame *frame, uint32_t vlan,
                  uint32_t number, int64_t time);

/* After the last frame: what is still open gets no answer in this capture. */
void history_end(struct history *history);

/* What is known of frame `number`, whose time is `time`. False for a frame that was not fed. */
bool history_find(const struct history *history, uint32_t number, int64_t time,
                  struct history_exchange *to);

/* The frames of all responses to the command of frame `number`, in their order: writes up to
 * `most`, and returns how many there are (at most 65536 are counted). */
size_t history_answers(const struct history *history, uint32_t number, uint32_t *to, size_t most);

/* Hands out the notes about a frame, in the order in which they were found. */
typedef void history_note_sink(void *user, const struct history_note *note);
void history_notes(const struct history *history, uint32_t number, history_note_sink *sink,
                   void *user);

/* Bytes that are kept, all together. */
size_t history_bytes(const struct history *history);

#endif
