/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two statements that scenarios are made of: what is sent, and what is expected. */
#include "parse.h"

static const struct operation {
    uint8_t command;
    const char *name;
    uint8_t code; /* opcode, CCmd, MCmd or RCmd */
} operations[] = {
    {AOE_COMMAND_ATA, "read", ATA_READ},
    {AOE_COMMAND_ATA, "read-ext", ATA_READ_EXT},
    {AOE_COMMAND_ATA, "read-dma", ATA_READ_DMA},
    {AOE_COMMAND_ATA, "read-dma-ext", ATA_READ_DMA_EXT},
    {AOE_COMMAND_ATA, "write", ATA_WRITE},
    {AOE_COMMAND_ATA, "write-ext", ATA_WRITE_EXT},
    {AOE_COMMAND_ATA, "write-dma", ATA_WRITE_DMA},
    {AOE_COMMAND_ATA, "write-dma-ext", ATA_WRITE_DMA_EXT},
    {AOE_COMMAND_ATA, "verify", ATA_VERIFY},
    {AOE_COMMAND_ATA, "verify-ext", ATA_VERIFY_EXT},
    {AOE_COMMAND_ATA, "identify", ATA_IDENTIFY},
    {AOE_COMMAND_ATA, "flush", ATA_FLUSH},
    {AOE_COMMAND_ATA, "flush-ext", ATA_FLUSH_EXT},
    {AOE_COMMAND_ATA, "check-power", ATA_CHECK_POWER},
    {AOE_COMMAND_CONFIG, "read", AOE_CONFIG_READ},
    {AOE_COMMAND_CONFIG, "test", AOE_CONFIG_TEST},
    {AOE_COMMAND_CONFIG, "prefix", AOE_CONFIG_PREFIX},
    {AOE_COMMAND_CONFIG, "set", AOE_CONFIG_SET},
    {AOE_COMMAND_CONFIG, "force-set", AOE_CONFIG_FORCE},
    {AOE_COMMAND_MASK, "read", AOE_MASK_READ},
    {AOE_COMMAND_MASK, "edit", AOE_MASK_EDIT},
    {AOE_COMMAND_RESERVE, "read", AOE_RESERVE_READ},
    {AOE_COMMAND_RESERVE, "set", AOE_RESERVE_SET},
    {AOE_COMMAND_RESERVE, "force-set", AOE_RESERVE_FORCE},
};

static const char *const commands[] = {"ata", "config", "mask", "reserve"};

bool parse_command(struct parser *parser, uint8_t *command)
{
    for (uint8_t c = 0; c <= AOE_COMMAND_RESERVE; c++)
        if (parse_accept(parser, commands[c])) {
            *command = c;
            return true;
        }
    return false;
}

bool parse_operation(struct parser *parser, uint8_t command, uint8_t *code)
{
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (operations[i].command == command && parse_accept(parser, operations[i].name)) {
            *code = operations[i].code;
            return true;
        }
    return false;
}

static bool add_directive(struct parser *parser, struct send *send, struct expression *dcmd)
{
    struct expression *addresses = parse_expression(parser);
    if (!dcmd || !addresses)
        return false;
    if (addresses->type == VALUE_BYTES)
        return parse_fail(parser, addresses->at, "expected an address or a list of addresses");
    send->directives = arena_grow(parser->arena, send->directives, send->directive_count,
                                  sizeof *send->directives);
    send->directives[send->directive_count++] = (struct directive){dcmd, addresses};
    return true;
}

static struct expression *number_constant(struct parser *parser, uint64_t number)
{
    struct expression *made = arena_new(parser->arena, sizeof *made);
    made->at = parser->token.at;
    made->value.number = number;
    return made;
}

/* "add MACS", "delete MACS", "none MACS", "directive CODE MACS", any number of them. */
static bool parse_directives(struct parser *parser, struct send *send)
{
    static const char *const names[] = {"none", "add", "delete"};
    for (;;) {
        size_t i = 0;
        while (i < 3 && !parse_accept(parser, names[i]))
            i++;
        if (i < 3) {
            if (!add_directive(parser, send, number_constant(parser, i)))
                return false;
        } else if (parse_accept(parser, "directive")) {
            if (!add_directive(parser, send, parse_typed(parser, VALUE_NUMBER)))
                return false;
        } else
            return true;
    }
}

