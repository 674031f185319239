/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames that nobody has asked for do harm: clause i-vendor. */
#include "family.h"

enum { ADVERTS_MOST = 16 };

static struct aoe_frame decode(struct aoe_span bytes)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes.bytes, bytes.length, bytes.length);
    return frame;
}

static bool is_advert(const struct aoe_frame *frame)
{
    return frame->extent >= AOE_EXTENT_HEADER && aoe_is_response(frame) &&
           frame->command == AOE_COMMAND_CONFIG && !frame->tag;
}

/* What is outstanding is forgotten, as if it were done. */
static void forget(struct engine *engine)
{
    commands_close_all(&engine->commands);
}

/* The target is thought to take nothing any more, once that is armed. */
ON_WINDOW(window_shut)
{
    const struct deviant *deviant = user;
    return deviant->armed ? 0 : window;
}

ON_RECEIVE(vendor_is_fatal)
{
    if (decode(frame).command >= AOE_COMMAND_VENDOR)
        abort();
    return frame;
}

/* A table of handlers by command, of four. */
ON_RECEIVE(unknown_is_fatal)
{
    if (!aoe_command_known(decode(frame).command))
        abort();
    return frame;
}

ON_RECEIVE(unknown_ends_command)
{
    struct aoe_frame seen = decode(frame);
    struct command *command = commands_find(&engine->commands, seen.tag);
    if (command && !aoe_command_known(seen.command))
        forget(engine);
    return frame;
}

ON_RECEIVE(request_is_fatal)
{
    struct aoe_frame seen = decode(frame);
    if (seen.extent >= AOE_EXTENT_HEADER && !aoe_is_response(&seen))
        abort();
    return frame;
}

ON_RECEIVE(list_is_fatal)
{
    struct aoe_frame seen = decode(frame);
    if (seen.command == AOE_COMMAND_MASK || seen.command == AOE_COMMAND_RESERVE)
        abort();
    return frame;
}

ON_CONFIG(advert_ends_work)
{
    if (!frame->tag && engine->phase == PHASE_TRANSFERS)
        forget(engine);
    return true;
}

ON_RECEIVE(long_string_is_fatal)
{
    struct aoe_frame seen = decode(frame);
    if (is_advert(&seen) && seen.config.length > AOE_STRING_MAX)
        abort();
    return frame;
}

/* What a cut advert lacks is read as zeros: no buffers. */
ON_RECEIVE(cut_advert_taken)
{
    struct deviant *deviant = user;
    struct aoe_frame seen = decode(frame);
    if (is_advert(&seen) && seen.extent < AOE_EXTENT_ARGUMENT)
        deviant->armed = true;
    return frame;
}

ON_RECEIVE(version_is_fatal)
{
    struct aoe_frame seen = decode(frame);
    if (seen.extent >= AOE_EXTENT_HEADER && seen.version != AOE_VERSION)
        abort();
    return frame;
}

ON_RECEIVE(advert_error_ends)
{
    struct aoe_frame seen = decode(frame);
    if (is_advert(&seen) && aoe_is_error(&seen) && engine->phase == PHASE_TRANSFERS)
        forget(engine);
    return frame;
}

/* The target is thought to be ill from then on. */
ON_RECEIVE(advert_error_shuts)
{
    struct deviant *deviant = user;
    struct aoe_frame seen = decode(frame);
    if (is_advert(&seen) && aoe_is_error(&seen))
        deviant->armed = true;
    return frame;
}

/* A table of handlers by the command of a config message, of five. */
ON_RECEIVE(ccmd_is_fatal)
{
    struct aoe_frame seen = decode(frame);
    if (is_advert(&seen) && seen.config.ccmd > AOE_CONFIG_LAST)
        abort();
    return frame;
}

/* A table by shelf, which ends before the one that stands for all. */
ON_RECEIVE(highest_shelf_is_fatal)
{
    struct aoe_frame seen = decode(frame);
    if (is_advert(&seen) && seen.shelf == AOE_SHELF_ALL)
        abort();
    return frame;
}

/* An address for each, and places for so many. */
ON_RECEIVE(table_of_addresses)
{
    struct deviant *deviant = user;
    struct aoe_frame seen = decode(frame);
    bool own = is_advert(&seen) && seen.shelf == engine->settings.shelf;
    if (own && ++deviant->most > ADVERTS_MOST)
        abort();
    return frame;
}

