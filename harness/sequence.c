/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sequence.h"

#include "scenario.h"

unsigned sequence_random(struct sequence_source *source, unsigned below)
{
    /* splitmix64 */
    uint64_t z = source->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (unsigned)((z ^ z >> 31) % below);
}

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *pick(struct sequence_source *source, const char *const *of, unsigned count)
{
    return of[sequence_random(source, count)];
}

#define PICK(source, array) pick(source, array, COUNT(array))

/* True in one of so many cases. */
static bool once_in(struct sequence_source *source, unsigned cases)
{
    return !sequence_random(source, cases);
}

static bool may(const struct sequence_source *source, unsigned touch)
{
    return source->allowed & touch;
}

/* ---- config ---- */

static const char *config_string(struct arena *arena, struct sequence_source *source)
{
    static const char *const strings[] = {
        "\"\"",     "\"alpha\"", "\"alphabet\"", "\"beta\"",  "x\"00\"",    "x\"616c706861 00\"",
        "text(27)", "text(28)",  "text(29)",     "text(512)", "text(1023)", "text(1024)",
    };
    if (once_in(source, 3))
        return arena_print(arena, "text(%u)", sequence_random(source, 1025));
    return PICK(source, strings);
}

/* A length that is not the string's: shorter, or beyond what may be or is there. */
static const char *wrong_length(struct arena *arena, struct sequence_source *source)
{
    static const unsigned lengths[] = {0, 1, 1025, 2048, 65535};
    if (!once_in(source, 12))
        return "";
    return arena_print(arena, " length=%u", lengths[sequence_random(source, COUNT(lengths))]);
}

static const char *config(struct arena *arena, struct sequence_source *source)
{
    static const char *const asking[] = {"read", "test", "prefix"};
    static const char *const all[] = {"read", "test", "prefix", "set", "set", "force-set"};
    bool set = may(source, TOUCH_CONFIG);
    if (set && once_in(source, 16))
        return arena_print(arena, "config read ccmd=%u", 5 + sequence_random(source, 11));
    return arena_print(arena, "config %s %s%s", set ? PICK(source, all) : PICK(source, asking),
                       config_string(arena, source), wrong_length(arena, source));
}

/* ---- ATA ---- */

static const char *lba_and_count(struct arena *arena, struct sequence_source *source)
{
    unsigned most = source->sectors < SEQUENCE_AREA ? source->sectors : SEQUENCE_AREA;
    unsigned count = 1 + sequence_random(source, most);
    unsigned at = sequence_random(source, SEQUENCE_AREA - count + 1);
    return arena_print(arena, "lba=scratch+%u count=%u", at, count);
}

/* At the end of the medium, and past it. */
static const char *edge(struct arena *arena, struct sequence_source *source)
{
    static const char *const edges[] = {
        "lba=last",       "lba=capacity",     "lba=last count=2",
        "lba=capacity+1", "lba=capacity+255", "lba=0",
    };
    (void)arena;
    return PICK(source, edges);
}

static const char *read_line(struct arena *arena, struct sequence_source *source)
{
    static const char *const operations[] = {"read", "read-ext"};
    bool edged = once_in(source, 6);
    return arena_print(arena, "ata %s %s", PICK(source, operations),
                       edged ? edge(arena, source) : lba_and_count(arena, source));
}

static const char *write_line(struct arena *arena, struct sequence_source *source)
{
    static const char *const operations[] = {"write", "write-ext"};
    const char *operation = PICK(source, operations);
    const char *place = lba_and_count(arena, source);
    unsigned seed = 2 + sequence_random(source, 200);
    const char *cut = once_in(source, 10) ? " cut 100" : "";
    return arena_print(arena, "ata %s %s data=pattern(%u)%s", operation, place, seed, cut);
}

static const char *ata(struct arena *arena, struct sequence_source *source)
{
    static const char *const others[] = {
        "ata identify",
        "ata identify",
        "ata flush",
        "ata flush-ext",
        "ata check-power",
        "ata opcode=0",
        "ata opcode=0xF8 aflags.e=0",
    };
    if (once_in(source, 8))
        return PICK(source, others);
    if (source->sectors < 255 && once_in(source, 16))
        return "ata read lba=scratch count=sector-count+1";
    if (may(source, TOUCH_MEDIA) && once_in(source, 2))
        return write_line(arena, source);
    return read_line(arena, source);
}

/* ---- lists ---- */

static const char *addresses(struct sequence_source *source)
{
    static const char *const lists[] = {
        "[a.mac]", "[b.mac]",       "[a.mac b.mac]",       "[b.mac c.mac]",
        "[c.mac]", "[a.mac c.mac]", "[a.mac b.mac c.mac]", "macs(3)",
    };
    return PICK(source, lists);
}

