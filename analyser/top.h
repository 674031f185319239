/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The live view on a terminal. */
#ifndef AOE_TOP_H
#define AOE_TOP_H

#include "live_figures.h"

struct top;

/* What is shown beside the figures. */
struct top_scene {
    const struct live_figures *live;
    const char *interface;
    bool up;
    int64_t interval; /* ns */
};

enum top_wish { TOP_NOTHING, TOP_QUIT, TOP_RESET, TOP_SHORTER, TOP_LONGER };

/* Takes the terminal of standard input and output. NULL and one line in `error` where there is
 * none. */
struct top *top_open(char *error, size_t size);

/* Gives the terminal back as it was. */
void top_close(struct top *top);

/* Takes the keys that were pressed, up to one that asks for something outside of the view. Draw
 * afterwards. */
enum top_wish top_keys(struct top *top, const struct top_scene *scene);

/* The figures of the next interval are there: -1 where there is no memory. */
int top_refresh(struct top *top, const struct top_scene *scene);

/* True while the last interval that is shown must stay. */
bool top_paused(const struct top *top);

/* Draws everything anew, in the size that the terminal has now. */
void top_draw(struct top *top, const struct top_scene *scene);

#endif
