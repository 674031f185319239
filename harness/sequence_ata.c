/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario.h"
#include "sequence_part.h"

/* Sectors of which is known what they hold. */
struct place {
    const char *at;
    unsigned sectors;
    bool low; /* 28 bits reach them */
};

enum { PLACES = 3 };

static size_t places_of(const struct sequence_source *source, struct place places[PLACES])
{
    size_t count = 0;
    places[count++] = (struct place){"scratch", SEQUENCE_AREA, source->low};
    if (source->end)
        places[count++] = (struct place){"last-3", SEQUENCE_END, source->low_end};
    if (source->border)
        places[count++] = (struct place){"0x0FFFFFFC", SEQUENCE_BORDER, false};
    return count;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

const char *sequence_fill(struct arena *arena, const struct sequence_source *source, unsigned index)
{
    struct place places[PLACES];
    size_t count = places_of(source, places);
    for (size_t i = 0; i < count; i++) {
        const struct place *place = &places[i];
        unsigned chunk = least(source->sectors, place->sectors);
        unsigned lines = (place->sectors + chunk - 1) / chunk;
        if (index < lines)
            return arena_print(arena, "ata write%s lba=%s+%u count=%u data=pattern(1)",
                               place->low ? "" : "-ext", place->at, index * chunk,
                               least(chunk, place->sectors - index * chunk));
        index -= lines;
    }
    return NULL;
}

static struct place some_place(struct sequence_source *source)
{
    struct place places[PLACES];
    size_t count = places_of(source, places);
    size_t which = sequence_once_in(source, 3) ? sequence_random(source, (unsigned)count) : 0;
    return places[which];
}

/* Reads and writes, each of 28 bits and then the same of 48. */
static const char *operation(struct sequence_source *source, bool write, bool low)
{
    static const char *const reads[] = {"read", "read-ext", "read-dma", "read-dma-ext"};
    static const char *const writes[] = {"write", "write-ext", "write-dma", "write-dma-ext"};
    unsigned dma = sequence_once_in(source, 10) ? 2 : 0;
    bool extended = source->extended && (!low || sequence_random(source, 2));
    return (write ? writes : reads)[dma + extended];
}

static const char *range(struct arena *arena, struct sequence_source *source,
                         const struct place *place)
{
    unsigned most = least(source->sectors, place->sectors);
    unsigned count = sequence_once_in(source, 3) ? most : 1 + sequence_random(source, most);
    unsigned at = sequence_random(source, place->sectors - count + 1);
    /* The same sectors often, so that what is read was written, and the other way round. */
    return arena_print(arena, "lba=%s+%u count=%u", place->at, sequence_once_in(source, 2) ? 0 : at,
                       count);
}

/* ---- reading ---- */

/* At the end of the medium and past it, and where an address that loses bits would be again. */
static const char *edge(struct sequence_source *source)
{
    static const char *const edges[] = {
        "read lba=last",
        "read lba=capacity",
        "read-ext lba=last count=2",
        "read-ext lba=capacity+255",
        "read-dma-ext lba=capacity",
        "verify lba=last",
        "verify-ext lba=capacity",
        "verify-ext lba=last count=2",
        "read lba=0",
        "read-ext lba=capacity*2",
        "read-ext lba=scratch+0x1000000",
        "read lba=scratch%0x1000000+0x1000000",
        "read-ext lba=scratch+0x10000000",
        "read-ext lba=scratch+0x80000000",
        "read-ext lba=scratch+0x100000000",
        "read-ext lba=scratch+0x10000000000",
        "read-ext lba=0x060504030201",
    };
    const char *chosen = SEQUENCE_PICK(source, edges);
    return source->extended || !strstr(chosen, "-ext") ? chosen : "read lba=capacity";
}

/* Bits of the registers that a read does not care about. */
static const char *idle_bits(struct sequence_source *source)
{
    static const char *const bits[] = {" reserved=0x5AA5", " byte[24]=0xAC", " byte[34]=0xFF"};
    static const char *const should[] = {" feature=0x5A", " aflags.d=1"};
    if (!sequence_once_in(source, 12))
        return "";
    return source->strict && sequence_once_in(source, 2) ? SEQUENCE_PICK(source, should)
                                                         : SEQUENCE_PICK(source, bits);
}

/* A 28-bit command with more in its LBA bytes than 28 bits. */
static const char *surplus_bits(struct arena *arena, struct sequence_source *source)
{
    static const char *const surplus[] = {"0xE0000000", "0x50000000", "0x010000000000",
                                          "0xA5A500000000"};
    return arena_print(arena, "read lba=scratch+%s+%u", SEQUENCE_PICK(source, surplus),
                       sequence_random(source, SEQUENCE_AREA));
}

static const char *read_line(struct arena *arena, struct sequence_source *source)
{
    struct place place = some_place(source);
    if (sequence_once_in(source, 5))
        return edge(source);
    if (source->low && sequence_once_in(source, 16))
        return surplus_bits(arena, source);
    if (source->border && sequence_once_in(source, 16))
        return "read lba=0x0FFFFFFF count=2";
    if (sequence_once_in(source, 16))
        return arena_print(arena, "verify%s %s", place.low ? "" : "-ext",
                           range(arena, source, &place));
    const char *plain = operation(source, false, place.low);
    const char *bits = strstr(plain, "ext") ? "" : idle_bits(source);
    return arena_print(arena, "%s %s%s", plain, range(arena, source, &place), bits);
}

/* ---- writing ---- */

static const char *data(struct arena *arena, struct sequence_source *source)
{
    static const char ones[] = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
    const char *x = "";
    if (!sequence_once_in(source, 8))
        return arena_print(arena, "pattern(%u)", 2 + sequence_random(source, 200));
    if (sequence_once_in(source, 2))
        return "zeros(512)";
    for (size_t i = 0; i < AOE_SECTOR_BYTES / (sizeof ones / 2); i++)
        x = arena_print(arena, "%s%s", x, ones);
    return arena_print(arena, "x\"%s\"", x);
}

/* From the last sector on, and behind it. */
static const char *write_past(struct arena *arena, struct sequence_source *source)
{
    static const char *const places[] = {"capacity", "capacity+1", "last count=2", "capacity+200"};
    const char *place = SEQUENCE_PICK(source, places);
    if (source->sectors < 2 && strstr(place, "count"))
        place = "capacity";
    return arena_print(arena, "%s lba=%s data=pattern(%u)", operation(source, true, source->low),
                       place, 2 + sequence_random(source, 200));
}

/* More sectors than advertised, or none; data for fewer sectors or bytes, or for more; the write
 * flag wrong. All within reach of `scratch`. */
static const char *wrong_write(struct arena *arena, struct sequence_source *source, unsigned at)
{
    unsigned seed = 2 + sequence_random(source, 200), most = source->sectors;
    const char *plain = operation(source, true, source->low);
    const char *rest = "";
    switch (sequence_random(source, 6)) {
    case 0:
        rest = most < UINT8_MAX
                   ? arena_print(arena, "count=%u data=pattern(%u, %u)", most + 1, seed, most)
                   : "";
        break;
    case 1:
        rest = source->zero ? arena_print(arena, "count=0 data=pattern(%u, 1)", seed) : "";
        break;
    case 2:
        rest = most > 1 ? arena_print(arena, "count=1 data=pattern(%u, 2)", seed) : "";
        break;
    case 3:
        rest = most > 1 ? arena_print(arena, "count=2 data=pattern(%u, 1)", seed) : "";
        break;
    case 4:
        rest = arena_print(arena, "count=1 data=pattern(%u) aflags.w=0", seed);
        break;
    default:
        rest = arena_print(arena, "count=1 data=pattern(%u) cut %u", seed,
                           (source->runts ? AOE_ATA_BYTES : AOE_FRAME_MIN) +
                               sequence_random(source, AOE_SECTOR_BYTES - AOE_FRAME_MIN));
        break;
    }
    if (!*rest)
        rest = arena_print(arena, "count=1 data=pattern(%u) cut 100", seed);
    return arena_print(arena, "%s lba=scratch+%u %s", plain, at, rest);
}

/* W on a read: what follows must neither be stored nor let anything out. */
static const char *read_with_flag(struct arena *arena, struct sequence_source *source, unsigned at)
{
    return arena_print(arena, "%s lba=scratch+%u count=1 data=pattern(%u) aflags.w=1",
                       operation(source, false, source->low), at, 2 + sequence_random(source, 200));
}

void sequence_write_pair(struct arena *arena, struct sequence_source *source, const char *pair[2])
{
    unsigned at = sequence_random(source, SEQUENCE_AREA / 2), kind = sequence_random(source, 8);
    unsigned count = least(source->sectors, 2);
    const char *first = kind ? wrong_write(arena, source, at) : read_with_flag(arena, source, at);
    if (kind == 2 && source->past && source->sectors > 1) {
        pair[0] =
            arena_print(arena, "ata %s lba=last count=2 data=pattern(%u)",
                        operation(source, true, source->low), 2 + sequence_random(source, 200));
        pair[1] = arena_print(arena, "ata %s lba=last count=1", source->low ? "read" : "read-ext");
        return;
    }
    if (kind == 1)
        first = arena_print(arena, "%s lba=scratch+%u count=1 data=%s",
                            operation(source, true, source->low), at, data(arena, source));
    pair[0] = arena_print(arena, "ata %s", first);
    pair[1] = arena_print(arena, "ata read%s lba=scratch+%u count=%u", source->low ? "" : "-ext",
                          at, count);
}

static const char *write_line(struct arena *arena, struct sequence_source *source)
{
    struct place place = some_place(source);
    if (source->past && sequence_once_in(source, 12))
        return write_past(arena, source);
    const char *what = data(arena, source);
    const char *where = range(arena, source, &place);
    if (what[0] != 'p')
        where =
            arena_print(arena, "lba=scratch+%u count=1", sequence_random(source, SEQUENCE_AREA));
    const char *plain = operation(source, true, what[0] == 'p' ? place.low : source->low);
    const char *later = sequence_once_in(source, 8) ? " aflags.a=1" : "";
    return arena_print(arena, "%s %s data=%s%s", plain, where, what, later);
}

/* ---- the rest ---- */

static const char *other(struct sequence_source *source)
{
    static const char *const others[] = {
        "identify",
        "identify",
        "identify lba=0xFFFFFFFFFFFF",
        "flush",
        "flush-ext",
        "check-power",
        "opcode=0",
        "opcode=0x01",
        "opcode=0x02 lba=scratch",
        "opcode=0x04",
        "opcode=0x05 count=1",
        "opcode=0x27 aflags.e=1",
        "opcode=0xF8 aflags.e=0",
        "read lba=scratch count=0",
        "read-ext lba=scratch count=0",
        "read lba=scratch aflags.e=1",
        "read-ext lba=scratch aflags.e=0",
    };
    const char *chosen = SEQUENCE_PICK(source, others);
    return source->extended || !strstr(chosen, "-ext") ? chosen : "identify";
}

static const char *ata_message(struct arena *arena, struct sequence_source *source)
{
    if (sequence_once_in(source, 6))
        return other(source);
    if (source->sectors < UINT8_MAX && sequence_once_in(source, 16))
        return sequence_once_in(source, 2) ? "read lba=scratch count=sector-count+1"
                                           : "read lba=0 count=255";
    if (sequence_may(source, TOUCH_MEDIA) && sequence_once_in(source, 2))
        return write_line(arena, source);
    return read_line(arena, source);
}

const char *sequence_ata(struct arena *arena, struct sequence_source *source)
{
    return arena_print(arena, "ata %s", ata_message(arena, source));
}
