/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures told frame by frame, and what the analysis says of them. */
#ifndef AOE_TESTS_STORY_H
#define AOE_TESTS_STORY_H

#include <stdio.h>
#include <stdlib.h>

#include "analyser/results.h"
#include "common/tests/numbers.h"
#include "protocol/tests/frames.h"

enum { STORY_PATIENCE = 1000 };

/* What the command sink was told. */
struct story_sink {
    struct command commands[32];
    size_t count;
};

struct story {
    struct analysis analysis;
    const uint8_t *tags; /* VLAN tags of the frames that follow */
    size_t tags_length;
    size_t captured; /* bytes that are captured of the frames that follow; 0 for all */
    struct story_sink sink;
    json_t *results;
};

static inline void story_sink(void *user, const struct traffic *traffic,
                              const struct command *command)
{
    struct story_sink *sink = user;
    assert_true(command->pair < traffic->pair_count);
    if (sink->count < COUNT(sink->commands))
        sink->commands[sink->count++] = *command;
}

static inline void story_begin(struct story *story, struct analysis_options options)
{
    *story = (struct story){.tags_length = 0};
    if (!options.patience)
        options.patience = STORY_PATIENCE;
    assert_int_equal(analysis_open(&story->analysis, &options), 0);
    story->analysis.sink = story_sink;
    story->analysis.sink_user = &story->sink;
}

static inline void story_end(struct story *story)
{
    json_decref(story->results);
    analysis_close(&story->analysis);
}

/* A test whose state is a story without options. */
#define TOLD(test) cmocka_unit_test_setup_teardown(test, story_set_up, story_tear_down)

static inline int story_set_up(void **state)
{
    static struct story story;
    story_begin(&story, (struct analysis_options){.check = false});
    *state = &story;
    return 0;
}

static inline int story_tear_down(void **state)
{
    story_end(*state);
    return 0;
}

/* Feeds bytes in memory of their own size. */
static inline enum unwrapped story_bytes(struct story *story, int64_t time, const uint8_t *bytes,
                                         size_t length)
{
    size_t captured = story->captured && story->captured < length ? story->captured : length;
    uint8_t *copy = malloc(captured);
    struct aoe_frame frame;
    assert_non_null(copy);
    memcpy(copy, bytes, captured);
    const struct capture_frame of = {
        .bytes = copy, .time = time, .length = (uint32_t)captured, .wire_length = (uint32_t)length};
    enum unwrapped kind = analysis_feed(&story->analysis, &of, &frame);
    free(copy);
    return kind;
}

/* Builds a frame, padded as a NIC does, with the tags of the story, and feeds it. */
static inline enum unwrapped say(struct story *story, int64_t time, struct aoe_frame frame)
{
    enum { TYPE_AT = 2 * AOE_MAC_BYTES };
    uint8_t built[9000], bytes[9100];
    size_t length = aoe_frame_build(&frame, built, sizeof built), tags = story->tags_length;
    length = aoe_frame_pad(built, length, AOE_FRAME_MIN, sizeof built);
    memcpy(bytes, built, TYPE_AT);
    if (tags)
        memcpy(bytes + TYPE_AT, story->tags, tags);
    memcpy(bytes + TYPE_AT + tags, built + TYPE_AT, length - TYPE_AT);
    return story_bytes(story, time, bytes, length + tags);
}

static inline struct aoe_frame tagged(struct aoe_frame frame, uint32_t tag)
{
    frame.tag = tag;
    return frame;
}

static inline struct aoe_frame read_of(uint32_t tag, uint64_t lba, uint8_t count)
{
    return tagged(ata_request(ATA_READ_EXT, count, lba), tag);
}

static inline struct aoe_frame write_of(uint32_t tag, uint64_t lba, uint8_t count)
{
    static const uint8_t data[255 * AOE_SECTOR_BYTES];
    struct aoe_frame frame = tagged(ata_request(ATA_WRITE_EXT, count, lba), tag);
    frame.payload = (struct aoe_span){data, count < 17 ? (size_t)count * AOE_SECTOR_BYTES : 0};
    return frame;
}

/* The answer to any ATA command. */
static inline struct aoe_frame done(uint32_t tag)
{
    return tagged(ata_response(ATA_STATUS_DRDY, 0), tag);
}

static inline struct aoe_frame failed_with(uint32_t tag, uint8_t error)
{
    struct aoe_frame frame = done(tag);
    frame.flags |= AOE_FLAG_ERROR;
    frame.error = error;
    return frame;
}

static inline struct aoe_frame ata_failed_with(uint32_t tag, uint8_t status, uint8_t bits)
{
    struct aoe_frame frame = tagged(ata_response(status, 0), tag);
    frame.ata.feature = bits;
    return frame;
}

static inline struct aoe_frame of_slot(struct aoe_frame frame, uint16_t shelf, uint8_t slot)
{
    frame.shelf = shelf;
    frame.slot = slot;
    return frame;
}

static inline struct aoe_frame of_host(struct aoe_frame frame, uint8_t host)
{
    (aoe_is_response(&frame) ? frame.destination : frame.source)[5] = host;
    return frame;
}

static inline struct aoe_frame of_target(struct aoe_frame frame, uint8_t mac)
{
    (aoe_is_response(&frame) ? frame.source : frame.destination)[5] = mac;
    return frame;
}

/* A config query to everybody. */
static inline struct aoe_frame discovery(uint32_t tag)
{
    struct aoe_frame frame = tagged(config_request(AOE_CONFIG_READ, ""), tag);
    memset(frame.destination, 0xFF, AOE_MAC_BYTES);
    return of_slot(frame, AOE_SHELF_ALL, AOE_SLOT_ALL);
}

static inline struct aoe_frame config_of(uint32_t tag, uint16_t shelf, uint8_t slot, uint8_t mac)
{
    return of_target(of_slot(tagged(config_response(AOE_CONFIG_READ, ""), tag), shelf, slot), mac);
}

/* Ends the capture. */
static inline void story_finish(struct story *story)
{
    analysis_finish(&story->analysis);
    assert_false(story->analysis.out_of_memory);
    story->results = results_json(&story->analysis.figures, &story->analysis.options);
    assert_non_null(story->results);
}

/* "targets.0.operations.1.answered": names and indices. */
static inline const json_t *story_at(const struct story *story, const char *path)
{
    char part[64];
    const json_t *at = story->results;
    for (size_t length; *path; path += length + (path[length] == '.')) {
        length = strcspn(path, ".");
        snprintf(part, sizeof part, "%.*s", (int)length, path);
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(part)) : json_object_get(at, part);
        if (!at)
            fail_msg("there is no %s", part);
    }
    return at;
}

/* The value there is, as JSON text. */
static inline void expect(const struct story *story, const char *path, const char *expected)
{
    const json_t *at = story_at(story, path);
    char *text = json_dumps(at, JSON_COMPACT | JSON_ENCODE_ANY);
    assert_non_null(text);
    if (strcmp(text, expected))
        fail_msg("%s is %.2000s, not %s", path, text, expected);
    free(text);
}

struct expected {
    const char *path, *value;
};

static inline void expect_all(const struct story *story, const struct expected *expected,
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect(story, expected[i].path, expected[i].value);
}

#define EXPECT(story, ...)                                                                         \
    do {                                                                                           \
        const struct expected all_expected[] = {__VA_ARGS__};                                      \
        expect_all(story, all_expected, COUNT(all_expected));                                      \
    } while (0)

#endif
