/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Traffic by chance, the same for the same seed: a few initiators and targets with repeats, lost
 * frames, errors, broadcasts, steps back and gaps. */
#ifndef AOE_TESTS_CHATTER_H
#define AOE_TESTS_CHATTER_H

#include "story.h"

enum { CHATTER_RECENT = 16 };

struct chatter {
    uint64_t seed;
    int64_t time;
    uint32_t tag;
    struct aoe_frame recent[CHATTER_RECENT]; /* requests */
};

static inline struct aoe_frame chatter_command(struct chatter *chatter)
{
    static const uint8_t opcodes[] = {ATA_READ_EXT, ATA_READ, ATA_WRITE_EXT, ATA_READ_EXT,
                                      ATA_FLUSH,    0xEC,     ATA_WRITE,     ATA_VERIFY};
    uint64_t *seed = &chatter->seed, lba = chance(seed) >> (16 + chance_below(seed, 48));
    uint32_t tag = chance_below(seed, 20) ? ++chatter->tag : 7;
    switch (chance_below(seed, 16)) {
    case 0:
        return tagged(config_request(AOE_CONFIG_READ, ""), tag);
    case 1:
        return discovery((uint32_t)chance_below(seed, 2));
    case 2:
        return tagged(request_of((uint8_t)(2 + chance_below(seed, 3))), tag);
    default:
        return tagged(ata_request(opcodes[chance_below(seed, COUNT(opcodes))],
                                  (uint8_t)(chance(seed) >> 60), lba),
                      tag);
    }
}

static inline struct aoe_frame chatter_request(struct chatter *chatter)
{
    uint64_t *seed = &chatter->seed;
    struct aoe_frame *recent = &chatter->recent[chance_below(seed, CHATTER_RECENT)];
    uint64_t repeat = chance_below(seed, 10);
    if (recent->type && repeat == 0)
        return *recent;
    if (recent->type && repeat == 1)
        return *recent = tagged(*recent, ++chatter->tag);
    *recent = of_host(chatter_command(chatter), (uint8_t)(1 + chance_below(seed, 3)));
    if (recent->shelf != AOE_SHELF_ALL)
        *recent =
            of_slot(*recent, (uint16_t)(7 + chance_below(seed, 2)), (uint8_t)chance_below(seed, 2));
    return *recent;
}

static inline struct aoe_frame chatter_response(struct chatter *chatter)
{
    uint64_t *seed = &chatter->seed, error = chance_below(seed, 12);
    struct aoe_frame frame = chatter->recent[chance_below(seed, CHATTER_RECENT)];
    if (!frame.type)
        return config_response(AOE_CONFIG_READ, "");
    if (frame.shelf == AOE_SHELF_ALL)
        frame = of_slot(frame, 7, (uint8_t)chance_below(seed, 2));
    memcpy(frame.destination, frame.source, AOE_MAC_BYTES);
    memcpy(frame.source, target_mac, AOE_MAC_BYTES);
    frame.flags = AOE_FLAG_RESPONSE | (error == 0 ? AOE_FLAG_ERROR : 0);
    frame.error = error == 0 ? (uint8_t)chance_below(seed, 9) : 0;
    if (frame.command == AOE_COMMAND_ATA) {
        frame.ata.opcode = error == 1 ? ATA_STATUS_ERR : ATA_STATUS_DRDY;
        frame.ata.feature = (uint8_t)chance(seed);
    }
    return frame;
}

/* The next frame and its time. */
static inline struct aoe_frame chatter_next(struct chatter *chatter, int64_t *time)
{
    uint64_t *seed = &chatter->seed;
    switch (chance_below(seed, 200)) {
    case 0:
        chatter->time += (int64_t)(chance_below(seed, 3) << 33);
        break;
    case 1:
        chatter->time += (int64_t)(chance(seed) >> 36);
        break;
    case 2:
        chatter->time -= (int64_t)chance_below(seed, 5000);
        break;
    case 3:
    case 4:
        chatter->time -= 30;
        break;
    default:
        chatter->time += (int64_t)chance_below(seed, 200);
    }
    *time = chatter->time;
    return chance_below(seed, 9) < 5 ? chatter_request(chatter) : chatter_response(chatter);
}

static inline void chatter_say(struct chatter *chatter, struct story *story, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t time;
        struct aoe_frame frame = chatter_next(chatter, &time);
        say(story, time, frame);
    }
}

#endif
