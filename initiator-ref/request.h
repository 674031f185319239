/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The requests that the initiator sends, byte for byte: clauses i-request, i-discover, i-flags. */
#ifndef INITIATOR_REQUEST_H
#define INITIATOR_REQUEST_H

#include "protocol/ata.h"

/* From whom, to whom. */
struct request_route {
    uint8_t from[AOE_MAC_BYTES];
    uint8_t to[AOE_MAC_BYTES];
    uint16_t shelf;
    uint8_t slot;
};

/* An ATA command. `lba` and `sectors` are zero for those that take none, but for IDENTIFY DEVICE,
 * which moves one sector. */
struct request_command {
    uint8_t opcode; /* one that ata_opcode_find knows */
    uint64_t lba;
    uint8_t sectors;
    const uint8_t *data; /* what goes out: sectors x 512 bytes; not looked at otherwise */
};

/* The opcode that reads or writes these sectors: a 28-bit command as far as the device takes them,
 * a 48-bit one beyond. */
uint8_t request_opcode(const struct ata_identity *identity, enum ata_direction direction,
                       uint64_t lba, size_t sectors);

/* A config read: 32 bytes. `to` of the route is not looked at: it goes to everybody. Both return
 * the length of the frame; nothing is padded. */
size_t request_query(uint8_t frame[AOE_FRAME_MAX], const struct request_route *route, uint32_t tag);

/* An ATA command: 36 bytes, and the data that goes out. */
size_t request_ata(uint8_t frame[AOE_FRAME_MAX], const struct request_route *route, uint32_t tag,
                   const struct request_command *command);

#endif
