/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "discover.h"

#include <stdlib.h>

enum { MILLISECOND = 1000000 };

static const uint8_t everybody[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/* The query of section 3.2 to everybody, until somebody answers: at once, and again after growing
 * pauses, as frames and link negotiation may eat the first ones. */
static const struct request *find(struct session *session, const char **reason)
{
    static const int pauses[] = {100, 250, 500, 1000, 1000};
    uint8_t bytes[AOE_FRAME_MIN];
    for (size_t i = 0; i < sizeof pauses / sizeof pauses[0] && !*session->stop; i++) {
        struct aoe_frame frame;
        bool refused;
        session_request(session, &frame, AOE_COMMAND_CONFIG);
        memcpy(frame.destination, everybody, AOE_MAC_BYTES);
        frame.config.version = AOE_VERSION;
        size_t length = aoe_frame_build(&frame, bytes, sizeof bytes);
        length = aoe_frame_pad(bytes, length, AOE_FRAME_MIN, sizeof bytes);
        struct request *request =
            session_send(session, 0, bytes, length, 0, "discovery", reason, &refused);
        if (!request)
            return NULL;
        request->consumed = true;
        session_wait(session, request, link_now() + (int64_t)pauses[i] * MILLISECOND);
        if (request->reply)
            return request;
    }
    *reason = *session->stop ? "interrupted" : "no answer";
    return NULL;
}

static void take_config(struct target *target, const struct aoe_frame *reply)
{
    memcpy(target->mac, reply->source, AOE_MAC_BYTES);
    target->buffers = reply->config.buffer_count;
    target->firmware = reply->config.firmware;
    target->sectors = reply->config.sector_count;
}

static void ask_identity(struct session *session)
{
    struct aoe_frame frame;
    struct target *target = session->target;
    const char *reason;
    session_request(session, &frame, AOE_COMMAND_ATA);
    frame.ata.count = 1;
    frame.ata.opcode = ATA_IDENTIFY;
    const struct request *request = session_ask(session, &frame, "identity", &reason);
    if (!request)
        return;
    const struct aoe_frame *reply = &request->reply_frame;
    target->has_ata = !(aoe_is_error(reply) && reply->error == AOE_ERROR_COMMAND);
    if (aoe_is_error(reply) || reply->payload.length < AOE_SECTOR_BYTES)
        return;
    ata_identify_decode(&target->identity, reply->payload.bytes);
    target->capacity = ata_capacity(&target->identity);
    session->gate.capacity = target->capacity;
}

static const struct aoe_frame *ask_list(struct session *session, uint8_t command)
{
    struct aoe_frame frame;
    const char *reason;
    session_request(session, &frame, command);
    const struct request *request = session_ask(session, &frame, "which commands", &reason);
    return request && !aoe_is_error(&request->reply_frame) &&
                   request->reply_frame.extent == AOE_EXTENT_ARGUMENT
               ? &request->reply_frame
               : NULL;
}

static bool list_has_own(const struct session *session, const struct aoe_frame *reply)
{
    uint8_t mac[AOE_MAC_BYTES];
    for (size_t i = 0; i < reply->reserve.count && aoe_address_at(&reply->payload, i, mac); i++)
        if (!memcmp(mac, session->macs[0], AOE_MAC_BYTES))
            return true;
    return false;
}

static void ask_lists(struct session *session)
{
    struct target *target = session->target;
    const struct aoe_frame *reply = ask_list(session, AOE_COMMAND_MASK);
    target->has_masks = reply;
    target->admitted_by_masks = !reply || reply->mask.count == 0;
    if (reply)
        gate_set_masks(&session->gate, reply);
    reply = ask_list(session, AOE_COMMAND_RESERVE);
    target->has_reserve = reply;
    target->reserved_by_others = reply && reply->reserve.count && !list_has_own(session, reply);
}

int discover(struct session *session, const char **reason)
{
    struct target *target = session->target;
    struct aoe_frame frame;
    const struct request *found = find(session, reason);
    if (!found)
        return -1;
    take_config(target, &found->reply_frame);
    memcpy(session->gate.target, target->mac, AOE_MAC_BYTES);
    session->gate.target_known = true;
    session_request(session, &frame, AOE_COMMAND_CONFIG);
    frame.config.version = AOE_VERSION;
    const struct request *request = session_ask(session, &frame, "configuration", reason);
    if (!request) {
        *reason = "it answers broadcasts only";
        return -1;
    }
    take_config(target, &request->reply_frame);
    ask_identity(session);
    ask_lists(session);
    return 0;
}

static int compare_times(const void *a, const void *b)
{
    int64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x > y) - (x < y);
}

/* How much later than asked this program wakes up, at worst of a few tries. */
static int64_t measure_jitter(struct session *session)
{
    enum { TRIES = 8 };
    int64_t worst = 0;
    for (int i = 0; i < TRIES; i++) {
        int64_t until = link_now() + MILLISECOND;
        session_wait(session, NULL, until);
        int64_t late = link_now() - until;
        worst = late > worst ? late : worst;
    }
    return worst;
}

