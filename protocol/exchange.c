/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exchange.h"

#include <stdlib.h>

#include "exchange_table.h"

struct aoe_exchanges {
    struct exchange_table table;
    int64_t patience;
    int64_t clock; /* the latest time seen, so that ages never go back */
    bool started;
    size_t open;
    uint32_t all[256]; /* per command, how many entries have a broadcast shelf or slot */
    aoe_exchange_unanswered *unanswered;
    void *user;
};

/* A frame on its way through. */
struct step {
    const struct aoe_frame *frame;
    struct exchange_key key;
    struct exchange_command command;
    uint64_t number;
    int64_t time;
};

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
    exchanges->patience = patience;
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

/* Nanoseconds between two times, 0 where the clock stepped back; safe for any two times. */
static int64_t since(int64_t now, int64_t then)
{
    uint64_t difference = (uint64_t)now - (uint64_t)then;
    if (now <= then)
        return 0;
    return difference > INT64_MAX ? INT64_MAX : (int64_t)difference;
}

static bool is_all(const struct exchange_key *key)
{
    return key->shelf == AOE_SHELF_ALL || key->slot == AOE_SLOT_ALL;
}

/* True for a request that several targets may answer. */
static bool is_wide(const struct exchange_entry *entry)
{
    return is_all(&entry->key) || aoe_mac_is_group(entry->target);
}

static void end_open(struct aoe_exchanges *exchanges, struct exchange_entry *entry,
                     enum exchange_state state)
{
    exchange_table_withdraw(&exchanges->table, entry);
    exchanges->open--;
    entry->state = (uint8_t)state;
}

static void give_up(struct aoe_exchanges *exchanges, struct exchange_entry *entry)
{
    end_open(exchanges, entry, EXCHANGE_GIVEN_UP);
    if (exchanges->unanswered)
        exchanges->unanswered(exchanges->user, entry->first, entry->repeats + 1, entry->time);
}

static void forget(struct aoe_exchanges *exchanges, struct exchange_entry *entry)
{
    if (entry->state == EXCHANGE_OPEN)
        give_up(exchanges, entry);
    if (is_all(&entry->key))
        exchanges->all[entry->key.command]--;
    exchange_table_remove(&exchanges->table, entry);
}

static struct exchange_entry *oldest(const struct aoe_exchanges *exchanges)
{
    return exchange_table_at(&exchanges->table, exchanges->table.oldest);
}

void aoe_exchanges_finish(struct aoe_exchanges *exchanges)
{
    struct exchange_entry *entry;
    while ((entry = oldest(exchanges)))
        forget(exchanges, entry);
}

/* Moves the clock. What is open for too long is given up, and then remembered as long again to
 * tell a late response from an unsolicited one. */
static void advance(struct aoe_exchanges *exchanges, int64_t time)
{
    struct exchange_entry *entry;
    if (exchanges->started && since(exchanges->clock, time) > exchanges->patience) {
        /* Not a little step back: another recording, or one wild time stamp behind us. */
        aoe_exchanges_finish(exchanges);
        exchanges->started = false;
    }
    if (!exchanges->started || time > exchanges->clock)
        exchanges->clock = time;
    exchanges->started = true;
    while ((entry = oldest(exchanges)) &&
           since(exchanges->clock, entry->touched) > exchanges->patience) {
        if (entry->state == EXCHANGE_OPEN) {
            give_up(exchanges, entry);
            exchange_table_touch(&exchanges->table, entry, exchanges->clock);
        } else {
            forget(exchanges, entry);
        }
    }
}

static struct exchange_entry *add(struct aoe_exchanges *exchanges, const struct exchange_key *key,
                                  const uint8_t *target)
{
    struct exchange_entry *entry = exchange_table_add(&exchanges->table, key);
    if (!entry) {
        forget(exchanges, oldest(exchanges));
        entry = exchange_table_add(&exchanges->table, key);
    }
    memcpy(entry->target, target, AOE_MAC_BYTES);
    entry->touched = exchanges->clock;
    if (is_all(key))
        exchanges->all[key->command]++;
    return entry;
}

static uint64_t ata_lba(const struct aoe_ata *ata)
{
    uint64_t lba = 0;
    for (size_t i = sizeof ata->lba; i-- > 0;)
        lba = lba << 8 | ata->lba[i];
    return lba;
}

static uint64_t hash_bytes(const uint8_t *bytes, size_t length)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static uint8_t subcommand(const struct aoe_frame *frame)
{
    switch (frame->command) {
    case AOE_COMMAND_CONFIG:
        return frame->config.ccmd;
    case AOE_COMMAND_MASK:
        return frame->mask.mcmd;
    case AOE_COMMAND_RESERVE:
        return frame->reserve.rcmd;
    default:
        return 0;
    }
}

