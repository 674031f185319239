/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>

#include "state_exchanges.h"
#include "state_figures.h"

static const char magic[] = "aoe-analyze state 1\n";

enum {
    HEAD_BYTES_MOST = UNWRAP_BYTES,
    NAME_BYTES_MOST = 4096,
    FILES_MOST = 1 << 20,
};

/* How a frame of the beginning stands in a state. */
struct head_frame {
    uint64_t number;
    int64_t time;
    uint32_t vlan, wire_length;
    size_t length;
    uint8_t *bytes;
};

static void options_state(struct archive *archive, struct analysis_options *options)
{
    archive_i64(archive, &options->patience);
    archive_bool(archive, &options->check);
    archive_bool(archive, &options->target_given);
    archive_u16(archive, &options->shelf);
    archive_u8(archive, &options->slot);
    archive_bool(archive, &options->host_given);
    archive_bytes(archive, options->host, AOE_MAC_BYTES);
}

struct file_list {
    struct state_file *files;
    size_t count;
};

static int add_file(struct file_list *list, const char *name, size_t length, uint64_t frames)
{
    struct state_file *grown = realloc(list->files, (list->count + 1) * sizeof *grown);
    if (!grown)
        return -1;
    list->files = grown;
    list->files[list->count] = (struct state_file){strndup(name, length), frames};
    return list->files[list->count].name ? (list->count++, 0) : -1;
}

static void free_files(struct file_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->files[i].name);
    free(list->files);
    *list = (struct file_list){.files = NULL};
}

static void file_state(struct archive *archive, struct file_list *list, size_t index)
{
    char name[NAME_BYTES_MOST];
    struct state_file file = {name, 0};
    size_t length = 0;
    if (index < list->count) {
        file = list->files[index];
        length = strnlen(file.name, NAME_BYTES_MOST);
    }
    archive_size(archive, &length, NAME_BYTES_MOST);
    archive_bytes(archive, file.name, length);
    archive_u64(archive, &file.frames);
    if (archive_reads(archive) && archive_good(archive) &&
        add_file(list, name, length, file.frames) < 0)
        archive_reject(archive, "out of memory");
}

static void files_state(struct archive *archive, struct file_list *list)
{
    size_t count = list->count;
    archive_size(archive, &count, FILES_MOST);
    for (size_t i = 0; i < count && archive_good(archive); i++)
        file_state(archive, list, i);
}

/* Numbers and times as the difference to the frame before. */
static void head_state(struct archive *archive, struct head_frame *frame, uint64_t *number,
                       int64_t *time)
{
    uint64_t step = frame->number - *number;
    int64_t pause = (int64_t)((uint64_t)frame->time - (uint64_t)*time);
    archive_u64(archive, &step);
    archive_i64(archive, &pause);
    archive_u32(archive, &frame->vlan);
    archive_size(archive, &frame->length, HEAD_BYTES_MOST);
    archive_u32(archive, &frame->wire_length);
    archive_bytes(archive, frame->bytes, frame->length);
    *number += step;
    *time = (int64_t)((uint64_t)*time + (uint64_t)pause);
    frame->number = *number;
    frame->time = *time;
}

/* ---- saving ---- */

struct state_writer {
    struct archive *archive;
    struct analysis *analysis;
    bool begun, settled;
    uint64_t number; /* of the frame before, in the beginning */
    int64_t time;
    struct file_list files;
    struct exchanges_image at_settling; /* what waited then */
};

int state_add_file(struct state_writer *writer, const char *name, uint64_t frames)
{
    return add_file(&writer->files, name, strlen(name), frames);
}

static void write_begin(struct state_writer *writer, bool any, int64_t time)
{
    archive_mark(writer->archive, magic);
    options_state(writer->archive, &writer->analysis->options);
    archive_bool(writer->archive, &any);
    archive_i64(writer->archive, &time);
    writer->begun = true;
}

void state_begins(struct state_writer *writer, int64_t time)
{
    if (!writer->begun)
        write_begin(writer, true, time);
}

/* What the exchanges and, where they check, the rules look at; data of reads and writes is left
 * out. */
static size_t head_length(const struct state_writer *writer, const struct aoe_frame *frame)
{
    size_t length = frame->raw.length;
    if (frame->command == AOE_COMMAND_ATA && !writer->analysis->options.check &&
        length > AOE_ATA_BYTES)
        length = AOE_ATA_BYTES;
    return length < HEAD_BYTES_MOST ? length : HEAD_BYTES_MOST;
}

