/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with a scenario, told with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "harness/parse.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD "title t\nclause 3.2-set\n"

struct bad {
    const char *text, *error;
};

static const struct bad bad_head[] = {
    {"", "x.aoe:1:1: the scenario has no title"},
    {"\n\n# only a comment\n", "x.aoe:4:1: the scenario has no title"},
    {"title t\n", "x.aoe:2:1: the scenario has no clause"},
    {HEAD "", "x.aoe:3:1: the scenario has no statement"},
    {"clause 3.2-set\na send again\n", "x.aoe:3:1: the scenario has no title"},
    {"title\nclause 3.2-set\n", "x.aoe:1:6: title needs a text"},
    {"title t\nclause\n", "x.aoe:2:7: no clause '': 'aoe-conform --explain all' lists them"},
    {"title t\nclause 3.2-nothing\na send again\n",
     "x.aoe:2:8: no clause '3.2-nothing': 'aoe-conform --explain all' lists them"},
    {"title t\nclause 12x\n", "x.aoe:2:8: not a number: write 12 or 0x1F"},
    {"title t\nlevel should\n", "x.aoe:2:7: level comes after clause"},
    {HEAD "level hard\n", "x.aoe:3:7: a level is may, should or must"},
    {"title t\nclause 3.2-set-same\nlevel must\n",
     "x.aoe:3:7: clause 3.2-set-same is a should: a scenario may only lower it"},
    {HEAD "level may must\n", "x.aoe:3:11: unexpected 'must'"},
    {HEAD "needs\n", "x.aoe:3:6: expected a value, found 'end of line'"},
    {HEAD "needs nothing\n", "x.aoe:3:7: unknown name 'nothing'"},
    {HEAD "needs mtu >=\n", "x.aoe:3:13: expected a value, found 'end of line'"},
    {HEAD "needs \"x\"\n", "x.aoe:3:7: expected a number, found a string"},
    {HEAD "needs mtu > \"x\"\n", "x.aoe:3:13: expected a number, found a string"},
    {HEAD "needs mtu + 1 lba48 ]\n", "x.aoe:3:21: expected = != < <= > or >=, found ']'"},
    {HEAD "touches\n", "x.aoe:3:8: touches media, config-string, mask-list, reserve-list or link"},
    {HEAD "touches disk\n",
     "x.aoe:3:9: touches media, config-string, mask-list, reserve-list or link"},
    {HEAD "touches media everything\n",
     "x.aoe:3:15: touches media, config-string, mask-list, reserve-list or link"},
    {HEAD "hosts\n", "x.aoe:3:6: hosts needs a name"},
    {HEAD "hosts a 2\n", "x.aoe:3:9: a host is named by a word"},
    {HEAD "hosts a b a\n", "x.aoe:3:11: the name 'a' is taken"},
    {HEAD "hosts a.b\n", "x.aoe:3:7: a host is named by a word"},
    {HEAD "hosts a b c d e f g h i\n", "x.aoe:3:23: at most 8 hosts"},
    {HEAD "quick now\n", "x.aoe:3:7: unexpected 'now'"},
};

