/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "names.h"
#include "rule_check.h"

const struct aoe_finding aoe_finding_twice = {
    .clause = "2-once", .field = "response", .expected = "one response", .actual = "a further one"};

static void emit(struct rule_check *check, struct aoe_finding *finding, struct rule_place place)
{
    finding->clause = place.clause;
    finding->field = place.field;
    finding->byte = place.byte;
    finding->bytes = place.bytes;
    check->found++;
    if (check->sink)
        check->sink(check->user, finding);
}

void rule_report(struct rule_check *check, struct rule_place place, const char *expected,
                 const char *actual, ...)
{
    struct aoe_finding finding;
    va_list arguments;
    va_start(arguments, actual);
    snprintf(finding.expected, sizeof finding.expected, "%s", expected);
    vsnprintf(finding.actual, sizeof finding.actual, actual, arguments);
    va_end(arguments);
    emit(check, &finding, place);
}

static void number_text(char to[64], uint64_t value, bool hex)
{
    if (hex)
        snprintf(to, 64, "0x%llx", (unsigned long long)value);
    else
        snprintf(to, 64, "%llu", (unsigned long long)value);
}

void rule_differs(struct rule_check *check, struct rule_place place, uint64_t expected,
                  uint64_t actual, bool hex)
{
    struct aoe_finding finding;
    number_text(finding.expected, expected, hex);
    number_text(finding.actual, actual, hex);
    emit(check, &finding, place);
}

static uint8_t byte_at(const struct aoe_span *span, size_t offset)
{
    return offset < span->length ? span->bytes[offset] : 0;
}

void rule_reserved(struct rule_check *check, const char *field, size_t byte, uint8_t bits)
{
    if (!bits)
        return;
    uint8_t of_request = check->header ? byte_at(&check->header->raw, byte) : 0;
    bool reflected = !(bits & ~of_request);
    rule_differs(check,
                 (struct rule_place){reflected ? "1-reserved-in" : "1-reserved", field, byte, 1}, 0,
                 bits, true);
}

void rule_directives(struct rule_check *check, bool listed)
{
    struct aoe_directive directive;
    const struct aoe_frame *frame = check->frame;
    bool judge_reserved = true, judge_dcmd = listed;
    for (size_t i = 0; i < frame->mask.count; i++) {
        size_t byte = AOE_MASK_BYTES + i * AOE_DIRECTIVE_BYTES;
        if (!aoe_directive_at(&frame->payload, i, &directive))
            return;
        if (judge_reserved && directive.reserved) {
            rule_reserved(check, "directive.reserved", byte, directive.reserved);
            judge_reserved = false;
        }
        if (judge_dcmd && directive.dcmd) {
            rule_differs(check, (struct rule_place){"3.3-read", "directive.dcmd", byte + 1, 1}, 0,
                         directive.dcmd, false);
            judge_dcmd = false;
        }
    }
}

const struct ata_opcode *rule_opcode(uint8_t opcode)
{
    enum { SMART = 0xB0 };
    return opcode == SMART ? NULL : ata_opcode_find(opcode);
}

static void mac_differs(struct rule_check *check, const char *field, size_t byte,
                        const uint8_t *expected, const uint8_t *actual)
{
    char wanted[AOE_MAC_TEXT], found[AOE_MAC_TEXT];
    rule_report(check, (struct rule_place){"2.1-type", field, byte, AOE_MAC_BYTES},
                aoe_mac_text(wanted, expected), "%s", aoe_mac_text(found, actual));
}

static void check_macs(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame, *request = check->context->request;
    const uint8_t *target = check->context->target_mac;
    char mac[AOE_MAC_TEXT];
    if (request && request->extent >= AOE_EXTENT_ETHERNET &&
        memcmp(frame->destination, request->source, AOE_MAC_BYTES))
        mac_differs(check, "destination", 0, request->source, frame->destination);
    if (aoe_mac_is_group(frame->source))
        rule_report(check, (struct rule_place){"2.1-type", "source", 6, AOE_MAC_BYTES},
                    "a unicast address", "%s", aoe_mac_text(mac, frame->source));
    else if (target && memcmp(frame->source, target, AOE_MAC_BYTES))
        mac_differs(check, "source", 6, target, frame->source);
}

static void check_flags(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    if (frame->version != AOE_VERSION)
        rule_differs(check, (struct rule_place){"2.2-version", "version", 14, 1}, AOE_VERSION,
                     frame->version, false);
    if (!aoe_is_response(frame))
        rule_differs(check, (struct rule_place){"2.3-response", "r", 14, 1}, 1, 0, false);
    rule_reserved(check, "z", 14, frame->flags & AOE_FLAG_RESERVED);
    struct rule_place error = {"2.3-error", "error", 15, 1};
    if (!aoe_is_error(frame) && frame->error)
        rule_report(check, error, "0 (no E flag)", "%u", frame->error);
    else if (aoe_is_error(frame) && (!frame->error || frame->error > AOE_ERROR_LAST))
        rule_report(check, error, "1 to 6 (E flag)", "%u", frame->error);
}

