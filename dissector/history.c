/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

#include <stdlib.h>

#include "judge.h"
#include "protocol/ata.h"
#include "protocol/vlan.h"

/* Above the kind of exchange, in one byte. */
enum {
    KIND = 0x07,
    UNANSWERED = 0x08,
    OPEN = 0x10,
    GIVEN_UP = 0x20,
    SPURIOUS = 0x40,
    CLOSES = 0x80,
};

/* One frame: 64 bytes a command are all that grows with a capture. Others are named by their
 * index + 1, 0 stands for none. The responses to a command form a ring. */
struct record {
    uint32_t number; /* of the frame */
    uint8_t bits;
    uint8_t opcode;   /* or the sub-command, of the request */
    uint8_t count;    /* and its sector count */
    uint8_t aflags;   /* and flags */
    uint32_t partner; /* a first request: the last response; a response: its request */
    uint32_t first;   /* the first request */
    uint32_t before;  /* a first request: the target; a repeat: the request before it; a response:
                         how often the command had been sent again */
    uint32_t after;   /* a request: the repeat after it; a response: the next in the ring */
    union {
        int64_t time;  /* a request */
        uint64_t what; /* a response: 48 bits of the request's LBA, and 16 that tell the sender */
    };
};

_Static_assert(sizeof(struct record) == 32, "a command has two of them");

enum { PAGE_RECORDS = 4096, PAGES_AT_FIRST = 16, LBA_BITS = 48 };

struct history {
    struct record **pages;
    size_t count, page_count, page_room;
    bool full; /* no memory for more */
    struct aoe_exchanges *exchanges;
    struct judge judge;
};

static struct record *at(const struct history *history, uint32_t index)
{
    return &history->pages[(index - 1) / PAGE_RECORDS][(index - 1) % PAGE_RECORDS];
}

/* A new record, all zero; NULL where there is no memory. */
static struct record *append(struct history *history)
{
    if (history->count == history->page_count * PAGE_RECORDS) {
        if (history->page_count == history->page_room) {
            size_t room = history->page_room ? history->page_room * 2 : PAGES_AT_FIRST;
            struct record **pages = realloc(history->pages, room * sizeof *pages);
            if (!pages)
                return NULL;
            history->pages = pages;
            history->page_room = room;
        }
        struct record *page = calloc(PAGE_RECORDS, sizeof *page);
        if (!page)
            return NULL;
        history->pages[history->page_count++] = page;
    }
    return at(history, (uint32_t)++history->count);
}

