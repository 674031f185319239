/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scenario as a tree: what the parser makes and the interpreter runs. The language is
 * described in scenarios/README.md. */
#ifndef AOE_SCENARIO_H
#define AOE_SCENARIO_H

#include "common/arena.h"
#include "protocol/ata.h"
#include "protocol/clause.h"
#include "protocol/field.h"

enum { SCENARIO_HOSTS = 8 };

/* Whose frames expressions can read, beside the hosts'. */
enum speaker {
    SPEAKER_WINNER = SCENARIO_HOSTS, /* of the hosts that asked together */
    SPEAKER_REQUEST,                 /* the initiator's request that is answered, or was seen */
    SPEAKER_RESPONSE,                /* the model's answer to it */
    SPEAKERS,
};

struct position {
    unsigned line; /* from 1 */
    unsigned column;
};

enum value_kind { VALUE_NUMBER, VALUE_BYTES, VALUE_LIST };

/* A number (also a MAC address, as its 48 bits), bytes (a string), or a list of numbers. */
struct value {
    enum value_kind kind;
    uint64_t number;
    const uint8_t *bytes;
    const uint64_t *items;
    size_t length; /* of the bytes or the list */
};

enum expression_kind {
    EXPRESSION_CONSTANT, /* value */
    EXPRESSION_VARIABLE, /* let or for: index */
    EXPRESSION_FACT,     /* what discovery found: index into the facts */
    EXPRESSION_HOST,     /* property `reading` of host `index`'s last response, or its MAC; of
                            one of enum speaker beyond the hosts */
    EXPRESSION_CALL,     /* function `index` of `left` and `right` */
    EXPRESSION_LIST,     /* items */
    EXPRESSION_BINARY,   /* left op right, op one of + - * / % */
};

/* What can be read from a response beside the fields of the table. */
enum reading_kind {
    READING_FIELD,
    READING_STRING,       /* config string */
    READING_DATA,         /* ATA data */
    READING_ADDRESSES,    /* of a mask list or reserve list */
    READING_FRAME_LENGTH, /* bytes on the wire */
    READING_WORD,         /* word [index] of the data, little-endian */
    READING_IDENTITY,     /* 1 where IDENTIFY data is sound (ata_identify_defect), else 0 */
    READING_LISTED,       /* 1 where the host that asked is in the mask or reserve list, else 0 */
    READING_MAC,          /* the host's own address; not in a response */
};

struct reading {
    enum reading_kind kind;
    const char *name;
    const struct aoe_field *field;
    unsigned word;
};

struct expression {
    enum expression_kind kind;
    enum value_kind type;
    struct position at;
    struct value value;
    size_t index;
    struct reading reading;
    char op;
    struct expression *left, *right;
    struct expression **items;
    size_t count;
};

enum comparison { IS, IS_NOT, IS_BELOW, IS_AT_MOST, IS_ABOVE, IS_AT_LEAST };

/* "mtu >= 9000"; a bare word is "word != 0". */
struct need {
    const char *text; /* as written */
    struct expression *left, *right;
    enum comparison comparison;
};

/* One permitted value or range of a condition; `high` NULL for a single value. */
struct permitted {
    struct expression *low, *high;
};

/* "status=0x40|0x50", "word[83]&0xC000=0x4000"; no `permitted` stands for any value. */
struct condition {
    const char *text;
    struct reading reading;
    struct expression *mask;
    enum comparison comparison;
    struct permitted *permitted;
    size_t count;
};

struct alternative {
    const char *text;
    bool silence;
    bool judges_outcome; /* names error, status or the like: success is not implied */
    struct condition *conditions;
    size_t count;
};

struct expectation {
    struct alternative *alternatives;
    size_t count;
    struct expression *within; /* ms, or NULL */
};

/* MESSAGE_ANSWER: what the model has answered or announced, to be changed. */
enum message_kind { MESSAGE_COMMAND, MESSAGE_RAW, MESSAGE_AGAIN, MESSAGE_ANSWER };

struct assignment {
    const struct aoe_field *field; /* NULL: the byte at `offset` */
    struct expression *offset;
    struct expression *value;
    struct position at;
};

