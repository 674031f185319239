/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "html.h"

#include <stdarg.h>
#include <stdlib.h>

#include "utf8.h"

static const char *entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

static void add_text(FILE *to, const char *text)
{
    struct arena scratch = {0};
    for (const char *at = utf8_clean(&scratch, text, true); *at; at++) {
        const char *escaped = entity(*at);
        if (escaped)
            fputs(escaped, to);
        else
            putc(*at, to);
    }
    arena_free(&scratch);
}

/* Writes what the conversion at `at`, behind its "%", stands for; returns how long it is. A
 * conversion that is not known is a defect of the caller. */
static size_t add_argument(FILE *to, const char *at, va_list *arguments)
{
    switch (*at) {
    case '%':
        putc('%', to);
        return 1;
    case 's':
        add_text(to, va_arg(*arguments, const char *));
        return 1;
    case 'u':
        fprintf(to, "%u", va_arg(*arguments, unsigned));
        return 1;
    case 'd':
        fprintf(to, "%d", va_arg(*arguments, int));
        return 1;
    case 'z':
        if (at[1] == 'u') {
            fprintf(to, "%zu", va_arg(*arguments, size_t));
            return 2;
        }
        abort();
    default:
        abort();
    }
}

void html_print(FILE *to, const char *markup, ...)
{
    va_list arguments;
    va_start(arguments, markup);
    while (*markup) {
        if (*markup == '%')
            markup += 1 + add_argument(to, markup + 1, &arguments);
        else
            putc(*markup++, to);
    }
    va_end(arguments);
}

static bool is_plain(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("-._~/:", byte));
}

void html_fragment(FILE *to, const char *text)
{
    struct arena scratch = {0};
    for (const char *at = utf8_clean(&scratch, text, true); *at; at++) {
        if (is_plain(*at))
            putc(*at, to);
        else
            fprintf(to, "%%%02X", (uint8_t)*at);
    }
    arena_free(&scratch);
}
