/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange.h"

#include <stdlib.h>

#include "exchange_state.h"

struct aoe_exchanges *aoe_exchanges_new(size_t capacity, int64_t patience,
                                        aoe_exchange_unanswered *unanswered, void *user)
{
    const size_t most = (size_t)1 << 28;
    if (capacity < 16 || capacity > most || (capacity & (capacity - 1)) || patience <= 0)
        return NULL;
    struct aoe_exchanges *exchanges = calloc(1, sizeof *exchanges);
    if (!exchanges)
        return NULL;
    if (!exchange_table_open(&exchanges->table, capacity)) {
        free(exchanges);
        return NULL;
    }
    exchanges->capacity = capacity;
    exchanges->patience = patience;
    exchanges->due = INT64_MIN;
    exchanges->fed = EXCHANGE_NIL;
    exchanges->unanswered = unanswered;
    exchanges->user = user;
    return exchanges;
}

void aoe_exchanges_free(struct aoe_exchanges *exchanges)
{
    if (!exchanges)
        return;
    exchange_table_close(&exchanges->table);
    free(exchanges);
}

static struct exchange_entry *oldest_open(const struct aoe_exchanges *exchanges)
{
    return exchange_table_at(&exchanges->table, exchanges->table.open.oldest);
}

static struct exchange_entry *oldest_ended(const struct aoe_exchanges *exchanges)
{
    return exchange_table_at(&exchanges->table, exchanges->table.ended.oldest);
}

static void forget(struct aoe_exchanges *exchanges, struct exchange_entry *entry)
{
    if (!exchanges->settled)
        exchange_settle_forgotten(exchanges, entry);
    if (exchanges->table.states[exchange_table_place(&exchanges->table, entry)] & EXCHANGE_ALL)
        exchanges->all[exchange_key_command(&entry->key)]--;
    exchange_table_remove(&exchanges->table, entry);
}

/* Makes room for one more that is not open. */
static void forget_for_room(struct aoe_exchanges *exchanges)
{
    if (exchanges->table.ended.count >= exchanges->capacity)
        forget(exchanges, oldest_ended(exchanges));
}

static void end(struct aoe_exchanges *exchanges, struct exchange_entry *entry,
                enum exchange_state state)
{
    forget_for_room(exchanges);
    exchange_table_withdraw(&exchanges->table, entry);
    exchange_table_turn(&exchanges->table, entry, state, exchanges->clock);
}

static bool is_past(const struct aoe_exchanges *exchanges, const struct exchange_entry *entry)
{
    return exchange_since(exchanges->clock, entry->touched) > exchanges->patience;
}

static void give_up(struct aoe_exchanges *exchanges, struct exchange_entry *entry, bool at_end)
{
    const struct aoe_exchange_given_up given_up = {.request = entry->first,
                                                   .time_first = entry->time_first,
                                                   .time_last = entry->time_last,
                                                   .sent = entry->repeats + 1,
                                                   .mark = entry->mark,
                                                   .at_end = at_end};
    if (!exchanges->settled)
        exchange_settle_given_up(exchanges, entry, !is_past(exchanges, entry));
    end(exchanges, entry, EXCHANGE_GIVEN_UP);
    if (exchanges->unanswered)
        exchanges->unanswered(exchanges->user, &given_up);
}

/* Makes room for one more that is open. */
static void give_up_for_room(struct aoe_exchanges *exchanges)
{
    if (exchanges->table.open.count >= exchanges->capacity)
        give_up(exchanges, oldest_open(exchanges), false);
}

void exchange_forget_all(struct aoe_exchanges *exchanges)
{
    struct exchange_entry *entry;
    while ((entry = oldest_open(exchanges)) || (entry = oldest_ended(exchanges)))
        forget(exchanges, entry);
    exchanges->due = INT64_MIN;
    exchanges->fed = EXCHANGE_NIL;
}

void aoe_exchanges_finish(struct aoe_exchanges *exchanges)
{
    struct exchange_entry *entry;
    while ((entry = oldest_open(exchanges)))
        give_up(exchanges, entry, true);
    exchange_forget_all(exchanges);
}

/* When the older of the two will be too old, or what comes after them. */
static int64_t next_due(const struct aoe_exchanges *exchanges, const struct exchange_entry *open,
                        const struct exchange_entry *ended)
{
    int64_t from = exchanges->clock;
    if (open && open->touched < from)
        from = open->touched;
    if (ended && ended->touched < from)
        from = ended->touched;
    return from > INT64_MAX - exchanges->patience ? INT64_MAX : from + exchanges->patience;
}

