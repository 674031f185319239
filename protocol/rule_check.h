/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the rule engine share; not for others. */
#ifndef AOE_RULE_CHECK_H
#define AOE_RULE_CHECK_H

#include "ata.h"
#include "rule.h"

/* One frame under judgement. */
struct rule_check {
    const struct aoe_frame *frame;
    const struct aoe_rule_context *context;
    aoe_finding_sink *sink;
    void *user;
    size_t found;
    size_t wire;                    /* bytes that were on the wire, never less than captured */
    const struct aoe_frame *header; /* the request, where its header is whole; or NULL */
    const struct aoe_frame *same;   /* the request, where it is of the same command and its
                                       argument is whole; or NULL */
};

/* A field, and the clause by which it is judged. */
struct rule_place {
    const char *clause;
    const char *field;
    size_t byte;
    size_t bytes;
};

/* Hands one finding to the sink. `actual` is a printf format. */
void rule_report(struct rule_check *check, struct rule_place place, const char *expected,
                 const char *actual, ...) __attribute__((format(printf, 4, 5)));

/* Reports a number that is not as it must be: in decimal, and as 0x... where `hex` is set. */
void rule_differs(struct rule_check *check, struct rule_place place, uint64_t expected,
                  uint64_t actual, bool hex);

/* Reports bits of `field` at `byte` that are reserved and set. They are the request's where it
 * had all of them set at the same place (1-reserved-in), else the sender's own (1-reserved). */
void rule_reserved(struct rule_check *check, const char *field, size_t byte, uint8_t bits);

/* Looks through the directives of a mask list, as far as captured, for the first with a reserved
 * byte that is set and, in a list that a read returned, the first that adds or deletes. */
void rule_directives(struct rule_check *check, bool listed);

/* The table entry of an opcode whose direction is certain: NULL for unknown opcodes, and for
 * SMART, whose feature register decides whether data goes in, out or not at all. */
const struct ata_opcode *rule_opcode(uint8_t opcode);

/* The arguments and what follows them. */
void rule_response_argument(struct rule_check *check);
void rule_request_argument(struct rule_check *check);

#endif
