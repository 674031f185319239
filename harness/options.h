/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of aoe-conform. */
#ifndef AOE_OPTIONS_H
#define AOE_OPTIONS_H

#include "gate.h"

enum mode {
    MODE_NONE,
    MODE_TARGET,
    MODE_INITIATOR,
    MODE_LIST,
    MODE_EXPLAIN,
    MODE_CHECK,
    MODE_RECOVER,
    MODE_COMPARE,
    MODE_DONE,
};

enum { OPTIONS_PATIENCE = 60 /* seconds */, OPTIONS_ROUNDS = 20 };

struct options {
    enum mode mode;
    const char *interface;
    uint16_t shelf; /* of the target that is judged, or served */
    uint8_t slot;
    const char *stimulus;   /* command, or NULL */
    const uint8_t *host;    /* MAC of the initiator, or NULL */
    unsigned patience;      /* seconds that an initiator may take */
    bool for_initiators;    /* an option was given that only --initiator takes */
    unsigned allow;         /* bits of enum touch */
    const char *allow_text; /* as given, for the command that repeats a scenario; or NULL */
    bool window_given;
    struct extent window; /* media=LBA+COUNT */
    const char *explain;  /* id */
    const char *recover;  /* path of a journal */
    const char **patterns;
    size_t pattern_count;
    const char **skips;
    size_t skip_count;
    const char *scenarios, *journal, *baseline, *write_baseline, *captures;
    const char *json, *junit, *tap, *html;
    const char **files; /* results to compare */
    size_t file_count;
    bool all; /* also what is the same in all of them */
    bool strict, quick, verbose;
    uint64_t fuzz; /* random requests instead of scenarios; 0: none */
    uint64_t seed;
    unsigned timeout_ms; /* 0: by calibration */
    unsigned rounds;     /* turns of the loops that try a race; 0: OPTIONS_ROUNDS */
};

/* Reads the command line. 0, or -1 with one line in `error` that says what is wrong and what
 * would be right. --help and --version print and give MODE_DONE. */
int options_parse(struct arena *arena, int argc, char **argv, struct options *options,
                  const char **error);

#endif