/* What is open for too long is given up, and then remembered as long again to tell a late response
 * from an unsolicited one. */
static void expire(struct aoe_exchanges *exchanges)
{
    struct exchange_entry *open, *ended;
    while ((open = oldest_open(exchanges)) && is_past(exchanges, open))
        give_up(exchanges, open, false);
    while ((ended = oldest_ended(exchanges)) && is_past(exchanges, ended))
        forget(exchanges, ended);
    exchanges->due = next_due(exchanges, open, ended);
}

static void advance(struct aoe_exchanges *exchanges, int64_t time)
{
    if (exchanges->started && exchange_since(exchanges->clock, time) > exchanges->patience) {
        /* Not a little step back: another recording, or one wild time stamp behind us. */
        bool same = exchange_settle_reset(exchanges);
        aoe_exchanges_finish(exchanges);
        exchanges->settled = same;
        exchanges->started = false;
    }
    bool begins = !exchanges->started;
    if (begins || time > exchanges->clock)
        exchanges->clock = time;
    exchanges->started = true;
    if (begins && !exchanges->settled)
        exchange_settle_begin(exchanges);
    if (exchanges->clock > exchanges->due)
        expire(exchanges);
    if (!exchanges->settled)
        exchange_settle_clock(exchanges);
}

static struct exchange_entry *add(struct aoe_exchanges *exchanges, const struct exchange_step *step,
                                  enum exchange_state state)
{
    struct exchange_entry *entry =
        exchange_table_add(&exchanges->table, &step->key, step->print, state);
    entry->command = step->command;
    entry->touched = exchanges->clock;
    if (exchange_key_is_all(&step->key))
        exchanges->all[exchange_key_command(&step->key)]++;
    return entry;
}

/* The entry of the newest tag of a superseded one. The way there is shortened, since a command may
 * be repeated very often. NULL where that is forgotten. */
static struct exchange_entry *newest_of(const struct exchange_table *table,
                                        struct exchange_entry *entry)
{
    struct exchange_entry *head = entry;
    while (head && exchange_table_state(table, head) == EXCHANGE_SUPERSEDED)
        head = exchange_successor(table, head);
    while (head && exchange_table_state(table, entry) == EXCHANGE_SUPERSEDED) {
        struct exchange_entry *next = exchange_successor(table, entry);
        entry->successor = exchange_table_place(table, head);
        entry->successor_serial = head->serial;
        entry = next;
    }
    return head;
}

/* The entry that stands for the whole command: itself, nearly always. */
static inline struct exchange_entry *head_of(const struct exchange_table *table,
                                             struct exchange_entry *entry)
{
    bool superseded = exchange_table_state(table, entry) == EXCHANGE_SUPERSEDED;
    return superseded ? newest_of(table, entry) : entry;
}

/* A config query that was answered is asked anew, not repeated: initiators use one tag for all of
 * them. */
static bool is_repeatable(const struct exchange_table *table, const struct exchange_entry *entry)
{
    enum exchange_state state = exchange_table_state(table, entry);
    return state == EXCHANGE_OPEN ||
           (state != EXCHANGE_RESPONDER && exchange_key_command(&entry->key) != AOE_COMMAND_CONFIG);
}

/* The same command to the same place with the same tag. */
static struct exchange_entry *find_sent(const struct exchange_table *table,
                                        const struct exchange_step *step)
{
    const struct exchange_chains *tags = &table->tags;
    for (uint32_t place = exchange_chain_first(tags, step->print); place != EXCHANGE_NIL;
         place = exchange_chain_next(tags, place)) {
        struct exchange_entry *entry = &table->entries[place];
        if (is_repeatable(table, entry) && exchange_key_same(&entry->key, &step->key) &&
            exchange_command_same(&entry->command, &step->command))
            return entry;
    }
    return NULL;
}

/* The same command to the same target, open, with whatever tag. */
static struct exchange_entry *find_open(const struct exchange_table *table,
                                        const struct exchange_step *step, uint32_t print)
{
    const struct exchange_chains *commands = &table->commands;
    for (uint32_t place = exchange_chain_first(commands, print); place != EXCHANGE_NIL;
         place = exchange_chain_next(commands, place)) {
        struct exchange_entry *entry = &table->entries[place];
        if (entry->key.link == step->key.link && entry->key.rest >> 32 == step->key.rest >> 32 &&
            entry->command.content == step->command.content &&
            (uint16_t)entry->command.whom == (uint16_t)step->command.whom)
            return entry;
    }
    return NULL;
}

