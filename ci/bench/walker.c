/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The yardstick: read(2) into 1 MiB, and walking the records of a pcap in place. Counts frames and
 * their bytes, and looks at nothing in them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_HEADER = 24, RECORD_HEADER = 16, BUFFER = 1 << 20 };

struct walk {
    size_t used, skip; /* bytes in the buffer; bytes of the stream that are stepped over */
    uint64_t frames, bytes;
    uint8_t buffer[BUFFER];
};

/* Walks the whole records in the buffer and moves what is left to its beginning. */
static void walk_buffer(struct walk *walk)
{
    size_t at = 0;
    for (;;) {
        size_t left = walk->used - at, step = walk->skip < left ? walk->skip : left;
        uint32_t captured;
        at += step;
        walk->skip -= step;
        if (walk->skip || walk->used - at < RECORD_HEADER)
            break;
        memcpy(&captured, walk->buffer + at + 8, sizeof captured);
        at += RECORD_HEADER;
        walk->skip = captured;
        walk->frames++;
        walk->bytes += captured;
    }
    walk->used -= at;
    memmove(walk->buffer, walk->buffer + at, walk->used);
}

int main(int count, char **arguments)
{
    static struct walk walk = {.skip = FILE_HEADER};
    int file = count == 2 && strcmp(arguments[1], "-") ? open(arguments[1], O_RDONLY | O_CLOEXEC)
                                                       : STDIN_FILENO;
    ssize_t now = -1;
    while (file >= 0 && ((now = read(file, walk.buffer + walk.used, BUFFER - walk.used)) > 0 ||
                         (now < 0 && errno == EINTR))) {
        walk.used += now > 0 ? (size_t)now : 0;
        walk_buffer(&walk);
    }
    if (now < 0) {
        fprintf(stderr, "walker: %s\n", strerror(errno));
        return 1;
    }
    printf("%" PRIu64 " frames, %" PRIu64 " bytes\n", walk.frames, walk.bytes);
    return 0;
}
