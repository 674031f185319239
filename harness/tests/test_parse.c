/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/scenario.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD "title t\nclause 3.2-set\n"

static int set_up(void **state)
{
    *state = calloc(1, sizeof(struct arena));
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(*state);
    free(*state);
    return 0;
}

/* Parses a copy that ends where its block ends, so that a read past it is seen. */
static struct scenario *parse_bytes(struct arena *arena, const char *text, size_t length,
                                    const char **error)
{
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    struct scenario *scenario = scenario_parse(arena, "config/x", "x.aoe", copy, length, error);
    free(copy);
    return scenario;
}

static struct scenario *parse(struct arena *arena, const char *text)
{
    const char *error;
    struct scenario *scenario = parse_bytes(arena, text, strlen(text), &error);
    if (error)
        print_error("%s\n", error);
    assert_null(error);
    assert_non_null(scenario);
    return scenario;
}

static struct statement *statements(struct arena *arena, const char *text)
{
    return parse(arena, arena_print(arena, "%s%s", HEAD, text))->statements;
}

/* ---- the head ---- */

static void test_a_whole_head(void **state)
{
    const struct scenario *s = parse(*state, "# a comment\n\ntitle  what holds, \"quoted\"  \n"
                                             "clause  3.2-set   # why\nlevel should\n"
                                             "needs mtu >= 9000 lba48 # big\nneeds 2 < capacity\n"
                                             "touches media config-string\n"
                                             "touches mask-list reserve-list link\n"
                                             "hosts x y\nquick\nx send config read\n");
    assert_string_equal(s->id, "config/x");
    assert_string_equal(s->path, "x.aoe");
    assert_string_equal(s->title, "what holds, \"quoted\"");
    assert_string_equal(s->clause->id, "3.2-set");
    assert_int_equal(s->level, AOE_SHOULD);
    assert_true(s->quick);
    assert_int_equal(s->touches, TOUCH_TARGET | TOUCH_LINK);
    assert_int_equal(s->host_count, 2);
    assert_string_equal(s->hosts[1], "y");
    assert_int_equal(s->need_count, 3);
    assert_string_equal(s->needs[0].text, "mtu >= 9000");
    assert_int_equal(s->needs[0].comparison, IS_AT_LEAST);
    assert_int_equal(s->needs[0].right->value.number, 9000);
    assert_string_equal(s->needs[1].text, "lba48");
    assert_int_equal(s->needs[1].comparison, IS_NOT);
    assert_null(s->needs[1].right);
    assert_int_equal(s->needs[2].comparison, IS_BELOW);
    assert_int_equal(s->needs[2].right->index, FACT_CAPACITY);
}

static void test_the_least_head(void **state)
{
    const struct scenario *s = parse(*state, "title t\nclause 3.2-set\na send config read");
    assert_int_equal(s->level, AOE_MUST);
    assert_false(s->quick);
    assert_false(s->runwide);
    assert_false(s->moves_data);
    assert_int_equal(s->touches, 0);
    assert_int_equal(s->need_count, 0);
    assert_int_equal(s->host_count, 1);
    assert_string_equal(s->hosts[0], "a");
}

static void test_every_clause_can_be_named(void **state)
{
    size_t count;
    const struct aoe_clause *clauses = aoe_clauses(&count);
    for (size_t i = 0; i < count; i++) {
        bool initiator = !strncmp(clauses[i].id, "i-", 2);
        const char *text = arena_print(*state, "title t\nclause %s\n%s send config read\n",
                                       clauses[i].id, initiator ? "target" : "a");
        const struct scenario *scenario = parse(*state, text);
        assert_ptr_equal(scenario->clause, &clauses[i]);
        assert_int_equal(scenario->initiator, initiator);
    }
}

