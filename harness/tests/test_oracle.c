/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_link.h"

#include "harness/compose.h"
#include "harness/oracle.h"

enum { AREA = SECTORS - 256, KNOWN = 20 };

struct bench {
    struct lab *lab;
    struct oracle oracle;
};

static struct bench bench_of(struct lab *lab, bool strict)
{
    struct bench bench = {.lab = lab};
    assert_int_equal(oracle_open(&bench.oracle, &lab->session, lab->facts, strict), 0);
    oracle_add_area(&bench.oracle, AREA, KNOWN);
    oracle_begin(&bench.oracle);
    return bench;
}

/* What is said of a line of a scenario, "a send config read". */
static struct oracle_says ask(struct bench *bench, const char *line)
{
    static uint8_t bytes[AOE_FRAME_MAX];
    struct lab *lab = bench->lab;
    const char *head = "2.7-tag\ntouches media config-string mask-list reserve-list\nhosts a b c\n";
    struct scenario *scenario = lab_parse(lab, head, arena_print(&lab->arena, "%s\n", line));
    struct run run = {.session = &lab->session,
                      .arena = &lab->arena,
                      .scenario = scenario,
                      .facts = lab->facts,
                      .statement = scenario->statements};
    size_t length =
        compose(&run, scenario->statements->send, scenario->statements->host, NULL, bytes);
    if (!length)
        fail_msg("%s", run.error);
    return oracle_ask(&bench->oracle, &lab->arena, (struct aoe_span){bytes, length}, true);
}

struct saying {
    const char *line, *clause, *expected; /* NULL: not looked at */
};

static void assert_says(struct lab *lab, bool strict, const struct saying *sayings)
{
    struct bench bench = bench_of(lab, strict);
    for (; sayings->line; sayings++) {
        struct oracle_says says = ask(&bench, sayings->line);
        if (strcmp(says.clause, sayings->clause))
            fail_msg("%s: clause %s", sayings->line, says.clause);
        if (sayings->expected && strcmp(says.expected, sayings->expected))
            fail_msg("%s: %s", sayings->line, says.expected);
    }
    oracle_close(&bench.oracle);
}

#define LIMITS " firmware=1 buffer-count=16 sector-count=2"

static void test_frames(void **state)
{
    const struct saying sayings[] = {
        {"a send config read", "3.2-read", "config string=x\"\"" LIMITS},
        {"a send config read cut 18", "2-short", "error=2|5 or silence"},
        {"a send config read cut 28", "2-short", "error=2|5 or silence"},
        {"a send config read r=1", "2.3-ignore-responses", "silence"},
        {"a send config read destination=other", "2-l2", "any or silence"},
        {"a send config read shelf=shelf+1", "2.5-address", "silence"},
        {"a send config read shelf=0xFFFF", "2.5-broadcast", "config string=x\"\"" LIMITS},
        {"a send config read version=2", "2.2-unsupported", "any or silence"},
        {"a send config read unpadded", "2.1-runt", "config string=x\"\"" LIMITS " or silence"},
        {"a send command 9", "2.6-command", "error=1"},
        {"a send command 0xF0", "2.6-vendor", "any or silence"},
        {"a send config read tag=5", "3.2-read", NULL},
        {"b send ata identify tag=5", "1.1-stateless", NULL},
        {NULL, NULL, NULL},
    };
    assert_says(*state, false, sayings);
}

static void test_frames_strictly(void **state)
{
    const struct saying sayings[] = {
        {"a send config read destination=other", "2-l2", "silence"},
        {"a send config read version=2", "2.2-unsupported", "error=5 or silence"},
        {"a send config force-set \"x\" version=2", "2.2-unsupported", "error=5 or silence"},
        {"a send config read unpadded", "2.1-runt", "config string=x\"\"" LIMITS},
        {NULL, NULL, NULL},
    };
    assert_says(*state, true, sayings);
}

static void test_strings(void **state)
{
    const struct saying sayings[] = {
        {"a send config set \"A\"", "3.2-set", "ok"},
        {"a send config set \"A\"", "3.2-set-same", "ok or error=4"},
        {"a send config set \"B\"", "3.2-set", "error=4"},
        {"a send config force-set \"B\"", "3.2-force", "ok"},
        {"a send config test \"A\"", "3.2-test", "silence"},
        {"a send config prefix \"\"", "3.2-prefix", "config string=x\"42\"" LIMITS},
        {"a send config force-set \"C\" length=1000", "3.2-length", "error=2 or silence"},
        {"a send config read \"C\" length=1000", "3.2-length",
         "config string=x\"42\" or error=2 or silence"},
        {"a send config read ccmd=9", "3.2-unknown", "any or silence"},
        {"a send config force-set \"\"", "3.2-claim", "ok"},
        {NULL, NULL, NULL},
    };
    assert_says(*state, false, sayings);
}

