/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that are outstanding, and their tags. Times are in ns. */
#ifndef INITIATOR_COMMANDS_H
#define INITIATOR_COMMANDS_H

#include "attempt.h"
#include "protocol/ata.h"

enum { COMMANDS_MAX = 256, COMMAND_TEXT = 80 };

/* A command on its way: some sectors of a transfer, of which `sectors` are asked for with one
 * frame. Where the target comes to take fewer than before, what is left is asked for afterwards. */
struct command {
    bool open;
    struct attempt attempt;
    uint8_t opcode;
    uint64_t lba;
    size_t left;               /* sectors not done, */
    uint8_t sectors;           /* of these in the frame */
    uint8_t *data;             /* left x 512 bytes */
    uint8_t to[AOE_MAC_BYTES]; /* where it was sent last */
};

struct commands {
    struct command all[COMMANDS_MAX];
    unsigned open; /* how many are */
    uint32_t tag;  /* given out last */
};

/* Opens a command, which the caller fills. NULL where all are open. */
struct command *commands_open(struct commands *commands);

/* Closes one command, or all: whatever answers come, nothing waits for them. */
void commands_close(struct commands *commands, struct command *command);
void commands_close_all(struct commands *commands);

/* A tag that is not 0, which adverts have, nor `other`, nor that of an open command (i-tag). */
uint32_t commands_new_tag(struct commands *commands, uint32_t other);

/* The open command with this tag, or NULL. */
struct command *commands_find(struct commands *commands, uint32_t tag);

/* An open command that is to be sent now, or NULL. */
struct command *commands_due(struct commands *commands, int64_t now);

/* An open command that was sent first `deadline` or more ago, or NULL. */
const struct command *commands_expired(const struct commands *commands, int64_t now,
                                       int64_t deadline);

/* True where an open command was sent so many times. */
bool commands_sent(const struct commands *commands, unsigned times);

/* When the next command is due or expires; INT64_MAX where none is open. */
int64_t commands_wake(const struct commands *commands, int64_t deadline);

/* Which way the data of a command goes. */
enum ata_direction command_direction(const struct command *command);

/* "READ SECTORS of 2 sectors at LBA 5". Returns `to`. */
char *command_describe(char to[COMMAND_TEXT], const struct command *command);

#endif
