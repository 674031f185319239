/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rules find, as a text such as "2.2-version@14 2.7-tag@20". */
#ifndef AOE_TESTS_JUDGE_H
#define AOE_TESTS_JUDGE_H

#include "frames.h"
#include "protocol/field.h"
#include "protocol/rule.h"
#include "protocol/text.h"

/* A byte to change: of the response, or with ASK added of the request. */
enum { ASK = 10000 };
struct change {
    int at;
    int value;
};

struct log {
    const struct aoe_frame *frame;
    struct aoe_text text;
    size_t last;
    size_t calls;
};

/* A finding about a field of the table lies within that field. */
static inline void check_place(const struct aoe_frame *frame, const struct aoe_finding *finding)
{
    const struct aoe_field *field = aoe_field_find(finding->field, frame->command);
    if (!field)
        return;
    assert_true(finding->bytes > 0 && finding->byte >= field->byte);
    assert_true(finding->byte + finding->bytes <= (size_t)field->byte + field->bytes);
    if (strcmp(finding->field, "reserved"))
        assert_true(finding->byte == field->byte && finding->bytes == field->bytes);
}

static inline void note(void *user, const struct aoe_finding *finding)
{
    struct log *log = user;
    aoe_text_add(&log->text, "%s%s@%zu", log->calls ? " " : "", finding->clause, finding->byte);
    assert_true(finding->byte >= log->last);
    assert_true(finding->field[0] && finding->expected[0] && finding->actual[0]);
    check_place(log->frame, finding);
    assert_string_not_equal(finding->expected, finding->actual);
    log->last = finding->byte;
    log->calls++;
}

static inline const char *findings(const struct aoe_frame *frame,
                                   const struct aoe_rule_context *context)
{
    static char text[1024];
    struct log log = {.frame = frame, .text = aoe_text(text, sizeof text)};
    size_t found = aoe_rules_check(frame, context, note, &log);
    assert_int_equal(found, log.calls);
    assert_int_equal(aoe_rules_check(frame, context, NULL, NULL), found);
    return text;
}

#endif
