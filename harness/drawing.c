/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drawing.h"

#include "field_text.h"
#include "protocol/names.h"
#include "protocol/print.h"

enum { ITEMS_MOST = 16 }; /* of a list that are drawn one by one */

struct drawing {
    struct arena *arena;
    struct aoe_frame frame;
    struct aoe_frame request; /* that the frame answers */
    bool answers;
    const struct row *rows;
    size_t row_count;
    struct drawn_field *fields;
    size_t count;
    size_t end; /* behind the last field */
};

/* A row names a field that may have only some bits of a byte: then others of that byte are not
 * wrong. */
static bool touches(const struct drawing *drawing, const struct row *row,
                    const struct drawn_field *field, const struct aoe_field *bits)
{
    if (!row->wrong || row->byte >= field->byte + field->bytes ||
        field->byte >= row->byte + row->bytes)
        return false;
    const struct aoe_field *of_row = aoe_field_find(row->field, drawing->frame.command);
    if (!bits || !bits->bits || !of_row || !of_row->bits)
        return true;
    return of_row->shift < bits->shift + bits->bits && bits->shift < of_row->shift + of_row->bits;
}

static void add(struct drawing *drawing, struct drawn_field field, const struct aoe_field *bits)
{
    for (size_t i = 0; i < drawing->row_count; i++)
        field.wrong |= touches(drawing, &drawing->rows[i], &field, bits);
    drawing->fields =
        arena_grow(drawing->arena, drawing->fields, drawing->count, sizeof *drawing->fields);
    drawing->fields[drawing->count++] = field;
    if (field.bytes)
        drawing->end = field.byte + field.bytes;
}

static const char *flags_text(struct arena *arena, uint64_t flags)
{
    if (!flags)
        return "none";
    return arena_print(arena, "%s%s%s%s", flags & AOE_FLAG_RESPONSE ? "R (response) " : "",
                       flags & AOE_FLAG_ERROR ? "E (error) " : "", flags & 2 ? "reserved 0x2 " : "",
                       flags & 1 ? "reserved 0x1" : "");
}

static const char *aflags_text(struct arena *arena, uint64_t aflags)
{
    const char *reserved = "";
    if (aflags & AOE_ATA_RESERVED)
        reserved = arena_print(arena, "reserved 0x%02x", (unsigned)(aflags & AOE_ATA_RESERVED));
    if (!aflags)
        return "none";
    return arena_print(arena, "%s%s%s%s%s", aflags & AOE_ATA_EXTENDED ? "E (48 bits) " : "",
                       aflags & AOE_ATA_DEVICE ? "D (device) " : "",
                       aflags & AOE_ATA_ASYNC ? "A (asynchronous) " : "",
                       aflags & AOE_ATA_WRITE ? "W (write) " : "", reserved);
}

static const char *value_text(const struct drawing *drawing, const struct aoe_field *field,
                              uint64_t value)
{
    struct arena *arena = drawing->arena;
    if (!strcmp(field->name, "flags"))
        return flags_text(arena, value);
    if (!strcmp(field->name, "aflags"))
        return aflags_text(arena, value);
    if (!strcmp(field->name, "type") || !strcmp(field->name, "firmware"))
        return arena_print(arena, "0x%04x", (unsigned)value);
    if (!strcmp(field->name, "tag"))
        return arena_print(arena, "0x%08x", (unsigned)value);
    if (!strcmp(field->name, "lba"))
        return arena_print(arena, "%llu (%s)", (unsigned long long)aoe_ata_lba(&drawing->frame.ata),
                           drawing->frame.ata.aflags & AOE_ATA_EXTENDED ? "48 bits" : "28 bits");
    return field_text(arena, field, value);
}

static const char *bits_text(const struct aoe_field *field)
{
    if (!field->bits)
        return "";
    return field->shift ? "bits 4-7" : "bits 0-3";
}

