/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "evaluate.h"

#include "common/pattern.h"
#include "field_text.h"
#include "protocol/names.h"

enum { BYTES_MOST = AOE_FRAME_MAX };

static struct value number(uint64_t n)
{
    return (struct value){.kind = VALUE_NUMBER, .number = n};
}

static struct value fail(struct run *run, const struct expression *at, const char *what)
{
    if (!run->error)
        run->error = arena_print(run->arena, "%s:%u:%u: %s", run->scenario->path, at->at.line,
                                 at->at.column, what);
    return (struct value){.kind = at->type};
}

static struct value binary(struct run *run, const struct expression *e, uint64_t left,
                           uint64_t right)
{
    uint64_t result = 0;
    bool bad = false;
    switch (e->op) {
    case '+':
        bad = __builtin_add_overflow(left, right, &result);
        break;
    case '-':
        bad = __builtin_sub_overflow(left, right, &result);
        break;
    case '*':
        bad = __builtin_mul_overflow(left, right, &result);
        break;
    default:
        if (!right)
            return fail(run, e, "division by zero");
        result = e->op == '/' ? left / right : left % right;
        break;
    }
    return bad ? fail(run, e, "the result is no number from 0 to 2^64-1") : number(result);
}

static struct value pattern(struct run *run, const struct expression *e, uint64_t seed,
                            const uint64_t *sectors, const struct aoe_frame *request)
{
    bool ata = request && request->command == AOE_COMMAND_ATA;
    uint64_t count = sectors ? *sectors : ata ? request->ata.count : 0;
    if (count > BYTES_MOST / AOE_SECTOR_BYTES)
        return fail(run, e, "too many sectors for a frame");
    uint8_t *bytes = arena_array(run->arena, count + 1, AOE_SECTOR_BYTES);
    pattern_fill(bytes, ata ? aoe_ata_lba(&request->ata) : 0, count,
                 seed + (run->session->seed << 16));
    return (struct value){.kind = VALUE_BYTES, .bytes = bytes, .length = count * AOE_SECTOR_BYTES};
}

static struct value filled(struct run *run, const struct expression *e, uint64_t length)
{
    if (length > BYTES_MOST)
        return fail(run, e, "too many bytes for a frame");
    uint8_t *bytes = arena_array(run->arena, length + 1, 1);
    for (uint64_t i = 0; e->index == FUNCTION_TEXT && i < length; i++)
        bytes[i] = (uint8_t)('A' + (i + i / 26) % 26);
    return (struct value){.kind = VALUE_BYTES, .bytes = bytes, .length = length};
}

static struct value made_macs(struct run *run, const struct expression *e, uint64_t count)
{
    enum { FIRST = 0x100 }; /* past the hosts' own */
    if (count > 1024)
        return fail(run, e, "too many addresses");
    uint64_t *items = arena_array(run->arena, count + 1, sizeof *items);
    for (uint64_t i = 0; i < count; i++) {
        uint8_t mac[AOE_MAC_BYTES];
        session_mac(run->session, FIRST + (unsigned)i, mac);
        items[i] = aoe_mac_number(mac);
    }
    return (struct value){.kind = VALUE_LIST, .items = items, .length = count};
}

static struct value join(struct run *run, struct value left, struct value right)
{
    struct value joined = {.kind = left.kind, .length = left.length + right.length};
    size_t size = left.kind == VALUE_LIST ? sizeof *left.items : 1;
    uint8_t *to = arena_array(run->arena, joined.length + 1, size);
    const void *first = left.kind == VALUE_LIST ? (const void *)left.items : left.bytes;
    const void *second = left.kind == VALUE_LIST ? (const void *)right.items : right.bytes;
    if (left.length)
        memcpy(to, first, left.length * size);
    if (right.length)
        memcpy(to + left.length * size, second, right.length * size);
    joined.bytes = to;
    joined.items = (const uint64_t *)(const void *)to;
    return joined;
}

