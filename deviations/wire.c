/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lengths and numbers of frames: padding, runts, short frames, duplicates, repeats. */
#include "family.h"

#include <stdlib.h>

enum { BYTE_COMMAND = 19 };

/* 2.1-padding */

/* Pads with what the memory of earlier responses holds; `*memory` is the response's own. */
static size_t pad_stale(struct deviant *d, uint8_t *bytes, size_t length, bool now)
{
    size_t end = family_message_end(bytes, length);
    uint8_t tail[AOE_FRAME_MIN];
    size_t padding = length - end;
    memcpy(tail, d->bytes + end, padding);
    memcpy(d->bytes, bytes, end);
    if (now)
        memcpy(bytes + end, tail, padding);
    return length;
}

ON_BYTES(padding_stale)
{
    return pad_stale(user, bytes, length, true);
}

ON_BYTES(padding_stale_in_errors)
{
    return pad_stale(user, bytes, length, bytes[BYTE_ERROR]);
}

ON_BYTES(padding_stale_after_write)
{
    return pad_stale(user, bytes, length, is_write(request));
}

ON_BYTES(padding_stale_behind_string)
{
    return pad_stale(user, bytes, length, request->command == AOE_COMMAND_CONFIG);
}

ON_BYTES(padding_of_request)
{
    size_t end = family_message_end(bytes, length);
    if (request->raw.length >= length)
        memcpy(bytes + end, request->raw.bytes + end, length - end);
    return length;
}

ON_BYTES(padding_uninitialized)
{
    size_t end = family_message_end(bytes, length);
    memset(bytes + end, 0xCC, length - end);
    return length;
}

/* Takes the padding of a config request for its string. */
static void take_padding(struct aoe_frame *request)
{
    if (request->raw.length == AOE_FRAME_MIN && request->config.length &&
        request->config.length < request->payload.length)
        request->config.length = (uint16_t)request->payload.length;
}

ON_REQUEST(padding_stored)
{
    if (is_config(request, AOE_CONFIG_SET) || is_config(request, AOE_CONFIG_FORCE))
        take_padding(request);
}

ON_REQUEST(padding_compared)
{
    if (is_config(request, AOE_CONFIG_TEST) || is_config(request, AOE_CONFIG_PREFIX))
        take_padding(request);
}

ON_CARRY_OUT(padding_refused)
{
    struct aoe_frame judged = *request;
    bool padded = request->extent == AOE_EXTENT_ARGUMENT && request->command != AOE_COMMAND_ATA &&
                  aoe_message_end(&judged, 0) < request->raw.length;
    return padded ? AOE_ERROR_ARGUMENT : model_carry_out(model, request, response, silent);
}

/* 2.1-runt: `value` is the command that is told by its length, or any. */

enum { ANY_COMMAND = 0x100 };

ON_RECEIVE(runt_dropped)
{
    uint64_t command = ((struct deviant *)user)->value;
    bool runt = length < AOE_FRAME_MIN && length > BYTE_COMMAND;
    return runt && (command == ANY_COMMAND || command == frame[BYTE_COMMAND]) ? 0 : length;
}

ON_CARRY_OUT(runt_refused)
{
    return request->raw.length < AOE_FRAME_MIN ? AOE_ERROR_ARGUMENT
                                               : model_carry_out(model, request, response, silent);
}

/* 2-short */

/* Receives into a buffer that still holds earlier frames, and reads on to `least` bytes. */
static size_t receive_over_old(struct deviant *d, uint8_t *frame, size_t length, size_t least)
{
    if (length && length < least) {
        memcpy(frame + length, d->bytes + length, least - length);
        length = least;
    }
    memcpy(d->bytes, frame, length);
    return length;
}

static bool ends_in_header(const uint8_t *frame, size_t length)
{
    struct aoe_frame cut;
    aoe_frame_decode(&cut, frame, length, length);
    return cut.extent == AOE_EXTENT_ETHERNET;
}

static bool ends_in_argument(const uint8_t *frame, size_t length)
{
    struct aoe_frame cut;
    aoe_frame_decode(&cut, frame, length, length);
    return cut.extent == AOE_EXTENT_HEADER && aoe_command_known(cut.command);
}

ON_RECEIVE(short_header_from_old_memory)
{
    return receive_over_old(user, frame, length, ends_in_header(frame, length) ? AOE_FRAME_MIN : 0);
}

ON_RECEIVE(short_argument_from_old_memory)
{
    return receive_over_old(user, frame, length,
                            ends_in_argument(frame, length) ? AOE_FRAME_MIN : 0);
}

ON_RECEIVE(short_argument_as_zeros)
{
    if (!ends_in_argument(frame, length))
        return length;
    memset(frame + length, 0, AOE_FRAME_MIN - length);
    return AOE_FRAME_MIN;
}

ON_RECEIVE(dies_of_short_header)
{
    if (ends_in_header(frame, length))
        abort();
    return length;
}

