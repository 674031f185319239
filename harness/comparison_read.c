/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "comparison.h"

#include <errno.h>
#include <stdlib.h>

#include <jansson.h>

#include "common/utf8.h"
#include "protocol/names.h"

/* The first thing that is wrong is told, with where it is. */
struct json_reading {
    struct arena *arena;
    const char *file;
    const char *where; /* "scenario 12: ", or "" */
    const char *error;
};

static void fail(struct json_reading *reading, const char *what, const char *name)
{
    if (!reading->error)
        reading->error = arena_print(reading->arena, "%s: no result of aoe-conform: %s'%s' %s",
                                     reading->file, reading->where, name, what);
}

/* A member that is there and not null. */
static const json_t *member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_null(value) ? NULL : value;
}

/* A text, "" where there is none. */
static const char *text_of(struct json_reading *reading, const json_t *object, const char *name)
{
    const json_t *value = member(object, name);
    if (value && !json_is_string(value))
        fail(reading, "is no text", name);
    return json_is_string(value) ? arena_text(reading->arena, json_string_value(value)) : "";
}

static const char *needed_text(struct json_reading *reading, const json_t *object, const char *name)
{
    const char *text = text_of(reading, object, name);
    if (!*text)
        fail(reading, "is missing", name);
    return text;
}

/* What is greater than JSON's integers is a text. */
static bool is_great_number(const json_t *value, uint64_t *number)
{
    char *end;
    const char *text = json_string_value(value);
    if (!text || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &end, 10);
    return !errno && !*end;
}

/* A whole number up to `most`, 0 where there is none. */
static uint64_t number_of(struct json_reading *reading, const json_t *object, const char *name,
                          uint64_t most)
{
    uint64_t number = 0;
    const json_t *value = member(object, name);
    if (!value)
        return 0;
    if (json_is_integer(value) && json_integer_value(value) >= 0)
        number = (uint64_t)json_integer_value(value);
    else if (!is_great_number(value, &number))
        fail(reading, "is no whole number", name);
    if (number > most)
        fail(reading, "is too large", name);
    return number;
}

static int64_t nanoseconds_of(struct json_reading *reading, const json_t *object, const char *name,
                              double unit)
{
    const double most = 1e18;
    const json_t *value = member(object, name);
    if (!value)
        return 0;
    double ns = json_number_value(value) * unit;
    if (!json_is_number(value) || !(ns >= 0 && ns <= most)) {
        fail(reading, "is no duration", name);
        return 0;
    }
    return (int64_t)(ns + 0.5);
}

static bool mac_of(struct json_reading *reading, const json_t *object, const char *name,
                   uint8_t mac[AOE_MAC_BYTES])
{
    const char *text = text_of(reading, object, name);
    if (!*text)
        return false;
    if (!aoe_mac_parse(text, mac))
        fail(reading, "is no MAC address", name);
    return true;
}

static void read_address(struct json_reading *reading, const json_t *object, const char *name,
                         struct target *target)
{
    if (!aoe_address_parse(needed_text(reading, object, name), &target->shelf, &target->slot))
        fail(reading, "is no address of a target", name);
}

static bool has_command(const json_t *commands, uint8_t command)
{
    for (size_t i = 0; i < json_array_size(commands); i++) {
        const char *name = json_string_value(json_array_get(commands, i));
        if (name && !strcmp(name, aoe_name_command(command)))
            return true;
    }
    return false;
}

static void read_commands(struct json_reading *reading, const json_t *object, struct target *target)
{
    const json_t *commands = member(object, "commands");
    if (commands && !json_is_array(commands))
        fail(reading, "is no list", "commands");
    target->has_ata = has_command(commands, AOE_COMMAND_ATA);
    target->has_masks = has_command(commands, AOE_COMMAND_MASK);
    target->has_reserve = has_command(commands, AOE_COMMAND_RESERVE);
}

