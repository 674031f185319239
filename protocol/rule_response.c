/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "names.h"
#include "rule_check.h"

/* How much data an ATA response may carry; where `known` is false that cannot be told. */
struct extent {
    bool known;
    size_t least;
    size_t most;
};

static void check_padding(struct rule_check *check, size_t end)
{
    const struct aoe_span *raw = &check->frame->raw;
    for (size_t i = end; i < raw->length; i++) {
        if (!raw->bytes[i])
            continue;
        rule_report(check, (struct rule_place){"2.1-padding", "padding", i, 1}, "0x0",
                    "0x%x, %zu bytes past the message", raw->bytes[i], i - end + 1);
        return;
    }
}

/* As check_padding, for error responses: those may give the request back, so only bytes that
 * are known not to be its own are judged. */
static void check_error_padding(struct rule_check *check, size_t end)
{
    const struct aoe_span *raw = &check->frame->raw;
    const struct aoe_frame *request = check->same;
    for (size_t i = end; request && i < raw->length; i++) {
        bool captured = i < request->raw.length;
        bool cut = !captured && i < request->wire_length;
        if (!raw->bytes[i] || cut || (captured && raw->bytes[i] == request->raw.bytes[i]))
            continue;
        rule_report(check, (struct rule_place){"2.1-padding", "padding", i, 1},
                    "0x0, or the byte of the request", "0x%x, %zu bytes past the message",
                    raw->bytes[i], i - end + 1);
        return;
    }
}

static void check_status(struct rule_check *check)
{
    char bits[48];
    const struct aoe_ata *ata = &check->frame->ata;
    if (ata->opcode & ATA_STATUS_ERR) {
        if (!ata->feature)
            rule_report(check, (struct rule_place){"3.1-status", "ata-error", 25, 1},
                        "not 0 (status has ERR)", "0");
    } else if (!ata_status_good(ata->opcode)) {
        rule_report(check, (struct rule_place){"3.1-status", "status", 27, 1},
                    "DRDY without BSY, DF, DRQ; or ERR", "%s",
                    aoe_name_status(bits, sizeof bits, ata->opcode));
    }
}

static struct extent ata_extent(const struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame, *request = check->same;
    if (!request)
        return (struct extent){.known = false};
    if (aoe_is_error(frame) || (frame->ata.opcode & ATA_STATUS_ERR))
        return (struct extent){.known = true};
    const struct ata_opcode *entry = rule_opcode(request->ata.opcode);
    if (!entry)
        return (struct extent){.known = false};
    size_t most = ata_data_bytes(&request->ata, ATA_DATA_IN);
    /* A count other than 1 for IDENTIFY, or a status that is neither good nor ERR, leaves open
     * whether there is data. */
    bool open = !ata_status_good(frame->ata.opcode) ||
                (entry->opcode == ATA_IDENTIFY && request->ata.count != 1);
    return (struct extent){true, open ? 0 : most, most};
}

/* True where all that was captured past `end` could be the request's own bytes given back. */
static bool gives_request_back(const struct rule_check *check, size_t end)
{
    const struct aoe_frame *frame = check->frame, *request = check->same;
    if (check->wire > request->wire_length)
        return false;
    for (size_t i = end; i < frame->raw.length && i < request->raw.length; i++)
        if (frame->raw.bytes[i] != request->raw.bytes[i])
            return false;
    return true;
}

static void check_data(struct rule_check *check, struct extent data)
{
    size_t end = AOE_ATA_BYTES + data.most;
    char expected[48];
    bool error = aoe_is_error(check->frame);
    if (check->wire < AOE_ATA_BYTES + data.least) {
        snprintf(expected, sizeof expected, "%zu bytes of data", data.least);
        rule_report(check, (struct rule_place){"3.1-data", "data", check->wire, 0}, expected, "%zu",
                    check->wire - AOE_ATA_BYTES);
    } else if (check->wire > end && check->wire > AOE_FRAME_MIN &&
               !(error && gives_request_back(check, end))) {
        snprintf(expected, sizeof expected, "%zu bytes of data", data.most);
        rule_report(check, (struct rule_place){"3.1-data", "data", end, check->wire - end},
                    expected, "%zu", check->wire - AOE_ATA_BYTES);
    } else if (error) {
        check_error_padding(check, end);
    } else {
        check_padding(check, end);
    }
}

static void check_ata(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    rule_reserved(check, "aflags", 24, frame->ata.aflags & AOE_ATA_RESERVED);
    if (!aoe_is_error(frame))
        check_status(check);
    rule_reserved(check, "reserved", 34, (uint8_t)(frame->ata.reserved >> 8));
    rule_reserved(check, "reserved", 35, (uint8_t)frame->ata.reserved);
    struct extent data = ata_extent(check);
    if (data.known)
        check_data(check, data);
}