struct directive {
    struct expression *dcmd;
    struct expression *addresses; /* a number or a list */
};

struct send {
    enum message_kind kind;
    uint8_t command;
    uint8_t operation;          /* opcode, CCmd, MCmd or RCmd */
    struct expression *number;  /* command number of "command N" */
    struct expression *payload; /* string, data, address list or raw bytes; NULL for none */
    bool patterned;             /* payload is pattern(seed): made for the count and LBA */
    struct directive *directives;
    size_t directive_count;
    struct assignment *assignments;
    size_t assignment_count;
    struct expression *append, *cut, *pad, *fill;
    bool unpadded;
    struct expression *times;
    struct expression *delay; /* ms after the line before, or from the start where `absolute` */
    bool absolute;
    const char *label;
};

/* Requests of an initiator that a statement is about. */
struct request_pattern {
    const char *text;
    int command;               /* -1: any */
    struct expression *number; /* command number of "command N" */
    int operation;             /* opcode that stands for its kind, CCmd, MCmd or RCmd; -1: any */
    struct alternative conditions;
};

/* What the served target does with some of the requests that match. */
struct reaction {
    struct expression *first, *last; /* which of them, from 1; NULL: every */
    bool ignore;                     /* the request has not come */
    bool drop;                       /* the answer does not get through */
    struct send **answers;
    size_t count;
};

/* What a served target says of itself: "serve buffer-count=1". */
enum served {
    SERVED_BUFFERS,
    SERVED_SECTORS,
    SERVED_FIRMWARE,
    SERVED_CAPACITY,
    SERVED_READ_ONLY,
    SERVED_STRING,
    SERVED_MACS,
    SERVED_SHELF,
    SERVED_SLOT,
    SERVED_COUNT,
};

enum stimulus_action {
    STIMULATE_RESET, /* the harness's own, between scenarios */
    STIMULATE_DISCOVER,
    STIMULATE_READ,
    STIMULATE_WRITE,
    STIMULATE_WORK,
    STIMULATE_COUNT,
};

enum stimulus_outcome { STIMULUS_OK, STIMULUS_FAILS, STIMULUS_ENDS };

/* The part of a statement that only scenarios for initiators have. */
struct initiator_part {
    struct request_pattern pattern;          /* when; initiator sends */
    struct reaction reaction;                /* when */
    bool at_most;                            /* initiator sends at most `value`, or no */
    struct expression *served[SERVED_COUNT]; /* serve; NULL where not named */
    bool normally;                           /* serve normally */
    enum stimulus_action action;             /* stimulate, of `value` and `last` */
    enum stimulus_outcome outcome;           /* stimulus */
    struct expression *within;               /* ms, or NULL */
};

enum statement_kind {
    STATEMENT_SEND,
    STATEMENT_EXPECT,
    STATEMENT_EACH,    /* host expect each: all that is open, in any order */
    STATEMENT_EXACTLY, /* exactly one of hosts expect ... others ... */
    STATEMENT_LET,
    STATEMENT_FOR,
    STATEMENT_EVERY, /* every response holds: the run-wide judgement of the clause's rule */
    STATEMENT_PAUSE,
    STATEMENT_LINK,
    STATEMENT_MTU,     /* link mtu N */
    STATEMENT_ANSWERS, /* target answers: asks until it does */
    STATEMENT_HEARD,   /* hear ...: a broadcast response that nobody asked for */
    STATEMENT_SERVE,   /* this one and the next five: scenarios for initiators */
    STATEMENT_WHEN,
    STATEMENT_ANNOUNCE,
    STATEMENT_STIMULATE,
    STATEMENT_STIMULUS,
    STATEMENT_SENDS, /* initiator sends */
};

struct statement {
    enum statement_kind kind;
    struct position at;
    const char *text; /* the line as written, without indentation and comment */
    size_t host;
    const char *label; /* "expect of LABEL" */
    struct send *send;
    struct expectation expectation, others;
    size_t hosts[SCENARIO_HOSTS]; /* exactly one of */
    size_t host_count;
    size_t variable;                 /* let, for */
    const char *name;                /* of the variable */
    const struct statement *parent;  /* the loop around it, or NULL */
    struct expression *value, *last; /* let; for: from value to last; pause; link mtu; expect each
                                        at least, or NULL */
    struct expression **items;       /* for: the listed values */
    size_t item_count;
    struct initiator_part *initiator; /* NULL in scenarios for targets */
    struct statement *body;
    struct statement *next;
};

