/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "waiting.h"

void waiting_open(struct waiting *waiting)
{
    waiting->commands = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_queue_init(&waiting->outstanding);
}

void waiting_close(struct waiting *waiting)
{
    if (waiting->commands)
        g_hash_table_destroy(waiting->commands);
    waiting->commands = NULL;
    g_queue_init(&waiting->outstanding);
}

void waiting_add(struct waiting *waiting, uint32_t first, uint32_t pair, enum operation operation,
                 int64_t time)
{
    struct waiting_command *command = g_new0(struct waiting_command, 1);
    command->first = first;
    command->pair = pair;
    command->operation = operation;
    command->last_sent = time;
    command->touched = waiting->clock;
    command->place.data = command;
    g_hash_table_insert(waiting->commands, GUINT_TO_POINTER(first), command);
    g_queue_push_tail_link(&waiting->outstanding, &command->place);
}

struct waiting_command *waiting_find(const struct waiting *waiting, uint32_t first)
{
    return g_hash_table_lookup(waiting->commands, GUINT_TO_POINTER(first));
}

static void unlink_place(struct waiting *waiting, struct waiting_command *command)
{
    if (!command->given_up && !command->answered)
        g_queue_unlink(&waiting->outstanding, &command->place);
}

void waiting_sent(struct waiting *waiting, struct waiting_command *command, int64_t time)
{
    if (command->answered)
        return;
    unlink_place(waiting, command);
    command->given_up = false;
    command->last_sent = time;
    command->touched = waiting->clock;
    g_queue_push_tail_link(&waiting->outstanding, &command->place);
}

void waiting_give_up(struct waiting *waiting, struct waiting_command *command)
{
    unlink_place(waiting, command);
    command->given_up = true;
}

void waiting_answered(struct waiting *waiting, struct waiting_command *command)
{
    unlink_place(waiting, command);
    command->answered = true;
}

void waiting_remove(struct waiting *waiting, struct waiting_command *command)
{
    unlink_place(waiting, command);
    g_hash_table_remove(waiting->commands, GUINT_TO_POINTER(command->first));
}

struct waiting_command *waiting_oldest(const struct waiting *waiting)
{
    return waiting->outstanding.head ? waiting->outstanding.head->data : NULL;
}