/* The whole argument without padding; the low byte of the content is the sub-command. */
static struct exchange_command other_command(const struct aoe_frame *frame)
{
    size_t end = aoe_message_end(frame, 0);
    if (end > frame->raw.length)
        end = frame->raw.length;
    uint64_t hash = hash_bytes(frame->raw.bytes + AOE_HEADER_BYTES, end - AOE_HEADER_BYTES);
    return (struct exchange_command){.content = hash << 8 | subcommand(frame)};
}

static struct exchange_command command_of(const struct aoe_frame *frame)
{
    const struct aoe_ata *ata = &frame->ata;
    if (frame->command != AOE_COMMAND_ATA)
        return other_command(frame);
    return (struct exchange_command){
        .content = (uint64_t)ata->opcode << 56 | (uint64_t)ata->count << 48 | ata_lba(ata),
        .aflags = ata->aflags,
        .feature = ata->feature,
    };
}

static struct exchange_key key_of(const struct aoe_frame *frame, const uint8_t *initiator,
                                  uint16_t vlan)
{
    struct exchange_key key = {.vlan = vlan,
                               .shelf = frame->shelf,
                               .slot = frame->slot,
                               .command = frame->command,
                               .tag = frame->tag};
    memcpy(key.initiator, initiator, AOE_MAC_BYTES);
    return key;
}

static bool key_same(const struct exchange_key *a, const struct exchange_key *b)
{
    return !memcmp(a, b, sizeof *a);
}

static bool key_same_but_tag(const struct exchange_key *a, const struct exchange_key *b)
{
    struct exchange_key with_tag = *a;
    with_tag.tag = b->tag;
    return key_same(&with_tag, b);
}

/* The entry that stands for the whole command: itself, or that of its newest tag. The way there
 * is shortened, since a command may be repeated very often. NULL where that is forgotten. */
static struct exchange_entry *head_of(const struct exchange_table *table,
                                      struct exchange_entry *entry)
{
    while (entry->state == EXCHANGE_SUPERSEDED) {
        struct exchange_entry *next = exchange_table_at(table, entry->successor);
        if (next->state == EXCHANGE_FREE || next->first != entry->first)
            return NULL;
        if (next->state == EXCHANGE_SUPERSEDED)
            entry->successor = next->successor;
        entry = next;
    }
    return entry;
}

/* The same command to the same place with the same tag. A config query that was answered is
 * asked anew, not repeated: initiators use one tag for all of them. */
static struct exchange_entry *find_sent(const struct exchange_table *table, const struct step *step)
{
    struct exchange_entry *entry = exchange_table_tag(table, &step->key);
    for (int i = 0; entry && i < EXCHANGE_CHAIN_MOST; i++) {
        bool repeatable =
            entry->state == EXCHANGE_OPEN ||
            (entry->state != EXCHANGE_RESPONDER && entry->key.command != AOE_COMMAND_CONFIG);
        if (repeatable && key_same(&entry->key, &step->key) &&
            !memcmp(entry->target, step->frame->destination, AOE_MAC_BYTES) &&
            exchange_command_same(&entry->command, &step->command))
            return entry;
        entry = exchange_table_at(table, entry->tag_next);
    }
    return NULL;
}

/* The same command to the same target, open, with whatever tag. */
static struct exchange_entry *find_open(const struct exchange_table *table, const struct step *step)
{
    struct exchange_entry *entry = exchange_table_command(table, &step->key, &step->command);
    for (int i = 0; entry && i < EXCHANGE_CHAIN_MOST; i++) {
        if (key_same_but_tag(&entry->key, &step->key) &&
            exchange_command_same(&entry->command, &step->command))
            return entry;
        entry = exchange_table_at(table, entry->command_next);
    }
    return NULL;
}

static struct aoe_exchange_event event_of(enum aoe_exchange_kind kind,
                                          const struct exchange_entry *entry, int64_t time)
{
    return (struct aoe_exchange_event){
        .kind = kind,
        .request = entry->number,
        .request_first = entry->first,
        .since_last = since(time, entry->time),
        .since_first = since(time, entry->time_first),
        .repeats = entry->repeats,
    };
}

static void mark_sent(struct exchange_entry *entry, const struct step *step)
{
    entry->number = step->number;
    entry->time = step->time;
    entry->sends++;
}