static void read_identity(struct json_reading *reading, const json_t *object,
                          struct ata_identity *identity)
{
    snprintf(identity->model, sizeof identity->model, "%s", text_of(reading, object, "model"));
    snprintf(identity->serial, sizeof identity->serial, "%s", text_of(reading, object, "serial"));
    snprintf(identity->firmware, sizeof identity->firmware, "%s",
             text_of(reading, object, "ata_firmware"));
}

static void read_link(struct json_reading *reading, const json_t *object, struct target *target)
{
    target->interface = needed_text(reading, object, "interface");
    target->mtu = (unsigned)number_of(reading, object, "mtu", UINT16_MAX);
}

static void read_target(struct json_reading *reading, const json_t *object, struct report *report)
{
    struct target *target = &report->target;
    const json_t *access = member(object, "read_only"), *answering = member(object, "answering");
    if (access && !json_is_boolean(access))
        fail(reading, "is neither true nor false", "read_only");
    if (answering && !json_is_array(answering))
        fail(reading, "is no list", "answering");
    read_link(reading, object, target);
    read_address(reading, object, "address", target);
    report->target_found = mac_of(reading, object, "mac", target->mac);
    target->answering_count = (unsigned)json_array_size(answering);
    target->buffers = (uint16_t)number_of(reading, object, "buffer_count", UINT16_MAX);
    target->sectors = (uint8_t)number_of(reading, object, "sector_count", UINT8_MAX);
    target->firmware = (uint16_t)number_of(reading, object, "firmware", UINT16_MAX);
    target->capacity = number_of(reading, object, "capacity", ATA_LBA48_END);
    target->read_only_known = access;
    target->read_only = json_is_true(access);
    target->admitted_by_masks = true;
    read_commands(reading, object, target);
    read_identity(reading, object, &target->identity);
}

static void read_initiator(struct json_reading *reading, const json_t *object,
                           struct report *report)
{
    const char *stimulus = text_of(reading, object, "stimulus");
    report->judges_initiator = true;
    read_link(reading, object, &report->target);
    read_address(reading, object, "served", &report->target);
    report->target_found = mac_of(reading, object, "mac", report->initiator);
    report->stimulus = *stimulus ? stimulus : NULL;
}

static void read_timing(struct json_reading *reading, const json_t *object, struct timing *timing)
{
    const json_t *rtt = member(object, "rtt_us");
    timing->rtt_p50 = nanoseconds_of(reading, rtt, "p50", 1e3);
    timing->rtt_p99 = nanoseconds_of(reading, rtt, "p99", 1e3);
    timing->jitter = nanoseconds_of(reading, object, "jitter_us", 1e3);
    timing->quiet = nanoseconds_of(reading, object, "quiet_ms", 1e6);
    timing->timeout = nanoseconds_of(reading, object, "timeout_ms", 1e6);
}

static void read_judged(struct json_reading *reading, const json_t *json, struct report *report)
{
    const json_t *target = member(json, "target"), *initiator = member(json, "initiator");
    if (json_is_object(initiator))
        read_initiator(reading, initiator, report);
    else if (json_is_object(target))
        read_target(reading, target, report);
    else
        fail(reading, "is missing", "target");
}

static enum verdict verdict_of(struct json_reading *reading, const json_t *object)
{
    const char *name = needed_text(reading, object, "verdict");
    for (enum verdict v = 0; v < VERDICT_COUNT; v++)
        if (!strcmp(name, verdict_name(v)))
            return v;
    fail(reading, "is no verdict", "verdict");
    return VERDICT_ERROR;
}

static void read_scenario(struct json_reading *reading, const json_t *object,
                          struct compared_scenario *scenario)
{
    if (!json_is_object(object))
        fail(reading, "is no list of scenarios", "scenarios");
    *scenario = (struct compared_scenario){
        .id = needed_text(reading, object, "id"),
        .title = text_of(reading, object, "title"),
        .clause = needed_text(reading, object, "clause"),
        .level = text_of(reading, object, "level"),
        .basis = text_of(reading, object, "basis"),
        .reason = text_of(reading, object, "reason"),
        .verdict = verdict_of(reading, object),
    };
}

