/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shows where hosts meet: races, crowds, retransmits, bursts, frames at the limit, and what
 * runs out after many requests. */
#include "family.h"

#include <stdlib.h>
#include <time.h>

#define PLAIN model_carry_out(model, request, response, silent)

enum { RACE_MS = 3, SERVICE_MS = 1 };

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

/* True where another host did what is noted a moment ago. */
static bool in_race(const struct deviant *d, const struct aoe_frame *request)
{
    return family_now() - d->since < RACE_MS && !same_address(d->host, request->source);
}

static void note_race(struct deviant *d, const struct aoe_frame *request)
{
    d->since = family_now();
    memcpy(d->host, request->source, AOE_MAC_BYTES);
}

static enum aoe_error force_string(struct model *model, const struct aoe_frame *request,
                                   struct aoe_frame *response, bool *silent)
{
    struct aoe_frame forced = *request;
    forced.config.ccmd = AOE_CONFIG_FORCE;
    return model_carry_out(model, &forced, response, silent);
}

/* 2-once: a ring of as many responses as the buffer count says, whose ends are not compared. */

ON_SEND(ring_send)
{
    struct deviant *d = user;
    struct deviant_frame *slot = &d->frames[d->count++ % MODEL_BUFFER_COUNT];
    slot->length = length;
    memcpy(slot->bytes, frame, length);
    if (d->count == d->length + 1)
        d->since = family_now() + SERVICE_MS;
}

ON_IDLE(ring_idle)
{
    struct deviant *d = user;
    while (d->length < d->count && d->since <= family_now()) {
        const struct deviant_frame *slot = &d->frames[d->length++ % MODEL_BUFFER_COUNT];
        next->send(next->user, slot->bytes, slot->length);
        d->since += SERVICE_MS;
    }
    return d->length < d->count ? SERVICE_MS : -1;
}

/* The ends of the ring meet, and it counts as full for good. */
ON_RECEIVE(ring_receive)
{
    struct deviant *d = user;
    d->armed = d->armed || d->count - d->length > MODEL_BUFFER_COUNT;
    return d->armed ? 0 : length;
}

ON_BYTES(note_group)
{
    ((struct deviant *)user)->armed = aoe_mac_is_group(request->destination);
    return length;
}

enum { SECOND = 0x80 /* tells the last byte of the second address */ };

ON_SEND(sent_from_two_addresses)
{
    struct deviant *d = user;
    next->send(next->user, frame, length);
    if (!d->armed)
        return;
    memcpy(d->bytes, frame, length);
    d->bytes[BYTE_SOURCE + AOE_MAC_BYTES - 1] ^= SECOND;
    next->send(next->user, d->bytes, length);
}

/* 2.5-address: a second target, with settings of its own, that has the turn while `count` is 1. */

static void change_turn(struct deviant *d, struct model *model)
{
    const struct model_settings other = model->settings;
    model->settings = d->settings;
    d->settings = other;
    d->count = !d->count;
}

ON_REQUEST(second_target_request)
{
    struct deviant *d = user;
    uint8_t second[AOE_MAC_BYTES];
    memcpy(second, model->mac, AOE_MAC_BYTES);
    second[AOE_MAC_BYTES - 1] ^= SECOND;
    bool asked = same_address(request->destination, second);
    if (asked != (d->count == 1))
        change_turn(d, model);
    if (asked)
        memcpy(request->destination, model->mac, AOE_MAC_BYTES);
}

ON_BYTES(second_target_bytes)
{
    struct deviant *d = user;
    d->armed = aoe_mac_is_group(request->destination);
    if (d->count)
        bytes[BYTE_SOURCE + AOE_MAC_BYTES - 1] ^= SECOND;
    return length;
}

/* 2.1-type: frames that are taken together are answered together. */

ON_RECEIVE(batch_receive)
{
    const struct timespec service = {0, 500000};
    if (!((struct deviant *)user)->armed)
        nanosleep(&service, NULL);
    return length;
}

ON_BYTES(batch_bytes)
{
    struct deviant *d = user;
    if (!d->armed)
        memcpy(d->host, request->source, AOE_MAC_BYTES);
    d->armed = true;
    memcpy(bytes, d->host, AOE_MAC_BYTES);
    return length;
}

