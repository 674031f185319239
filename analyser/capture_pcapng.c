/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_format.h"

#include <stdio.h>
#include <stdlib.h>

#include "capture_time.h"

enum block_type {
    INTERFACE = 1,
    OBSOLETE_PACKET = 2,
    SIMPLE_PACKET = 3,
    STATISTICS = 5,
    ENHANCED_PACKET = 6,
    SECTION = 0x0A0D0D0A, /* the same in both byte orders */
};

enum option {
    DROP_COUNT = 4, /* of an enhanced packet */
    DROPPED = 5,    /* of interface statistics: by the interface */
    OS_DROPPED = 7, /* and by the operating system */
    RESOLUTION = 9, /* of an interface, as are the next ones */
    CHECK_BYTES = 13,
    TIME_OFFSET = 14,
};

enum {
    BLOCK_HEADER = 8,  /* type and length */
    BLOCK_LEAST = 12,  /* with the length again at the end */
    PACKET_FIXED = 28, /* up to the packet's bytes: enhanced and obsolete packet */
    ORDER_MAGIC = 0x1A2B3C4D,
};

struct interface {
    struct capture_clock clock;
    uint32_t link_type;
    uint32_t snap; /* longest packet that is captured, 0 for any */
    uint32_t check_bytes;
    bool counted; /* by statistics: `packet_drops` does not count then */
    uint64_t dropped;
    uint64_t os_dropped;
    uint64_t packet_drops;
};

struct pcapng {
    bool swapped;
    struct interface *interfaces;
    uint32_t interface_count;
    uint32_t interface_capacity;
    uint64_t section_drops; /* of the sections before */
    uint64_t skip;          /* bytes up to the end length of a block that is skipped */
    uint32_t skipped;       /* length of that block, until its end length was seen; or 0 */
};

/* A block without its header and its end length. */
struct block {
    size_t position; /* in the window */
    uint32_t type;
    struct aoe_cursor body;
};

static bool recognises(struct aoe_span head)
{
    return head.length >= 4 && capture_u32(head.bytes, false) == SECTION;
}

static void *pcapng_open(struct aoe_cursor *head, char *error, size_t error_size)
{
    if (aoe_cursor_left(head) < BLOCK_LEAST) {
        snprintf(error, error_size, "ends within the header of a pcapng file");
        return NULL;
    }
    uint32_t order = capture_u32(head->bytes + BLOCK_HEADER, false);
    if (order != ORDER_MAGIC && order != __builtin_bswap32(ORDER_MAGIC)) {
        snprintf(error, error_size, "begins as pcapng does, but tells no byte order");
        return NULL;
    }
    struct pcapng *pcapng = calloc(1, sizeof *pcapng);
    if (!pcapng)
        snprintf(error, error_size, "out of memory");
    return pcapng;
}

static void pcapng_close(void *state)
{
    struct pcapng *pcapng = state;
    free(pcapng->interfaces);
    free(pcapng);
}

static uint32_t take_u32(struct aoe_cursor *cursor, bool swapped)
{
    const uint8_t *bytes = aoe_take(cursor, 4);
    return bytes ? capture_u32(bytes, swapped) : 0;
}

static uint16_t take_u16(struct aoe_cursor *cursor, bool swapped)
{
    const uint8_t *bytes = aoe_take(cursor, 2);
    return bytes ? capture_u16(bytes, swapped) : 0;
}

/* Bytes and what fills them up to a multiple of 4. */
static const uint8_t *take_padded(struct aoe_cursor *cursor, size_t count)
{
    return aoe_take(cursor, (count + 3) & ~(size_t)3);
}

/* The next option, or false at the end of the options; one that does not fit in sets `overrun`. */
static bool next_option(struct aoe_cursor *options, bool swapped, unsigned *code,
                        struct aoe_span *value)
{
    if (!aoe_cursor_left(options))
        return false;
    *code = take_u16(options, swapped);
    value->length = take_u16(options, swapped);
    value->bytes = take_padded(options, value->length);
    return !options->overrun && *code;
}

