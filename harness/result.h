/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run found: the verdict on each scenario with everything that proves it. All memory is
 * the run's arena; all texts end with NUL; all times are nanoseconds. */
#ifndef AOE_RESULT_H
#define AOE_RESULT_H

#include "scenario.h"

enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_ADVICE,
    VERDICT_SKIP,
    VERDICT_INCONCLUSIVE,
    VERDICT_KNOWN,
    VERDICT_FIXED,
    VERDICT_ERROR,
    VERDICT_COUNT,
};

/* Exit states of the program; where several apply: usage, cannot judge, fail, nothing ran. */
enum { EXIT_CONFORMANT, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_JUDGED, EXIT_NOTHING_RAN };

/* One frame of a scenario, sent or received. */
struct event {
    int64_t time; /* since the epoch */
    bool sent;
    const char *host; /* who sent it, or whom it answers; "" for nobody's */
    struct aoe_span frame;
    unsigned line;               /* of the statement that sent it; 0 for the harness's own */
    const char *statement;       /* text of that line, or what the harness sent it for */
    const struct event *request; /* of a response: what it answers, or NULL */
};

/* One field of an expectation that did not hold, or that held beside one that did not. */
struct row {
    const char *field;
    const char *expected;
    const char *actual;
    size_t byte, bytes; /* place in the frame; bytes 0 where the field has none */
    bool wrong;
};

struct failure {
    const struct aoe_clause *clause;
    const char *path; /* of the scenario in which it was seen, or "": in the harness's own frames */
    const char *id;   /* of that scenario: what to run to see it again, or "" */
    unsigned line;
    const char *statement; /* the scenario's line, or what the harness sent the frame for */
    const char *values;    /* loop variables at that time, "v=3 n=0", or "" */
    const char *expected;  /* one line */
    const char *actual;    /* one line */
    struct row *rows;
    size_t row_count;
    const struct event *event;          /* the frame that shows it, or NULL where one is missing */
    const struct event *const *context; /* up to six frames around it, in order */
    size_t context_count;
};

struct result {
    const struct scenario *scenario;
    enum verdict verdict;
    const char *reason; /* one line, "" for a pass */
    struct failure *failures;
    size_t failure_count;        /* failures that are kept */
    size_t failures_in_all;      /* failures that there were */
    const struct event **events; /* all frames, in order */
    size_t event_count;
    size_t frames_judged; /* of a run-wide scenario: the responses it looked at */
    uint64_t requests;    /* of --fuzz: sent until the difference, or in all; else 0 */
    int64_t duration;
    const char *capture; /* file name, or NULL */
};

enum { TARGET_MACS = 8, TARGET_NEIGHBOURS = 256 };

/* Another target behind the same MAC, as appliances have one for each slot. */
struct neighbour {
    uint16_t shelf;
    uint8_t slot;
};

/* What discovery found out about the target. */
struct target {
    const char *interface;
    uint16_t shelf;
    uint8_t slot;
    uint8_t mac[AOE_MAC_BYTES];
    unsigned mtu; /* of the harness's interface */
    uint16_t buffers;
    uint16_t firmware; /* config firmware version */
    uint8_t sectors;   /* as advertised: 0 stands for 2 */
    bool has_ata, has_masks, has_reserve;
    bool read_only;
    bool read_only_known;
    struct ata_identity identity; /* where has_ata */
    uint64_t capacity;            /* sectors */
    /* MACs that answer for the address: the one that is judged, and others, as the ports of a
     * multipath target do, or a second target with the same address. */
    uint8_t answering[TARGET_MACS][AOE_MAC_BYTES];
    unsigned answering_count;
    struct neighbour neighbours[TARGET_NEIGHBOURS];
    unsigned neighbour_count;
    bool admitted_by_masks; /* the mask list was empty, or nothing said otherwise */
    bool reserved_by_others;
};

struct timing {
    int64_t rtt_p50, rtt_p99;
    int64_t quiet;       /* how long silence is watched */
    int64_t timeout;     /* how long a response is waited for */
    int64_t jitter;      /* the harness's own wake-up delay, worst of the calibration */
    int64_t worst_delay; /* the same, worst of the run */
    uint64_t drops;      /* frames that the kernel dropped before the harness saw them */
};

struct report {
    const char *version;
    uint64_t seed;
    struct target target; /* that is judged, or that is played */
    bool target_found;    /* or the initiator */
    bool judges_initiator;
    uint8_t initiator[AOE_MAC_BYTES];
    const char *stimulus; /* or NULL */
    struct timing timing;
    struct result *results;
    size_t count;
    size_t summary[VERDICT_COUNT];
    int64_t started, duration;
    const char *error;         /* why the run as a whole ended early, or "" */
    const char *command;       /* "aoe-conform --target eth0 e0.1 --allow all --seed 1": what a
                                  scenario id is appended to */
    const char *command_whole; /* the same with the patterns: what does this run again */
    const char *kernel;        /* "Linux 6.1.0 x86_64", or NULL */
    int exit_status;
};

/* "pass", "fail", ... */
const char *verdict_name(enum verdict verdict);

/* Fills summary and exit_status from the results; `strict` makes an advice on a should fail. */
void report_conclude(struct report *report, bool strict);

#endif
