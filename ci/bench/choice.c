/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "simulation.h"

static bool tag_is_used(const struct traffic *traffic, const struct flow *flow, uint32_t tag)
{
    for (uint32_t i = flow->commands; i != NONE; i = command_at(traffic, i)->next)
        for (uint8_t k = 0; k < command_at(traffic, i)->tag_count; k++)
            if (command_at(traffic, i)->tags[k] == tag)
                return true;
    return false;
}

/* What of a command makes it the same as another, as a number that is never 0. */
static uint64_t content_of(const struct aoe_frame *frame)
{
    uint64_t content = UINT64_C(0x100) | frame->command;
    if (frame->command != AOE_COMMAND_ATA)
        return content << 8 |
               (frame->command == AOE_COMMAND_MASK ? frame->mask.mcmd : frame->reserve.rcmd);
    content = content << 8 | frame->ata.opcode;
    content = content << 8 | frame->ata.count;
    for (size_t i = 0; i < sizeof frame->ata.lba; i++)
        content = content * 257 + frame->ata.lba[i];
    return content;
}

/* The next tag of the flow: never 0, that is for adverts; none that a frame on the wire may still
 * carry; and none that last stood for the very same command, which would look like a repeat. */
static uint32_t next_tag(const struct traffic *traffic, struct flow *flow, uint64_t content)
{
    unsigned bits = flow->all ? 32 : (unsigned)traffic->options->tag_bits;
    for (;;) {
        uint32_t tag = flow->next_tag++;
        if (bits < 32)
            tag &= (UINT32_C(1) << bits) - 1;
        if (!tag || (bits < 32 && tag_is_used(traffic, flow, tag)))
            continue;
        if (!flow->contents)
            return tag;
        if (flow->contents[tag] != content) {
            flow->contents[tag] = content;
            return tag;
        }
    }
}

void choose_tag(const struct traffic *traffic, struct command *command)
{
    struct flow *flow = &traffic->flows[command->flow];
    bool again = flow->same_tags && (!flow->new_tags || command->sends % 2);
    if (command->sends && (again || command->frame.command != AOE_COMMAND_ATA))
        return;
    command->frame.tag = next_tag(traffic, flow, content_of(&command->frame));
    command->tags[command->tag_count++] = command->frame.tag;
}

static bool is_under_way(const struct traffic *traffic, const struct command *command)
{
    uint64_t content = content_of(&command->frame);
    uint32_t i = traffic->flows[command->flow].commands;
    for (; i != NONE; i = command_at(traffic, i)->next) {
        const struct command *other = command_at(traffic, i);
        if (other != command && content_of(&other->frame) == content)
            return true;
    }
    return false;
}

static uint64_t choose_lba(struct traffic *traffic, const struct flow *flow, unsigned sectors,
                           bool sequential)
{
    uint64_t capacity = traffic->options->capacity;
    if (sequential)
        return flow->position + sectors <= capacity ? flow->position : 0;
    uint64_t lba = random_next(&traffic->random) % (capacity - sectors + 1);
    return lba >> random_below(&traffic->random, 12) << random_below(&traffic->random, 12) &
           (capacity / 2 - 1);
}

static void make_transfer(struct traffic *traffic, struct command *command,
                          enum operation operation, bool sequential)
{
    const struct options *options = traffic->options;
    struct flow *flow = &traffic->flows[command->flow];
    struct random *random = &traffic->random;
    unsigned sectors =
        (unsigned)(options->sectors_least +
                   random_below(random, options->sectors - options->sectors_least + 1));
    uint64_t lba = choose_lba(traffic, flow, sectors, sequential);
    message_transfer(&command->frame, operation, &flow->ends, lba, sectors,
                     random_below(random, 100) < options->extended, &traffic->data, random);
    command->account.operation = operation;
    command->account.lba = lba;
    command->account.sectors = operation == OPERATION_ATA ? 0 : sectors;
    if (operation != OPERATION_ATA)
        flow->position = lba + sectors;
}

static enum operation choose_operation(struct traffic *traffic)
{
    uint64_t at = random_below(&traffic->random, traffic->mix);
    size_t i = 0;
    while (at >= traffic->options->mix[i])
        at -= traffic->options->mix[i++];
    return (enum operation)i;
}

void choose_command(struct traffic *traffic, struct command *command)
{
    const struct flow *flow = &traffic->flows[command->flow];
    enum operation operation = flow->all ? OPERATION_CONFIG : choose_operation(traffic);
    command->account.pair = flow->pair;
    command->account.operation = operation;
    if (operation <= OPERATION_WRITE || operation == OPERATION_ATA)
        make_transfer(traffic, command, operation,
                      random_below(&traffic->random, 100) < traffic->options->sequential);
    else
        message_request(&command->frame, operation, &flow->ends, &traffic->random);
    while (command->frame.command == AOE_COMMAND_ATA && is_under_way(traffic, command))
        make_transfer(traffic, command, OPERATION_READ, false);
}

struct outcome choose_outcome(struct traffic *traffic, const struct aoe_frame *request)
{
    static const uint8_t registers[] = {ATA_ERROR_ABRT, ATA_ERROR_IDNF, ATA_ERROR_UNC, 0x80,
                                        ATA_ERROR_ABRT | ATA_ERROR_UNC};
    struct outcome outcome = {0};
    if (random_chance(&traffic->random, traffic->options->aoe_errors))
        outcome.error = (uint8_t)(1 + random_below(&traffic->random, AOE_ERROR_LAST + 1));
    if (request->command != AOE_COMMAND_ATA)
        return outcome;
    outcome.status = ATA_STATUS_DRDY;
    if (outcome.error || !random_chance(&traffic->random, traffic->options->ata_errors))
        return outcome;
    if (random_chance(&traffic->random, 100000)) {
        outcome.status |= ATA_STATUS_DF;
        return outcome;
    }
    outcome.status |= ATA_STATUS_ERR;
    outcome.error_register = registers[random_below(&traffic->random, sizeof registers)];
    return outcome;
}
