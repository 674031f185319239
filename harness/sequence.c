/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sequence.h"

#include "scenario.h"
#include "sequence_part.h"

unsigned sequence_random(struct sequence_source *source, unsigned below)
{
    /* splitmix64 */
    uint64_t z = source->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (unsigned)((z ^ z >> 31) % below);
}

const char *sequence_pick(struct sequence_source *source, const char *const *of, size_t count)
{
    return of[sequence_random(source, (unsigned)count)];
}

bool sequence_once_in(struct sequence_source *source, unsigned cases)
{
    return !sequence_random(source, cases);
}

bool sequence_may(const struct sequence_source *source, unsigned touch)
{
    return (source->allowed & touch) == touch;
}

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static const char *const hosts[] = {"a", "a", "b", "c"};

static const char *message(struct arena *arena, struct sequence_source *source)
{
    /* How many of 20 are of each command, the rest of none that is known: of everything, of data,
     * of strings, of lists. What needs a few steps in a row is rare where all are mixed. */
    static const struct {
        unsigned config, ata, masks, reserve;
    } themes[SEQUENCE_THEMES] = {{6, 7, 3, 3}, {2, 17, 0, 0}, {17, 2, 0, 0}, {3, 4, 6, 6}};
    unsigned kind = sequence_random(source, 20), most = themes[source->theme].config;
    if (kind < most)
        return sequence_config(arena, source);
    if (kind < (most += themes[source->theme].ata) && source->ata)
        return sequence_ata(arena, source);
    if (kind < (most += themes[source->theme].masks))
        return sequence_mask(arena, source);
    if (kind < most + themes[source->theme].reserve)
        return sequence_reserve(arena, source);
    if (sequence_once_in(source, 8))
        return "command 0xF0"; /* the first of the vendors' */
    return arena_print(arena, "command %u", 4 + sequence_random(source, AOE_COMMAND_VENDOR - 4));
}

static bool append(struct sequence *to, const char *line)
{
    if (to->count == SEQUENCE_LINES)
        return false;
    to->lines[to->count++] = line;
    return true;
}

/* As many requests at once as the target says that it can queue; where they change nothing, also
 * more of them, of which some may be dropped. */
static unsigned grow_burst(struct arena *arena, struct sequence_source *source, struct sequence *to)
{
    static const char *const asking[] = {"config read", "ata identify", "ata read count=1"};
    static const char *const changing[] = {"config force-set \"burst\"",
                                           "ata write lba=scratch count=1 data=pattern(9)"};
    bool media = sequence_may(source, TOUCH_MEDIA) && source->low && !source->read_only;
    unsigned times = source->buffers < SEQUENCE_BURST ? source->buffers : SEQUENCE_BURST;
    const char *line = source->ata ? SEQUENCE_PICK(source, asking) : asking[0];
    if (source->ata && media && sequence_may(source, TOUCH_CONFIG) && sequence_once_in(source, 2))
        line = SEQUENCE_PICK(source, changing);
    else if (sequence_once_in(source, 2))
        times *= 2;
    return append(to, arena_print(arena, "a send %u times %s", times, line)) ? times : 0;
}

/* A sector before and after a write to another that has the same address in fewer bits, or the
 * same place in fewer bytes: of sectors 2^28, 2^31, 2^32 and 2^40, of bytes 2^31 and 2^32. */
static unsigned grow_alias(struct arena *arena, struct sequence_source *source, struct sequence *to)
{
    static const char *const sizes[] = {"0x400000",   "0x800000",    "0x1000000",    "0x10000000",
                                        "0x80000000", "0x100000000", "0x10000000000"};
    const char *size = SEQUENCE_PICK(source, sizes);
    const char *at = source->end ? "last" : "scratch";
    const char *read = arena_print(arena, "a send ata read-ext lba=%s%%%s*min(1, %s/%s) count=1",
                                   at, size, at, size);
    append(to, read);
    append(to, arena_print(arena, "a send ata write-ext lba=%s count=1 data=pattern(%u)", at,
                           2 + sequence_random(source, 200)));
    return append(to, read) ? 3 : 0;
}

static unsigned grow_write(struct arena *arena, struct sequence_source *source, struct sequence *to)
{
    const char *pair[2];
    sequence_write_pair(arena, source, pair);
    append(to, arena_print(arena, "%s send %s", SEQUENCE_PICK(source, hosts), pair[0]));
    return append(to, arena_print(arena, "%s send %s", SEQUENCE_PICK(source, hosts), pair[1])) ? 2
                                                                                               : 0;
}

/* The same frame again, byte for byte: it is carried out again. */
static unsigned grow_repeat(struct arena *arena, struct sequence_source *source,
                            struct sequence *to)
{
    static const char *const lines[] = {"config read", "config force-set \"again\"", "ata identify",
                                        "mask read"};
    const char *line = SEQUENCE_PICK(source, lines);
    if ((line[0] == 'a' && !source->ata) ||
        (strstr(line, "set") && !sequence_may(source, TOUCH_CONFIG)))
        line = lines[0];
    append(to, arena_print(arena, "a send %s tag=77", line));
    return append(to, arena_print(arena, "a send %s tag=77", line)) ? 2 : 0;
}