ON_IDLE(batch_idle)
{
    ((struct deviant *)user)->armed = false;
    return -1;
}

/* 2.7-tag, 3.1-readback: responses that wait together share their buffer. */

ON_RECEIVE(shared_receive)
{
    const struct timespec service = {0, 500000};
    if (!((struct deviant *)user)->frame_count)
        nanosleep(&service, NULL);
    return length;
}

ON_SEND(shared_send)
{
    struct deviant *d = user;
    if (d->frame_count == DEVIANT_FRAMES_MAX) {
        next->send(next->user, frame, length);
        return;
    }
    struct deviant_frame *waiting = &d->frames[d->frame_count++];
    waiting->length = length;
    memcpy(waiting->bytes, frame, length);
}

/* Gives each of the waiting responses the tag, or where `value` is set the data, of the last one of
 * its command and length. */
static void share(struct deviant *d)
{
    enum { TAG_BYTES = 4 };
    for (size_t i = 0; i < d->frame_count; i++)
        for (size_t last = d->frame_count - 1; last > i; last--) {
            struct deviant_frame *to = &d->frames[i], *from = &d->frames[last];
            if (to->length != from->length || to->bytes[BYTE_TAG - 1] != from->bytes[BYTE_TAG - 1])
                continue;
            if (!d->value)
                memcpy(to->bytes + BYTE_TAG, from->bytes + BYTE_TAG, TAG_BYTES);
            else if (to->length > AOE_FRAME_MIN && to->bytes[BYTE_TAG - 1] == AOE_COMMAND_ATA)
                memcpy(to->bytes + AOE_ATA_BYTES, from->bytes + AOE_ATA_BYTES,
                       to->length - AOE_ATA_BYTES);
            break;
        }
}

ON_IDLE(shared_idle)
{
    struct deviant *d = user;
    share(d);
    for (size_t i = 0; i < d->frame_count; i++)
        next->send(next->user, d->frames[i].bytes, d->frames[i].length);
    d->frame_count = 0;
    return -1;
}

/* 2.1-padding */

ON_RECEIVE(dies_of_frame_over_mtu)
{
    if (length > model->mtu + AOE_ETHERNET_BYTES)
        abort();
    return length;
}

ON_RECEIVE(frame_at_mtu_dropped)
{
    return length < model->mtu + AOE_ETHERNET_BYTES ? length : 0;
}

/* 1.1-stateless */

ON_RECEIVE(repeats_under_way_merged)
{
    enum { WAITING = 4 };
    struct deviant *d = user;
    for (size_t i = 0; i < WAITING; i++)
        if (family_now() - d->frames[i].due < RACE_MS && d->frames[i].length == length &&
            !memcmp(d->frames[i].bytes, frame, length))
            return 0;
    struct deviant_frame *slot = &d->frames[d->count++ % WAITING];
    slot->due = family_now();
    slot->length = length;
    memcpy(slot->bytes, frame, length);
    return length;
}

ON_RECEIVE(deaf_after_frames)
{
    return ++((struct deviant *)user)->count > value_of(user) ? 0 : length;
}

/* 3.2-bufcount */

/* What is dropped keeps its buffer. */
ON_RECEIVE(leak_receive)
{
    struct deviant *d = user;
    if (d->count >= value_of(user))
        return 0;
    d->count++;
    return length;
}

ON_SEND(leak_send)
{
    ((struct deviant *)user)->count--;
    next->send(next->user, frame, length);
}

/* The queue has room for as many messages as the buffer count says, if they are short. */
ON_RECEIVE(queue_of_bytes)
{
    const struct deviant *d = user;
    return (d->count - d->length + 1) * length > value_of(user) ? 0 : length;
}

/* At most four errors in a moment. */
ON_SEND(errors_limited)
{
    enum { ERRORS = 4 };
    struct deviant *d = user;
    if (family_now() - d->since >= RACE_MS) {
        d->since = family_now();
        d->count = 0;
    }
    if (!frame[BYTE_ERROR] || d->count++ < ERRORS)
        next->send(next->user, frame, length);
}

/* 3.1-readback */

