/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parse.h"

#include <stdarg.h>
#include <stdio.h>

bool parse_fail(struct parser *parser, struct position at, const char *format, ...)
{
    if (parser->error)
        return false;
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    parser->error = arena_print(parser->arena, "%s:%u:%u: %s", parser->scenario->path, at.line,
                                at.column, what);
    return false;
}

void parse_advance(struct parser *parser)
{
    parser->token = lexer_next(&parser->lexer);
    if (parser->token.kind == TOKEN_BAD)
        parse_fail(parser, parser->token.at, "%s", parser->token.text);
}

bool parse_at(const struct parser *parser, enum token_kind kind, const char *text)
{
    return parser->token.kind == kind && (!text || !strcmp(parser->token.text, text));
}

bool parse_at_line_end(const struct parser *parser)
{
    return parser->token.kind == TOKEN_LINE || parser->token.kind == TOKEN_END;
}

const char *parse_here(const struct parser *parser)
{
    return parser->lexer.line_start + parser->token.at.column - 1;
}

const char *parse_source(struct parser *parser, const char *from)
{
    const char *end = parser->lexer.previous_end;
    return (const char *)arena_bytes(parser->arena, from, end > from ? (size_t)(end - from) : 0);
}

bool parse_accept(struct parser *parser, const char *text)
{
    if (!parse_at(parser, TOKEN_WORD, text) && !parse_at(parser, TOKEN_SIGN, text))
        return false;
    parse_advance(parser);
    return true;
}

bool parse_expect(struct parser *parser, const char *text)
{
    return parse_accept(parser, text) ||
           parse_fail(parser, parser->token.at, "expected '%s', found '%s'", text,
                      parser->token.text);
}

static bool end_line(struct parser *parser)
{
    if (!parse_at_line_end(parser))
        return parse_fail(parser, parser->token.at, "unexpected '%s'", parser->token.text);
    parse_advance(parser);
    return true;
}

static const struct {
    unsigned touch;
    const char *name, *allow;
} touches[] = {
    {TOUCH_MEDIA, "media", "media"},     {TOUCH_CONFIG, "config-string", "config"},
    {TOUCH_MASKS, "mask-list", "masks"}, {TOUCH_RESERVE, "reserve-list", "reserve"},
    {TOUCH_LINK, "link", "link"},
};

enum { TOUCHES = sizeof touches / sizeof touches[0] };

const char *scenario_touch_name(unsigned touch)
{
    for (size_t i = 0; i < TOUCHES; i++)
        if (touches[i].touch == touch)
            return touches[i].name;
    return "nothing";
}

const char *scenario_allow_name(unsigned touch)
{
    for (size_t i = 0; i < TOUCHES; i++)
        if (touches[i].touch == touch)
            return touches[i].allow;
    return "nothing";
}

static bool parse_clause(struct parser *parser)
{
    struct scenario *scenario = parser->scenario;
    struct position at = parser->token.at;
    /* An id such as 3.1-lba48 is no single token: take the rest of the line as text. */
    const char *before = parser->token.text;
    const char *id =
        arena_print(parser->arena, "%s%s", parser->token.kind == TOKEN_LINE ? "" : before,
                    lexer_rest(&parser->lexer));
    char *hash = strchr(id, '#');
    size_t length = hash ? (size_t)(hash - id) : strlen(id);
    while (length && (id[length - 1] == ' ' || id[length - 1] == '\t'))
        length--;
    id = (const char *)arena_bytes(parser->arena, id, length);
    scenario->clause = aoe_clause_find(id);
    if (!scenario->clause)
        return parse_fail(parser, at, "no clause '%s': 'aoe-conform --explain all' lists them", id);
    scenario->level = scenario->clause->level;
    scenario->initiator = !strncmp(id, "i-", 2);
    if (scenario->initiator)
        scenario->hosts[0] = "target";
    parse_advance(parser);
    return true;
}

static bool parse_level(struct parser *parser)
{
    struct scenario *scenario = parser->scenario;
    struct token word = parser->token;
    if (!scenario->clause)
        return parse_fail(parser, word.at, "level comes after clause");
    for (enum aoe_level level = AOE_MAY; level <= AOE_MUST; level++)
        if (parse_accept(parser, aoe_level_name(level))) {
            if (level > scenario->clause->level)
                return parse_fail(parser, word.at,
                                  "clause %s is a %s: a scenario may only lower it",
                                  scenario->clause->id, aoe_level_name(scenario->clause->level));
            scenario->level = level;
            return true;
        }
    return parse_fail(parser, word.at, "a level is may, should or must");
}

