/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A made-up report with every verdict in it, for the tests of what writes reports. */
#ifndef AOE_MADE_REPORT_H
#define AOE_MADE_REPORT_H

#include <stdio.h>
#include <stdlib.h>

#include "harness/result.h"

/* Text that a target or a file could hold: quotes, controls, invalid UTF-8, markup. */
#define MADE_ODD "odd \" ' \\ <&> # \x1b[31m \x01 \xff\xc3\x28 \xc3\xa9 ]]>"

/* The results, in their order. */
enum {
    MADE_PASS,
    MADE_FAIL,   /* two kept failures of five, with rows, frames and loop values */
    MADE_ADVICE, /* a should, without rows, of a frame that never came */
    MADE_SKIP,   /* two with the same reason */
    MADE_SKIP_2,
    MADE_INCONCLUSIVE,
    MADE_KNOWN,
    MADE_FIXED,
    MADE_ERROR,
    MADE_DATA,    /* a fail in the middle of a long frame */
    MADE_RUNWIDE, /* a fail without frames of its own */
    MADE_COUNT,
};

enum { MADE_START = 1700000000 };

static inline const struct event *made_event(struct arena *arena, int64_t us, bool sent,
                                             const struct aoe_frame *frame, unsigned line,
                                             const struct event *request)
{
    uint8_t bytes[2048];
    struct event *event = arena_new(arena, sizeof *event);
    size_t length = aoe_frame_build(frame, bytes, sizeof bytes);
    length = aoe_frame_pad(bytes, length, AOE_FRAME_MIN, sizeof bytes);
    event->time = (int64_t)MADE_START * 1000000000 + us * 1000 + 7;
    event->sent = sent;
    event->host = "a";
    event->frame = (struct aoe_span){arena_bytes(arena, bytes, length), length};
    event->line = line;
    event->statement = line ? "a send config set \"beta\"" : "is the target alive?";
    event->request = request;
    return event;
}

static inline struct aoe_frame made_frame(uint8_t command, uint32_t tag)
{
    struct aoe_frame frame = {
        .destination = {2, 0, 0, 0, 0, 1},
        .source = {2, 0, 0, 0, 0, 0xa},
        .type = AOE_ETHERTYPE,
        .version = 1,
        .shelf = 0,
        .slot = 1,
        .command = command,
        .tag = tag,
    };
    return frame;
}

/* A set of the config string that should be refused, its answer, and a sentinel. */
static inline void made_config_events(struct arena *arena, struct result *result)
{
    struct aoe_frame ask = made_frame(AOE_COMMAND_CONFIG, 7);
    ask.config.version = 1;
    ask.config.ccmd = AOE_CONFIG_SET;
    ask.config.length = 4;
    ask.payload = (struct aoe_span){(const uint8_t *)"beta", 4};
    struct aoe_frame answer = ask;
    answer.flags = AOE_FLAG_RESPONSE;
    answer.config.buffer_count = 16;
    answer.config.firmware = 0x4019;
    answer.config.sector_count = 2;
    struct aoe_frame alive = made_frame(AOE_COMMAND_CONFIG, 8);
    alive.config.version = 1;
    result->events = arena_array(arena, 4, sizeof(*result->events));
    result->event_count = 3;
    result->events[0] = made_event(arena, 0, true, &ask, 8, NULL);
    result->events[1] = made_event(arena, 312, false, &answer, 9, result->events[0]);
    result->events[2] = made_event(arena, 20500, true, &alive, 0, NULL);
}

/* A read of two sectors whose second holds another one's data. */
static inline void made_data_events(struct arena *arena, struct result *result)
{
    struct aoe_frame ask = made_frame(AOE_COMMAND_ATA, 9);
    ask.ata = (struct aoe_ata){.aflags = AOE_ATA_EXTENDED, .count = 2, .opcode = ATA_READ_EXT};
    aoe_ata_set_lba(&ask.ata, 4711);
    uint8_t *data = arena_new(arena, 1024);
    for (size_t i = 0; i < 1024; i++)
        data[i] = (uint8_t)(i * 7);
    struct aoe_frame answer = ask;
    answer.flags = AOE_FLAG_RESPONSE;
    answer.ata.opcode = ATA_STATUS_DRDY;
    answer.ata.count = 0;
    answer.payload = (struct aoe_span){data, 1024};
    result->events = arena_array(arena, 2, sizeof(*result->events));
    result->event_count = 2;
    result->events[0] = made_event(arena, 0, true, &ask, 5, NULL);
    result->events[1] = made_event(arena, 87, false, &answer, 6, result->events[0]);
}

