/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse.h"

static const struct {
    const char *name;
    enum function function;
    enum value_kind type;
    unsigned least, most; /* arguments */
    int argument;         /* type of the arguments, or -1 for any */
} functions[] = {
    {"pattern", FUNCTION_PATTERN, VALUE_BYTES, 1, 2, VALUE_NUMBER},
    {"zeros", FUNCTION_ZEROS, VALUE_BYTES, 1, 1, VALUE_NUMBER},
    {"text", FUNCTION_TEXT, VALUE_BYTES, 1, 1, VALUE_NUMBER},
    {"macs", FUNCTION_MACS, VALUE_LIST, 1, 1, VALUE_NUMBER},
    {"join", FUNCTION_JOIN, VALUE_LIST, 2, 2, -1},
    {"length", FUNCTION_LENGTH, VALUE_NUMBER, 1, 1, -1},
    {"min", FUNCTION_MIN, VALUE_NUMBER, 2, 2, VALUE_NUMBER},
    {"max", FUNCTION_MAX, VALUE_NUMBER, 2, 2, VALUE_NUMBER},
};

static const char *const fact_names[FACT_COUNT] = {
    [FACT_SHELF] = "shelf",
    [FACT_SLOT] = "slot",
    [FACT_TARGET] = "target",
    [FACT_OTHER] = "other",
    [FACT_MTU] = "mtu",
    [FACT_SECTORS] = "sector-count",
    [FACT_BUFFERS] = "buffer-count",
    [FACT_FIRMWARE] = "firmware",
    [FACT_CAPACITY] = "capacity",
    [FACT_LAST] = "last",
    [FACT_SCRATCH] = "scratch",
    [FACT_SCRATCH_COUNT] = "scratch-count",
    [FACT_LBA28] = "beyond-lba28",
    [FACT_LBA48] = "lba48",
    [FACT_MASKS] = "mask-list",
    [FACT_RESERVE] = "reserve-list",
    [FACT_ATA] = "ata",
    [FACT_READ_ONLY] = "read-only",
    [FACT_WRITABLE] = "writable",
    [FACT_END_WRITABLE] = "end-writable",
    [FACT_INITIATOR] = "initiator",
    [FACT_PATIENCE] = "patience",
    [FACT_SECOND] = "second-address",
    [FACT_ROUNDS] = "rounds",
};

const char *scenario_fact_name(enum fact fact)
{
    return fact_names[fact];
}

const char *parse_type_name(enum value_kind type)
{
    static const char *const names[] = {"a number", "a string", "a list of addresses"};
    return names[type];
}

static struct expression *make(struct parser *parser, enum expression_kind kind,
                               enum value_kind type, struct position at)
{
    struct expression *made = arena_new(parser->arena, sizeof *made);
    made->kind = kind;
    made->type = made->value.kind = type;
    made->at = at;
    return made;
}

static struct expression *constant(struct parser *parser)
{
    struct token token = parser->token;
    bool bytes = token.kind == TOKEN_BYTES;
    struct expression *made =
        make(parser, EXPRESSION_CONSTANT, bytes ? VALUE_BYTES : VALUE_NUMBER, token.at);
    made->value.number = token.number;
    made->value.bytes = token.bytes.bytes;
    made->value.length = token.bytes.length;
    parse_advance(parser);
    return made;
}

static bool known_field(struct parser *parser, struct position at, const char *name, int command,
                        const struct aoe_field **field)
{
    unsigned found = 0;
    for (int c = AOE_COMMAND_ATA; c <= AOE_COMMAND_RESERVE; c++) {
        const struct aoe_field *candidate = aoe_field_find(name, (uint8_t)c);
        if (candidate && (command < 0 || command == c) && candidate != *field) {
            *field = candidate;
            found++;
        }
    }
    if (found > 1)
        parse_fail(parser, at, "'%s' is in several messages: name one, as in 'expect ata %s=0'",
                   name, name);
    return found == 1;
}

static bool word_index(struct parser *parser, struct reading *reading)
{
    struct token token = parser->token;
    if (!parse_expect(parser, "["))
        return false;
    token = parser->token;
    if (token.kind != TOKEN_NUMBER || token.number > 255)
        return parse_fail(parser, token.at, "a word of IDENTIFY is word[0] to word[255]");
    reading->word = (unsigned)token.number;
    parse_advance(parser);
    return parse_expect(parser, "]");
}