/* Shelf and slot are judged by the same rule, each by itself: what the request asked for, unless
 * that was `all`, and the target's own. */
static void check_address(struct rule_check *check, struct rule_place place, uint32_t all,
                          uint32_t actual, uint32_t asked, uint32_t own)
{
    if (actual == all) {
        place.clause = "2.5-broadcast";
        rule_report(check, place, "the target's own", "0x%x (broadcast)", actual);
    } else if (check->header && asked != all && actual != asked) {
        rule_differs(check, place, asked, actual, false);
    } else if (check->context->address_known && actual != own) {
        rule_differs(check, place, own, actual, false);
    }
}

static void check_response_header(struct rule_check *check)
{
    static const struct aoe_frame none;
    const struct aoe_frame *frame = check->frame;
    const struct aoe_frame *request = check->header ? check->header : &none;
    check_flags(check);
    check_address(check, (struct rule_place){"2.5-address", "shelf", 16, 2}, AOE_SHELF_ALL,
                  frame->shelf, request->shelf, check->context->shelf);
    check_address(check, (struct rule_place){"2.5-address", "slot", 18, 1}, AOE_SLOT_ALL,
                  frame->slot, request->slot, check->context->slot);
    if (!check->header)
        return;
    if (frame->command != request->command)
        rule_differs(check, (struct rule_place){"2.6-command", "command", 19, 1}, request->command,
                     frame->command, false);
    if (frame->tag != request->tag)
        rule_differs(check, (struct rule_place){"2.7-tag", "tag", 20, 4}, request->tag, frame->tag,
                     true);
}

/* An error response needs no argument; neither does one to a command that is not known. */
static void check_short(struct rule_check *check, const char *field, size_t end)
{
    if (check->wire < end)
        rule_report(check, (struct rule_place){"2-short", field, check->wire, 0},
                    field[0] == 'h' ? "a header of 24 bytes" : "the whole argument",
                    "%zu bytes in all", check->wire);
}

static void check_response(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    check_macs(check);
    if (frame->extent == AOE_EXTENT_ETHERNET) {
        check_short(check, "header", AOE_HEADER_BYTES);
        return;
    }
    check_response_header(check);
    if (frame->extent == AOE_EXTENT_ARGUMENT)
        rule_response_argument(check);
    else if (!aoe_is_error(frame))
        check_short(check, "argument", aoe_argument_end(frame->command));
}

static void check_request(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    if (frame->extent < AOE_EXTENT_HEADER)
        return;
    if (frame->version != AOE_VERSION)
        rule_differs(check, (struct rule_place){"i-request", "version", 14, 1}, AOE_VERSION,
                     frame->version, false);
    if (aoe_is_error(frame))
        rule_differs(check, (struct rule_place){"i-request", "e", 14, 1}, 0, 1, false);
    rule_reserved(check, "z", 14, frame->flags & AOE_FLAG_RESERVED);
    if (frame->error)
        rule_differs(check, (struct rule_place){"i-request", "error", 15, 1}, 0, frame->error,
                     false);
    /* Another version may lay its arguments out in another way. */
    if (frame->extent == AOE_EXTENT_ARGUMENT && frame->version == AOE_VERSION)
        rule_request_argument(check);
}

size_t aoe_rules_check(const struct aoe_frame *frame, const struct aoe_rule_context *context,
                       aoe_finding_sink *sink, void *user)
{
    static const struct aoe_rule_context nothing_known;
    struct rule_check check = {.frame = frame, .context = context ? context : &nothing_known};
    check.sink = sink;
    check.user = user;
    check.wire = frame->wire_length > frame->raw.length ? frame->wire_length : frame->raw.length;
    if (frame->extent == AOE_EXTENT_NONE)
        return 0;
    const struct aoe_frame *request = check.context->request;
    if (!request && !aoe_is_response(frame)) {
        check_request(&check);
        return check.found;
    }
    if (request && request->extent >= AOE_EXTENT_HEADER)
        check.header = request;
    if (request && request->extent == AOE_EXTENT_ARGUMENT && request->command == frame->command)
        check.same = request;
    check_response(&check);
    return check.found;
}

const char *const *aoe_rules_of_responses(size_t *count)
{
    static const char *const ids[] = {
        "1-reserved",   "1-reserved-in", "2.1-type",    "2.1-padding",   "2.2-version",
        "2.3-response", "2.3-error",     "2.5-address", "2.5-broadcast", "2.6-command",
        "2.7-tag",      "2-short",       "3.1-status",  "3.1-data",      "3.2-fields",
        "3.2-sectors",  "3.2-length",    "3.3-read",    "3.4-read",
    };
    *count = sizeof ids / sizeof ids[0];
    return ids;
}

const char *const *aoe_rules_of_requests(size_t *count)
{
    static const char *const ids[] = {"1-reserved", "i-request", "i-flags"};
    *count = sizeof ids / sizeof ids[0];
    return ids;
}
