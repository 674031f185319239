/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The expert information that frames can have. */
#ifndef AOE_EXPERT_H
#define AOE_EXPERT_H

#include "wireshark.h"

#include "history.h"

/* Wireshark's numbers of them; each is described in expert.c. */
struct expert_fields {
    expert_field must, should, may;           /* a rule that is broken, by its level */
    expert_field repeat, spurious, duplicate; /* of exchanges */
    expert_field late, unsolicited, unanswered, open;
    expert_field cut;                  /* the capture ends before the message does */
    expert_field incomplete;           /* the frame itself ends before the message does */
    expert_field notes[HISTORY_NOTES]; /* HISTORY_RULE apart */
};
extern struct expert_fields expert_fields;

void expert_fields_register(int protocol);

#endif
