/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reader.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* A thread is woken for several batches: waking costs more than a batch. */
enum {
    BATCHES = 5,
    BATCHES_WAKE = BATCHES - READER_HELD,
    STEPS = 2 * BATCHES,
    MESSAGE_BYTES = 512,
};

struct reader {
    struct reader_file *files;
    size_t file_count;
    struct capture *capture; /* of the file that is being read, used by the thread alone */
    size_t file;             /* index of that file */
    uint64_t size;
    struct capture_facts facts;
    struct reader_batch batches[BATCHES];
    struct unwrapper unwrapper; /* used by the thread alone */
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied; /* there are more steps; there is more room */
    /* Guarded by the lock: a ring of what was read, in order. */
    struct reader_step ring[STEPS];
    size_t written, taken;              /* steps put into the ring, and taken out of it */
    struct reader_batch *idle[BATCHES]; /* batches that may be filled */
    size_t idle_count;
    uint64_t position, position_before; /* of the file that is read, and of all before it */
    bool stop;
};

/* Waits until a batch may be filled; NULL where reading is to stop. */
static struct reader_batch *take_idle(struct reader *reader)
{
    struct reader_batch *batch = NULL;
    pthread_mutex_lock(&reader->lock);
    while (!reader->idle_count && !reader->stop)
        pthread_cond_wait(&reader->emptied, &reader->lock);
    if (!reader->stop)
        batch = reader->idle[--reader->idle_count];
    pthread_mutex_unlock(&reader->lock);
    return batch;
}

void reader_return(struct reader *reader, struct reader_batch *batch)
{
    pthread_mutex_lock(&reader->lock);
    reader->idle[reader->idle_count++] = batch;
    if (reader->idle_count == BATCHES_WAKE)
        pthread_cond_signal(&reader->emptied);
    pthread_mutex_unlock(&reader->lock);
}

/* True where the other side is to look at the ring: more batches of a file come at once, but those
 * of a pipe may take their time. */
static bool is_worth_waking(const struct reader *reader, const struct reader_step *step)
{
    return !reader->size || step->status != READER_FRAMES ||
           reader->written - reader->taken >= BATCHES_WAKE;
}

/* Hands a step to the other side; false where reading is to stop. */
static bool hand_over(struct reader *reader, const struct reader_step *step)
{
    pthread_mutex_lock(&reader->lock);
    while (reader->written - reader->taken == STEPS && !reader->stop)
        pthread_cond_wait(&reader->emptied, &reader->lock);
    if (!reader->stop)
        reader->ring[reader->written++ % STEPS] = *step;
    if (reader->capture)
        reader->position = reader->position_before + capture_facts(reader->capture).bytes;
    bool on = !reader->stop;
    if (is_worth_waking(reader, step))
        pthread_cond_signal(&reader->filled);
    pthread_mutex_unlock(&reader->lock);
    return on;
}

struct reader_step reader_next(struct reader *reader)
{
    pthread_mutex_lock(&reader->lock);
    while (reader->written == reader->taken)
        pthread_cond_wait(&reader->filled, &reader->lock);
    struct reader_step step = reader->ring[reader->taken % STEPS];
    if (reader->written - reader->taken == STEPS)
        pthread_cond_signal(&reader->emptied);
    if (step.status != READER_END)
        reader->taken++;
    pthread_mutex_unlock(&reader->lock);
    return step;
}

/* Reads one batch and hands it over with what it came to. False at the end of the file, or where
 * reading is to stop. */
static bool read_batch(struct reader *reader, enum reader_status *end)
{
    struct reader_batch *batch = take_idle(reader);
    if (!batch)
        return false;
    enum capture_status status = capture_read(reader->capture, &batch->capture);
    sample_batch_read(&batch->samples, &batch->capture, &reader->unwrapper);
    reader->files[reader->file].frames += batch->capture.count;
    struct reader_step step = {READER_FRAMES, batch, NULL};
    if (!hand_over(reader, &step))
        return false;
    if (status == CAPTURE_DAMAGED || status == CAPTURE_FAILED)
        *end = READER_DAMAGED;
    else if (status == CAPTURE_TRUNCATED)
        *end = READER_NOTICE;
    return status == CAPTURE_MORE;
}

static void add_facts(struct reader *reader)
{
    struct capture_facts facts = capture_facts(reader->capture);
    reader->facts.bytes += facts.bytes;
    reader->facts.frames += facts.frames;
    if (!reader->facts.not_ethernet)
        reader->facts.link_type = facts.link_type;
    reader->facts.not_ethernet += facts.not_ethernet;
    reader->facts.timeless += facts.timeless;
    reader->facts.dropped += facts.dropped;
    reader->facts.drops_known |= facts.drops_known;
    reader->position_before += facts.bytes;
}

/* Hands over what is wrong with the present file. False where reading is to stop. */
static bool report(struct reader *reader, enum reader_status status, const char *message)
{
    struct reader_file *file = &reader->files[reader->file];
    file->message = strdup(message);
    struct reader_step step = {status, NULL, file->message ? file->message : "out of memory"};
    return hand_over(reader, &step);
}

/* True where the next file may be read. */
static bool read_file(struct reader *reader)
{
    enum reader_status end = READER_FRAMES;
    while (read_batch(reader, &end))
        ;
    add_facts(reader);
    if (end == READER_FRAMES)
        return true;
    char message[MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s: %s", reader->files[reader->file].path,
             capture_message(reader->capture));
    return report(reader, end, message) && end == READER_NOTICE;
}

