/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario.h"
#include "sequence_part.h"

/* With addresses that differ from a host's in one byte. */
static const char *addresses(struct sequence_source *source)
{
    static const char *const lists[] = {
        "[a.mac]",
        "[b.mac]",
        "[a.mac b.mac]",
        "[b.mac c.mac]",
        "[c.mac]",
        "[c.mac a.mac]",
        "[a.mac b.mac c.mac]",
        "[b.mac+16 c.mac]",
        "[b.mac+0x040000000000]",
        "macs(3)",
        "join(macs(2), [b.mac])",
    };
    return SEQUENCE_PICK(source, lists);
}

/* ---- masks ---- */

/* Edits whose directives matter in their order; the harness's own address is the first of any
 * list. */
static const char *ordered_edit(struct sequence_source *source)
{
    static const char *const edits[] = {
        "mask edit add a.mac delete [b.mac c.mac]",
        "mask edit add [a.mac b.mac] delete b.mac",
        "mask edit add [a.mac b.mac] delete b.mac none c.mac add c.mac",
        "mask edit add [a.mac b.mac c.mac] delete b.mac",
        "mask edit add a.mac delete b.mac add [b.mac b.mac]",
        "mask edit add a.mac none b.mac add c.mac",
        "mask edit add [a.mac c.mac+0x040000000000]",
        "mask edit add [a.mac b.mac+16] delete b.mac+16",
        "mask edit add [a.mac b.mac+0x000100000000]",
        "mask edit add a.mac delete [b.mac c.mac b.mac+16]",
    };
    return SEQUENCE_PICK(source, edits);
}

/* A directive that is none; more of them announced than there are; another command. */
static const char *wrong_edit(struct arena *arena, struct sequence_source *source)
{
    static const char *const edits[] = {
        "mask edit add a.mac directive 3 b.mac add c.mac",
        "mask edit add [a.mac b.mac] directive 255 c.mac delete b.mac",
        "mask edit add a.mac delete b.mac none c.mac directive 7 a.mac",
        "mask edit directive 9 b.mac add a.mac",
        "mask edit add a.mac dir-count=9",
        "mask edit add [a.mac b.mac] dir-count=5 pad 60",
        "mask edit add a.mac dir-count=255",
    };
    if (sequence_once_in(source, 3))
        return arena_print(arena, "mask read add [a.mac b.mac] mcmd=%u",
                           2 + sequence_random(source, 254));
    return SEQUENCE_PICK(source, edits);
}

static const char *mask_read(struct sequence_source *source)
{
    static const char *const reads[] = {
        "mask read",
        "mask read",
        "mask read",
        "mask read merror=3",
        "mask read reserved=0x5A",
        "mask read add [a.mac b.mac]",
        "mask read dir-count=255",
    };
    return SEQUENCE_PICK(source, reads);
}

/* As many as fit, and one more: a target with less room may say so, where it may. */
static const char *long_edit(struct arena *arena, struct sequence_source *source)
{
    if (sequence_once_in(source, 3))
        return arena_print(arena, "mask edit delete macs(%u)",
                           1 + sequence_random(source, source->directives));
    if (sequence_once_in(source, 2))
        return "mask edit add [a.mac b.mac c.mac]";
    unsigned count = sequence_once_in(source, 2) ? source->directives - 1
                                                 : sequence_random(source, source->directives);
    return arena_print(arena, "mask edit add a.mac add macs(%u)", count);
}

const char *sequence_mask(struct arena *arena, struct sequence_source *source)
{
    static const char *const added[] = {"a.mac", "[a.mac b.mac]", "[a.mac c.mac]",
                                        "[a.mac b.mac c.mac]"};
    if (!sequence_may(source, TOUCH_MASKS))
        return "mask read";
    if (sequence_once_in(source, 3))
        return mask_read(source);
    if (sequence_once_in(source, 5))
        return wrong_edit(arena, source);
    if (source->strict && sequence_once_in(source, 12))
        return long_edit(arena, source);
    switch (sequence_random(source, 4)) {
    case 0:
        return arena_print(arena, "mask edit add %s", SEQUENCE_PICK(source, added));
    case 1:
        return arena_print(arena, "mask edit add a.mac none %s", addresses(source));
    default:
        return ordered_edit(source);
    }
}

/* ---- reservations ---- */

static const char *wrong_reserve(struct arena *arena, struct sequence_source *source)
{
    static const char *const wrong[] = {
        "reserve set [a.mac] nmacs=9",
        "reserve force-set [a.mac b.mac] nmacs=255",
        "reserve force-set [a.mac] nmacs=7",
        "reserve read nmacs=255",
    };
    if (sequence_once_in(source, 3))
        return arena_print(arena, "reserve read [a.mac c.mac] rcmd=%u",
                           3 + sequence_random(source, 253));
    return SEQUENCE_PICK(source, wrong);
}

const char *sequence_reserve(struct arena *arena, struct sequence_source *source)
{
    if (!sequence_may(source, TOUCH_RESERVE))
        return "reserve read";
    if (sequence_once_in(source, 4))
        return sequence_once_in(source, 4) ? "reserve read [b.mac c.mac]" : "reserve read";
    if (sequence_once_in(source, 8))
        return wrong_reserve(arena, source);
    const char *operation = sequence_once_in(source, 2) ? "set" : "force-set";
    if (sequence_once_in(source, 3))
        return arena_print(arena, "reserve %s []", operation);
    if (sequence_once_in(source, 12))
        return arena_print(arena, "reserve %s join([a.mac], macs(%u))", operation,
                           sequence_once_in(source, 2)
                               ? source->addresses - 1
                               : sequence_random(source, source->addresses));
    return arena_print(arena, "reserve %s %s", operation, addresses(source));
}
