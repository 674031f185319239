/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 1 << 20,
    RECORD_BYTES = 16,
    FRAME_MOST = AOE_FRAME_MAX + 8,
    MAGIC_NANOSECONDS = (int)0xA1B23C4D,
    MAGIC_MICROSECONDS = (int)0xA1B2C3D4,
};

#define BEGIN INT64_C(1750000000123456789)
#define SECOND INT64_C(1000000000)

struct writer {
    const struct options *options;
    struct random random;
    struct capture_truth truth;
    int64_t last_stamp;
    int file;
    int failure; /* errno of the first write that failed */
    size_t used;
    uint8_t buffer[BUFFER_BYTES];
};

struct vlan vlan_of(uint32_t index)
{
    uint16_t tag = (uint16_t)(10 * index);
    if (!index)
        return (struct vlan){.count = 0};
    if (index % 3)
        return (struct vlan){.tags = {tag}, .count = 1};
    return (struct vlan){.tags = {100, tag}, .count = 2};
}

static void flush(struct writer *writer)
{
    size_t done = 0;
    while (done < writer->used && !writer->failure) {
        ssize_t now = write(writer->file, writer->buffer + done, writer->used - done);
        if (now >= 0)
            done += (size_t)now;
        else if (errno != EINTR)
            writer->failure = errno;
    }
    writer->used = 0;
}

/* Values in the order of this machine's bytes, as pcap has them. */
static void put(struct writer *writer, const void *from, size_t size)
{
    memcpy(writer->buffer + writer->used, from, size);
    writer->used += size;
}

static void put_header(struct writer *writer)
{
    const struct {
        uint32_t magic;
        uint16_t major, minor;
        uint32_t zone, accuracy, snap, link_type;
    } header = {
        .magic = (uint32_t)(writer->options->microseconds ? MAGIC_MICROSECONDS : MAGIC_NANOSECONDS),
        .major = 2,
        .minor = 4,
        .snap = (uint32_t)writer->options->snap,
        .link_type = 1,
    };
    put(writer, &header, sizeof header);
}

static int open_output(const char *path, char *error, size_t error_size)
{
    if (!strcmp(path, "-"))
        return STDOUT_FILENO;
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
    return file;
}

struct writer *writer_open(const struct options *options, char *error, size_t error_size)
{
    int file = open_output(options->output, error, error_size);
    if (file < 0)
        return NULL;
    struct writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        snprintf(error, error_size, "out of memory");
        close(file);
        return NULL;
    }
    writer->options = options;
    writer->random.state = options->seed ^ UINT64_C(0x6361707475726573);
    writer->file = file;
    put_header(writer);
    return writer;
}

static int64_t stamp_of(struct writer *writer, int64_t time)
{
    int64_t stamp = BEGIN + time;
    if (random_chance(&writer->random, writer->options->step_back))
        stamp -= (int64_t)random_below(&writer->random, writer->options->step);
    return writer->options->microseconds ? stamp / 1000 * 1000 : stamp;
}

/* Writes the record of a frame whose bytes lie behind the place for its header. */
static void put_record(struct writer *writer, int64_t stamp, size_t length)
{
    size_t captured = length < writer->options->snap ? length : (size_t)writer->options->snap;
    const uint32_t header[4] = {
        (uint32_t)(stamp / SECOND),
        (uint32_t)(stamp % SECOND / (writer->options->microseconds ? 1000 : 1)),
        (uint32_t)captured,
        (uint32_t)length,
    };
    put(writer, header, sizeof header);
    writer->used += captured;
    writer->truth.frames++;
}

/* Where the bytes of the next frame go. */
static uint8_t *frame_place(struct writer *writer)
{
    if (BUFFER_BYTES - writer->used < RECORD_BYTES + FRAME_MOST)
        flush(writer);
    return writer->buffer + writer->used + RECORD_BYTES;
}