static const struct bad bad_sending[] = {
    {HEAD "a\n", "x.aoe:3:2: expected 'send', found 'end of line'"},
    {HEAD "b send again\n", "x.aoe:3:1: 'b' is neither a statement nor one of the hosts"},
    {HEAD "send config read\n", "x.aoe:3:1: 'send' is neither a statement nor one of the hosts"},
    {HEAD "a sends config read\n", "x.aoe:3:3: expected 'send', found 'sends'"},
    {HEAD "\"a\" send again\n", "x.aoe:3:1: 'string' is neither a statement nor one of the hosts"},
    {HEAD "a send\n",
     "x.aoe:3:7: expected ata, config, mask, reserve, command, raw or again, found 'end of line'"},
    {HEAD "a send nothing\n",
     "x.aoe:3:8: expected ata, config, mask, reserve, command, raw or again, found 'nothing'"},
    {HEAD "a send config\n", "x.aoe:3:14: no operation 'end of line' in command config"},
    {HEAD "a send config write\n", "x.aoe:3:15: no operation 'write' in command config"},
    {HEAD "a send ata set\n", "x.aoe:3:12: no operation 'set' in command ata"},
    {HEAD "a send mask set\n", "x.aoe:3:13: no operation 'set' in command mask"},
    {HEAD "a send reserve edit\n", "x.aoe:3:16: no operation 'edit' in command reserve"},
    {HEAD "a send reserve set \"x\"\n", "x.aoe:3:20: expected a list of addresses, found a string"},
    {HEAD "a send config set 5\n", "x.aoe:3:19: unexpected '5'"},
    {HEAD "a send config set [a.mac]\n",
     "x.aoe:3:19: expected a string, found a list of addresses"},
    {HEAD "a send command\n", "x.aoe:3:15: expected a value, found 'end of line'"},
    {HEAD "a send command \"x\"\n", "x.aoe:3:16: expected a number, found a string"},
    {HEAD "a send raw\n", "x.aoe:3:11: expected a value, found 'end of line'"},
    {HEAD "a send raw 5\n", "x.aoe:3:12: expected a string, found a number"},
    {HEAD "a send 3 config read\n", "x.aoe:3:10: expected 'times', found 'config'"},
    {HEAD "a send 3 times\n",
     "x.aoe:3:15: expected ata, config, mask, reserve, command, raw or again, found 'end of line'"},
    {HEAD "a send again data=\"x\"\n", "x.aoe:3:14: no field 'data' in that message"},
    {HEAD "a send again payload=\"x\"\n", "x.aoe:3:14: no field 'payload' in that message"},
    {HEAD "a send again lba=1\n", "x.aoe:3:14: no field 'lba' in that message"},
    {HEAD "a send config read data=\"x\"\n", "x.aoe:3:20: unknown name 'data'"},
    {HEAD "a send raw x\"00\" data=\"x\"\n", "x.aoe:3:18: no field 'data' in that message"},
    {HEAD "a send config read lba=1\n", "x.aoe:3:20: unknown name 'lba'"},
    {HEAD "a send config read tag\n", "x.aoe:3:23: expected '=', found 'end of line'"},
    {HEAD "a send config read tag=\n", "x.aoe:3:24: expected a value, found 'end of line'"},
    {HEAD "a send config read tag=\"x\"\n", "x.aoe:3:24: expected a number, found a string"},
    {HEAD "a send config read tag!=1\n", "x.aoe:3:23: expected '=', found '!='"},
    {HEAD "a send config read 5\n", "x.aoe:3:20: unexpected '5'"},
    {HEAD "a send config read byte=1\n", "x.aoe:3:24: expected '[', found '='"},
    {HEAD "a send config read byte[1]\n", "x.aoe:3:27: expected '=', found 'end of line'"},
    {HEAD "a send config read byte[\"x\"]=1\n", "x.aoe:3:25: expected a number, found a string"},
    {HEAD "a send config read byte[1=2\n", "x.aoe:3:26: expected ']', found '='"},
    {HEAD "a send config read append 5\n", "x.aoe:3:27: expected a string, found a number"},
    {HEAD "a send config read cut\n", "x.aoe:3:23: expected a value, found 'end of line'"},
    {HEAD "a send config read pad \"x\"\n", "x.aoe:3:24: expected a number, found a string"},
    {HEAD "a send config read after 5\n", "x.aoe:3:27: expected 'ms', found 'end of line'"},
    {HEAD "a send config read at 5 s\n", "x.aoe:3:25: expected 'ms', found 's'"},
    {HEAD "a send config read as 5\n", "x.aoe:3:23: expected a name, found '5'"},
    {HEAD "a send mask edit add\n", "x.aoe:3:21: expected a value, found 'end of line'"},
    {HEAD "a send mask edit add \"x\"\n", "x.aoe:3:22: expected an address or a list of addresses"},
    {HEAD "a send mask edit directive other\n",
     "x.aoe:3:33: expected a value, found 'end of line'"},
    {HEAD "a send mask edit swap other\n", "x.aoe:3:18: no field 'swap' in that message"},
    {HEAD "  a send config read \\\n   nothing=1\n", "x.aoe:4:4: unknown name 'nothing'"},
    {HEAD "a send again ~\n", "x.aoe:3:14: unexpected character"},
};

