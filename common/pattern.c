/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pattern.h"

static const char mark[8] = "AoE test";

enum { LBA_AT = 8, SEED_AT = 16, NOISE_AT = 24 };

static void put_u64(uint8_t *to, uint64_t value)
{
    struct aoe_writer writer = aoe_writer(to, sizeof value);
    aoe_put_be32(&writer, (uint32_t)(value >> 32));
    aoe_put_be32(&writer, (uint32_t)value);
}

static uint64_t get_u64(const uint8_t *from)
{
    struct aoe_cursor cursor = aoe_cursor(from, sizeof(uint64_t));
    uint64_t high = aoe_take_be32(&cursor);
    return high << 32 | aoe_take_be32(&cursor);
}

/* The step of splitmix64: every bit of the state reaches every bit of the result. */
static uint64_t noise(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

void pattern_fill(uint8_t *to, uint64_t lba, size_t sectors, uint64_t seed)
{
    for (size_t s = 0; s < sectors; s++, lba++, to += AOE_SECTOR_BYTES) {
        uint64_t state = seed ^ lba * UINT64_C(0xD6E8FEB86659FD93);
        memcpy(to, mark, sizeof mark);
        put_u64(to + LBA_AT, lba);
        put_u64(to + SEED_AT, seed);
        for (size_t at = NOISE_AT; at < AOE_SECTOR_BYTES; at += sizeof state)
            put_u64(to + at, noise(&state));
    }
}

bool pattern_identify(const uint8_t sector[AOE_SECTOR_BYTES], uint64_t *lba, uint64_t *seed)
{
    uint8_t whole[AOE_SECTOR_BYTES];
    if (memcmp(sector, mark, sizeof mark) != 0)
        return false;
    *lba = get_u64(sector + LBA_AT);
    *seed = get_u64(sector + SEED_AT);
    pattern_fill(whole, *lba, 1, *seed);
    return !memcmp(sector, whole, sizeof whole);
}