ON_WRITE(every_nth_write_lost)
{
    return ++((struct deviant *)user)->count % value_of(user)
               ? next->write(next->user, lba, count, from)
               : 0;
}

ON_REQUEST(note_asker)
{
    memcpy(((struct deviant *)user)->bytes, request->source, AOE_MAC_BYTES);
}

ON_WRITE(write_under_way)
{
    struct deviant *d = user;
    if (next->read(next->user, lba, count, d->write.data))
        return -1;
    d->write.lba = lba;
    d->write.count = count;
    d->since = family_now();
    memcpy(d->host, d->bytes, AOE_MAC_BYTES);
    return next->write(next->user, lba, count, from);
}

ON_READ(read_misses_write_under_way)
{
    struct deviant *d = user;
    bool late = family_now() - d->since >= RACE_MS || same_address(d->host, d->bytes);
    if (late || lba != d->write.lba || count > d->write.count)
        return next->read(next->user, lba, count, to);
    memcpy(to, d->write.data, count * AOE_SECTOR_BYTES);
    return 0;
}

ON_REQUEST(note_async_writer)
{
    struct deviant *d = user;
    memcpy(d->bytes, request->source, AOE_MAC_BYTES);
    d->armed = is_write(request) && (request->ata.aflags & AOE_ATA_ASYNC);
}

ON_WRITE(async_write_under_way)
{
    struct deviant *d = user;
    d->write.count = 0;
    return d->armed ? write_under_way(user, next, lba, count, from)
                    : next->write(next->user, lba, count, from);
}

/* 3.2-set, 3.2-force, 3.2-claim */

/* A lock that the third takes, as the second has given it up. */
ON_CARRY_OUT(third_set_wins)
{
    struct deviant *d = user;
    if (!is_config(request, AOE_CONFIG_SET))
        return PLAIN;
    if (family_now() - d->since >= RACE_MS)
        d->count = 0;
    note_race(d, request);
    return ++d->count == 3 ? force_string(model, request, response, silent) : PLAIN;
}

/* A set that repeats the host's last one is taken for that one, which succeeded. */
ON_CARRY_OUT(set_repeat_stored)
{
    struct deviant *d = user;
    if (!is_config(request, AOE_CONFIG_SET))
        return PLAIN;
    if (d->armed && d->tag == request->tag && same_address(d->host, request->source))
        return force_string(model, request, response, silent);
    enum aoe_error error = PLAIN;
    d->armed = !error;
    d->tag = request->tag;
    memcpy(d->host, request->source, AOE_MAC_BYTES);
    return error;
}

/* The end of the string is still the other host's. */
ON_CARRY_OUT(force_race_torn)
{
    struct deviant *d = user;
    if (!is_config(request, AOE_CONFIG_FORCE))
        return PLAIN;
    bool race = in_race(d, request);
    memcpy(d->bytes, model->settings.string, model->settings.length);
    size_t before = model->settings.length;
    enum aoe_error error = PLAIN;
    size_t length = model->settings.length;
    if (race && before >= length)
        memcpy(model->settings.string + length / 2, d->bytes + length / 2, length - length / 2);
    note_race(d, request);
    return error;
}

ON_CARRY_OUT(claim_seen_late)
{
    struct deviant *d = user;
    if (is_config(request, AOE_CONFIG_SET) && in_race(d, request))
        return AOE_ERROR_CONFIG;
    if (is_config(request, AOE_CONFIG_FORCE) && !request->config.length)
        note_race(d, request);
    return PLAIN;
}

ON_CARRY_OUT(every_nth_force_lost)
{
    struct deviant *d = user;
    if (is_config(request, AOE_CONFIG_FORCE) && ++d->count % value_of(user) == 0)
        return AOE_ERROR_NONE;
    return PLAIN;
}

/* 3.3-edit, 3.3-mask */

/* The edit begins with the list as it was before the other host's. */
ON_CARRY_OUT(mask_edit_race_lost)
{
    struct deviant *d = user;
    if (!is_mask(request, AOE_MASK_EDIT))
        return PLAIN;
    struct model_list before = model->settings.masks;
    if (in_race(d, request))
        model->settings.masks = d->settings.masks;
    d->settings.masks = before;
    note_race(d, request);
    return PLAIN;
}

