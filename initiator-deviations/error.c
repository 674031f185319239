/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors are not seen, not told, or never end: clause i-error. */
#include "family.h"

ON_JUDGE(flag_not_seen)
{
    bool write = is_write(command) && frame->extent == AOE_EXTENT_ARGUMENT;
    return answer == ANSWER_AOE_ERROR && write ? ANSWER_GOOD : answer;
}

static bool has_data(const struct command *command, const struct aoe_frame *frame)
{
    return frame->payload.length >= (size_t)command->sectors * AOE_SECTOR_BYTES;
}

ON_JUDGE(data_of_aoe_error)
{
    return answer == ANSWER_AOE_ERROR && has_data(command, frame) ? ANSWER_GOOD : answer;
}

/* What Linux does for three minutes. */
ON_JUDGE(aoe_error_dropped)
{
    if (answer != ANSWER_AOE_ERROR)
        return answer;
    command->attempt.first = FOR_EVER;
    return ANSWER_IGNORED;
}

ON_JUDGE(unassigned_dropped)
{
    bool unassigned = frame->error > AOE_ERROR_LAST;
    return unassigned ? aoe_error_dropped(user, engine, command, frame, answer) : answer;
}

/* The response takes the command off the timer's list, and no other list has it. */
ON_JUDGE(aoe_error_lost)
{
    if (answer != ANSWER_AOE_ERROR)
        return answer;
    command->attempt.first = FOR_EVER;
    command->attempt.interval = FOR_EVER;
    return ANSWER_IGNORED;
}

ON_JUDGE(identify_error_lost)
{
    return is_transfer(command) ? answer : aoe_error_lost(user, engine, command, frame, answer);
}

static bool bad_without(const struct aoe_frame *frame, uint8_t bit)
{
    return frame->ata.opcode & ATA_STATUS_BAD & ~bit;
}

ON_JUDGE(err_not_seen)
{
    bool only = !bad_without(frame, ATA_STATUS_ERR);
    bool there = is_write(command) || has_data(command, frame);
    return answer == ANSWER_ATA_ERROR && only && there ? ANSWER_GOOD : answer;
}

ON_JUDGE(df_not_seen)
{
    bool only = !bad_without(frame, ATA_STATUS_DF);
    bool there = is_write(command) || has_data(command, frame);
    return answer == ANSWER_ATA_ERROR && only && there ? ANSWER_GOOD : answer;
}

ON_JUDGE(ata_error_repeated)
{
    if (answer != ANSWER_ATA_ERROR)
        return answer;
    command->attempt.first = FOR_EVER;
    return ANSWER_IGNORED;
}

ON_JUDGE(write_status_not_seen)
{
    return answer == ANSWER_ATA_ERROR && is_write(command) ? ANSWER_GOOD : answer;
}

ON_JUDGE(identify_status_not_seen)
{
    bool identify = !is_transfer(command) && has_data(command, frame);
    return answer == ANSWER_ATA_ERROR && identify ? ANSWER_GOOD : answer;
}

static bool others_wait(const struct engine *engine)
{
    return engine->commands.open > 1 || engine->transfer_count;
}

/* What the last command got is told, as if it were what all have got. */
ON_JUDGE(only_last_counts)
{
    bool forgotten = is_transfer(command) && others_wait(engine);
    return answer == ANSWER_ATA_ERROR && forgotten ? ANSWER_GOOD : answer;
}

ON_TAKE(take_what_is_there)
{
    if (bytes && frame->payload.length >= bytes)
        memcpy(command->data, frame->payload.bytes, bytes);
}

static bool is_not_found(const struct aoe_frame *frame)
{
    return (frame->ata.opcode & ATA_STATUS_ERR) && (frame->ata.feature & ATA_ERROR_IDNF);
}

ON_JUDGE(not_found_is_good)
{
    return answer == ANSWER_ATA_ERROR && is_not_found(frame) ? ANSWER_GOOD : answer;
}

