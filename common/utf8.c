/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "utf8.h"

#include <stdio.h>

/* How many bytes a first byte announces, and the least character that needs as many. */
static size_t announced(uint8_t first, uint32_t *least)
{
    if (first < 0x80) {
        *least = 1;
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        *least = 0x80;
        return 2;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        *least = 0x800;
        return 3;
    }
    *least = 0x10000;
    return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

size_t utf8_decode(const char *text, uint32_t *character)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t least;
    size_t count = announced(bytes[0], &least);
    if (!count)
        return 0;
    uint32_t value = count == 1 ? bytes[0] : bytes[0] & (0x7Fu >> count);
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3Fu);
    }
    bool surrogate = value >= 0xD800 && value <= 0xDFFF;
    if (value < least || value > 0x10FFFF || surrogate)
        return 0;
    *character = value;
    return count;
}

static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7F && character <= 0x9F) || character == 0xFFFE ||
           character == 0xFFFF;
}

const char *utf8_clean(struct arena *arena, const char *text, bool controls)
{
    enum { LONGEST = sizeof "\\uffff" - 1 };
    if (!text)
        return "";
    char *clean = arena_array(arena, strlen(text) + 1, LONGEST);
    char *end = clean;
    while (*text) {
        uint32_t character = 0;
        size_t count = utf8_decode(text, &character);
        if (count && !(controls && is_control(character))) {
            memcpy(end, text, count);
            end += count;
        } else if (count > 1) {
            end += snprintf(end, LONGEST + 1, "\\u%04x", character);
        } else {
            end += snprintf(end, LONGEST + 1, "\\x%02x", (uint8_t)*text);
        }
        text += count ? count : 1;
    }
    *end = '\0';
    return clean;
}

size_t utf8_columns(const char *text)
{
    size_t columns = 0;
    for (; *text; text++)
        columns += (*text & 0xC0) != 0x80;
    return columns;
}