bool parse_reading(struct parser *parser, const struct token *word, const char *name, int command,
                   struct reading *reading)
{
    static const struct {
        const char *name;
        enum reading_kind kind;
    } readings[] = {
        {"string", READING_STRING},       {"data", READING_DATA},
        {"addresses", READING_ADDRESSES}, {"frame-length", READING_FRAME_LENGTH},
        {"word", READING_WORD},           {"identity-sound", READING_IDENTITY},
        {"asker-listed", READING_LISTED},
    };
    *reading = (struct reading){.name = name};
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++)
        if (!strcmp(readings[i].name, name)) {
            reading->kind = readings[i].kind;
            return reading->kind != READING_WORD || word_index(parser, reading);
        }
    if (known_field(parser, word->at, name, command, &reading->field))
        return true;
    return parse_fail(parser, word->at, "no field '%s' in %s response", name,
                      command < 0 ? "any" : "that");
}

static enum value_kind reading_type(const struct reading *reading)
{
    if (reading->kind == READING_STRING || reading->kind == READING_DATA)
        return VALUE_BYTES;
    return reading->kind == READING_ADDRESSES ? VALUE_LIST : VALUE_NUMBER;
}

int parse_host(const struct parser *parser, const char *name)
{
    for (size_t i = 0; i < parser->scenario->host_count; i++)
        if (!strcmp(parser->scenario->hosts[i], name))
            return (int)i;
    return -1;
}

/* The index of a host or of one of enum speaker, or -1. */
static int speaker(const struct parser *parser, const char *name)
{
    if (!parser->scenario->initiator)
        return strcmp(name, "winner") ? parse_host(parser, name) : SPEAKER_WINNER;
    if (!strcmp(name, "request"))
        return SPEAKER_REQUEST;
    return strcmp(name, "response") ? parse_host(parser, name) : SPEAKER_RESPONSE;
}

/* "a.mac", "b.sector-count", "winner.string". */
static struct expression *host_reading(struct parser *parser, const struct token *word)
{
    const char *dot = strchr(word->text, '.');
    if (!dot)
        return NULL;
    char *host = (char *)arena_bytes(parser->arena, word->text, (size_t)(dot - word->text));
    int index = speaker(parser, host);
    if (index < 0)
        return NULL;
    struct reading reading = {READING_MAC, "mac", NULL, 0};
    if (strcmp(dot + 1, "mac") && !parse_reading(parser, word, dot + 1, -1, &reading))
        return NULL;
    struct expression *made = make(parser, EXPRESSION_HOST, reading_type(&reading), word->at);
    made->reading = reading;
    made->index = (size_t)index;
    return made;
}

static struct expression *variable(struct parser *parser, const struct token *word)
{
    for (size_t i = parser->scenario->variables; i-- > 0;)
        if (parser->variables[i].visible && !strcmp(parser->variables[i].name, word->text)) {
            struct expression *made =
                make(parser, EXPRESSION_VARIABLE, parser->variables[i].type, word->at);
            made->index = i;
            return made;
        }
    return NULL;
}

static struct expression *fact(struct parser *parser, const struct token *word)
{
    for (size_t i = 0; i < FACT_COUNT; i++)
        if (!strcmp(fact_names[i], word->text)) {
            struct expression *made = make(parser, EXPRESSION_FACT, VALUE_NUMBER, word->at);
            made->index = i;
            return made;
        }
    return NULL;
}

static struct expression *call(struct parser *parser, const struct token *word)
{
    size_t f = 0, count = sizeof functions / sizeof functions[0];
    while (f < count && strcmp(functions[f].name, word->text))
        f++;
    if (f == count) {
        parse_fail(parser, word->at, "no function '%s'", word->text);
        return NULL;
    }
    struct expression *made = make(parser, EXPRESSION_CALL, functions[f].type, word->at);
    made->index = functions[f].function;
    parse_advance(parser);
    struct expression **arguments[2] = {&made->left, &made->right};
    for (unsigned i = 0; i < functions[f].most; i++) {
        if (i && !(i < functions[f].least ? parse_expect(parser, ",") : parse_accept(parser, ",")))
            break;
        *arguments[i] = functions[f].argument < 0
                            ? parse_expression(parser)
                            : parse_typed(parser, (enum value_kind)functions[f].argument);
        if (!*arguments[i])
            return NULL;
    }
    if (made->index == FUNCTION_JOIN && made->left && made->right) {
        made->type = made->left->type;
        if (made->type == VALUE_NUMBER || made->type != made->right->type) {
            parse_fail(parser, word->at, "join() takes two strings or two lists");
            return NULL;
        }
    }
    return parse_expect(parser, ")") ? made : NULL;
}