static void test_every_fact_can_be_needed(void **state)
{
    for (size_t fact = 0; fact < FACT_COUNT; fact++) {
        const char *text = arena_print(*state, "title t\nclause 3.2-set\nneeds %s\na send again\n",
                                       scenario_fact_name((enum fact)fact));
        const struct scenario *s = parse(*state, text);
        assert_int_equal(s->needs[0].left->kind, EXPRESSION_FACT);
        assert_int_equal(s->needs[0].left->index, fact);
    }
}

static void test_levels(void **state)
{
    static const struct {
        const char *clause, *level;
        int expected; /* -1: refused */
    } all[] = {
        {"3.2-set", "must", AOE_MUST},    {"3.2-set", "should", AOE_SHOULD},
        {"3.2-set", "may", AOE_MAY},      {"3.2-set-same", "must", -1},
        {"3.2-set-same", "may", AOE_MAY}, {"3.2-set-same", "should", AOE_SHOULD},
        {"3.1-count-left", "should", -1}, {"3.1-count-left", "may", AOE_MAY},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *error, *text = arena_print(*state, "title t\nclause %s\nlevel %s\na send again",
                                               all[i].clause, all[i].level);
        const struct scenario *s = parse_bytes(*state, text, strlen(text), &error);
        assert_int_equal(s ? (int)s->level : -1, all[i].expected);
    }
}

/* ---- sending ---- */

static void test_every_operation(void **state)
{
    static const struct {
        const char *text;
        uint8_t command, operation;
    } all[] = {
        {"ata read", 0, 0x20},
        {"ata read-ext", 0, 0x24},
        {"ata read-dma", 0, 0xC8},
        {"ata read-dma-ext", 0, 0x25},
        {"ata write", 0, 0x30},
        {"ata write-ext", 0, 0x34},
        {"ata write-dma", 0, 0xCA},
        {"ata write-dma-ext", 0, 0x35},
        {"ata verify", 0, 0x40},
        {"ata verify-ext", 0, 0x42},
        {"ata identify", 0, 0xEC},
        {"ata flush", 0, 0xE7},
        {"ata flush-ext", 0, 0xEA},
        {"ata check-power", 0, 0xE5},
        {"ata opcode=0x77", 0, 0},
        {"config read", 1, 0},
        {"config test \"\"", 1, 1},
        {"config prefix \"\"", 1, 2},
        {"config set \"\"", 1, 3},
        {"config force-set \"\"", 1, 4},
        {"mask read", 2, 0},
        {"mask edit", 2, 1},
        {"reserve read", 3, 0},
        {"reserve set []", 3, 1},
        {"reserve force-set [a.mac]", 3, 2},
        {"command 0xF0", 0xF0, 0},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct statement *s =
            statements(*state, arena_print(*state, "a send %s\n", all[i].text));
        assert_int_equal(s->kind, STATEMENT_SEND);
        assert_int_equal(s->send->kind, MESSAGE_COMMAND);
        assert_int_equal(s->send->command, all[i].command);
        assert_int_equal(s->send->operation, all[i].operation);
    }
}

static void test_every_field_can_be_set(void **state)
{
    static const char *const messages[] = {"ata read", "config read", "mask read", "reserve read"};
    size_t count;
    const struct aoe_field *fields = aoe_fields(&count);
    for (size_t i = 0; i < count; i++) {
        unsigned layout = fields[i].layout == AOE_LAYOUT_HEADER ? 0 : fields[i].layout - 1;
        const struct statement *s = statements(
            *state, arena_print(*state, "a send %s %s=1\n", messages[layout], fields[i].name));
        assert_int_equal(s->send->assignment_count, 1);
        assert_ptr_equal(s->send->assignments[0].field, &fields[i]);
        assert_int_equal(s->send->assignments[0].value->value.number, 1);
    }
}