/* The index of the record of a frame, 0 where there is none. */
static uint32_t index_of(const struct history *history, uint64_t number)
{
    uint32_t low = 1, high = (uint32_t)history->count + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (at(history, middle)->number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low <= history->count && at(history, low)->number == number ? low : 0;
}

/* The command that a mark stands for is the index of its first request. */
static void give_up(void *user, const struct aoe_exchange_given_up *given_up)
{
    struct history *history = user;
    if (!given_up->mark)
        return;
    struct record *first = at(history, given_up->mark);
    first->bits |= given_up->at_end ? OPEN : UNANSWERED;
    judge_down(&history->judge, first->before);
}

struct history *history_new(const struct history_options *options)
{
    struct history *history = calloc(1, sizeof *history);
    if (!history)
        return NULL;
    history->exchanges =
        aoe_exchanges_new(AOE_EXCHANGES_CAPACITY, options->patience, give_up, history);
    bool judges = judge_open(&history->judge, options);
    if (history->exchanges && judges) {
        aoe_exchanges_from_start(history->exchanges);
        return history;
    }
    history_free(history);
    return NULL;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    for (size_t i = 0; i < history->page_count; i++)
        free(history->pages[i]);
    free(history->pages);
    aoe_exchanges_free(history->exchanges);
    judge_close(&history->judge);
    free(history);
}

static void tell_command(struct record *record, const struct aoe_frame *frame,
                         const struct aoe_exchange_event *event)
{
    bool ata = frame->command == AOE_COMMAND_ATA;
    record->opcode = ata ? event->opcode : event->subcommand;
    record->count = event->count;
    record->aflags = event->aflags;
}

static void link_first(struct history *history, struct record *record,
                       const struct aoe_frame *frame, uint32_t vlan)
{
    record->first = (uint32_t)history->count;
    record->before = judge_request(&history->judge, frame, vlan, record->number);
    aoe_exchanges_mark(history->exchanges, record->first);
}

/* The last request of a command, from one of its requests on. */
static uint32_t last_request(const struct history *history, uint32_t index)
{
    enum { STEPS = 64 };
    for (unsigned i = 0; i < STEPS && at(history, index)->after; i++)
        index = at(history, index)->after;
    return index;
}

static void link_repeat(struct history *history, struct record *record,
                        const struct aoe_exchange_event *event)
{
    uint32_t index = (uint32_t)history->count, sent = index_of(history, event->request);
    struct record *first = at(history, event->mark);
    record->first = event->mark;
    record->before = last_request(history, sent);
    at(history, record->before)->after = index;
    if (!event->given_up)
        return;
    record->bits |= GIVEN_UP;
    first->bits &= (uint8_t)~UNANSWERED;
    judge_up(&history->judge, first->before);
}

/* The repeat that was not needed: the one whose response comes late, or the one after it. */
static void mark_spurious(struct history *history, uint32_t request)
{
    const struct record *asked = at(history, request);
    bool first = asked->first == request;
    uint32_t repeat = first ? asked->after : request;
    if (repeat)
        at(history, repeat)->bits |= SPURIOUS;
}

/* Tells senders apart well enough. */
static uint64_t sender_of(const struct aoe_frame *frame)
{
    uint64_t mac = aoe_mac_number(frame->source);
    return (mac ^ mac >> 16 ^ mac >> 32) & 0xFFFF;
}

static void link_response(struct history *history, struct record *record,
                          const struct aoe_frame *frame, const struct aoe_exchange_event *event)
{
    uint32_t index = (uint32_t)history->count;
    struct record *first = at(history, event->mark);
    record->partner = index_of(history, event->request);
    record->first = event->mark;
    record->before = event->repeats;
    record->after = first->partner ? at(history, first->partner)->after : index;
    if (first->partner)
        at(history, first->partner)->after = index;
    first->partner = index;
    record->what = event->lba | sender_of(frame) << LBA_BITS;
    if (event->given_up)
        record->bits |= GIVEN_UP;
    else if (event->kind == AOE_EXCHANGE_LATE)
        mark_spurious(history, record->partner);
    if (!event->closes)
        return;
    record->bits |= CLOSES;
    judge_down(&history->judge, first->before);
}

static void link_record(struct history *history, struct record *record,
                        const struct aoe_frame *frame, uint32_t vlan,
                        const struct aoe_exchange_event *event)
{
    switch (event->kind) {
    case AOE_EXCHANGE_REQUEST:
        link_first(history, record, frame, vlan);
        break;
    case AOE_EXCHANGE_REPEAT:
    case AOE_EXCHANGE_REPEAT_NEW:
        link_repeat(history, record, event);
        break;
    case AOE_EXCHANGE_UNSOLICITED:
        break;
    default:
        link_response(history, record, frame, event);
    }
}

void history_feed(struct history *history, const struct aoe_frame *frame, uint32_t vlan,
                  uint32_t number, int64_t time)
{
    struct aoe_exchange_reading reading;
    if (!aoe_exchange_readable(frame) || history->full)
        return;
    struct record *record = append(history);
    history->full = !record;
    if (!record)
        return;
    aoe_exchange_read(&reading, frame, aoe_vlan_fold(vlan));
    const struct aoe_exchange_event event =
        aoe_exchanges_feed_reading(history->exchanges, &reading, number, time);
    record->number = number;
    record->bits = (uint8_t)event.kind;
    tell_command(record, frame, &event);
    if (!aoe_is_response(frame))
        record->time = time;
    link_record(history, record, frame, vlan, &event);
    judge_frame(&history->judge, frame, vlan, number, &event);
}

void history_end(struct history *history)
{
    aoe_exchanges_finish(history->exchanges);
}

static uint32_t number_at(const struct history *history, uint32_t index)
{
    return index ? at(history, index)->number : 0;
}

static int64_t since(int64_t time, int64_t before)
{
    int64_t duration;
    if (time <= before)
        return 0;
    return __builtin_sub_overflow(time, before, &duration) ? INT64_MAX : duration;
}

/* The first response to the command by the same sender; by anybody where `like` is NULL. */
static uint32_t answer_of(const struct history *history, const struct record *first,
                          const struct record *like)
{
    enum { STEPS = 1024 };
    if (!first->partner)
        return 0;
    uint32_t begin = at(history, first->partner)->after, index = begin;
    for (unsigned i = 0; like && i < STEPS; i++) {
        const struct record *answer = at(history, index);
        if (answer->what >> LBA_BITS == like->what >> LBA_BITS)
            return index;
        index = answer->after;
    }
    return begin;
}

static void find_request(const struct history *history, const struct record *record, int64_t time,
                         struct history_exchange *to)
{
    const struct record *first = at(history, record->first);
    to->unanswered = first->bits & UNANSWERED;
    to->open = first->bits & OPEN;
    to->spurious = record->bits & SPURIOUS;
    to->next = number_at(history, record->after);
    to->answer = number_at(history, answer_of(history, first, NULL));
    if (record == first)
        return;
    to->previous = number_at(history, record->before);
    to->since_last = since(time, at(history, record->before)->time);
    to->since_first = since(time, first->time);
}

static void find_response(const struct history *history, const struct record *record, int64_t time,
                          struct history_exchange *to)
{
    const struct record *first = at(history, record->first);
    uint64_t lba = record->what & (ATA_LBA48_END - 1);
    to->lba = record->aflags & AOE_ATA_EXTENDED ? lba : lba & (ATA_LBA28_END - 1);
    to->closes = record->bits & CLOSES;
    to->repeats = record->before;
    to->request = number_at(history, record->partner);
    to->answer = number_at(history, answer_of(history, first, record));
    to->since_last = since(time, at(history, record->partner)->time);
    to->since_first = since(time, first->time);
}

static bool is_request(const struct record *record)
{
    unsigned kind = record->bits & KIND;
    return kind == AOE_EXCHANGE_REQUEST || kind == AOE_EXCHANGE_REPEAT ||
           kind == AOE_EXCHANGE_REPEAT_NEW;
}

bool history_find(const struct history *history, uint32_t number, int64_t time,
                  struct history_exchange *to)
{
    uint32_t index = index_of(history, number);
    if (!index)
        return false;
    const struct record *record = at(history, index);
    *to = (struct history_exchange){
        .kind = (enum aoe_exchange_kind)(record->bits & KIND),
        .given_up = record->bits & GIVEN_UP,
        .first = number_at(history, record->first),
        .opcode = record->opcode,
        .subcommand = record->opcode,
        .count = record->count,
        .aflags = record->aflags,
    };
    if (is_request(record))
        find_request(history, record, time, to);
    else if (record->first)
        find_response(history, record, time, to);
    return true;
}

size_t history_answers(const struct history *history, uint32_t number, uint32_t *to, size_t most)
{
    enum { COUNTED = 65536 };
    uint32_t index = index_of(history, number), first = index ? at(history, index)->first : 0;
    if (!first || !at(history, first)->partner)
        return 0;
    uint32_t last = at(history, first)->partner, answer = last;
    size_t count = 0;
    do {
        answer = at(history, answer)->after;
        if (count < most)
            to[count] = number_at(history, answer);
        count++;
    } while (answer != last && count < COUNTED);
    return count;
}

void history_notes(const struct history *history, uint32_t number, history_note_sink *sink,
                   void *user)
{
    notes_of(history->judge.notes, number, sink, user);
}

size_t history_bytes(const struct history *history)
{
    return history->page_count * PAGE_RECORDS * sizeof(struct record) +
           history->page_room * sizeof *history->pages + notes_bytes(history->judge.notes);
}
