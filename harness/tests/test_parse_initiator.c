/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios for initiators as trees, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/scenario.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD "title t\nclause i-match\n"
#define TARGETS "title t\nclause 3.2-set\n"

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
static struct scenario *parse_bytes(struct arena *arena, const char *text, const char **error)
{
    size_t length = strlen(text);
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length + 1);
    struct scenario *scenario = scenario_parse(arena, "initiator/x", "x.aoe", copy, length, error);
    free(copy);
    return scenario;
}

static struct scenario *parse(struct arena *arena, const char *body)
{
    const char *error;
    struct scenario *scenario = parse_bytes(arena, arena_print(arena, "%s%s", HEAD, body), &error);
    if (error)
        fail_msg("%s, in:\n%s", error, body);
    return scenario;
}

static struct statement *statements(struct arena *arena, const char *body)
{
    return parse(arena, body)->statements;
}

/* The pattern of "when every PATTERN drop". */
static const struct request_pattern *pattern(struct arena *arena, const char *text)
{
    const struct statement *s = statements(arena, arena_print(arena, "when 1 %s drop\n", text));
    assert_string_equal(s->initiator->pattern.text, text);
    return &s->initiator->pattern;
}

/* ---- what there is ---- */

static void test_an_initiators_scenario(void **state)
{
    const struct scenario *s = parse(*state, "stimulate discover\nevery request holds\n");
    assert_true(s->initiator);
    assert_true(s->runwide);
    assert_int_equal(s->host_count, 1);
    assert_string_equal(s->hosts[0], "target");
    assert_int_equal(s->statements->next->kind, STATEMENT_EVERY);
    assert_false(parse(*state, "stimulate discover\n")->runwide);
}

static void test_what_is_served(void **state)
{
    static const struct {
        const char *text;
        enum served what;
        enum value_kind type;
    } all[] = {
        {"buffer-count=1", SERVED_BUFFERS, VALUE_NUMBER},
        {"sector-count=0", SERVED_SECTORS, VALUE_NUMBER},
        {"firmware=7", SERVED_FIRMWARE, VALUE_NUMBER},
        {"capacity=last", SERVED_CAPACITY, VALUE_NUMBER},
        {"read-only=1", SERVED_READ_ONLY, VALUE_NUMBER},
        {"string=\"x\"", SERVED_STRING, VALUE_BYTES},
        {"macs=[target other]", SERVED_MACS, VALUE_LIST},
        {"shelf=shelf + 1", SERVED_SHELF, VALUE_NUMBER},
        {"slot=3", SERVED_SLOT, VALUE_NUMBER},
    };
    assert_int_equal(COUNT(all), SERVED_COUNT);
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct statement *s =
            statements(*state, arena_print(*state, "serve %s\n", all[i].text));
        assert_int_equal(s->kind, STATEMENT_SERVE);
        assert_false(s->initiator->normally);
        for (size_t what = 0; what < SERVED_COUNT; what++)
            assert_int_equal(s->initiator->served[what] != NULL, what == all[i].what);
        assert_int_equal(s->initiator->served[all[i].what]->type, all[i].type);
    }
}

static void test_serve(void **state)
{
    const struct statement *s = statements(*state, "serve slot=2 buffer-count=64\nserve normally");
    assert_int_equal(s->initiator->served[SERVED_SLOT]->value.number, 2);
    assert_int_equal(s->initiator->served[SERVED_BUFFERS]->value.number, 64);
    assert_int_equal(s->next->kind, STATEMENT_SERVE);
    assert_true(s->next->initiator->normally);
}

/* ---- patterns ---- */

static void test_operations_of_patterns(void **state)
{
    static const struct {
        const char *text;
        int command, operation;
    } all[] = {
        {"request", -1, -1},
        {"ata", AOE_COMMAND_ATA, -1},
        {"ata read", AOE_COMMAND_ATA, ATA_READ},
        {"ata read-ext", AOE_COMMAND_ATA, ATA_READ_EXT},
        {"ata write", AOE_COMMAND_ATA, ATA_WRITE},
        {"ata write-dma-ext", AOE_COMMAND_ATA, ATA_WRITE_DMA_EXT},
        {"ata flush", AOE_COMMAND_ATA, ATA_FLUSH},
        {"ata identify", AOE_COMMAND_ATA, ATA_IDENTIFY},
        {"config", AOE_COMMAND_CONFIG, -1},
        {"config read", AOE_COMMAND_CONFIG, AOE_CONFIG_READ},
        {"config force-set", AOE_COMMAND_CONFIG, AOE_CONFIG_FORCE},
        {"mask", AOE_COMMAND_MASK, -1},
        {"mask edit", AOE_COMMAND_MASK, AOE_MASK_EDIT},
        {"reserve", AOE_COMMAND_RESERVE, -1},
        {"reserve set", AOE_COMMAND_RESERVE, AOE_RESERVE_SET},
        {"command 0xF0 + 1", -1, -1},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        const struct request_pattern *p = pattern(*state, all[i].text);
        assert_int_equal(p->command, all[i].command);
        assert_int_equal(p->operation, all[i].operation);
        assert_int_equal(p->number != NULL, i == COUNT(all) - 1);
        assert_int_equal(p->conditions.count, 0);
    }
}

