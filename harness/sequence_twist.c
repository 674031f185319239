/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario.h"
#include "sequence_part.h"

/* A wrong request may reach more than the target, or change what was not saved: what changes
 * something goes to the target alone. */
static bool is_harmless(const char *line)
{
    static const char *const changes[] = {"set ", "edit", "write", "cmd=", ".w="};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        if (strstr(line, changes[i]))
            return false;
    return true;
}

/* To other shelves, slots and hosts, or to all of them. */
static const char *address(struct sequence_source *source)
{
    static const char *const addresses[] = {
        " shelf=0xFFFF",
        " slot=0xFF",
        " shelf=0xFFFF slot=0xFF",
        " shelf=0xFFFF slot=0xFF destination=FF:FF:FF:FF:FF:FF",
        " destination=FF:FF:FF:FF:FF:FF",
        " destination=FF:FF:FF:FF:FF:FF",
        " destination=other",
        " destination=other shelf=0xFFFF slot=0xFF",
        " shelf=(shelf+1)%0xFFFF",
        " shelf=(shelf+256)%0xFFFF",
        " shelf=shelf%256*256+shelf/256",
        " shelf=0x00FF",
        " slot=(slot+1)%0xFF",
        " slot=(slot+16)%0xFF",
        " slot=0",
        " slot=0xFE",
        " shelf=slot slot=shelf%256",
    };
    return SEQUENCE_PICK(source, addresses);
}

/* In the words of the header. */
static const char *header(struct sequence_source *source)
{
    static const char *const words[] = {
        " version=0",
        " version=2",
        " version=15",
        " z=1",
        " z=3",
        " error=3",
        " e=1",
        " e=1 error=4",
        " r=1",
        " r=1 e=1 error=2",
        " r=1 destination=FF:FF:FF:FF:FF:FF shelf=0xFFFF slot=0xFF",
    };
    return SEQUENCE_PICK(source, words);
}

/* A host that was never heard of, with an address like that of another. */
static const char *stranger(struct sequence_source *source)
{
    static const char *const strangers[] = {
        " source=b.mac+16",
        " source=b.mac+0x040000000000",
        " source=c.mac+0x040000000000",
        " source=b.mac+0x000100000000",
    };
    return SEQUENCE_PICK(source, strangers);
}

/* Given more than once in a sequence, as they may be. */
static const char *tag(struct sequence_source *source)
{
    static const char *const tags[] = {" tag=0", " tag=0xFFFFFFFF", " tag=0x8001",
                                       " tag=7", " tag=7",          " tag=7"};
    return SEQUENCE_PICK(source, tags);
}

static const char *length(struct sequence_source *source)
{
    static const char *const lengths[] = {" pad 200", " pad 60 fill 0x5A", " pad 200 fill 0xFF",
                                          " pad mtu+14"};
    return source->runts && sequence_once_in(source, 2) ? " unpadded"
                                                        : SEQUENCE_PICK(source, lengths);
}

/* Ends in the header or in the argument. What a target might complete it to must be allowed, but
 * no write whose address could be anything. */
static const char *cut(struct arena *arena, struct sequence_source *source, const char *line)
{
    if (!source->runts || !sequence_may(source, TOUCH_TARGET) || strstr(line, " cut ") ||
        strstr(line, "write"))
        return "";
    return arena_print(arena, " cut %u", 14 + sequence_random(source, 22));
}

/* In what changes something, only what every target has to cope with. */
static const char *of_change(struct sequence_source *source)
{
    static const char *const more[] = {" pad 200", " pad 200 fill 0xFF", " version=2", " r=1"};
    unsigned most = source->strict ? 4 : 2;
    return more[sequence_random(source, most)];
}

static const char *of_question(struct arena *arena, struct sequence_source *source,
                               const char *line)
{
    switch (sequence_random(source, 6)) {
    case 0:
        return header(source);
    case 1:
        return length(source);
    case 2:
        return stranger(source);
    case 3:
        return cut(arena, source, line);
    default:
        return address(source);
    }
}

/* What makes the end of a frame must be said once. */
static bool has_shape(const char *line)
{
    return strstr(line, " cut ") || strstr(line, " pad ") || strstr(line, " unpadded");
}

const char *sequence_twist(struct arena *arena, struct sequence_source *source, const char *line)
{
    if (sequence_once_in(source, 8))
        return tag(source);
    /* Longer than anything is kept that is kept for a short while only. */
    if (sequence_once_in(source, 1000))
        return " after 120 ms";
    if (!sequence_once_in(source, 4) || has_shape(line))
        return "";
    return is_harmless(line) ? of_question(arena, source, line) : of_change(source);
}
