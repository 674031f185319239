/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is in a frame, as reports say it. */
#ifndef AOE_FIELD_TEXT_H
#define AOE_FIELD_TEXT_H

#include "common/arena.h"
#include "protocol/field.h"

/* A number of a field, with its name where it has one, or in hex beside decimal; a MAC address as
 * such. `field` may be NULL: then it is just a number. */
const char *field_text(struct arena *arena, const struct aoe_field *field, uint64_t value);

const char *field_mac_text(struct arena *arena, uint64_t value);

/* Data: quoted, or from a sector on by its length and what the first sector holds: the pattern of
 * which LBA. */
const char *field_bytes_text(struct arena *arena, struct aoe_span bytes);

/* What a sector holds: the pattern of which LBA, or its first bytes. */
const char *field_sector_text(struct arena *arena, const uint8_t sector[AOE_SECTOR_BYTES]);

#endif