ON_CARRY_OUT(note_edit)
{
    struct deviant *d = user;
    if (is_mask(request, AOE_MASK_EDIT)) {
        d->settings.masks = model->settings.masks;
        note_race(d, request);
    }
    return PLAIN;
}

/* The edit of a host that another has just put out is carried out, as it was under way. */
ON_ACCEPT(edit_under_way_accepted)
{
    const struct deviant *d = user;
    return accepted || (is_mask(request, AOE_MASK_EDIT) && !aoe_is_response(request) &&
                        in_race(d, request) && model_list_has(&d->settings.masks, request->source));
}

/* 3.4-set, 3.4-force, 3.4-release */

static enum aoe_error force_list(struct model *model, const struct aoe_frame *request,
                                 struct aoe_frame *response, bool *silent)
{
    struct aoe_frame forced = *request;
    forced.reserve.rcmd = AOE_RESERVE_FORCE;
    return model_carry_out(model, &forced, response, silent);
}

/* A set that repeats the host's last one, in `value` 0 a release and in 1 another, is carried out
 * whoever has the target now. */
ON_CARRY_OUT(reserve_repeat_carried_out)
{
    struct deviant *d = user;
    if (!is_reserve(request, AOE_RESERVE_SET) || (request->reserve.count > 0) != value_of(user))
        return PLAIN;
    if (d->armed && d->tag == request->tag && same_address(d->host, request->source))
        return force_list(model, request, response, silent);
    enum aoe_error error = PLAIN;
    d->armed = !error;
    d->tag = request->tag;
    memcpy(d->host, request->source, AOE_MAC_BYTES);
    return error;
}

ON_CARRY_OUT(reserve_force_race_merged)
{
    struct deviant *d = user;
    if (!is_reserve(request, AOE_RESERVE_FORCE) || !request->reserve.count)
        return PLAIN;
    struct model_list before = model->settings.reserves;
    bool race = in_race(d, request);
    enum aoe_error error = PLAIN;
    for (size_t i = 0; race && i < before.count; i++)
        model_list_add(&model->settings.reserves, before.mac[i]);
    note_race(d, request);
    return error;
}

ON_CARRY_OUT(release_seen_late)
{
    struct deviant *d = user;
    if (is_reserve(request, AOE_RESERVE_SET) && in_race(d, request))
        return AOE_ERROR_RESERVED;
    bool release = request->command == AOE_COMMAND_RESERVE && !request->reserve.count &&
                   request->reserve.rcmd != AOE_RESERVE_READ;
    if (release)
        note_race(d, request);
    return PLAIN;
}