static void test_every_modifier(void **state)
{
    const struct send *send =
        statements(*state, "a send 3 times config set \"x\" tag=1 byte[5]=6 append x\"01\" cut 20 "
                           "pad 70 fill 0xFF as one after 12 ms\n")
            ->send;
    assert_int_equal(send->times->value.number, 3);
    assert_int_equal(send->payload->value.length, 1);
    assert_int_equal(send->assignment_count, 2);
    assert_null(send->assignments[1].field);
    assert_int_equal(send->assignments[1].offset->value.number, 5);
    assert_int_equal(send->append->value.length, 1);
    assert_int_equal(send->cut->value.number, 20);
    assert_int_equal(send->pad->value.number, 70);
    assert_int_equal(send->fill->value.number, 0xFF);
    assert_string_equal(send->label, "one");
    assert_int_equal(send->delay->value.number, 12);
    assert_false(send->absolute);
    assert_false(send->unpadded);
}

static void test_more_modifiers(void **state)
{
    const struct send *send = statements(*state, "a send again at 5 ms unpadded\n")->send;
    assert_int_equal(send->kind, MESSAGE_AGAIN);
    assert_true(send->absolute);
    assert_true(send->unpadded);
    send = statements(*state, "a send buffer-count times raw x\"10\" destination=other\n")->send;
    assert_int_equal(send->kind, MESSAGE_RAW);
    assert_int_equal(send->times->kind, EXPRESSION_FACT);
    send = statements(*state, "a send (1+1) times config read payload=\"abc\"\n")->send;
    assert_int_equal(send->times->kind, EXPRESSION_BINARY);
    assert_int_equal(send->payload->value.length, 3);
}

static void test_directives(void **state)
{
    const struct send *send =
        statements(*state, "a send mask edit add a.mac delete [a.mac other] none other "
                           "directive 7 other dir-count=9\n")
            ->send;
    static const uint64_t codes[] = {1, 2, 0, 7};
    assert_int_equal(send->directive_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(send->directives[i].dcmd->value.number, codes[i]);
    assert_int_equal(send->directives[1].addresses->count, 2);
    assert_int_equal(send->assignment_count, 1);
}

static void test_what_moves_data(void **state)
{
    static const struct {
        const char *text;
        bool moves;
    } all[] = {
        {"ata read", true}, {"ata flush", true}, {"ata identify", false}, {"config read", false}};
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *text = arena_print(*state, "%sa send %s\n", HEAD, all[i].text);
        assert_int_equal(parse(*state, text)->moves_data, all[i].moves);
    }
}

static void test_pattern_for_the_message(void **state)
{
    assert_true(statements(*state, "a send ata write data=pattern(1)\n")->send->patterned);
    assert_true(statements(*state, "a send ata write data=pattern(1, 2)\n")->send->patterned);
    assert_false(statements(*state, "a send ata write data=zeros(512)\n")->send->patterned);
    assert_false(statements(*state, "a send config set pattern(1, 2)\n")->send->patterned);
}

/* ---- expecting ---- */

static const struct alternative *expected(struct arena *arena, const char *what)
{
    const char *text = arena_print(arena, "a send ata read\na expect %s\n", what);
    return statements(arena, text)->next->expectation.alternatives;
}

static void test_outcomes(void **state)
{
    static const struct {
        const char *text;
        bool silence, judges;
        size_t count;
    } all[] = {
        {"ok", false, false, 0},           {"silence", true, false, 0},
        {"any", false, true, 0},           {"refused", false, true, 1},
        {"aborted", false, true, 3},       {"not-found", false, true, 3},
        {"failed", false, true, 2},        {"ata", false, false, 1},
        {"config", false, false, 1},       {"ata count=0", false, false, 2},
        {"ata ok lba=5", false, false, 2}, {"tag=*", false, false, 1},
        {"error=2", false, true, 1},       {"ata status=0x50", false, true, 2},
        {"mask merror=2", false, true, 2}, {"e=0", false, true, 1},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct alternative *a = expected(*state, all[i].text);
        assert_int_equal(a->silence, all[i].silence);
        assert_int_equal(a->judges_outcome, all[i].judges);
        assert_int_equal(a->count, all[i].count);
    }
}