/* A field of the header or of an argument. One that the frame cuts takes what bytes there are. */
static void add_named(struct drawing *drawing, const char *name)
{
    uint64_t value;
    struct aoe_span raw = drawing->frame.raw;
    const struct aoe_field *field = aoe_field_find(name, drawing->frame.command);
    if (!field)
        return;
    struct drawn_field drawn = {
        .name = field->name, .byte = field->byte, .bytes = field->bytes, .bits = bits_text(field)};
    if (aoe_field_get(field, raw.bytes, raw.length, &value)) {
        drawn.value = value_text(drawing, field, value);
    } else {
        drawn.bytes = raw.length > field->byte ? raw.length - field->byte : 0;
        drawn.value = drawn.bytes ? "cut: the frame ends in it" : "missing: the frame ends before";
    }
    add(drawing, drawn, field);
}

static void add_names(struct drawing *drawing, const char *const *names)
{
    for (; *names; names++)
        add_named(drawing, *names);
}

static void add_argument(struct drawing *drawing)
{
    static const char *const request[] = {"aflags", "feature",  "count", "opcode",
                                          "lba",    "reserved", NULL};
    static const char *const response[] = {"aflags", "ata-error", "count", "status",
                                           "lba",    "reserved",  NULL};
    static const char *const config[] = {
        "buffer-count", "firmware", "sector-count", "aoe-version", "ccmd", "length", NULL};
    static const char *const mask[] = {"reserved", "mcmd", "merror", "dir-count", NULL};
    static const char *const reserve[] = {"rcmd", "nmacs", NULL};
    switch (drawing->frame.command) {
    case AOE_COMMAND_ATA:
        add_names(drawing, aoe_is_response(&drawing->frame) ? response : request);
        break;
    case AOE_COMMAND_CONFIG:
        add_names(drawing, config);
        break;
    case AOE_COMMAND_MASK:
        add_names(drawing, mask);
        break;
    case AOE_COMMAND_RESERVE:
        add_names(drawing, reserve);
        break;
    default:
        break;
    }
}

/* The bytes from the end of the last field on, at most `most` of them. */
static struct aoe_span following(const struct drawing *drawing, size_t most)
{
    struct aoe_span raw = drawing->frame.raw;
    size_t left = raw.length > drawing->end ? raw.length - drawing->end : 0;
    return (struct aoe_span){raw.bytes + raw.length - left, left < most ? left : most};
}

static void add_bytes(struct drawing *drawing, const char *name, struct aoe_span bytes,
                      const char *value)
{
    struct drawn_field drawn = {name, drawing->end, bytes.length, "", value, false};
    add(drawing, drawn, NULL);
}

static void add_data(struct drawing *drawing)
{
    size_t left =
        aoe_print_data_bytes(&drawing->frame, drawing->answers ? &drawing->request : NULL);
    for (size_t i = 0; left >= AOE_SECTOR_BYTES && i < ITEMS_MOST; i++) {
        struct aoe_span sector = following(drawing, AOE_SECTOR_BYTES);
        add_bytes(drawing, arena_print(drawing->arena, "data, sector %zu", i), sector,
                  field_sector_text(drawing->arena, sector.bytes));
        left -= AOE_SECTOR_BYTES;
    }
    if (left) {
        struct aoe_span rest = following(drawing, left);
        add_bytes(drawing, "data", rest, field_bytes_text(drawing->arena, rest));
    }
}

static void add_string(struct drawing *drawing)
{
    char text[160];
    struct aoe_span string = following(drawing, drawing->frame.config.length);
    if (string.length)
        add_bytes(drawing, "config string", string,
                  arena_text(drawing->arena, aoe_quote(text, sizeof text, string)));
}

static void add_rest_of_list(struct drawing *drawing, size_t count, size_t size)
{
    struct aoe_span rest = count > ITEMS_MOST ? following(drawing, (count - ITEMS_MOST) * size)
                                              : (struct aoe_span){NULL, 0};
    if (rest.length)
        add_bytes(drawing, "further ones", rest,
                  arena_print(drawing->arena, "%zu more", rest.length / size));
}

