/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the parser share. A function that fails has called parse_fail and returns
 * NULL or false; the first failure is the one that is reported. */
#ifndef AOE_PARSE_H
#define AOE_PARSE_H

#include "lexer.h"

enum { PARSE_VARIABLES = 32, PARSE_LABELS = 32, PARSE_DEPTH = 64, PARSE_OPERATORS = 64 };

struct parser {
    struct lexer lexer;
    struct token token; /* the next one, not yet taken */
    struct arena *arena;
    struct scenario *scenario;
    const char *error;
    struct {
        const char *name;
        enum value_kind type;
        bool visible;
    } variables[PARSE_VARIABLES];
    unsigned depth; /* of the expression that is read */
    const char *labels[PARSE_LABELS];
    size_t label_count;
};

bool parse_fail(struct parser *parser, struct position at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void parse_advance(struct parser *parser);

/* Takes the next token where it is that word or sign. */
bool parse_accept(struct parser *parser, const char *text);
bool parse_expect(struct parser *parser, const char *text);
bool parse_at(const struct parser *parser, enum token_kind kind, const char *text);
bool parse_at_line_end(const struct parser *parser);

/* Where the text of the next token starts; and the text from there to the end of the last token
 * that was taken, as it is written. */
const char *parse_here(const struct parser *parser);
const char *parse_source(struct parser *parser, const char *from);

/* An expression of any type, or of the given one. */
struct expression *parse_expression(struct parser *parser);
struct expression *parse_typed(struct parser *parser, enum value_kind type);
bool parse_comparison(struct parser *parser, enum comparison *comparison);

/* What a word names in a response; `command` -1 where any message is meant. */
bool parse_reading(struct parser *parser, const struct token *word, const char *name, int command,
                   struct reading *reading);

/* The index of the host of that name, or -1. */
int parse_host(const struct parser *parser, const char *name);

/* After "HOST send", and after "HOST expect [each]". */
struct send *parse_send(struct parser *parser);
bool parse_expectation(struct parser *parser, struct expectation *expectation);

/* "within N ms", where it stands there: else `*within` stays as it is. */
bool parse_within(struct parser *parser, struct expression **within);

/* The word of a command; then that of one of its operations, as its code. False, without an error,
 * where there is none. */
bool parse_command(struct parser *parser, uint8_t *command);
bool parse_operation(struct parser *parser, uint8_t command, uint8_t *code);

/* Fields, payload and modifiers of `send`, up to the end of the line or the word "and". */
bool parse_settings(struct parser *parser, struct send *send);

/* One condition on a field; `command` -1 where any message is meant. */
bool parse_condition(struct parser *parser, int command, struct alternative *alternative);

/* The statements that only scenarios for initiators have. */
bool parse_serve(struct parser *parser, struct statement *statement);
bool parse_when(struct parser *parser, struct statement *statement);
bool parse_announce(struct parser *parser, struct statement *statement);
bool parse_stimulate(struct parser *parser, struct statement *statement);
bool parse_stimulus(struct parser *parser, struct statement *statement);
bool parse_initiator(struct parser *parser, struct statement *statement);

const char *parse_type_name(enum value_kind type);

#endif