static struct value call(struct run *run, const struct expression *e,
                         const struct aoe_frame *request)
{
    struct value left = evaluate(run, e->left, request), right = {0};
    if (e->right)
        right = evaluate(run, e->right, request);
    switch ((enum function)e->index) {
    case FUNCTION_PATTERN:
        return pattern(run, e, left.number, e->right ? &right.number : NULL, request);
    case FUNCTION_ZEROS:
    case FUNCTION_TEXT:
        return filled(run, e, left.number);
    case FUNCTION_MACS:
        return made_macs(run, e, left.number);
    case FUNCTION_JOIN:
        return join(run, left, right);
    case FUNCTION_LENGTH:
        return number(left.length);
    case FUNCTION_MIN:
        return number(left.number < right.number ? left.number : right.number);
    case FUNCTION_MAX:
        return number(left.number > right.number ? left.number : right.number);
    }
    return fail(run, e, "unknown function");
}

static struct value list(struct run *run, const struct expression *e)
{
    uint64_t *items = arena_array(run->arena, e->count + 1, sizeof *items);
    for (size_t i = 0; i < e->count; i++)
        items[i] = evaluate_number(run, e->items[i]);
    return (struct value){.kind = VALUE_LIST, .items = items, .length = e->count};
}

static struct value host_value(struct run *run, const struct expression *e)
{
    struct value value = {.kind = e->type};
    const struct request *last = run->last[e->index];
    if (e->reading.kind == READING_MAC) {
        size_t host = e->index < SCENARIO_HOSTS ? e->index : last ? last->host : 0;
        return number(aoe_mac_number(run->session->macs[host]));
    }
    if (!last || !last->reply)
        return fail(run, e, "that host has had no response yet");
    if (!evaluate_reading(run, &e->reading, last, &value))
        return fail(run, e, "the host's last response has no such field");
    return value;
}

struct value evaluate(struct run *run, const struct expression *e, const struct aoe_frame *request)
{
    switch (e->kind) {
    case EXPRESSION_CONSTANT:
        return e->value;
    case EXPRESSION_VARIABLE:
        return run->variables[e->index];
    case EXPRESSION_FACT:
        return number(run->facts[e->index]);
    case EXPRESSION_HOST:
        return host_value(run, e);
    case EXPRESSION_CALL:
        return call(run, e, request);
    case EXPRESSION_LIST:
        return list(run, e);
    case EXPRESSION_BINARY:
        return binary(run, e, evaluate(run, e->left, request).number,
                      evaluate(run, e->right, request).number);
    }
    return (struct value){.kind = e->type};
}

uint64_t evaluate_number(struct run *run, const struct expression *expression)
{
    return evaluate(run, expression, NULL).number;
}

static bool read_addresses(struct run *run, const struct aoe_frame *reply, struct value *value)
{
    bool mask = reply->command == AOE_COMMAND_MASK;
    if (!mask && reply->command != AOE_COMMAND_RESERVE)
        return false;
    size_t count = mask ? reply->mask.count : reply->reserve.count;
    uint64_t *items = arena_array(run->arena, count + 1, sizeof *items);
    for (size_t i = 0; i < count; i++) {
        struct aoe_directive directive;
        uint8_t mac[AOE_MAC_BYTES];
        if (mask ? !aoe_directive_at(&reply->payload, i, &directive)
                 : !aoe_address_at(&reply->payload, i, mac))
            return false;
        items[i] = aoe_mac_number(mask ? directive.mac : mac);
    }
    *value = (struct value){.kind = VALUE_LIST, .items = items, .length = count};
    return true;
}

static bool read_listed(struct run *run, const struct request *request, struct value *value)
{
    struct value list;
    if (!read_addresses(run, &request->reply_frame, &list))
        return false;
    *value = number(0);
    for (size_t i = 0; i < list.length; i++)
        value->number |= list.items[i] == aoe_mac_number(request->frame.source);
    return true;
}

/* Data of an ATA response: as many bytes as the request asks for, fewer where the frame ends. */
static struct aoe_span data_of(const struct request *request)
{
    struct aoe_span data = request->reply_frame.payload;
    size_t asked = request->frame.command == AOE_COMMAND_ATA
                       ? ata_data_bytes(&request->frame.ata, ATA_DATA_IN)
                       : 0;
    if (data.length > asked && request->reply->frame.length <= AOE_FRAME_MIN)
        data.length = asked;
    return data;
}

