/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing pcapng: one section, one Ethernet interface, packets with comments. Little-endian, so
 * that the same run makes the same file on any machine. */
#ifndef AOE_PCAPNG_H
#define AOE_PCAPNG_H

#include <stdio.h>

#include "protocol/cursor.h"

struct pcapng_section {
    const char *comment; /* each of these may be NULL or "": then it is left out */
    const char *hardware;
    const char *application;
    const char *interface;   /* name */
    const char *description; /* of the interface */
};

/* Writes what stands before the packets. Texts are UTF-8; over 65535 bytes they are cut.
 * 0, or -1 and errno where writing failed. */
int pcapng_begin(FILE *to, const struct pcapng_section *section);

/* Writes one packet: `time` in ns since the epoch, whether it was sent or received, and `count`
 * comments. 0, or -1 and errno. */
int pcapng_packet(FILE *to, int64_t time, bool sent, struct aoe_span frame,
                  const char *const *comments, size_t count);

#endif