static const struct bad bad_expecting[] = {
    {HEAD "a expect\n", "x.aoe:3:9: expected what: ok, silence, a field ..."},
    {HEAD "a expect of x ok\n", "x.aoe:3:13: nothing was sent 'as x'"},
    {HEAD "a expect within ok\n", "x.aoe:3:17: unknown name 'ok'"},
    {HEAD "a expect within 5 ok\n", "x.aoe:3:19: expected 'ms', found 'ok'"},
    {HEAD "a expect within \"x\" ms ok\n", "x.aoe:3:17: expected a number, found a string"},
    {HEAD "a expect ok or\n", "x.aoe:3:15: expected what: ok, silence, a field ..."},
    {HEAD "a expect silence ok\n", "x.aoe:3:18: unexpected 'ok'"},
    {HEAD "a expect nothing=1\n", "x.aoe:3:10: no field 'nothing' in any response"},
    {HEAD "a expect 5\n", "x.aoe:3:10: expected a field, found '5'"},
    {HEAD "a expect error\n", "x.aoe:3:15: expected = != < <= > or >=, found 'end of line'"},
    {HEAD "a expect error=\n", "x.aoe:3:16: expected a value, found 'end of line'"},
    {HEAD "a expect error=\"x\"\n", "x.aoe:3:16: expected a number, found a string"},
    {HEAD "a expect error=1|\n", "x.aoe:3:18: expected a value, found 'end of line'"},
    {HEAD "a expect error=1..\n", "x.aoe:3:19: expected a value, found 'end of line'"},
    {HEAD "a expect config string=5\n", "x.aoe:3:24: expected a string, found a number"},
    {HEAD "a expect reserved=0\n",
     "x.aoe:3:10: 'reserved' is in several messages: name one, as in 'expect ata reserved=0'"},
    {HEAD "a expect config lba=0\n", "x.aoe:3:17: no field 'lba' in that response"},
    {HEAD "a expect config addresses=\"x\"\n",
     "x.aoe:3:27: expected a list of addresses, found a string"},
    {HEAD "a expect data=\"a\"..\"b\"\n", "x.aoe:3:18: expected a field, found '..'"},
    {HEAD "a expect word=1\n", "x.aoe:3:14: expected '[', found '='"},
    {HEAD "a expect word[256]=1\n", "x.aoe:3:15: a word of IDENTIFY is word[0] to word[255]"},
    {HEAD "a expect word[x]=1\n", "x.aoe:3:15: a word of IDENTIFY is word[0] to word[255]"},
    {HEAD "a expect word[1=1\n", "x.aoe:3:16: expected ']', found '='"},
    {HEAD "a expect error&\"x\"=1\n", "x.aoe:3:16: expected a number, found a string"},
    {HEAD "exactly two of a expect ok others ok\n", "x.aoe:3:9: expected 'one', found 'two'"},
    {HEAD "exactly one of expect ok others ok\n", "x.aoe:3:1: 'exactly one of' needs its hosts"},
    {HEAD "exactly one of a b expect ok others ok\n",
     "x.aoe:3:18: expected a host or 'expect', found 'b'"},
    {HEAD "exactly one of a expect ok\n", "x.aoe:3:27: expected 'others', found 'end of line'"},
    {HEAD "exactly one of a expect ok others\n",
     "x.aoe:3:34: expected what: ok, silence, a field ..."},
};