/* True from the frame on before which nothing matters any more. */
static bool settle(struct state_writer *writer)
{
    if (!writer->settled && aoe_exchanges_settled(writer->analysis->exchanges)) {
        writer->settled = true;
        if (exchanges_image_take(&writer->at_settling, writer->analysis->exchanges) < 0)
            archive_reject(writer->archive, "out of memory");
        analysis_restart(writer->analysis);
        state_forget(&writer->analysis->figures);
    }
    return writer->settled;
}

static void write_head(void *user, const struct aoe_frame *frame, uint64_t number, int64_t time,
                       uint32_t vlan)
{
    struct state_writer *writer = user;
    bool more = true;
    if (settle(writer)) {
        writer->analysis->frame_sink = NULL;
        return;
    }
    struct head_frame head = {.number = number,
                              .time = time,
                              .vlan = vlan,
                              .wire_length = (uint32_t)frame->wire_length,
                              .length = head_length(writer, frame),
                              .bytes = (uint8_t *)frame->raw.bytes};
    archive_bool(writer->archive, &more);
    head_state(writer->archive, &head, &writer->number, &writer->time);
}

struct state_writer *state_create(const char *path, struct analysis *analysis, char *error,
                                  size_t error_size)
{
    struct state_writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    writer->archive = archive_create(path, error, error_size);
    if (!writer->archive) {
        free(writer);
        return NULL;
    }
    writer->analysis = analysis;
    analysis->frame_sink = write_head;
    analysis->frame_user = writer;
    return writer;
}

static void write_rest(struct state_writer *writer)
{
    struct archive *archive = writer->archive;
    struct analysis *analysis = writer->analysis;
    struct exchanges_image at_end = {.bytes = NULL};
    state_figures(archive, &analysis->figures);
    state_requests(archive, &analysis->figures.findings, analysis->number, 0);
    exchanges_image_state(archive, &writer->at_settling);
    if (exchanges_image_take(&at_end, analysis->exchanges) < 0)
        archive_reject(archive, "out of memory");
    exchanges_image_state(archive, &at_end);
    exchanges_image_free(&at_end);
    archive_i64(archive, &analysis->latest);
}

int state_finish(struct state_writer *writer, bool keep, char *error, size_t error_size)
{
    bool more = false, settled = settle(writer);
    if (!writer->begun)
        write_begin(writer, false, 0);
    archive_bool(writer->archive, &more);
    archive_u64(writer->archive, &writer->analysis->number);
    archive_bool(writer->archive, &settled);
    state_counters(writer->archive, &writer->analysis->figures.counters);
    if (settled)
        write_rest(writer);
    files_state(writer->archive, &writer->files);
    archive_mark(writer->archive, "end\n");
    writer->analysis->frame_sink = NULL;
    int result = archive_close(writer->archive, keep, error, error_size);
    free_files(&writer->files);
    exchanges_image_free(&writer->at_settling);
    free(writer);
    return result;
}

/* ---- loading ---- */

struct state {
    struct archive *archive;
    struct analysis_options options;
    bool any;
    int64_t time;
    struct file_list files;
    bool exact;
};

bool state_recognises(const char *path)
{
    char error[1];
    struct archive *archive = archive_open(path, error, sizeof error);
    if (!archive)
        return false;
    archive_mark(archive, magic);
    return archive_close(archive, true, error, sizeof error) == 0;
}

struct state *state_open(const char *path, char *error, size_t error_size)
{
    struct state *state = calloc(1, sizeof *state);
    if (!state) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    state->archive = archive_open(path, error, error_size);
    if (!state->archive) {
        free(state);
        return NULL;
    }
    state->exact = true;
    archive_mark(state->archive, magic);
    options_state(state->archive, &state->options);
    archive_bool(state->archive, &state->any);
    archive_i64(state->archive, &state->time);
    if (state->options.patience <= 0)
        archive_reject(state->archive, "a number is out of range");
    if (archive_good(state->archive))
        return state;
    archive_close(state->archive, true, error, error_size);
    free(state);
    return NULL;
}

void state_close(struct state *state)
{
    char error[1];
    if (!state)
        return;
    if (state->archive)
        archive_close(state->archive, true, error, sizeof error);
    free_files(&state->files);
    free(state);
}

bool state_exact(const struct state *state)
{
    return state->exact;
}

const struct state_file *state_files(const struct state *state, size_t *count)
{
    *count = state->files.count;
    return state->files.files;
}

const struct analysis_options *state_options(const struct state *state)
{
    return &state->options;
}

bool state_time(const struct state *state, int64_t *time)
{
    *time = state->time;
    return state->any;
}

bool state_alike(const struct analysis_options *a, const struct analysis_options *b)
{
    return a->patience == b->patience && a->check == b->check &&
           a->target_given == b->target_given && a->shelf == b->shelf && a->slot == b->slot &&
           a->host_given == b->host_given && !memcmp(a->host, b->host, AOE_MAC_BYTES);
}