static void add_directives(struct drawing *drawing)
{
    char mac[AOE_MAC_TEXT];
    struct aoe_directive directive;
    const struct aoe_frame *frame = &drawing->frame;
    size_t count = frame->mask.merror ? 0 : frame->mask.count;
    for (size_t i = 0; i < count && i < ITEMS_MOST; i++) {
        if (!aoe_directive_at(&frame->payload, i, &directive))
            return;
        add_bytes(drawing, arena_print(drawing->arena, "directive %zu", i),
                  following(drawing, AOE_DIRECTIVE_BYTES),
                  arena_print(drawing->arena, "%u (%s) %s%s", directive.dcmd,
                              aoe_name_dcmd(directive.dcmd), aoe_mac_text(mac, directive.mac),
                              directive.reserved ? ", reserved byte set" : ""));
    }
    add_rest_of_list(drawing, count, AOE_DIRECTIVE_BYTES);
}

static void add_addresses(struct drawing *drawing)
{
    uint8_t mac[AOE_MAC_BYTES];
    char text[AOE_MAC_TEXT];
    size_t count = drawing->frame.reserve.count;
    for (size_t i = 0; i < count && i < ITEMS_MOST; i++) {
        if (!aoe_address_at(&drawing->frame.payload, i, mac))
            return;
        add_bytes(drawing, arena_print(drawing->arena, "address %zu", i),
                  following(drawing, AOE_MAC_BYTES),
                  arena_text(drawing->arena, aoe_mac_text(text, mac)));
    }
    add_rest_of_list(drawing, count, AOE_MAC_BYTES);
}

static void add_payload(struct drawing *drawing)
{
    switch (drawing->frame.command) {
    case AOE_COMMAND_ATA:
        add_data(drawing);
        break;
    case AOE_COMMAND_CONFIG:
        add_string(drawing);
        break;
    case AOE_COMMAND_MASK:
        add_directives(drawing);
        break;
    case AOE_COMMAND_RESERVE:
        add_addresses(drawing);
        break;
    default:
        break;
    }
}

static bool all_zero(struct aoe_span bytes)
{
    for (size_t i = 0; i < bytes.length; i++)
        if (bytes.bytes[i])
            return false;
    return true;
}

/* Padding, or what a message has behind its end, or all of one that is not known. */
static void add_rest(struct drawing *drawing)
{
    struct aoe_span rest = following(drawing, SIZE_MAX);
    bool padding =
        drawing->frame.raw.length <= AOE_FRAME_MIN && drawing->frame.extent == AOE_EXTENT_ARGUMENT;
    if (!rest.length)
        return;
    const char *value = all_zero(rest) ? arena_print(drawing->arena, "%zu zero bytes", rest.length)
                                       : field_bytes_text(drawing->arena, rest);
    add_bytes(drawing, padding ? "padding" : "further bytes", rest, value);
}

struct drawn_field *drawing_fields(struct arena *arena, const struct event *event,
                                   const struct row *rows, size_t row_count, size_t *count)
{
    static const char *const ethernet[] = {"destination", "source", "type", NULL};
    static const char *const header[] = {"version", "flags",   "error", "shelf",
                                         "slot",    "command", "tag",   NULL};
    struct drawing drawing = {.arena = arena, .rows = rows, .row_count = row_count};
    size_t length = event->frame.length;
    aoe_frame_decode(&drawing.frame, event->frame.bytes, length, length);
    drawing.answers = event->request;
    if (drawing.answers)
        aoe_frame_decode(&drawing.request, event->request->frame.bytes,
                         event->request->frame.length, event->request->frame.length);
    add_names(&drawing, ethernet);
    if (drawing.frame.extent != AOE_EXTENT_NONE) {
        add_names(&drawing, header);
        if (drawing.frame.extent != AOE_EXTENT_ETHERNET)
            add_argument(&drawing);
        if (drawing.frame.extent == AOE_EXTENT_ARGUMENT)
            add_payload(&drawing);
    }
    add_rest(&drawing);
    *count = drawing.count;
    return drawing.fields;
}
