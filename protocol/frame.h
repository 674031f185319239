/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AoE frames: decoding bytes into fields and building bytes from fields, right or wrong. */
#ifndef AOE_FRAME_H
#define AOE_FRAME_H

#include "cursor.h"

#define AOE_ETHERTYPE 0x88A2u

enum {
    AOE_MAC_BYTES = 6,
    AOE_ETHERNET_BYTES = 14, /* destination, source, type */
    AOE_HEADER_BYTES = 24,   /* Ethernet header and AoE header */
    AOE_ATA_BYTES = 36,      /* header and ATA argument, without data */
    AOE_CONFIG_BYTES = 32,   /* header and config argument, without the string */
    AOE_MASK_BYTES = 28,     /* header and mask argument, without directives */
    AOE_RESERVE_BYTES = 26,  /* header and reserve argument, without addresses */
    AOE_DIRECTIVE_BYTES = 8, /* one directive of a mask list */
    AOE_FRAME_MIN = 60,      /* the shortest frame that a NIC sends, without its checksum */
    AOE_FRAME_MAX = 65549,   /* the largest MTU and the Ethernet header */
    AOE_SECTOR_BYTES = 512,
    AOE_STRING_MAX = 1024, /* longest config string; clause 3.2-length */
    AOE_LIST_MAX = 255,    /* most addresses in a mask or reserve list; clause 3.3-capacity */
};

enum { AOE_VERSION = 1, AOE_SHELF_ALL = 0xFFFF, AOE_SLOT_ALL = 0xFF };

/* The low four bits of byte 14. */
enum { AOE_FLAG_RESPONSE = 0x8, AOE_FLAG_ERROR = 0x4, AOE_FLAG_RESERVED = 0x3 };

enum aoe_error {
    AOE_ERROR_NONE,
    AOE_ERROR_COMMAND,
    AOE_ERROR_ARGUMENT,
    AOE_ERROR_DEVICE,
    AOE_ERROR_CONFIG,
    AOE_ERROR_VERSION,
    AOE_ERROR_RESERVED,
    AOE_ERROR_LAST = AOE_ERROR_RESERVED,
};

enum aoe_command {
    AOE_COMMAND_ATA,
    AOE_COMMAND_CONFIG,
    AOE_COMMAND_MASK,
    AOE_COMMAND_RESERVE,
    AOE_COMMAND_VENDOR = 0xF0, /* to 0xFF; clause 2.6-vendor */
};

/* ATA flags, byte 24. */
enum {
    AOE_ATA_EXTENDED = 0x40,
    AOE_ATA_DEVICE = 0x10,
    AOE_ATA_ASYNC = 0x02,
    AOE_ATA_WRITE = 0x01,
    AOE_ATA_RESERVED = 0xAC,
};

enum aoe_ccmd {
    AOE_CONFIG_READ,
    AOE_CONFIG_TEST,
    AOE_CONFIG_PREFIX,
    AOE_CONFIG_SET,
    AOE_CONFIG_FORCE,
    AOE_CONFIG_LAST = AOE_CONFIG_FORCE,
};

enum aoe_mcmd { AOE_MASK_READ, AOE_MASK_EDIT };
enum aoe_dcmd { AOE_DIRECTIVE_NONE, AOE_DIRECTIVE_ADD, AOE_DIRECTIVE_DELETE };
enum aoe_merror { AOE_MERROR_NONE, AOE_MERROR_UNSPECIFIED, AOE_MERROR_DIRECTIVE, AOE_MERROR_FULL };
enum aoe_rcmd { AOE_RESERVE_READ, AOE_RESERVE_SET, AOE_RESERVE_FORCE };

/* What of a frame is there. Everything up to the named part could be read. */
enum aoe_extent {
    AOE_EXTENT_NONE,     /* not even the Ethernet type, or another type than 0x88A2 */
    AOE_EXTENT_ETHERNET, /* the AoE header is cut */
    AOE_EXTENT_HEADER,   /* the argument of a known command is cut */
    AOE_EXTENT_ARGUMENT, /* whole argument; what the lengths in it promise may still be cut */
};

struct aoe_ata {
    uint8_t aflags;
    uint8_t feature; /* error register in a response */
    uint8_t count;   /* sectors */
    uint8_t opcode;  /* status register in a response */
    uint8_t lba[6];  /* least significant first */
    uint16_t reserved;
};

struct aoe_config {
    uint16_t buffer_count; /* messages */
    uint16_t firmware;
    uint8_t sector_count; /* sectors per command; see aoe_sectors_allowed() */
    uint8_t version;      /* high four bits of byte 29 */
    uint8_t ccmd;         /* low four bits of byte 29 */
    uint16_t length;      /* bytes of the string, as the frame says */
};

struct aoe_mask {
    uint8_t reserved;
    uint8_t mcmd;
    uint8_t merror;
    uint8_t count; /* directives, as the frame says; after an error the index of the bad one */
};

