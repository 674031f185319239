/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remarkable about a frame, found in the first pass: broken rules, and what users are
 * bitten by though no rule forbids it. Not for others than the history. */
#ifndef AOE_JUDGE_H
#define AOE_JUDGE_H

#include "history_notes.h"
#include "protocol/request_memory.h"
#include "targets.h"

struct judge {
    struct history_options options;
    struct aoe_request_memory requests;
    struct targets *targets;
    struct notes *notes;
};

/* False where there is no memory; judge_close is due all the same. */
bool judge_open(struct judge *judge, const struct history_options *options);
void judge_close(struct judge *judge);

/* A new command: one more is outstanding at its target, whose number is returned (0: not known). */
uint32_t judge_request(struct judge *judge, const struct aoe_frame *frame, uint32_t vlan,
                       uint32_t number);

/* One more, or one fewer, is outstanding at the target of that number; 0 for none. */
void judge_up(struct judge *judge, uint32_t target);
void judge_down(struct judge *judge, uint32_t target);

/* Any frame, after the exchanges had it. */
void judge_frame(struct judge *judge, const struct aoe_frame *frame, uint32_t vlan, uint32_t number,
                 const struct aoe_exchange_event *event);

#endif
