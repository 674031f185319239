/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statements that only scenarios for initiators have: what the target serves, what it does
 * instead of the right thing, and what the initiator is seen to do. */
#include "parse.h"

static const char *const actions[STIMULATE_COUNT] = {
    [STIMULATE_RESET] = "reset", [STIMULATE_DISCOVER] = "discover", [STIMULATE_READ] = "read",
    [STIMULATE_WRITE] = "write", [STIMULATE_WORK] = "work",
};

const char *scenario_action_name(enum stimulus_action action)
{
    return actions[action];
}

static const struct {
    const char *name;
    enum value_kind type;
} served[SERVED_COUNT] = {
    [SERVED_BUFFERS] = {"buffer-count", VALUE_NUMBER},
    [SERVED_SECTORS] = {"sector-count", VALUE_NUMBER},
    [SERVED_FIRMWARE] = {"firmware", VALUE_NUMBER},
    [SERVED_CAPACITY] = {"capacity", VALUE_NUMBER},
    [SERVED_READ_ONLY] = {"read-only", VALUE_NUMBER},
    [SERVED_STRING] = {"string", VALUE_BYTES},
    [SERVED_MACS] = {"macs", VALUE_LIST},
    [SERVED_SHELF] = {"shelf", VALUE_NUMBER},
    [SERVED_SLOT] = {"slot", VALUE_NUMBER},
};

bool parse_serve(struct parser *parser, struct statement *statement)
{
    struct initiator_part *part = statement->initiator;
    statement->kind = STATEMENT_SERVE;
    if (parse_accept(parser, "normally"))
        return part->normally = true;
    do {
        size_t i = 0;
        while (i < SERVED_COUNT && !parse_accept(parser, served[i].name))
            i++;
        if (i == SERVED_COUNT)
            return parse_fail(parser, parser->token.at,
                              "expected 'normally' or what is served, such as buffer-count=2; "
                              "found '%s'",
                              parser->token.text);
        if (!parse_expect(parser, "="))
            return false;
        part->served[i] = parse_typed(parser, served[i].type);
        if (!part->served[i])
            return false;
    } while (!parse_at_line_end(parser));
    return true;
}

static bool at_pattern_end(const struct parser *parser)
{
    static const char *const words[] = {"drop", "ignore", "answer", "within"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (parse_at(parser, TOKEN_WORD, words[i]))
            return true;
    return parse_at_line_end(parser);
}

/* "ata write lba=8", "config", "command 0xF0", "request". */
static bool parse_pattern(struct parser *parser, struct request_pattern *pattern)
{
    const char *start = parse_here(parser);
    uint8_t command, operation;
    *pattern = (struct request_pattern){.command = -1, .operation = -1};
    if (parse_command(parser, &command)) {
        pattern->command = command;
        if (parse_operation(parser, command, &operation))
            pattern->operation = operation;
    } else if (parse_accept(parser, "command")) {
        pattern->number = parse_typed(parser, VALUE_NUMBER);
        if (!pattern->number)
            return false;
    } else if (!parse_accept(parser, "request"))
        return parse_fail(parser, parser->token.at,
                          "expected request, ata, config, mask, reserve or command, found '%s'",
                          parser->token.text);
    while (!at_pattern_end(parser))
        if (!parse_condition(parser, pattern->command, &pattern->conditions))
            return false;
    pattern->text = parse_source(parser, start);
    return true;
}

static struct send *new_answer(struct parser *parser, int command)
{
    struct send *answer = arena_new(parser->arena, sizeof *answer);
    answer->kind = MESSAGE_ANSWER;
    answer->command = command < 0 ? AOE_COMMAND_VENDOR : (uint8_t)command;
    return answer;
}

static bool parse_answers(struct parser *parser, int command, struct reaction *reaction)
{
    do {
        if (!parse_expect(parser, "answer"))
            return false;
        struct send *answer = new_answer(parser, command);
        if (!parse_settings(parser, answer))
            return false;
        if (answer->absolute)
            return parse_fail(parser, parser->token.at, "an answer comes 'after N ms', not 'at'");
        reaction->answers = arena_grow(parser->arena, reaction->answers, reaction->count,
                                       sizeof *reaction->answers);
        reaction->answers[reaction->count++] = answer;
    } while (parse_accept(parser, "and"));
    return true;
}

static bool parse_which(struct parser *parser, struct reaction *reaction)
{
    if (parse_accept(parser, "every"))
        return true;
    reaction->first = reaction->last = parse_typed(parser, VALUE_NUMBER);
    if (reaction->first && parse_accept(parser, ".."))
        reaction->last = parse_typed(parser, VALUE_NUMBER);
    return reaction->first && reaction->last;
}

bool parse_when(struct parser *parser, struct statement *statement)
{
    struct reaction *reaction = &statement->initiator->reaction;
    struct request_pattern *pattern = &statement->initiator->pattern;
    statement->kind = STATEMENT_WHEN;
    if (!parse_which(parser, reaction) || !parse_pattern(parser, pattern))
        return false;
    if (parse_accept(parser, "drop"))
        return reaction->drop = true;
    if (parse_accept(parser, "ignore"))
        return reaction->ignore = true;
    return parse_answers(parser, pattern->command, reaction);
}

bool parse_announce(struct parser *parser, struct statement *statement)
{
    statement->kind = STATEMENT_ANNOUNCE;
    statement->send = new_answer(parser, AOE_COMMAND_CONFIG);
    return parse_settings(parser, statement->send);
}

bool parse_stimulate(struct parser *parser, struct statement *statement)
{
    size_t action = STIMULATE_DISCOVER;
    statement->kind = STATEMENT_STIMULATE;
    while (action < STIMULATE_COUNT && !parse_accept(parser, actions[action]))
        action++;
    if (action == STIMULATE_COUNT)
        return parse_fail(parser, parser->token.at, "stimulate discover, read, write or work");
    statement->initiator->action = (enum stimulus_action)action;
    if (action != STIMULATE_READ && action != STIMULATE_WRITE)
        return true;
    statement->value = parse_typed(parser, VALUE_NUMBER);
    if (!statement->value)
        return false;
    statement->last = parse_typed(parser, VALUE_NUMBER);
    return statement->last;
}

bool parse_stimulus(struct parser *parser, struct statement *statement)
{
    static const char *const outcomes[] = {"ok", "fails", "ends"};
    size_t outcome = 0;
    statement->kind = STATEMENT_STIMULUS;
    while (outcome < 3 && !parse_accept(parser, outcomes[outcome]))
        outcome++;
    if (outcome == 3)
        return parse_fail(parser, parser->token.at, "the stimulus is ok, fails or ends");
    statement->initiator->outcome = (enum stimulus_outcome)outcome;
    return parse_within(parser, &statement->initiator->within);
}

bool parse_initiator(struct parser *parser, struct statement *statement)
{
    struct initiator_part *part = statement->initiator;
    struct position at = parser->token.at;
    statement->kind = STATEMENT_SENDS;
    if (!parse_expect(parser, "sends"))
        return false;
    if (parse_accept(parser, "at")) {
        part->at_most = true;
        if (!parse_expect(parser, "most"))
            return false;
        statement->value = parse_typed(parser, VALUE_NUMBER);
        if (!statement->value)
            return false;
    } else
        part->at_most = parse_accept(parser, "no");
    if (!parse_pattern(parser, &part->pattern) || !parse_within(parser, &part->within))
        return false;
    return !part->at_most || part->within ||
           parse_fail(parser, at, "add 'within N ms': how long to watch");
}
