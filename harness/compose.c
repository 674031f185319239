/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "compose.h"

static size_t fail(struct run *run, const char *what)
{
    if (!run->error)
        run->error = arena_print(run->arena, "%s:%u: %s", run->scenario->path,
                                 run->statement->at.line, what);
    return 0;
}

static uint8_t at_most_255(size_t count)
{
    return count > UINT8_MAX ? UINT8_MAX : (uint8_t)count;
}

static void put_list(struct aoe_writer *to, struct value list, uint64_t dcmd, bool directives)
{
    for (size_t i = 0; i < list.length; i++) {
        uint8_t mac[AOE_MAC_BYTES];
        aoe_mac_from_number(list.items[i], mac);
        if (directives) {
            aoe_put_u8(to, 0);
            aoe_put_u8(to, (uint8_t)dcmd);
        }
        aoe_put(to, mac, sizeof mac);
    }
}

static void put_directives(struct run *run, const struct send *send, struct aoe_writer *to)
{
    for (size_t i = 0; i < send->directive_count; i++) {
        const struct directive *directive = &send->directives[i];
        uint64_t dcmd = evaluate_number(run, directive->dcmd);
        if (dcmd > UINT8_MAX)
            fail(run, "a directive's code is a number up to 255");
        struct value addresses = evaluate(run, directive->addresses, NULL);
        if (addresses.kind == VALUE_NUMBER) {
            addresses.items = &addresses.number;
            addresses.length = 1;
        }
        put_list(to, addresses, dcmd, true);
    }
}

/* The payload that does not depend on the fields: string, addresses, directives. */
static void put_payload(struct run *run, const struct send *send, struct aoe_writer *to)
{
    if (send->directive_count)
        put_directives(run, send, to);
    if (!send->payload || send->patterned)
        return;
    struct value payload = evaluate(run, send->payload, NULL);
    if (payload.kind == VALUE_LIST)
        put_list(to, payload, 0, false);
    else
        aoe_put(to, payload.bytes, payload.length);
}

static void default_ata(struct aoe_frame *frame, uint8_t opcode)
{
    const struct ata_opcode *entry = ata_opcode_find(opcode);
    frame->ata.opcode = opcode;
    frame->ata.count = entry && (entry->addressed || opcode == ATA_IDENTIFY);
    if (entry && entry->extended)
        frame->ata.aflags |= AOE_ATA_EXTENDED;
    if (entry && entry->direction == ATA_DATA_OUT)
        frame->ata.aflags |= AOE_ATA_WRITE;
}

static void default_argument(struct aoe_frame *frame, const struct send *send, size_t payload)
{
    switch (frame->command) {
    case AOE_COMMAND_ATA:
        default_ata(frame, send->operation);
        break;
    case AOE_COMMAND_CONFIG:
        frame->config.version = AOE_VERSION;
        frame->config.ccmd = send->operation;
        frame->config.length = (uint16_t)payload;
        break;
    case AOE_COMMAND_MASK:
        frame->mask.mcmd = send->operation;
        frame->mask.count = at_most_255(payload / AOE_DIRECTIVE_BYTES);
        break;
    case AOE_COMMAND_RESERVE:
        frame->reserve.rcmd = send->operation;
        frame->reserve.count = at_most_255(payload / AOE_MAC_BYTES);
        break;
    default:
        break;
    }
}

static bool assign(struct run *run, const struct assignment *to, uint8_t *bytes, size_t length)
{
    uint64_t value = evaluate_number(run, to->value);
    if (run->error)
        return false;
    if (to->field)
        return aoe_field_set(to->field, bytes, length, value) ||
               fail(run, arena_print(run->arena, "%llu does not fit field '%s'",
                                     (unsigned long long)value, to->field->name));
    uint64_t offset = evaluate_number(run, to->offset);
    if (run->error || offset >= length || value > UINT8_MAX)
        return fail(run, "byte[...] is outside of the frame, or more than 255");
    bytes[offset] = (uint8_t)value;
    return true;
}

static bool assign_all(struct run *run, const struct send *send, bool fields, uint8_t *bytes,
                       size_t length)
{
    for (size_t i = 0; i < send->assignment_count; i++)
        if (fields == (send->assignments[i].field != NULL) &&
            !assign(run, &send->assignments[i], bytes, length))
            return false;
    return true;
}

/* Data that names its LBA: made when count and LBA have their final values. */
static size_t add_pattern(struct run *run, const struct send *send, uint8_t *bytes, size_t length)
{
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    struct value data = evaluate(run, send->payload, &frame);
    if (data.length > AOE_FRAME_MAX - length)
        return fail(run, "the data does not fit any frame");
    memcpy(bytes + length, data.bytes, data.length);
    return length + data.length;
}

static size_t append(struct run *run, const struct send *send, uint8_t *bytes, size_t length)
{
    struct value more = evaluate(run, send->append, NULL);
    if (more.length > AOE_FRAME_MAX - length)
        return fail(run, "what is appended does not fit any frame");
    memcpy(bytes + length, more.bytes, more.length);
    return length + more.length;
}