static const struct bad bad_values[] = {
    {HEAD "let\n", "x.aoe:3:4: expected a name, found 'end of line'"},
    {HEAD "let n\n", "x.aoe:3:6: expected '=', found 'end of line'"},
    {HEAD "let n =\n", "x.aoe:3:8: expected a value, found 'end of line'"},
    {HEAD "let 5 = 5\n", "x.aoe:3:5: expected a name, found '5'"},
    {HEAD "let a.b = 5\n", "x.aoe:3:5: expected a name, found 'a.b'"},
    {HEAD "let mtu = 5\n", "x.aoe:3:5: 'mtu' is a fact about the target"},
    {HEAD "let last = 5\n", "x.aoe:3:5: 'last' is a fact about the target"},
    {HEAD "let n = n\n", "x.aoe:3:9: unknown name 'n'"},
    {HEAD "let n = \"x\" + 1\n", "x.aoe:3:13: '+' takes numbers"},
    {HEAD "let n = 1 + [a.mac]\n", "x.aoe:3:11: '+' takes numbers"},
    {HEAD "let n = 1 +\n", "x.aoe:3:12: expected a value, found 'end of line'"},
    {HEAD "let n = (1\n", "x.aoe:3:11: expected ')', found 'end of line'"},
    {HEAD "let n = [1\n", "x.aoe:3:11: expected a value, found 'end of line'"},
    {HEAD "let n = [\"x\"]\n", "x.aoe:3:10: expected a number, found a string"},
    {HEAD "let n = 1 2\n", "x.aoe:3:11: unexpected '2'"},
    {HEAD "let n = nobody.mac\n", "x.aoe:3:9: unknown name 'nobody.mac'"},
    {HEAD "let n = a.nothing\n", "x.aoe:3:9: no field 'nothing' in any response"},
    {HEAD "let n = a.reserved\n",
     "x.aoe:3:9: 'reserved' is in several messages: name one, as in 'expect ata reserved=0'"},
    {HEAD "let n = -1\n", "x.aoe:3:9: expected a value, found '-'"},
    {HEAD "let n = last-x\n", "x.aoe:3:9: unknown name 'last-x'"},
    {HEAD "let n = nothing(1)\n", "x.aoe:3:9: no function 'nothing'"},
    {HEAD "let n = text(\n", "x.aoe:3:14: expected a value, found 'end of line'"},
    {HEAD "let n = text(1\n", "x.aoe:3:15: expected ')', found 'end of line'"},
    {HEAD "let n = text(\"x\")\n", "x.aoe:3:14: expected a number, found a string"},
    {HEAD "let n = text(1, 2)\n", "x.aoe:3:15: expected ')', found ','"},
    {HEAD "let n = min(1)\n", "x.aoe:3:14: expected ',', found ')'"},
    {HEAD "let n = pattern(1,)\n", "x.aoe:3:19: expected a value, found ')'"},
    {HEAD "let n = join(1, 2)\n", "x.aoe:3:9: join() takes two strings or two lists"},
    {HEAD "let n = join(\"a\", macs(1))\n", "x.aoe:3:9: join() takes two strings or two lists"},
    {HEAD "let n = 18446744073709551616\n", "x.aoe:3:9: a number has at most 64 bits"},
    {HEAD "let n = 0x10000000000000000\n", "x.aoe:3:9: a number has at most 64 bits"},
    {HEAD "let n = 0x\n", "x.aoe:3:9: not a number: write 12 or 0x1F"},
    {HEAD "let n = 12ab\n", "x.aoe:3:9: not a number: write 12 or 0x1F"},
    {HEAD "let n = \"open\n", "x.aoe:3:9: the string has no closing quote on its line"},
    {HEAD "let n = \"bad \\t escape\"\n",
     "x.aoe:3:9: unknown escape: there are \\n, \\\\, \\\" and \\xNN"},
    {HEAD "let n = \"\\xg0\"\n", "x.aoe:3:9: unknown escape: there are \\n, \\\\, \\\" and \\xNN"},
    {HEAD "let n = x\"0\"\n", "x.aoe:3:9: x\"...\" takes pairs of hex digits and spaces"},
    {HEAD "let n = x\"00\n", "x.aoe:3:9: x\"...\" takes pairs of hex digits and spaces"},
    {HEAD "let n = x\"0 0\"\n", "x.aoe:3:9: x\"...\" takes pairs of hex digits and spaces"},
    {HEAD "let n = 1 ; 2\n", "x.aoe:3:11: unexpected character"},
    {HEAD "let n = 1 \\ 2\n", "x.aoe:3:11: unexpected character"},
    {HEAD "let n = 02:00:00:00:00\n", "x.aoe:3:11: unexpected character"},
};

