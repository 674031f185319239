/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pcapng.h"

#include "common/utf8.h"

enum {
    SECTION_BLOCK = 0x0A0D0D0A,
    INTERFACE_BLOCK = 1,
    PACKET_BLOCK = 6,
    ORDER_MAGIC = 0x1A2B3C4D,
    LINKTYPE_ETHERNET = 1,
};

enum { OPTION_END = 0, OPTION_COMMENT = 1 };
enum { SECTION_HARDWARE = 2, SECTION_APPLICATION = 4 };
enum { INTERFACE_NAME = 2, INTERFACE_DESCRIPTION = 3, INTERFACE_RESOLUTION = 9 };
enum { PACKET_FLAGS = 2, FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };

/* A block that grows; its two lengths are known when it is whole. */
struct block {
    struct arena arena;
    uint8_t *bytes;
    size_t length, room;
};

static void add(struct block *block, const void *bytes, size_t length)
{
    size_t padded = (length + 3) & ~(size_t)3;
    if (block->length + padded > block->room) {
        block->room = (block->length + padded) * 2;
        uint8_t *grown = arena_array(&block->arena, block->room, 1);
        if (block->length)
            memcpy(grown, block->bytes, block->length);
        block->bytes = grown;
    }
    memset(block->bytes + block->length, 0, padded);
    if (length)
        memcpy(block->bytes + block->length, bytes, length);
    block->length += padded;
}

static void add_le16(struct block *block, uint16_t low, uint16_t high)
{
    const uint8_t b[] = {(uint8_t)low, (uint8_t)(low >> 8), (uint8_t)high, (uint8_t)(high >> 8)};
    add(block, b, sizeof b);
}

static void add_le32(struct block *block, uint32_t value)
{
    add_le16(block, (uint16_t)value, (uint16_t)(value >> 16));
}

static void add_option(struct block *block, uint16_t code, const void *value, size_t length)
{
    add_le16(block, code, (uint16_t)length);
    add(block, value, length);
}

/* The longest beginning of `text` that fits an option and ends between two characters. */
static size_t option_length(const char *text)
{
    size_t length = strlen(text);
    if (length <= UINT16_MAX)
        return length;
    for (length = UINT16_MAX; length && (text[length] & 0xC0) == 0x80;)
        length--;
    return length;
}

static void add_text(struct block *block, uint16_t code, const char *text)
{
    text = utf8_clean(&block->arena, text, false);
    if (*text)
        add_option(block, code, text, option_length(text));
}

/* Sets the block's type, leaves room for its length. */
static void begin(struct block *block, uint32_t type)
{
    add_le32(block, type);
    add_le32(block, 0);
}

/* Ends the options and the block, writes it and frees it. */
static int end(struct block *block, FILE *to)
{
    add_option(block, OPTION_END, NULL, 0);
    uint32_t length = (uint32_t)block->length + 4;
    add_le32(block, length);
    memcpy(block->bytes + 4, block->bytes + length - 4, 4);
    size_t written = fwrite(block->bytes, 1, length, to);
    arena_free(&block->arena);
    return written == length ? 0 : -1;
}

static int write_section(FILE *to, const struct pcapng_section *section)
{
    struct block block = {0};
    begin(&block, SECTION_BLOCK);
    add_le32(&block, ORDER_MAGIC);
    add_le16(&block, 1, 0);       /* version 1.0 */
    add_le32(&block, UINT32_MAX); /* the length of the section is not given */
    add_le32(&block, UINT32_MAX);
    add_text(&block, OPTION_COMMENT, section->comment);
    add_text(&block, SECTION_HARDWARE, section->hardware);
    add_text(&block, SECTION_APPLICATION, section->application);
    return end(&block, to);
}

static int write_interface(FILE *to, const struct pcapng_section *section)
{
    static const uint8_t nanoseconds = 9;
    struct block block = {0};
    begin(&block, INTERFACE_BLOCK);
    add_le16(&block, LINKTYPE_ETHERNET, 0);
    add_le32(&block, 0); /* no limit to the bytes of a packet */
    add_text(&block, INTERFACE_NAME, section->interface);
    add_text(&block, INTERFACE_DESCRIPTION, section->description);
    add_option(&block, INTERFACE_RESOLUTION, &nanoseconds, sizeof nanoseconds);
    return end(&block, to);
}

int pcapng_begin(FILE *to, const struct pcapng_section *section)
{
    return write_section(to, section) || write_interface(to, section) ? -1 : 0;
}

int pcapng_packet(FILE *to, int64_t time, bool sent, struct aoe_span frame,
                  const char *const *comments, size_t count)
{
    struct block block = {0};
    uint32_t length = (uint32_t)frame.length;
    begin(&block, PACKET_BLOCK);
    add_le32(&block, 0); /* the first interface */
    add_le32(&block, (uint32_t)((uint64_t)time >> 32));
    add_le32(&block, (uint32_t)time);
    add_le32(&block, length);
    add_le32(&block, length);
    add(&block, frame.bytes, frame.length);
    add_le16(&block, PACKET_FLAGS, 4);
    add_le32(&block, sent ? FLAG_OUTBOUND : FLAG_INBOUND);
    for (size_t i = 0; i < count; i++)
        add_text(&block, OPTION_COMMENT, comments[i]);
    return end(&block, to);
}
