/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <jansson.h>

#include "common/utf8.h"
#include "json_hex.h"
#include "protocol/names.h"
#include "report_failure.h"

/* Takes over `value`; a NULL, which only a lack of memory makes, becomes null. */
static void set(json_t *object, const char *name, json_t *value)
{
    json_object_set_new(object, name, value ? value : json_null());
}

/* A text, or null where there is none. */
static json_t *text(const char *value)
{
    struct arena scratch = {0};
    if (!value || !*value)
        return json_null();
    json_t *string = json_string(utf8_clean(&scratch, value, false));
    arena_free(&scratch);
    return string;
}

/* JSON's integers are signed here; a greater number becomes a text rather than another number. */
static json_t *number(uint64_t value)
{
    char digits[24];
    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    return json_string(digits);
}

static json_t *microseconds(int64_t ns)
{
    return json_real((double)ns / 1e3);
}

static json_t *milliseconds(int64_t ns)
{
    return json_real((double)ns / 1e6);
}

static json_t *frame_hex(const struct event *event)
{
    return event ? json_hex(event->frame) : json_null();
}

static json_t *commands(const struct target *target)
{
    const struct {
        uint8_t command;
        bool present;
    } all[] = {{AOE_COMMAND_ATA, target->has_ata},
               {AOE_COMMAND_CONFIG, true},
               {AOE_COMMAND_MASK, target->has_masks},
               {AOE_COMMAND_RESERVE, target->has_reserve}};
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i].present)
            json_array_append_new(names, json_string(aoe_name_command(all[i].command)));
    }
    return names;
}

static json_t *answering(const struct target *target)
{
    char mac[AOE_MAC_TEXT];
    json_t *macs = json_array();
    for (unsigned i = 0; i < target->answering_count; i++)
        json_array_append_new(macs, json_string(aoe_mac_text(mac, target->answering[i])));
    return macs;
}

/* What discovery found; null, each of them, where it found nothing. */
static void set_found(json_t *object, const struct target *target, bool found)
{
    char mac[AOE_MAC_TEXT];
    bool ata = found && target->has_ata;
    bool access = found && target->read_only_known;
    set(object, "mac", found ? text(aoe_mac_text(mac, target->mac)) : NULL);
    set(object, "answering", found ? answering(target) : NULL);
    set(object, "buffer_count", found ? number(target->buffers) : NULL);
    set(object, "sector_count", found ? number(target->sectors) : NULL);
    set(object, "firmware", found ? number(target->firmware) : NULL);
    set(object, "capacity", ata ? number(target->capacity) : NULL);
    set(object, "commands", found ? commands(target) : NULL);
    set(object, "model", ata ? text(target->identity.model) : NULL);
    set(object, "serial", ata ? text(target->identity.serial) : NULL);
    set(object, "ata_firmware", ata ? text(target->identity.firmware) : NULL);
    set(object, "read_only", access ? json_boolean(target->read_only) : NULL);
}

static json_t *target_object(const struct report *report)
{
    char address[AOE_ADDRESS_TEXT];
    const struct target *target = &report->target;
    json_t *object = json_object();
    set(object, "interface", text(target->interface));
    set(object, "address", text(aoe_address_text(address, target->shelf, target->slot)));
    set(object, "mtu", target->mtu ? number(target->mtu) : NULL);
    set_found(object, target, report->target_found);
    return object;
}

static json_t *initiator_object(const struct report *report)
{
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    const struct target *target = &report->target;
    json_t *object = json_object();
    set(object, "interface", text(target->interface));
    set(object, "mac", report->target_found ? text(aoe_mac_text(mac, report->initiator)) : NULL);
    set(object, "mtu", target->mtu ? number(target->mtu) : NULL);
    set(object, "served", text(aoe_address_text(address, target->shelf, target->slot)));
    set(object, "stimulus", text(report->stimulus));
    return object;
}

static json_t *timing_object(const struct timing *timing)
{
    json_t *object = json_object(), *rtt = json_object();
    set(rtt, "p50", microseconds(timing->rtt_p50));
    set(rtt, "p99", microseconds(timing->rtt_p99));
    set(object, "rtt_us", rtt);
    set(object, "quiet_ms", milliseconds(timing->quiet));
    set(object, "timeout_ms", milliseconds(timing->timeout));
    set(object, "jitter_us", microseconds(timing->jitter));
    set(object, "worst_delay_us", microseconds(timing->worst_delay));
    set(object, "drops", number(timing->drops));
    return object;
}