static size_t pad(struct run *run, const struct send *send, uint8_t *bytes, size_t length)
{
    uint64_t to = send->pad ? evaluate_number(run, send->pad) : AOE_FRAME_MIN;
    uint64_t with = send->fill ? evaluate_number(run, send->fill) : 0;
    if (to > AOE_FRAME_MAX || with > UINT8_MAX)
        return fail(run, "pad takes a length of at most 65549, fill a byte");
    if (length < to) {
        memset(bytes + length, (int)with, to - length);
        length = to;
    }
    return length;
}

/* What happens to the frame as a whole once its fields and payload are there. */
static size_t shape(struct run *run, const struct send *send, uint8_t *bytes, size_t length)
{
    if (send->append && length)
        length = append(run, send, bytes, length);
    if (!length || !assign_all(run, send, false, bytes, length))
        return 0;
    if (send->cut) {
        uint64_t to = evaluate_number(run, send->cut);
        if (to < AOE_ETHERNET_BYTES)
            return fail(run, "a frame is not cut below its Ethernet header of 14 bytes");
        if (to < length)
            length = to;
    }
    bool as_it_is = send->cut || send->kind == MESSAGE_AGAIN;
    bool padded = !send->unpadded && (send->pad || !as_it_is);
    return padded ? pad(run, send, bytes, length) : length;
}

static void own_header(struct run *run, struct aoe_frame *frame, size_t host, uint8_t command)
{
    session_request(run->session, frame, command);
    memcpy(frame->source, run->session->macs[host], AOE_MAC_BYTES);
}

static size_t compose_message(struct run *run, const struct send *send, size_t host, uint8_t *bytes)
{
    uint8_t *payload = session_room(run->session, &run->session->payload);
    struct aoe_writer writer = aoe_writer(payload, AOE_FRAME_MAX);
    struct aoe_frame frame;
    put_payload(run, send, &writer);
    if (writer.overrun)
        return fail(run, "the payload does not fit any frame");
    own_header(run, &frame, host, send->command);
    uint64_t number = send->number ? evaluate_number(run, send->number) : send->command;
    if (number > UINT8_MAX)
        return fail(run, "a command is a number up to 255");
    frame.command = (uint8_t)number;
    default_argument(&frame, send, writer.position);
    frame.payload = (struct aoe_span){payload, writer.position};
    size_t length = aoe_frame_build(&frame, bytes, AOE_FRAME_MAX);
    if (!length)
        return fail(run, "the message does not fit any frame");
    if (!assign_all(run, send, true, bytes, length))
        return 0;
    return send->patterned ? add_pattern(run, send, bytes, length) : length;
}

/* "raw": Ethernet header from the host to the target, then the bytes as they are. */
static size_t compose_raw(struct run *run, const struct send *send, size_t host, uint8_t *bytes)
{
    struct value raw = evaluate(run, send->payload, NULL);
    struct aoe_frame frame;
    own_header(run, &frame, host, 0);
    struct aoe_writer writer = aoe_writer(bytes, AOE_FRAME_MAX);
    aoe_put(&writer, frame.destination, AOE_MAC_BYTES);
    aoe_put(&writer, frame.source, AOE_MAC_BYTES);
    aoe_put_be16(&writer, AOE_ETHERTYPE);
    aoe_put(&writer, raw.bytes, raw.length);
    if (writer.overrun)
        return fail(run, "the bytes do not fit any frame");
    return assign_all(run, send, true, bytes, writer.position) ? writer.position : 0;
}

size_t compose(struct run *run, const struct send *send, size_t host, const struct request *again,
               uint8_t *bytes)
{
    size_t length;
    if (send->kind == MESSAGE_AGAIN) {
        if (!again)
            return fail(run, "that host has sent nothing yet");
        length = again->event->frame.length;
        memcpy(bytes, again->event->frame.bytes, length);
        if (!assign_all(run, send, true, bytes, length))
            return 0;
    } else if (send->kind == MESSAGE_RAW)
        length = compose_raw(run, send, host, bytes);
    else
        length = compose_message(run, send, host, bytes);
    if (length && !run->error)
        length = shape(run, send, bytes, length);
    return run->error ? 0 : length;
}

/* Other data, or another string, in the place of what the answer has. */
static size_t replace_payload(struct run *run, const struct send *send,
                              const struct aoe_frame *request, uint8_t *bytes)
{
    size_t end = aoe_argument_end(request->command);
    struct value payload = evaluate(run, send->payload, request);
    if (payload.length > AOE_FRAME_MAX - end)
        return fail(run, "the data does not fit any frame");
    memcpy(bytes + end, payload.bytes, payload.length);
    return end + payload.length;
}

size_t compose_answer(struct run *run, const struct send *send, const struct aoe_frame *request,
                      struct aoe_span answer, uint8_t *bytes)
{
    size_t length = answer.length;
    memcpy(bytes, answer.bytes, length);
    if (send->payload)
        length = replace_payload(run, send, request, bytes);
    if (!run->error && !assign_all(run, send, true, bytes, length))
        return 0;
    if (!run->error)
        length = shape(run, send, bytes, length);
    return run->error ? 0 : length;
}
