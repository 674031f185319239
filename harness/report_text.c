/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/utf8.h"
#include "printer.h"
#include "protocol/names.h"
#include "report_failure.h"
#include "report_summary.h"

static struct printer printer_for(FILE *to, const struct report_style *style, struct arena *scratch)
{
    return (struct printer){to, style->colour, style->verbose, scratch};
}

/* Ends one call: what was gathered is freed, and what was written is on its way. */
static int finish(const struct printer *printer)
{
    arena_free(printer->scratch);
    return fflush(printer->to) || ferror(printer->to) ? -1 : 0;
}

static const char *capacity_text(const struct printer *printer, uint64_t sectors)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    uint64_t tenths = sectors * 5; /* of a KiB */
    size_t unit = 0;
    for (; tenths >= 10240 && unit + 1 < sizeof units / sizeof *units; unit++)
        tenths /= 1024;
    return arena_print(printer->scratch,
                       "%" PRIu64 ".%" PRIu64 " %s, %" PRIu64 " sectors of 512 "
                       "bytes",
                       tenths / 10, tenths % 10, units[unit], sectors);
}

static void add_device(const struct printer *printer, const struct target *target)
{
    const struct ata_identity *identity = &target->identity;
    const char *access = "";
    if (target->read_only_known)
        access = target->read_only ? ", read-only" : ", writable";
    if (!target->has_ata)
        return;
    printer_item_format(printer, "device", "%s, firmware %s, serial %s",
                        *identity->model ? identity->model : "(no model)",
                        *identity->firmware ? identity->firmware : "(none)",
                        *identity->serial ? identity->serial : "(none)");
    printer_item_format(printer, "capacity", "%s%s", capacity_text(printer, target->capacity),
                        access);
}

static void add_limits(const struct printer *printer, const struct target *target)
{
    printer_item_format(printer, "limits", "buffer count %u, sector count %u%s, firmware 0x%04x",
                        target->buffers, target->sectors ? target->sectors : 2,
                        target->sectors ? "" : " (sent as 0)", target->firmware);
    printer_item_format(printer, "commands", "%s%s%s%s", target->has_ata ? "ATA, " : "", "config",
                        target->has_masks ? ", mask" : "", target->has_reserve ? ", reserve" : "");
}

/* What may explain surprising verdicts. */
static void add_notes(const struct printer *printer, const struct target *target)
{
    if (target->answering_count > 1)
        printer_item_format(printer, "note", "%u hosts answer for this shelf and slot",
                            target->answering_count);
    if (target->neighbour_count)
        printer_item_format(printer, "note", "%u other target%s behind the same MAC",
                            target->neighbour_count, target->neighbour_count == 1 ? "" : "s");
    if (!target->admitted_by_masks)
        printer_item(printer, "note", "the target has a mask list: other hosts are not served");
    if (target->reserved_by_others)
        printer_item(printer, "note", "the target is reserved by others");
}

static void add_timing(const struct printer *printer, const struct timing *timing)
{
    printer_item_format(printer, "timing", "round trip p50 %s, p99 %s; own jitter %s",
                        printer_duration(printer, timing->rtt_p50),
                        printer_duration(printer, timing->rtt_p99),
                        printer_duration(printer, timing->jitter));
    printer_item_format(printer, "waiting", "quiet window %s, response timeout %s",
                        printer_duration(printer, timing->quiet),
                        printer_duration(printer, timing->timeout));
}

static void add_initiator(const struct printer *printer, const struct report *report)
{
    const struct target *target = &report->target;
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    printer_item_format(printer, "initiator", "%s on %s, MTU %u",
                        aoe_mac_text(mac, report->initiator), target->interface, target->mtu);
    printer_item_format(printer, "served", "%s by %s",
                        aoe_address_text(address, target->shelf, target->slot),
                        aoe_mac_text(mac, target->mac));
    printer_item(printer, "stimulus", report->stimulus ? report->stimulus : "none: it is watched");
}

int report_text_head(FILE *to, const struct report *report, const struct report_style *style)
{
    struct arena scratch = {0};
    struct printer printer = printer_for(to, style, &scratch);
    const struct target *target = &report->target;
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    if (style->quiet)
        return 0;
    fprintf(to, "aoe-conform %s, seed %" PRIu64 "\n", report->version, report->seed);
    if (report->judges_initiator) {
        add_initiator(&printer, report);
        fprintf(to, "\n");
        return finish(&printer);
    }
    aoe_address_text(address, target->shelf, target->slot);
    if (!report->target_found) {
        printer_item_format(&printer, "target", "%s on %s, not found", address, target->interface);
        return finish(&printer);
    }
    printer_item_format(&printer, "target", "%s on %s, MAC %s, MTU %u", address, target->interface,
                        aoe_mac_text(mac, target->mac), target->mtu);
    add_device(&printer, target);
    add_limits(&printer, target);
    add_timing(&printer, &report->timing);
    add_notes(&printer, target);
    fprintf(to, "\n");
    return finish(&printer);
}

/* A progress line is rewritten in place: not in a file, nor where the terminal cannot. */
static bool is_terminal(FILE *to)
{
    const char *kind = getenv("TERM");
    int file = fileno(to);
    return file >= 0 && isatty(file) && kind && strcmp(kind, "dumb");
}

static void add_result_line(const struct printer *printer, const struct result *result)
{
    enum { VERDICT_COLUMNS = 12 };
    enum colour colour = verdict_colour(result->verdict);
    printer_add(printer, colour, "%-*s", VERDICT_COLUMNS, verdict_name(result->verdict));
    const char *text = result->reason && *result->reason ? result->reason : result->scenario->title;
    text = arena_print(printer->scratch, "  %s: %s", result->scenario->id, text);
    printer_wrap(printer, VERDICT_COLUMNS, VERDICT_COLUMNS + 4, text);
    for (size_t i = 0; i < result->event_count; i++)
        printer_event(printer, result->events[i], result->events[0]->time, false);
}

int report_text_result(FILE *to, const struct result *result, const struct report_style *style)
{
    struct arena scratch = {0};
    struct printer printer = printer_for(to, style, &scratch);
    if (style->quiet)
        return 0;
    if (style->verbose)
        add_result_line(&printer, result);
    else if (is_terminal(to))
        fprintf(to, "\r\033[K[%zu/%zu] %.66s", style->done, style->total,
                utf8_clean(&scratch, result->scenario->id, true));
    return finish(&printer);
}

int report_text_end(FILE *to, const struct report *report, const struct report_style *style)
{
    struct arena scratch = {0};
    struct printer printer = printer_for(to, style, &scratch);
    if (style->quiet)
        return 0;
    if (style->verbose)
        fprintf(to, "\n");
    else if (is_terminal(to))
        fprintf(to, "\r\033[K");
    report_summary_table(&printer, report);
    report_summary_failures(&printer, report);
    report_summary_reasons(&printer, report);
    report_summary_verdict(&printer, report);
    return finish(&printer);
}
