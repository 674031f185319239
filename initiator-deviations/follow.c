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
     NULL,
     {.config = first_sectors_stay}},
    {"follow-sectors-only-more",
     "i-follow",
     "a sector count that is lower is not followed",
     NULL,
     {.config = sectors_only_more}},
    {"follow-address-stays",
     "i-follow",
     "the first address is used for ever",
     NULL,
     {.config = first_address_stays}},
    {"follow-adverts-ignored",
     "i-follow",
     "announcements are not followed",
     NULL,
     {.config = adverts_ignored}},
    {"multipath-first-only",
     "i-multipath",
     "the address heard first is all that is used",
     NULL,
     {.path = always_first}},
    {"multipath-last-only",
     "i-multipath",
     "the address heard last is all that is used",
     NULL,
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