static const struct bad bad_others[] = {
    {HEAD "for\n", "x.aoe:3:4: expected a name, found 'end of line'"},
    {HEAD "for n\n", "x.aoe:3:6: expected 'in', found 'end of line'"},
    {HEAD "for n in\n", "x.aoe:3:9: expected a value, found 'end of line'"},
    {HEAD "for n in 1 \"x\"\nend\n", "x.aoe:3:12: the values of a loop are of one kind"},
    {HEAD "for n in \"x\"..2\nend\n", "x.aoe:3:10: a range goes from number to number"},
    {HEAD "for n in 1..\"x\"\nend\n", "x.aoe:3:13: expected a number, found a string"},
    {HEAD "for mtu in 1..2\nend\n", "x.aoe:3:5: 'mtu' is a fact about the target"},
    {HEAD "for 5 in 1..2\nend\n", "x.aoe:3:5: expected a name, found '5'"},
    {HEAD "for n in 1..2 do\nend\n", "x.aoe:3:15: unexpected 'do'"},
    {HEAD "for n in 1..2\na send again\n", "x.aoe:5:1: expected 'end', found 'end of file'"},
    {HEAD "for n in 1..2\na send again\nend end\n", "x.aoe:5:5: unexpected 'end'"},
    {HEAD "end\n", "x.aoe:3:1: 'end' is neither a statement nor one of the hosts"},
    {HEAD "for n in 1..2\n  let m = 1\nend\npause m ms\n", "x.aoe:6:7: unknown name 'm'"},
    {HEAD "for n in 1..2\nend\npause n ms\n", "x.aoe:5:7: unknown name 'n'"},
    {HEAD "every response\n", "x.aoe:3:15: expected 'holds', found 'end of line'"},
    {HEAD "every frame holds\n", "x.aoe:3:7: expected 'response', found 'frame'"},
    {HEAD "pause 5\n", "x.aoe:3:8: expected 'ms', found 'end of line'"},
    {HEAD "pause ms\n", "x.aoe:3:7: unknown name 'ms'"},
    {HEAD "pause \"x\" ms\n", "x.aoe:3:7: expected a number, found a string"},
    {HEAD "link up\n", "x.aoe:3:6: add 'touches link' above"},
    {HEAD "link sideways\n", "x.aoe:3:6: expected 'link up', 'link down' or 'link mtu'"},
    {HEAD "touches link\nlink mtu \"x\"\n", "x.aoe:4:10: expected a number, found a string"},
    {HEAD "link mtu 1504\n", "x.aoe:3:6: add 'touches link' above"},
    {HEAD "target answers within 5\n", "x.aoe:3:24: expected 'ms', found 'end of line'"},
    {HEAD "a expect each at 5 ok\n", "x.aoe:3:18: expected 'least', found '5'"},
    {HEAD "a expect each at least \"x\" ok\n", "x.aoe:3:24: expected a number, found a string"},
    {HEAD "hear\n", "x.aoe:3:5: expected what: ok, silence, a field ..."},
    {HEAD "a send again\nquick\n",
     "x.aoe:4:1: 'quick' is neither a statement nor one of the hosts"},
    {HEAD "a send again\ntitle late\n",
     "x.aoe:4:1: 'title' is neither a statement nor one of the hosts"},
};