static const char *mask(struct arena *arena, struct sequence_source *source)
{
    static const char *const added[] = {"a.mac", "[a.mac b.mac]", "[a.mac c.mac]",
                                        "[a.mac b.mac c.mac]"};
    if (!may(source, TOUCH_MASKS) || once_in(source, 3))
        return "mask read";
    switch (sequence_random(source, 4)) {
    case 0:
        return arena_print(arena, "mask edit add %s", PICK(source, added));
    case 1:
        return "mask edit add a.mac delete [b.mac c.mac]";
    case 2:
        return arena_print(arena, "mask edit add a.mac none %s", addresses(source));
    default:
        return "mask edit delete [b.mac c.mac a.mac]";
    }
}

static const char *reserve(struct arena *arena, struct sequence_source *source)
{
    if (!may(source, TOUCH_RESERVE) || once_in(source, 4))
        return "reserve read";
    const char *operation = once_in(source, 2) ? "set" : "force-set";
    if (once_in(source, 3))
        return arena_print(arena, "reserve %s []", operation);
    return arena_print(arena, "reserve %s %s", operation, addresses(source));
}

/* ---- the whole ---- */

static const char *message(struct arena *arena, struct sequence_source *source)
{
    unsigned kind = sequence_random(source, 20);
    if (kind < 6)
        return config(arena, source);
    if (kind < 14 && source->ata)
        return ata(arena, source);
    if (kind < 16 && source->masks)
        return mask(arena, source);
    if (kind < 19 && source->reserve)
        return reserve(arena, source);
    if (kind == 19)
        return arena_print(arena, "command %u", 4 + sequence_random(source, 0xF0 - 4));
    return "config read";
}

/* What may be about any frame: nearly always nothing. */
static const char *twist(struct arena *arena, struct sequence_source *source)
{
    static const char *const twists[] = {
        " shelf=0xFFFF",
        " slot=0xFF",
        " shelf=0xFFFF slot=0xFF",
        " shelf=shelf+1",
        " version=0",
        " version=15",
        " z=1",
        " z=3",
        " error=3",
        " tag=0",
        " tag=0xFFFFFFFF",
        " destination=other",
        " unpadded",
        " pad 200",
        " pad 60 fill 0x5A",
        " r=1",
    };
    (void)arena;
    return once_in(source, 6) ? PICK(source, twists) : "";
}

/* A wrong request may reach more than the target, or change what was not saved: what changes
 * something goes out as it is. */
static bool is_harmless(const char *line)
{
    static const char *const changes[] = {"set ", "edit", "write"};
    for (size_t i = 0; i < COUNT(changes); i++)
        if (strstr(line, changes[i]))
            return false;
    return true;
}

/* A tag that is given twice would let a response be taken for that of the earlier request. */
static bool reuses_tag(const struct sequence *lines, const char *more)
{
    bool reused = false;
    for (size_t i = 0; i < lines->count && strstr(more, " tag="); i++)
        reused |= strstr(lines->lines[i], " tag=") != NULL;
    return reused;
}

void sequence_grow(struct arena *arena, struct sequence_source *source, struct sequence *to)
{
    static const char *const hosts[] = {"a", "a", "b", "c"};
    const char *host = PICK(source, hosts);
    if (to->count == SEQUENCE_LINES)
        return;
    const char *line = message(arena, source);
    const char *more = is_harmless(line) ? twist(arena, source) : "";
    if (reuses_tag(to, more))
        more = "";
    to->lines[to->count++] = arena_print(arena, "%s send %s%s", host, line, more);
}

const char *sequence_head(struct arena *arena, const struct sequence_source *source,
                          const char *clause)
{
    const char *head = arena_print(
        arena, "title    what the reference target does is done here too\nclause   %s\n", clause);
    const char *touches = "";
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_RESERVE; touch <<= 1)
        if (may(source, touch))
            touches = arena_print(arena, "%s %s", touches, scenario_touch_name(touch));
    if (*touches)
        head = arena_print(arena, "%stouches %s\n", head, touches);
    return arena_print(arena, "%shosts    a b c\n\n", head);
}

void sequence_preamble(struct arena *arena, const struct sequence_source *source,
                       struct sequence *to)
{
    to->count = 0;
    if (source->masks && may(source, TOUCH_MASKS))
        to->lines[to->count++] = "a send mask edit delete [b.mac c.mac a.mac]";
    if (source->reserve && may(source, TOUCH_RESERVE))
        to->lines[to->count++] = "a send reserve force-set []";
    if (may(source, TOUCH_CONFIG))
        to->lines[to->count++] = "a send config force-set \"\"";
    to->settings = to->count;
    for (unsigned i = 0; i < SEQUENCE_AREA && source->ata && may(source, TOUCH_MEDIA); i++)
        to->lines[to->count++] =
            arena_print(arena, "a send ata write lba=scratch+%u count=1 data=pattern(1)", i);
    to->fixed = to->count;
}