static void test_conditions_of_patterns(void **state)
{
    const struct request_pattern *p =
        pattern(*state, "ata read lba&0xFF=8..15|32 count>1 data!=zeros(4) destination=*");
    const struct condition *c = p->conditions.conditions;
    assert_int_equal(p->conditions.count, 4);
    assert_int_equal(c[0].mask->value.number, 0xFF);
    assert_int_equal(c[0].count, 2);
    assert_int_equal(c[0].permitted[0].high->value.number, 15);
    assert_null(c[0].permitted[1].high);
    assert_int_equal(c[1].comparison, IS_ABOVE);
    assert_int_equal(c[2].reading.kind, READING_DATA);
    assert_int_equal(c[3].count, 0);
    assert_string_equal(c[3].text, "destination=*");
    assert_int_equal(pattern(*state, "request tag=5")->conditions.count, 1);
    assert_int_equal(pattern(*state, "config string=\"x\"")->conditions.count, 1);
}

/* ---- reactions ---- */

static void test_which_requests(void **state)
{
    const struct reaction *r = &statements(*state, "when 1 ata drop\n")->initiator->reaction;
    assert_true(r->drop && !r->ignore && !r->count);
    assert_int_equal(r->first->value.number, 1);
    assert_ptr_equal(r->first, r->last);
    r = &statements(*state, "when 2..3 + 1 ata ignore\n")->initiator->reaction;
    assert_true(r->ignore && !r->drop && !r->count);
    assert_int_equal(r->first->value.number, 2);
    assert_int_equal(r->last->op, '+');
    r = &statements(*state, "when every ata answer\n")->initiator->reaction;
    assert_true(!r->ignore && !r->drop);
    assert_null(r->first);
    assert_null(r->last);
    assert_int_equal(r->count, 1);
}

static void test_answers(void **state)
{
    const struct statement *s =
        statements(*state, "when 1 ata read answer tag=request.tag+1 "
                           "after 300 ms and answer and answer data=x\"00\" "
                           "cut 36 pad 60 fill 1\n");
    const struct reaction *r = &s->initiator->reaction;
    assert_int_equal(s->kind, STATEMENT_WHEN);
    assert_int_equal(r->count, 3);
    for (size_t i = 0; i < r->count; i++) {
        assert_int_equal(r->answers[i]->kind, MESSAGE_ANSWER);
        assert_int_equal(r->answers[i]->command, AOE_COMMAND_ATA);
    }
    assert_int_equal(r->answers[0]->assignment_count, 1);
    assert_string_equal(r->answers[0]->assignments[0].field->name, "tag");
    assert_int_equal(r->answers[0]->delay->value.number, 300);
    assert_int_equal(r->answers[1]->assignment_count, 0);
    assert_null(r->answers[1]->delay);
    assert_int_equal(r->answers[2]->payload->value.length, 1);
    assert_int_equal(r->answers[2]->cut->value.number, 36);
    assert_int_equal(r->answers[2]->fill->value.number, 1);
}

static void test_every_modifier_of_an_answer(void **state)
{
    const struct statement *s = statements(
        *state, "when 1 config answer payload=\"x\" append \"y\" byte[40]=9 length=2 unpadded\n"
                "when 1 ata answer data=pattern(3)\nwhen 1 request answer payload=\"p\" slot=1\n");
    const struct send *answer = s->initiator->reaction.answers[0];
    assert_null(answer->label);
    assert_true(answer->unpadded);
    assert_int_equal(answer->append->value.length, 1);
    assert_int_equal(answer->assignment_count, 2);
    answer = s->next->initiator->reaction.answers[0];
    assert_true(answer->patterned);
    answer = s->next->next->initiator->reaction.answers[0];
    assert_int_equal(answer->command, AOE_COMMAND_VENDOR);
    assert_int_equal(answer->payload->value.length, 1);
}