struct aoe_reserve {
    uint8_t rcmd;
    uint8_t count; /* addresses, as the frame says */
};

/* A frame by its fields. `payload` is what follows the fixed argument: data, config string,
 * directives, addresses, and any padding. For a command that is not known it follows the
 * header. It points into the decoded bytes. */
struct aoe_frame {
    uint8_t destination[AOE_MAC_BYTES];
    uint8_t source[AOE_MAC_BYTES];
    uint16_t type;
    uint8_t version; /* high four bits of byte 14 */
    uint8_t flags;   /* low four bits of byte 14 */
    uint8_t error;
    uint16_t shelf;
    uint8_t slot;
    uint8_t command;
    uint32_t tag;
    union {
        struct aoe_ata ata;
        struct aoe_config config;
        struct aoe_mask mask;
        struct aoe_reserve reserve;
    };
    struct aoe_span payload;
    struct aoe_span raw; /* the bytes that were decoded */
    size_t wire_length;  /* bytes that were on the wire: more than raw.length in a cut capture */
    enum aoe_extent extent;
};

/* Decodes `length` bytes (any content, 0 upwards) that were `wire_length` bytes on the wire.
 * Fields beyond the end read as zero and `extent` says how far the frame goes. Never fails and
 * never keeps more than pointers into `bytes`. Layout: section 2 and 3.1 to 3.4. */
void aoe_frame_decode(struct aoe_frame *frame, const void *bytes, size_t length,
                      size_t wire_length);

/* Builds a frame from its fields: header, the argument that its command has, payload. Every
 * field is written as it is given, so wrong values are built as readily as right ones; `raw`,
 * `wire_length` and `extent` are not looked at. Does not pad. Returns the length in bytes, or 0
 * where `capacity` does not hold it. */
size_t aoe_frame_build(const struct aoe_frame *frame, void *bytes, size_t capacity);

/* Lengthens a frame of `length` bytes with zeros to `minimum` bytes, as a NIC does to 60.
 * Returns the new length; a frame that is long enough, or a buffer of `capacity` bytes that is
 * too small, leaves it as it is. */
size_t aoe_frame_pad(void *bytes, size_t length, size_t minimum, size_t capacity);

/* True where `command` is one of the four that have an argument of their own. */
bool aoe_command_known(uint8_t command);

/* Bytes before the payload of a frame of that command: 24 to 36. */
size_t aoe_argument_end(uint8_t command);

/* The linear address in the LBA bytes: 48 bits with the extended flag, else 28 (3.1-lba28). */
uint64_t aoe_ata_lba(const struct aoe_ata *ata);

/* Writes the low 48 bits of `lba` into the six LBA bytes. */
void aoe_ata_set_lba(struct aoe_ata *ata, uint64_t lba);

/* Sectors that a command may ask for, by the sector count of a config response: 0 stands for 2
 * (3.2-sectors). */
static inline uint8_t aoe_sectors_allowed(uint8_t sector_count)
{
    return sector_count ? sector_count : 2;
}

/* Where the message ends and padding begins, in bytes, judged by the frame alone for config,
 * mask and reserve, and with `data_bytes` for ATA (what the command moves in this direction).
 * May exceed the frame: then the frame is shorter than it says. */
size_t aoe_message_end(const struct aoe_frame *frame, size_t data_bytes);

/* True for the R flag, and for the E flag. */
static inline bool aoe_is_response(const struct aoe_frame *frame)
{
    return frame->flags & AOE_FLAG_RESPONSE;
}

static inline bool aoe_is_error(const struct aoe_frame *frame)
{
    return frame->flags & AOE_FLAG_ERROR;
}

/* True where `shelf`.`slot` of a request reaches the target `own_shelf`.`own_slot`, the two
 * broadcast values each by itself (clause 2.5-broadcast). */
bool aoe_address_reaches(uint16_t shelf, uint8_t slot, uint16_t own_shelf, uint8_t own_slot);

/* True where the lowest bit of the first byte marks a group, broadcast included. */
static inline bool aoe_mac_is_group(const uint8_t mac[AOE_MAC_BYTES])
{
    return mac[0] & 1;
}

/* An address as the number of its 48 bits, first byte highest, and back from the low 48 bits. */
uint64_t aoe_mac_number(const uint8_t mac[AOE_MAC_BYTES]);
void aoe_mac_from_number(uint64_t number, uint8_t mac[AOE_MAC_BYTES]);

/* The directive at `index` of a mask list, read from the payload. False beyond its end. */
struct aoe_directive {
    uint8_t reserved;
    uint8_t dcmd;
    uint8_t mac[AOE_MAC_BYTES];
};
bool aoe_directive_at(const struct aoe_span *payload, size_t index, struct aoe_directive *to);

/* The address at `index` of a reserve list, read from the payload. False beyond its end. */
bool aoe_address_at(const struct aoe_span *payload, size_t index, uint8_t mac[AOE_MAC_BYTES]);

#endif