static bool option_u64(struct aoe_span value, bool swapped, uint64_t *number)
{
    if (value.length != sizeof *number)
        return false;
    *number = capture_u64(value.bytes, swapped);
    return true;
}

static uint64_t interface_drops(const struct interface *interface)
{
    if (interface->counted)
        return capture_add(interface->dropped, interface->os_dropped);
    return interface->packet_drops;
}

static uint64_t section_drops(const struct pcapng *pcapng)
{
    uint64_t drops = pcapng->section_drops;
    for (uint32_t i = 0; i < pcapng->interface_count; i++)
        drops = capture_add(drops, interface_drops(&pcapng->interfaces[i]));
    return drops;
}

static int parse_section(struct pcapng *pcapng, struct capture *capture, struct block *block)
{
    aoe_take(&block->body, 4);
    unsigned major = take_u16(&block->body, pcapng->swapped);
    unsigned minor = take_u16(&block->body, pcapng->swapped);
    aoe_take(&block->body, 8);
    if (block->body.overrun)
        return capture_damage(capture, block->position, "a section header that is too short");
    if (major != 1)
        return capture_damage(capture, block->position,
                              "a section of pcapng %u.%u: only version 1 is known", major, minor);
    pcapng->section_drops = section_drops(pcapng);
    pcapng->interface_count = 0;
    return 0;
}

static struct interface *add_interface(struct pcapng *pcapng)
{
    if (pcapng->interface_count == pcapng->interface_capacity) {
        uint32_t capacity = pcapng->interface_capacity ? 2 * pcapng->interface_capacity : 4;
        struct interface *grown =
            realloc(pcapng->interfaces, capacity * sizeof *pcapng->interfaces);
        if (!grown)
            return NULL;
        pcapng->interfaces = grown;
        pcapng->interface_capacity = capacity;
    }
    struct interface *interface = &pcapng->interfaces[pcapng->interface_count++];
    *interface = (struct interface){0};
    return interface;
}

static void read_interface_options(struct interface *interface, struct aoe_cursor *options,
                                   bool swapped)
{
    unsigned code;
    struct aoe_span value;
    uint8_t resolution = CAPTURE_MICROSECONDS;
    uint64_t offset = 0;
    while (next_option(options, swapped, &code, &value)) {
        if (code == RESOLUTION && value.length == 1)
            resolution = value.bytes[0];
        else if (code == CHECK_BYTES && value.length == 1)
            interface->check_bytes = value.bytes[0];
        else if (code == TIME_OFFSET)
            option_u64(value, swapped, &offset);
    }
    interface->clock = capture_clock(resolution, (int64_t)offset);
}

static int parse_interface(struct pcapng *pcapng, struct capture *capture, struct block *block)
{
    if (pcapng->interface_count == CAPTURE_INTERFACES)
        return capture_damage(capture, block->position, "a section of more than %u interfaces",
                              (unsigned)CAPTURE_INTERFACES);
    struct interface *interface = add_interface(pcapng);
    if (!interface)
        return capture_damage(capture, block->position, "out of memory");
    interface->link_type = take_u16(&block->body, pcapng->swapped);
    aoe_take(&block->body, 2);
    interface->snap = take_u32(&block->body, pcapng->swapped);
    read_interface_options(interface, &block->body, pcapng->swapped);
    if (block->body.overrun)
        return capture_damage(capture, block->position,
                              "an interface, or an option of it, reaches beyond its block");
    return 0;
}