static void test_announcements(void **state)
{
    const struct send *send = statements(*state, "announce buffer-count=1 tag=4\n")->send;
    assert_int_equal(send->kind, MESSAGE_ANSWER);
    assert_int_equal(send->command, AOE_COMMAND_CONFIG);
    assert_int_equal(send->assignment_count, 2);
    const struct statement *s = statements(*state, "announce\ntarget send config read r=1\n");
    assert_int_equal(s->kind, STATEMENT_ANNOUNCE);
    assert_int_equal(s->send->assignment_count, 0);
    assert_int_equal(s->next->kind, STATEMENT_SEND);
    assert_int_equal(s->next->host, 0);
}

/* ---- the stimulus, and what is seen ---- */

static void test_actions(void **state)
{
    const struct statement *s =
        statements(*state, "stimulate discover\nstimulate read 8 last - 1\nstimulate write 0 4\n"
                           "stimulate work\n");
    for (size_t i = STIMULATE_DISCOVER; i < STIMULATE_COUNT; i++, s = s->next) {
        bool ranged = i == STIMULATE_READ || i == STIMULATE_WRITE;
        assert_int_equal(s->kind, STATEMENT_STIMULATE);
        assert_int_equal(s->initiator->action, i);
        assert_int_equal(s->value != NULL, ranged);
        assert_int_equal(s->last != NULL, ranged);
    }
    s = statements(*state, "stimulate read 8 last - 1\n");
    assert_int_equal(s->value->value.number, 8);
    assert_int_equal(s->last->op, '-');
    assert_string_equal(scenario_action_name(STIMULATE_RESET), "reset");
    assert_string_equal(scenario_action_name(STIMULATE_WORK), "work");
}

static void test_ends(void **state)
{
    const struct statement *s =
        statements(*state, "stimulus ok\nstimulus fails within 20 ms\nstimulus ends\n");
    static const enum stimulus_outcome outcomes[] = {STIMULUS_OK, STIMULUS_FAILS, STIMULUS_ENDS};
    for (size_t i = 0; i < COUNT(outcomes); i++, s = s->next) {
        assert_int_equal(s->kind, STATEMENT_STIMULUS);
        assert_int_equal(s->initiator->outcome, outcomes[i]);
        assert_int_equal(s->initiator->within != NULL, i == 1);
    }
}

static void test_what_is_seen(void **state)
{
    const struct statement *s = statements(
        *state,
        "initiator sends ata read lba=8\ninitiator sends config within 5 ms\n"
        "initiator sends at most 3 request within 6 ms\ninitiator sends no ata within 7 ms");
    static const struct {
        bool at_most;
        unsigned value, within; /* 0: none */
    } all[] = {{false, 0, 0}, {false, 0, 5}, {true, 3, 6}, {true, 0, 7}};
    for (size_t i = 0; i < COUNT(all); i++, s = s->next) {
        assert_int_equal(s->kind, STATEMENT_SENDS);
        assert_int_equal(s->initiator->at_most, all[i].at_most);
        assert_int_equal(s->value ? s->value->value.number : 0, all[i].value);
        const struct expression *within = s->initiator->within;
        assert_int_equal(within ? within->value.number : 0, all[i].within);
    }
}

static void test_what_is_read_of_both_sides(void **state)
{
    const struct statement *s =
        statements(*state, "let a = request.lba\nlet b = response.data\nlet c = request.source\n"
                           "let d = response.mac\nlet e = request.word[3]\nlet f = target.mac\n");
    static const struct {
        size_t speaker;
        enum reading_kind kind;
        enum value_kind type;
    } all[] = {
        {SPEAKER_REQUEST, READING_FIELD, VALUE_NUMBER},
        {SPEAKER_RESPONSE, READING_DATA, VALUE_BYTES},
        {SPEAKER_REQUEST, READING_FIELD, VALUE_NUMBER},
        {SPEAKER_RESPONSE, READING_MAC, VALUE_NUMBER},
        {SPEAKER_REQUEST, READING_WORD, VALUE_NUMBER},
        {0, READING_MAC, VALUE_NUMBER},
    };
    for (size_t i = 0; i < COUNT(all); i++, s = s->next) {
        assert_int_equal(s->value->kind, EXPRESSION_HOST);
        assert_int_equal(s->value->index, all[i].speaker);
        assert_int_equal(s->value->reading.kind, all[i].kind);
        assert_int_equal(s->value->type, all[i].type);
    }
}