static const struct deviation deviations[] = {
    {"burst-answered-twice", "2-once",
     "of more requests at once than the buffer count the last are answered twice, the first never",
     .hooks = {.send = ring_send, .idle = ring_idle}},
    {"second-address-dead", "2.1-type",
     "a broadcast is answered from a second address as well, which serves nothing",
     .hooks = {.model.bytes = note_group, .send = sent_from_two_addresses}},
    {"two-targets-with-one-address", "2.5-address",
     "a broadcast is answered by two targets, each with a string of its own",
     .hooks = {.every_host = true,
               .model = {.request = second_target_request, .bytes = second_target_bytes},
               .send = sent_from_two_addresses}},
    {"crowd-answered-to-the-first", "2.1-type",
     "of requests that wait together all are answered to the host of the first",
     .hooks = {.receive = batch_receive, .model.bytes = batch_bytes, .idle = batch_idle}},
    {"dies-of-frame-over-mtu", "2.1-padding", "a frame longer than the MTU ends the target",
     .hooks.receive = dies_of_frame_over_mtu},
    {"frame-at-mtu-dropped", "2.1-padding", "a frame of exactly the MTU gets no response",
     .hooks.receive = frame_at_mtu_dropped},
    {"jumbo-at-mtu-dropped", "2.1-padding", "a jumbo frame of exactly the MTU gets no response",
     "mtu=9000", .hooks.receive = frame_at_mtu_dropped},
    {"repeats-under-way-merged", "1.1-stateless",
     "a request that comes twice within 3 ms is answered once",
     .hooks.receive = repeats_under_way_merged},
    {"deaf-after-1000-frames", "1.1-stateless", "after 1000 frames nothing is answered any more",
     .value = 1000, .hooks.receive = deaf_after_frames},
    {"deaf-after-burst", "3.2-bufcount",
     "after more requests at once than the buffer count nothing is answered any more",
     .hooks = {.receive = ring_receive, .send = ring_send, .idle = ring_idle}},
    {"buffers-leak-in-silence", "3.2-bufcount",
     "after 100 requests without response nothing is answered any more", .value = 100,
     .hooks = {.receive = leak_receive, .send = leak_send}},
    {"errors-limited", "3.2-bufcount", "of errors within 3 ms those beyond 4 are not sent",
     .hooks.send = errors_limited},
    {"queue-of-16-kib", "3.2-bufcount",
     "the queue holds 16 KiB: less messages than the buffer count says where they are long",
     .value = 16384, .hooks = {.receive = queue_of_bytes, .send = ring_send, .idle = ring_idle}},
    {"tags-of-the-last", "2.7-tag",
     "of requests that wait together all are answered with the tag of the last", .value = 0,
     .hooks = {.receive = shared_receive, .send = shared_send, .idle = shared_idle}},
    {"data-of-the-last", "3.1-readback",
     "of reads that wait together all return the data of the last", .value = 1,
     .hooks = {.receive = shared_receive, .send = shared_send, .idle = shared_idle}},
    {"async-write-not-seen-by-others", "3.1-async",
     "another host's read within 3 ms of an asynchronous write returns what was there before",
     .hooks = {.model.request = note_async_writer,
               .write = async_write_under_way,
               .read = read_misses_write_under_way}},
    {"config-set-third-wins", "3.2-set",
     "of hosts that set within 3 ms the third succeeds as well as the first",
     .hooks.model.carry_out = third_set_wins},
    {"write-every-256th-lost", "3.1-readback", "every 256th write is acknowledged and not stored",
     .value = 256, .hooks.write = every_nth_write_lost},
    {"write-under-way-not-seen", "3.1-readback",
     "a read within 3 ms of another host's write of the sector returns what was there before",
     .hooks = {.model.request = note_asker,
               .write = write_under_way,
               .read = read_misses_write_under_way}},
    {"config-set-repeat-stored", "3.2-set",
     "a set that is repeated replaces what others have stored since",
     .hooks.model.carry_out = set_repeat_stored},
    {"config-force-race-torn", "3.2-force",
     "of two hosts that force within 3 ms the strings are mixed",
     .hooks.model.carry_out = force_race_torn},
    {"config-every-256th-force-lost", "3.2-force",
     "every 256th force is acknowledged and not stored", .value = 256,
     .hooks.model.carry_out = every_nth_force_lost},
    {"claim-seen-late", "3.2-claim",
     "a set within 3 ms of another host's force of the empty string gets error 4",
     .hooks.model.carry_out = claim_seen_late},
    {"mask-edit-race-lost", "3.3-edit", "of two hosts that edit within 3 ms the first's is lost",
     .hooks.model.carry_out = mask_edit_race_lost},
    {"mask-edit-under-way-carried-out", "3.3-mask",
     "an edit within 3 ms of the one that puts its host out is carried out",
     .hooks.model = {.accept = edit_under_way_accepted, .carry_out = note_edit}},
    {"reserve-set-repeat-carried-out", "3.4-set",
     "a set that is repeated replaces what others have reserved since", .value = 1,
     .hooks.model.carry_out = reserve_repeat_carried_out},
    {"reserve-force-race-merged", "3.4-force",
     "of two hosts that force within 3 ms both lists are stored",
     .hooks.model.carry_out = reserve_force_race_merged},
    {"reserve-release-repeat-carried-out", "3.4-release",
     "a release that is repeated releases what others have reserved since", .value = 0,
     .hooks.model.carry_out = reserve_repeat_carried_out},
    {"reserve-release-seen-late", "3.4-release",
     "a set within 3 ms of another host's release gets error 6",
     .hooks.model.carry_out = release_seen_late},
};

const struct family family_crowd = FAMILY(deviations);