static struct expression *named(struct parser *parser)
{
    struct token word = parser->token;
    parse_advance(parser);
    if (parse_at(parser, TOKEN_SIGN, "("))
        return call(parser, &word);
    struct expression *made = variable(parser, &word);
    if (!made)
        made = host_reading(parser, &word);
    if (!made && !parser->error)
        made = fact(parser, &word);
    if (!made)
        parse_fail(parser, word.at, "unknown name '%s'", word.text);
    return made;
}

static struct expression *list(struct parser *parser)
{
    struct expression *made = make(parser, EXPRESSION_LIST, VALUE_LIST, parser->token.at);
    parse_advance(parser);
    while (!parse_accept(parser, "]")) {
        struct expression *item = parse_typed(parser, VALUE_NUMBER);
        if (!item)
            return NULL;
        made->items = arena_grow(parser->arena, made->items, made->count, sizeof *made->items);
        made->items[made->count++] = item;
    }
    return made;
}

static struct expression *primary(struct parser *parser)
{
    switch (parser->token.kind) {
    case TOKEN_NUMBER:
    case TOKEN_MAC:
    case TOKEN_BYTES:
        return constant(parser);
    case TOKEN_WORD:
        return named(parser);
    default:
        break;
    }
    if (parse_at(parser, TOKEN_SIGN, "["))
        return list(parser);
    if (parse_accept(parser, "(")) {
        struct expression *inner = parse_expression(parser);
        return inner && parse_expect(parser, ")") ? inner : NULL;
    }
    parse_fail(parser, parser->token.at, "expected a value, found '%s'", parser->token.text);
    return NULL;
}

/* Left-associative chains of the operators in `signs`. */
static struct expression *chain(struct parser *parser, const char *signs,
                                struct expression *(*operand)(struct parser *))
{
    struct expression *left = operand(parser);
    unsigned operators = 0;
    while (left && parser->token.kind == TOKEN_SIGN && strlen(parser->token.text) == 1 &&
           strchr(signs, parser->token.text[0])) {
        struct expression *made = make(parser, EXPRESSION_BINARY, VALUE_NUMBER, parser->token.at);
        made->op = parser->token.text[0];
        if (operators++ == PARSE_OPERATORS) {
            parse_fail(parser, made->at, "at most %d operators in a row", PARSE_OPERATORS);
            return NULL;
        }
        parse_advance(parser);
        made->left = left;
        made->right = operand(parser);
        if (!made->right)
            return NULL;
        if (left->type != VALUE_NUMBER || made->right->type != VALUE_NUMBER) {
            parse_fail(parser, made->at, "'%c' takes numbers", made->op);
            return NULL;
        }
        left = made;
    }
    return left;
}

static struct expression *product(struct parser *parser)
{
    return chain(parser, "*/%", primary);
}

struct expression *parse_expression(struct parser *parser)
{
    if (parser->depth == PARSE_DEPTH) {
        parse_fail(parser, parser->token.at, "values are nested at most %d deep", PARSE_DEPTH);
        return NULL;
    }
    parser->depth++;
    struct expression *made = chain(parser, "+-", product);
    parser->depth--;
    return made;
}

struct expression *parse_typed(struct parser *parser, enum value_kind type)
{
    struct position at = parser->token.at;
    struct expression *made = parse_expression(parser);
    if (made && made->type != type) {
        parse_fail(parser, at, "expected %s, found %s", parse_type_name(type),
                   parse_type_name(made->type));
        return NULL;
    }
    return made;
}

bool parse_comparison(struct parser *parser, enum comparison *comparison)
{
    static const char *const signs[] = {"=", "!=", "<", "<=", ">", ">="};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (parse_accept(parser, signs[i])) {
            *comparison = (enum comparison)i;
            return true;
        }
    return parse_fail(parser, parser->token.at, "expected = != < <= > or >=, found '%s'",
                      parser->token.text);
}
