/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every AoE frame tells the statistics: the tap "aoe". */
#ifndef AOE_TAP_H
#define AOE_TAP_H

#include "history.h"
#include "link.h"

struct aoe_tap {
    const struct link_frame *link;
    uint32_t number; /* of the frame */
    bool counted;    /* `exchange` is known; not of a frame that is cut too short */
    struct history_exchange exchange;
    const struct history *history;
};

#endif
