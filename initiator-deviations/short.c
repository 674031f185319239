/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The length of a response is not looked at, or from the wrong place: clause i-short. */
#include "family.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

ON_JUDGE(short_is_good)
{
    return answer == ANSWER_SHORT ? ANSWER_GOOD : answer;
}

ON_JUDGE(short_read_is_good)
{
    return answer == ANSWER_SHORT && is_transfer(command) ? ANSWER_GOOD : answer;
}

ON_JUDGE(short_identify_is_good)
{
    return answer == ANSWER_SHORT && !is_transfer(command) ? ANSWER_GOOD : answer;
}

/* Less than a sector is missing. */
ON_JUDGE(begun_sector_is_whole)
{
    size_t wanted = command ? (size_t)command->sectors * AOE_SECTOR_BYTES : 0;
    bool begun = frame->payload.length + AOE_SECTOR_BYTES > wanted;
    return answer == ANSWER_SHORT && begun && is_transfer(command) ? ANSWER_GOOD : answer;
}

/* Only an answer that has no data at all is short. */
ON_JUDGE(some_is_all)
{
    bool some = frame->payload.length >= AOE_SECTOR_BYTES;
    return answer == ANSWER_SHORT && some && is_transfer(command) ? ANSWER_GOOD : answer;
}

ON_JUDGE(below_60_is_short)
{
    bool padded = AOE_ATA_BYTES + frame->payload.length >= AOE_FRAME_MIN;
    return answer == ANSWER_GOOD && !padded ? ANSWER_SHORT : answer;
}

ON_TAKE(take_what_came)
{
    memcpy(command->data, frame->payload.bytes, smaller(bytes, frame->payload.length));
}

ON_TAKE(take_and_fill)
{
    size_t came = smaller(bytes, frame->payload.length);
    if (!bytes)
        return;
    memcpy(command->data, frame->payload.bytes, came);
    memset(command->data + came, 0, bytes - came);
}

/* What earlier frames have left in the buffer is taken as well. */
ON_RECEIVE(receive_in_old_buffer)
{
    struct deviant *deviant = user;
    memcpy(deviant->received, frame.bytes, smaller(frame.length, AOE_FRAME_MAX));
    return (struct aoe_span){deviant->received, smaller(frame.length, AOE_FRAME_MAX)};
}

static void copy_from_buffer(const struct deviant *deviant, struct command *command, size_t bytes)
{
    memcpy(command->data, deviant->received + AOE_ATA_BYTES,
           smaller(bytes, AOE_FRAME_MAX - AOE_ATA_BYTES));
}

ON_TAKE(take_from_buffer)
{
    copy_from_buffer(user, command, bytes);
}

/* Where it ends in the caller's memory: behind it is what the next command reads. */
static size_t room_behind(const struct engine *engine, const struct command *command)
{
    const struct engine_transfer *transfer = engine->transfers;
    if (!engine->transfer_count || transfer->data > command->data)
        return command->left * AOE_SECTOR_BYTES;
    return (size_t)(transfer->data + transfer->sectors * AOE_SECTOR_BYTES - command->data);
}

ON_TAKE(take_all)
{
    size_t all = is_read(command) ? frame->payload.length : bytes;
    if (all)
        memcpy(command->data, frame->payload.bytes, smaller(all, room_behind(engine, command)));
}

/* As many sectors as the register says. */
ON_TAKE(take_count)
{
    size_t told = (size_t)frame->ata.count * AOE_SECTOR_BYTES;
    copy_from_buffer(user, command, is_read(command) ? smaller(told, bytes) : bytes);
}

ON_JUDGE(count_decides)
{
    return answer == ANSWER_SHORT && frame->ata.count ? ANSWER_GOOD : answer;
}

ON_JUDGE(header_is_enough)
{
    bool cut = frame->extent == AOE_EXTENT_HEADER && !response_is_error(frame);
    return cut && is_write(command) ? ANSWER_GOOD : answer;
}

ON_RECEIVE(header_must_be_there)
{
    if (frame.length < AOE_HEADER_BYTES)
        abort();
    return frame;
}

/* Too much data is an error that nobody is told. */
ON_JUDGE(long_is_ignored)
{
    size_t wanted = (size_t)command->sectors * AOE_SECTOR_BYTES;
    bool in = command_direction(command) == ATA_DATA_IN;
    if (answer != ANSWER_GOOD || !in || frame->payload.length <= wanted)
        return answer;
    command->attempt.first = FOR_EVER;
    return ANSWER_IGNORED;
}

static const struct deviation deviations[] = {
    {"short-read-taken",
     "i-short",
     "what of the data is missing stays as the buffer was",
     NULL,
     {.judge = short_read_is_good, .take = take_what_came}},
    {"short-zero-filled",
     "i-short",
     "what of the data is missing is read as zeros",
     NULL,
     {.judge = short_read_is_good, .take = take_and_fill}},
    {"short-stale",
     "i-short",
     "what of the data is missing is taken from earlier frames",
     NULL,
     {.judge = short_is_good, .receive = receive_in_old_buffer, .take = take_from_buffer}},
    {"short-begun-sector",
     "i-short",
     "a sector of which something came is taken for whole",
     NULL,
     {.judge = begun_sector_is_whole, .take = take_what_came}},
    {"short-some-is-all",
     "i-short",
     "one sector of data is taken for all of them",
     NULL,
     {.judge = some_is_all, .take = take_what_came}},
    {"short-below-60",
     "i-short",
     "a response of less than 60 bytes is taken for cut",
     NULL,
     {.judge = below_60_is_short}},
    {"short-identify-taken",
     "i-short",
     "an IDENTIFY response is taken that lacks data",
     NULL,
     {.judge = short_identify_is_good, .take = take_what_came}},
    {"short-long-overruns",
     "i-short",
     "what is too long runs over the data behind",
     NULL,
     {.take = take_all}},
    {"short-long-hangs",
     "i-short",
     "where too much data comes, the command never ends",
     NULL,
     {.judge = long_is_ignored}},
    {"short-count-register",
     "i-short",
     "the count register tells how much data came",
     NULL,
     {.judge = count_decides, .receive = receive_in_old_buffer, .take = take_count}},
    {"short-header-is-enough",
     "i-short",
     "a write response without a status is taken as good",
     NULL,
     {.judge = header_is_enough}},
    {"short-header-is-fatal",
     "i-short",
     "a frame that is cut in its header ends the program",
     NULL,
     {.receive = header_must_be_there}},
};

const struct family family_short = FAMILY(deviations);
