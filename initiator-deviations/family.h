/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the families of deviations are written with. */
#ifndef INITIATOR_DEVIATIONS_FAMILY_H
#define INITIATOR_DEVIATIONS_FAMILY_H

#include <stdlib.h>

#include "deviation.h"
#include "initiator-ref/response.h"

/* Heads of the callbacks of struct engine_hooks, whose body is all that a deviation writes. None
 * uses all of its arguments; `user` is the struct deviant. */
#define UNUSED __attribute__((unused))
#define CALLBACK(result, name, ...)                                                                \
    static result name(UNUSED void *user, UNUSED struct engine *engine, __VA_ARGS__)
#define ON_OPEN(name) static void name(UNUSED void *user, UNUSED struct engine *engine)
#define ON_EXTRA(name) CALLBACK(size_t, name, UNUSED uint8_t *frame)
#define ON_REQUEST(name)                                                                           \
    CALLBACK(size_t, name, UNUSED const struct command *command, UNUSED uint8_t *frame,            \
             UNUSED size_t length)
#define ON_RECEIVE(name) CALLBACK(struct aoe_span, name, UNUSED struct aoe_span frame)
#define ON_ACCEPTS(name)                                                                           \
    CALLBACK(bool, name, UNUSED const struct aoe_frame *frame, UNUSED bool accepts)
#define ON_CONFIG(name) CALLBACK(bool, name, UNUSED struct aoe_frame *frame)
#define ON_MATCH(name)                                                                             \
    CALLBACK(struct command *, name, UNUSED const struct aoe_frame *frame,                         \
             UNUSED struct command *command)
#define ON_JUDGE(name)                                                                             \
    CALLBACK(enum answer, name, UNUSED struct command *command,                                    \
             UNUSED const struct aoe_frame *frame, UNUSED enum answer answer)
#define ON_TAKE(name)                                                                              \
    CALLBACK(void, name, UNUSED struct command *command, UNUSED const struct aoe_frame *frame,     \
             UNUSED size_t bytes)
#define ON_FAILS(name) CALLBACK(bool, name, UNUSED enum failure why)
#define ON_WINDOW(name) CALLBACK(unsigned, name, UNUSED unsigned window)
#define ON_SECTORS(name)                                                                           \
    CALLBACK(uint8_t, name, UNUSED enum ata_direction direction, UNUSED uint8_t sectors)
#define ON_OPCODE(name)                                                                            \
    CALLBACK(uint8_t, name, UNUSED const struct command *command, UNUSED uint8_t opcode)
#define ON_TAG(name)                                                                               \
    CALLBACK(uint32_t, name, UNUSED const struct command *command, UNUSED uint32_t tag)
#define ON_INTERVAL(name)                                                                          \
    CALLBACK(int64_t, name, UNUSED struct command *command, UNUSED int64_t interval)
#define ON_PATH(name)                                                                              \
    CALLBACK(const struct target_path *, name, UNUSED const struct command *command,               \
             UNUSED const struct target_path *path)

/* A family: its table, and how many it has. */
struct family {
    const struct deviation *deviations;
    size_t count;
};
#define FAMILY(table)                                                                              \
    {                                                                                              \
        table, sizeof table / sizeof table[0]                                                      \
    }

extern const struct family family_request, family_discover, family_flags, family_window,
    family_retransmit, family_match, family_error, family_short, family_follow, family_vendor;

enum {
    BYTE_VERSION_FLAGS = 14,
    BYTE_ERROR = 15,
    BYTE_SHELF = 16,
    BYTE_COMMAND = 19,
    BYTE_AFLAGS = 24,
    BYTE_BUFFER_COUNT = 24,
    BYTE_FIRMWARE = 26,
    BYTE_COUNT = 26,
    BYTE_STATUS = 27,
    BYTE_SECTOR_COUNT = 28,
    BYTE_LBA = 28,
    BYTE_AOE_VERSION = 29,
    BYTE_ATA_RESERVED = 34,
};

/* Longer than any run, in ns. */
#define FOR_EVER (INT64_MAX / 4)

/* True for a command that reads or writes sectors; for a 48-bit one; for one that was sent before
 * (asked of a request that is about to leave). */
static inline bool is_transfer(const struct command *command)
{
    return command && command->opcode != ATA_IDENTIFY;
}

static inline bool is_extended(const struct command *command)
{
    const struct ata_opcode *opcode = command ? ata_opcode_find(command->opcode) : NULL;
    return opcode && opcode->extended;
}

static inline bool is_read(const struct command *command)
{
    return is_transfer(command) && command_direction(command) == ATA_DATA_IN;
}

static inline bool is_write(const struct command *command)
{
    return is_transfer(command) && command_direction(command) == ATA_DATA_OUT;
}

static inline bool is_repeat(const struct command *command)
{
    return command && command->attempt.sent > 1;
}

/* The first open command, or NULL. */
static inline struct command *first_open(struct engine *engine)
{
    for (size_t i = 0; i < COMMANDS_MAX; i++)
        if (engine->commands.all[i].open)
            return &engine->commands.all[i];
    return NULL;
}

static inline void put_be16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

#endif
