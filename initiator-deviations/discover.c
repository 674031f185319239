/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The target is looked for in a wrong way, or its address is taken wrongly; tags: clauses
 * i-discover and i-tag. */
#include <time.h>

#include "family.h"

static bool is_long(const struct aoe_frame *frame)
{
    return frame->config.length > UINT8_MAX;
}

ON_REQUEST(query_multicast)
{
    if (!command)
        memcpy(frame, "\x01\x00\x5E\x88\xA2\x00", AOE_MAC_BYTES);
    return length;
}

ON_REQUEST(query_by_prefix)
{
    if (!command)
        frame[BYTE_AOE_VERSION] = AOE_CONFIG_PREFIX;
    return length;
}

ON_CONFIG(take_prefix)
{
    frame->config.ccmd = AOE_CONFIG_READ;
    return true;
}

ON_OPEN(arm)
{
    ((struct deviant *)user)->armed = true;
}

/* An IDENTIFY to everybody, before anybody has answered. */
ON_EXTRA(identify_everybody)
{
    struct deviant *deviant = user;
    const struct engine_settings *settings = &engine->settings;
    struct request_route route = {.shelf = settings->shelf, .slot = settings->slot};
    const struct request_command identify = {.opcode = ATA_IDENTIFY, .sectors = 1};
    if (!deviant->armed)
        return 0;
    deviant->armed = false;
    memset(route.to, 0xFF, AOE_MAC_BYTES);
    memcpy(route.from, settings->mac, AOE_MAC_BYTES);
    return request_ata(frame, &route, settings->tag - 1, &identify);
}

ON_REQUEST(commands_to_everybody)
{
    memset(frame, 0xFF, AOE_MAC_BYTES);
    return length;
}

ON_ACCEPTS(whoever_answers)
{
    bool found = aoe_is_response(frame) && frame->command == AOE_COMMAND_CONFIG;
    return accepts || (found && frame->shelf == engine->settings.shelf);
}

ON_CONFIG(four_bytes_of_address)
{
    frame->source[4] = frame->source[5] = 0;
    return true;
}

ON_CONFIG(long_string_ignored)
{
    return !is_long(frame);
}

ON_CONFIG(string_must_be_text)
{
    for (size_t i = 0; i < frame->config.length && i < frame->payload.length; i++)
        if (frame->payload.bytes[i] < ' ' || frame->payload.bytes[i] > '~')
            return false;
    return true;
}

ON_RECEIVE(short_ignored)
{
    return frame.length < AOE_FRAME_MIN ? (struct aoe_span){frame.bytes, 0} : frame;
}

ON_TAG(tag_constant)
{
    return command ? 1 : tag;
}

ON_TAG(tag_of_direction)
{
    return command ? 1 + (unsigned)command_direction(command) : tag;
}

ON_TAG(tag_two_bits)
{
    return command ? 1 + tag % 4 : tag;
}

ON_TAG(tag_eight_bits)
{
    return command ? 1 + tag % 0xFF : tag;
}

ON_TAG(tag_of_count)
{
    return command ? command->sectors : tag;
}

ON_TAG(tag_of_clock)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    uint32_t ticks = (uint32_t)now.tv_sec * 100 + (uint32_t)now.tv_nsec / 10000000;
    return command ? ticks : tag;
}

/* A repeat takes the tag that was given out last, and does not count on. */
ON_INTERVAL(tag_of_the_last)
{
    if (is_repeat(command))
        command->attempt.tag = engine->commands.tag;
    return interval;
}

static const struct deviation deviations[] = {
    {"discover-multicast",
     "i-discover",
     "queries go to a multicast address",
     NULL,
     {.request = query_multicast}},
    {"discover-by-prefix",
     "i-discover",
     "the target is looked for with an empty prefix test",
     NULL,
     {.request = query_by_prefix, .config = take_prefix}},
    {"discover-identify-first",
     "i-discover",
     "an IDENTIFY goes to everybody before the target has answered",
     NULL,
     {.open = arm, .extra = identify_everybody}},
    {"discover-commands-broadcast",
     "i-discover",
     "commands go to the broadcast address",
     NULL,
     {.request = commands_to_everybody}},
    {"discover-any-slot",
     "i-discover",
     "whoever answers from the shelf is taken for the target",
     NULL,
     {.accepts = whoever_answers}},
    {"discover-address-4-bytes",
     "i-discover",
     "4 bytes of the target's address are copied",
     NULL,
     {.config = four_bytes_of_address}},
    {"discover-long-string-ignored",
     "i-discover",
     "a target with a config string of more than 255 bytes is not found",
     NULL,
     {.config = long_string_ignored}},
    {"discover-string-must-be-text",
     "i-discover",
     "a target whose config string is not all letters is not found",
     NULL,
     {.config = string_must_be_text}},
    {"discover-short-ignored",
     "i-discover",
     "responses below 60 bytes are ignored",
     NULL,
     {.receive = short_ignored}},
    {"tag-constant", "i-tag", "all commands have tag 1", NULL, {.tag = tag_constant}},
    {"tag-of-direction",
     "i-tag",
     "all reads have one tag, all writes another",
     NULL,
     {.tag = tag_of_direction}},
    {"tag-2-bits", "i-tag", "the tag counts to 4", NULL, {.tag = tag_two_bits}},
    {"tag-8-bits",
     "i-tag",
     "the tag counts to 255, whatever still waits",
     NULL,
     {.tag = tag_eight_bits}},
    {"tag-of-count", "i-tag", "the tag is the number of sectors", NULL, {.tag = tag_of_count}},
    {"tag-of-clock", "i-tag", "the tag is the time in 1/100 s", NULL, {.tag = tag_of_clock}},
    {"tag-of-the-last",
     "i-tag",
     "a repeat gets the tag of the newest command",
     NULL,
     {.interval = tag_of_the_last}},
};

const struct family family_discover = FAMILY(deviations);
