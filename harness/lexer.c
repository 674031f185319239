/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lexer.h"

#include <ctype.h>

#include "protocol/names.h"

void lexer_init(struct lexer *lexer, struct arena *arena, const char *text, size_t length)
{
    *lexer = (struct lexer){
        .arena = arena, .next = text, .end = text + length, .line_start = text, .line = 1};
}

static char peek(const struct lexer *lexer, size_t ahead)
{
    return ahead < (size_t)(lexer->end - lexer->next) ? lexer->next[ahead] : '\0';
}

static struct position here(const struct lexer *lexer)
{
    return (struct position){lexer->line, (unsigned)(lexer->next - lexer->line_start) + 1};
}

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool is_alnum(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static struct token bad(struct lexer *lexer, struct position at, const char *what)
{
    lexer->next = lexer->end;
    return (struct token){.kind = TOKEN_BAD, .at = at, .text = what};
}

static char *copy(struct lexer *lexer, const char *from, size_t length)
{
    return (char *)arena_bytes(lexer->arena, from, length);
}

static struct token word(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_WORD, .at = here(lexer)};
    const char *start = lexer->next;
    while (is_alnum(peek(lexer, 0)) ||
           ((peek(lexer, 0) == '-' || peek(lexer, 0) == '.') && is_letter(peek(lexer, 1))))
        lexer->next++;
    token.text = copy(lexer, start, (size_t)(lexer->next - start));
    return token;
}

static int digit_value(char c)
{
    if (isdigit((unsigned char)c))
        return c - '0';
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : 16;
}

static struct token number(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_NUMBER, .at = here(lexer)};
    const char *start = lexer->next;
    unsigned base = 10;
    if (peek(lexer, 0) == '0' && peek(lexer, 1) == 'x') {
        base = 16;
        lexer->next += 2;
    }
    const char *digits = lexer->next;
    for (; (unsigned)digit_value(peek(lexer, 0)) < base; lexer->next++)
        if (__builtin_mul_overflow(token.number, base, &token.number) ||
            __builtin_add_overflow(token.number, (unsigned)digit_value(peek(lexer, 0)),
                                   &token.number))
            return bad(lexer, token.at, "a number has at most 64 bits");
    if (lexer->next == digits || is_alnum(peek(lexer, 0)))
        return bad(lexer, token.at, "not a number: write 12 or 0x1F");
    token.text = copy(lexer, start, (size_t)(lexer->next - start));
    return token;
}

/* Six pairs of hex digits with colons, tried before numbers and words. */
static bool mac(struct lexer *lexer, struct token *token)
{
    enum { LENGTH = AOE_MAC_BYTES * 3 - 1 };
    char text[LENGTH + 1] = {0};
    uint8_t bytes[AOE_MAC_BYTES];
    for (size_t i = 0; i < LENGTH; i++)
        text[i] = peek(lexer, i);
    if (text[2] != ':' || is_alnum(peek(lexer, LENGTH)) || !aoe_mac_parse(text, bytes))
        return false;
    *token =
        (struct token){.kind = TOKEN_MAC, .at = here(lexer), .text = copy(lexer, text, LENGTH)};
    token->number = aoe_mac_number(bytes);
    lexer->next += LENGTH;
    return true;
}

/* One character of a quoted string after a backslash; false for an unknown escape. */
static bool escape(struct lexer *lexer, uint8_t *to)
{
    char c = peek(lexer, 0);
    int high = digit_value(peek(lexer, 1)), low = digit_value(peek(lexer, 2));
    if (c == 'x' && high < 16 && low < 16) {
        *to = (uint8_t)(high << 4 | low);
        lexer->next += 3;
        return true;
    }
    static const char from[] = "n\\\"", into[] = "\n\\\"";
    const char *found = c ? strchr(from, c) : NULL;
    if (!found)
        return false;
    *to = (uint8_t)into[found - from];
    lexer->next++;
    return true;
}

/* Room for the bytes of a string whose first character is `start` ahead. */
static uint8_t *string_room(struct lexer *lexer, size_t start)
{
    size_t end = start;
    for (char c; (c = peek(lexer, end)) && c != '"' && c != '\n';)
        end += c == '\\' ? 2 : 1;
    return arena_array(lexer->arena, end - start + 1, 1);
}

static struct token quoted(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_BYTES, .at = here(lexer)};
    uint8_t *bytes = string_room(lexer, 1);
    size_t length = 0;
    for (lexer->next++; peek(lexer, 0) != '"';) {
        char c = peek(lexer, 0);
        if (c == '\0' || c == '\n')
            return bad(lexer, token.at, "the string has no closing quote on its line");
        lexer->next++;
        bytes[length] = (uint8_t)c;
        if (c == '\\' && !escape(lexer, &bytes[length]))
            return bad(lexer, token.at, "unknown escape: there are \\n, \\\\, \\\" and \\xNN");
        length++;
    }
    lexer->next++;
    token.bytes = (struct aoe_span){bytes, length};
    token.text = "string";
    return token;
}

