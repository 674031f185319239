/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The argument of each command in the tree. Not for others. */
#ifndef AOE_SHOW_COMMAND_H
#define AOE_SHOW_COMMAND_H

#include "show.h"

void show_ata(const struct show *show);
void show_config(const struct show *show);
void show_mask(const struct show *show);
void show_reserve(const struct show *show);

/* The data of an ATA message: sectors by their LBA, or IDENTIFY. */
void show_data(const struct show *show);

/* Bytes of data that were on the wire, whether they were captured or not: at most all that follows
 * the registers. */
size_t show_data_on_wire(const struct show *show);

/* The first `length` bytes, at most 512, of IDENTIFY's data; they were captured. */
void show_identify(const struct show *show, size_t offset, size_t length);

/* What is known of the command that a response answers; NULL where the request was not seen. */
const struct history_exchange *show_request_of(const struct show *show);

#endif