static int parse_statistics(struct pcapng *pcapng, struct capture *capture, struct block *block)
{
    uint32_t id = take_u32(&block->body, pcapng->swapped);
    aoe_take(&block->body, 8);
    if (block->body.overrun || id >= pcapng->interface_count)
        return capture_damage(capture, block->position,
                              "statistics of interface %u, but the section has %u so far", id,
                              pcapng->interface_count);
    struct interface *interface = &pcapng->interfaces[id];
    unsigned code;
    struct aoe_span value;
    while (next_option(&block->body, pcapng->swapped, &code, &value)) {
        if (code == DROPPED)
            interface->counted |= option_u64(value, pcapng->swapped, &interface->dropped);
        else if (code == OS_DROPPED)
            interface->counted |= option_u64(value, pcapng->swapped, &interface->os_dropped);
    }
    capture->facts.drops_known |= interface->counted;
    capture->facts.dropped = section_drops(pcapng);
    if (block->body.overrun)
        return capture_damage(capture, block->position,
                              "an option of statistics reaches beyond its block");
    return 0;
}

static void count_packet_drops(struct capture *capture, struct interface *interface, uint64_t drops)
{
    interface->packet_drops = capture_add(interface->packet_drops, drops);
    capture->facts.drops_known = true;
    if (!interface->counted)
        capture->facts.dropped = capture_add(capture->facts.dropped, drops);
}

static int no_interface(struct capture *capture, const struct pcapng *pcapng,
                        const struct block *block, uint32_t id)
{
    return capture_damage(capture, block->position,
                          "a packet of interface %u, but the section has %u so far", id,
                          pcapng->interface_count);
}

static void push(const struct interface *interface, struct capture *capture,
                 struct capture_batch *batch, const uint8_t *bytes, uint32_t length, uint32_t wire)
{
    if (interface->link_type == CAPTURE_ETHERNET)
        capture_push(batch, bytes, capture->time, length, wire, interface->check_bytes);
    else
        capture_count_other(capture, 1, interface->link_type);
}

static void read_packet_options(struct pcapng *pcapng, struct capture *capture,
                                struct interface *interface, struct aoe_cursor *options)
{
    unsigned code;
    struct aoe_span value;
    uint64_t drops;
    while (next_option(options, pcapng->swapped, &code, &value))
        if (code == DROP_COUNT && option_u64(value, pcapng->swapped, &drops))
            count_packet_drops(capture, interface, drops);
}

/* The two differ in the first four bytes and in the options. */
static int parse_packet(struct pcapng *pcapng, struct capture *capture, struct block *block,
                        struct capture_batch *batch)
{
    enum { UNKNOWN = 0xffff };
    bool obsolete = block->type == OBSOLETE_PACKET;
    uint32_t id = obsolete ? take_u16(&block->body, pcapng->swapped)
                           : take_u32(&block->body, pcapng->swapped);
    uint32_t drops = obsolete ? take_u16(&block->body, pcapng->swapped) : UNKNOWN;
    uint64_t ticks = (uint64_t)take_u32(&block->body, pcapng->swapped) << 32;
    ticks |= take_u32(&block->body, pcapng->swapped);
    uint32_t length = take_u32(&block->body, pcapng->swapped);
    uint32_t wire = take_u32(&block->body, pcapng->swapped);
    const uint8_t *bytes = take_padded(&block->body, length);
    if (length > CAPTURE_FRAME_MAX || block->body.overrun)
        return capture_damage(capture, block->position,
                              "a packet of %u bytes, more than its block or any frame holds",
                              length);
    if (id >= pcapng->interface_count)
        return no_interface(capture, pcapng, block, id);
    struct interface *interface = &pcapng->interfaces[id];
    if (drops != UNKNOWN)
        count_packet_drops(capture, interface, drops);
    if (!obsolete)
        read_packet_options(pcapng, capture, interface, &block->body);
    if (block->body.overrun)
        return capture_damage(capture, block->position,
                              "an option of a packet reaches beyond its block");
    capture->time = capture_time(&interface->clock, ticks);
    push(interface, capture, batch, bytes, length, wire);
    return 0;
}

/* Its bytes on the wire, the interface's longest packet and the block: the least of them is what
 * was captured. */