static void reopen(struct aoe_exchanges *exchanges, struct exchange_entry *entry)
{
    entry->state = EXCHANGE_OPEN;
    exchanges->open++;
    if (entry->key.command == AOE_COMMAND_ATA && !is_wide(entry))
        exchange_table_offer(&exchanges->table, entry);
}

static struct aoe_exchange_event repeat(struct aoe_exchanges *exchanges,
                                        struct exchange_entry *entry, const struct step *step)
{
    struct exchange_entry *head = head_of(&exchanges->table, entry);
    if (!head)
        head = entry;
    entry->repeats = ++head->repeats;
    if (head->state == EXCHANGE_GIVEN_UP)
        reopen(exchanges, head);
    struct aoe_exchange_event event = event_of(AOE_EXCHANGE_REPEAT, entry, step->time);
    mark_sent(entry, step);
    exchange_table_touch(&exchanges->table, entry, exchanges->clock);
    exchange_table_touch(&exchanges->table, head, exchanges->clock);
    return event;
}

static struct exchange_entry *add_request(struct aoe_exchanges *exchanges, const struct step *step)
{
    struct exchange_entry *entry = add(exchanges, &step->key, step->frame->destination);
    entry->command = step->command;
    entry->state = EXCHANGE_OPEN;
    entry->first = step->number;
    entry->time_first = step->time;
    mark_sent(entry, step);
    exchanges->open++;
    return entry;
}

/* Closes the entry of the old tag and lets that of the new tag speak for the command. */
static struct aoe_exchange_event supersede(struct aoe_exchanges *exchanges,
                                           struct exchange_entry *old, const struct step *step)
{
    old->repeats++;
    enum aoe_exchange_kind kind =
        old->key.tag == step->key.tag ? AOE_EXCHANGE_REPEAT : AOE_EXCHANGE_REPEAT_NEW;
    struct aoe_exchange_event event = event_of(kind, old, step->time);
    end_open(exchanges, old, EXCHANGE_SUPERSEDED);
    /* As the newest it cannot be the one that makes room. */
    exchange_table_touch(&exchanges->table, old, exchanges->clock);
    struct exchange_entry *entry = add_request(exchanges, step);
    entry->first = old->first;
    entry->time_first = old->time_first;
    entry->repeats = old->repeats;
    old->successor = exchange_table_index(&exchanges->table, entry);
    exchange_table_offer(&exchanges->table, entry);
    return event;
}

static struct aoe_exchange_event request(struct aoe_exchanges *exchanges, const struct step *step)
{
    struct exchange_entry *sent = find_sent(&exchanges->table, step);
    if (sent)
        return repeat(exchanges, sent, step);
    bool wide = is_all(&step->key) || aoe_mac_is_group(step->frame->destination);
    bool watched = step->key.command == AOE_COMMAND_ATA && !wide;
    struct exchange_entry *open = watched ? find_open(&exchanges->table, step) : NULL;
    if (open)
        return supersede(exchanges, open, step);
    struct exchange_entry *entry = add_request(exchanges, step);
    if (watched)
        exchange_table_offer(&exchanges->table, entry);
    return event_of(AOE_EXCHANGE_REQUEST, entry, step->time);
}

/* The record that the sender of this response has answered that wide request. */
static struct exchange_entry *find_responder(const struct exchange_table *table,
                                             const struct exchange_entry *wide,
                                             const struct step *step)
{
    struct exchange_entry *entry = exchange_table_tag(table, &step->key);
    for (int i = 0; entry && i < EXCHANGE_CHAIN_MOST; i++) {
        if (entry->state == EXCHANGE_RESPONDER && entry->first == wide->first &&
            key_same(&entry->key, &step->key) &&
            !memcmp(entry->target, step->frame->source, AOE_MAC_BYTES))
            return entry;
        entry = exchange_table_at(table, entry->tag_next);
    }
    return NULL;
}

/* True where this response would be the first to the request. */
static bool is_awaited(const struct exchange_table *table, struct exchange_entry *entry,
                       const struct step *step)
{
    if (is_wide(entry))
        return entry->state != EXCHANGE_GIVEN_UP && !find_responder(table, entry, step);
    entry = head_of(table, entry);
    return entry && entry->state == EXCHANGE_OPEN;
}

/* How well a response fits a request of its tag. Tags come back, so there may be several: first
 * those that still wait, then those of the same LBA or sub-command, then the latest. */
static unsigned fitness(const struct exchange_table *table, struct exchange_entry *entry,
                        const struct step *step)
{
    const uint64_t mask =
        step->key.command == AOE_COMMAND_ATA ? (UINT64_C(1) << 48) - 1 : UINT64_C(0xFF);
    bool alike = !((entry->command.content ^ step->command.content) & mask);
    return (is_awaited(table, entry, step) ? 3u : 1u) + alike;
}

