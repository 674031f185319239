/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The preferences of the protocol. */
#ifndef AOE_SETTINGS_H
#define AOE_SETTINGS_H

#include "history.h"

struct settings {
    bool rules;       /* check the rules of the protocol */
    bool sectors;     /* show the data of sectors in the tree, IDENTIFY decoded */
    int64_t patience; /* ns after which a request counts as unanswered */
    uint32_t mtu;     /* of the link, 0 where not known */
};

/* The settings as the user has them now. */
struct settings settings_now(void);

void settings_register(int protocol);

#endif
