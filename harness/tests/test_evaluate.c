/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of expressions, and conditions on responses. */
#include "common/pattern.h"
#include "fake_link.h"

static void begin(struct lab *lab, struct run *run, const char *text)
{
    struct scenario *scenario = lab_parse(lab, "3.2-read\nhosts a b", text);
    *run = (struct run){.session = &lab->session,
                        .arena = &lab->arena,
                        .scenario = scenario,
                        .statement = scenario->statements,
                        .variables = arena_array(&lab->arena, 40, sizeof(struct value)),
                        .facts = lab->facts};
}

static struct value value_of(struct lab *lab, struct run *run, const char *expression)
{
    begin(lab, run, arena_print(&lab->arena, "let n = %s\n", expression));
    return evaluate(run, run->statement->value, NULL);
}

static void assert_number(struct lab *lab, const char *expression, uint64_t expected)
{
    struct run run;
    struct value value = value_of(lab, &run, expression);
    if (run.error)
        fail_msg("%s", run.error);
    assert_int_equal(value.kind, VALUE_NUMBER);
    assert_true(value.number == expected);
}

static void assert_no_value(struct lab *lab, const char *expression, const char *error)
{
    struct run run;
    value_of(lab, &run, expression);
    assert_non_null(run.error);
    assert_string_equal(run.error, error);
}

/* ---- values ---- */

static void test_arithmetic(void **state)
{
    assert_number(*state, "1 + 2 * 3 - 4", 3);
    assert_number(*state, "(1 + 2) * 3", 9);
    assert_number(*state, "20 / 3 * 3 + 20 % 3", 20);
    assert_number(*state, "10 - 3 - 2", 5);
    assert_number(*state, "0xFFFFFFFFFFFFFFFF - 1 + 1", UINT64_MAX);
    assert_number(*state, "0x8000000000000000 * 1 + 0x7FFFFFFFFFFFFFFF", UINT64_MAX);
    assert_number(*state, "min(3, 2) * 10 + max(3, 2)", 23);
    assert_number(*state, "length(\"abc\") * 10 + length(macs(4))", 34);
    assert_number(*state, "length(join(text(5), \"\")) * 10 + length(join([], macs(2)))", 52);
}

static void test_arithmetic_that_has_no_result(void **state)
{
    static const char range[] = "the result is no number from 0 to 2^64-1";
    struct lab *lab = *state;
    static const struct {
        const char *text;
        unsigned column;
        bool division;
    } all[] = {
        {"0xFFFFFFFFFFFFFFFF + 1", 28, false},
        {"1 - 2", 11, false},
        {"0x100000000 * 0x100000000", 21, false},
        {"1 / 0", 11, true},
        {"1 % 0", 11, true},
        {"5 + 1 / (3 - 3)", 15, true},
        {"min(1, 2 - 3)", 18, false},
        {"0 - 1 + 1", 11, false},
    };
    for (size_t i = 0; i < COUNT(all); i++)
        assert_no_value(lab, all[i].text,
                        arena_print(&lab->arena, "x.aoe:4:%u: %s", all[i].column,
                                    all[i].division ? "division by zero" : range));
}

static void test_facts(void **state)
{
    struct lab *lab = *state;
    for (size_t fact = 0; fact < FACT_COUNT; fact++)
        lab->facts[fact] = 1000 + fact;
    for (size_t fact = 0; fact < FACT_COUNT; fact++)
        assert_number(lab, scenario_fact_name((enum fact)fact), 1000 + fact);
}

static void test_addresses_of_hosts(void **state)
{
    struct lab *lab = *state;
    uint64_t second = 0;
    for (size_t i = 0; i < AOE_MAC_BYTES; i++)
        second = second << 8 | lab->session.macs[1][i];
    assert_number(lab, "a.mac", UINT64_C(0x020000000001));
    assert_number(lab, "b.mac", second);
}

static void test_made_bytes(void **state)
{
    struct run run;
    struct value value = value_of(*state, &run, "text(60)");
    assert_int_equal(value.length, 60);
    assert_memory_equal(value.bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZBCDEFGHIJKLMNOPQRSTUVWXYZACDEFGHIJ",
                        60);
    value = value_of(*state, &run, "join(\"ab\", zeros(2))");
    assert_int_equal(value.length, 4);
    assert_memory_equal(value.bytes, "ab\0\0", 4);
    assert_int_equal(value_of(*state, &run, "zeros(0)").length, 0);
    assert_int_equal(value_of(*state, &run, "text(65549)").length, 65549);
    assert_no_value(*state, "text(65550)", "x.aoe:4:9: too many bytes for a frame");
    assert_no_value(*state, "zeros(0xFFFFFFFFFFFFFFFF)", "x.aoe:4:9: too many bytes for a frame");
    assert_no_value(*state, "pattern(1, 129)", "x.aoe:4:9: too many sectors for a frame");
    assert_no_value(*state, "macs(1025)", "x.aoe:4:9: too many addresses");
}