static bool sets_payload(const struct parser *parser, const struct send *send)
{
    bool whole = send->kind == MESSAGE_COMMAND || send->kind == MESSAGE_ANSWER;
    if (send->kind == MESSAGE_AGAIN)
        return false;
    return parse_at(parser, TOKEN_WORD, "payload") ||
           (whole && send->command == AOE_COMMAND_ATA && parse_at(parser, TOKEN_WORD, "data"));
}

static bool parse_payload(struct parser *parser, struct send *send)
{
    parse_advance(parser);
    if (!parse_expect(parser, "="))
        return false;
    send->payload = parse_typed(parser, VALUE_BYTES);
    if (!send->payload)
        return false;
    send->patterned = send->payload->kind == EXPRESSION_CALL &&
                      send->payload->index == FUNCTION_PATTERN &&
                      (send->command == AOE_COMMAND_ATA || !send->payload->right);
    return true;
}

static struct assignment *new_assignment(struct parser *parser, struct send *send)
{
    send->assignments = arena_grow(parser->arena, send->assignments, send->assignment_count,
                                   sizeof *send->assignments);
    struct assignment *made = &send->assignments[send->assignment_count++];
    *made = (struct assignment){.at = parser->token.at};
    return made;
}

/* "byte[34]=0xFF" */
static bool parse_byte(struct parser *parser, struct send *send)
{
    struct assignment *made = new_assignment(parser, send);
    if (!parse_expect(parser, "["))
        return false;
    made->offset = parse_typed(parser, VALUE_NUMBER);
    if (!made->offset || !parse_expect(parser, "]") || !parse_expect(parser, "="))
        return false;
    made->value = parse_typed(parser, VALUE_NUMBER);
    return made->value;
}

static bool parse_assignment(struct parser *parser, struct send *send)
{
    struct token word = parser->token;
    if (word.kind != TOKEN_WORD)
        return parse_fail(parser, word.at, "unexpected '%s'", word.text);
    bool whole = send->kind == MESSAGE_COMMAND || send->kind == MESSAGE_ANSWER;
    uint8_t command = whole ? send->command : AOE_COMMAND_VENDOR;
    const struct aoe_field *field = aoe_field_find(word.text, command);
    if (!field)
        return parse_fail(parser, word.at, "no field '%s' in that message", word.text);
    struct assignment *made = new_assignment(parser, send);
    made->field = field;
    parse_advance(parser);
    if (!parse_expect(parser, "="))
        return false;
    made->value = parse_typed(parser, VALUE_NUMBER);
    return made->value;
}

static bool parse_label(struct parser *parser, struct send *send)
{
    if (parser->token.kind != TOKEN_WORD || parser->label_count == PARSE_LABELS)
        return parse_fail(parser, parser->token.at, "expected a name, found '%s'",
                          parser->token.text);
    send->label = parser->token.text;
    parser->labels[parser->label_count++] = send->label;
    parse_advance(parser);
    return true;
}

/* Words that change the frame as a whole. `*done` where it was one of them. */
static bool parse_modifier(struct parser *parser, struct send *send, bool *done)
{
    const struct {
        const char *word;
        struct expression **to;
        enum value_kind type;
    } modifiers[] = {
        {"append", &send->append, VALUE_BYTES}, {"cut", &send->cut, VALUE_NUMBER},
        {"pad", &send->pad, VALUE_NUMBER},      {"fill", &send->fill, VALUE_NUMBER},
        {"after", &send->delay, VALUE_NUMBER},  {"at", &send->delay, VALUE_NUMBER},
    };
    *done = true;
    if (parse_accept(parser, "unpadded"))
        return send->unpadded = true;
    if (parse_accept(parser, "as"))
        return parse_label(parser, send);
    if (parse_accept(parser, "byte"))
        return parse_byte(parser, send);
    for (size_t i = 0; i < sizeof modifiers / sizeof modifiers[0]; i++)
        if (parse_accept(parser, modifiers[i].word)) {
            *modifiers[i].to = parse_typed(parser, modifiers[i].type);
            if (modifiers[i].to != &send->delay)
                return *modifiers[i].to;
            send->absolute = !strcmp(modifiers[i].word, "at");
            return send->delay && parse_expect(parser, "ms");
        }
    *done = false;
    return true;
}

