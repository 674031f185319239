/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What traffic `generate` makes: the command line. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of commands, in the order and with the names that aoe-analyze has for them. */
enum operation {
    OPERATION_READ,
    OPERATION_WRITE,
    OPERATION_FLUSH,
    OPERATION_IDENTIFY,
    OPERATION_ATA,
    OPERATION_CONFIG,
    OPERATION_MASK,
    OPERATION_RESERVE,
    OPERATION_VENDOR,
    OPERATIONS,
};
const char *operation_name(enum operation operation);

enum { TRIES_MOST = 8 };

enum repeat_tags {
    REPEAT_BOTH,  /* every other initiator with the same tag */
    REPEAT_SAME,  /* all with the same tag */
    REPEAT_NEW,   /* all with a new tag */
    REPEAT_MIXED, /* the same command twice with each tag */
};

/* Counts, shares in parts of 1,000,000 and times in ns. `options_parse` has the ranges. */
struct options {
    const char *output; /* path, "-" for standard output */
    const char *truth;  /* path, or NULL */
    enum repeat_tags repeats;
    bool microseconds;
    bool help;
    uint64_t frames;   /* the capture ends with this many, 0 for no end */
    uint64_t commands; /* no new ones after this many, 0 for no end */
    uint64_t seed;
    uint64_t targets, initiators, vlans; /* every initiator uses every target in every VLAN */
    uint64_t slots;                      /* targets behind one MAC */
    uint64_t outstanding;                /* of each pair, at most */
    uint64_t mix[OPERATIONS];            /* parts of all commands */
    uint64_t sequential, extended;       /* percent of reads and writes */
    uint64_t sectors, sectors_least;
    uint64_t capacity; /* sectors */
    uint64_t buffer_count, sector_count;
    uint64_t lost_requests, lost_responses, slow, duplicates, unanswered, too_late;
    uint64_t unsolicited, adverts, aoe_errors, ata_errors;
    uint64_t missed, step_back, other;
    uint64_t timer, tries, patience, service, think, pauses, pause, discover, step;
    uint64_t first_tag, tag_bits;
    uint64_t snap;
};

/* Fills `options` with the standard capture, changed as the arguments say. 0, or -1 and one line
 * in `error` where an argument is not known, out of its range, or does not go with the others. */
int options_parse(struct options *options, int count, char **arguments, char *error,
                  size_t error_size);

/* All options with their defaults, on standard output. */
void options_help(void);

#endif