static bool open_next(struct reader *reader)
{
    const struct reader_file *file = &reader->files[reader->file];
    char message[MESSAGE_BYTES];
    if (!reader->capture)
        reader->capture = capture_open(file->path, message, sizeof message);
    if (!reader->capture)
        report(reader, READER_DAMAGED, message);
    return reader->capture != NULL;
}

static void *read_all(void *user)
{
    struct reader *reader = user;
    uint64_t frames = 0;
    for (bool on = true; on && reader->file < reader->file_count; reader->file++) {
        reader->files[reader->file].first_frame = frames + 1;
        if (!open_next(reader))
            break;
        on = read_file(reader);
        frames += reader->files[reader->file].frames;
        capture_close(reader->capture);
        reader->capture = NULL;
    }
    struct reader_step step = {READER_END, NULL, NULL};
    hand_over(reader, &step);
    return NULL;
}

/* Opens a file to see when it begins. Standard input, or a file alone, stays open. */
static int look_at(struct reader *reader, struct reader_file *file, char *error, size_t error_size)
{
    struct capture *capture = capture_open(file->path, error, error_size);
    if (!capture)
        return -1;
    reader->size += capture_size(capture);
    if (reader->file_count == 1) {
        reader->capture = capture;
        return 0;
    }
    struct capture_batch *batch = &reader->batches[0].capture;
    while (capture_read(capture, batch) == CAPTURE_MORE && !batch->count)
        ;
    file->empty = !batch->count;
    if (!file->empty)
        file->first_time = batch->frames[0].time;
    capture_close(capture);
    return 0;
}

/* Files without frames stay where they were given, behind the others. */
static int by_time(const void *left, const void *right)
{
    const struct reader_file *a = left, *b = right;
    if (a->empty != b->empty)
        return a->empty ? 1 : -1;
    if (!a->empty && a->first_time != b->first_time)
        return a->first_time < b->first_time ? -1 : 1;
    return (a->first_frame > b->first_frame) - (a->first_frame < b->first_frame);
}

static int look_at_all(struct reader *reader, const char *const *paths, char *error,
                       size_t error_size)
{
    for (size_t i = 0; i < reader->file_count; i++) {
        reader->files[i].path = paths[i];
        reader->files[i].first_frame = i; /* the order in which they were given, until sorted */
        if (reader->file_count > 1 && !strcmp(paths[i], "-")) {
            snprintf(error, error_size, "-: standard input is read alone, without other files");
            return -1;
        }
        if (look_at(reader, &reader->files[i], error, error_size) < 0)
            return -1;
    }
    if (reader->file_count > 1)
        qsort(reader->files, reader->file_count, sizeof *reader->files, by_time);
    return 0;
}

static int open_batches(struct reader *reader)
{
    for (size_t i = 0; i < BATCHES; i++) {
        if (capture_batch_open(&reader->batches[i].capture) < 0 ||
            sample_batch_open(&reader->batches[i].samples) < 0)
            return -1;
        reader->idle[reader->idle_count++] = &reader->batches[i];
    }
    return unwrapper_open(&reader->unwrapper);
}

struct reader *reader_open(const char *const *paths, size_t count, char *error, size_t error_size)
{
    struct reader *reader = calloc(1, sizeof *reader);
    snprintf(error, error_size, "out of memory");
    if (!reader)
        return NULL;
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->filled, NULL);
    pthread_cond_init(&reader->emptied, NULL);
    reader->files = calloc(count, sizeof *reader->files);
    reader->file_count = count;
    if (reader->files && open_batches(reader) == 0 &&
        look_at_all(reader, paths, error, error_size) == 0) {
        reader->threaded = !pthread_create(&reader->thread, NULL, read_all, reader);
        if (reader->threaded)
            return reader;
        snprintf(error, error_size, "cannot start a thread");
    }
    reader_close(reader);
    return NULL;
}

void reader_close(struct reader *reader)
{
    if (!reader)
        return;
    pthread_mutex_lock(&reader->lock);
    reader->stop = true;
    pthread_cond_signal(&reader->emptied);
    pthread_mutex_unlock(&reader->lock);
    if (reader->threaded)
        pthread_join(reader->thread, NULL);
    if (reader->capture)
        capture_close(reader->capture);
    for (size_t i = 0; i < BATCHES; i++) {
        capture_batch_close(&reader->batches[i].capture);
        sample_batch_close(&reader->batches[i].samples);
    }
    unwrapper_close(&reader->unwrapper);
    pthread_mutex_destroy(&reader->lock);
    pthread_cond_destroy(&reader->filled);
    pthread_cond_destroy(&reader->emptied);
    for (size_t i = 0; reader->files && i < reader->file_count; i++)
        free(reader->files[i].message);
    free(reader->files);
    free(reader);
}

const struct reader_file *reader_files(const struct reader *reader, size_t *count)
{
    *count = reader->file_count;
    return reader->files;
}

struct capture_facts reader_facts(const struct reader *reader)
{
    return reader->facts;
}

uint64_t reader_position(struct reader *reader)
{
    pthread_mutex_lock(&reader->lock);
    uint64_t position = reader->position;
    pthread_mutex_unlock(&reader->lock);
    return position;
}

uint64_t reader_size(const struct reader *reader)
{
    return reader->size;
}
