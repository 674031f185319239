/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#include <inttypes.h>
#include <stdio.h>

#include "protocol/names.h"

struct command *commands_open(struct commands *commands)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        if (!commands->all[i].open) {
            commands->all[i] = (struct command){.open = true};
            commands->open++;
            return &commands->all[i];
        }
    return NULL;
}

void commands_close(struct commands *commands, struct command *command)
{
    command->open = false;
    commands->open--;
}

void commands_close_all(struct commands *commands)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        commands->all[i].open = false;
    commands->open = 0;
}

static bool has_tag(const struct command *command, uint32_t tag)
{
    return command->open && command->attempt.tag == tag;
}

struct command *commands_find(struct commands *commands, uint32_t tag)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        if (has_tag(&commands->all[i], tag))
            return &commands->all[i];
    return NULL;
}

uint32_t commands_new_tag(struct commands *commands, uint32_t other)
{
    do
        commands->tag++;
    while (!commands->tag || commands->tag == other || commands_find(commands, commands->tag));
    return commands->tag;
}

struct command *commands_due(struct commands *commands, int64_t now)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        struct command *command = &commands->all[i];
        if (command->open && now >= attempt_due(&command->attempt))
            return command;
    }
    return NULL;
}

const struct command *commands_expired(const struct commands *commands, int64_t now,
                                       int64_t deadline)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        const struct command *command = &commands->all[i];
        if (command->open && now >= attempt_end(&command->attempt, deadline))
            return command;
    }
    return NULL;
}

bool commands_sent(const struct commands *commands, unsigned times)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        if (commands->all[i].open && commands->all[i].attempt.sent >= times)
            return true;
    return false;
}

int64_t commands_wake(const struct commands *commands, int64_t deadline)
{
    int64_t wake = INT64_MAX;
    for (size_t i = 0; i < COMMANDS_MAX; i++) {
        const struct attempt *attempt = &commands->all[i].attempt;
        if (!commands->all[i].open)
            continue;
        if (attempt_due(attempt) < wake)
            wake = attempt_due(attempt);
        if (attempt_end(attempt, deadline) < wake)
            wake = attempt_end(attempt, deadline);
    }
    return wake;
}

enum ata_direction command_direction(const struct command *command)
{
    const struct ata_opcode *opcode = ata_opcode_find(command->opcode);
    return opcode ? opcode->direction : ATA_NO_DATA;
}

char *command_describe(char to[COMMAND_TEXT], const struct command *command)
{
    const char *name = aoe_name_opcode(command->opcode);
    if (command->opcode == ATA_IDENTIFY)
        snprintf(to, COMMAND_TEXT, "%s", name);
    else
        snprintf(to, COMMAND_TEXT, "%s of %u sector%s at LBA %" PRIu64, name, command->sectors,
                 command->sectors == 1 ? "" : "s", command->lba);
    return to;
}