static void tell_command(struct aoe_exchange_event *event, const struct exchange_entry *entry)
{
    uint64_t content = entry->command.content;
    if (exchange_key_command(&entry->key) != AOE_COMMAND_ATA) {
        event->subcommand = (uint8_t)content;
        return;
    }
    event->lba = content & ((UINT64_C(1) << 48) - 1);
    event->opcode = (uint8_t)(content >> 56);
    event->count = (uint8_t)(content >> 48);
    event->aflags = (uint8_t)(entry->command.whom >> 8);
}

static struct aoe_exchange_event event_of(enum aoe_exchange_kind kind,
                                          const struct exchange_entry *entry, int64_t time)
{
    struct aoe_exchange_event event = {
        .kind = kind,
        .mark = entry->mark,
        .repeats = entry->repeats,
        .request = entry->number,
        .request_first = entry->first,
        .since_last = exchange_since(time, entry->time),
        .since_first = exchange_since(time, entry->time_first),
    };
    tell_command(&event, entry);
    return event;
}

static void mark_sent(struct exchange_entry *entry, const struct exchange_step *step)
{
    entry->number = step->number;
    entry->time = entry->time_last = step->time;
    entry->sends++;
}

static void reopen(struct aoe_exchanges *exchanges, struct exchange_entry *entry)
{
    give_up_for_room(exchanges);
    exchange_table_turn(&exchanges->table, entry, EXCHANGE_OPEN, exchanges->clock);
    if (exchange_is_watched(entry))
        exchange_table_offer(&exchanges->table, entry,
                             exchange_command_print(&entry->key, &entry->command));
}

static struct aoe_exchange_event repeat(struct aoe_exchanges *exchanges,
                                        struct exchange_entry *entry,
                                        const struct exchange_step *step)
{
    struct exchange_entry *head = head_of(&exchanges->table, entry);
    if (!head)
        head = entry;
    entry->repeats = ++head->repeats;
    struct aoe_exchange_event event = event_of(AOE_EXCHANGE_REPEAT, entry, step->time);
    if (!exchanges->settled)
        exchange_settle_sent(exchanges, entry, head);
    mark_sent(entry, step);
    head->time_last = step->time;
    /* As the newest they cannot be the ones that make room. */
    exchange_table_touch(&exchanges->table, entry, exchanges->clock);
    exchange_table_touch(&exchanges->table, head, exchanges->clock);
    event.given_up = exchange_table_state(&exchanges->table, head) == EXCHANGE_GIVEN_UP;
    if (event.given_up)
        reopen(exchanges, head);
    return event;
}

static struct exchange_entry *add_request(struct aoe_exchanges *exchanges,
                                          const struct exchange_step *step)
{
    give_up_for_room(exchanges);
    struct exchange_entry *entry = add(exchanges, step, EXCHANGE_OPEN);
    entry->first = step->number;
    entry->time_first = step->time;
    mark_sent(entry, step);
    return entry;
}

/* Closes the entry of the old tag and lets that of the new tag speak for the command. */
static struct aoe_exchange_event supersede(struct aoe_exchanges *exchanges,
                                           struct exchange_entry *old,
                                           const struct exchange_step *step, uint32_t print)
{
    old->repeats++;
    enum aoe_exchange_kind kind = exchange_key_tag(&old->key) == exchange_key_tag(&step->key)
                                      ? AOE_EXCHANGE_REPEAT
                                      : AOE_EXCHANGE_REPEAT_NEW;
    struct aoe_exchange_event event = event_of(kind, old, step->time);
    end(exchanges, old, EXCHANGE_SUPERSEDED);
    struct exchange_entry *entry = add_request(exchanges, step);
    entry->first = old->first;
    entry->time_first = old->time_first;
    entry->repeats = old->repeats;
    entry->mark = old->mark;
    old->successor = exchange_table_place(&exchanges->table, entry);
    old->successor_serial = entry->serial;
    exchange_table_offer(&exchanges->table, entry, print);
    if (!exchanges->settled) {
        exchange_settle_added(exchanges, entry);
        if (exchanges->table.states[exchange_table_place(&exchanges->table, old)] &
            EXCHANGE_DOUBTFUL)
            exchange_settle_sent(exchanges, old, entry);
    }
    return event;
}