static inline struct failure *made_failures(struct arena *arena, struct result *result,
                                            size_t count)
{
    const struct scenario *scenario = result->scenario;
    result->failures = arena_array(arena, count, sizeof(*result->failures));
    result->failure_count = result->failures_in_all = count;
    for (size_t i = 0; i < count; i++)
        result->failures[i] = (struct failure){
            .clause = scenario->clause,
            .path = scenario->path,
            .id = scenario->id,
            .line = 9,
            .statement = "a expect config error=4",
            .values = "",
            .expected = "error=4",
            .actual = "error=0",
        };
    return result->failures;
}

static inline void made_fail(struct arena *arena, struct result *result)
{
    static const struct row rows[] = {
        {"error", "4 (config string present)", "0 (none)", 15, 1, true},
        {"tag", "0x00000007", "0x00000007", 20, 4, false},
        {"string", "\"alpha\"", "\"beta\"", 32, 4, true},
        {"frame-length", "60 or more", "60", 0, 0, false},
    };
    made_config_events(arena, result);
    struct failure *failures = made_failures(arena, result, 2);
    failures[0].values = "v=3 n=0";
    failures[0].rows = (struct row *)arena_bytes(arena, rows, sizeof rows);
    failures[0].row_count = sizeof rows / sizeof *rows;
    failures[0].event = result->events[1];
    failures[0].context = result->events;
    failures[0].context_count = result->event_count;
    failures[1].line = 12;
    failures[1].statement = "a expect config string=\"alpha\"";
    failures[1].expected = "a response within 1000 ms";
    failures[1].actual = "silence";
    result->failures_in_all = 5;
    result->capture = "captures/config-set-refused.pcapng";
}

static inline void made_data(struct arena *arena, struct result *result)
{
    static const struct row rows[] = {
        {"status", "0x40|0x50", "0x40 (DRDY)", 27, 1, false},
        {"data", "pattern(1) at LBA 4712 with all that the scenario wrote there before",
         "pattern(1) at LBA 99, which belongs 4613 sectors before the one that was read", 548, 40,
         true},
    };
    made_data_events(arena, result);
    struct failure *failure = made_failures(arena, result, 1);
    failure->statement = "a expect ata data=pattern(1)";
    failure->line = 6;
    failure->expected = "data=pattern(1)";
    failure->actual = "data of LBA 99 in the second sector";
    failure->rows = (struct row *)arena_bytes(arena, rows, sizeof rows);
    failure->row_count = 2;
    failure->event = result->events[1];
    failure->context = result->events;
    failure->context_count = 2;
}

static inline void made_scenario(struct arena *arena, struct result *result, const char *id,
                                 const char *title, const char *clause)
{
    struct scenario *scenario = arena_new(arena, sizeof *scenario);
    scenario->id = id;
    scenario->title = title;
    scenario->path = arena_print(arena, "scenarios/%s.aoe", id);
    scenario->clause = aoe_clause_find(clause);
    scenario->level = scenario->clause->level;
    result->scenario = scenario;
    result->reason = "";
    result->duration = 1234567;
}

static inline void made_results(struct arena *arena, struct result *results)
{
    static const struct {
        const char *id, *title, *clause, *reason;
        enum verdict verdict;
    } all[MADE_COUNT] = {
        {"config/read", "a read returns the string", "3.2-read", "", VERDICT_PASS},
        {"config/set-refused", "set does not replace a config string that is present", "3.2-set",
         "error=0 instead of error=4", VERDICT_FAIL},
        {"config/unknown", "CCmd 5 to 15 are refused", "3.2-unknown", "silence instead of error=2",
         VERDICT_ADVICE},
        {"mask/add", "an address is added once", "3.3-edit", "changes the mask list: --allow masks",
         VERDICT_SKIP},
        {"mask/delete", "an address is deleted", "3.3-edit", "changes the mask list: --allow masks",
         VERDICT_SKIP},
        {"race/set", "of two hosts one succeeds", "3.2-set", "the harness was 31 ms late",
         VERDICT_INCONCLUSIVE},
        {"ata/flush", "flush succeeds", "3.1-flush", "#17: no write cache", VERDICT_KNOWN},
        {"ata/power", "check power mode says active", "3.1-check-power",
         "passes, but the baseline expects a failure", VERDICT_FIXED},
        {"odd/"
         "text",
         MADE_ODD, "2.3-error", MADE_ODD "\nsecond line", VERDICT_ERROR},
        {"ata/read-two", "two sectors come back in their order", "3.1-readback",
         "the second sector is another one's", VERDICT_FAIL},
        {"run/version", "every response has version 1", "2.2-version", "version 2 in 1 of 412",
         VERDICT_FAIL},
    };
    for (size_t i = 0; i < MADE_COUNT; i++) {
        made_scenario(arena, &results[i], all[i].id, all[i].title, all[i].clause);
        results[i].reason = all[i].reason;
        results[i].verdict = all[i].verdict;
    }
}