/* Parses a copy that ends where its block ends, so that a read past it is seen. */
static const char *error_of(struct arena *arena, const char *text, size_t length)
{
    const char *error = NULL;
    char *copy = malloc(length + 1);
    assert_non_null(copy);
    memcpy(copy, text, length);
    copy[length] = '\0';
    const struct scenario *scenario = scenario_parse(arena, "i", "x.aoe", copy, length, &error);
    assert_int_equal(scenario == NULL, error != NULL);
    free(copy);
    return error;
}

static void assert_errors(const struct bad *bad, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = {NULL};
        const char *error = error_of(&arena, bad[i].text, strlen(bad[i].text));
        if (!error)
            fail_msg("no error in: %s", bad[i].text);
        assert_string_equal(error, bad[i].error);
        arena_free(&arena);
    }
}

static void test_errors_in_head(void **state)
{
    (void)state;
    assert_errors(bad_head, COUNT(bad_head));
}

static void test_errors_in_sending(void **state)
{
    (void)state;
    assert_errors(bad_sending, COUNT(bad_sending));
}

static void test_errors_in_expecting(void **state)
{
    (void)state;
    assert_errors(bad_expecting, COUNT(bad_expecting));
}

static void test_errors_in_values(void **state)
{
    (void)state;
    assert_errors(bad_values, COUNT(bad_values));
}

static void test_errors_in_others(void **state)
{
    (void)state;
    assert_errors(bad_others, COUNT(bad_others));
}

/* ---- limits ---- */

/* A scenario of the head, `start`, `part` so many times, and `end`. */
static char *repeated(struct arena *arena, const char *start, const char *part, size_t times,
                      const char *end)
{
    size_t at = 0;
    char *text = arena_array(
        arena, strlen(HEAD) + strlen(start) + times * strlen(part) + strlen(end) + 1, 1);
    at += strlen(strcpy(text, HEAD));
    at += strlen(strcpy(text + at, start));
    for (size_t i = 0; i < times; i++)
        at += strlen(strcpy(text + at, part));
    strcpy(text + at, end);
    return text;
}

static void test_limits(void **state)
{
    static const struct {
        const char *start, *part, *end;
        size_t most;
        const char *error;
    } all[] = {
        {"", "let n = 1\n", "a send again\n", PARSE_VARIABLES, "x.aoe:35:5: at most 32 names"},
        {"", "a send again as x\n", "", PARSE_LABELS, "x.aoe:35:17: expected a name, found 'x'"},
        {"hosts ", "h", "\nexactly one of expect ok others ok\n", 0,
         "x.aoe:4:1: 'exactly one of' needs its hosts"},
        {"exactly one of", " a", " expect ok others ok\n", SCENARIO_HOSTS,
         "x.aoe:3:32: expected a host or 'expect', found 'a'"},
        {"let n = 1", " + 1", "\n", PARSE_OPERATORS, "x.aoe:3:267: at most 64 operators in a row"},
        {"let n = ", "min(1, ", "", PARSE_DEPTH, NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        struct arena arena = {NULL};
        char *text = repeated(&arena, all[i].start, all[i].part, all[i].most, all[i].end);
        if (all[i].most && all[i].error)
            assert_null(error_of(&arena, text, strlen(text)));
        text = repeated(&arena, all[i].start, all[i].part, all[i].most + 1, all[i].end);
        const char *error = error_of(&arena, text, strlen(text));
        assert_non_null(error);
        if (all[i].error)
            assert_string_equal(error, all[i].error);
        arena_free(&arena);
    }
}

/* However deep it is nested, and whatever it is nested in. */
static void test_deep_nesting(void **state)
{
    static const char *const parts[] = {
        "(", "[", "min(", "length(join(", "[(", "\nfor n in 1..2\n", "((((((((1 + "};
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct arena arena = {NULL};
        char *text = repeated(&arena, "let n = ", parts[i], 100000, "");
        assert_non_null(error_of(&arena, text, strlen(text)));
        arena_free(&arena);
    }
}

/* ---- any bytes at all ---- */

