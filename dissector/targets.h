/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets of a capture have said of themselves so far, and how much they have to do. */
#ifndef AOE_TARGETS_H
#define AOE_TARGETS_H

#include "protocol/frame.h"

/* Targets beyond so many are not known. */
enum { TARGETS_MOST = 1024, TARGET_NONE = 0 };

struct target {
    uint32_t vlan; /* as of aoe_vlan_of */
    uint16_t shelf;
    uint8_t slot;
    bool advertised; /* the next four are known, from frame `config_number` */
    uint8_t sector_count;
    uint16_t buffer_count, firmware;
    uint32_t config_number;
    uint8_t config_mac[AOE_MAC_BYTES];
    uint8_t identity_mac[AOE_MAC_BYTES];
    uint32_t identity_number; /* the frame that told `identity`, 0 where none did */
    uint64_t identity;        /* a hash over model and serial */
    uint32_t outstanding;     /* commands */
};

struct targets;

/* NULL where there is no memory. */
struct targets *targets_new(void);
void targets_free(struct targets *targets);

/* The number (1 upwards) of the target of that address, made where it is new. TARGET_NONE for a
 * broadcast address, and where there is no room. */
uint32_t targets_find(struct targets *targets, uint32_t vlan, uint16_t shelf, uint8_t slot);

/* By a number that targets_find gave. */
struct target *targets_at(struct targets *targets, uint32_t target);

/* Takes a config response or the IDENTIFY data from a target. Returns the number of the frame in
 * which another one said something else of the same address, or 0. */
uint32_t target_config(struct target *target, const struct aoe_frame *frame, uint32_t number);
uint32_t target_identity(struct target *target, const struct aoe_frame *frame, uint32_t number);

#endif