struct choice {
    struct exchange_entry *entry;
    unsigned fitness;
};

static void choose(const struct exchange_table *table, const struct exchange_key *key,
                   const struct step *step, struct choice *best)
{
    struct exchange_entry *entry = exchange_table_tag(table, key);
    for (int i = 0; entry && i < EXCHANGE_CHAIN_MOST; i++) {
        if (entry->state != EXCHANGE_RESPONDER && key_same(&entry->key, key) &&
            (aoe_mac_is_group(entry->target) ||
             !memcmp(entry->target, step->frame->source, AOE_MAC_BYTES))) {
            unsigned now = fitness(table, entry, step);
            if (now > best->fitness ||
                (now == best->fitness && entry->number > best->entry->number))
                *best = (struct choice){entry, now};
        }
        entry = exchange_table_at(table, entry->tag_next);
    }
}

static struct exchange_entry *find_request(const struct aoe_exchanges *exchanges,
                                           const struct step *step)
{
    struct choice best = {0};
    choose(&exchanges->table, &step->key, step, &best);
    if (!exchanges->all[step->key.command])
        return best.entry;
    for (unsigned i = 1; i < 4; i++) {
        struct exchange_key key = step->key;
        if (i & 1)
            key.shelf = AOE_SHELF_ALL;
        if (i & 2)
            key.slot = AOE_SLOT_ALL;
        if (!key_same(&key, &step->key))
            choose(&exchanges->table, &key, step, &best);
    }
    return best.entry;
}

/* Counts a response to a wide request for its sender and returns how many came from there. */
static uint32_t count_responder(struct aoe_exchanges *exchanges, const struct exchange_entry *wide,
                                const struct step *step)
{
    struct exchange_entry *responder = find_responder(&exchanges->table, wide, step);
    if (!responder) {
        responder = add(exchanges, &step->key, step->frame->source);
        responder->state = EXCHANGE_RESPONDER;
        responder->first = wide->first;
    }
    exchange_table_touch(&exchanges->table, responder, exchanges->clock);
    return ++responder->responses;
}

static struct aoe_exchange_event response(struct aoe_exchanges *exchanges, const struct step *step)
{
    struct exchange_entry *entry = find_request(exchanges, step);
    if (!entry)
        return (struct aoe_exchange_event){.kind = AOE_EXCHANGE_UNSOLICITED};
    bool awaited = is_awaited(&exchanges->table, entry, step);
    exchange_table_touch(&exchanges->table, entry, exchanges->clock);
    uint32_t responses = is_wide(entry) ? count_responder(exchanges, entry, step) : 0;
    if (!is_wide(entry))
        responses = ++entry->responses;
    struct exchange_entry *head = head_of(&exchanges->table, entry);
    if (awaited && head && head->state == EXCHANGE_OPEN) {
        end_open(exchanges, head, EXCHANGE_ANSWERED);
        exchange_table_touch(&exchanges->table, head, exchanges->clock);
    }
    enum aoe_exchange_kind kind = AOE_EXCHANGE_DUPLICATE;
    if (awaited)
        kind = AOE_EXCHANGE_ANSWER;
    else if (responses <= entry->sends)
        kind = AOE_EXCHANGE_LATE;
    if (head)
        entry->repeats = head->repeats;
    return event_of(kind, entry, step->time);
}

struct aoe_exchange_event aoe_exchanges_feed(struct aoe_exchanges *exchanges,
                                             const struct aoe_frame *frame, uint64_t number,
                                             int64_t time, uint16_t vlan)
{
    if (frame->extent < AOE_EXTENT_HEADER)
        return (struct aoe_exchange_event){.kind = AOE_EXCHANGE_NONE};
    advance(exchanges, time);
    bool is_response = aoe_is_response(frame);
    const struct step step = {
        .frame = frame,
        .key = key_of(frame, is_response ? frame->destination : frame->source, vlan),
        .command = command_of(frame),
        .number = number,
        .time = time,
    };
    return is_response ? response(exchanges, &step) : request(exchanges, &step);
}

size_t aoe_exchanges_open(const struct aoe_exchanges *exchanges)
{
    return exchanges->open;
}

const char *aoe_exchange_name(enum aoe_exchange_kind kind)
{
    static const char *const names[] = {"request",   "repeat", "repeat-new-tag", "answer",
                                        "duplicate", "late",   "unsolicited",    "none"};
    return (unsigned)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}
