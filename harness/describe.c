/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "describe.h"

#include <inttypes.h>

#include "protocol/names.h"

struct list {
    struct arena *arena;
    struct detail *details;
    size_t count;
};

static void add(struct list *list, const char *label, const char *text)
{
    if (list->count < DETAILS_MOST)
        list->details[list->count++] = (struct detail){label, text};
}

const char *describe_duration(struct arena *arena, int64_t ns)
{
    static const struct {
        int64_t ns;
        const char *name;
    } units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (ns < units[i].ns)
            continue;
        int64_t tenths = ns / (units[i].ns / 10);
        if (tenths >= 1000)
            return arena_print(arena, "%" PRId64 " %s", tenths / 10, units[i].name);
        return arena_print(arena, "%" PRId64 ".%" PRId64 " %s", tenths / 10, tenths % 10,
                           units[i].name);
    }
    return arena_print(arena, "%" PRId64 " ns", ns);
}

const char *describe_capacity(struct arena *arena, uint64_t sectors)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
    uint64_t tenths = sectors * 5; /* of a KiB */
    size_t unit = 0;
    for (; tenths >= 10240 && unit + 1 < sizeof units / sizeof *units; unit++)
        tenths /= 1024;
    return arena_print(arena, "%" PRIu64 ".%" PRIu64 " %s, %" PRIu64 " sectors of 512 bytes",
                       tenths / 10, tenths % 10, units[unit], sectors);
}

static void add_device(struct list *list, const struct target *target)
{
    const struct ata_identity *identity = &target->identity;
    const char *access = "";
    if (target->read_only_known)
        access = target->read_only ? ", read-only" : ", writable";
    if (!target->has_ata)
        return;
    add(list, "device",
        arena_print(list->arena, "%s, firmware %s, serial %s",
                    *identity->model ? identity->model : "(no model)",
                    *identity->firmware ? identity->firmware : "(none)",
                    *identity->serial ? identity->serial : "(none)"));
    add(list, "capacity",
        arena_print(list->arena, "%s%s", describe_capacity(list->arena, target->capacity), access));
}

static void add_limits(struct list *list, const struct target *target)
{
    add(list, "limits",
        arena_print(list->arena, "buffer count %u, sector count %u%s, firmware 0x%04x",
                    target->buffers, target->sectors ? target->sectors : 2,
                    target->sectors ? "" : " (sent as 0)", target->firmware));
    add(list, "commands",
        arena_print(list->arena, "%sconfig%s%s", target->has_ata ? "ATA, " : "",
                    target->has_masks ? ", mask" : "", target->has_reserve ? ", reserve" : ""));
}

/* What may explain surprising verdicts. */
static void add_notes(struct list *list, const struct target *target)
{
    if (target->answering_count > 1)
        add(list, "note",
            arena_print(list->arena, "%u hosts answer for this shelf and slot",
                        target->answering_count));
    if (target->neighbour_count)
        add(list, "note",
            arena_print(list->arena, "%u other target%s behind the same MAC",
                        target->neighbour_count, target->neighbour_count == 1 ? "" : "s"));
    if (!target->admitted_by_masks)
        add(list, "note", "the target has a mask list: other hosts are not served");
    if (target->reserved_by_others)
        add(list, "note", "the target is reserved by others");
}

static void add_timing(struct list *list, const struct timing *timing)
{
    struct arena *arena = list->arena;
    add(list, "timing",
        arena_print(arena, "round trip p50 %s, p99 %s; own jitter %s",
                    describe_duration(arena, timing->rtt_p50),
                    describe_duration(arena, timing->rtt_p99),
                    describe_duration(arena, timing->jitter)));
    add(list, "waiting",
        arena_print(arena, "quiet window %s, response timeout %s",
                    describe_duration(arena, timing->quiet),
                    describe_duration(arena, timing->timeout)));
}

static void add_initiator(struct list *list, const struct report *report)
{
    const struct target *target = &report->target;
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    add(list, "initiator",
        arena_print(list->arena, "%s on %s, MTU %u", aoe_mac_text(mac, report->initiator),
                    target->interface, target->mtu));
    add(list, "served",
        arena_print(list->arena, "%s by %s", aoe_address_text(address, target->shelf, target->slot),
                    aoe_mac_text(mac, target->mac)));
    add(list, "stimulus", report->stimulus ? report->stimulus : "none: it is watched");
}

static void add_target(struct list *list, const struct report *report)
{
    const struct target *target = &report->target;
    char address[AOE_ADDRESS_TEXT], mac[AOE_MAC_TEXT];
    aoe_address_text(address, target->shelf, target->slot);
    if (!report->target_found) {
        add(list, "target",
            arena_print(list->arena, "%s on %s, not found", address, target->interface));
        return;
    }
    add(list, "target",
        arena_print(list->arena, "%s on %s, MAC %s, MTU %u", address, target->interface,
                    aoe_mac_text(mac, target->mac), target->mtu));
    add_device(list, target);
    add_limits(list, target);
    add_timing(list, &report->timing);
    add_notes(list, target);
}

size_t describe_judged(struct arena *arena, const struct report *report,
                       struct detail details[DETAILS_MOST])
{
    struct list list = {arena, details, 0};
    if (report->judges_initiator)
        add_initiator(&list, report);
    else
        add_target(&list, report);
    return list.count;
}

const char *describe_headline(const struct report *report)
{
    bool failed = report->summary[VERDICT_FAIL] || report->summary[VERDICT_FIXED];
    switch (report->exit_status) {
    case EXIT_CONFORMANT:
        return "conformant";
    case EXIT_FAILED:
        if (!failed)
            return "NOT CONFORMANT in strict mode";
        return report->summary[VERDICT_FAIL] ? "NOT CONFORMANT" : "the baseline is stale";
    case EXIT_NOTHING_RAN:
        return "nothing ran";
    default:
        return "could not be judged";
    }
}

const char *describe_why(const struct report *report)
{
    if (report->exit_status != EXIT_NOT_JUDGED)
        return "";
    if (report->error && *report->error)
        return report->error;
    return report->target_found ? "" : "no answer from the target";
}
