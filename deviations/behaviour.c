/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What shows over time, over many frames, between hosts, or when the link changes. */
#include "family.h"

#include <stdlib.h>

static uint64_t value_of(const void *user)
{
    return ((const struct deviant *)user)->value;
}

/* 3.2-bufcount: a queue of `value` requests, each of which takes a millisecond. */

enum { SERVICE_MS = 1 };

static bool is_queue_full(const struct deviant *d)
{
    return d->frame_count >= d->value;
}

ON_RECEIVE(queue_receive)
{
    return is_queue_full(user) ? 0 : length;
}

/* Only writes need a place in the queue. */
ON_ACCEPT(queue_accepts_reads)
{
    return accepted && !(is_write(request) && is_queue_full(user));
}

ON_SEND(queue_send)
{
    struct deviant *d = user;
    if (d->frame_count == DEVIANT_FRAMES_MAX) {
        next->send(next->user, frame, length);
        return;
    }
    struct deviant_frame *last = d->frame_count ? &d->frames[d->frame_count - 1] : NULL;
    struct deviant_frame *waiting = &d->frames[d->frame_count++];
    waiting->due = (last ? last->due : family_now()) + SERVICE_MS;
    waiting->length = length;
    memcpy(waiting->bytes, frame, length);
}

ON_IDLE(queue_idle)
{
    struct deviant *d = user;
    size_t sent = 0;
    while (sent < d->frame_count && d->frames[sent].due <= family_now()) {
        next->send(next->user, d->frames[sent].bytes, d->frames[sent].length);
        sent++;
    }
    d->frame_count -= sent;
    for (size_t i = 0; i < d->frame_count && sent; i++) {
        struct deviant_frame *to = &d->frames[i], *from = &d->frames[i + sent];
        to->due = from->due;
        to->length = from->length;
        memcpy(to->bytes, from->bytes, from->length);
    }
    return d->frame_count ? SERVICE_MS : -1;
}

ON_RECEIVE(every_nth_dropped)
{
    return ++((struct deviant *)user)->count % value_of(user) ? length : 0;
}

/* 1.1-stateless */

/* The place of a host in a table of `value` hosts, or the table's size where it is not there. */
static size_t host_place(const struct deviant *d, const uint8_t *host)
{
    size_t i = 0;
    while (i < d->count && !same_address(d->bytes + i * AOE_MAC_BYTES, host))
        i++;
    return i;
}

static void note_host(struct deviant *d, const uint8_t *host)
{
    enum { HOSTS = 4096 };
    if (host_place(d, host) == d->count && d->count < HOSTS)
        memcpy(d->bytes + d->count++ * AOE_MAC_BYTES, host, AOE_MAC_BYTES);
}

ON_ACCEPT(hosts_beyond_table_ignored)
{
    struct deviant *d = user;
    if (accepted && d->count < d->value)
        note_host(d, request->source);
    return accepted && host_place(d, request->source) < d->count;
}

/* Commands of a host that has not asked for the config before are not served. */
ON_ACCEPT(strangers_ignored)
{
    struct deviant *d = user;
    if (accepted && request->command == AOE_COMMAND_CONFIG)
        note_host(d, request->source);
    return accepted && host_place(d, request->source) < d->count;
}

/* What is forgotten, as bits of `value`; the time in milliseconds above them. */

enum { FORGET_STRING = 1, FORGET_MASKS = 2, FORGET_RESERVES = 4, FORGET_SHIFT = 8 };

static void forget(struct model *model, uint64_t what)
{
    if (what & FORGET_STRING)
        model->settings.length = 0;
    if (what & FORGET_MASKS)
        model->settings.masks.count = 0;
    if (what & FORGET_RESERVES)
        model->settings.reserves.count = 0;
}

static bool is_changed(const struct model_settings *a, const struct model_settings *b)
{
    return a->length != b->length || a->masks.count != b->masks.count ||
           a->reserves.count != b->reserves.count || memcmp(a->string, b->string, a->length) != 0;
}

ON_REQUEST(forgets_after_a_while)
{
    struct deviant *d = user;
    if (is_changed(&d->settings, &model->settings))
        d->since = family_now();
    if (family_now() - d->since >= d->value >> FORGET_SHIFT)
        forget(model, d->value);
    d->settings = model->settings;
}

/* After so many frames, counted since the start. */
ON_REQUEST(forgets_after_frames)
{
    struct deviant *d = user;
    if (++d->count % (d->value >> FORGET_SHIFT) == 0)
        forget(model, d->value);
}

ON_LINK(forgets_after_flap)
{
    forget(model, value_of(user));
}

/* 3.2-announce */

ON_LINK(note_link)
{
    ((struct deviant *)user)->armed = true;
}

ON_ADVERT(not_announced)
{
    return ((struct deviant *)user)->armed ? 0 : length;
}

ON_ADVERT(announced_as_request)
{
    advert[BYTE_FLAGS] &= 0xF7;
    return length;
}

ON_ADVERT(announced_with_version)
{
    advert[BYTE_FLAGS] = (uint8_t)((advert[BYTE_FLAGS] & 0x0F) | value_of(user) << 4);
    return length;
}

ON_ADVERT(announced_with_tag)
{
    advert[BYTE_TAG + 3] = 1;
    return length;
}

ON_ADVERT(announced_for_all)
{
    memset(advert + 16, 0xFF, 3);
    return length;
}