static int compare_ids(const void *a, const void *b)
{
    const struct compared_scenario *x = a, *y = b;
    return strcmp(x->id, y->id);
}

static void read_scenarios(struct json_reading *reading, const json_t *list,
                           struct compared_result *result)
{
    result->count = json_array_size(list);
    if (!json_is_array(list))
        fail(reading, "is missing", "scenarios");
    result->scenarios = arena_array(reading->arena, result->count + 1, sizeof *result->scenarios);
    for (size_t i = 0; i < result->count && !reading->error; i++) {
        reading->where = arena_print(reading->arena, "scenario %zu: ", i + 1);
        read_scenario(reading, json_array_get(list, i), &result->scenarios[i]);
        result->report.summary[result->scenarios[i].verdict]++;
    }
    reading->where = "";
    if (reading->error)
        return;
    qsort(result->scenarios, result->count, sizeof *result->scenarios, compare_ids);
    for (size_t i = 1; i < result->count; i++)
        if (!compare_ids(&result->scenarios[i - 1], &result->scenarios[i]))
            fail(reading, "is there twice", result->scenarios[i].id);
}

static void read_result(struct json_reading *reading, const json_t *json,
                        struct compared_result *result)
{
    struct report *report = &result->report;
    if (strcmp(text_of(reading, json, "suite"), "aoe-conform") != 0)
        fail(reading, "is not \"aoe-conform\"", "suite");
    report->version = needed_text(reading, json, "version");
    report->seed = number_of(reading, json, "seed", UINT64_MAX);
    report->error = text_of(reading, json, "error");
    report->exit_status = (int)number_of(reading, json, "exit_status", EXIT_NOTHING_RAN);
    if (!member(json, "exit_status"))
        fail(reading, "is missing", "exit_status");
    read_judged(reading, json, report);
    read_timing(reading, member(json, "timing"), &report->timing);
    read_scenarios(reading, member(json, "scenarios"), result);
}

int comparison_parse(struct arena *arena, const char *file, const char *text, size_t length,
                     struct compared_result *result, const char **error)
{
    json_error_t problem;
    struct json_reading reading = {.arena = arena, .file = file, .where = ""};
    *result = (struct compared_result){.file = file};
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (!json)
        reading.error = arena_print(arena, "%s:%d: no JSON: %s", file, problem.line, problem.text);
    else
        read_result(&reading, json, result);
    json_decref(json);
    if (!reading.error)
        return 0;
    *error = utf8_clean(arena, reading.error, true);
    return -1;
}

/* All of a file, but never more than is sensible. NULL with a line in `error`. */
static char *file_text(const char *file, size_t *length, const char **error)
{
    char *text = NULL;
    size_t room = 0;
    FILE *from = fopen(file, "re");
    *length = 0;
    while (from && *length < COMPARISON_FILE_MOST) {
        if (*length == room) {
            char *more = realloc(text, room = room ? room * 2 : 1 << 16);
            if (!more)
                break;
            text = more;
        }
        size_t count = fread(text + *length, 1, room - *length, from);
        *length += count;
        if (!count)
            break;
    }
    bool whole = from && feof(from) && !ferror(from);
    *error = whole ? NULL : errno ? strerror(errno) : "too large";
    if (from)
        fclose(from);
    if (whole)
        return text;
    free(text);
    return NULL;
}

int comparison_read(struct arena *arena, const char *file, struct compared_result *result,
                    const char **error)
{
    size_t length;
    const char *why;
    errno = 0;
    char *text = file_text(file, &length, &why);
    if (!text) {
        *error = arena_print(arena, "cannot read %s: %s", file, why);
        return -1;
    }
    int status = comparison_parse(arena, file, text, length, result, error);
    free(text);
    return status;
}
