/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tree: every byte of a frame by name. Nothing here reads behind what was captured. */
#ifndef AOE_SHOW_H
#define AOE_SHOW_H

#include "history.h"
#include "link.h"
#include "settings.h"

/* What there is to show, and where. */
struct show {
    tvbuff_t *tvb;
    packet_info *packet;
    proto_tree *tree; /* of the message */
    proto_item *item; /* its root */
    const struct aoe_frame *frame;
    const struct history_exchange *exchange; /* NULL where it is not known */
    const struct history *history;
    struct settings settings;
};

/* The header: 10 bytes that every message has. */
void show_header(const struct show *show);

/* The argument and all that follows it, up to padding. */
void show_argument(const struct show *show);

/* What frames before and after this one have to do with it. */
void show_exchange(const struct show *show);

/* What is wrong, as expert information. */
void show_notes(const struct show *show);

/* Bytes of data that the frame carries by its registers: of a write request, or of the answer to a
 * read. SIZE_MAX where that is not known. */
size_t show_data_bytes(const struct aoe_frame *frame, const struct history_exchange *exchange);

/* The column of information: "e0.1 read of 8 sectors at LBA 1024, tag 0x00000007". */
void show_column(const struct show *show);

#endif
