/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>

struct aoe_text aoe_text(char *to, size_t size)
{
    if (size)
        to[0] = '\0';
    return (struct aoe_text){.to = to, .size = size};
}

void aoe_text_add(struct aoe_text *text, const char *format, ...)
{
    if (!text->size || text->cut)
        return;
    va_list arguments;
    va_start(arguments, format);
    size_t left = text->size - text->used;
    int wanted = vsnprintf(text->to + text->used, left, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        text->to[text->used] = '\0';
    text->cut = wanted < 0 || (size_t)wanted >= left;
    if (wanted > 0)
        text->used += text->cut ? left - 1 : (size_t)wanted;
}
