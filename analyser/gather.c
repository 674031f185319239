/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gather.h"

#include <inttypes.h>
#include <stdarg.h>

#include "common/utf8.h"
#include "format.h"
#include "gather_states.h"
#include "progress.h"
#include "reader.h"

/* What is known while reading goes on. */
struct reading {
    struct material *material;
    const struct gathering *gathering;
    struct reader *reader;
    const struct reader_file *files;
    size_t count;
    size_t begun;    /* files of which there was a batch */
    int64_t latest;  /* time of the last frame of the batch before, ns */
    uint64_t frames; /* of the file that is read, so far */
    struct progress progress;
    struct state_writer *writer; /* NULL where nothing is saved */
};

static void note(struct reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct reading *reading, const char *format, ...)
{
    struct arena arena = {NULL};
    va_list arguments;
    char text[1024];
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    progress_clear(&reading->progress);
    fprintf(reading->gathering->notes, "aoe-analyze: %s\n", utf8_clean(&arena, text, true));
    arena_free(&arena);
}

/* The file that a message of the reader is about: all before it are over. NULL for none. */
static const struct reader_file *file_of(const struct reading *reading, const char *message)
{
    for (size_t i = 0; i < reading->count; i++)
        if (reading->files[i].message == message)
            return &reading->files[i];
    return NULL;
}

static void note_broken(struct reading *reading, const struct reader_step *step)
{
    const struct reader_file *file = file_of(reading, step->message);
    const char *then = step->status == READER_DAMAGED ? "; what was read so far is counted" : "";
    bool named = !file || !strncmp(step->message, file->path, strlen(file->path));
    note(reading, "%s%s%s%s", named ? "" : file->path, named ? "" : ": ", step->message, then);
    reading->material->damaged |= step->status == READER_DAMAGED;
}

/* True where this batch begins the next file: files are in order of the time of their first
 * frame, and a batch holds frames of one file. */
static bool begins_file(const struct reading *reading, const struct capture_batch *batch)
{
    if (reading->begun == reading->count || reading->files[reading->begun].empty)
        return false;
    return !reading->begun || batch->frames[0].time == reading->files[reading->begun].first_time;
}

/* The rotated captures of one machine follow each other; others tell the same frames twice. */
static void begin_file(struct reading *reading)
{
    const struct reader_file *file = &reading->files[reading->begun++];
    char by[FORMAT_TEXT];
    reading->frames = 0;
    if (reading->begun < 2 || reading->latest <= file->first_time)
        return;
    format_duration(by, (uint64_t)reading->latest - (uint64_t)file->first_time);
    note(reading,
         "%s begins %s before the end of %s: frames that both hold are counted twice, and "
         "latencies across them are wrong",
         file->path, by, file[-1].path);
}

static void take_batch(struct reading *reading, struct reader_batch *from)
{
    const struct capture_batch *batch = &from->capture;
    if (batch->count && begins_file(reading, batch))
        begin_file(reading);
    if (batch->count && reading->writer)
        state_begins(reading->writer, batch->frames[0].time);
    if (batch->count)
        reading->latest = batch->frames[batch->count - 1].time;
    reading->frames += batch->count;
    analysis_feed_batch(&reading->material->analysis, &from->samples);
    reader_return(reading->reader, from);
}

static void read_all(struct reading *reading)
{
    reading->progress = progress_begin(reading->gathering->notes, reading->gathering->quiet);
    for (;;) {
        struct reader_step step = reader_next(reading->reader);
        if (step.status == READER_END)
            break;
        if (step.batch)
            take_batch(reading, step.batch);
        else
            note_broken(reading, &step);
        progress_update(&reading->progress, reader_position(reading->reader),
                        reader_size(reading->reader));
        reading->material->interrupted = *reading->gathering->stop;
        if (reading->material->interrupted)
            break;
    }
    progress_clear(&reading->progress);
}