static struct aoe_exchange_event request(struct aoe_exchanges *exchanges,
                                         const struct exchange_step *step)
{
    struct exchange_table *table = &exchanges->table;
    struct exchange_entry *sent = find_sent(table, step);
    if (sent)
        return repeat(exchanges, sent, step);
    bool wide = exchange_key_is_all(&step->key) || step->command.whom & EXCHANGE_GROUP;
    bool watched = exchange_key_command(&step->key) == AOE_COMMAND_ATA && !wide;
    uint32_t print = watched ? exchange_command_print(&step->key, &step->command) : 0;
    struct exchange_entry *open = watched ? find_open(table, step, print) : NULL;
    if (open)
        return supersede(exchanges, open, step, print);
    struct exchange_entry *entry = add_request(exchanges, step);
    if (watched)
        exchange_table_offer(table, entry, print);
    exchanges->fed = exchange_table_place(table, entry);
    if (!exchanges->settled)
        exchange_settle_added(exchanges, entry);
    return event_of(AOE_EXCHANGE_REQUEST, entry, step->time);
}

/* The record that the sender of this response has answered that wide request. */
static struct exchange_entry *find_responder(const struct exchange_table *table,
                                             const struct exchange_entry *wide,
                                             const struct exchange_step *step)
{
    const struct exchange_chains *tags = &table->tags;
    for (uint32_t place = exchange_chain_first(tags, step->print); place != EXCHANGE_NIL;
         place = exchange_chain_next(tags, place)) {
        struct exchange_entry *entry = &table->entries[place];
        if (exchange_table_state(table, entry) == EXCHANGE_RESPONDER &&
            entry->first == wide->first && exchange_key_same(&entry->key, &step->key) &&
            entry->command.whom >> 16 == step->command.whom >> 16)
            return entry;
    }
    return NULL;
}

/* True where this response would be the first to the request. */
static bool is_awaited(const struct exchange_table *table, struct exchange_entry *entry,
                       const struct exchange_step *step)
{
    if (exchange_is_wide(entry))
        return exchange_table_state(table, entry) != EXCHANGE_GIVEN_UP &&
               !find_responder(table, entry, step);
    entry = head_of(table, entry);
    return entry && exchange_table_state(table, entry) == EXCHANGE_OPEN;
}

/* How well a response fits a request of its tag. Tags come back, so there may be several: first
 * those that still wait, then those of the same LBA or sub-command, then the latest. */
static unsigned fitness(const struct exchange_table *table, struct exchange_entry *entry,
                        const struct exchange_step *step)
{
    const uint64_t mask = exchange_key_command(&step->key) == AOE_COMMAND_ATA
                              ? (UINT64_C(1) << 48) - 1
                              : UINT64_C(0xFF);
    bool alike = !((entry->command.content ^ step->command.content) & mask);
    return (is_awaited(table, entry, step) ? 3u : 1u) + alike;
}

struct choice {
    struct exchange_entry *entry;
    unsigned fitness;
};

static void choose(const struct exchange_table *table, const struct exchange_key *key,
                   uint32_t print, const struct exchange_step *step, struct choice *best)
{
    const struct exchange_chains *tags = &table->tags;
    for (uint32_t place = exchange_chain_first(tags, print); place != EXCHANGE_NIL;
         place = exchange_chain_next(tags, place)) {
        struct exchange_entry *entry = &table->entries[place];
        if (exchange_table_state(table, entry) == EXCHANGE_RESPONDER ||
            !exchange_key_same(&entry->key, key) ||
            (!(entry->command.whom & EXCHANGE_GROUP) &&
             entry->command.whom >> 16 != step->command.whom >> 16))
            continue;
        unsigned now = fitness(table, entry, step);
        if (now > best->fitness || (now == best->fitness && entry->number > best->entry->number))
            *best = (struct choice){entry, now};
    }
}

static struct choice find_request(const struct aoe_exchanges *exchanges,
                                  const struct exchange_step *step)
{
    struct choice best = {0};
    choose(&exchanges->table, &step->key, step->print, step, &best);
    if (!exchanges->all[exchange_key_command(&step->key)])
        return best;
    for (unsigned i = 1; i < 4; i++) {
        struct exchange_key key = step->key;
        if (i & 1)
            key.rest |= (uint64_t)AOE_SHELF_ALL << 32;
        if (i & 2)
            key.rest |= (uint64_t)AOE_SLOT_ALL << 48;
        if (!exchange_key_same(&key, &step->key))
            choose(&exchanges->table, &key, exchange_tag_print(&key), step, &best);
    }
    return best;
}

