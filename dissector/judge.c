/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include <stdio.h>

#include "protocol/ata.h"

bool judge_open(struct judge *judge, const struct history_options *options)
{
    judge->options = *options;
    judge->targets = targets_new();
    judge->notes = notes_new();
    return aoe_request_memory_open(&judge->requests) && judge->targets && judge->notes;
}

void judge_close(struct judge *judge)
{
    aoe_request_memory_close(&judge->requests);
    targets_free(judge->targets);
    notes_free(judge->notes);
}

struct noting {
    struct judge *judge;
    uint32_t number;
};

static void note_finding(void *user, const struct aoe_finding *finding)
{
    const struct noting *noting = user;
    const struct history_note note = {
        .kind = HISTORY_RULE,
        .clause = aoe_clause_find(finding->clause),
        .field = finding->field,
        .byte = (uint16_t)finding->byte,
        .bytes = (uint16_t)finding->bytes,
        .expected = finding->expected,
        .actual = finding->actual,
    };
    if (note.clause)
        notes_add(noting->judge->notes, noting->number, &note);
}

static void check_rules(struct judge *judge, const struct aoe_frame *frame, uint32_t number,
                        const struct aoe_exchange_event *event)
{
    struct noting noting = {judge, number};
    struct aoe_rule_context context = {.mtu = judge->options.mtu};
    struct aoe_frame request;
    bool answers = aoe_is_response(frame) && event->kind != AOE_EXCHANGE_UNSOLICITED;
    if (answers && aoe_request_recall(&judge->requests, event->request, &request))
        context.request = &request;
    aoe_rules_check(frame, &context, note_finding, &noting);
    if (!aoe_is_response(frame))
        aoe_request_remember(&judge->requests, frame, number);
    if (event->kind != AOE_EXCHANGE_DUPLICATE)
        return;
    note_finding(&noting, &aoe_finding_twice);
}

static void note_number(struct judge *judge, uint32_t number, enum history_note_kind kind,
                        const char *field, uint64_t actual, const char *expected)
{
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)actual);
    const struct history_note note = {
        .kind = kind,
        .clause = kind == HISTORY_OVER_SECTOR_COUNT ? aoe_clause_find("i-sectors") : NULL,
        .field = field,
        .expected = expected,
        .actual = text,
    };
    notes_add(judge->notes, number, &note);
}

static void note_two_targets(struct judge *judge, uint32_t number, uint32_t other)
{
    char text[64];
    snprintf(text, sizeof text, "not what frame %u says of the same address", other);
    const struct history_note note = {.kind = HISTORY_TWO_TARGETS,
                                      .field = "the target",
                                      .expected = "two targets of one address",
                                      .actual = text};
    if (other)
        notes_add(judge->notes, number, &note);
}

/* Bytes behind Ethernet's header of a message with the data of so many sectors. */
static size_t frame_of(unsigned sectors)
{
    return AOE_ATA_BYTES - AOE_ETHERNET_BYTES + (size_t)sectors * AOE_SECTOR_BYTES;
}

static void judge_sectors(struct judge *judge, const struct aoe_frame *frame, uint32_t number,
                          const struct target *target)
{
    const struct ata_opcode *opcode = ata_opcode_find(frame->ata.opcode);
    unsigned count = frame->ata.count;
    char text[96];
    if (!opcode || !opcode->addressed || opcode->direction == ATA_NO_DATA)
        return;
    if (target->advertised && count > aoe_sectors_allowed(target->sector_count)) {
        snprintf(text, sizeof text, "the target advertised %u in frame %u",
                 aoe_sectors_allowed(target->sector_count), target->config_number);
        note_number(judge, number, HISTORY_OVER_SECTOR_COUNT, "sector count", count, text);
    }
    if (judge->options.mtu && frame_of(count) > judge->options.mtu) {
        snprintf(text, sizeof text, "a frame with it has %zu bytes, the MTU is %u", frame_of(count),
                 judge->options.mtu);
        note_number(judge, number, HISTORY_OVER_MTU, "sector count", count, text);
    }
}

static void judge_depth(struct judge *judge, uint32_t number, const struct target *target)
{
    char text[96];
    if (!target->advertised || target->outstanding <= target->buffer_count)
        return;
    snprintf(text, sizeof text, "the target has buffers for %u (frame %u)", target->buffer_count,
             target->config_number);
    note_number(judge, number, HISTORY_OVER_BUFFER_COUNT, "outstanding", target->outstanding, text);
}

uint32_t judge_request(struct judge *judge, const struct aoe_frame *frame, uint32_t vlan,
                       uint32_t number)
{
    uint32_t index = targets_find(judge->targets, vlan, frame->shelf, frame->slot);
    if (!index)
        return 0;
    struct target *target = targets_at(judge->targets, index);
    target->outstanding++;
    if (frame->command == AOE_COMMAND_ATA && frame->extent == AOE_EXTENT_ARGUMENT)
        judge_sectors(judge, frame, number, target);
    judge_depth(judge, number, target);
    return index;
}

void judge_up(struct judge *judge, uint32_t target)
{
    if (target)
        targets_at(judge->targets, target)->outstanding++;
}

void judge_down(struct judge *judge, uint32_t target)
{
    if (target && targets_at(judge->targets, target)->outstanding)
        targets_at(judge->targets, target)->outstanding--;
}

static void judge_config(struct judge *judge, const struct aoe_frame *frame, uint32_t number,
                         struct target *target)
{
    note_two_targets(judge, number, target_config(target, frame, number));
    if (frame->config.buffer_count < 2)
        note_number(judge, number, HISTORY_LOW_BUFFER_COUNT, "buffer count",
                    frame->config.buffer_count, "the initiator waits for each answer");
}

static void judge_response(struct judge *judge, const struct aoe_frame *frame, uint32_t vlan,
                           uint32_t number, const struct aoe_exchange_event *event)
{
    uint32_t index = targets_find(judge->targets, vlan, frame->shelf, frame->slot);
    if (!index || aoe_is_error(frame) || frame->extent != AOE_EXTENT_ARGUMENT)
        return;
    struct target *target = targets_at(judge->targets, index);
    bool known = event->kind != AOE_EXCHANGE_UNSOLICITED;
    if (frame->command == AOE_COMMAND_CONFIG)
        judge_config(judge, frame, number, target);
    else if (frame->command == AOE_COMMAND_ATA && known && event->opcode == ATA_IDENTIFY)
        note_two_targets(judge, number, target_identity(target, frame, number));
}

void judge_frame(struct judge *judge, const struct aoe_frame *frame, uint32_t vlan, uint32_t number,
                 const struct aoe_exchange_event *event)
{
    if (judge->options.rules)
        check_rules(judge, frame, number, event);
    if (aoe_is_response(frame))
        judge_response(judge, frame, vlan, number, event);
}