/* What a scenario may change, and what --allow can permit. */
enum touch {
    TOUCH_MEDIA = 1,
    TOUCH_CONFIG = 2,
    TOUCH_MASKS = 4,
    TOUCH_RESERVE = 8,
    TOUCH_LINK = 16, /* the harness's own link goes down and up */
    TOUCH_TARGET = TOUCH_MEDIA | TOUCH_CONFIG | TOUCH_MASKS | TOUCH_RESERVE,
};

struct scenario {
    const char *id;   /* path below the scenarios without its ending: "config/set-refused" */
    const char *path; /* of the file */
    const char *title;
    const struct aoe_clause *clause;
    enum aoe_level level;
    bool quick;
    unsigned touches; /* bits of enum touch */
    struct need *needs;
    size_t need_count;
    const char *hosts[SCENARIO_HOSTS];
    size_t host_count;
    size_t variables; /* how many let and for have */
    bool runwide;     /* holds an "every response" statement: runs after all others */
    bool initiator;   /* judges an initiator: its clause begins with "i-" */
    bool moves_data;  /* reads or writes media: refused while another host has reserved */
    struct statement *statements;
};

/* Facts that expressions can name; the parser knows the names, discovery the values. */
enum fact {
    FACT_SHELF,
    FACT_SLOT,
    FACT_TARGET,  /* MAC */
    FACT_OTHER,   /* a MAC that nobody has */
    FACT_MTU,     /* of the harness's link */
    FACT_SECTORS, /* most sectors per command, never 0 */
    FACT_BUFFERS,
    FACT_FIRMWARE,
    FACT_CAPACITY, /* sectors */
    FACT_LAST,     /* capacity - 1 */
    FACT_SCRATCH,  /* first sector that may be written */
    FACT_SCRATCH_COUNT,
    FACT_LBA28, /* 1 where capacity goes beyond 2^28 sectors */
    FACT_LBA48,
    FACT_MASKS,
    FACT_RESERVE,
    FACT_ATA,
    FACT_READ_ONLY,
    FACT_WRITABLE,
    FACT_END_WRITABLE, /* the last sector may be written */
    FACT_INITIATOR,    /* MAC */
    FACT_PATIENCE,     /* ms that an initiator may take */
    FACT_SECOND,       /* MAC of another host that answers for the target, or 0 */
    FACT_ROUNDS,       /* turns of the loops that try a race */
    FACT_COUNT,
};

/* Functions that expressions can call. */
enum function {
    FUNCTION_PATTERN, /* pattern(seed), pattern(seed, sectors): data that names its LBA */
    FUNCTION_ZEROS,   /* zeros(bytes) */
    FUNCTION_TEXT,    /* text(bytes): letters that differ by place */
    FUNCTION_MACS,    /* macs(count): made-up addresses */
    FUNCTION_JOIN,    /* join(list, list) or join(bytes, bytes) */
    FUNCTION_LENGTH,  /* length(bytes or list) */
    FUNCTION_MIN,
    FUNCTION_MAX,
};

/* Parses `text` (ends with NUL; `length` bytes) as the scenario `id` in the file `path`. All
 * memory is from `arena`. NULL on an error, with "path:line:column: what is wrong" in `error`
 * (memory from the arena too). */
struct scenario *scenario_parse(struct arena *arena, const char *id, const char *path,
                                const char *text, size_t length, const char **error);

/* The name of a fact as scenarios write it. */
const char *scenario_fact_name(enum fact fact);

/* The word of an action of the stimulus ("read"). */
const char *scenario_action_name(enum stimulus_action action);

/* The word of one touch ("config-string"), and what --allow calls it ("config"). */
const char *scenario_touch_name(unsigned touch);
const char *scenario_allow_name(unsigned touch);

#endif
