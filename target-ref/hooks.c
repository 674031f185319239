/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hooks.h"

static int disk_read(void *user, uint64_t lba, size_t count, void *to)
{
    const struct hooked_disk *disk = user;
    if (disk->hooks->read)
        return disk->hooks->read(disk->hooks->user, &disk->next, lba, count, to);
    return disk->next.read(disk->next.user, lba, count, to);
}

static int disk_write(void *user, uint64_t lba, size_t count, const void *from)
{
    const struct hooked_disk *disk = user;
    if (disk->hooks->write)
        return disk->hooks->write(disk->hooks->user, &disk->next, lba, count, from);
    return disk->next.write(disk->next.user, lba, count, from);
}

static int disk_flush(void *user)
{
    const struct hooked_disk *disk = user;
    if (disk->hooks->flush)
        return disk->hooks->flush(disk->hooks->user, &disk->next);
    return disk->next.flush(disk->next.user);
}

struct model_disk hooks_disk(struct hooked_disk *disk, const struct target_hooks *hooks,
                             const struct model_disk *next)
{
    *disk = (struct hooked_disk){hooks, *next};
    return (struct model_disk){disk, next->sectors, disk_read, disk_write, disk_flush};
}

void hooks_open(const struct target_hooks *hooks, struct model *model)
{
    model->hooks = hooks->model;
    model->hooks.user = hooks->user;
    if (hooks->open)
        hooks->open(hooks->user, model);
}

size_t hooks_receive(const struct target_hooks *hooks, struct model *model, uint8_t *frame,
                     size_t length)
{
    return hooks->receive ? hooks->receive(hooks->user, model, frame, length) : length;
}

void hooks_send(const struct target_hooks *hooks, const struct target_sender *next,
                const uint8_t *frame, size_t length)
{
    if (hooks->send)
        hooks->send(hooks->user, next, frame, length);
    else
        next->send(next->user, frame, length);
}

int hooks_idle(const struct target_hooks *hooks, const struct target_sender *next)
{
    return hooks->idle ? hooks->idle(hooks->user, next) : -1;
}

void hooks_link(const struct target_hooks *hooks, struct model *model, bool was_down)
{
    if (hooks->link)
        hooks->link(hooks->user, model, was_down);
}

size_t hooks_advert(const struct target_hooks *hooks, struct model *model, uint8_t *advert,
                    size_t length)
{
    return hooks->advert ? hooks->advert(hooks->user, model, advert, length) : length;
}