/* The masks that random lines add are gone, the harness's own last: it is never locked out. */
static unsigned clear_masks(struct arena *arena, const struct sequence_source *source,
                            struct sequence *to)
{
    if (source->strict)
        append(to, arena_print(arena, "a send mask edit delete macs(%u)", source->directives));
    append(to, "a send mask edit delete [b.mac+16 b.mac+0x000100000000 b.mac+0x040000000000 "
               "c.mac+0x040000000000 b.mac c.mac a.mac]");
    return source->strict ? 2 : 1;
}

/* A host repeats a request that it has sent before, byte for byte, after another host has changed
 * what it is about: it is not carried out a second time without being asked. */
static unsigned grow_late_repeat(struct arena *arena, struct sequence_source *source,
                                 struct sequence *to)
{
    static const struct {
        unsigned touch;
        const char *before, *line, *between;
    } repeats[] = {
        {TOUCH_CONFIG, "config force-set \"\"", "config set \"first\"",
         "config force-set \"second\""},
        {TOUCH_RESERVE, "reserve force-set []", "reserve set [a.mac]", "reserve force-set [b.mac]"},
        {TOUCH_RESERVE, "reserve force-set [a.mac]", "reserve set []", "reserve set [b.mac]"},
        {TOUCH_CONFIG, "config read", "config force-set \"third\"", "config force-set \"fourth\""},
    };
    unsigned which = sequence_random(source, COUNT(repeats));
    if (!sequence_may(source, repeats[which].touch))
        return 0;
    append(to, arena_print(arena, "b send %s", repeats[which].before));
    append(to, arena_print(arena, "a send %s tag=80", repeats[which].line));
    append(to, arena_print(arena, "b send %s", repeats[which].between));
    return append(to, arena_print(arena, "a send %s tag=80", repeats[which].line)) ? 4 : 0;
}

/* Two writes with the same tag are two writes, and two reads are two reads. */
static unsigned grow_same_tag(struct arena *arena, struct sequence_source *source,
                              struct sequence *to)
{
    const char *extended = source->low ? "" : "-ext";
    const char *host = SEQUENCE_PICK(source, hosts), *other = SEQUENCE_PICK(source, hosts);
    unsigned seed = 2 + sequence_random(source, 200);
    append(to, arena_print(arena, "%s send ata write%s lba=scratch data=pattern(%u) tag=78", host,
                           extended, seed));
    append(to, arena_print(arena, "%s send ata write%s lba=scratch data=pattern(%u) tag=78", other,
                           extended, seed + 1));
    append(to, arena_print(arena, "%s send ata read%s lba=scratch tag=79", host, extended));
    return append(to, arena_print(arena, "%s send ata read%s lba=scratch+1 tag=79", host, extended))
               ? 4
               : 0;
}

/* What takes several lines or requests. 0 where it is something else's turn. */
static unsigned grow_special(struct arena *arena, struct sequence_source *source,
                             struct sequence *to)
{
    enum { ROOM = 4 };
    bool media = source->ata && sequence_may(source, TOUCH_MEDIA) && !source->read_only;
    bool masks = sequence_may(source, TOUCH_MASKS);
    unsigned kind = sequence_random(source, 120);
    if (to->count + ROOM > SEQUENCE_LINES)
        return 0;
    if (kind < 1)
        return source->buffers ? grow_burst(arena, source, to) : 0;
    if (kind < 2)
        return grow_repeat(arena, source, to);
    if (kind < 4)
        return grow_late_repeat(arena, source, to);
    if (kind < 6)
        return masks ? clear_masks(arena, source, to) : 0;
    if (!media)
        return 0;
    if (kind < 8)
        return grow_same_tag(arena, source, to);
    if (kind < 11)
        return source->extended ? grow_alias(arena, source, to) : 0;
    return kind < 21 ? grow_write(arena, source, to) : 0;
}

unsigned sequence_grow(struct arena *arena, struct sequence_source *source, struct sequence *to)
{
    unsigned special = grow_special(arena, source, to);
    if (special)
        return special;
    const char *host = SEQUENCE_PICK(source, hosts);
    const char *line = message(arena, source);
    const char *more = sequence_twist(arena, source, line);
    return append(to, arena_print(arena, "%s send %s%s", host, line, more)) ? 1 : 0;
}

const char *sequence_head(struct arena *arena, const struct sequence_source *source,
                          const char *clause)
{
    const char *head = arena_print(
        arena, "title    what the reference target does is done here too\nclause   %s\n", clause);
    const char *touches = "";
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_RESERVE; touch <<= 1)
        if (sequence_may(source, touch))
            touches = arena_print(arena, "%s %s", touches, scenario_touch_name(touch));
    if (*touches)
        head = arena_print(arena, "%stouches %s\n", head, touches);
    return arena_print(arena, "%shosts    a b c\n\n", head);
}

void sequence_preamble(struct arena *arena, struct sequence_source *source, struct sequence *to)
{
    const char *line;
    source->theme = sequence_random(source, SEQUENCE_THEMES);
    to->count = to->opening = 0;
    if (sequence_may(source, TOUCH_MASKS))
        to->opening = clear_masks(arena, source, to) - 1;
    if (sequence_may(source, TOUCH_RESERVE))
        append(to, "a send reserve force-set []");
    if (sequence_may(source, TOUCH_CONFIG))
        append(to, "a send config force-set \"\"");
    to->settings = to->count;
    for (unsigned i = 0; source->ata && !source->read_only && sequence_may(source, TOUCH_MEDIA) &&
                         (line = sequence_fill(arena, source, i));
         i++)
        append(to, arena_print(arena, "a send %s", line));
    to->fixed = to->count;
}