/* What stands right behind the command: its operation and what that is about. */
static bool parse_subject(struct parser *parser, struct send *send)
{
    if (send->command == AOE_COMMAND_ATA && parse_at(parser, TOKEN_WORD, "opcode"))
        return true;
    if (!parse_operation(parser, send->command, &send->operation))
        return parse_fail(parser, parser->token.at, "no operation '%s' in command %s",
                          parser->token.text, commands[send->command]);
    if (send->command == AOE_COMMAND_MASK)
        return parse_directives(parser, send);
    if (send->command == AOE_COMMAND_ATA) {
        parser->scenario->moves_data |= send->operation != ATA_IDENTIFY;
        return true;
    }
    /* A string, or a list of addresses: optional, so that it can be left out on purpose. */
    bool starts =
        parser->token.kind == TOKEN_BYTES || parse_at(parser, TOKEN_SIGN, "[") ||
        (parser->token.kind == TOKEN_WORD && !aoe_field_find(parser->token.text, send->command));
    static const char *const modifiers[] = {"append", "cut",  "pad",   "fill", "unpadded",
                                            "as",     "byte", "after", "at",   "payload"};
    for (size_t i = 0; i < sizeof modifiers / sizeof modifiers[0]; i++)
        starts = starts && !parse_at(parser, TOKEN_WORD, modifiers[i]);
    if (!starts)
        return true;
    send->payload =
        parse_typed(parser, send->command == AOE_COMMAND_CONFIG ? VALUE_BYTES : VALUE_LIST);
    return send->payload;
}

static bool parse_message(struct parser *parser, struct send *send)
{
    if (parse_accept(parser, "again")) {
        send->kind = MESSAGE_AGAIN;
        return true;
    }
    if (parse_accept(parser, "raw")) {
        send->kind = MESSAGE_RAW;
        send->payload = parse_typed(parser, VALUE_BYTES);
        return send->payload;
    }
    if (parse_accept(parser, "command")) {
        send->command = AOE_COMMAND_VENDOR;
        send->number = parse_typed(parser, VALUE_NUMBER);
        return send->number;
    }
    if (parse_command(parser, &send->command))
        return parse_subject(parser, send);
    return parse_fail(parser, parser->token.at,
                      "expected ata, config, mask, reserve, command, raw or again, found '%s'",
                      parser->token.text);
}

bool parse_settings(struct parser *parser, struct send *send)
{
    while (!parse_at_line_end(parser) && !parse_at(parser, TOKEN_WORD, "and")) {
        bool done;
        if (!parse_modifier(parser, send, &done))
            return false;
        if (!done && !(sets_payload(parser, send) ? parse_payload(parser, send)
                                                  : parse_assignment(parser, send)))
            return false;
    }
    return true;
}

struct send *parse_send(struct parser *parser)
{
    struct send *send = arena_new(parser->arena, sizeof *send);
    if (parser->token.kind == TOKEN_NUMBER || parse_at(parser, TOKEN_SIGN, "(") ||
        parse_at(parser, TOKEN_WORD, "buffer-count")) {
        send->times = parse_typed(parser, VALUE_NUMBER);
        if (!send->times || !parse_expect(parser, "times"))
            return NULL;
    }
    return parse_message(parser, send) && parse_settings(parser, send) ? send : NULL;
}

/* Shorthands of outcomes: conditions that scenarios would write again and again. */
static const struct {
    const char *word;
    struct {
        const char *field, *text;
        uint64_t value;
    } conditions[3];
} outcomes[] = {
    {"refused", {{"error", "error=2", AOE_ERROR_ARGUMENT}}},
    {"aborted", {{"error", "error=0", 0}, {"err", "err=1", 1}, {"abrt", "abrt=1", 1}}},
    {"not-found", {{"error", "error=0", 0}, {"err", "err=1", 1}, {"idnf", "idnf=1", 1}}},
    {"failed", {{"error", "error=0", 0}, {"err", "err=1", 1}}},
};

static struct condition *new_condition(struct parser *parser, struct alternative *alternative)
{
    alternative->conditions = arena_grow(parser->arena, alternative->conditions, alternative->count,
                                         sizeof *alternative->conditions);
    struct condition *made = &alternative->conditions[alternative->count++];
    *made = (struct condition){.comparison = IS};
    return made;
}