static json_t *summary_object(const struct report *report)
{
    json_t *object = json_object();
    for (enum verdict v = 0; v < VERDICT_COUNT; v++)
        set(object, verdict_name(v), number(report->summary[v]));
    set(object, "duration_ms", milliseconds(report->duration));
    return object;
}

static json_t *rows_array(const struct failure *failure)
{
    json_t *array = json_array();
    for (size_t i = 0; i < failure->row_count; i++) {
        const struct row *row = &failure->rows[i];
        json_t *object = json_object();
        set(object, "field", text(row->field));
        set(object, "expected", text(row->expected));
        set(object, "actual", text(row->actual));
        set(object, "byte", row->bytes ? number(row->byte) : NULL);
        set(object, "bytes", row->bytes ? number(row->bytes) : NULL);
        set(object, "wrong", json_boolean(row->wrong));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *failure_object(const struct failure *failure)
{
    const struct event *event = failure->event;
    json_t *object = json_object();
    set(object, "clause", text(failure->clause->id));
    set(object, "file", text(failure->path));
    set(object, "line", failure->line ? number(failure->line) : NULL);
    set(object, "statement", text(failure->statement));
    set(object, "values", text(failure->values));
    set(object, "expected", text(failure->expected));
    set(object, "actual", text(failure->actual));
    set(object, "rows", rows_array(failure));
    set(object, "frame", frame_hex(event));
    set(object, "request", frame_hex(event ? event->request : NULL));
    return object;
}

static json_t *failures_array(const struct result *result)
{
    json_t *array = json_array();
    for (size_t i = 0; i < result->failure_count; i++)
        json_array_append_new(array, failure_object(&result->failures[i]));
    return array;
}

static json_t *scenario_object(const struct result *result)
{
    const struct scenario *scenario = result->scenario;
    const struct failure *first = result->failure_count ? &result->failures[0] : NULL;
    json_t *object = json_object();
    set(object, "id", text(scenario->id));
    set(object, "title", text(scenario->title));
    set(object, "clause", text(scenario->clause->id));
    set(object, "level", text(aoe_level_name(scenario->level)));
    set(object, "basis", text(aoe_basis_name(scenario->clause->basis)));
    set(object, "file", text(scenario->path));
    set(object, "verdict", text(verdict_name(result->verdict)));
    set(object, "reason", text(result->reason));
    set(object, "line", first && first->line ? number(first->line) : NULL);
    set(object, "expected", first ? text(first->expected) : NULL);
    set(object, "actual", first ? text(first->actual) : NULL);
    set(object, "requests", result->requests ? number(result->requests) : NULL);
    set(object, "duration_ms", milliseconds(result->duration));
    set(object, "capture", text(result->capture));
    set(object, "failures", failures_array(result));
    return object;
}

static json_t *report_object(const struct report *report)
{
    json_t *object = json_object(), *scenarios = json_array();
    for (size_t i = 0; i < report->count; i++)
        json_array_append_new(scenarios, scenario_object(&report->results[i]));
    set(object, "suite", json_string("aoe-conform"));
    set(object, "version", text(report->version));
    set(object, "seed", number(report->seed));
    if (report->judges_initiator)
        set(object, "initiator", initiator_object(report));
    else
        set(object, "target", target_object(report));
    set(object, "timing", timing_object(&report->timing));
    set(object, "summary", summary_object(report));
    set(object, "scenarios", scenarios);
    set(object, "error", text(report->error));
    set(object, "exit_status", json_integer(report->exit_status));
    return object;
}

int report_json(FILE *to, const struct report *report)
{
    enum { DIGITS = 12 }; /* of durations: what a double holds without rounding noise */
    json_t *object = report_object(report);
    int failed = json_dumpf(object, to, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS));
    json_decref(object);
    if (failed || putc('\n', to) == EOF || fflush(to) || ferror(to))
        return -1;
    return 0;
}