static void test_conditions(void **state)
{
    static const enum comparison comparisons[] = {IS,         IS_NOT,   IS_BELOW,
                                                  IS_AT_MOST, IS_ABOVE, IS_AT_LEAST};
    const struct alternative *a = expected(
        *state, "ata lba=2|3..9 count != 1 lba0<2 lba1<=3 lba2>4 lba3>=5 word[83]&0xC000=0x4000");
    for (size_t i = 0; i < COUNT(comparisons); i++)
        assert_int_equal(a->conditions[1 + i].comparison, comparisons[i]);
    assert_int_equal(a->conditions[1].count, 2);
    assert_null(a->conditions[1].permitted[0].high);
    assert_int_equal(a->conditions[1].permitted[1].high->value.number, 9);
    assert_string_equal(a->conditions[1].text, "lba=2|3..9");
    assert_string_equal(a->conditions[2].text, "count != 1");
    assert_int_equal(a->conditions[7].reading.word, 83);
    assert_int_equal(a->conditions[7].mask->value.number, 0xC000);
    assert_string_equal(a->conditions[7].text, "word[83]&0xC000=0x4000");
}

/* The text of a condition is told in reports: as written, without what surrounds it. */
static void test_texts_of_conditions(void **state)
{
    static const struct {
        const char *line, *text;
    } all[] = {
        {"config string=\"a#b\"  # why", "string=\"a#b\""},
        {"config string=\"\\\"\" or silence", "string=\"\\\"\""},
        {"config string = \"x\" \\\n error=0", "string = \"x\""},
        {"config string=text(9) tag=5", "string=text(9)"},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        assert_string_equal(expected(*state, all[i].line)->conditions[1].text, all[i].text);
}

static void test_several_alternatives(void **state)
{
    const struct statement *s = statements(
        *state,
        "a send config read as x\na expect each of x within 20 ms error=2 or silence or ok\n");
    s = s->next;
    assert_int_equal(s->kind, STATEMENT_EACH);
    assert_string_equal(s->label, "x");
    assert_int_equal(s->expectation.within->value.number, 20);
    assert_int_equal(s->expectation.count, 3);
    assert_true(s->expectation.alternatives[1].silence);
    assert_string_equal(s->text, "a expect each of x within 20 ms error=2 or silence or ok");
}

static void test_exactly_one_of(void **state)
{
    const struct scenario *s =
        parse(*state, "title t\nclause 3.2-set\nhosts a b\na send config set \"x\"\n"
                      "exactly one of a b expect ok others error=4 or silence\n"
                      "a send config read\na expect config string=winner.string tag=b.tag\n");
    const struct statement *exactly = s->statements->next;
    assert_int_equal(exactly->kind, STATEMENT_EXACTLY);
    assert_int_equal(exactly->host_count, 2);
    assert_int_equal(exactly->hosts[1], 1);
    assert_int_equal(exactly->expectation.count, 1);
    assert_int_equal(exactly->others.count, 2);
    const struct condition *c = exactly->next->next->expectation.alternatives[0].conditions;
    assert_int_equal(c[1].permitted[0].low->index, SCENARIO_HOSTS);
    assert_int_equal(c[2].permitted[0].low->index, 1);
}

/* ---- the rest of the language ---- */

static void test_other_statements(void **state)
{
    const struct scenario *s = parse(
        *state, "title t\nclause 3.2-set\ntouches link\nlink down\npause 5 ms\nlink up\n"
                "hear config buffer-count>0\nlet n = 2 * (3 + 4) - 1\nevery response holds\n");
    static const enum statement_kind kinds[] = {STATEMENT_LINK,  STATEMENT_PAUSE, STATEMENT_LINK,
                                                STATEMENT_HEARD, STATEMENT_LET,   STATEMENT_EVERY};
    const struct statement *statement = s->statements;
    for (size_t i = 0; i < COUNT(kinds); i++, statement = statement->next) {
        assert_int_equal(statement->kind, kinds[i]);
        assert_int_equal(statement->at.line, 4 + i);
        assert_int_equal(statement->at.column, 1);
    }
    assert_null(statement);
    assert_true(s->runwide);
    assert_int_equal(s->variables, 1);
}

static void test_the_link_and_the_target(void **state)
{
    const struct scenario *s =
        parse(*state, "title t\nclause 3.2-set\ntouches link\nlink mtu mtu + 4\n"
                      "target answers within 9 ms\ntarget answers\n");
    const struct statement *resized = s->statements, *waits = resized->next;
    assert_int_equal(resized->kind, STATEMENT_MTU);
    assert_int_equal(resized->value->left->index, FACT_MTU);
    assert_int_equal(waits->kind, STATEMENT_ANSWERS);
    assert_int_equal(waits->expectation.within->value.number, 9);
    assert_int_equal(waits->next->kind, STATEMENT_ANSWERS);
    assert_null(waits->next->expectation.within);
    assert_null(waits->next->next);
}

static void test_at_least(void **state)
{
    const struct statement *all =
        statements(*state, "a send 9 times config read as x\na expect each of x ok\n"
                           "a expect each of x at least 2 * 3 config or silence\n");
    assert_int_equal(all->next->kind, STATEMENT_EACH);
    assert_null(all->next->value);
    assert_int_equal(all->next->next->kind, STATEMENT_EACH);
    assert_int_equal(all->next->next->value->kind, EXPRESSION_BINARY);
    assert_int_equal(all->next->next->expectation.count, 2);
    assert_string_equal(all->next->next->label, "x");
}

static void test_loops(void **state)
{
    const struct statement *outer =
        statements(*state, "for n in 1..last-1\n  for s in \"x\" \"y\"\n    a send config set s\n"
                           "  end\n  let m = n\nend\na send again\n");
    assert_int_equal(outer->kind, STATEMENT_FOR);
    assert_string_equal(outer->name, "n");
    assert_int_equal(outer->item_count, 0);
    assert_int_equal(outer->last->kind, EXPRESSION_BINARY);
    const struct statement *inner = outer->body;
    assert_ptr_equal(inner->parent, outer);
    assert_null(outer->parent);
    assert_int_equal(inner->item_count, 2);
    assert_ptr_equal(inner->body->parent, inner);
    assert_string_equal(inner->body->text, "a send config set s");
    assert_int_equal(inner->next->kind, STATEMENT_LET);
    assert_null(inner->next->next);
    assert_int_equal(outer->next->send->kind, MESSAGE_AGAIN);
}

static void test_an_inner_name_hides_the_outer(void **state)
{
    const struct statement *s = statements(
        *state, "let n = 1\nfor n in 2..3\n  let n = 4\n  pause n ms\nend\npause n ms\n");
    assert_int_equal(s->next->body->next->value->index, 2);
    assert_int_equal(s->next->next->value->index, 0);
}

static void test_precedence(void **state)
{
    const struct expression *e = statements(*state, "let n = 1 + 2 * 3 - 4 / 2 % 5\n")->value;
    assert_int_equal(e->op, '-');
    assert_int_equal(e->left->op, '+');
    assert_int_equal(e->left->right->op, '*');
    assert_int_equal(e->right->op, '%');
    assert_int_equal(e->right->left->op, '/');
}

static void test_literals(void **state)
{
    const struct expression *e =
        statements(*state, "let s = \"a # \\x00\\n\\\\\\\"\" # comment\n")->value;
    assert_int_equal(e->value.length, 8);
    assert_memory_equal(e->value.bytes, "a # \0\n\\\"", 8);
    e = statements(*state, "let s = x\"00 ff aB\"\n")->value;
    assert_int_equal(e->value.length, 3);
    assert_memory_equal(e->value.bytes, "\x00\xff\xab", 3);
    e = statements(*state, "let n = 0xFFFFFFFFFFFFFFFF\n")->value;
    assert_true(e->value.number == UINT64_MAX);
    e = statements(*state, "let n = 18446744073709551615\n")->value;
    assert_true(e->value.number == UINT64_MAX);
    e = statements(*state, "let m = 02:00:5e:00:00:Fe\n")->value;
    assert_true(e->value.number == UINT64_C(0x02005E0000FE));
    e = statements(*state, "let m = [ab:00:5e:00:00:fe a.mac 3]\n")->value;
    assert_int_equal(e->count, 3);
    assert_int_equal(e->type, VALUE_LIST);
}

static void test_functions(void **state)
{
    static const struct {
        const char *text;
        enum value_kind type;
        enum function function;
    } all[] = {
        {"pattern(1)", VALUE_BYTES, FUNCTION_PATTERN},
        {"pattern(1, 2)", VALUE_BYTES, FUNCTION_PATTERN},
        {"zeros(4)", VALUE_BYTES, FUNCTION_ZEROS},
        {"text(4)", VALUE_BYTES, FUNCTION_TEXT},
        {"macs(4)", VALUE_LIST, FUNCTION_MACS},
        {"join(\"a\", text(1))", VALUE_BYTES, FUNCTION_JOIN},
        {"join(macs(1), [a.mac])", VALUE_LIST, FUNCTION_JOIN},
        {"length(\"abc\")", VALUE_NUMBER, FUNCTION_LENGTH},
        {"length(macs(2))", VALUE_NUMBER, FUNCTION_LENGTH},
        {"min(1, 2)", VALUE_NUMBER, FUNCTION_MIN},
        {"max(1, mtu)", VALUE_NUMBER, FUNCTION_MAX},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct expression *e =
            statements(*state, arena_print(*state, "let v = %s\n", all[i].text))->value;
        assert_int_equal(e->kind, EXPRESSION_CALL);
        assert_int_equal(e->type, all[i].type);
        assert_int_equal(e->index, all[i].function);
    }
}

static void test_lines(void **state)
{
    const struct statement *s = statements(*state, "a send config \\\n  set \\\n \"x\\\\\"\r\n"
                                                   "\r\n   # only this\n\t\ta expect\tok\r\n");
    assert_int_equal(s->send->payload->value.length, 2);
    assert_int_equal(s->next->at.line, 8);
    assert_int_equal(s->next->at.column, 3);
    assert_string_equal(s->next->text, "a expect\tok");
    assert_null(s->next->next);
}

static void test_no_newline_at_the_end(void **state)
{
    static const char *const ends[] = {"", "\n", "\r\n", " ", "# why", "\\\n"};
    for (size_t i = 0; i < COUNT(ends); i++) {
        const struct statement *s =
            statements(*state, arena_print(*state, "for n in 1..2\na send again\nend%s", ends[i]));
        assert_null(s->next);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_a_whole_head),
        TEST(test_the_least_head),
        TEST(test_every_clause_can_be_named),
        TEST(test_every_fact_can_be_needed),
        TEST(test_levels),
        TEST(test_every_operation),
        TEST(test_every_field_can_be_set),
        TEST(test_every_modifier),
        TEST(test_more_modifiers),
        TEST(test_directives),
        TEST(test_what_moves_data),
        TEST(test_pattern_for_the_message),
        TEST(test_outcomes),
        TEST(test_conditions),
        TEST(test_texts_of_conditions),
        TEST(test_several_alternatives),
        TEST(test_exactly_one_of),
        TEST(test_other_statements),
        TEST(test_the_link_and_the_target),
        TEST(test_at_least),
        TEST(test_loops),
        TEST(test_an_inner_name_hides_the_outer),
        TEST(test_precedence),
        TEST(test_literals),
        TEST(test_functions),
        TEST(test_lines),
        TEST(test_no_newline_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
