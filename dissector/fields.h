/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields that filters and columns know, registered with Wireshark. */
#ifndef AOE_FIELDS_H
#define AOE_FIELDS_H

#include "wireshark.h"

/* Wireshark's numbers of the fields; each is described in fields.c. */
struct fields {
    int version, flags, response, flags_error, flags_reserved, error, major, minor, address;
    int command, tag;
    int response_in, response_to, time, time_first, retransmission_of, retransmitted_in;
    int duplicate_of, repeats, unanswered;
    int rule;
};
extern struct fields fields;

/* And of the branches of the tree. */
struct branches {
    int message, flags;
};
extern struct branches branches;

void fields_register(int protocol);

#endif
