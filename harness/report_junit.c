/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#include "common/utf8.h"
#include "protocol/names.h"
#include "report_failure.h"
#include "report_summary.h"

struct junit {
    xmlTextWriterPtr writer;
    struct arena scratch;
    const struct report *report;
    bool failed;
};

static const xmlChar *xml(const char *text)
{
    return (const xmlChar *)text;
}

static void note(struct junit *junit, int status)
{
    junit->failed = junit->failed || status < 0;
}

static void start(struct junit *junit, const char *name)
{
    note(junit, xmlTextWriterStartElement(junit->writer, xml(name)));
}

static void end(struct junit *junit)
{
    note(junit, xmlTextWriterEndElement(junit->writer));
}

static void attribute(struct junit *junit, const char *name, const char *value)
{
    value = utf8_clean(&junit->scratch, value, true);
    note(junit, xmlTextWriterWriteAttribute(junit->writer, xml(name), xml(value)));
}

static void attribute_count(struct junit *junit, const char *name, size_t count)
{
    attribute(junit, name, arena_print(&junit->scratch, "%zu", count));
}

/* Seconds without the help of printf's %f, whose decimal point depends on the locale. */
static void attribute_time(struct junit *junit, int64_t ns)
{
    int64_t us = ns > 0 ? ns / 1000 : 0;
    attribute(junit, "time",
              arena_print(&junit->scratch, "%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000));
}

static void attribute_timestamp(struct junit *junit, int64_t ns)
{
    char text[32];
    struct tm broken_down;
    time_t seconds = (time_t)(ns / 1000000000);
    if (gmtime_r(&seconds, &broken_down) &&
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &broken_down))
        attribute(junit, "timestamp", text);
}

static void property(struct junit *junit, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void property(struct junit *junit, const char *name, const char *format, ...)
{
    char *value;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&value, format, arguments);
    va_end(arguments);
    note(junit, length);
    if (length < 0)
        return;
    start(junit, "property");
    attribute(junit, "name", name);
    attribute(junit, "value", value);
    end(junit);
    free(value);
}

static void write_found(struct junit *junit, const struct target *target)
{
    char mac[AOE_MAC_TEXT];
    property(junit, "mac", "%s", aoe_mac_text(mac, target->mac));
    property(junit, "buffer_count", "%u", target->buffers);
    property(junit, "sector_count", "%u", target->sectors);
    property(junit, "firmware", "%u", target->firmware);
    property(junit, "commands", "%sconfig%s%s", target->has_ata ? "ATA " : "",
             target->has_masks ? " mask" : "", target->has_reserve ? " reserve" : "");
    if (!target->has_ata)
        return;
    property(junit, "capacity", "%" PRIu64, target->capacity);
    property(junit, "model", "%s", target->identity.model);
    property(junit, "serial", "%s", target->identity.serial);
    property(junit, "ata_firmware", "%s", target->identity.firmware);
}

static void write_properties(struct junit *junit)
{
    char address[AOE_ADDRESS_TEXT];
    const struct target *target = &junit->report->target;
    start(junit, "properties");
    property(junit, "version", "%s", junit->report->version);
    property(junit, "seed", "%" PRIu64, junit->report->seed);
    property(junit, "interface", "%s", target->interface);
    property(junit, "address", "%s", aoe_address_text(address, target->shelf, target->slot));
    property(junit, "mtu", "%u", target->mtu);
    if (junit->report->target_found)
        write_found(junit, target);
    end(junit);
}

/* The failures as the text report shows them, cleaned there: only line ends are left. */
static void write_failures(struct junit *junit, const struct result *result)
{
    char *text = NULL;
    size_t length;
    FILE *memory = open_memstream(&text, &length);
    if (!memory) {
        junit->failed = true;
        return;
    }
    const struct printer printer = {.to = memory, .scratch = &junit->scratch};
    fputc('\n', memory);
    report_failures(&printer, junit->report, result, true);
    if (fclose(memory))
        junit->failed = true;
    else
        note(junit, xmlTextWriterWriteString(junit->writer, xml(text)));
    free(text);
}

/* A failure or error: why in short, the clause or verdict as its type, all of it as the body. */
static void write_problem(struct junit *junit, const char *element, const struct result *result)
{
    const char *type = verdict_name(result->verdict);
    if (result->failure_count)
        type = result->failures[0].clause->id;
    start(junit, element);
    attribute(junit, "message", result->reason);
    attribute(junit, "type", type);
    if (result->failure_count)
        write_failures(junit, result);
    end(junit);
}

static void write_skipped(struct junit *junit, const char *message)
{
    start(junit, "skipped");
    attribute(junit, "message", message);
    end(junit);
}

static void write_advice(struct junit *junit, const struct result *result)
{
    const char *reason = utf8_clean(&junit->scratch, result->reason, true);
    start(junit, "system-out");
    note(junit, xmlTextWriterWriteFormatString(junit->writer, "advice: %s\n", reason));
    write_failures(junit, result);
    end(junit);
}

static void write_verdict(struct junit *junit, const struct result *result)
{
    switch (result->verdict) {
    case VERDICT_FAIL:
    case VERDICT_FIXED:
        write_problem(junit, "failure", result);
        break;
    case VERDICT_ERROR:
    case VERDICT_INCONCLUSIVE:
        write_problem(junit, "error", result);
        break;
    case VERDICT_SKIP:
        write_skipped(junit, result->reason);
        break;
    case VERDICT_KNOWN:
        write_skipped(junit, arena_print(&junit->scratch, "known: %s", result->reason));
        break;
    case VERDICT_ADVICE:
        write_advice(junit, result);
        break;
    default:
        break;
    }
}

static void write_result(struct junit *junit, const struct result *result)
{
    const char *group = report_group(&junit->scratch, result->scenario);
    const char *name = strchr(result->scenario->id, '/');
    start(junit, "testcase");
    attribute(junit, "name", name ? name + 1 : result->scenario->id);
    attribute(junit, "classname", arena_print(&junit->scratch, "aoe.%s", group));
    attribute_time(junit, result->duration);
    write_verdict(junit, result);
    end(junit);
}

/* Why the run as a whole could not judge, or NULL. */
static const char *run_error(const struct report *report)
{
    if (report->error && *report->error)
        return report->error;
    return report->target_found ? NULL : "no answer from the target";
}

/* A run that ended early must not look green where the scenarios that it did run passed. */
static void write_run_error(struct junit *junit, const char *why)
{
    start(junit, "testcase");
    attribute(junit, "name", "run");
    attribute(junit, "classname", "aoe");
    attribute_time(junit, junit->report->duration);
    start(junit, "error");
    attribute(junit, "message", why);
    attribute(junit, "type", "run");
    end(junit);
    end(junit);
}

static void write_counts(struct junit *junit, bool suite)
{
    const struct report *report = junit->report;
    const size_t *summary = report->summary;
    bool broken = run_error(report);
    attribute(junit, "name", "aoe-conform");
    attribute_count(junit, "tests", report->count + broken);
    attribute_count(junit, "failures", summary[VERDICT_FAIL] + summary[VERDICT_FIXED]);
    attribute_count(junit, "errors",
                    summary[VERDICT_ERROR] + summary[VERDICT_INCONCLUSIVE] + broken);
    if (suite)
        attribute_count(junit, "skipped", summary[VERDICT_SKIP] + summary[VERDICT_KNOWN]);
    attribute_time(junit, report->duration);
    if (suite)
        attribute_timestamp(junit, report->started);
}

static void write_document(struct junit *junit)
{
    const struct report *report = junit->report;
    note(junit, xmlTextWriterSetIndent(junit->writer, 1));
    note(junit, xmlTextWriterStartDocument(junit->writer, NULL, "UTF-8", NULL));
    start(junit, "testsuites");
    write_counts(junit, false);
    start(junit, "testsuite");
    write_counts(junit, true);
    write_properties(junit);
    for (size_t i = 0; i < report->count; i++)
        write_result(junit, &report->results[i]);
    if (run_error(report))
        write_run_error(junit, run_error(report));
    end(junit);
    end(junit);
    note(junit, xmlTextWriterEndDocument(junit->writer));
}

int report_junit(FILE *to, const struct report *report)
{
    struct junit junit = {.report = report, .failed = true};
    xmlBufferPtr buffer = xmlBufferCreate();
    junit.writer = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL;
    if (junit.writer) {
        junit.failed = false;
        write_document(&junit);
        xmlFreeTextWriter(junit.writer);
    }
    if (!junit.failed)
        fputs((const char *)xmlBufferContent(buffer), to);
    if (buffer)
        xmlBufferFree(buffer);
    arena_free(&junit.scratch);
    return junit.failed || fflush(to) || ferror(to) ? -1 : 0;
}
