/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Callbacks around the engine: its requests, the frames that come in, its decisions. They are how
 * an initiator that is wrong in one thing is made from the right one. */
#ifndef INITIATOR_HOOKS_H
#define INITIATOR_HOOKS_H

#include "commands.h"
#include "target.h"

struct engine;

/* What an answer to a command is. */
enum answer {
    ANSWER_IGNORED, /* none: the command goes on as if nothing had come */
    ANSWER_AOE_ERROR,
    ANSWER_ATA_ERROR,
    ANSWER_SHORT, /* not all of the data is there */
    ANSWER_GOOD,
};

/* Why the engine fails. */
enum failure {
    FAILURE_ERROR,    /* answers that refuse, or lack something */
    FAILURE_EXPIRED,  /* no answer in time */
    FAILURE_UNUSABLE, /* such a target, disk or link cannot be used */
};

/* NULL passes through. `user` is given to each. What the engine would do without is the last
 * argument of a decision, and what the callback returns is done. */
struct engine_hooks {
    void *user;
    bool every_host; /* frames for other hosts come in as well */

    /* When the target is to be found, anew or for the first time. */
    void (*open)(void *user, struct engine *engine);
    /* A frame besides those of the engine, with room for AOE_FRAME_MAX bytes: its length, 0 for
     * none. */
    size_t (*extra)(void *user, struct engine *engine, uint8_t *frame);
    /* A request that is about to leave, with room for AOE_FRAME_MAX bytes: a command that is noted
     * as sent, or the query, where `command` is NULL. Returns its length. */
    size_t (*request)(void *user, struct engine *engine, const struct command *command,
                      uint8_t *frame, size_t length);
    /* A frame that came in, or what is to be seen in place of it. */
    struct aoe_span (*receive)(void *user, struct engine *engine, struct aoe_span frame);

    /* True where the frame is a response of the target. */
    bool (*accepts)(void *user, struct engine *engine, const struct aoe_frame *frame, bool accepts);
    /* A config response, which may be changed. False where nothing in it counts. */
    bool (*config)(void *user, struct engine *engine, struct aoe_frame *frame);
    /* The open command that an ATA response answers, or NULL. */
    struct command *(*match)(void *user, struct engine *engine, const struct aoe_frame *frame,
                             struct command *command);
    enum answer (*judge)(void *user, struct engine *engine, struct command *command,
                         const struct aoe_frame *frame, enum answer answer);
    /* Takes the data of a good answer: `bytes` of it are to be copied to the command. */
    void (*take)(void *user, struct engine *engine, struct command *command,
                 const struct aoe_frame *frame, size_t bytes);
    /* False where a failure passes for success. */
    bool (*fails)(void *user, struct engine *engine, enum failure why);

    /* Messages that may be outstanding. */
    unsigned (*window)(void *user, struct engine *engine, unsigned window);
    /* Sectors of a command at most; `direction` is ATA_NO_DATA where it is not known yet. */
    uint8_t (*sectors)(void *user, struct engine *engine, enum ata_direction direction,
                       uint8_t sectors);
    uint8_t (*opcode)(void *user, struct engine *engine, const struct command *command,
                      uint8_t opcode);
    /* The tag of a new message; `command` is NULL for the query. */
    uint32_t (*tag)(void *user, struct engine *engine, const struct command *command, uint32_t tag);
    /* The interval to the next time, after a message was sent; `command` is NULL for the query. */
    int64_t (*interval)(void *user, struct engine *engine, struct command *command,
                        int64_t interval);
    /* Where a command is to be sent; `command->to` still is where it was sent last. */
    const struct target_path *(*path)(void *user, struct engine *engine,
                                      const struct command *command,
                                      const struct target_path *path);
};

/* Each calls its callback, or passes through where there is none. */
void hooks_open(struct engine *engine);
size_t hooks_extra(struct engine *engine, uint8_t *frame);
size_t hooks_request(struct engine *engine, const struct command *command, uint8_t *frame,
                     size_t length);
struct aoe_span hooks_receive(struct engine *engine, struct aoe_span frame);
bool hooks_accepts(struct engine *engine, const struct aoe_frame *frame, bool accepts);
bool hooks_config(struct engine *engine, struct aoe_frame *frame);
struct command *hooks_match(struct engine *engine, const struct aoe_frame *frame,
                            struct command *command);
enum answer hooks_judge(struct engine *engine, struct command *command,
                        const struct aoe_frame *frame, enum answer answer);
void hooks_take(struct engine *engine, struct command *command, const struct aoe_frame *frame,
                size_t bytes);
bool hooks_fails(struct engine *engine, enum failure why);
unsigned hooks_window(struct engine *engine, unsigned window);
uint8_t hooks_sectors(struct engine *engine, enum ata_direction direction, uint8_t sectors);
uint8_t hooks_opcode(struct engine *engine, const struct command *command, uint8_t opcode);
uint32_t hooks_tag(struct engine *engine, const struct command *command, uint32_t tag);
int64_t hooks_interval(struct engine *engine, struct command *command, int64_t interval);
const struct target_path *hooks_path(struct engine *engine, const struct command *command,
                                     const struct target_path *path);

#endif
