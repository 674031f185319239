/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number on the command line: `scale` makes it what the struct holds. */
struct number {
    const char *name;
    size_t offset;
    uint64_t least, most, standard, scale;
    const char *help;
};

#define PARTS 1000000
#define AT(field) offsetof(struct options, field)
#define MIX(operation) (AT(mix) + (operation) * sizeof(uint64_t))

static const struct number numbers[] = {
    {"frames", AT(frames), 0, UINT64_MAX, 2000000, 1, "the capture ends after this many, 0: never"},
    {"commands", AT(commands), 0, UINT64_MAX, 0, 1, "no new ones after this many, 0: no end"},
    {"seed", AT(seed), 0, UINT64_MAX, 1, 1, "the same seed makes the same capture"},
    {"targets", AT(targets), 1, 4096, 8, 1, "in each VLAN"},
    {"initiators", AT(initiators), 1, 4096, 4, 1, "in each VLAN; each uses every target"},
    {"vlans", AT(vlans), 1, 64, 1, 1, "the first is untagged, every third has two tags"},
    {"slots", AT(slots), 1, 200, 1, 1, "targets behind one MAC"},
    {"outstanding", AT(outstanding), 1, 1024, 8, 1, "of each pair, at most"},
    {"reads", MIX(OPERATION_READ), 0, PARTS, 700, 1, "parts of all commands"},
    {"writes", MIX(OPERATION_WRITE), 0, PARTS, 300, 1, "the same"},
    {"flushes", MIX(OPERATION_FLUSH), 0, PARTS, 2, 1, "the same"},
    {"identifies", MIX(OPERATION_IDENTIFY), 0, PARTS, 0, 1, "the same"},
    {"verifies", MIX(OPERATION_ATA), 0, PARTS, 0, 1, "the same"},
    {"configs", MIX(OPERATION_CONFIG), 0, PARTS, 1, 1, "the same"},
    {"masks", MIX(OPERATION_MASK), 0, PARTS, 0, 1, "the same"},
    {"reserves", MIX(OPERATION_RESERVE), 0, PARTS, 0, 1, "the same"},
    {"vendors", MIX(OPERATION_VENDOR), 0, PARTS, 0, 1, "the same"},
    {"sequential", AT(sequential), 0, 100, 50, 1, "percent of reads and writes"},
    {"extended", AT(extended), 0, 100, 50, 1, "percent of reads and writes with 48-bit opcodes"},
    {"sectors", AT(sectors), 1, 127, 2, 1, "of a command, at most"},
    {"sectors-least", AT(sectors_least), 0, 127, 0, 1,
     "at least, 0: all have as many as --sectors"},
    {"capacity", AT(capacity), 4096, UINT64_C(1) << 40, 1 << 27, 1, "sectors of each target"},
    {"buffer-count", AT(buffer_count), 1, 65535, 32, 1, "that targets advertise"},
    {"sector-count", AT(sector_count), 0, 255, 2, 1, "that targets advertise"},
    {"lost-requests", AT(lost_requests), 0, PARTS, 100, 1, "of a million, on the wire"},
    {"lost-responses", AT(lost_responses), 0, PARTS, 100, 1, "of a million, on the wire"},
    {"slow", AT(slow), 0, PARTS, 20, 1, "of a million answers come after the first timer"},
    {"duplicates", AT(duplicates), 0, PARTS, 10, 1, "of a million responses come twice"},
    {"unanswered", AT(unanswered), 0, PARTS, 0, 1, "of a million commands"},
    {"too-late", AT(too_late), 0, PARTS, 0, 1, "of a million are answered after --patience"},
    {"unsolicited", AT(unsolicited), 0, PARTS, 0, 1, "responses, to a million commands"},
    {"adverts", AT(adverts), 0, PARTS, 5, 1, "to a million commands"},
    {"aoe-errors", AT(aoe_errors), 0, PARTS, 10, 1, "of a million responses"},
    {"ata-errors", AT(ata_errors), 0, PARTS, 10, 1, "of a million responses to ATA commands"},
    {"missed", AT(missed), 0, PARTS, 0, 1, "of a million frames, by the capture"},
    {"step-back", AT(step_back), 0, PARTS, 0, 1, "of a million time stamps are too early"},
    {"step", AT(step), 1, 1000000, 20, 1000, "by at most so many us"},
    {"other", AT(other), 0, PARTS, 100, 1, "other frames, to a million"},
    {"timer", AT(timer), 10, 10000000, 10000, 1000, "us to the first repeat, then twice as long"},
    {"tries", AT(tries), 1, TRIES_MOST, 5, 1, "sends of a command"},
    {"patience", AT(patience), 1, 3600, 10, 1000000000, "seconds, as aoe-analyze has it"},
    {"service", AT(service), 1, 10000000, 400, 1000, "us that an answer takes in the mean"},
    {"think", AT(think), 1, 10000000, 400, 1000, "us to the next command in the mean"},
    {"pauses", AT(pauses), 0, PARTS, 100, 1, "of a million commands come after a pause"},
    {"pause", AT(pause), 1, 100000000, 5000, 1000, "us that it takes in the mean"},
    {"discover", AT(discover), 0, 100000000, 100000, 1000, "us between discoveries, 0: none"},
    {"first-tag", AT(first_tag), 0, UINT32_MAX, 0xFFFFF000, 1, "of every pair"},
    {"tag-bits", AT(tag_bits), 6, 32, 32, 1, "of a tag: fewer come back sooner"},
    {"snap", AT(snap), 14, 262144, 262144, 1, "bytes of a frame that are captured"},
};
enum { NUMBERS = sizeof numbers / sizeof numbers[0] };