ON_RECEIVE(dies_of_short_argument)
{
    if (ends_in_argument(frame, length))
        abort();
    return length;
}

ON_RECEIVE(deaf_after_short_frame)
{
    struct deviant *d = user;
    d->armed = d->armed || ends_in_header(frame, length) || ends_in_argument(frame, length);
    return d->armed ? 0 : length;
}

ON_RECEIVE(dies_of_vendor_command)
{
    if (length >= AOE_HEADER_BYTES && frame[BYTE_COMMAND] >= AOE_COMMAND_VENDOR)
        abort();
    return length;
}

ON_RESPONSE(short_succeeds)
{
    if (request->extent < AOE_EXTENT_ARGUMENT && aoe_command_known(request->command))
        model_set_error(response, AOE_ERROR_NONE);
}

/* What is 0 to the end of the argument is not sent. */

ON_BYTES(config_response_cut)
{
    bool empty = !bytes[BYTE_ERROR] && family_message_end(bytes, length) == AOE_CONFIG_BYTES;
    return is_config(request, AOE_CONFIG_READ) && empty ? AOE_CONFIG_BYTES - 2 : length;
}

ON_BYTES(list_response_cut)
{
    size_t end = bytes[BYTE_ERROR] ? length : family_message_end(bytes, length);
    bool mask = request->command == AOE_COMMAND_MASK && end == AOE_MASK_BYTES;
    bool reserve = request->command == AOE_COMMAND_RESERVE && end == AOE_RESERVE_BYTES;
    return mask || reserve ? end - 1 : length;
}

/* 2-once */

ON_SEND(sent_twice)
{
    next->send(next->user, frame, length);
    next->send(next->user, frame, length);
}

ON_SEND(errors_sent_twice)
{
    next->send(next->user, frame, length);
    if (frame[BYTE_ERROR])
        next->send(next->user, frame, length);
}

ON_SEND(every_fiftieth_sent_twice)
{
    struct deviant *d = user;
    next->send(next->user, frame, length);
    if (++d->count % 50 == 0)
        next->send(next->user, frame, length);
}

ON_BYTES(note_broadcast)
{
    ((struct deviant *)user)->armed = request->shelf == AOE_SHELF_ALL;
    return length;
}

ON_SEND(noted_sent_twice)
{
    next->send(next->user, frame, length);
    if (((struct deviant *)user)->armed)
        next->send(next->user, frame, length);
}

ON_BYTES(note_write)
{
    ((struct deviant *)user)->armed = is_write(request);
    return length;
}

/* 1.1-stateless */

/* True where the frame is the very one before it; notes it. */
static bool is_repeat(struct deviant *d, const uint8_t *frame, size_t length)
{
    bool same = length == d->length && memcmp(frame, d->bytes, length) == 0;
    memcpy(d->bytes, frame, length);
    d->length = length;
    return same;
}

ON_RECEIVE(repeat_ignored)
{
    return is_repeat(user, frame, length) ? 0 : length;
}

/* Not only the latest frame; `value` is the command that is told by its tag. */
ON_RECEIVE(tag_seen_ignored)
{
    enum { SEEN = 256 };
    struct deviant *d = user;
    if (length < AOE_HEADER_BYTES || frame[BYTE_COMMAND] != d->value)
        return length;
    const size_t key_bytes = AOE_HEADER_BYTES - BYTE_SOURCE;
    for (size_t i = 0; i < SEEN; i++)
        if (memcmp(d->bytes + i * key_bytes, frame + BYTE_SOURCE, key_bytes) == 0)
            return 0;
    memcpy(d->bytes + d->count++ % SEEN * key_bytes, frame + BYTE_SOURCE, key_bytes);
    return length;
}

/* A force with a tag that was there before is answered, but not carried out. */
ON_CARRY_OUT(force_with_used_tag_not_stored)
{
    enum { TAGS = 16 };
    struct deviant *d = user;
    uint8_t *tags = d->bytes;
    if (!is_config(request, AOE_CONFIG_FORCE))
        return model_carry_out(model, request, response, silent);
    for (size_t i = 0; i < TAGS && i < d->count; i++)
        if (memcmp(tags + i * sizeof request->tag, &request->tag, sizeof request->tag) == 0)
            return AOE_ERROR_NONE;
    memcpy(tags + d->count++ % TAGS * sizeof request->tag, &request->tag, sizeof request->tag);
    return model_carry_out(model, request, response, silent);
}