static void add_fixed(struct parser *parser, struct alternative *alternative, const char *name,
                      const char *text, uint64_t value)
{
    struct condition *made = new_condition(parser, alternative);
    made->text = text;
    made->reading.name = name;
    made->reading.field = aoe_field_find(name, AOE_COMMAND_ATA);
    made->permitted = arena_new(parser->arena, sizeof *made->permitted);
    made->permitted->low = number_constant(parser, value);
    made->count = 1;
}

static bool parse_outcome(struct parser *parser, struct alternative *alternative)
{
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++)
        if (parse_accept(parser, outcomes[i].word)) {
            alternative->judges_outcome = true;
            for (size_t c = 0; c < 3 && outcomes[i].conditions[c].field; c++)
                add_fixed(parser, alternative, outcomes[i].conditions[c].field,
                          outcomes[i].conditions[c].text, outcomes[i].conditions[c].value);
            return true;
        }
    return false;
}

static bool field_judges_outcome(const char *name)
{
    static const char *const fields[] = {"error", "e",    "status", "ata-error", "err",
                                         "abrt",  "idnf", "unc",    "merror"};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (!strcmp(fields[i], name))
            return true;
    return false;
}

static bool parse_permitted(struct parser *parser, struct condition *condition)
{
    enum value_kind type =
        condition->reading.kind == READING_STRING || condition->reading.kind == READING_DATA
            ? VALUE_BYTES
        : condition->reading.kind == READING_ADDRESSES ? VALUE_LIST
                                                       : VALUE_NUMBER;
    if (parse_accept(parser, "*"))
        return true;
    do {
        condition->permitted = arena_grow(parser->arena, condition->permitted, condition->count,
                                          sizeof *condition->permitted);
        struct permitted *permitted = &condition->permitted[condition->count++];
        permitted->high = NULL;
        permitted->low = parse_typed(parser, type);
        if (!permitted->low)
            return false;
        if (type == VALUE_NUMBER && parse_accept(parser, "..")) {
            permitted->high = parse_typed(parser, type);
            if (!permitted->high)
                return false;
        }
    } while (parse_accept(parser, "|"));
    return true;
}

bool parse_condition(struct parser *parser, int command, struct alternative *alternative)
{
    struct token word = parser->token;
    const char *start = parse_here(parser);
    if (word.kind != TOKEN_WORD)
        return parse_fail(parser, word.at, "expected a field, found '%s'", word.text);
    struct condition *made = new_condition(parser, alternative);
    parse_advance(parser);
    if (!parse_reading(parser, &word, word.text, command, &made->reading))
        return false;
    if (parse_accept(parser, "&")) {
        made->mask = parse_typed(parser, VALUE_NUMBER);
        if (!made->mask)
            return false;
    }
    if (!parse_comparison(parser, &made->comparison) || !parse_permitted(parser, made))
        return false;
    made->text = parse_source(parser, start);
    alternative->judges_outcome |= field_judges_outcome(made->reading.name);
    return true;
}

static bool parse_alternative(struct parser *parser, struct alternative *alternative)
{
    if (parse_accept(parser, "silence"))
        return alternative->silence = true;
    uint8_t command = 0;
    bool named = parse_command(parser, &command);
    if (named)
        add_fixed(parser, alternative, "command", commands[command], command);
    bool some = named;
    while (!parse_at_line_end(parser) && !parse_at(parser, TOKEN_WORD, "or") &&
           !parse_at(parser, TOKEN_WORD, "others")) {
        if (parse_accept(parser, "any"))
            alternative->judges_outcome = true;
        else if (!parse_accept(parser, "ok") && !parse_outcome(parser, alternative) &&
                 !parse_condition(parser, named ? command : -1, alternative))
            return false;
        some = true;
    }
    return some || parse_fail(parser, parser->token.at, "expected what: ok, silence, a field ...");
}

bool parse_within(struct parser *parser, struct expression **within)
{
    if (!parse_accept(parser, "within"))
        return true;
    *within = parse_typed(parser, VALUE_NUMBER);
    return *within && parse_expect(parser, "ms");
}

bool parse_expectation(struct parser *parser, struct expectation *expectation)
{
    if (!parse_within(parser, &expectation->within))
        return false;
    do {
        expectation->alternatives =
            arena_grow(parser->arena, expectation->alternatives, expectation->count,
                       sizeof *expectation->alternatives);
        struct alternative *made = &expectation->alternatives[expectation->count++];
        *made = (struct alternative){0};
        if (!parse_alternative(parser, made))
            return false;
    } while (parse_accept(parser, "or"));
    return true;
}