const char *operation_name(enum operation operation)
{
    static const char *const names[OPERATIONS] = {"read",   "write", "flush",   "identify", "ata",
                                                  "config", "mask",  "reserve", "vendor"};
    return names[operation];
}

static uint64_t *field_of(struct options *options, const struct number *number)
{
    return (uint64_t *)(void *)((char *)options + number->offset);
}

static int set_number(struct options *options, const struct number *number, const char *text,
                      char *error, size_t error_size)
{
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || value < number->least ||
        value > number->most) {
        snprintf(error, error_size, "--%s takes %llu to %llu, not '%s'", number->name,
                 (unsigned long long)number->least, (unsigned long long)number->most, text);
        return -1;
    }
    *field_of(options, number) = value * number->scale;
    return 0;
}

static int set_repeats(struct options *options, const char *text, char *error, size_t error_size)
{
    static const char *const names[] = {"both", "same", "new", "mixed"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!strcmp(text, names[i])) {
            options->repeats = (enum repeat_tags)i;
            return 0;
        }
    }
    snprintf(error, error_size, "--repeats takes both, same, new or mixed, not '%s'", text);
    return -1;
}

static int set_named(struct options *options, const char *name, const char *value, char *error,
                     size_t error_size)
{
    for (size_t i = 0; i < NUMBERS; i++)
        if (!strcmp(name, numbers[i].name))
            return set_number(options, &numbers[i], value, error, error_size);
    if (!strcmp(name, "repeats"))
        return set_repeats(options, value, error, error_size);
    if (!strcmp(name, "output")) {
        options->output = value;
    } else if (!strcmp(name, "truth")) {
        options->truth = value;
    } else {
        snprintf(error, error_size, "--%s is not known, see --help", name);
        return -1;
    }
    return 0;
}

static void set_standard(struct options *options)
{
    *options = (struct options){.output = "-"};
    for (size_t i = 0; i < NUMBERS; i++)
        *field_of(options, &numbers[i]) = numbers[i].standard * numbers[i].scale;
}

/* What goes together: the repeats of a command end before aoe-analyze would give it up. */
static int check(struct options *options, char *error, size_t error_size)
{
    uint64_t parts = 0;
    for (size_t i = 0; i < OPERATIONS; i++)
        parts += options->mix[i];
    if (!options->sectors_least)
        options->sectors_least = options->sectors;
    const char *wrong = NULL;
    if (!parts)
        wrong = "no operation has a part in the commands";
    else if (options->sectors_least > options->sectors)
        wrong = "--sectors-least is over --sectors";
    else if (options->timer << options->tries >= options->patience)
        wrong = "--timer and --tries: the repeats take longer than --patience";
    else if (options->outstanding * options->tries >= UINT64_C(1) << options->tag_bits >> 1)
        wrong = "--tag-bits: too few tags for --outstanding";
    else if (options->targets / options->slots > 4000)
        wrong = "too many MACs of targets";
    if (!wrong)
        return 0;
    snprintf(error, error_size, "%s", wrong);
    return -1;
}

int options_parse(struct options *options, int count, char **arguments, char *error,
                  size_t error_size)
{
    set_standard(options);
    for (int i = 1; i < count; i++) {
        const char *name = arguments[i];
        if (!strcmp(name, "--help") || !strcmp(name, "--microseconds")) {
            options->help |= !strcmp(name, "--help");
            options->microseconds |= !strcmp(name, "--microseconds");
            continue;
        }
        if (strncmp(name, "--", 2) || i + 1 == count) {
            snprintf(error, error_size, "'%s' is no option with its value, see --help", name);
            return -1;
        }
        if (set_named(options, name + 2, arguments[++i], error, error_size))
            return -1;
    }
    return check(options, error, error_size);
}

void options_help(void)
{
    puts("generate [--OPTION VALUE]...: a capture of AoE traffic, and the truth about it.\n");
    puts("  --output PATH         the pcap, '-' (standard output) if not given");
    puts("  --truth PATH          what aoe-analyze has to find in it, as JSON");
    puts("  --repeats WHICH       tags of repeats: both (each initiator its own way), same, new, "
         "mixed");
    puts("  --microseconds        time stamps in us, not ns");
    for (size_t i = 0; i < NUMBERS; i++)
        printf("  --%-19s %s (%llu)\n", numbers[i].name, numbers[i].help,
               (unsigned long long)numbers[i].standard);
}