static inline void made_runwide(struct arena *arena, struct result *result,
                                const struct result *seen)
{
    static const struct row row = {"version", "1", "2", 14, 1, true};
    ((struct scenario *)result->scenario)->runwide = true;
    struct failure *failure = made_failures(arena, result, 1);
    failure->path = seen->scenario->path;
    failure->id = seen->scenario->id;
    failure->expected = "version=1";
    failure->actual = "version=2";
    failure->rows = (struct row *)arena_bytes(arena, &row, sizeof row);
    failure->row_count = 1;
    failure->event = seen->events[1];
    failure->context = seen->events + 1;
    failure->context_count = 1;
}

static inline void made_target(struct target *target)
{
    *target = (struct target){
        .interface = "eth0",
        .shelf = 0,
        .slot = 1,
        .mac = {2, 0, 0, 0, 0, 1},
        .mtu = 1500,
        .buffers = 16,
        .firmware = 0x4019,
        .sectors = 2,
        .has_ata = true,
        .has_masks = true,
        .read_only_known = true,
        .identity = {.serial = "0001", .firmware = "1.0", .model = "Made Disk"},
        .capacity = 2097152,
        .answering_count = 1,
        .admitted_by_masks = true,
    };
}

static inline struct report *made_report(struct arena *arena)
{
    struct report *report = arena_new(arena, sizeof *report);
    report->version = "0.1.0";
    report->seed = 1;
    made_target(&report->target);
    report->target_found = true;
    report->timing = (struct timing){42500, 87000, 20000000, 1000000000, 12000, 31000000, 2};
    report->results = arena_array(arena, MADE_COUNT, sizeof(*report->results));
    report->count = MADE_COUNT;
    made_results(arena, report->results);
    made_fail(arena, &report->results[MADE_FAIL]);
    struct failure *advice = made_failures(arena, &report->results[MADE_ADVICE], 1);
    advice->actual = "silence";
    made_data(arena, &report->results[MADE_DATA]);
    made_runwide(arena, &report->results[MADE_RUNWIDE], &report->results[MADE_FAIL]);
    report->started = (int64_t)MADE_START * 1000000000;
    report->duration = 1300000000;
    report->error = "";
    report->command = "aoe-conform --target eth0 e0.1 --allow config --seed 1";
    report_conclude(report, false);
    return report;
}

/* A report for each test that changes it, or for all. */
struct made_fixture {
    struct arena arena;
    struct report *report;
};

static inline int made_set_up(void **state)
{
    struct made_fixture *fixture = calloc(1, sizeof *fixture);
    fixture->report = made_report(&fixture->arena);
    *state = fixture;
    return 0;
}

static inline int made_tear_down(void **state)
{
    struct made_fixture *fixture = *state;
    arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

/* What a writer of reports writes, ending with NUL; memory is from the arena. */
static inline char *made_written(struct arena *arena, int (*write)(FILE *, const struct report *),
                                 const struct report *report, size_t *length)
{
    char *text = NULL;
    FILE *memory = open_memstream(&text, length);
    int status = write(memory, report);
    fclose(memory);
    char *copy = (char *)arena_bytes(arena, text, *length);
    free(text);
    return status ? NULL : copy;
}

/* True where a writer says that a full disk did not take the report. */
static inline bool made_fails(int (*write)(FILE *, const struct report *),
                              const struct report *report)
{
    FILE *full = fopen("/dev/full", "w");
    int status = full ? write(full, report) : -1;
    if (full)
        fclose(full);
    return status == -1;
}

#endif
