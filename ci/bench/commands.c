/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "simulation.h"

#include <stdlib.h>

enum { BLOCK = 256 };

struct command *command_at(const struct traffic *traffic, uint32_t index)
{
    return &traffic->blocks[index / BLOCK][index % BLOCK];
}

static int grow(struct traffic *traffic)
{
    uint32_t blocks = traffic->capacity / BLOCK;
    struct command **all = reallocarray(traffic->blocks, blocks + 1, sizeof *all);
    if (!all)
        return -1;
    traffic->blocks = all;
    if (!(all[blocks] = calloc(BLOCK, sizeof **all)))
        return -1;
    for (uint32_t i = BLOCK; i-- > 0;) {
        all[blocks][i].next = traffic->free;
        traffic->free = traffic->capacity + i;
    }
    traffic->capacity += BLOCK;
    return 0;
}

uint32_t command_take(struct traffic *traffic, uint32_t flow_index)
{
    struct flow *flow = &traffic->flows[flow_index];
    if (traffic->free == NONE && grow(traffic)) {
        traffic->failed = true;
        return NONE;
    }
    uint32_t index = traffic->free;
    struct command *command = command_at(traffic, index);
    traffic->free = command->next;
    *command = (struct command){.flow = flow_index, .previous = NONE};
    command->next = flow->commands;
    if (flow->commands != NONE)
        command_at(traffic, flow->commands)->previous = index;
    flow->commands = index;
    return index;
}

void command_drop(struct traffic *traffic, uint32_t index)
{
    struct command *command = command_at(traffic, index);
    if (command->previous != NONE)
        command_at(traffic, command->previous)->next = command->next;
    else
        traffic->flows[command->flow].commands = command->next;
    if (command->next != NONE)
        command_at(traffic, command->next)->previous = command->previous;
    free(command->account.responders);
    *command = (struct command){.next = traffic->free};
    traffic->free = index;
}

void commands_close(struct traffic *traffic)
{
    for (uint32_t i = 0; i < traffic->capacity; i++)
        free(command_at(traffic, i)->account.responders);
    for (uint32_t i = 0; i < traffic->capacity / BLOCK; i++)
        free(traffic->blocks[i]);
    free(traffic->blocks);
}