static bool parse_needs(struct parser *parser)
{
    struct scenario *scenario = parser->scenario;
    do {
        const char *start = parse_here(parser);
        scenario->needs = arena_grow(parser->arena, scenario->needs, scenario->need_count,
                                     sizeof *scenario->needs);
        struct need *need = &scenario->needs[scenario->need_count++];
        need->comparison = IS_NOT;
        need->left = parse_typed(parser, VALUE_NUMBER);
        if (!need->left)
            return false;
        if (parser->token.kind == TOKEN_SIGN) {
            if (!parse_comparison(parser, &need->comparison))
                return false;
            need->right = parse_typed(parser, VALUE_NUMBER);
            if (!need->right)
                return false;
        }
        need->text = parse_source(parser, start);
    } while (!parse_at_line_end(parser));
    return true;
}

static bool parse_touches(struct parser *parser)
{
    do {
        size_t i = 0;
        while (i < TOUCHES && !parse_accept(parser, touches[i].name))
            i++;
        if (i == TOUCHES)
            return parse_fail(parser, parser->token.at,
                              "touches media, config-string, mask-list, reserve-list or link");
        parser->scenario->touches |= touches[i].touch;
    } while (!parse_at_line_end(parser));
    return true;
}

static bool parse_hosts(struct parser *parser)
{
    struct scenario *scenario = parser->scenario;
    if (scenario->initiator)
        return parse_fail(parser, parser->token.at, "a scenario for initiators has no hosts");
    scenario->host_count = 0;
    while (!parse_at_line_end(parser)) {
        struct token word = parser->token;
        if (word.kind != TOKEN_WORD || strchr(word.text, '.'))
            return parse_fail(parser, word.at, "a host is named by a word");
        if (parse_host(parser, word.text) >= 0 || !strcmp(word.text, "winner"))
            return parse_fail(parser, word.at, "the name '%s' is taken", word.text);
        if (scenario->host_count == SCENARIO_HOSTS)
            return parse_fail(parser, word.at, "at most %d hosts", SCENARIO_HOSTS);
        scenario->hosts[scenario->host_count++] = word.text;
        parse_advance(parser);
    }
    return scenario->host_count || parse_fail(parser, parser->token.at, "hosts needs a name");
}

static bool parse_title(struct parser *parser)
{
    const char *line = lexer_line_text(&parser->lexer);
    parser->scenario->title = line + strlen("title");
    parser->scenario->title += strspn(parser->scenario->title, " \t");
    lexer_rest(&parser->lexer);
    parse_advance(parser);
    return *parser->scenario->title || parse_fail(parser, parser->token.at, "title needs a text");
}

static bool parse_quick(struct parser *parser)
{
    return parser->scenario->quick = true;
}

static const struct {
    const char *word;
    bool (*parse)(struct parser *);
} headers[] = {
    {"clause", parse_clause},   {"level", parse_level}, {"needs", parse_needs},
    {"touches", parse_touches}, {"hosts", parse_hosts}, {"quick", parse_quick},
};

/* True where the line was a header line, with or without success. */
static bool parse_header(struct parser *parser)
{
    if (parse_at(parser, TOKEN_WORD, "title")) {
        if (parse_title(parser))
            end_line(parser);
        return true;
    }
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (parse_accept(parser, headers[i].word)) {
            if (headers[i].parse(parser))
                end_line(parser);
            return true;
        }
    return false;
}

static bool declare(struct parser *parser, struct token word, enum value_kind type, size_t *index)
{
    struct scenario *scenario = parser->scenario;
    if (scenario->variables == PARSE_VARIABLES)
        return parse_fail(parser, word.at, "at most %d names", PARSE_VARIABLES);
    for (size_t i = 0; i < FACT_COUNT; i++)
        if (!strcmp(word.text, scenario_fact_name((enum fact)i)))
            return parse_fail(parser, word.at, "'%s' is a fact about the target", word.text);
    *index = scenario->variables++;
    parser->variables[*index].name = word.text;
    parser->variables[*index].type = type;
    parser->variables[*index].visible = true;
    return true;
}

static bool parse_name(struct parser *parser, struct token *word)
{
    *word = parser->token;
    if (word->kind != TOKEN_WORD || strchr(word->text, '.'))
        return parse_fail(parser, word->at, "expected a name, found '%s'", word->text);
    parse_advance(parser);
    return true;
}

static bool parse_let(struct parser *parser, struct statement *statement)
{
    struct token word;
    statement->kind = STATEMENT_LET;
    if (!parse_name(parser, &word) || !parse_expect(parser, "="))
        return false;
    statement->value = parse_expression(parser);
    return statement->value && declare(parser, word, statement->value->type, &statement->variable);
}

