/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sector contents that name their LBA and a seed, so that a misplaced sector says where it came
 * from. */
#ifndef AOE_PATTERN_H
#define AOE_PATTERN_H

#include "protocol/frame.h"

/* Fills `sectors` sectors at `to` with the pattern of `seed` for `lba` and those after it. */
void pattern_fill(uint8_t *to, uint64_t lba, size_t sectors, uint64_t seed);

/* True where the 512 bytes are a whole pattern sector; fills its LBA and seed. */
bool pattern_identify(const uint8_t sector[AOE_SECTOR_BYTES], uint64_t *lba, uint64_t *seed);

#endif
