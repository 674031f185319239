/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses are taken that are not the command's, or not any more: clauses i-match and i-late. */
#include "family.h"

/* The open command with these bits of the tag, where none has all of them. */
static struct command *find_masked(struct engine *engine, uint32_t tag, uint32_t mask)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        struct command *command = &engine->commands.all[i];
        if (command->open && ((command->attempt.tag ^ tag) & mask) == 0)
            return command;
    }
    return NULL;
}

static struct command *find_lba(struct engine *engine, uint64_t lba)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        struct command *command = &engine->commands.all[i];
        if (command->open && is_transfer(command) && command->lba == lba)
            return command;
    }
    return NULL;
}

ON_MATCH(tag_low_half)
{
    return command ? command : find_masked(engine, frame->tag, 0xFFFF);
}

ON_MATCH(tag_low_byte)
{
    return command ? command : find_masked(engine, frame->tag, 0xFF);
}

ON_MATCH(any_tag)
{
    return command ? command : first_open(engine);
}

ON_MATCH(any_tag_of_lba)
{
    bool ata = frame->extent == AOE_EXTENT_ARGUMENT;
    return command || !ata ? command : find_lba(engine, aoe_ata_lba(&frame->ata));
}

ON_MATCH(any_tag_of_identify)
{
    struct command *first = first_open(engine);
    return !command && first && !is_transfer(first) ? first : command;
}

/* The oldest command, which its next error ends. */
static struct command *first_to_fail(struct engine *engine)
{
    struct command *first = first_open(engine);
    if (first)
        first->attempt.refusals = ATTEMPT_REFUSALS;
    return first;
}

ON_MATCH(any_tag_of_error)
{
    return !command && response_is_error(frame) ? first_to_fail(engine) : command;
}

ON_MATCH(any_tag_of_write)
{
    struct command *first = first_open(engine);
    return !command && is_write(first) ? first : command;
}

static bool sent_before(const struct command *a, const struct command *b)
{
    return !b || a->attempt.first < b->attempt.first ||
           (a->attempt.first == b->attempt.first && a->attempt.tag < b->attempt.tag);
}

/* Answers are thought to come in the order of the commands. */
ON_MATCH(in_order)
{
    struct command *oldest = NULL;
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        struct command *open = &engine->commands.all[i];
        if (open->open && open->attempt.sent && sent_before(open, oldest))
            oldest = open;
    }
    return command ? oldest : NULL;
}

/* True for a frame of the target, but for what the caller does not look at. */
static bool is_near(const struct engine *engine, const struct aoe_frame *frame)
{
    return frame->extent >= AOE_EXTENT_HEADER && target_has(&engine->target, frame->source);
}

ON_ACCEPTS(without_r)
{
    return accepts ||
           (is_near(engine, frame) && frame->version == AOE_VERSION &&
            frame->shelf == engine->settings.shelf && frame->slot == engine->settings.slot);
}

ON_ACCEPTS(any_shelf)
{
    return accepts || (is_near(engine, frame) && aoe_is_response(frame) &&
                       frame->version == AOE_VERSION && frame->slot == engine->settings.slot);
}

ON_ACCEPTS(any_slot)
{
    return accepts || (is_near(engine, frame) && aoe_is_response(frame) &&
                       frame->version == AOE_VERSION && frame->shelf == engine->settings.shelf);
}

ON_ACCEPTS(everybody_included)
{
    return accepts || (is_near(engine, frame) && aoe_is_response(frame) &&
                       frame->shelf == AOE_SHELF_ALL && frame->slot == AOE_SLOT_ALL);
}

ON_ACCEPTS(any_version)
{
    return accepts ||
           (is_near(engine, frame) && aoe_is_response(frame) &&
            frame->shelf == engine->settings.shelf && frame->slot == engine->settings.slot);
}

ON_ACCEPTS(any_destination)
{
    return accepts ||
           (is_near(engine, frame) && aoe_is_response(frame) && frame->version == AOE_VERSION &&
            frame->shelf == engine->settings.shelf && frame->slot == engine->settings.slot);
}

/* Whatever a command other than these four has is taken for an ATA argument. */
ON_RECEIVE(any_command)
{
    struct deviant *deviant = user;
    if (frame.length < AOE_ATA_BYTES || frame.bytes[BYTE_COMMAND] == AOE_COMMAND_CONFIG)
        return frame;
    memcpy(deviant->received, frame.bytes, frame.length);
    deviant->received[BYTE_COMMAND] = AOE_COMMAND_ATA;
    return (struct aoe_span){deviant->received, frame.length};
}

/* "Out of sync": the oldest command gets nothing any more. */
ON_MATCH(wrong_tag_ends)
{
    struct command *first = first_open(engine);
    if (!command && is_transfer(first))
        first->attempt.interval = FOR_EVER;
    return command;
}