static void test_strings_strictly(void **state)
{
    const struct saying sayings[] = {
        {"a send config set \"A\"", "3.2-set", "config string=x\"41\"" LIMITS},
        {"a send config set \"A\"", "3.2-set-same", "config string=x\"41\"" LIMITS},
        {"a send config set \"B\"", "3.2-set", "error=4 string=x\"41\""},
        {"a send config read ccmd=9", "3.2-unknown", "error=2"},
        {"a send config read \"C\" ccmd=9 length=1000", "3.2-unknown", "error=2 or silence"},
        {NULL, NULL, NULL},
    };
    assert_says(*state, true, sayings);
}

static void test_lists(void **state)
{
    const struct saying sayings[] = {
        {"a send mask edit add [a.mac b.mac]", "3.3-edit", "mask addresses=[a.mac b.mac]"},
        {"c send mask read", "3.3-mask", "silence"},
        {"b send mask edit add a.mac directive 7 b.mac", "3.3-errors",
         "merror=2 dir-count=1 error=0"},
        {"a send mask edit add a.mac dir-count=99", "3.3-bounds", "error=2 or silence"},
        {"a send mask read mcmd=7", "3.3-unknown", "error=2"},
        {"a send mask read", "3.3-read", "mask addresses=[a.mac b.mac]"},
        {"a send mask edit delete [a.mac b.mac]", "3.3-edit", "mask addresses=[]"},
        {"a send reserve set [b.mac]", "3.4-set", "reserve addresses=[b.mac]"},
        {"a send reserve set [a.mac]", "3.4-set", "error=6"},
        {"a send ata read lba=scratch", "3.4-enforced", "error=6"},
        {"a send ata read lba=scratch count=0", "3.4-enforced", "error=6 or refused or failed"},
        {"a send ata identify", "3.4-identify", NULL},
        {"a send reserve force-set [a.mac] nmacs=99", "3.4-bounds", "error=2 or silence"},
        {"a send reserve read rcmd=9", "3.4-unknown", "error=2"},
        {"a send reserve force-set [a.mac]", "3.4-force", "reserve addresses=[a.mac]"},
        {"a send reserve set []", "3.4-release", "reserve addresses=[]"},
        {"b send reserve read", "3.4-read", "reserve addresses=[]"},
        {NULL, NULL, NULL},
    };
    assert_says(*state, false, sayings);
}

static void test_data(void **state)
{
    const struct saying sayings[] = {
        {"a send ata read lba=scratch", "3.1-readback", "ok"},
        {"a send ata write lba=scratch data=pattern(5)", "3.1-readback", "ok lba=144"},
        {"b send ata read-ext lba=scratch", "3.1-readback", "ok lba=144 data=pattern(5, 1)"},
        {"a send ata read lba=scratch+0xF0000000", "3.1-lba28", "ok data=pattern(5, 1)"},
        {"a send ata read lba=scratch count=2", "3.1-readback", "ok"},
        {"a send ata write lba=scratch+1 data=pattern(6) aflags.a=1", "3.1-async", "ok lba=145"},
        /* What may be refused is not known afterwards. */
        {"a send ata write lba=scratch data=pattern(7, 2)", "3.1-data",
         "ok or refused or failed or silence"},
        {"a send ata read lba=scratch", "3.1-readback", "ok"},
        {"a send ata read lba=scratch+1", "3.1-readback", "ok lba=145 data=pattern(6, 1)"},
        {"a send ata write lba=scratch data=pattern(8)", "3.1-readback", "ok lba=144"},
        {"a send ata read lba=scratch", "3.1-readback", "ok lba=144 data=pattern(8, 1)"},
        {"a send ata write-dma lba=scratch data=pattern(9)", "3.1-readback", "ok or aborted"},
        {"a send ata read lba=scratch", "3.1-readback", "ok"},
        {"a send ata write lba=scratch data=pattern(8)", "3.1-readback", "ok lba=144"},
        {"a send ata write-dma lba=scratch data=pattern(8)", "3.1-readback", "ok or aborted"},
        {"a send ata read lba=scratch", "3.1-readback", "ok lba=144 data=pattern(8, 1)"},
        {"a send ata read lba=scratch aflags.e=1", "3.1-ext-mismatch",
         "aborted or refused or ok data=pattern(8, 1)"},
        {"a send ata verify lba=scratch", "3.1-readback", "ok frame-length<=60 or aborted"},
        {"a send ata read lba=scratch count=0", "3.1-count-zero", "any or silence"},
        {NULL, NULL, NULL},
    };
    assert_says(*state, false, sayings);
}