static void test_made_addresses(void **state)
{
    struct run run;
    struct value value = value_of(*state, &run, "join(macs(1024), [a.mac b.mac other target])");
    assert_int_equal(value.length, 1028);
    for (size_t i = 0; i < value.length; i++) {
        assert_int_equal(value.items[i] >> 40, 2);
        for (size_t before = 0; before < i; before++)
            assert_true(value.items[i] != value.items[before]);
    }
}

static void test_patterns(void **state)
{
    struct run run;
    struct lab *lab = *state;
    uint8_t expected[2 * AOE_SECTOR_BYTES];
    struct aoe_frame frame = {.command = AOE_COMMAND_ATA};
    frame.ata.count = 2;
    aoe_ata_set_lba(&frame.ata, 77);
    begin(lab, &run, "let n = pattern(3)\n");
    struct value value = evaluate(&run, run.statement->value, &frame);
    pattern_fill(expected, 77, 2, 3 + (1 << 16));
    assert_int_equal(value.length, sizeof expected);
    assert_memory_equal(value.bytes, expected, sizeof expected);
    lab->session.seed = 5;
    begin(lab, &run, "let n = pattern(3, 1)\n");
    value = evaluate(&run, run.statement->value, &frame);
    pattern_fill(expected, 77, 1, 3 + (5 << 16));
    assert_int_equal(value.length, AOE_SECTOR_BYTES);
    assert_memory_equal(value.bytes, expected, AOE_SECTOR_BYTES);
}

static void test_comparisons(void **state)
{
    static const struct {
        enum comparison comparison;
        bool less, same, more;
    } all[] = {{IS, false, true, false},       {IS_NOT, true, false, true},
               {IS_BELOW, true, false, false}, {IS_AT_MOST, true, true, false},
               {IS_ABOVE, false, false, true}, {IS_AT_LEAST, false, true, true}};
    (void)state;
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_int_equal(evaluate_compare(1, all[i].comparison, UINT64_MAX), all[i].less);
        assert_int_equal(evaluate_compare(2, all[i].comparison, 2), all[i].same);
        assert_int_equal(evaluate_compare(UINT64_MAX, all[i].comparison, 1), all[i].more);
    }
}

/* ---- conditions ---- */

/* Judges one condition on the target's answer to a message. */
static bool judge(struct lab *lab, const char *message, const char *condition, struct row *row)
{
    struct run run;
    const char *body = arena_print(&lab->arena, "a send %s\na expect any\n", message);
    lab_run(lab, "3.2-read\nhosts a b", body);
    struct request *request = NULL;
    for (size_t i = lab->session.scenario_start; !request; i++)
        if (lab->session.requests[i]->event->line)
            request = lab->session.requests[i];
    assert_non_null(request->reply);
    begin(lab, &run, arena_print(&lab->arena, "a send again\na expect %s\n", condition));
    const struct alternative *alternative = run.statement->next->expectation.alternatives;
    *row = (struct row){0};
    bool holds =
        evaluate_condition(&run, &alternative->conditions[alternative->count - 1], request, row);
    assert_null(run.error);
    assert_int_equal(row->wrong, !holds);
    assert_non_null(row->expected);
    assert_non_null(row->actual);
    return holds;
}

struct judged {
    const char *condition;
    bool holds;
};

static void assert_judged(struct lab *lab, const char *message, const struct judged *all,
                          size_t count)
{
    struct row row;
    for (size_t i = 0; i < count; i++)
        if (judge(lab, message, all[i].condition, &row) != all[i].holds)
            fail_msg("%s: expected %s, actual %s", all[i].condition, row.expected, row.actual);
}

static void test_conditions_on_numbers(void **state)
{
    static const struct judged all[] = {
        {"tag=16", true},          {"tag=15", false},         {"tag!=16", false},
        {"tag!=15", true},         {"tag<17", true},          {"tag<16", false},
        {"tag<=16", true},         {"tag<=15", false},        {"tag>15", true},
        {"tag>16", false},         {"tag>=16", true},         {"tag>=17", false},
        {"tag=1|16", true},        {"tag=1|2", false},        {"tag!=1|16", false},
        {"tag!=1|2", true},        {"tag=16..20", true},      {"tag=10..16", true},
        {"tag=10..15", false},     {"tag=17..20", false},     {"tag=20..10", false},
        {"tag!=10..20", false},    {"tag!=17..20", true},     {"tag=1|10..20", true},
        {"tag=*", true},           {"tag&0x30=0x10", true},   {"tag&0x0F=0", true},
        {"tag&0x10=0", false},     {"tag=4 * 4", true},       {"flags=8", true},
        {"config length=0", true}, {"frame-length=60", true}, {"frame-length<60", false},
    };
    assert_judged(*state, "config read tag=16", all, COUNT(all));
}