static void test_loops_of_statements(void **state)
{
    const struct statement *s =
        statements(*state, "for n in 1..2\n  when n ata drop\n  stimulate read n n\nend\n"
                           "pause 5 ms\n");
    assert_int_equal(s->body->kind, STATEMENT_WHEN);
    assert_int_equal(s->body->initiator->reaction.first->kind, EXPRESSION_VARIABLE);
    assert_int_equal(s->body->next->initiator->action, STIMULATE_READ);
    assert_int_equal(s->next->kind, STATEMENT_PAUSE);
}

/* ---- what is wrong ---- */

struct bad {
    const char *text, *error;
};

#define IS_NONE "is neither a statement nor one of the hosts"

static const struct bad bad_sides[] = {
    {HEAD "hosts a b\nstimulate discover\n", "x.aoe:3:7: a scenario for initiators has no hosts"},
    {HEAD "target expect ok\n", "x.aoe:3:8: expected 'send', found 'expect'"},
    {HEAD "a send config read\n", "x.aoe:3:1: 'a' " IS_NONE},
    {HEAD "hear config\n", "x.aoe:3:1: 'hear' " IS_NONE},
    {HEAD "exactly one of target expect ok others ok\n", "x.aoe:3:1: 'exactly' " IS_NONE},
    {HEAD "every response holds\n", "x.aoe:3:7: expected 'request', found 'response'"},
    {HEAD "let n = winner.tag\n", "x.aoe:3:9: unknown name 'winner.tag'"},
    {HEAD "let n = a.tag\n", "x.aoe:3:9: unknown name 'a.tag'"},
    {TARGETS "serve normally\n", "x.aoe:3:1: 'serve' " IS_NONE},
    {TARGETS "when 1 ata drop\n", "x.aoe:3:1: 'when' " IS_NONE},
    {TARGETS "announce\n", "x.aoe:3:1: 'announce' " IS_NONE},
    {TARGETS "stimulate work\n", "x.aoe:3:1: 'stimulate' " IS_NONE},
    {TARGETS "stimulus ok\n", "x.aoe:3:1: 'stimulus' " IS_NONE},
    {TARGETS "initiator sends request\n", "x.aoe:3:1: 'initiator' " IS_NONE},
    {TARGETS "target send config read\n", "x.aoe:3:8: expected 'answers', found 'send'"},
    {TARGETS "every request holds\n", "x.aoe:3:7: expected 'response', found 'request'"},
    {TARGETS "let n = request.tag\n", "x.aoe:3:9: unknown name 'request.tag'"},
    {TARGETS "let n = response.tag\n", "x.aoe:3:9: unknown name 'response.tag'"},
};

#define SERVED "expected 'normally' or what is served, such as buffer-count=2; found "

static const struct bad bad_serving[] = {
    {HEAD "serve\n", "x.aoe:3:6: " SERVED "'end of line'"},
    {HEAD "serve nothing=1\n", "x.aoe:3:7: " SERVED "'nothing'"},
    {HEAD "serve mtu=9000\n", "x.aoe:3:7: " SERVED "'mtu'"},
    {HEAD "serve slot=1 normally\n", "x.aoe:3:14: " SERVED "'normally'"},
    {HEAD "serve normally slot=1\n", "x.aoe:3:16: unexpected 'slot'"},
    {HEAD "serve slot\n", "x.aoe:3:11: expected '=', found 'end of line'"},
    {HEAD "serve slot>1\n", "x.aoe:3:11: expected '=', found '>'"},
    {HEAD "serve slot=\n", "x.aoe:3:12: expected a value, found 'end of line'"},
    {HEAD "serve string=5\n", "x.aoe:3:14: expected a string, found a number"},
    {HEAD "serve macs=other\n", "x.aoe:3:12: expected a list of addresses, found a number"},
    {HEAD "serve slot=\"x\"\n", "x.aoe:3:12: expected a number, found a string"},
    {HEAD "announce 5\n", "x.aoe:3:10: unexpected '5'"},
    {HEAD "announce lba=5\n", "x.aoe:3:10: no field 'lba' in that message"},
    {HEAD "announce data=\"x\"\n", "x.aoe:3:10: no field 'data' in that message"},
    {HEAD "announce and\n", "x.aoe:3:10: unexpected 'and'"},
};

#define PATTERN "expected request, ata, config, mask, reserve or command, found "

