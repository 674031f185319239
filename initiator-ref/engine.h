/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The initiator as a pure state machine: the time and frames in, frames and results out. It knows
 * neither a clock nor an interface: who has both calls engine_send() until nothing is left to be
 * sent, waits until engine_wake() or a frame, hands frames to engine_receive(), and so on while the
 * state is ENGINE_BUSY. Times are in ns, of any clock that never goes back. */
#ifndef INITIATOR_ENGINE_H
#define INITIATOR_ENGINE_H

#include "commands.h"
#include "hooks.h"
#include "request.h"
#include "target.h"

enum { ENGINE_DEPTH_MAX = COMMANDS_MAX, ENGINE_TEXT = 240 };

struct engine_settings {
    uint16_t shelf;
    uint8_t slot;
    uint8_t mac[AOE_MAC_BYTES];       /* the initiator's own */
    uint32_t mtu;                     /* of the link, in bytes */
    unsigned depth;                   /* commands outstanding at most, 1 to ENGINE_DEPTH_MAX */
    int64_t deadline;                 /* ns after which an unanswered message is given up */
    uint32_t tag;                     /* where tags begin: another place in each run */
    const struct engine_hooks *hooks; /* NULL: none */
};

/* Sectors that are to be read or written. The data is the caller's and stays where it is until the
 * engine is done; the order among transfers that are given together is the engine's, so they must
 * not overlap. */
struct engine_transfer {
    enum ata_direction direction; /* ATA_DATA_IN or ATA_DATA_OUT */
    uint64_t lba;
    size_t sectors;
    uint8_t *data; /* sectors x 512 bytes */
};

enum engine_state { ENGINE_BUSY, ENGINE_DONE, ENGINE_FAILED };

enum engine_phase { PHASE_IDLE, PHASE_DISCOVERS, PHASE_IDENTIFIES, PHASE_TRANSFERS, PHASE_FAILED };

/* The config read: asked until it is answered, at the beginning and while commands are stuck. */
enum engine_query { QUERY_IDLE, QUERY_ASKS, QUERY_ANSWERED };

struct engine {
    struct engine_settings settings;
    enum engine_phase phase;
    struct target target;
    enum engine_query query;
    struct attempt query_attempt; /* the last, also when it is answered */
    struct commands commands;
    const struct engine_transfer *transfers;
    size_t transfer_count; /* not begun, or begun and not wholly in commands */
    size_t begun;          /* sectors of the first of these that are in commands */
    uint8_t identity[AOE_SECTOR_BYTES];
    char message[ENGINE_TEXT];
};

/* Makes an engine that knows no target yet. */
void engine_init(struct engine *engine, const struct engine_settings *settings);

/* Forgets the target and finds it anew: config read, IDENTIFY DEVICE. Done when its disk can be
 * used; engine_capacity() then tells its size in sectors (until then 0). */
void engine_open(struct engine *engine);
uint64_t engine_capacity(const struct engine *engine);

/* Begins `count` transfers, which stay the caller's until the engine is done. The target has been
 * opened, and the engine is not busy. Fails at once where sectors are past the end of the disk. */
void engine_transfer(struct engine *engine, const struct engine_transfer *transfers, size_t count);

/* The next frame that is to be sent now. Returns its length, or 0 where there is none: then either
 * the engine is no more busy, or a frame or engine_wake() is to be waited for. */
size_t engine_send(struct engine *engine, int64_t now, uint8_t frame[AOE_FRAME_MAX]);

/* Takes a frame of any content. */
void engine_receive(struct engine *engine, struct aoe_span frame);

/* When engine_send() is to be called again if no frame comes. INT64_MAX: need not. */
int64_t engine_wake(const struct engine *engine);

/* Follows a change of the initiator's own link. */
void engine_follow_link(struct engine *engine, const uint8_t mac[AOE_MAC_BYTES], uint32_t mtu);

enum engine_state engine_state(const struct engine *engine);

/* Why the engine has failed: one line. */
const char *engine_message(const struct engine *engine);

#endif