static struct token hex_bytes(struct lexer *lexer)
{
    struct token token = {.kind = TOKEN_BYTES, .at = here(lexer), .text = "bytes"};
    uint8_t *bytes = string_room(lexer, 2);
    size_t length = 0;
    for (lexer->next += 2; peek(lexer, 0) != '"'; lexer->next++) {
        if (peek(lexer, 0) == ' ')
            continue;
        int high = digit_value(peek(lexer, 0)), low = digit_value(peek(lexer, 1));
        if (high > 15 || low > 15)
            return bad(lexer, token.at, "x\"...\" takes pairs of hex digits and spaces");
        bytes[length++] = (uint8_t)(high << 4 | low);
        lexer->next++;
    }
    lexer->next++;
    token.bytes = (struct aoe_span){bytes, length};
    return token;
}

static struct token sign(struct lexer *lexer)
{
    static const char *const signs[] = {"!=", "<=", ">=", "..", "=", "<", ">", "+", "-", "*",
                                        "/",  "%",  "&",  "|",  "(", ")", "[", "]", ","};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        size_t length = strlen(signs[i]);
        if ((size_t)(lexer->end - lexer->next) >= length &&
            !strncmp(lexer->next, signs[i], length)) {
            struct token token = {.kind = TOKEN_SIGN, .at = here(lexer), .text = signs[i]};
            lexer->next += length;
            return token;
        }
    }
    return bad(lexer, here(lexer), "unexpected character");
}

static void skip_comment(struct lexer *lexer)
{
    if (peek(lexer, 0) == '#')
        while (lexer->next < lexer->end && *lexer->next != '\n')
            lexer->next++;
}

static bool skip_blank(struct lexer *lexer)
{
    char c = peek(lexer, 0);
    if (c == ' ' || c == '\t' || c == '\r')
        lexer->next++;
    else if (c == '\\' && peek(lexer, 1) == '\n') {
        lexer->next += 2;
        lexer->line++;
        lexer->line_start = lexer->next;
    } else
        return false;
    return true;
}

/* Steps over blanks, comments and empty lines; true at the end of a line with tokens. */
static bool skip_to_token(struct lexer *lexer, struct position *line_end)
{
    for (;;) {
        while (skip_blank(lexer)) {
        }
        skip_comment(lexer);
        bool at_end = lexer->next >= lexer->end;
        if (!at_end && *lexer->next != '\n')
            return false;
        *line_end = here(lexer);
        bool had_tokens = lexer->line_has_tokens;
        lexer->line_has_tokens = false;
        if (!at_end) {
            lexer->next++;
            lexer->line++;
            lexer->line_start = lexer->next;
        }
        if (had_tokens)
            return true;
        if (at_end)
            return false;
    }
}

static struct token token_here(struct lexer *lexer)
{
    struct token token;
    if (mac(lexer, &token))
        return token;
    char c = peek(lexer, 0);
    if (c == 'x' && peek(lexer, 1) == '"')
        return hex_bytes(lexer);
    if (is_letter(c))
        return word(lexer);
    if (isdigit((unsigned char)c))
        return number(lexer);
    return c == '"' ? quoted(lexer) : sign(lexer);
}

struct token lexer_next(struct lexer *lexer)
{
    struct position line_end;
    lexer->previous_end = lexer->token_end;
    if (skip_to_token(lexer, &line_end))
        return (struct token){.kind = TOKEN_LINE, .at = line_end, .text = "end of line"};
    if (lexer->next >= lexer->end)
        return (struct token){.kind = TOKEN_END, .at = here(lexer), .text = "end of file"};
    lexer->line_has_tokens = true;
    struct token token = token_here(lexer);
    lexer->token_end = lexer->next;
    return token;
}

static const char *trimmed(struct lexer *lexer, const char *from, const char *to)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    return copy(lexer, from, (size_t)(to - from));
}

const char *lexer_rest(struct lexer *lexer)
{
    const char *start = lexer->next;
    while (lexer->next < lexer->end && *lexer->next != '\n')
        lexer->next++;
    return trimmed(lexer, start, lexer->next);
}

const char *lexer_line_text(struct lexer *lexer)
{
    const char *start = lexer->line_start, *end = start;
    bool in_string = false;
    for (; end < lexer->end && *end != '\n' && (in_string || *end != '#'); end++)
        if (*end == '"' && (end == start || end[-1] != '\\'))
            in_string = !in_string;
    return trimmed(lexer, start, end);
}