static bool read_word(const struct request *request, unsigned index, struct value *value)
{
    struct aoe_span data = data_of(request);
    struct aoe_cursor cursor = aoe_cursor(data.bytes, data.length);
    aoe_take(&cursor, (size_t)index * 2);
    *value = number(aoe_take_le16(&cursor));
    return !cursor.overrun;
}

static bool read_string(const struct aoe_frame *reply, struct value *value)
{
    struct aoe_cursor cursor = aoe_cursor(reply->payload.bytes, reply->payload.length);
    const uint8_t *bytes = aoe_take(&cursor, reply->config.length);
    *value = (struct value){.kind = VALUE_BYTES, .bytes = bytes, .length = reply->config.length};
    return reply->command == AOE_COMMAND_CONFIG && !cursor.overrun;
}

static bool read_identity(const struct request *request, struct value *value)
{
    struct ata_identify_defect defect;
    struct aoe_span data = data_of(request);
    if (data.length < AOE_SECTOR_BYTES)
        return false;
    *value = number(!ata_identify_defect(data.bytes, &defect));
    return true;
}

bool evaluate_reading(struct run *run, const struct reading *reading, const struct request *request,
                      struct value *value)
{
    const struct aoe_frame *reply = &request->reply_frame;
    struct aoe_span data = data_of(request);
    *value = (struct value){.kind = VALUE_NUMBER};
    if (reading->kind != READING_FIELD && reading->kind != READING_FRAME_LENGTH &&
        reply->extent < AOE_EXTENT_ARGUMENT)
        return false;
    switch (reading->kind) {
    case READING_FIELD:
        return aoe_field_get(reading->field, reply->raw.bytes, reply->raw.length, &value->number);
    case READING_STRING:
        return read_string(reply, value);
    case READING_DATA:
        *value = (struct value){.kind = VALUE_BYTES, .bytes = data.bytes, .length = data.length};
        return reply->command == AOE_COMMAND_ATA;
    case READING_ADDRESSES:
        return read_addresses(run, reply, value);
    case READING_FRAME_LENGTH:
        value->number = reply->raw.length;
        return true;
    case READING_WORD:
        return read_word(request, reading->word, value);
    case READING_IDENTITY:
        return read_identity(request, value);
    case READING_LISTED:
        return read_listed(run, request, value);
    case READING_MAC:
        break;
    }
    return false;
}

const char *evaluate_text(struct arena *arena, const struct reading *reading, uint64_t value)
{
    return field_text(arena, reading->field, value);
}

static const char *list_text(struct arena *arena, struct value value)
{
    const char *text = value.length ? "" : "empty";
    for (size_t i = 0; i < value.length && i < 6; i++)
        text =
            arena_print(arena, "%s%s%s", text, i ? " " : "", field_mac_text(arena, value.items[i]));
    if (value.length > 6)
        text = arena_print(arena, "%s ... (%zu)", text, value.length);
    return text;
}

static const char *value_text(struct arena *arena, const struct reading *reading,
                              struct value value)
{
    if (value.kind == VALUE_NUMBER)
        return evaluate_text(arena, reading, value.number);
    return value.kind == VALUE_BYTES
               ? field_bytes_text(arena, (struct aoe_span){value.bytes, value.length})
               : list_text(arena, value);
}

bool evaluate_compare(uint64_t left, enum comparison comparison, uint64_t right)
{
    switch (comparison) {
    case IS:
        return left == right;
    case IS_NOT:
        return left != right;
    case IS_BELOW:
        return left < right;
    case IS_AT_MOST:
        return left <= right;
    case IS_ABOVE:
        return left > right;
    case IS_AT_LEAST:
        return left >= right;
    }
    return false;
}

static size_t occurrences(struct value list, uint64_t item)
{
    size_t count = 0;
    for (size_t i = 0; i < list.length; i++)
        count += list.items[i] == item;
    return count;
}

/* The specification gives lists no order: the same addresses, each as often. */
static bool same_list(struct value a, struct value b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (occurrences(a, a.items[i]) != occurrences(b, a.items[i]))
            return false;
    return true;
}

static bool same_value(struct value a, struct value b)
{
    if (a.kind == VALUE_LIST)
        return same_list(a, b);
    return a.length == b.length && (!a.length || !memcmp(a.bytes, b.bytes, a.length));
}