static int parse_simple(struct pcapng *pcapng, struct capture *capture, struct block *block,
                        struct capture_batch *batch)
{
    uint32_t wire = take_u32(&block->body, pcapng->swapped);
    if (block->body.overrun)
        return capture_damage(capture, block->position, "a simple packet that is too short");
    if (!pcapng->interface_count)
        return no_interface(capture, pcapng, block, 0);
    const struct interface *interface = &pcapng->interfaces[0];
    size_t length = aoe_cursor_left(&block->body);
    if (length > wire)
        length = wire;
    if (interface->snap && length > interface->snap)
        length = interface->snap;
    if (length > CAPTURE_FRAME_MAX)
        return capture_damage(capture, block->position,
                              "a packet of %zu bytes, more than any frame holds", length);
    if (interface->link_type == CAPTURE_ETHERNET)
        capture->facts.timeless++;
    push(interface, capture, batch, aoe_take(&block->body, length), (uint32_t)length, wire);
    return 0;
}

static int parse_block(struct pcapng *pcapng, struct capture *capture, struct block *block,
                       struct capture_batch *batch)
{
    switch (block->type) {
    case SECTION:
        return parse_section(pcapng, capture, block);
    case INTERFACE:
        return parse_interface(pcapng, capture, block);
    case STATISTICS:
        return parse_statistics(pcapng, capture, block);
    case SIMPLE_PACKET:
        return parse_simple(pcapng, capture, block, batch);
    default:
        return parse_packet(pcapng, capture, block, batch);
    }
}

static bool is_known(uint32_t type)
{
    return type == SECTION || type == INTERFACE || type == STATISTICS || type == SIMPLE_PACKET ||
           type == ENHANCED_PACKET || type == OBSOLETE_PACKET;
}

static int check_end(struct capture *capture, const struct aoe_cursor *window, size_t position,
                     uint32_t length, bool swapped)
{
    uint32_t found = capture_u32(window->bytes + position, swapped);
    if (found == length)
        return 0;
    return capture_damage(capture, position,
                          "a block says that it has %u bytes, and at its end that it has %u",
                          length, found);
}

/* The byte order that a section header gives itself. */
static int find_order(struct pcapng *pcapng, struct capture *capture,
                      const struct aoe_cursor *window)
{
    const uint8_t *order = window->bytes + window->position + BLOCK_HEADER;
    pcapng->swapped = capture_u32(order, false) != ORDER_MAGIC;
    if (capture_u32(order, pcapng->swapped) == ORDER_MAGIC)
        return 0;
    return capture_damage(capture, window->position, "a section that tells no byte order");
}

static int check_length(struct capture *capture, const struct block *block, uint32_t length)
{
    if (length < BLOCK_LEAST || length % 4)
        return capture_damage(capture, block->position, "a block of %u bytes cannot be", length);
    if (length > CAPTURE_RECORD_MAX && is_known(block->type))
        return capture_damage(capture, block->position,
                              "a block of type %u with %u bytes: too long for its kind",
                              block->type, length);
    return 0;
}

enum progress { STEPPED, WAITING, DAMAGED };

/* Over what is there of a block that does not matter. */
static enum progress skip(struct pcapng *pcapng, struct capture *capture, struct aoe_cursor *window)
{
    size_t left = aoe_cursor_left(window);
    size_t count = pcapng->skip < left ? (size_t)pcapng->skip : left;
    window->position += count;
    pcapng->skip -= count;
    capture->inside = true;
    if (pcapng->skip || aoe_cursor_left(window) < 4)
        return WAITING;
    if (check_end(capture, window, window->position, pcapng->skipped, pcapng->swapped))
        return DAMAGED;
    window->position += 4;
    pcapng->skipped = 0;
    capture->inside = false;
    return STEPPED;
}

