/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Callbacks around the whole target: its frames, its media, its settings, its time and its link.
 * They are how a target that is wrong in one thing is made from the right one. */
#ifndef TARGET_HOOKS_H
#define TARGET_HOOKS_H

#include "model.h"

/* Where frames are sent. */
struct target_sender {
    void *user;
    void (*send)(void *user, const uint8_t *frame, size_t length);
};

/* NULL passes through. `user` is given to each, also to those of `model`. */
struct target_hooks {
    void *user;
    bool every_host; /* frames for other hosts are taken as well */

    /* Before the first frame, when the model has its disk, its settings and its link. */
    void (*open)(void *user, struct model *model);
    /* A frame that came in, with room for AOE_FRAME_MAX bytes. Returns its length, 0 to drop it. */
    size_t (*receive)(void *user, struct model *model, uint8_t *frame, size_t length);
    struct model_hooks model;
    /* The media: in place of `next`, which they may call. */
    int (*read)(void *user, const struct model_disk *next, uint64_t lba, size_t count, void *to);
    int (*write)(void *user, const struct model_disk *next, uint64_t lba, size_t count,
                 const void *from);
    int (*flush)(void *user, const struct model_disk *next);
    /* A response, to be sent through `next` once, never, twice or later. */
    void (*send)(void *user, const struct target_sender *next, const uint8_t *frame, size_t length);
    /* After the frames that were waiting. Returns the milliseconds until it is called again at the
     * latest, -1 for no hurry. */
    int (*idle)(void *user, const struct target_sender *next);
    /* After the link was down or has changed; `was_down` tells which. */
    void (*link)(void *user, struct model *model, bool was_down);
    /* The advert, with room for AOE_FRAME_MAX bytes. Returns its length, 0 to keep it back. */
    size_t (*advert)(void *user, struct model *model, uint8_t *advert, size_t length);
};

/* A disk and a set of hooks around it. */
struct hooked_disk {
    const struct target_hooks *hooks;
    struct model_disk next;
};

/* Puts the hooks around a disk. `disk` and `hooks` must outlive what it returns. */
struct model_disk hooks_disk(struct hooked_disk *disk, const struct target_hooks *hooks,
                             const struct model_disk *next);

/* Gives the model its hooks and calls `open`. */
void hooks_open(const struct target_hooks *hooks, struct model *model);

/* These do what the hook says, and what would be done without where it is NULL. */
size_t hooks_receive(const struct target_hooks *hooks, struct model *model, uint8_t *frame,
                     size_t length);
void hooks_send(const struct target_hooks *hooks, const struct target_sender *next,
                const uint8_t *frame, size_t length);
int hooks_idle(const struct target_hooks *hooks, const struct target_sender *next);
void hooks_link(const struct target_hooks *hooks, struct model *model, bool was_down);
size_t hooks_advert(const struct target_hooks *hooks, struct model *model, uint8_t *advert,
                    size_t length);

#endif