static const struct deviation deviations[] = {
    {"padding-stale", "2.1-padding", "padding holds bytes of earlier responses",
     .hooks.model.bytes = padding_stale},
    {"padding-stale-in-errors", "2.1-padding",
     "the padding of error responses holds bytes of earlier responses",
     .hooks.model.bytes = padding_stale_in_errors},
    {"padding-stale-after-write", "2.1-padding",
     "the padding of write responses holds bytes of earlier responses",
     .hooks.model.bytes = padding_stale_after_write},
    {"padding-stale-behind-string", "2.1-padding",
     "behind a config string stand bytes of earlier responses",
     .hooks.model.bytes = padding_stale_behind_string},
    {"padding-of-request", "2.1-padding", "the padding of the request comes back",
     .hooks.model.bytes = padding_of_request},
    {"padding-uninitialized", "2.1-padding", "padding is 0xCC",
     .hooks.model.bytes = padding_uninitialized},
    {"padding-stored", "2.1-padding", "a set or force stores the padding with its string",
     .hooks.model.request = padding_stored},
    {"padding-compared", "2.1-padding", "a test or prefix compares the padding with its string",
     .hooks.model.request = padding_compared},
    {"padding-refused", "2.1-padding", "config, mask and reserve requests with padding get error 2",
     .hooks.model.carry_out = padding_refused},
    {"runt-dropped", "2.1-runt", "frames under 60 bytes get no response", .value = ANY_COMMAND,
     .hooks.receive = runt_dropped},
    {"runt-ata-dropped", "2.1-runt", "ATA frames under 60 bytes get no response",
     .value = AOE_COMMAND_ATA, .hooks.receive = runt_dropped},
    {"runt-config-dropped", "2.1-runt", "config frames under 60 bytes get no response",
     .value = AOE_COMMAND_CONFIG, .hooks.receive = runt_dropped},
    {"runt-mask-dropped", "2.1-runt", "mask frames under 60 bytes get no response",
     .value = AOE_COMMAND_MASK, .hooks.receive = runt_dropped},
    {"runt-reserve-dropped", "2.1-runt", "reserve frames under 60 bytes get no response",
     .value = AOE_COMMAND_RESERVE, .hooks.receive = runt_dropped},
    {"runt-refused", "2.1-runt", "frames under 60 bytes get error 2",
     .hooks.model.carry_out = runt_refused},
    {"short-header-from-old-memory", "2-short",
     "a frame cut in its header is completed by earlier frames and answered",
     .hooks.receive = short_header_from_old_memory},
    {"short-argument-from-old-memory", "2-short",
     "a frame cut in its argument is completed by earlier frames and served",
     .hooks.receive = short_argument_from_old_memory},
    {"short-argument-as-zeros", "2-short",
     "a frame cut in its argument is served as if zeros followed",
     .hooks.receive = short_argument_as_zeros},
    {"short-succeeds", "2-short", "a frame cut in its argument gets a response without error",
     .hooks.model.response = short_succeeds},
    {"dies-of-short-header", "2-short", "a frame cut in its header ends the target",
     .hooks.receive = dies_of_short_header},
    {"dies-of-short-argument", "2-short", "a frame cut in its argument ends the target",
     .hooks.receive = dies_of_short_argument},
    {"deaf-after-short-frame", "2-short", "after a frame cut short nothing is answered any more",
     .hooks.receive = deaf_after_short_frame},
    {"dies-of-vendor-command", "2.6-command", "a command from 0xF0 on ends the target",
     .hooks.receive = dies_of_vendor_command},
    {"config-response-cut", "2-short",
     "the response to a config read without a string ends before the length",
     .hooks.model.bytes = config_response_cut},
    {"list-response-cut", "2-short", "responses with an empty list end before its count",
     .hooks.model.bytes = list_response_cut},
    {"sent-twice", "2-once", "every response is sent twice", .hooks.send = sent_twice},
    {"errors-sent-twice", "2-once", "error responses are sent twice",
     .hooks.send = errors_sent_twice},
    {"every-fiftieth-sent-twice", "2-once", "every fiftieth response is sent twice",
     .hooks.send = every_fiftieth_sent_twice},
    {"broadcast-sent-twice", "2-once", "the response to a broadcast shelf is sent twice",
     .hooks = {.model.bytes = note_broadcast, .send = noted_sent_twice}},
    {"writes-sent-twice", "2-once", "write responses are sent twice",
     .hooks = {.model.bytes = note_write, .send = noted_sent_twice}},
    {"repeat-ignored", "1.1-stateless", "a frame that repeats the one before gets no response",
     .hooks.receive = repeat_ignored},
    {"tag-seen-ignored", "1.1-stateless",
     "an ATA request with a tag that its host used lately gets no response",
     .value = AOE_COMMAND_ATA, .hooks.receive = tag_seen_ignored},
    {"config-tag-seen-ignored", "1.1-stateless",
     "a config request with a tag that its host used lately gets no response",
     .value = AOE_COMMAND_CONFIG, .hooks.receive = tag_seen_ignored},
    {"force-with-used-tag-not-stored", "1.1-stateless",
     "a force with a tag that was used before is answered, not carried out",
     .hooks.model.carry_out = force_with_used_tag_not_stored},
};

const struct family family_wire = FAMILY(deviations);