static struct statement *parse_block(struct parser *parser, const struct statement *parent);

static bool parse_for_values(struct parser *parser, struct statement *statement)
{
    do {
        struct expression *value = parse_expression(parser);
        if (!value)
            return false;
        if (!statement->item_count && parse_accept(parser, "..")) {
            statement->value = value;
            statement->last = parse_typed(parser, VALUE_NUMBER);
            return statement->last &&
                   (value->type == VALUE_NUMBER ||
                    parse_fail(parser, value->at, "a range goes from number to number"));
        }
        if (statement->item_count && value->type != statement->items[0]->type)
            return parse_fail(parser, value->at, "the values of a loop are of one kind");
        statement->items = arena_grow(parser->arena, statement->items, statement->item_count,
                                      sizeof *statement->items);
        statement->items[statement->item_count++] = value;
    } while (!parse_at_line_end(parser));
    return true;
}

static bool parse_for(struct parser *parser, struct statement *statement)
{
    struct token word;
    statement->kind = STATEMENT_FOR;
    if (!parse_name(parser, &word) || !parse_expect(parser, "in") ||
        !parse_for_values(parser, statement))
        return false;
    statement->name = word.text;
    enum value_kind type = statement->item_count ? statement->items[0]->type : VALUE_NUMBER;
    if (!declare(parser, word, type, &statement->variable) || !end_line(parser))
        return false;
    size_t inside = parser->scenario->variables;
    statement->body = parse_block(parser, statement);
    for (size_t i = inside - 1; i < parser->scenario->variables; i++)
        parser->variables[i].visible = false;
    return !parser->error;
}

static bool parse_exactly(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_EXACTLY;
    if (!parse_expect(parser, "one") || !parse_expect(parser, "of"))
        return false;
    while (!parse_accept(parser, "expect")) {
        int host = parse_host(parser, parser->token.text);
        if (host < 0 || statement->host_count == SCENARIO_HOSTS)
            return parse_fail(parser, parser->token.at, "expected a host or 'expect', found '%s'",
                              parser->token.text);
        statement->hosts[statement->host_count++] = (size_t)host;
        parse_advance(parser);
    }
    if (!statement->host_count)
        return parse_fail(parser, statement->at, "'exactly one of' needs its hosts");
    return parse_expectation(parser, &statement->expectation) && parse_expect(parser, "others") &&
           parse_expectation(parser, &statement->others);
}

static bool parse_every(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_EVERY;
    parser->scenario->runwide = true;
    return parse_expect(parser, parser->scenario->initiator ? "request" : "response") &&
           parse_expect(parser, "holds");
}

static bool parse_pause(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_PAUSE;
    statement->value = parse_typed(parser, VALUE_NUMBER);
    return statement->value && parse_expect(parser, "ms");
}

static bool parse_link(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_LINK;
    bool up = parse_at(parser, TOKEN_WORD, "up"), mtu = parse_at(parser, TOKEN_WORD, "mtu");
    if (!up && !mtu && !parse_at(parser, TOKEN_WORD, "down"))
        return parse_fail(parser, parser->token.at,
                          "expected 'link up', 'link down' or 'link mtu'");
    if (!(parser->scenario->touches & TOUCH_LINK))
        return parse_fail(parser, parser->token.at, "add 'touches link' above");
    if (mtu) {
        parse_advance(parser);
        statement->kind = STATEMENT_MTU;
        statement->value = parse_typed(parser, VALUE_NUMBER);
        return statement->value;
    }
    statement->item_count = up;
    parse_advance(parser);
    return true;
}

static bool parse_hear(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_HEARD;
    return parse_expectation(parser, &statement->expectation);
}

static bool parse_answers(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_ANSWERS;
    return parse_expect(parser, "answers") && parse_within(parser, &statement->expectation.within);
}

static bool known_label(const struct parser *parser, const char *label)
{
    for (size_t i = 0; i < parser->label_count; i++)
        if (!strcmp(parser->labels[i], label))
            return true;
    return false;
}

static bool parse_expect_of(struct parser *parser, struct statement *statement)
{
    statement->kind = parse_accept(parser, "each") ? STATEMENT_EACH : STATEMENT_EXPECT;
    if (parse_accept(parser, "of")) {
        if (!known_label(parser, parser->token.text))
            return parse_fail(parser, parser->token.at, "nothing was sent 'as %s'",
                              parser->token.text);
        statement->label = parser->token.text;
        parse_advance(parser);
    }
    if (statement->kind == STATEMENT_EACH && parse_accept(parser, "at")) {
        if (!parse_expect(parser, "least"))
            return false;
        statement->value = parse_typed(parser, VALUE_NUMBER);
        if (!statement->value)
            return false;
    }
    return parse_expectation(parser, &statement->expectation);
}