static void replay_head(struct archive *archive, struct analysis *analysis, uint64_t shift,
                        uint8_t *bytes)
{
    struct head_frame head = {.bytes = bytes};
    struct aoe_frame frame;
    uint64_t number = 0;
    int64_t time = 0;
    bool more = false;
    for (archive_bool(archive, &more); more; archive_bool(archive, &more)) {
        head_state(archive, &head, &number, &time);
        if (head.wire_length < head.length)
            archive_reject(archive, "a frame is longer than it was");
        if (!archive_good(archive))
            return;
        aoe_frame_decode(&frame, bytes, head.length, head.wire_length);
        if (frame.extent >= AOE_EXTENT_HEADER)
            analysis_replay(analysis, &frame, number + shift, time, head.vlan);
    }
}

/* The marks of the commands that wait, as they are here. */
static void marks_of_pairs(uint32_t *marks, const uint32_t *pairs, size_t count)
{
    for (size_t pair = 0; pair < count; pair++)
        for (unsigned i = 0; i < ANALYSIS_MARKS; i++) {
            enum operation operation = i < OPERATIONS ? (enum operation)i : OPERATION_VENDOR;
            marks[pair * ANALYSIS_MARKS + i] = analysis_mark(pairs[pair], operation);
        }
}

/* What waited where the figures begin, which must be what waits here, and what waits at the end. */
static void load_exchanges(struct state *state, struct analysis *analysis,
                           const struct exchanges_border *border)
{
    struct exchanges_image begin = {.bytes = NULL}, end = {.bytes = NULL};
    exchanges_image_state(state->archive, &begin);
    exchanges_image_state(state->archive, &end);
    int same = -1;
    if (archive_good(state->archive))
        same = exchanges_image_equals(&begin, analysis->exchanges, AOE_EXCHANGES_CAPACITY,
                                      analysis->options.patience, border);
    state->exact &= same == 1;
    if (same < 0 || exchanges_image_load(&end, analysis->exchanges, border) < 0)
        archive_reject(state->archive, "the exchanges are damaged");
    exchanges_image_free(&begin);
    exchanges_image_free(&end);
}

/* The figures after the beginning, and what waits at the end. */
static void load_rest(struct state *state, struct analysis *analysis, uint64_t shift,
                      const struct counters *counters)
{
    struct archive *archive = state->archive;
    struct figures after;
    uint32_t pairs[TRAFFIC_PAIRS], marks[TRAFFIC_PAIRS * ANALYSIS_MARKS];
    if (figures_open(&after) < 0 ||
        (analysis->options.check && findings_open(&after.findings) < 0)) {
        figures_close(&after);
        archive_reject(archive, "out of memory");
        return;
    }
    state_figures(archive, &after);
    after.counters = *counters;
    state_requests(archive, &analysis->figures.findings, 0, shift);
    if (archive_good(archive) && figures_join(&analysis->figures, &after, shift, pairs) < 0)
        archive_reject(archive, "out of memory");
    if (archive_good(archive)) {
        size_t count = after.traffic.pair_count;
        marks_of_pairs(marks, pairs, count);
        const struct exchanges_border border = {shift, marks, count * ANALYSIS_MARKS};
        load_exchanges(state, analysis, &border);
    }
    archive_i64(archive, &analysis->latest);
    figures_close(&after);
}

/* What was counted besides AoE frames: those were counted again. */
static void add_others(struct counters *to, const struct counters *from)
{
    struct counters others = *from;
    others.aoe_frames = others.wire_bytes = others.steps_back = 0;
    others.step_back_max = 0;
    counters_join(to, &others);
}

int state_load(struct state *state, struct analysis *analysis, struct state_writer *writer,
               char *error, size_t error_size)
{
    struct archive *archive = state->archive;
    struct counters counters = {.frames = 0};
    uint64_t shift = analysis->number, frames = 0;
    uint8_t *bytes = malloc(HEAD_BYTES_MOST);
    bool settled = false;
    if (bytes)
        replay_head(archive, analysis, shift, bytes);
    else
        archive_reject(archive, "out of memory");
    archive_u64(archive, &frames);
    archive_bool(archive, &settled);
    state_counters(archive, &counters);
    analysis->number = shift + frames;
    if (settled && writer && !settle(writer))
        archive_reject(archive, "does not follow the part before it");
    if (settled && archive_good(archive))
        load_rest(state, analysis, shift, &counters);
    else
        add_others(&analysis->figures.counters, &counters);
    files_state(archive, &state->files);
    archive_mark(archive, "end\n");
    free(bytes);
    state->archive = NULL;
    if (analysis->out_of_memory)
        archive_reject(archive, "out of memory");
    return archive_close(archive, true, error, error_size);
}