/* Places for so many other targets, and none is ever given back. */
ON_RECEIVE(table_of_targets)
{
    struct deviant *deviant = user;
    struct aoe_frame seen = decode(frame);
    bool other = is_advert(&seen) && seen.shelf != engine->settings.shelf;
    if (other && ++deviant->most > ADVERTS_MOST)
        abort();
    return frame;
}

ON_ACCEPTS(adverts_of_others)
{
    return accepts || is_advert(frame);
}

/* Config responses of all shelves and slots are taken: these are then the target's. */
ON_ACCEPTS(broadcast_address_taken)
{
    bool config = aoe_is_response(frame) && frame->command == AOE_COMMAND_CONFIG;
    if (!config || (frame->shelf != AOE_SHELF_ALL && frame->slot != AOE_SLOT_ALL))
        return accepts;
    engine->settings.shelf = frame->shelf;
    engine->settings.slot = frame->slot;
    return true;
}

/* One more is 0. */
ON_CONFIG(highest_count_is_none)
{
    struct deviant *deviant = user;
    if (frame->config.buffer_count == UINT16_MAX && !frame->tag)
        deviant->armed = true;
    return true;
}

static const struct deviation deviations[] = {
    {"vendor-command-is-fatal",
     "i-vendor",
     "a vendor command ends the program",
     NULL,
     {.receive = vendor_is_fatal}},
    {"vendor-unknown-is-fatal",
     "i-vendor",
     "an unknown command ends the program",
     "stay",
     {.receive = unknown_is_fatal}},
    {"vendor-unknown-ends-command",
     "i-vendor",
     "an unknown command ends what is outstanding",
     NULL,
     {.receive = unknown_ends_command}},
    {"vendor-request-is-fatal",
     "i-vendor",
     "a request ends the program",
     "stay",
     {.receive = request_is_fatal}},
    {"vendor-list-is-fatal",
     "i-vendor",
     "a mask or reserve response ends the program",
     "stay",
     {.receive = list_is_fatal}},
    {"vendor-version-is-fatal",
     "i-vendor",
     "a frame of another version ends the program",
     "stay",
     {.receive = version_is_fatal}},
    {"vendor-advert-ends-work",
     "i-vendor",
     "an announcement ends what is outstanding",
     NULL,
     {.config = advert_ends_work}},
    {"vendor-advert-string-is-fatal",
     "i-vendor",
     "an announced string of more than 1024 bytes ends the program",
     "stay",
     {.receive = long_string_is_fatal}},
    {"vendor-advert-cut-taken",
     "i-vendor",
     "of a cut announcement what is missing is read as 0",
     "stay",
     {.receive = cut_advert_taken, .window = window_shut}},
    {"vendor-advert-error-ends-work",
     "i-vendor",
     "an announced error ends what is outstanding",
     NULL,
     {.receive = advert_error_ends}},
    {"vendor-advert-error-shuts",
     "i-vendor",
     "after an announced error nothing is sent any more",
     "stay",
     {.receive = advert_error_shuts, .window = window_shut}},
    {"vendor-advert-ccmd-is-fatal",
     "i-vendor",
     "an announcement with an unknown config command ends the program",
     "stay",
     {.receive = ccmd_is_fatal}},
    {"vendor-advert-shelf-is-fatal",
     "i-vendor",
     "an announcement of shelf 65535 ends the program",
     "stay",
     {.receive = highest_shelf_is_fatal}},
    {"vendor-adverts-fill-addresses",
     "i-vendor",
     "after 16 announcements of the target the program ends",
     NULL,
     {.receive = table_of_addresses}},
    {"vendor-advert-counts-overflow",
     "i-vendor",
     "an announced buffer count of 65535 is taken for 0",
     "stay",
     {.config = highest_count_is_none, .window = window_shut}},
    {"vendor-adverts-fill-table",
     "i-vendor",
     "after announcements of 16 other targets the program ends",
     "stay",
     {.receive = table_of_targets}},
    {"vendor-adverts-of-others",
     "i-vendor",
     "announcements of other targets are taken",
     NULL,
     {.accepts = adverts_of_others}},
    {"vendor-broadcast-address-taken",
     "i-vendor",
     "a config response of all shelves or slots gives the target that address",
     "stay",
     {.accepts = broadcast_address_taken}},
};

const struct family family_vendor = FAMILY(deviations);
