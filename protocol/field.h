/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every fixed field of every message by name, with its place in the frame: for scenarios, for
 * reports that point at bytes, and for building any field wrong. */
#ifndef AOE_FIELD_H
#define AOE_FIELD_H

#include "frame.h"

/* Which messages have the field. */
enum aoe_layout {
    AOE_LAYOUT_HEADER, /* all */
    AOE_LAYOUT_ATA,
    AOE_LAYOUT_CONFIG,
    AOE_LAYOUT_MASK,
    AOE_LAYOUT_RESERVE,
};

struct aoe_field {
    const char *name; /* "sector-count" */
    enum aoe_layout layout;
    uint8_t byte;        /* offset in the frame */
    uint8_t bytes;       /* 1 to 8, or 6 for a MAC address */
    uint8_t shift;       /* of the value in its byte; 0 where bytes > 1 */
    uint8_t bits;        /* of the value in its byte; 0: the whole bytes */
    bool little_endian;  /* the LBA bytes */
    const char *meaning; /* a few words with the clause */
};

/* All fields, by layout and then by place. */
const struct aoe_field *aoe_fields(size_t *count);

/* The field of that name in a message of `command` (a header field, or one of its argument), or
 * NULL. "status" and "opcode" share a byte, as do "ata-error" and "feature". */
const struct aoe_field *aoe_field_find(const char *name, uint8_t command);

/* True where any message has a field of that name. */
bool aoe_field_exists(const char *name);

/* Reads a field from a frame; false where the frame ends before it. */
bool aoe_field_get(const struct aoe_field *field, const void *frame, size_t length,
                   uint64_t *value);

/* Writes the low bits of `value` into a frame; false where the frame ends before it or the value
 * does not fit the field (then nothing is written). */
bool aoe_field_set(const struct aoe_field *field, void *frame, size_t length, uint64_t value);

/* The greatest value that fits. */
uint64_t aoe_field_max(const struct aoe_field *field);

#endif