static void test_conditions_on_strings(void **state)
{
    struct lab *lab = *state;
    static const struct judged all[] = {
        {"string=\"al\\x00ha\"", true},
        {"string=\"al\\x00hb\"", false},
        {"string=\"al\\x00h\"", false},
        {"string=\"\"", false},
        {"string!=\"x\"", true},
        {"string!=\"al\\x00ha\"", false},
        {"string=\"x\"|\"al\\x00ha\"", true},
        {"string=*", true},
    };
    lab_run(lab, "3.2-read\ntouches config-string",
            "a send config force-set \"al\\x00ha\"\na expect ok\n");
    assert_judged(lab, "config read", all, COUNT(all));
}

static void test_conditions_on_lists(void **state)
{
    static const struct judged all[] = {
        {"addresses=[a.mac other b.mac]", true},
        {"addresses=[b.mac a.mac other]", true},
        {"addresses=[b.mac a.mac]", false},
        {"addresses=[a.mac a.mac b.mac]", false},
        {"addresses=[a.mac b.mac target]", false},
        {"addresses=[]", false},
        {"addresses!=[]", true},
        {"addresses=[]|[other b.mac a.mac]", true},
        {"addresses=[a.mac b.mac other other]", false},
    };
    assert_judged(*state, "reserve set [a.mac b.mac other]", all, COUNT(all));
    static const struct judged twice[] = {
        {"addresses=[a.mac a.mac b.mac]", true},
        {"addresses=[b.mac a.mac a.mac]", true},
        {"addresses=[a.mac b.mac b.mac]", false},
        {"addresses=[a.mac b.mac]", false},
    };
    assert_judged(*state, "reserve set [a.mac a.mac b.mac]", twice, COUNT(twice));
    static const struct judged none[] = {{"addresses=[]", true}, {"addresses=[a.mac]", false}};
    assert_judged(*state, "reserve set []", none, COUNT(none));
}

static void test_conditions_on_masks(void **state)
{
    static const struct judged all[] = {
        {"mask addresses=[other a.mac]", true},
        {"mask addresses=[a.mac]", false},
        {"mask dir-count=2", true},
        {"merror=0", true},
    };
    assert_judged(*state, "mask edit add [a.mac other]", all, COUNT(all));
}

static void test_conditions_on_identity(void **state)
{
    static const struct judged all[] = {
        {"word[49]&0x0200=0x0200", true},
        {"word[60]=400", true},
        {"word[60]=401", false},
        {"word[61]=0", true},
        {"word[255]=*", true},
        {"identity-sound=1", true},
        {"identity-sound=0", false},
        {"status=0x40", true},
        {"drdy=1", true},
        {"err=1", false},
    };
    assert_judged(*state, "ata identify", all, COUNT(all));
}

/* What the response does not have is wrong, whatever is expected of it. */
static void test_what_is_not_in_the_response(void **state)
{
    static const char *const all[] = {"string=*",           "string!=\"x\"", "addresses!=[]",
                                      "identity-sound=0|1", "word[0]=*",     "word[3]!=9",
                                      "ata data!=\"x\""};
    struct row row;
    for (size_t i = 0; i < COUNT(all); i++) {
        const char *message = i < 3 ? "ata flush" : "config read";
        assert_false(judge(*state, message, all[i], &row));
        assert_string_equal(row.actual, "not in the response");
    }
}

static void assert_row(struct lab *lab, const char *message, const char *condition,
                       const char *expected, const char *actual, size_t byte, size_t bytes)
{
    struct row row;
    judge(lab, message, condition, &row);
    assert_string_equal(row.expected, expected);
    assert_string_equal(row.actual, actual);
    assert_int_equal(row.byte, byte);
    assert_int_equal(row.bytes, bytes);
}

static void test_rows(void **state)
{
    struct lab *lab = *state;
    static const char read[] = "config read tag=16", other[] = "command 0xF0";
    assert_row(lab, read, "tag=5", "5", "16 (0x10)", 20, 4);
    assert_row(lab, read, "tag!=5|6", "not 5 or 6", "16 (0x10)", 20, 4);
    assert_row(lab, read, "tag=5|10..20", "5 or 10 (0xa) to 20", "16 (0x10)", 20, 4);
    assert_row(lab, read, "tag=*", "any", "16 (0x10)", 20, 4);
    assert_row(lab, read, "tag>=1", ">= 1", "16 (0x10)", 20, 4);
    assert_row(lab, read, "config buffer-count<1", "< 1", "16 (0x10)", 24, 2);
    assert_row(lab, other, "error=2", "2 (bad argument)", "1 (unrecognized command)", 15, 1);
    assert_row(lab, read, "command=0", "0 (ATA)", "1 (config)", 19, 1);
    assert_row(lab, read, "string=\"x\"", "\"x\" (1 bytes)", "\"\" (0 bytes)", 32, 0);
    assert_row(lab, "ata opcode=1", "status=0x40", "0x40 (DRDY)", "0x41 (DRDY ERR)", 27, 1);
    assert_row(lab, "ata opcode=1", "ata-error=0x10", "0x10 (IDNF)", "0x04 (ABRT)", 25, 1);
    assert_row(lab, "ata identify", "word[60]=7", "7", "400 (0x190)", 36 + 120, 2);
    assert_row(lab, "reserve read", "addresses=[a.mac]", "02:00:00:00:00:01", "empty", 26, 0);
}