static bool parse_host_line(struct parser *parser, struct statement *statement)
{
    struct token word = parser->token;
    int host = parse_host(parser, word.text);
    if (host < 0)
        return parse_fail(parser, word.at, "'%s' is neither a statement nor one of the hosts",
                          word.text);
    statement->host = (size_t)host;
    parse_advance(parser);
    if (!parser->scenario->initiator && parse_accept(parser, "expect"))
        return parse_expect_of(parser, statement);
    if (!parse_expect(parser, "send"))
        return false;
    statement->kind = STATEMENT_SEND;
    statement->send = parse_send(parser);
    return statement->send;
}

/* For whom a statement is. */
enum side { BOTH_SIDES, TARGETS_ONLY, INITIATORS_ONLY };

static bool is_for(enum side side, bool initiator)
{
    return side == BOTH_SIDES || (side == INITIATORS_ONLY) == initiator;
}

static bool parse_statement(struct parser *parser, struct statement *statement)
{
    static const struct {
        const char *word;
        bool (*parse)(struct parser *, struct statement *);
        enum side side;
    } statements[] = {
        {"let", parse_let, BOTH_SIDES},
        {"for", parse_for, BOTH_SIDES},
        {"every", parse_every, BOTH_SIDES},
        {"pause", parse_pause, BOTH_SIDES},
        {"link", parse_link, BOTH_SIDES},
        {"exactly", parse_exactly, TARGETS_ONLY},
        {"hear", parse_hear, TARGETS_ONLY},
        {"target", parse_answers, TARGETS_ONLY},
        {"serve", parse_serve, INITIATORS_ONLY},
        {"when", parse_when, INITIATORS_ONLY},
        {"announce", parse_announce, INITIATORS_ONLY},
        {"stimulate", parse_stimulate, INITIATORS_ONLY},
        {"stimulus", parse_stimulus, INITIATORS_ONLY},
        {"initiator", parse_initiator, INITIATORS_ONLY},
    };
    bool initiator = parser->scenario->initiator;
    statement->at = parser->token.at;
    statement->text = lexer_line_text(&parser->lexer);
    if (initiator)
        statement->initiator = arena_new(parser->arena, sizeof *statement->initiator);
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (is_for(statements[i].side, initiator) && parse_accept(parser, statements[i].word))
            return statements[i].parse(parser, statement) &&
                   (statement->kind == STATEMENT_FOR || end_line(parser));
    return parse_host_line(parser, statement) && end_line(parser);
}

static struct statement *parse_block(struct parser *parser, const struct statement *parent)
{
    struct statement *first = NULL, **last = &first;
    while (!parser->error && parser->token.kind != TOKEN_END) {
        if (parent && parse_at(parser, TOKEN_WORD, "end"))
            break;
        struct statement *statement = arena_new(parser->arena, sizeof *statement);
        statement->parent = parent;
        if (!parse_statement(parser, statement))
            return NULL;
        *last = statement;
        last = &statement->next;
    }
    if (parent && (!parse_expect(parser, "end") || !end_line(parser)))
        return NULL;
    return first;
}

static bool complete(struct parser *parser)
{
    const struct scenario *scenario = parser->scenario;
    const char *missing = !scenario->title        ? "title"
                          : !scenario->clause     ? "clause"
                          : !scenario->statements ? "statement"
                                                  : NULL;
    return !missing || parse_fail(parser, parser->token.at, "the scenario has no %s", missing);
}

struct scenario *scenario_parse(struct arena *arena, const char *id, const char *path,
                                const char *text, size_t length, const char **error)
{
    struct parser *parser = arena_new(arena, sizeof *parser);
    parser->arena = arena;
    parser->scenario = arena_new(arena, sizeof *parser->scenario);
    parser->scenario->id = arena_text(arena, id);
    parser->scenario->path = arena_text(arena, path);
    parser->scenario->hosts[0] = "a";
    parser->scenario->host_count = 1;
    lexer_init(&parser->lexer, arena, text, length);
    parse_advance(parser);
    while (!parser->error && parse_header(parser)) {
    }
    if (!parser->error)
        parser->scenario->statements = parse_block(parser, NULL);
    if (!parser->error)
        complete(parser);
    *error = parser->error;
    return parser->error ? NULL : parser->scenario;
}
