/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures read ahead by a thread of their own, file after file in the order of their time. */
#ifndef AOE_READER_H
#define AOE_READER_H

#include "capture.h"
#include "sample.h"

/* One file of several. */
struct reader_file {
    const char *path;
    int64_t first_time;   /* of its first frame, ns; meaningless without frames */
    uint64_t first_frame; /* number of its first frame, counted across all files from 1 */
    uint64_t frames;      /* read so far */
    char *message;        /* what was wrong with it, or NULL */
    bool empty;
};

struct reader;

/* What reading came to. */
enum reader_status {
    READER_FRAMES,  /* a batch */
    READER_NOTICE,  /* a file ends with a cut record: message says which; there may be more files */
    READER_DAMAGED, /* a file is damaged, or could not be read: message says where */
    READER_END,
};

/* Frames as they were captured, and what was read of them ahead. */
struct reader_batch {
    struct capture_batch capture;
    struct sample_batch samples;
};

struct reader_step {
    enum reader_status status;
    struct reader_batch *batch; /* with READER_FRAMES; give it back by reader_return */
    const char *message;
};

/* Opens files ("-" alone is standard input), sorts them by the time of their first frame and starts
 * to read. NULL and one line in `error` where one cannot be opened or is no capture. */
struct reader *reader_open(const char *const *paths, size_t count, char *error, size_t error_size);
void reader_close(struct reader *reader);

/* Waits for the next step. After READER_DAMAGED only READER_END follows. Reading goes on as long as
 * no more than READER_HELD batches are held back. */
enum { READER_HELD = 3 };
struct reader_step reader_next(struct reader *reader);
void reader_return(struct reader *reader, struct reader_batch *batch);

/* The files in the order in which they are read. What is counted in them is final after
 * READER_END. */
const struct reader_file *reader_files(const struct reader *reader, size_t *count);

/* What all files said of themselves; after READER_END. */
struct capture_facts reader_facts(const struct reader *reader);

/* Bytes of the files on the disk that were read, and of all (0 where that is not known): for
 * progress. */
uint64_t reader_position(struct reader *reader);
uint64_t reader_size(const struct reader *reader);

#endif