/* Data that differs is told by its sector, and a pattern by what it is the pattern of. */
static void test_differences_of_data(void **state)
{
    struct lab *lab = *state;
    struct row row;
    uint8_t *scratch = lab->link->media + (SECTORS - 256) * AOE_SECTOR_BYTES;
    pattern_fill(scratch, SECTORS - 256, 2, 1 + (1 << 16));
    assert_true(judge(lab, "ata read lba=scratch count=2", "ata data=pattern(1)", &row));
    pattern_fill(scratch + AOE_SECTOR_BYTES, 99, 1, 7);
    assert_row(lab, "ata read lba=scratch count=2", "ata data=pattern(1)",
               "1024 bytes, first the pattern of seed 65537 for LBA 144",
               "from byte 527 (sector 1): the pattern of seed 7 for LBA 99", 36 + 527, 1);
    memset(scratch, 0xEE, 512);
    assert_row(lab, "ata read lba=scratch", "ata data=pattern(1)",
               "512 bytes, first the pattern of seed 65537 for LBA 144",
               "from byte 0 (sector 0): all bytes ee", 36, 1);
    scratch[3] = 1;
    assert_row(lab, "ata read lba=scratch", "ata data=zeros(512)", "512 bytes, first all bytes 00",
               "from byte 0 (sector 0): bytes ee ee ee 01 ...", 36, 1);
    memset(scratch, 0, 512);
    assert_row(lab, "ata read lba=scratch", "ata data=zeros(1024)",
               "1024 bytes, first all bytes 00", "512 bytes, differing from byte 512 on", 36 + 512,
               1);
    assert_row(lab, "ata read lba=scratch", "ata data=\"\"", "\"\" (0 bytes)",
               "512 bytes, differing from byte 0 on", 36, 1);
    assert_true(judge(lab, "ata read lba=scratch count=0", "ata data=\"\"", &row));
}

/* ---- what hosts have been told ---- */

static void test_readings_of_hosts(void **state)
{
    assert_passes(*state, "3.2-read\nhosts a b\ntouches config-string",
                  "a send config force-set \"hello\"\na expect ok\n"
                  "b send config read tag=9\nb expect ok\n"
                  "let s = a.string\nlet n = b.tag + a.sector-count * 10 + length(s)\n"
                  "a send config test s tag=n\na expect tag=34\n"
                  "a send ata identify\na expect ok\nlet w = a.frame-length\n"
                  "a send config read tag=w\na expect tag=548\n");
}

static void test_readings_that_are_not_there(void **state)
{
    static const struct {
        const char *body, *error;
    } all[] = {
        {"let n = b.tag\n", "x.aoe:4:9: that host has had no response yet"},
        {"let n = winner.tag\n", "x.aoe:4:9: that host has had no response yet"},
        {"a send config read\na expect ok\nlet n = a.addresses\n",
         "x.aoe:6:9: the host's last response has no such field"},
        {"a send command 0xF0 \na expect error=1\nlet s = a.string\n",
         "x.aoe:6:9: the host's last response has no such field"},
    };
    struct lab *lab = *state;
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_int_equal(lab_run(lab, "3.2-read\nhosts a b", all[i].body), VERDICT_ERROR);
        assert_string_equal(lab->result.reason, all[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_TEST(test_arithmetic),
        LAB_TEST(test_arithmetic_that_has_no_result),
        LAB_TEST(test_facts),
        LAB_TEST(test_addresses_of_hosts),
        LAB_TEST(test_made_bytes),
        LAB_TEST(test_made_addresses),
        LAB_TEST(test_patterns),
        LAB_TEST(test_comparisons),
        LAB_TEST(test_conditions_on_numbers),
        LAB_TEST(test_conditions_on_strings),
        LAB_TEST(test_conditions_on_lists),
        LAB_TEST(test_conditions_on_masks),
        LAB_TEST(test_conditions_on_identity),
        LAB_TEST(test_what_is_not_in_the_response),
        LAB_TEST(test_rows),
        LAB_TEST(test_differences_of_data),
        LAB_TEST(test_readings_of_hosts),
        LAB_TEST(test_readings_that_are_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