ON_ACCEPTS(wrong_slot_ends)
{
    struct command *command = commands_find(&engine->commands, frame->tag);
    if (!accepts && command && is_near(engine, frame) && frame->slot != engine->settings.slot)
        command->attempt.interval = FOR_EVER;
    return accepts;
}

ON_RECEIVE(request_ends)
{
    struct aoe_frame seen;
    aoe_frame_decode(&seen, frame.bytes, frame.length, frame.length);
    struct command *command = commands_find(&engine->commands, seen.tag);
    if (command && !aoe_is_response(&seen))
        command->attempt.interval = FOR_EVER;
    return frame;
}

ON_RECEIVE(wrong_command_ends)
{
    struct aoe_frame seen;
    aoe_frame_decode(&seen, frame.bytes, frame.length, frame.length);
    struct command *command = commands_find(&engine->commands, seen.tag);
    if (command && seen.command != AOE_COMMAND_ATA)
        command->attempt.interval = FOR_EVER;
    return frame;
}

/* ---- late ---- */

/* The place in a table, which the next command takes over. */
ON_TAG(tag_of_place)
{
    return command ? 1 + (uint32_t)(command - engine->commands.all) : tag;
}

ON_TAKE(take_and_remember)
{
    struct deviant *deviant = user;
    deviant->answered[deviant->answered_count++ % DEVIANT_ANSWERED] =
        (struct deviant_answered){frame->tag, command->data, bytes};
    if (bytes)
        memcpy(command->data, frame->payload.bytes, bytes);
}

static const struct deviant_answered *find_answered(const struct deviant *deviant, uint32_t tag)
{
    size_t count = deviant->answered_count;
    for (size_t i = 0; i < count && i < DEVIANT_ANSWERED; i++)
        if (deviant->answered[i].tag == tag)
            return &deviant->answered[i];
    return NULL;
}

/* A further answer is taken for that of the command that waits longest. */
ON_MATCH(duplicate_for_next)
{
    return !command && find_answered(user, frame->tag) ? first_open(engine) : command;
}

/* The data of a further answer go where those of the first went. */
ON_MATCH(duplicate_taken)
{
    const struct deviant_answered *answered = command ? NULL : find_answered(user, frame->tag);
    if (answered && answered->bytes && frame->payload.length >= answered->bytes)
        memcpy(answered->data, frame->payload.bytes, answered->bytes);
    return command;
}

/* A further answer is counted: one command less is waited for. */
ON_MATCH(duplicate_counted)
{
    struct command *first = first_open(engine);
    if (!command && engine->commands.open > 1 && find_answered(user, frame->tag))
        commands_close(&engine->commands, first);
    return command;
}

/* What comes between two actions stays in the socket: the first of it is seen in place of an answer
 * of the next action. */
ON_RECEIVE(receive_what_was_left)
{
    struct deviant *deviant = user;
    struct aoe_frame seen;
    aoe_frame_decode(&seen, frame.bytes, frame.length, frame.length);
    bool answers = aoe_is_response(&seen) && seen.command == AOE_COMMAND_ATA;
    deviant->armed = engine->phase == PHASE_TRANSFERS && deviant->most;
    if (deviant->armed) {
        frame = (struct aoe_span){deviant->received, deviant->most};
        deviant->most = 0;
    } else if (engine->phase == PHASE_IDLE && answers && !deviant->most) {
        memcpy(deviant->received, frame.bytes, frame.length);
        deviant->most = (unsigned)frame.length;
    }
    return frame;
}

ON_MATCH(left_for_next)
{
    const struct deviant *deviant = user;
    return !command && deviant->armed ? first_open(engine) : command;
}

ON_JUDGE(left_is_good)
{
    const struct deviant *deviant = user;
    return deviant->armed ? ANSWER_GOOD : answer;
}

ON_TAKE(take_what_was_left)
{
    size_t came = frame->payload.length < bytes ? frame->payload.length : bytes;
    if (came)
        memcpy(command->data, frame->payload.bytes, came);
}

/* Its deadline comes before its repeat. */
ON_INTERVAL(short_deadline)
{
    enum { PARTS = 5 };
    struct attempt *attempt = command ? &command->attempt : NULL;
    if (is_transfer(command))
        attempt->first = attempt->last + ATTEMPT_SECOND / PARTS - engine->settings.deadline;
    return interval;
}

/* Tags are taken for a sequence, in which answers cannot go back. */
ON_MATCH(before_the_latest)
{
    struct deviant *deviant = user;
    bool back = deviant->armed && (int32_t)(frame->tag - deviant->most) < 0;
    if (!command || back)
        return NULL;
    deviant->armed = true;
    deviant->most = frame->tag;
    return command;
}

ON_MATCH(late_error_fails)
{
    bool late = !command && response_is_error(frame) && find_answered(user, frame->tag);
    return late ? first_to_fail(engine) : command;
}