/* As one reads on behind the end of a file. */
ON_TAKE(take_or_zeros)
{
    size_t came = is_not_found(frame) ? 0 : bytes;
    if (!bytes)
        return;
    memcpy(command->data, frame->payload.bytes, came);
    memset(command->data + came, 0, bytes - came);
}

/* The error has put it on another list, where answers are not looked for. */
ON_JUDGE(answer_after_error_lost)
{
    if (answer != ANSWER_GOOD || !command->attempt.refused)
        return answer;
    command->attempt.first = FOR_EVER;
    command->attempt.interval = FOR_EVER;
    return ANSWER_IGNORED;
}

ON_FAILS(errors_pass)
{
    return why != FAILURE_ERROR;
}

ON_CONFIG(query_error_not_seen)
{
    frame->flags &= (uint8_t)~AOE_FLAG_ERROR;
    frame->error = 0;
    return true;
}

ON_CONFIG(query_error_dropped)
{
    if (response_is_error(frame))
        engine->query_attempt.first = FOR_EVER;
    return !response_is_error(frame);
}

/* The response takes the query off the timer's list. */
ON_CONFIG(query_error_lost)
{
    if (response_is_error(frame))
        engine->query_attempt.first = engine->query_attempt.interval = FOR_EVER;
    return !response_is_error(frame);
}

static const struct deviation deviations[] = {
    {"error-flag-not-seen",
     "i-error",
     "an AoE error ends a write with success",
     NULL,
     {.judge = flag_not_seen}},
    {"error-with-data-taken",
     "i-error",
     "what comes with an AoE error is taken for data",
     NULL,
     {.judge = data_of_aoe_error}},
    {"error-unassigned-dropped",
     "i-error",
     "what gets AoE errors above 6 is repeated for ever",
     NULL,
     {.judge = unassigned_dropped}},
    {"error-dropped",
     "i-error",
     "what gets AoE errors is repeated for ever",
     NULL,
     {.judge = aoe_error_dropped}},
    {"error-lost",
     "i-error",
     "what gets an AoE error is neither repeated nor ended",
     NULL,
     {.judge = aoe_error_lost}},
    {"error-identify-lost",
     "i-error",
     "an AoE error to IDENTIFY is waited for ever after",
     NULL,
     {.judge = identify_error_lost}},
    {"error-err-not-seen", "i-error", "ERR is not looked at", NULL, {.judge = err_not_seen}},
    {"error-df-not-seen", "i-error", "DF is not looked at", NULL, {.judge = df_not_seen}},
    {"error-ata-repeated",
     "i-error",
     "what gets an ATA error is repeated for ever",
     NULL,
     {.judge = ata_error_repeated}},
    {"error-not-found-is-zeros",
     "i-error",
     "sectors that are not found are read as zeros",
     "stay",
     {.judge = not_found_is_good, .take = take_or_zeros}},
    {"error-answer-after-it-lost",
     "i-error",
     "the good answer behind an AoE error leaves its command neither done nor repeated",
     NULL,
     {.judge = answer_after_error_lost}},
    {"error-write-status-not-seen",
     "i-error",
     "the status of writes is not looked at",
     NULL,
     {.judge = write_status_not_seen}},
    {"error-identify-status-not-seen",
     "i-error",
     "the status of IDENTIFY is not looked at",
     NULL,
     {.judge = identify_status_not_seen}},
    {"error-only-last-counts",
     "i-error",
     "of all commands the last one's ATA error is told",
     NULL,
     {.judge = only_last_counts, .take = take_what_is_there}},
    {"error-passes-for-success",
     "i-error",
     "errors are printed, and the exit status is success",
     NULL,
     {.fails = errors_pass}},
    {"error-query-not-seen",
     "i-error",
     "an error to the query is taken for a good response",
     NULL,
     {.config = query_error_not_seen}},
    {"error-query-lost",
     "i-error",
     "after an error to the query nothing is asked or told any more",
     NULL,
     {.config = query_error_lost}},
    {"error-query-dropped",
     "i-error",
     "a target that answers queries with errors is never told",
     NULL,
     {.config = query_error_dropped}},
};

const struct family family_error = FAMILY(deviations);
