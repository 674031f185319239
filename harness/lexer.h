/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words, numbers and signs of a scenario, with their places. */
#ifndef AOE_LEXER_H
#define AOE_LEXER_H

#include "scenario.h"

enum token_kind {
    TOKEN_END,  /* of the file */
    TOKEN_LINE, /* end of a line that had tokens */
    TOKEN_WORD, /* letters first, then letters, digits, _; - before a letter; . before a letter */
    TOKEN_NUMBER,
    TOKEN_MAC,
    TOKEN_BYTES, /* "text" or x"hex" */
    TOKEN_SIGN,  /* = != < <= > >= + - * / % & | .. ( ) [ ] , */
    TOKEN_BAD,   /* `text` says what is wrong */
};

struct token {
    enum token_kind kind;
    struct position at;
    const char *text; /* NUL-terminated: the word, the sign, the error */
    uint64_t number;
    struct aoe_span bytes;
};

struct lexer {
    struct arena *arena;
    const char *next, *end;
    const char *line_start;
    unsigned line;
    bool line_has_tokens;
    const char *token_end;    /* of the latest token */
    const char *previous_end; /* of the one before */
};

void lexer_init(struct lexer *lexer, struct arena *arena, const char *text, size_t length);

/* The next token. After TOKEN_END or TOKEN_BAD it returns the same again. */
struct token lexer_next(struct lexer *lexer);

/* The rest of the line as text, trimmed, for "title": moves to the line's end. */
const char *lexer_rest(struct lexer *lexer);

/* The whole current line without indentation and comment, in arena memory. */
const char *lexer_line_text(struct lexer *lexer);

#endif
