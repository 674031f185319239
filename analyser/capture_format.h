/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What capture.c asks of pcap and pcapng, and what it does for them. */
#ifndef AOE_CAPTURE_FORMAT_H
#define AOE_CAPTURE_FORMAT_H

#include "capture.h"
#include "input.h"

enum {
    CAPTURE_RECORD_MAX = 1 << 19, /* longest record or block that is looked into */
    CAPTURE_HEAD_BYTES = 24,      /* what recognises() and open() get, where there is as much */
    CAPTURE_ETHERNET = 1,         /* LINKTYPE_ETHERNET */
};

struct capture_format {
    bool (*recognises)(struct aoe_span head);
    /* Takes the file header from the cursor. NULL and one line in `error` where it is not one. */
    void *(*open)(struct aoe_cursor *head, char *error, size_t error_size);
    void (*close)(void *state);
    /* Takes whole records from the window until the batch is full or the next record is not
     * whole. Less than CAPTURE_RECORD_MAX bytes are left then, unless the batch is full. 0, or -1
     * after capture_damage(). */
    int (*parse)(void *state, struct capture *capture, struct aoe_cursor *window,
                 struct capture_batch *batch);
};

struct capture {
    struct input *input;
    const struct capture_format *format;
    void *state;
    struct capture_facts facts;
    uint64_t offset;  /* of the window's first byte, without compression */
    bool inside;      /* a block of which part was skipped already: the end here is a cut */
    int64_t time;     /* of the frame before */
    bool input_ended; /* or failed */
    bool over;
    uint8_t *carry; /* the record that the last batch ended in */
    size_t carry_length;
    size_t carry_capacity;
    char message[384];
};

extern const struct capture_format capture_pcap, capture_pcapng;

/* Sets the message to what is wrong with the record at `position` of the window. Returns -1. */
int capture_damage(struct capture *capture, size_t position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Counts frames that are skipped because they are of another link type than Ethernet. */
void capture_count_other(struct capture *capture, uint64_t frames, uint32_t link_type);

/* The sum, or the highest number where it is higher. */
uint64_t capture_add(uint64_t a, uint64_t b);

static inline uint16_t capture_u16(const uint8_t *bytes, bool swapped)
{
    uint16_t value;
    memcpy(&value, bytes, sizeof value);
    return swapped ? __builtin_bswap16(value) : value;
}

/* `swapped`: the file's byte order is not this machine's. */
static inline uint32_t capture_u32(const uint8_t *bytes, bool swapped)
{
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return swapped ? __builtin_bswap32(value) : value;
}

static inline uint64_t capture_u64(const uint8_t *bytes, bool swapped)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return swapped ? __builtin_bswap64(value) : value;
}

/* The last frame of the batch, without its frame check sequence; a length on the wire that is below
 * what was captured is taken as that. */
static inline void capture_push(struct capture_batch *batch, const uint8_t *bytes, int64_t time,
                                uint32_t length, uint32_t wire_length, uint32_t check_bytes)
{
    uint32_t wire = wire_length > length ? wire_length : length;
    wire = wire > check_bytes ? wire - check_bytes : 0;
    batch->frames[batch->count++] =
        (struct capture_frame){bytes, time, length < wire ? length : wire, wire};
}

#endif
