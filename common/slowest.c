/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "slowest.h"

#include <string.h>

static bool before(const struct command *a, const struct command *b)
{
    if (a->latency != b->latency)
        return a->latency > b->latency;
    if (a->first_frame != b->first_frame)
        return a->first_frame < b->first_frame;
    return a->answer_frame < b->answer_frame;
}

void slowest_add(struct slowest *slowest, const struct command *command)
{
    struct command *commands = slowest->commands;
    size_t place = slowest->count;
    if (place == SLOWEST && !before(command, &commands[--place]))
        return;
    while (place && before(command, &commands[place - 1])) {
        commands[place] = commands[place - 1];
        place--;
    }
    commands[place] = *command;
    if (slowest->count < SLOWEST)
        slowest->count++;
}

void slowest_join(struct slowest *slowest, const struct slowest *after, uint64_t frames,
                  const uint32_t *pairs)
{
    for (size_t i = 0; i < after->count; i++) {
        struct command command = after->commands[i];
        command.first_frame += frames;
        command.answer_frame += frames;
        command.pair = pairs[command.pair];
        slowest_add(slowest, &command);
    }
}