/* Counts a response to a wide request for its sender; a new sender is recorded by the caller. */
static uint32_t count_responder(const struct aoe_exchanges *exchanges,
                                const struct exchange_entry *wide, const struct exchange_step *step)
{
    struct exchange_entry *responder = find_responder(&exchanges->table, wide, step);
    return responder ? ++responder->responses : 0;
}

static void add_responder(struct aoe_exchanges *exchanges, uint64_t first,
                          const struct exchange_step *step)
{
    forget_for_room(exchanges);
    struct exchange_entry *responder = add(exchanges, step, EXCHANGE_RESPONDER);
    responder->first = first;
    responder->responses = 1;
}

static enum aoe_exchange_kind kind_of(bool awaited, uint32_t responses, uint32_t sends)
{
    if (awaited)
        return AOE_EXCHANGE_ANSWER;
    return responses <= sends ? AOE_EXCHANGE_LATE : AOE_EXCHANGE_DUPLICATE;
}

static struct aoe_exchange_event response(struct aoe_exchanges *exchanges,
                                          const struct exchange_step *step)
{
    const struct choice choice = find_request(exchanges, step);
    struct exchange_entry *entry = choice.entry;
    if (!entry)
        return (struct aoe_exchange_event){.kind = AOE_EXCHANGE_UNSOLICITED};
    bool awaited = choice.fitness >= 3, wide = exchange_is_wide(entry);
    uint32_t responses = wide ? count_responder(exchanges, entry, step) : ++entry->responses;
    bool new_responder = wide && !responses;
    struct exchange_entry *head = head_of(&exchanges->table, entry);
    if (head)
        entry->repeats = head->repeats;
    struct aoe_exchange_event event =
        event_of(kind_of(awaited, responses, entry->sends), entry, step->time);
    event.given_up = event.kind == AOE_EXCHANGE_LATE && head &&
                     exchange_table_state(&exchanges->table, head) == EXCHANGE_GIVEN_UP;
    event.closes =
        awaited && head && exchange_table_state(&exchanges->table, head) == EXCHANGE_OPEN;
    if (!exchanges->settled)
        exchange_settle_answered(exchanges, entry, head, choice.fitness);
    if (event.closes)
        end(exchanges, head, EXCHANGE_ANSWERED);
    if (new_responder)
        add_responder(exchanges, event.request_first, step);
    return event;
}

struct aoe_exchange_event aoe_exchanges_feed_reading(struct aoe_exchanges *exchanges,
                                                     const struct aoe_exchange_reading *reading,
                                                     uint64_t number, int64_t time)
{
    const struct exchange_step step = {
        .key = {reading->link, reading->rest},
        .command = {reading->content, reading->whom},
        .print = reading->print,
        .number = number,
        .time = time,
    };
    exchanges->fed = EXCHANGE_NIL;
    advance(exchanges, time);
    return reading->response ? response(exchanges, &step) : request(exchanges, &step);
}

struct aoe_exchange_event aoe_exchanges_feed(struct aoe_exchanges *exchanges,
                                             const struct aoe_frame *frame, uint64_t number,
                                             int64_t time, uint16_t vlan)
{
    struct aoe_exchange_reading reading;
    if (frame->extent < AOE_EXTENT_HEADER) {
        exchanges->fed = EXCHANGE_NIL;
        return (struct aoe_exchange_event){.kind = AOE_EXCHANGE_NONE};
    }
    aoe_exchange_read(&reading, frame, vlan);
    return aoe_exchanges_feed_reading(exchanges, &reading, number, time);
}

void aoe_exchanges_mark(struct aoe_exchanges *exchanges, uint32_t mark)
{
    if (exchanges->fed != EXCHANGE_NIL)
        exchanges->table.entries[exchanges->fed].mark = mark;
}

size_t aoe_exchanges_open(const struct aoe_exchanges *exchanges)
{
    return exchanges->table.open.count;
}

void aoe_exchanges_from_start(struct aoe_exchanges *exchanges)
{
    exchanges->settled = true;
}

bool aoe_exchanges_settled(const struct aoe_exchanges *exchanges)
{
    return exchanges->settled;
}

const char *aoe_exchange_name(enum aoe_exchange_kind kind)
{
    static const char *const names[] = {"request",   "repeat", "repeat-new-tag", "answer",
                                        "duplicate", "late",   "unsolicited",    "none"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}
