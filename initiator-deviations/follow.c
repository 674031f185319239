/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the target says later is not followed, one of its addresses is all that is used, a target
 * that is gone is waited for: clauses i-follow, i-multipath and i-gone. */
#include "family.h"

static bool is_known(const struct engine *engine)
{
    return engine->target.path_count > 0;
}

ON_CONFIG(first_sectors_stay)
{
    if (is_known(engine))
        frame->config.sector_count = engine->target.paths[0].sector_count;
    return true;
}

ON_CONFIG(sectors_only_more)
{
    uint8_t known = is_known(engine) ? engine->target.paths[0].sector_count : 0;
    if (frame->config.sector_count < known)
        frame->config.sector_count = known;
    return true;
}

ON_CONFIG(first_address_stays)
{
    return !is_known(engine) || target_has(&engine->target, frame->source);
}

ON_OPEN(room_given_back)
{
    ((struct deviant *)user)->most = 0;
}

/* Room for as many sectors as were advertised at first. */
ON_TAKE(take_what_fits)
{
    struct deviant *deviant = user;
    if (!deviant->most)
        deviant->most = target_sector_count(&engine->target, engine->settings.mtu);
    size_t room = (size_t)deviant->most * AOE_SECTOR_BYTES;
    if (bytes)
        memcpy(command->data, frame->payload.bytes, bytes < room ? bytes : room);
}

/* The target is set up anew for other commands, and what waited for it is gone. */
ON_CONFIG(change_ends_work)
{
    if (is_known(engine) && frame->config.sector_count != engine->target.paths[0].sector_count)
        engine->transfer_count = 0;
    return true;
}

ON_CONFIG(adverts_ignored)
{
    return frame->tag != 0;
}

/* What goes there counts as unanswered, as before; only nothing follows from it. */
ON_PATH(always_first)
{
    return path ? &engine->target.paths[0] : NULL;
}

ON_PATH(always_last)
{
    size_t count = engine->target.path_count;
    return path ? &engine->target.paths[count - 1] : NULL;
}

ON_PATH(where_it_was)
{
    const struct target *target = &engine->target;
    for (size_t i = 0; path && command->attempt.sent && i < target->path_count; i++)
        if (memcmp(target->paths[i].mac, command->to, AOE_MAC_BYTES) == 0)
            return &target->paths[i];
    return path;
}

ON_CONFIG(second_address_is_fatal)
{
    if (is_known(engine) && !target_has(&engine->target, frame->source))
        abort();
    return true;
}

ON_INTERVAL(no_deadline)
{
    if (command)
        command->attempt.first = FOR_EVER;
    return interval;
}

ON_INTERVAL(no_deadline_of_writes)
{
    if (is_write(command))
        command->attempt.first = FOR_EVER;
    return interval;
}

ON_INTERVAL(no_deadline_of_identify)
{
    if (command && !is_transfer(command))
        command->attempt.first = FOR_EVER;
    return interval;
}

/* As if the target had said so. */
static void pretend_done(struct deviant *deviant, struct engine *engine, const uint8_t *request)
{
    uint8_t *answer = deviant->received;
    memcpy(answer, request, AOE_ATA_BYTES);
    memcpy(answer, request + AOE_MAC_BYTES, AOE_MAC_BYTES);
    memcpy(answer + AOE_MAC_BYTES, request, AOE_MAC_BYTES);
    answer[BYTE_VERSION_FLAGS] |= AOE_FLAG_RESPONSE;
    answer[BYTE_STATUS] = ATA_STATUS_DRDY;
    engine_receive(engine, (struct aoe_span){answer, AOE_ATA_BYTES});
}

ON_REQUEST(unanswered_is_written)
{
    if (!is_write(command) || !is_repeat(command))
        return length;
    pretend_done(user, engine, frame);
    return 0;
}

ON_FAILS(gone_passes)
{
    return why != FAILURE_EXPIRED;
}

ON_FAILS(gone_is_fatal)
{
    if (why == FAILURE_EXPIRED)
        abort();
    return true;
}

static const struct deviation deviations[] = {
    {"follow-sectors-stay",
     "i-follow",
     "the first sector count is used for ever",
     "mtu=9000,stay",
     {.config = first_sectors_stay}},
    {"follow-sectors-only-more",
     "i-follow",
     "a sector count that is lower is not followed",
     NULL,
     {.config = sectors_only_more}},
    {"follow-address-stays",
     "i-follow",
     "the first address is used for ever",
     "stay",
     {.config = first_address_stays}},
    {"follow-raised-overruns",
     "i-follow",
     "of more sectors than were advertised at first, the last are not stored",
     "mtu=9000,stay",
     {.open = room_given_back, .take = take_what_fits}},
    {"follow-change-ends-work",
     "i-follow",
     "when the sector count changes, what was not sent yet passes for done",
     NULL,
     {.config = change_ends_work}},
    {"follow-adverts-ignored",
     "i-follow",
     "announcements are not followed",
     NULL,
     {.config = adverts_ignored}},
    {"multipath-first-only",
     "i-multipath",
     "the address heard first is all that is used",
     "stay,patience=30",
     {.path = always_first}},
    {"multipath-last-only",
     "i-multipath",
     "the address heard last is all that is used",
     "stay,patience=30",
     {.path = always_last}},
    {"multipath-repeats-stay",
     "i-multipath",
     "repeats go to the address that did not answer",
     NULL,
     {.path = where_it_was}},
    {"multipath-second-is-fatal",
     "i-multipath",
     "a second address ends the program",
     NULL,
     {.config = second_address_is_fatal}},
    {"gone-no-deadline",
     "i-gone",
     "commands are repeated for ever",
     NULL,
     {.interval = no_deadline}},
    {"gone-no-deadline-of-writes",
     "i-gone",
     "writes are repeated for ever",
     NULL,
     {.interval = no_deadline_of_writes}},
    {"gone-no-deadline-of-identify",
     "i-gone",
     "IDENTIFY is repeated for ever",
     NULL,
     {.interval = no_deadline_of_identify}},
    {"gone-writes-are-done",
     "i-gone",
     "a write that gets no answer passes for done",
     NULL,
     {.request = unanswered_is_written}},
    {"gone-passes-for-success",
     "i-gone",
     "what gets no answer passes for done",
     NULL,
     {.fails = gone_passes}},
    {"gone-is-fatal",
     "i-gone",
     "a command that gets no answer ends the program by a signal",
     NULL,
     {.fails = gone_is_fatal}},
};

const struct family family_follow = FAMILY(deviations);