/* The reader still counts where reading was interrupted: then what is counted here stands. */
static int note_files(struct reading *reading)
{
    struct material *material = reading->material;
    for (size_t i = 0; i < reading->count; i++) {
        const struct reader_file *file = &reading->files[i];
        uint64_t frames = 0;
        if (!material->interrupted || i + 1 < reading->begun)
            frames = file->frames;
        else if (i + 1 == reading->begun || reading->count == 1)
            frames = reading->frames;
        if (material_add_file(material, file->path, frames) < 0)
            return -1;
    }
    return 0;
}

static void note_facts(struct reading *reading, const struct capture_facts *facts)
{
    char count[FORMAT_TEXT];
    if (facts->not_ethernet)
        note(reading, "%s of another link type (%u) skipped: only Ethernet is read",
             format_counted(count, facts->not_ethernet, "frame"), facts->link_type);
    if (facts->timeless)
        note(reading, "%s without a time of its own: the time of the frame before is taken",
             format_counted(count, facts->timeless, "frame"));
}

static void note_limits(struct reading *reading)
{
    const struct traffic *traffic = &reading->material->analysis.figures.traffic;
    if (traffic->overflow)
        note(reading, "more than %d pairs of initiator and target: the others are counted together",
             TRAFFIC_PAIRS - 1);
    if (traffic->pool.full)
        note(reading, "too many different latencies to keep: some percentiles miss samples");
}

static int conclude(struct reading *reading)
{
    struct material *material = reading->material;
    if (!material->interrupted) {
        struct capture_facts facts = reader_facts(reading->reader);
        analysis_facts(&material->analysis, &facts);
        note_facts(reading, &facts);
    }
    note_limits(reading);
    return material->analysis.out_of_memory ? -1 : note_files(reading);
}

/* Keeps the state, and takes from it what the whole part gives. */
static int save(struct reading *reading, int status, char *error, size_t error_size)
{
    struct material *material = reading->material;
    bool keep = !status && !material->interrupted;
    for (size_t i = 0; i < material->file_count && keep; i++)
        keep = !state_add_file(reading->writer, material->files[i].name, material->files[i].frames);
    if (state_finish(reading->writer, keep, error, error_size) < 0)
        return -1;
    bool damaged = material->damaged;
    material_close(material);
    status = gather_state(material, reading->gathering->save, error, error_size);
    material->damaged = damaged;
    return status;
}

static int open_material(struct reading *reading, char *error, size_t error_size)
{
    const struct gathering *gathering = reading->gathering;
    struct analysis *analysis = &reading->material->analysis;
    int status = gathering->save ? analysis_open_part(analysis, gathering->options)
                                 : analysis_open(analysis, gathering->options);
    if (status < 0)
        return -1;
    analysis->sink = gathering->sink;
    analysis->sink_user = gathering->sink_user;
    if (!gathering->save)
        return 0;
    reading->writer = state_create(gathering->save, analysis, error, error_size);
    return reading->writer ? 0 : -1;
}

/* A better message where a saved state was taken for a capture. */
static void explain(const char *const *paths, size_t count, char *error, size_t error_size)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(paths[i], "-") && state_recognises(paths[i])) {
            snprintf(error, error_size,
                     "%s is a saved state, not a capture: 'aoe-analyze merge %s'", paths[i],
                     paths[i]);
            return;
        }
}

int gather_captures(struct material *material, const struct gathering *gathering,
                    const char *const *paths, size_t count, char *error, size_t error_size)
{
    struct reading reading = {.material = material, .gathering = gathering, .count = count};
    int status = -1;
    *material = (struct material){.files = NULL};
    snprintf(error, error_size, "out of memory");
    reading.reader = reader_open(paths, count, error, error_size);
    if (!reading.reader) {
        explain(paths, count, error, error_size);
        return -1;
    }
    snprintf(error, error_size, "out of memory");
    reading.files = reader_files(reading.reader, &count);
    if (open_material(&reading, error, error_size) == 0) {
        read_all(&reading);
        status = conclude(&reading);
        if (reading.writer)
            status = save(&reading, status, error, error_size);
        else
            analysis_finish(&material->analysis);
    }
    reader_close(reading.reader);
    if (status < 0)
        material_close(material);
    else
        error[0] = '\0';
    return status;
}
