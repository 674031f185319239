/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any bytes as a state file. What is accepted is written and read again as the same. */
#include <stdio.h>
#include <stdlib.h>

#include "target-ref/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct model_settings first, second;
    static char text[STATE_TEXT_MAX];
    char message[128] = "";
    if (state_parse(&first, (const char *)data, size, message, sizeof message) != 0) {
        require(strncmp(message, "line ", 5) == 0, "a message names the line");
        return 0;
    }
    require(first.length <= AOE_STRING_MAX, "a config string has 1024 bytes at most");
    size_t length = state_format(&first, text);
    require(length < sizeof text - 1, "any settings fit the text");
    require(state_parse(&second, text, length, message, sizeof message) == 0, "it reads back");
    require(memcmp(&first, &second, sizeof first) == 0, "it reads back as the same");
    return 0;
}
