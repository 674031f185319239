/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_hex.h"

#include <stdlib.h>

json_t *json_hex(struct aoe_span bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *text = malloc(bytes.length * 2 + 1);
    if (!text)
        return NULL;
    for (size_t i = 0; i < bytes.length; i++) {
        text[2 * i] = digits[bytes.bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes.bytes[i] & 0xF];
    }
    json_t *made = json_stringn(text, bytes.length * 2);
    free(text);
    return made;
}