ON_MATCH(late_is_fatal)
{
    if (!command)
        abort();
    return command;
}

/* A further config response begins the whole anew, in the midst of what goes on. */
ON_CONFIG(found_again)
{
    if (engine->phase == PHASE_TRANSFERS || engine->phase == PHASE_IDENTIFIES)
        engine_open(engine);
    return true;
}

static const struct deviation deviations[] = {
    {"match-tag-16-bits",
     "i-match",
     "the low half of the tag is compared",
     NULL,
     {.match = tag_low_half}},
    {"match-tag-8-bits",
     "i-match",
     "the low byte of the tag is compared",
     NULL,
     {.match = tag_low_byte}},
    {"match-any-tag",
     "i-match",
     "a response with a wrong tag is taken for the oldest command's",
     NULL,
     {.match = any_tag}},
    {"match-in-order",
     "i-match",
     "responses are given to the commands in the order of sending",
     NULL,
     {.match = in_order}},
    {"match-lba",
     "i-match",
     "a response with a wrong tag and the right LBA is taken",
     NULL,
     {.match = any_tag_of_lba}},
    {"match-any-identify",
     "i-match",
     "what comes while IDENTIFY waits is taken for its response",
     NULL,
     {.match = any_tag_of_identify}},
    {"match-any-error",
     "i-match",
     "an AoE error with a wrong tag ends a command",
     NULL,
     {.match = any_tag_of_error}},
    {"match-any-write",
     "i-match",
     "whatever tag the response has, it ends a write",
     NULL,
     {.match = any_tag_of_write}},
    {"match-without-r", "i-match", "R is not looked at", NULL, {.accepts = without_r}},
    {"match-any-shelf", "i-match", "the shelf is not looked at", NULL, {.accepts = any_shelf}},
    {"match-any-slot", "i-match", "the slot is not looked at", NULL, {.accepts = any_slot}},
    {"match-broadcast-address",
     "i-match",
     "a response of all shelves and slots is taken",
     NULL,
     {.accepts = everybody_included}},
    {"match-any-version",
     "i-match",
     "the version is not looked at",
     NULL,
     {.accepts = any_version}},
    {"match-any-destination",
     "i-match",
     "responses to other hosts are taken",
     NULL,
     {.every_host = true, .accepts = any_destination}},
    {"match-any-command",
     "i-match",
     "the command is not looked at",
     NULL,
     {.receive = any_command}},
    {"match-wrong-tag-ends",
     "i-match",
     "after a wrong tag the oldest command is not repeated",
     NULL,
     {.match = wrong_tag_ends}},
    {"match-wrong-slot-ends",
     "i-match",
     "after a wrong slot the command is not repeated",
     NULL,
     {.accepts = wrong_slot_ends}},
    {"match-request-ends",
     "i-match",
     "after a frame without R the command is not repeated",
     NULL,
     {.receive = request_ends}},
    {"match-wrong-command-ends",
     "i-match",
     "after a response of another command the command is not repeated",
     NULL,
     {.receive = wrong_command_ends}},
    {"late-tag-of-place",
     "i-late",
     "tags are places in a table, taken over by the next command",
     NULL,
     {.tag = tag_of_place}},
    {"late-duplicate-for-next",
     "i-late",
     "a second answer is taken for that of another command",
     NULL,
     {.take = take_and_remember, .match = duplicate_for_next}},
    {"late-duplicate-taken",
     "i-late",
     "the data of a second answer replace those of the first",
     NULL,
     {.take = take_and_remember, .match = duplicate_taken}},
    {"late-duplicate-counted",
     "i-late",
     "a second answer counts as one more command done",
     NULL,
     {.take = take_and_remember, .match = duplicate_counted}},
    {"late-left-for-next",
     "i-late",
     "an answer that comes after its action is taken for one of the next action",
     "stay",
     {.receive = receive_what_was_left,
      .match = left_for_next,
      .judge = left_is_good,
      .take = take_what_was_left}},
    {"late-is-failure",
     "i-late",
     "a command whose answer takes more than 200 ms fails",
     NULL,
     {.interval = short_deadline}},
    {"late-by-sequence",
     "i-late",
     "an answer whose tag is lower than that of the one before is taken for late",
     NULL,
     {.match = before_the_latest}},
    {"late-error-fails",
     "i-late",
     "an error that comes after the good answer is taken",
     NULL,
     {.take = take_and_remember, .match = late_error_fails}},
    {"late-is-fatal",
     "i-late",
     "an answer that nobody waits for ends the program",
     NULL,
     {.match = late_is_fatal}},
    {"late-found-again",
     "i-late",
     "a second config response begins all anew",
     NULL,
     {.config = found_again}},
};

const struct family family_match = FAMILY(deviations);
