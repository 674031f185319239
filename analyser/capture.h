/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures as a stream of batches of frames: pcap and pcapng in every form, compressed or not, and
 * several files one after the other. Memory does not grow with the length of a capture, whatever
 * is in it. */
#ifndef AOE_CAPTURE_H
#define AOE_CAPTURE_H

#include "protocol/cursor.h"

enum {
    CAPTURE_FRAME_MAX = 262144,    /* longest frame that a capture may hold, as in libpcap */
    CAPTURE_BATCH_BYTES = 1 << 18, /* read at once */
    CAPTURE_BATCH_FRAMES = 4096,   /* most frames of a batch */
    CAPTURE_INTERFACES = 4096,     /* most interfaces of a section; more are damage */
};

/* A frame in place: `bytes` points into the buffer of its batch. */
struct capture_frame {
    const uint8_t *bytes; /* from the destination MAC on */
    int64_t time;    /* ns since the epoch, UTC; what is out of range is the nearest end of it */
    uint32_t length; /* bytes captured, without the frame check sequence */
    /* Bytes on the wire, without the frame check sequence. Never below `length`: a record that says
     * so is taken to say `length`. */
    uint32_t wire_length;
};

/* What is read at once. It owns its buffer, so that one batch can be looked at by another thread
 * while the next one is read. */
struct capture_batch {
    struct capture_frame *frames;
    size_t count;
    uint8_t *buffer;
    size_t capacity;
};

/* NULL buffers and -1 where there is no memory. */
int capture_batch_open(struct capture_batch *batch);
void capture_batch_close(struct capture_batch *batch);

enum capture_status {
    CAPTURE_MORE, /* the batch holds frames (or none, as after a long block that was skipped) */
    CAPTURE_END,  /* nothing more; the batch is empty */
    CAPTURE_TRUNCATED, /* the last record is cut: what stood before it is in the batch */
    CAPTURE_DAMAGED,   /* not readable from here on: what stood before it is in the batch */
    CAPTURE_FAILED,    /* the operating system failed, as errno text in the message */
};

/* What the capture says of itself, up to the frames of the last batch. */
struct capture_facts {
    uint64_t bytes;        /* taken from the file as it lies on the disk: for progress */
    uint64_t frames;       /* in all batches */
    uint64_t not_ethernet; /* frames of interfaces of another link type: skipped */
    uint32_t link_type;    /* of the first such frame, LINKTYPE_ number */
    uint64_t timeless; /* frames of simple packet blocks: they get the time of the frame before */
    uint64_t dropped;  /* frames that the capturing machine says it lost: interface statistics
                          (ifdrop and osdrop, the last of each interface) or, where an interface
                          has none, the packets' own drop counts */
    bool drops_known;  /* any of these was there */
};

struct capture;

/* Opens a file, or standard input for "-", and looks at what it is by its first bytes: gzip, zstd,
 * xz or lz4 around pcap or pcapng. pcap's time zone and snap length are ignored. NULL and one line
 * in `error` ("PATH: ...") where it cannot be opened, is empty, ends within the first header, or is
 * neither. */
struct capture *capture_open(const char *path, char *error, size_t error_size);
void capture_close(struct capture *capture);

/* Bytes of the file on the disk, or 0 where it is a pipe. */
uint64_t capture_size(const struct capture *capture);

/* Fills `batch` with the next frames; those of the batch before stay valid as long as that batch is
 * not filled again. After anything but CAPTURE_MORE only CAPTURE_END follows. For a status other
 * than MORE and END `capture_message` says what and where, without the path: the offset in the
 * capture as it is without compression, and for a compressed one before which byte of the file.
 * pcapng blocks of other kinds may be of any length, those that are looked into up to 512 KiB. */
enum capture_status capture_read(struct capture *capture, struct capture_batch *batch);
const char *capture_message(const struct capture *capture);
struct capture_facts capture_facts(const struct capture *capture);

#endif
