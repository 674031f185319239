/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_format.h"

#include <stdio.h>
#include <stdlib.h>

enum { SECOND = 1000000000, RECORD_HEADER = 16, MODIFIED_RECORD_HEADER = 24 };

/* What the file header says about every record. */
struct pcap {
    bool swapped;
    uint32_t unit; /* of the fraction of a second, in ns */
    uint32_t record_header;
    uint32_t check_bytes;
    uint32_t link_type;
};

static bool find_magic(const uint8_t *bytes, struct pcap *pcap)
{
    static const struct {
        uint32_t magic;
        uint32_t unit;
        uint32_t record_header;
    } kinds[] = {{0xa1b2c3d4, 1000, RECORD_HEADER},
                 {0xa1b23c4d, 1, RECORD_HEADER},
                 {0xa1b2cd34, 1000, MODIFIED_RECORD_HEADER}};
    for (size_t i = 0; i < 2 * sizeof kinds / sizeof kinds[0]; i++) {
        pcap->swapped = i % 2;
        pcap->unit = kinds[i / 2].unit;
        pcap->record_header = kinds[i / 2].record_header;
        if (capture_u32(bytes, pcap->swapped) == kinds[i / 2].magic)
            return true;
    }
    return false;
}

static bool recognises(struct aoe_span head)
{
    struct pcap pcap;
    return head.length >= 4 && find_magic(head.bytes, &pcap);
}

/* The upper bits of the link type: whether the length of the frame check sequence is given, and
 * how many 16-bit units it has. */
static void read_link(struct pcap *pcap, uint32_t field)
{
    enum { CHECK_GIVEN = 1 << 26 };
    pcap->link_type = field & 0xffff;
    pcap->check_bytes = field & CHECK_GIVEN ? field >> 28 << 1 : 0;
}

static void *pcap_open(struct aoe_cursor *head, char *error, size_t error_size)
{
    const uint8_t *bytes = aoe_take(head, 24);
    if (!bytes) {
        snprintf(error, error_size, "ends within the header of a pcap file");
        return NULL;
    }
    struct pcap *pcap = calloc(1, sizeof *pcap);
    if (!pcap || !find_magic(bytes, pcap)) {
        snprintf(error, error_size, "no memory");
        free(pcap);
        return NULL;
    }
    unsigned major = capture_u16(bytes + 4, pcap->swapped);
    unsigned minor = capture_u16(bytes + 6, pcap->swapped);
    read_link(pcap, capture_u32(bytes + 20, pcap->swapped));
    if (major == 2 && minor >= 4)
        return pcap;
    snprintf(error, error_size, "pcap of version %u.%u: only 2.4 is known", major, minor);
    free(pcap);
    return NULL;
}

/* The loop that all bytes of a capture go through: made once for every byte order, unit and header,
 * so that none of them is asked for per record. Every record's header and then its bytes are
 * checked against what is left before they are touched. */
static inline __attribute__((always_inline)) bool walk(struct aoe_cursor *window,
                                                       struct capture_batch *batch, bool swapped,
                                                       uint32_t unit, size_t header,
                                                       uint32_t check_bytes)
{
    const uint8_t *at = window->bytes + window->position;
    const uint8_t *end = window->bytes + window->length;
    struct capture_batch local = *batch;
    uint32_t length = 0;
    while (local.count < CAPTURE_BATCH_FRAMES && (size_t)(end - at) >= header) {
        length = capture_u32(at + 8, swapped);
        if (length > CAPTURE_FRAME_MAX || (size_t)(end - at) - header < length)
            break;
        int64_t time = (int64_t)capture_u32(at, swapped) * SECOND +
                       (int64_t)capture_u32(at + 4, swapped) * unit;
        capture_push(&local, at + header, time, length, capture_u32(at + 12, swapped), check_bytes);
        at += header + length;
        length = 0;
    }
    window->position = (size_t)(at - window->bytes);
    batch->count = local.count;
    return length <= CAPTURE_FRAME_MAX;
}

static bool walk_any(const struct pcap *pcap, struct aoe_cursor *window,
                     struct capture_batch *batch)
{
    if (pcap->record_header != RECORD_HEADER || pcap->check_bytes)
        return walk(window, batch, pcap->swapped, pcap->unit, pcap->record_header,
                    pcap->check_bytes);
    if (pcap->unit == 1)
        return pcap->swapped ? walk(window, batch, true, 1, RECORD_HEADER, 0)
                             : walk(window, batch, false, 1, RECORD_HEADER, 0);
    return pcap->swapped ? walk(window, batch, true, 1000, RECORD_HEADER, 0)
                         : walk(window, batch, false, 1000, RECORD_HEADER, 0);
}

static int parse(void *state, struct capture *capture, struct aoe_cursor *window,
                 struct capture_batch *batch)
{
    const struct pcap *pcap = state;
    bool good, again;
    do {
        good = walk_any(pcap, window, batch);
        again = false;
        if (pcap->link_type != CAPTURE_ETHERNET && batch->count) {
            capture_count_other(capture, batch->count, pcap->link_type);
            again = good && batch->count == CAPTURE_BATCH_FRAMES;
            batch->count = 0;
        }
    } while (again);
    if (good)
        return 0;
    return capture_damage(capture, window->position,
                          "a record says that it has %u bytes, more than any frame",
                          capture_u32(window->bytes + window->position + 8, pcap->swapped));
}

const struct capture_format capture_pcap = {recognises, pcap_open, free, parse};