static const struct bad bad_reactions[] = {
    {HEAD "when\n", "x.aoe:3:5: expected a value, found 'end of line'"},
    {HEAD "when ata drop\n", "x.aoe:3:10: " PATTERN "'drop'"},
    {HEAD "when \"x\" ata drop\n", "x.aoe:3:6: expected a number, found a string"},
    {HEAD "when 1.. ata drop\n", "x.aoe:3:14: " PATTERN "'drop'"},
    {HEAD "when 1 drop\n", "x.aoe:3:8: " PATTERN "'drop'"},
    {HEAD "when every\n", "x.aoe:3:11: " PATTERN "'end of line'"},
    {HEAD "when 1 frame drop\n", "x.aoe:3:8: " PATTERN "'frame'"},
    {HEAD "when 1 command drop\n", "x.aoe:3:16: unknown name 'drop'"},
    {HEAD "when 1 command \"x\" drop\n", "x.aoe:3:16: expected a number, found a string"},
    {HEAD "when 1 ata set drop\n", "x.aoe:3:12: no field 'set' in that response"},
    {HEAD "when 1 config lba=8 drop\n", "x.aoe:3:15: no field 'lba' in that response"},
    {HEAD "when 1 request reserved=0 drop\n",
     "x.aoe:3:16: 'reserved' is in several messages: name one, as in 'expect ata reserved=0'"},
    {HEAD "when 1 ata 5 drop\n", "x.aoe:3:12: expected a field, found '5'"},
    {HEAD "when 1 ata lba drop\n", "x.aoe:3:16: expected = != < <= > or >=, found 'drop'"},
    {HEAD "when 1 ata\n", "x.aoe:3:11: expected 'answer', found 'end of line'"},
    {HEAD "when 1 ata within 5 ms\n", "x.aoe:3:12: expected 'answer', found 'within'"},
    {HEAD "when 1 ata drop ignore\n", "x.aoe:3:17: unexpected 'ignore'"},
    {HEAD "when 1 ata drop and answer\n", "x.aoe:3:17: unexpected 'and'"},
    {HEAD "when 1 ata answer and\n", "x.aoe:3:22: expected 'answer', found 'end of line'"},
    {HEAD "when 1 ata answer and drop\n", "x.aoe:3:23: expected 'answer', found 'drop'"},
    {HEAD "when 1 ata answer at 5 ms\n", "x.aoe:3:26: an answer comes 'after N ms', not 'at'"},
    {HEAD "when 1 ata answer at 5 ms and answer\n",
     "x.aoe:3:27: an answer comes 'after N ms', not 'at'"},
    {HEAD "when 1 ata answer after 5\n", "x.aoe:3:26: expected 'ms', found 'end of line'"},
    {HEAD "when 1 config answer lba=5\n", "x.aoe:3:22: no field 'lba' in that message"},
    {HEAD "when 1 config answer data=\"x\"\n", "x.aoe:3:22: no field 'data' in that message"},
    {HEAD "when 1 request answer lba=5\n", "x.aoe:3:23: no field 'lba' in that message"},
};

static const struct bad bad_stimuli[] = {
    {HEAD "stimulate\n", "x.aoe:3:10: stimulate discover, read, write or work"},
    {HEAD "stimulate reset\n", "x.aoe:3:11: stimulate discover, read, write or work"},
    {HEAD "stimulate verify 1 2\n", "x.aoe:3:11: stimulate discover, read, write or work"},
    {HEAD "stimulate discover 1\n", "x.aoe:3:20: unexpected '1'"},
    {HEAD "stimulate work 1 2\n", "x.aoe:3:16: unexpected '1'"},
    {HEAD "stimulate read\n", "x.aoe:3:15: expected a value, found 'end of line'"},
    {HEAD "stimulate read 1\n", "x.aoe:3:17: expected a value, found 'end of line'"},
    {HEAD "stimulate write 1 \"x\"\n", "x.aoe:3:19: expected a number, found a string"},
    {HEAD "stimulate read 1 2 3\n", "x.aoe:3:20: unexpected '3'"},
    {HEAD "stimulate read nothing 2\n", "x.aoe:3:16: unknown name 'nothing'"},
    {HEAD "stimulus\n", "x.aoe:3:9: the stimulus is ok, fails or ends"},
    {HEAD "stimulus hangs\n", "x.aoe:3:10: the stimulus is ok, fails or ends"},
    {HEAD "stimulus ok within\n", "x.aoe:3:19: expected a value, found 'end of line'"},
    {HEAD "stimulus ok within 5\n", "x.aoe:3:21: expected 'ms', found 'end of line'"},
    {HEAD "stimulus ok fails\n", "x.aoe:3:13: unexpected 'fails'"},
};