ON_ADVERT(announced_to_the_last_host)
{
    const struct deviant *d = user;
    if (d->count)
        memcpy(advert, d->host, AOE_MAC_BYTES);
    return length;
}

ON_REQUEST(note_last_host)
{
    struct deviant *d = user;
    memcpy(d->host, request->source, AOE_MAC_BYTES);
    d->count++;
}

ON_ADVERT(announced_without_string)
{
    memset(advert + AOE_CONFIG_BYTES - 2, 0, length - AOE_CONFIG_BYTES + 2);
    return length;
}

ON_ADVERT(announced_without_limits)
{
    memset(advert + AOE_HEADER_BYTES, 0, 5);
    return length;
}

ON_ADVERT(announced_as_set)
{
    advert[29] |= AOE_CONFIG_SET;
    return length;
}

ON_LINK(dies_of_flap)
{
    if (was_down)
        exit(EXIT_FAILURE);
}

ON_RECEIVE(deaf_when_armed)
{
    return ((struct deviant *)user)->armed ? 0 : length;
}

#define AFTER(ms, what) (ms) << FORGET_SHIFT | (what)

static const struct deviation deviations[] = {
    {"queue-of-one", "3.2-bufcount", "while one request is being served further ones are dropped",
     .value = 1, .hooks = {.receive = queue_receive, .send = queue_send, .idle = queue_idle}},
    {"queue-of-eight", "3.2-bufcount", "of requests that come together those beyond 8 are dropped",
     .value = 8, .hooks = {.receive = queue_receive, .send = queue_send, .idle = queue_idle}},
    {"queue-of-fifteen", "3.2-bufcount",
     "the queue holds one request less than the buffer count says", .value = 15,
     .hooks = {.receive = queue_receive, .send = queue_send, .idle = queue_idle}},
    {"queue-of-four-for-writes", "3.2-bufcount",
     "of writes that come together those beyond 4 are dropped", .value = 4,
     .hooks = {.model.accept = queue_accepts_reads, .send = queue_send, .idle = queue_idle}},
    {"every-hundredth-dropped", "3.2-bufcount", "every hundredth frame is dropped", .value = 100,
     .hooks.receive = every_nth_dropped},
    {"third-host-ignored", "1.1-stateless", "only the first two hosts are ever served", .value = 2,
     .hooks.model.accept = hosts_beyond_table_ignored},
    {"strangers-ignored", "1.1-stateless", "a host that has sent no config request is not served",
     .hooks.model.accept = strangers_ignored},
    {"string-forgotten-after-a-while", "3.2-read", "the config string is lost after 100 ms",
     .value = AFTER(100, FORGET_STRING), .hooks.model.request = forgets_after_a_while},
    {"string-forgotten-after-frames", "3.2-read", "the config string is lost at every 64th frame",
     .value = AFTER(64, FORGET_STRING), .hooks.model.request = forgets_after_frames},
    {"string-forgotten-after-flap", "3.2-read", "the config string is lost with the link",
     .value = FORGET_STRING, .hooks.link = forgets_after_flap},
    {"masks-forgotten-after-a-while", "3.3-mask", "the mask list is lost after 100 ms",
     .value = AFTER(100, FORGET_MASKS), .hooks.model.request = forgets_after_a_while},
    {"masks-forgotten-after-flap", "3.3-mask", "the mask list is lost with the link",
     .value = FORGET_MASKS, .hooks.link = forgets_after_flap},
    {"reserve-forgotten-after-a-while", "3.4-enforced", "the reserve list is lost after 100 ms",
     .value = AFTER(100, FORGET_RESERVES), .hooks.model.request = forgets_after_a_while},
    {"reserve-forgotten-after-flap", "3.4-enforced", "the reserve list is lost with the link",
     .value = FORGET_RESERVES, .hooks.link = forgets_after_flap},
    {"not-announced-after-flap", "3.2-announce", "nothing is announced when the link comes back",
     .hooks = {.link = note_link, .advert = not_announced}},
    {"announced-as-request", "3.2-announce", "the announcement has R clear",
     .hooks.advert = announced_as_request},
    {"announced-with-version-zero", "3.2-announce", "the announcement has version 0", .value = 0,
     .hooks.advert = announced_with_version},
    {"announced-with-tag", "3.2-announce", "the announcement has tag 1",
     .hooks.advert = announced_with_tag},
    {"announced-for-all", "3.2-announce", "the announcement has the broadcast shelf and slot",
     .hooks.advert = announced_for_all},
    {"announced-to-the-last-host", "3.2-announce",
     "the announcement goes to the host that asked last",
     .hooks = {.model.request = note_last_host, .advert = announced_to_the_last_host}},
    {"announced-without-string", "3.2-announce", "the announcement has no config string",
     .hooks.advert = announced_without_string},
    {"announced-without-limits", "3.2-announce",
     "the announcement has buffer count, firmware and sector count 0",
     .hooks.advert = announced_without_limits},
    {"announced-as-set", "3.2-announce", "the announcement has config command 3",
     .hooks.advert = announced_as_set},
    {"dies-of-flap", "3.2-announce", "the target ends when its link is lost",
     .hooks.link = dies_of_flap},
    {"deaf-after-flap", "3.2-announce", "after a loss of the link nothing is announced or answered",
     .hooks = {.receive = deaf_when_armed, .link = note_link, .advert = not_announced}},
};

const struct family family_behaviour = FAMILY(deviations);