static void check_sectors(struct rule_check *check)
{
    uint32_t mtu = check->context->mtu, sectors = check->frame->config.sector_count;
    char expected[48];
    if (!mtu)
        return;
    size_t largest = AOE_ATA_BYTES + (size_t)(sectors ? sectors : 2) * AOE_SECTOR_BYTES;
    if (largest <= (size_t)mtu + AOE_ETHERNET_BYTES)
        return;
    snprintf(expected, sizeof expected, "frames of at most %zu bytes",
             (size_t)mtu + AOE_ETHERNET_BYTES);
    rule_report(check, (struct rule_place){"3.2-sectors", "sector-count", 28, 1}, expected,
                "%u, frames of %zu bytes", sectors, largest);
}

static void check_length(struct rule_check *check)
{
    struct rule_place place = {"3.2-length", "length", 30, 2};
    unsigned length = check->frame->config.length;
    char expected[48];
    size_t room = check->wire - AOE_CONFIG_BYTES;
    if (length > AOE_STRING_MAX) {
        rule_report(check, place, "at most 1024", "%u", length);
    } else if (length > room) {
        snprintf(expected, sizeof expected, "at most %zu, the rest of the frame", room);
        rule_report(check, place, expected, "%u", length);
    }
}

/* An error response may give back the request's argument with all its faults, or have no
 * argument at all; the string of a refused set is meant, though (3.2-returned). */
static void check_config_error(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    if (!check->same)
        return;
    if (frame->config.length != check->same->config.length)
        check_length(check);
    check_error_padding(check, aoe_message_end(frame, 0));
}

static void check_config(struct rule_check *check)
{
    const struct aoe_config *config = &check->frame->config;
    if (aoe_is_error(check->frame)) {
        check_config_error(check);
        return;
    }
    check_sectors(check);
    if (config->version != AOE_VERSION)
        rule_differs(check, (struct rule_place){"3.2-fields", "aoe-version", 29, 1}, AOE_VERSION,
                     config->version, false);
    if (check->same && config->ccmd != check->same->config.ccmd)
        rule_differs(check, (struct rule_place){"3.2-fields", "ccmd", 29, 1},
                     check->same->config.ccmd, config->ccmd, false);
    check_length(check);
    check_padding(check, aoe_message_end(check->frame, 0));
}

/* The count field promises `needed` bytes after the argument. */
static void check_list(struct rule_check *check, struct rule_place place, unsigned count,
                       size_t each, size_t start)
{
    char expected[48];
    if (count * each <= check->wire - start)
        return;
    snprintf(expected, sizeof expected, "at most %zu, the rest of the frame",
             (check->wire - start) / each);
    rule_report(check, place, expected, "%u", count);
}

static void check_mask(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    const struct aoe_mask *mask = &frame->mask;
    rule_reserved(check, "reserved", 24, mask->reserved);
    if (aoe_is_error(frame)) {
        check_error_padding(check, AOE_MASK_BYTES + (size_t)mask->count * AOE_DIRECTIVE_BYTES);
        return;
    }
    if (check->same && mask->mcmd != check->same->mask.mcmd)
        rule_differs(check, (struct rule_place){"3.3-read", "mcmd", 25, 1}, check->same->mask.mcmd,
                     mask->mcmd, false);
    if (mask->merror > AOE_MERROR_FULL)
        rule_report(check, (struct rule_place){"3.3-read", "merror", 26, 1}, "0 to 3", "%u",
                    mask->merror);
    /* After an error the count is an index, and what follows is anybody's guess. */
    if (mask->merror)
        return;
    check_list(check, (struct rule_place){"3.3-read", "dir-count", 27, 1}, mask->count,
               AOE_DIRECTIVE_BYTES, AOE_MASK_BYTES);
    rule_directives(check, mask->mcmd == AOE_MASK_READ);
    check_padding(check, aoe_message_end(frame, 0));
}

static void check_reserve(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    if (aoe_is_error(frame)) {
        check_error_padding(check, aoe_message_end(frame, 0));
        return;
    }
    check_list(check, (struct rule_place){"3.4-read", "nmacs", 25, 1}, frame->reserve.count,
               AOE_MAC_BYTES, AOE_RESERVE_BYTES);
    check_padding(check, aoe_message_end(frame, 0));
}

void rule_response_argument(struct rule_check *check)
{
    const struct aoe_frame *frame = check->frame;
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        check_ata(check);
        break;
    case AOE_COMMAND_CONFIG:
        check_config(check);
        break;
    case AOE_COMMAND_MASK:
        check_mask(check);
        break;
    case AOE_COMMAND_RESERVE:
        check_reserve(check);
        break;
    default:
        /* Only a target that does not know the command has nothing of its own to add. */
        if (aoe_is_error(frame) && frame->error == AOE_ERROR_COMMAND)
            check_error_padding(check, AOE_HEADER_BYTES);
        break;
    }
}