static void put_other(struct writer *writer, int64_t stamp)
{
    static const uint16_t types[] = {0x0806, 0x0800, 0x86DD};
    uint8_t *bytes = frame_place(writer);
    size_t length = 60 + random_below(&writer->random, 1400);
    uint16_t type = types[random_below(&writer->random, 3)];
    memset(bytes, 0x5A, length);
    memcpy(bytes, "\x02\0\0\0\3\1\2\0\0\0\3\2", 12);
    bytes[12] = (uint8_t)(type >> 8);
    bytes[13] = (uint8_t)type;
    put_record(writer, stamp, length);
    writer->truth.other_frames++;
}

/* Moves the addresses ahead of where the tags go. */
static void insert_tags(uint8_t *bytes, const struct vlan *vlan)
{
    memmove(bytes, bytes + 4 * vlan->count, (size_t)2 * AOE_MAC_BYTES);
    for (unsigned i = 0; i < vlan->count; i++) {
        uint16_t type = vlan->count == 2 && i == 0 ? 0x88A8 : 0x8100;
        uint8_t *tag = bytes + 2 * AOE_MAC_BYTES + (size_t)4 * i;
        tag[0] = (uint8_t)(type >> 8);
        tag[1] = (uint8_t)type;
        tag[2] = (uint8_t)(vlan->tags[i] >> 8);
        tag[3] = (uint8_t)vlan->tags[i];
    }
}

static bool is_cut(const struct writer *writer, uint8_t command, size_t tag_bytes)
{
    size_t needed = command == AOE_COMMAND_ATA ? AOE_ATA_BYTES : AOE_HEADER_BYTES;
    return writer->options->snap < needed + tag_bytes;
}

static void count_aoe(struct capture_truth *truth, int64_t stamp, int64_t before, size_t length)
{
    if (!truth->aoe_frames++) {
        truth->start = truth->end = stamp;
    } else if (stamp < before) {
        truth->steps_back++;
        if (before - stamp > truth->step_back_most)
            truth->step_back_most = before - stamp;
    }
    if (stamp < truth->start)
        truth->start = stamp;
    if (stamp > truth->end)
        truth->end = stamp;
    truth->wire_bytes += length;
}

struct seen writer_frame(struct writer *writer, const struct aoe_frame *frame, uint32_t vlan,
                         int64_t time)
{
    const struct vlan tags = vlan_of(vlan);
    size_t tag_bytes = (size_t)4 * tags.count;
    if (writer_is_full(writer) || random_chance(&writer->random, writer->options->missed))
        return (struct seen){.clock = writer->truth.end};
    int64_t stamp = stamp_of(writer, time);
    if (random_chance(&writer->random, writer->options->other)) {
        put_other(writer, stamp);
        if (writer_is_full(writer))
            return (struct seen){.clock = writer->truth.end};
    }
    uint8_t *bytes = frame_place(writer);
    size_t length = aoe_frame_build(frame, bytes + tag_bytes, AOE_FRAME_MAX);
    length = aoe_frame_pad(bytes + tag_bytes, length, AOE_FRAME_MIN, AOE_FRAME_MAX) + tag_bytes;
    insert_tags(bytes, &tags);
    put_record(writer, stamp, length);
    if (is_cut(writer, frame->command, tag_bytes)) {
        writer->truth.cut_frames++;
        return (struct seen){.clock = writer->truth.end};
    }
    count_aoe(&writer->truth, stamp, writer->last_stamp, length);
    writer->last_stamp = stamp;
    return (struct seen){.analysed = true,
                         .number = writer->truth.frames,
                         .stamp = stamp,
                         .clock = writer->truth.end,
                         .length = (uint32_t)(length - tag_bytes - AOE_ETHERNET_BYTES)};
}

bool writer_is_full(const struct writer *writer)
{
    uint64_t most = writer->options->frames;
    return writer->failure || (most && writer->truth.frames >= most);
}

struct capture_truth writer_truth(const struct writer *writer)
{
    return writer->truth;
}

int writer_close(struct writer *writer, char *error, size_t error_size)
{
    flush(writer);
    int failure = writer->failure;
    if (close(writer->file) && !failure)
        failure = errno;
    free(writer);
    if (!failure || failure == EPIPE)
        return 0;
    snprintf(error, error_size, "writing the capture: %s", strerror(failure));
    return -1;
}