const char *evaluate_difference(struct arena *arena, struct value expected, struct value actual,
                                size_t *at)
{
    size_t most = expected.length < actual.length ? expected.length : actual.length;
    size_t i = 0;
    while (i < most && expected.bytes[i] == actual.bytes[i])
        i++;
    *at = i;
    size_t sector = i / AOE_SECTOR_BYTES;
    if (i == most || (sector + 1) * AOE_SECTOR_BYTES > most)
        return arena_print(arena, "%zu bytes, differing from byte %zu on", actual.length, i);
    return arena_print(arena, "from byte %zu (sector %zu): %s", i, sector,
                       field_sector_text(arena, actual.bytes + sector * AOE_SECTOR_BYTES));
}

static void place(const struct condition *condition, const struct request *request, struct row *row)
{
    const struct reading *reading = &condition->reading;
    size_t argument_end = aoe_argument_end(request->reply_frame.command);
    row->field = reading->kind == READING_WORD ? condition->text : reading->name;
    if (reading->kind == READING_FIELD) {
        row->byte = reading->field->byte;
        row->bytes = reading->field->bytes;
    } else if (reading->kind == READING_WORD) {
        row->byte = argument_end + (size_t)reading->word * 2;
        row->bytes = 2;
    } else
        row->byte = argument_end;
}

static const char *expected_text(struct run *run, const struct condition *condition,
                                 const struct aoe_frame *request)
{
    static const char *const signs[] = {"", "not ", "< ", "<= ", "> ", ">= "};
    const char *text = condition->count ? signs[condition->comparison] : "any";
    for (size_t i = 0; i < condition->count; i++) {
        const struct permitted *p = &condition->permitted[i];
        text = arena_print(
            run->arena, "%s%s%s", text, i ? " or " : "",
            value_text(run->arena, &condition->reading, evaluate(run, p->low, request)));
        if (p->high)
            text = arena_print(run->arena, "%s to %llu", text,
                               (unsigned long long)evaluate_number(run, p->high));
    }
    return text;
}

static bool holds_number(struct run *run, const struct condition *condition, uint64_t actual)
{
    bool among = !condition->count;
    for (size_t i = 0; i < condition->count; i++) {
        const struct permitted *p = &condition->permitted[i];
        uint64_t low = evaluate_number(run, p->low);
        if (p->high)
            among |= actual >= low && actual <= evaluate_number(run, p->high);
        else if (condition->comparison == IS_NOT)
            among |= actual == low;
        else
            among |= evaluate_compare(actual, condition->comparison, low);
    }
    return condition->comparison == IS_NOT ? !among : among;
}

static bool holds_bytes(struct run *run, const struct condition *condition, struct value actual,
                        const struct request *request, struct row *row)
{
    bool among = !condition->count;
    for (size_t i = 0; i < condition->count; i++) {
        struct value expected = evaluate(run, condition->permitted[i].low, &request->frame);
        bool same = same_value(expected, actual);
        if (!same && condition->reading.kind == READING_DATA) {
            size_t at;
            row->actual = evaluate_difference(run->arena, expected, actual, &at);
            row->byte += at;
            row->bytes = 1;
        }
        among |= same;
    }
    return condition->comparison == IS_NOT ? !among : among;
}

bool evaluate_condition(struct run *run, const struct condition *condition,
                        const struct request *request, struct row *row)
{
    struct value actual;
    place(condition, request, row);
    row->expected = expected_text(run, condition, &request->frame);
    if (!evaluate_reading(run, &condition->reading, request, &actual)) {
        row->actual = "not in the response";
        row->wrong = true;
        return false;
    }
    if (condition->mask)
        actual.number &= evaluate_number(run, condition->mask);
    row->actual = value_text(run->arena, &condition->reading, actual);
    if (actual.kind != VALUE_NUMBER && condition->reading.kind != READING_DATA)
        row->bytes = actual.kind == VALUE_BYTES ? actual.length : 0;
    bool holds = actual.kind == VALUE_NUMBER ? holds_number(run, condition, actual.number)
                                             : holds_bytes(run, condition, actual, request, row);
    row->wrong = !holds;
    return holds;
}