#define WATCH "add 'within N ms': how long to watch"

static const struct bad bad_seen[] = {
    {HEAD "initiator\n", "x.aoe:3:10: expected 'sends', found 'end of line'"},
    {HEAD "initiator send config read\n", "x.aoe:3:11: expected 'sends', found 'send'"},
    {HEAD "initiator sends\n", "x.aoe:3:16: " PATTERN "'end of line'"},
    {HEAD "initiator sends 3 ata\n", "x.aoe:3:17: " PATTERN "'3'"},
    {HEAD "initiator sends no ata\n", "x.aoe:3:11: " WATCH},
    {HEAD "initiator sends at most 3 ata\n", "x.aoe:3:11: " WATCH},
    {HEAD "initiator sends at least 3 ata\n", "x.aoe:3:20: expected 'most', found 'least'"},
    {HEAD "initiator sends at most ata within 5 ms\n", "x.aoe:3:29: " PATTERN "'within'"},
    {HEAD "initiator sends no no ata within 5 ms\n", "x.aoe:3:20: " PATTERN "'no'"},
    {HEAD "initiator sends ata within 5\n", "x.aoe:3:29: expected 'ms', found 'end of line'"},
    {HEAD "initiator sends ata drop\n", "x.aoe:3:21: unexpected 'drop'"},
    {HEAD "initiator sends ata within 5 ms lba=8\n", "x.aoe:3:33: unexpected 'lba'"},
    {HEAD "let n = request.nothing\n", "x.aoe:3:9: no field 'nothing' in any response"},
    {HEAD "let n = request\n", "x.aoe:3:9: unknown name 'request'"},
};

static void assert_errors(struct arena *arena, const struct bad *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *error;
        if (parse_bytes(arena, bad[i].text, &error))
            fail_msg("no error in: %s", bad[i].text);
        assert_string_equal(error, bad[i].error);
    }
}

static void test_errors_of_sides(void **state)
{
    assert_errors(*state, bad_sides, COUNT(bad_sides));
}

static void test_errors_in_serving(void **state)
{
    assert_errors(*state, bad_serving, COUNT(bad_serving));
}

static void test_errors_in_reactions(void **state)
{
    assert_errors(*state, bad_reactions, COUNT(bad_reactions));
}

static void test_errors_in_stimuli(void **state)
{
    assert_errors(*state, bad_stimuli, COUNT(bad_stimuli));
}

static void test_errors_in_what_is_seen(void **state)
{
    assert_errors(*state, bad_seen, COUNT(bad_seen));
}

/* Every beginning parses, or says what is missing. */
static void test_every_beginning(void **state)
{
    static const char good[] =
        HEAD "level may\nneeds mtu >= 1500\ntouches link\nquick\n"
             "serve buffer-count=1 macs=[target other] string=\"s\"\nannounce sector-count=0\n"
             "when 2..3 ata read lba&0xFF=8..9|12 answer tag=request.tag+1 after 3 ms and answer\n"
             "stimulate write 8 2\ninitiator sends at most 3 command 4 within 5 ms\n"
             "target send ata read r=1 data=response.data\nstimulus fails within 9 ms\n"
             "every request holds\n";
    for (size_t length = 0; length <= strlen(good); length++) {
        const char *error;
        char *text = (char *)arena_bytes(*state, good, length);
        const struct scenario *scenario = parse_bytes(*state, text, &error);
        assert_int_equal(scenario == NULL, error != NULL);
    }
    assert_non_null(parse(*state, good + strlen(HEAD)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_an_initiators_scenario),
        TEST(test_what_is_served),
        TEST(test_serve),
        TEST(test_operations_of_patterns),
        TEST(test_conditions_of_patterns),
        TEST(test_which_requests),
        TEST(test_answers),
        TEST(test_every_modifier_of_an_answer),
        TEST(test_announcements),
        TEST(test_actions),
        TEST(test_ends),
        TEST(test_what_is_seen),
        TEST(test_what_is_read_of_both_sides),
        TEST(test_loops_of_statements),
        TEST(test_errors_of_sides),
        TEST(test_errors_in_serving),
        TEST(test_errors_in_reactions),
        TEST(test_errors_in_stimuli),
        TEST(test_errors_in_what_is_seen),
        TEST(test_every_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