int discover_timing(struct session *session, unsigned timeout_ms, const char **reason)
{
    enum { ROUNDS = 64, QUIET_LEAST = 10, QUIET_MOST = 500, TIMEOUT_LEAST = 1000 };
    struct timing *timing = session->timing;
    int64_t trips[ROUNDS];
    for (size_t i = 0; i < ROUNDS; i++) {
        struct aoe_frame frame;
        session_request(session, &frame, AOE_COMMAND_CONFIG);
        frame.config.version = AOE_VERSION;
        const struct request *request = session_ask(session, &frame, "round trip", reason);
        if (!request)
            return -1;
        trips[i] = request->reply->time - request->event->time;
    }
    qsort(trips, ROUNDS, sizeof trips[0], compare_times);
    timing->rtt_p50 = trips[ROUNDS / 2];
    timing->rtt_p99 = trips[ROUNDS - 1];
    timing->jitter = measure_jitter(session);
    int64_t quiet = 10 * timing->rtt_p99 + timing->jitter;
    int64_t least = (int64_t)QUIET_LEAST * MILLISECOND, most = (int64_t)QUIET_MOST * MILLISECOND;
    timing->quiet = quiet < least ? least : quiet > most ? most : quiet;
    int64_t floor = (int64_t)TIMEOUT_LEAST * MILLISECOND;
    timing->timeout = 20 * timing->rtt_p99 > floor ? 20 * timing->rtt_p99 : floor;
    if (timeout_ms)
        timing->timeout = (int64_t)timeout_ms * MILLISECOND;
    return 0;
}

void discover_neighbours(struct session *session)
{
    struct aoe_frame frame;
    const char *reason;
    session_request(session, &frame, AOE_COMMAND_CONFIG);
    frame.config.version = AOE_VERSION;
    frame.shelf = AOE_SHELF_ALL;
    frame.slot = AOE_SLOT_ALL;
    session_ask(session, &frame, "other slots", &reason);
    session_wait(session, NULL, link_now() + session->timing->quiet);
}

static const struct request *scratch_command(struct session *session, bool write,
                                             struct aoe_span data)
{
    struct aoe_frame frame;
    const char *reason;
    bool extended = session->target->identity.lba48_supported;
    session_request(session, &frame, AOE_COMMAND_ATA);
    frame.ata.count = 1;
    frame.ata.aflags = (uint8_t)((extended ? AOE_ATA_EXTENDED : 0) | (write ? AOE_ATA_WRITE : 0));
    frame.ata.opcode =
        write ? (extended ? ATA_WRITE_EXT : ATA_WRITE) : (extended ? ATA_READ_EXT : ATA_READ);
    aoe_ata_set_lba(&frame.ata, session->gate.extents[0].lba);
    frame.payload = data;
    return session_ask(session, &frame, "is the target read-only?", &reason);
}

void discover_read_only(struct session *session)
{
    struct target *target = session->target;
    if (!(session->gate.allowed & TOUCH_MEDIA) || !session->gate.extent_count)
        return;
    const struct request *read = scratch_command(session, false, (struct aoe_span){NULL, 0});
    if (!read || read->reply_frame.payload.length < AOE_SECTOR_BYTES ||
        aoe_is_error(&read->reply_frame))
        return;
    const struct request *write = scratch_command(
        session, true, (struct aoe_span){read->reply_frame.payload.bytes, AOE_SECTOR_BYTES});
    if (!write)
        return;
    target->read_only_known = true;
    target->read_only =
        aoe_is_error(&write->reply_frame) || (write->reply_frame.ata.opcode & ATA_STATUS_ERR);
}

/* Another address than the target's that has answered a broadcast for it, or 0. */
static uint64_t second_address(const struct session *session)
{
    const struct target *target = session->target;
    for (unsigned i = 0; i < target->answering_count; i++)
        if (memcmp(target->answering[i], session->gate.target, AOE_MAC_BYTES) != 0)
            return aoe_mac_number(target->answering[i]);
    return 0;
}

void discover_facts(const struct session *session, uint64_t facts[FACT_COUNT])
{
    enum { NOBODY = 0xFFFF };
    const struct target *target = session->target;
    const struct gate *gate = &session->gate;
    uint8_t other[AOE_MAC_BYTES];
    session_mac(session, NOBODY, other);
    facts[FACT_SHELF] = target->shelf;
    facts[FACT_SLOT] = target->slot;
    facts[FACT_TARGET] = aoe_mac_number(target->mac);
    facts[FACT_OTHER] = aoe_mac_number(other);
    facts[FACT_SECOND] = second_address(session);
    facts[FACT_MTU] = target->mtu;
    facts[FACT_SECTORS] = aoe_sectors_allowed(target->sectors);
    facts[FACT_BUFFERS] = target->buffers;
    facts[FACT_FIRMWARE] = target->firmware;
    facts[FACT_CAPACITY] = target->capacity;
    facts[FACT_LAST] = target->capacity ? target->capacity - 1 : 0;
    facts[FACT_SCRATCH] = gate->extent_count ? gate->extents[0].lba : 0;
    facts[FACT_SCRATCH_COUNT] = gate->extent_count ? gate->extents[0].count : 0;
    facts[FACT_LBA28] = target->capacity > ATA_LBA28_END;
    facts[FACT_LBA48] = target->identity.lba48_supported;
    facts[FACT_MASKS] = target->has_masks;
    facts[FACT_RESERVE] = target->has_reserve;
    facts[FACT_ATA] = target->has_ata && target->capacity;
    facts[FACT_READ_ONLY] = target->read_only;
    facts[FACT_WRITABLE] = !target->read_only;
    facts[FACT_END_WRITABLE] = target->capacity && gate_covers(gate, target->capacity - 1, 1);
}
