/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario.h"
#include "sequence_part.h"

static const char *config_string(struct arena *arena, struct sequence_source *source)
{
    static const char *const strings[] = {
        "\"\"",        "\"alpha\"", "\"alphabet\"", "\"beta\"",           "\"ALPHA\"",
        "\"alpha  \"", "\"lpha\"",  "x\"00\"",      "x\"616c706861 00\"", "x\"e4f6fc ff80 0a\"",
    };
    static const unsigned lengths[] = {27, 28, 29, 512, AOE_STRING_MAX - 1, AOE_STRING_MAX};
    unsigned most = source->string;
    if (sequence_once_in(source, 8))
        return arena_print(arena, "text(%u)", sequence_random(source, most + 1));
    if (sequence_once_in(source, 4)) {
        unsigned length = lengths[sequence_random(source, sizeof lengths / sizeof lengths[0])];
        return arena_print(arena, "text(%u)", length < most ? length : most);
    }
    return SEQUENCE_PICK(source, strings);
}

/* A length that is not the string's: shorter, or beyond what may be or is there. */
static const char *wrong_length(struct arena *arena, struct sequence_source *source)
{
    static const unsigned lengths[] = {0, 1, 200, 300, 1000, 1024, 1025, 2048, 65535};
    if (!sequence_once_in(source, 10))
        return "";
    return arena_print(arena, " length=%u",
                       lengths[sequence_random(source, sizeof lengths / sizeof lengths[0])]);
}

/* What only responses tell. */
static const char *answers_words(struct sequence_source *source)
{
    static const char *const words[] = {" buffer-count=7", " firmware=0x5A5A", " sector-count=9"};
    return sequence_once_in(source, 10) ? SEQUENCE_PICK(source, words) : "";
}

const char *sequence_config(struct arena *arena, struct sequence_source *source)
{
    static const char *const asking[] = {"read", "test", "prefix"};
    static const char *const all[] = {"read", "test", "prefix", "set", "set", "force-set"};
    bool set = sequence_may(source, TOUCH_CONFIG);
    if (set && sequence_once_in(source, 16))
        return arena_print(arena, "config read %s ccmd=%u", config_string(arena, source),
                           5 + sequence_random(source, 11));
    const char *operation = set ? SEQUENCE_PICK(source, all) : SEQUENCE_PICK(source, asking);
    const char *string = config_string(arena, source);
    const char *length = wrong_length(arena, source);
    return arena_print(arena, "config %s %s%s%s", operation, string, length, answers_words(source));
}
