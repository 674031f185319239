/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not answered is not sent again, too soon, or changed: clause i-retransmit. */
#include "family.h"

ON_INTERVAL(command_once)
{
    return command ? FOR_EVER : interval;
}

ON_INTERVAL(query_once)
{
    return command ? interval : FOR_EVER;
}

ON_INTERVAL(query_thrice)
{
    return command || engine->query_attempt.sent < 3 ? interval : FOR_EVER;
}

ON_INTERVAL(identify_once)
{
    return command && !is_transfer(command) ? FOR_EVER : interval;
}

ON_INTERVAL(write_once)
{
    return is_write(command) ? FOR_EVER : interval;
}

ON_INTERVAL(one_repeat)
{
    return is_repeat(command) ? FOR_EVER : interval;
}

/* Each half of the one before, down to 8 ms. */
ON_INTERVAL(halving)
{
    unsigned sent = command ? command->attempt.sent : 1;
    return ATTEMPT_SECOND >> (sent < 7 ? sent : 7);
}

/* A long wait and a short one in turn. */
ON_INTERVAL(alternating)
{
    bool odd = command && command->attempt.sent % 2;
    return odd ? ATTEMPT_SECOND / 2 : ATTEMPT_SECOND / 8;
}

ON_REQUEST(other_data)
{
    if (is_repeat(command) && is_write(command))
        memset(frame + AOE_ATA_BYTES, 0, length - AOE_ATA_BYTES);
    return length;
}

ON_REQUEST(one_sector)
{
    bool larger = is_transfer(command) && command->sectors > 1;
    if (!larger || !is_repeat(command))
        return length;
    frame[BYTE_COUNT] = 1;
    return is_write(command) ? AOE_ATA_BYTES + AOE_SECTOR_BYTES : length;
}

ON_REQUEST(next_lba)
{
    if (is_transfer(command) && is_repeat(command))
        frame[BYTE_LBA] = (uint8_t)(frame[BYTE_LBA] + command->sectors);
    return length;
}

ON_JUDGE(again_at_once)
{
    if (answer == ANSWER_AOE_ERROR)
        command->attempt.interval = 0;
    return answer;
}

/* At once, and as long as errors come. */
ON_JUDGE(again_at_once_for_ever)
{
    if (answer != ANSWER_AOE_ERROR)
        return answer;
    command->attempt.interval = 0;
    return ANSWER_IGNORED;
}

static const struct deviation deviations[] = {
    {"retransmit-never",
     "i-retransmit",
     "commands are not sent again",
     NULL,
     {.interval = command_once}},
    {"retransmit-query-never",
     "i-retransmit",
     "queries are not sent again",
     NULL,
     {.interval = query_once}},
    {"retransmit-query-twice",
     "i-retransmit",
     "queries are sent again twice, and not after that",
     "deadline=10,patience=240",
     {.interval = query_thrice}},
    {"retransmit-identify-never",
     "i-retransmit",
     "IDENTIFY is not sent again",
     NULL,
     {.interval = identify_once}},
    {"retransmit-write-never",
     "i-retransmit",
     "writes are not sent again",
     NULL,
     {.interval = write_once}},
    {"retransmit-once",
     "i-retransmit",
     "commands are sent again once, and not after that",
     NULL,
     {.interval = one_repeat}},
    {"retransmit-halving",
     "i-retransmit",
     "each interval is half of the one before",
     NULL,
     {.interval = halving}},
    {"retransmit-alternating",
     "i-retransmit",
     "long and short intervals take turns",
     NULL,
     {.interval = alternating}},
    {"retransmit-zeros",
     "i-retransmit",
     "writes are repeated with zeros",
     NULL,
     {.request = other_data}},
    {"retransmit-one-sector",
     "i-retransmit",
     "repeats are for one sector",
     NULL,
     {.request = one_sector}},
    {"retransmit-next-lba",
     "i-retransmit",
     "repeats are for the sectors that come next",
     NULL,
     {.request = next_lba}},
    {"retransmit-errors-at-once",
     "i-retransmit",
     "what gets an AoE error is repeated at once",
     NULL,
     {.judge = again_at_once}},
    {"retransmit-errors-for-ever",
     "i-retransmit",
     "what gets an AoE error is repeated at once until the deadline",
     NULL,
     {.judge = again_at_once_for_ever}},
};

const struct family family_retransmit = FAMILY(deviations);