static enum progress step(struct pcapng *pcapng, struct capture *capture, struct aoe_cursor *window,
                          struct capture_batch *batch)
{
    const uint8_t *at = window->bytes + window->position;
    if (aoe_cursor_left(window) < BLOCK_LEAST)
        return WAITING;
    struct block block = {.position = window->position, .type = capture_u32(at, pcapng->swapped)};
    if (block.type == SECTION && find_order(pcapng, capture, window))
        return DAMAGED;
    uint32_t length = capture_u32(at + 4, pcapng->swapped);
    if (check_length(capture, &block, length))
        return DAMAGED;
    if (!is_known(block.type)) {
        pcapng->skipped = length;
        pcapng->skip = length - 4;
        return skip(pcapng, capture, window);
    }
    if (length > aoe_cursor_left(window))
        return WAITING;
    if (check_end(capture, window, window->position + length - 4, length, pcapng->swapped))
        return DAMAGED;
    block.body = aoe_cursor(at + BLOCK_HEADER, length - BLOCK_LEAST);
    window->position += length;
    return parse_block(pcapng, capture, &block, batch) ? DAMAGED : STEPPED;
}

/* Whether the block at `at`, of which `left` bytes (32 at least) are there, is a whole enhanced
 * packet without options of an Ethernet interface; then its length. */
static inline uint32_t plain_packet(const struct pcapng *pcapng, const uint8_t *at, size_t left,
                                    bool swapped)
{
    uint32_t length = capture_u32(at + 4, swapped);
    uint32_t id = capture_u32(at + 8, swapped);
    uint32_t captured = capture_u32(at + 20, swapped);
    if (capture_u32(at, swapped) != ENHANCED_PACKET || length > left ||
        captured > CAPTURE_FRAME_MAX || id >= pcapng->interface_count)
        return 0;
    if (((captured + 3) & ~3u) + PACKET_FIXED + 4 != length ||
        capture_u32(at + length - 4, swapped) != length)
        return 0;
    return pcapng->interfaces[id].link_type == CAPTURE_ETHERNET ? length : 0;
}

/* A short cut through what nearly all of a capture is: anything else is left to step(). Every
 * block's fixed part and then its length are checked against what is left before they are
 * touched. */
static inline __attribute__((always_inline)) void walk(const struct pcapng *pcapng,
                                                       struct capture *capture,
                                                       struct aoe_cursor *window,
                                                       struct capture_batch *batch, bool swapped)
{
    const uint8_t *at = window->bytes + window->position;
    const uint8_t *end = window->bytes + window->length;
    struct capture_batch local = *batch;
    int64_t time = capture->time;
    while (local.count < CAPTURE_BATCH_FRAMES && (size_t)(end - at) >= PACKET_FIXED + 4) {
        uint32_t length = plain_packet(pcapng, at, (size_t)(end - at), swapped);
        if (!length)
            break;
        const struct interface *interface = &pcapng->interfaces[capture_u32(at + 8, swapped)];
        uint64_t ticks =
            (uint64_t)capture_u32(at + 12, swapped) << 32 | capture_u32(at + 16, swapped);
        time = capture_time(&interface->clock, ticks);
        capture_push(&local, at + PACKET_FIXED, time, capture_u32(at + 20, swapped),
                     capture_u32(at + 24, swapped), interface->check_bytes);
        at += length;
    }
    window->position = (size_t)(at - window->bytes);
    batch->count = local.count;
    capture->time = time;
}

static int parse(void *state, struct capture *capture, struct aoe_cursor *window,
                 struct capture_batch *batch)
{
    struct pcapng *pcapng = state;
    enum progress progress = STEPPED;
    if (pcapng->skipped)
        progress = skip(pcapng, capture, window);
    while (progress == STEPPED && batch->count < CAPTURE_BATCH_FRAMES) {
        if (pcapng->swapped)
            walk(pcapng, capture, window, batch, true);
        else
            walk(pcapng, capture, window, batch, false);
        if (batch->count < CAPTURE_BATCH_FRAMES)
            progress = step(pcapng, capture, window, batch);
    }
    return progress == DAMAGED ? -1 : 0;
}

const struct capture_format capture_pcapng = {recognises, pcapng_open, pcapng_close, parse};