static const char good[] =
    "title t\nclause 3.2-set\nlevel may\nneeds mtu >= 1 lba48\n"
    "touches media link\nhosts a b\nquick\n"
    "let n = join(\"x\\x00\", text(1))\n"
    "for m in 1..last - 1\n"
    "  a send 2 times ata write lba=m data=pattern(1) cut 40 as x\n"
    "  a expect each of x within 5 ms ata lba=1|2..3 word[2]&1=0 or silence\n"
    "end\n"
    "b send mask edit add [a.mac 02:00:00:00:00:01] \\\n delete b.mac\n"
    "exactly one of a b expect ok others error=2\n";

static void test_every_beginning(void **state)
{
    (void)state;
    for (size_t length = 0; length <= strlen(good); length++) {
        struct arena arena = {NULL};
        error_of(&arena, good, length);
        arena_free(&arena);
    }
    struct arena arena = {NULL};
    assert_null(error_of(&arena, good, strlen(good)));
    arena_free(&arena);
}

static void test_every_byte_as_another(void **state)
{
    static const char others[] = {'\0', '"', '\n', '\\', '#',    '(',    '[',
                                  '.',  '0', 'x',  ' ',  '\x80', '\xFF', '='};
    char text[sizeof good];
    (void)state;
    for (size_t i = 0; i < strlen(good); i++)
        for (size_t o = 0; o < COUNT(others); o++) {
            struct arena arena = {NULL};
            memcpy(text, good, sizeof good);
            text[i] = others[o];
            error_of(&arena, text, strlen(good));
            arena_free(&arena);
        }
}

static void test_a_nul_byte_is_no_end(void **state)
{
    static const char text[] = HEAD "a send again\n\0a send again\n";
    struct arena arena = {NULL};
    (void)state;
    assert_string_equal(error_of(&arena, text, sizeof text - 1), "x.aoe:4:1: unexpected character");
    static const char quoted[] = HEAD "let s = \"a\0b\"\n";
    assert_string_equal(error_of(&arena, quoted, sizeof quoted - 1),
                        "x.aoe:3:9: the string has no closing quote on its line");
    static const char comment[] = HEAD "a send again # a\0b\na send again\n";
    assert_null(error_of(&arena, comment, sizeof comment - 1));
    arena_free(&arena);
}

static void test_a_megabyte_of_anything(void **state)
{
    enum { LENGTH = 1 << 20 };
    static const char *const parts[] = {"\"\" ", "x\"00\" ", "a ", "a", "1",
                                        "\n",    "\\\n",     "#",  "\""};
    (void)state;
    for (size_t i = 0; i < COUNT(parts); i++) {
        struct arena arena = {NULL};
        size_t times = LENGTH / strlen(parts[i]);
        const char *text = repeated(&arena, "for n in ", parts[i], times, "");
        assert_non_null(error_of(&arena, text, strlen(text)));
        arena_free(&arena);
    }
}

static void test_junk(void **state)
{
    enum { LENGTH = 1 << 20 };
    uint8_t *bytes = malloc(LENGTH);
    uint64_t seed = 1;
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < LENGTH; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        bytes[i] = (uint8_t)(seed >> 56);
    }
    for (size_t at = 0; at < 1000; at++) {
        struct arena arena = {NULL};
        assert_non_null(error_of(&arena, (const char *)bytes + at, at ? at : LENGTH));
        arena_free(&arena);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_in_head),         cmocka_unit_test(test_errors_in_sending),
        cmocka_unit_test(test_errors_in_expecting),    cmocka_unit_test(test_errors_in_values),
        cmocka_unit_test(test_errors_in_others),       cmocka_unit_test(test_limits),
        cmocka_unit_test(test_deep_nesting),           cmocka_unit_test(test_every_beginning),
        cmocka_unit_test(test_every_byte_as_another),  cmocka_unit_test(test_a_nul_byte_is_no_end),
        cmocka_unit_test(test_a_megabyte_of_anything), cmocka_unit_test(test_junk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