static void test_data_that_is_refused(void **state)
{
    static const char refused[] = "refused frame-length<=60 or failed frame-length<=60 or silence";
    const struct saying sayings[] = {
        {"a send ata read lba=capacity", "3.1-range", "not-found or aborted"},
        {"a send ata read-ext lba=0x10000000", "3.1-lba48", "not-found or aborted"},
        {"a send ata read lba=scratch count=3", "3.1-max-count", refused},
        {"a send ata write lba=scratch count=2 data=pattern(5, 1)", "3.1-short-write", refused},
        {"a send ata write lba=scratch data=pattern(5) aflags.w=0", "3.1-write-flag", refused},
        {"a send ata opcode=4", "3.1-unknown-ata", "aborted"},
        {"a send ata opcode=0xF8", "3.1-unknown-ata", "any"},
        {"a send ata flush", "3.1-flush", "any"},
        {"a send ata check-power", "3.1-check-power", "any"},
        {NULL, NULL, NULL},
    };
    const struct saying strict[] = {
        {"a send ata read lba=capacity", "3.1-range", "not-found lba=400 or aborted lba=400"},
        {"a send ata read lba=scratch count=3", "3.1-max-count",
         "refused frame-length<=60 or aborted frame-length<=60"},
        {"a send ata flush", "3.1-flush", "ok"},
        {"a send ata check-power", "3.1-check-power", "ok count=0xFF"},
        {NULL, NULL, NULL},
    };
    assert_says(*state, false, sayings);
    assert_says(*state, true, strict);
}

static void test_writes_to_a_read_only_target(void **state)
{
    const struct saying sayings[] = {
        {"a send ata write lba=scratch data=pattern(5)", "3.1-readonly", "aborted"},
        {NULL, NULL, NULL},
    };
    struct lab *lab = *state;
    lab->facts[FACT_READ_ONLY] = 1;
    assert_says(lab, false, sayings);
}

/* Sectors that nobody writes are the same whenever they are read. */
static void test_sectors_that_stay(void **state)
{
    struct bench bench = bench_of(*state, false);
    struct oracle_says says = ask(&bench, "a send ata read lba=7");
    assert_string_equal(says.expected, "ok lba=7");
    assert_string_equal(says.learns, "sector7");
    says = ask(&bench, "b send ata read-ext lba=7");
    assert_string_equal(says.expected, "ok lba=7 data=sector7");
    assert_null(says.learns);
    assert_null(ask(&bench, "a send ata read lba=scratch").learns);
    assert_null(ask(&bench, "a send ata read lba=8 count=2").learns);
    assert_null(ask(&bench, "a send ata read lba=8 unpadded").learns);
    assert_null(ask(&bench, "a send ata read-dma lba=8").learns);
    oracle_begin(&bench.oracle);
    assert_non_null(ask(&bench, "a send ata read lba=7").learns);
    oracle_close(&bench.oracle);
}

/* What a target says of itself it goes on saying, unless it may not. */
static void test_limits_that_may_not_be(void **state)
{
    const struct saying none[] = {
        {"a send config read", "3.2-read",
         "config string=x\"\" firmware=1 buffer-count=0 sector-count<=2"},
        {NULL, NULL, NULL},
    };
    const struct saying strict[] = {
        {"a send config read", "3.2-read",
         "config string=x\"\" firmware=1 buffer-count>=2 sector-count<=2"},
        {NULL, NULL, NULL},
    };
    struct lab *lab = *state;
    lab->facts[FACT_BUFFERS] = 0;
    lab->target.sectors = 3;
    assert_says(lab, false, none);
    assert_says(lab, true, strict);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_TEST(test_frames),
        LAB_TEST(test_frames_strictly),
        LAB_TEST(test_strings),
        LAB_TEST(test_strings_strictly),
        LAB_TEST(test_lists),
        LAB_TEST(test_data),
        LAB_TEST(test_data_that_is_refused),
        LAB_TEST(test_writes_to_a_read_only_target),
        LAB_TEST(test_sectors_that_stay),
        LAB_TEST(test_limits_that_may_not_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
