/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks.h"

#include "engine.h"

/* What stands for no hooks at all. */
static const struct engine_hooks none;

static const struct engine_hooks *hooks_of(const struct engine *engine)
{
    return engine->settings.hooks ? engine->settings.hooks : &none;
}

void hooks_open(struct engine *engine)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    if (hooks->open)
        hooks->open(hooks->user, engine);
}

size_t hooks_extra(struct engine *engine, uint8_t *frame)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->extra ? hooks->extra(hooks->user, engine, frame) : 0;
}

size_t hooks_request(struct engine *engine, const struct command *command, uint8_t *frame,
                     size_t length)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->request ? hooks->request(hooks->user, engine, command, frame, length) : length;
}

struct aoe_span hooks_receive(struct engine *engine, struct aoe_span frame)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->receive ? hooks->receive(hooks->user, engine, frame) : frame;
}

bool hooks_accepts(struct engine *engine, const struct aoe_frame *frame, bool accepts)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->accepts ? hooks->accepts(hooks->user, engine, frame, accepts) : accepts;
}

bool hooks_config(struct engine *engine, struct aoe_frame *frame)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->config ? hooks->config(hooks->user, engine, frame) : true;
}

struct command *hooks_match(struct engine *engine, const struct aoe_frame *frame,
                            struct command *command)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->match ? hooks->match(hooks->user, engine, frame, command) : command;
}

enum answer hooks_judge(struct engine *engine, struct command *command,
                        const struct aoe_frame *frame, enum answer answer)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->judge ? hooks->judge(hooks->user, engine, command, frame, answer) : answer;
}

void hooks_take(struct engine *engine, struct command *command, const struct aoe_frame *frame,
                size_t bytes)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    if (hooks->take)
        hooks->take(hooks->user, engine, command, frame, bytes);
    else if (bytes)
        memcpy(command->data, frame->payload.bytes, bytes);
}

bool hooks_fails(struct engine *engine, enum failure why)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->fails ? hooks->fails(hooks->user, engine, why) : true;
}

unsigned hooks_window(struct engine *engine, unsigned window)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->window ? hooks->window(hooks->user, engine, window) : window;
}

uint8_t hooks_sectors(struct engine *engine, enum ata_direction direction, uint8_t sectors)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->sectors ? hooks->sectors(hooks->user, engine, direction, sectors) : sectors;
}

uint8_t hooks_opcode(struct engine *engine, const struct command *command, uint8_t opcode)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->opcode ? hooks->opcode(hooks->user, engine, command, opcode) : opcode;
}

uint32_t hooks_tag(struct engine *engine, const struct command *command, uint32_t tag)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->tag ? hooks->tag(hooks->user, engine, command, tag) : tag;
}

int64_t hooks_interval(struct engine *engine, struct command *command, int64_t interval)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->interval ? hooks->interval(hooks->user, engine, command, interval) : interval;
}

const struct target_path *hooks_path(struct engine *engine, const struct command *command,
                                     const struct target_path *path)
{
    const struct engine_hooks *hooks = hooks_of(engine);
    return hooks->path ? hooks->path(hooks->user, engine, command, path) : path;
}
