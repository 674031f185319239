/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "common/utf8.h"
#include "harness/report.h"
#include "made_report.h"

static int write_all(FILE *to, const struct report *report, struct report_style style)
{
    int status = report_text_head(to, report, &style);
    for (size_t i = 0; i < report->count; i++)
        status |= report_text_result(to, &report->results[i], &style);
    return status | report_text_end(to, report, &style);
}

static int write_plain(FILE *to, const struct report *report)
{
    return write_all(to, report, (struct report_style){0});
}

static int write_coloured(FILE *to, const struct report *report)
{
    return write_all(to, report, (struct report_style){.colour = true});
}

static int write_verbose(FILE *to, const struct report *report)
{
    return write_all(to, report, (struct report_style){.verbose = true});
}

static int write_quiet(FILE *to, const struct report *report)
{
    return write_all(to, report, (struct report_style){.quiet = true});
}

static char *text_of(struct made_fixture *fixture, int (*write)(FILE *, const struct report *))
{
    size_t length;
    char *text = made_written(&fixture->arena, write, fixture->report, &length);
    assert_non_null(text);
    assert_int_equal(strlen(text), length);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in:\n%s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" in:\n%s", part, text);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

static void test_head(void **state)
{
    assert_has(text_of(*state, write_plain),
               "aoe-conform 0.1.0, seed 1\n"
               "  target    e0.1 on eth0, MAC 02:00:00:00:00:01, MTU 1500\n"
               "  device    Made Disk, firmware 1.0, serial 0001\n"
               "  capacity  1.0 GiB, 2097152 sectors of 512 bytes, writable\n"
               "  limits    buffer count 16, sector count 2, firmware 0x4019\n"
               "  commands  ATA, config, mask\n"
               "  timing    round trip p50 42.5 us, p99 87.0 us; own jitter 12.0 us\n"
               "  waiting   quiet window 20.0 ms, response timeout 1.0 s\n"
               "\n");
}

static void test_head_of_other_targets(void **state)
{
    struct made_fixture *fixture = *state;
    struct target *target = &fixture->report->target;
    *target = (struct target){.interface = "eth0",
                              .shelf = 7,
                              .has_reserve = true,
                              .answering_count = 2,
                              .neighbour_count = 3,
                              .reserved_by_others = true};
    const char *text = text_of(fixture, write_plain);
    assert_has(text, "  target    e7.0 on eth0, MAC 00:00:00:00:00:00, MTU 0\n"
                     "  limits    buffer count 0, sector count 2 (sent as 0), firmware 0x0000\n"
                     "  commands  config, reserve\n");
    assert_has(text, "  note      2 hosts answer for this shelf and slot\n");
    assert_has(text, "  note      3 other targets behind the same MAC\n");
    assert_has(text, "  note      the target has a mask list: other hosts are not served\n");
    assert_has(text, "  note      the target is reserved by others\n");
    assert_has_not(text, "capacity");
}

static void test_capacities(void **state)
{
    static const struct {
        uint64_t sectors;
        const char *text;
    } all[] = {
        {0, "0.0 KiB, 0 sectors"},
        {3, "1.5 KiB, 3 sectors"},
        {2047, "1023.5 KiB, 2047 sectors"},
        {2048, "1.0 MiB, 2048 sectors"},
        {UINT64_C(1) << 28, "128.0 GiB, 268435456 sectors"},
        {(UINT64_C(1) << 48) - 1, "127.9 PiB, 281474976710655 sectors"},
    };
    struct made_fixture *fixture = *state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        fixture->report->target.capacity = all[i].sectors;
        assert_has(text_of(fixture, write_plain), all[i].text);
    }
}

static void test_table(void **state)
{
    assert_has(text_of(*state, write_plain),
               "          pass  fail  advice  skip  inconclusive  known  fixed  error\n"
               "  config     1     1       1     .             .      .      .      .\n"
               "  mask       .     .       .     2             .      .      .      .\n"
               "  race       .     .       .     .             1      .      .      .\n"
               "  ata        .     1       .     .             .      1      1      .\n"
               "  odd        .     .       .     .             .      .      .      1\n"
               "  run        .     1       .     .             .      .      .      .\n"
               "  in all     1     3       1     2             1      1      1      1\n");
}

static void test_table_of_passes(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->count = 1;
    report_conclude(fixture->report, false);
    const char *text = text_of(fixture, write_plain);
    assert_has(text, "          pass\n  config     1\n\n");
    assert_has(text, "\ne0.1 on eth0: conformant: 1 pass in 1.3 s\n");
}

static void test_a_fail(void **state)
{
    const char *text = text_of(*state, write_plain);
    assert_has(text, "\nFAIL        config/set-refused: set does not replace a config string that "
                     "is present\n"
                     "  clause    3.2-set (must, basis: text): ");
    assert_has(text, "\n  line      scenarios/config/set-refused.aoe:9: a expect config error=4   "
                     "(v=3 n=0)\n"
                     "  expected  error=4\n"
                     "  actual    error=0\n"
                     "\n"
                     "            field         expected                   actual      byte(s)\n"
                     "          x error         4 (config string present)  0 (none)    15\n"
                     "            tag           0x00000007                 0x00000007  20-23\n"
                     "          x string        \"alpha\"                    \"beta\"      32-35\n"
                     "            frame-length  60 or more                 60          -\n");
    assert_has(text, "\n  again: aoe-conform --target eth0 e0.1 --allow config --seed 1 "
                     "config/set-refused\n"
                     "\n  3 more such failures, 5 in all.\n");
    assert_int_equal(count_of(text, "--seed 1 config/set-refused\n"), 2); /* one of run/version */
}

static void test_frames(void **state)
{
    assert_has(text_of(*state, write_plain),
               "\n  frames\n"
               "              +0.000 ms  a ->  e0.1 config set request, tag 0x00000007, length 4 "
               "\"beta\"\n"
               "          x   +0.312 ms  a <-  e0.1 config set response, tag 0x00000007, buffer "
               "count 16, firmware\n"
               "                               0x4019, sector count 2, length 4 \"beta\"\n"
               "             +20.500 ms  a ->  e0.1 config read request, tag 0x00000008, length "
               "0\n\n");
}

/* A context without the frame itself, or its request, is completed. */
static void test_frames_are_complete(void **state)
{
    struct made_fixture *fixture = *state;
    struct failure *failure = &fixture->report->results[MADE_FAIL].failures[0];
    failure->context_count = 0;
    const char *text = strstr(text_of(fixture, write_plain), "\n  frames\n");
    assert_has(text, "              +0.000 ms  a ->  e0.1 config set request");
    assert_has(text, "          x   +0.312 ms  a <-  e0.1 config set response");
}

static void test_dump(void **state)
{
    const char *text = text_of(*state, write_plain);
    assert_has(text, "\n  response  0000  02 00 00 00 00 01 02 00  00 00 00 0a 88 a2 18 00  "
                     "................\n"
                     "                                                                ^^\n"
                     "            0010  00 00 01 01 00 00 00 07  00 10 40 19 02 13 00 04  "
                     "..........@.....\n"
                     "            0020  62 65 74 61 00 00 00 00  00 00 00 00 00 00 00 00  "
                     "beta............\n"
                     "                  ^^ ^^ ^^ ^^\n"
                     "            0030  00 00 00 00 00 00 00 00  00 00 00 00              "
                     "............\n\n");
    assert_has(text, "\n  request   0000  02 00 00 00 00 01 02 00  00 00 00 0a 88 a2 10 00  "
                     "................\n"
                     "            0010  ");
}

/* Of a long frame the first rows and the wrong ones. */
static void test_dump_of_a_long_frame(void **state)
{
    const char *text = text_of(*state, write_plain);
    assert_has(text, "            0030  54 5b 62 69");
    assert_has(text, "            ...\n            0220  e4 eb f2 f9");
    assert_has(text, "\n                              ^^ ^^ ^^ ^^  ^^ ^^ ^^ ^^ ^^ ^^ ^^ ^^\n");
    assert_has(text, "            0240  c4 cb d2 d9 e0 e7 ee f5  fc 03 0a 11 18 1f 26 2d  "
                     "..............&-\n"
                     "                  ^^ ^^ ^^ ^^ ^^ ^^ ^^ ^^  ^^ ^^ ^^ ^^\n"
                     "            ... 1060 bytes in all\n");
    assert_has_not(text, "            0040  ");
    assert_has_not(text, "            0210  ");
    assert_has_not(text, "            0250  ");
}

/* A frame that is wrong all over does not fill screens. */
static void test_dump_has_an_end(void **state)
{
    struct made_fixture *fixture = *state;
    struct failure *failure = &fixture->report->results[MADE_DATA].failures[0];
    failure->rows[1].byte = 36;
    failure->rows[1].bytes = 1024;
    const char *text = text_of(fixture, write_plain);
    assert_has(text, "            0070  ");
    assert_has_not(text, "            0080  ");
    assert_has(text, "            ... 1060 bytes in all\n");
}

/* Rows that point beyond the frame mark nothing and read nothing. */
static void test_rows_beyond_the_frame(void **state)
{
    struct made_fixture *fixture = *state;
    struct failure *failure = &fixture->report->results[MADE_FAIL].failures[0];
    failure->rows[2].byte = 58;
    failure->rows[2].bytes = SIZE_MAX;
    const char *text = text_of(fixture, write_plain);
    assert_has(text, "            0030  00 00 00 00 00 00 00 00  00 00 00 00              "
                     "............\n"
                     "                                                 ^^ ^^\n");
}

static void test_long_cells(void **state)
{
    assert_has(text_of(*state, write_plain),
               "            status  0x40|0x50  0x40 (DRDY)  27\n"
               "          x data    expected  pattern(1) at LBA 4712 with all that the scenario "
               "wrote there before\n"
               "                    actual    pattern(1) at LBA 99, which belongs 4613 sectors "
               "before the one that\n"
               "                              was read\n"
               "                    byte(s)   548-587\n");
}

/* The scenario in which it was seen is named and is the one to run again. */
static void test_a_runwide_fail(void **state)
{
    const char *text = strstr(text_of(*state, write_plain), "\nFAIL        run/version");
    assert_non_null(text);
    assert_has(text, "  line      scenarios/config/set-refused.aoe:9: a expect config error=4\n");
    assert_has(text, "--seed 1 config/set-refused\n");
    assert_has_not(text, "--seed 1 run/version");
}

static void test_a_may_is_short(void **state)
{
    struct made_fixture *fixture = *state;
    struct scenario lowered = *fixture->report->results[MADE_ADVICE].scenario;
    lowered.level = AOE_MAY;
    fixture->report->results[MADE_ADVICE].scenario = &lowered;
    assert_has(text_of(fixture, write_plain),
               "\nadvice      config/unknown: CCmd 5 to 15 are refused\n"
               "  clause    3.2-unknown (may, basis: majority): Config commands 5 to 15 are "
               "refused with error 2.\n"
               "  line      scenarios/config/unknown.aoe:9: a expect config error=4\n"
               "  expected  error=4\n"
               "  actual    silence\n"
               "  again: aoe-conform --target eth0 e0.1 --allow config --seed 1 config/unknown\n");
}

/* What a should asks for is shown like a failure: with its frames. */
static void test_a_should_is_shown_whole(void **state)
{
    struct made_fixture *fixture = *state;
    struct result *result = &fixture->report->results[MADE_FAIL];
    struct scenario lowered = *result->scenario;
    lowered.level = AOE_SHOULD;
    result->scenario = &lowered;
    result->verdict = VERDICT_ADVICE;
    const char *advice = strstr(text_of(fixture, write_plain), "\nadvice      config/set-refused");
    assert_non_null(advice);
    assert_has(advice, "\n  frames\n");
    assert_has(advice, "\n  response  0000  ");
}

static void test_reasons(void **state)
{
    const char *text = text_of(*state, write_plain);
    assert_has(text, "\nskip\n     2  changes the mask list: --allow masks\n\n");
    assert_has(text, "\nfixed\n  ata/power: passes, but the baseline expects a failure\n");
    assert_has(text, "\nknown\n  ata/flush: #17: no write cache\n");
    assert_has(text, "\ninconclusive\n  race/set: the harness was 31 ms late\n");
    assert_has(text, "\nerror\n  odd/text: odd \" ' \\ <&> # \\x1b[31m \\x01 \\xff\\xc3( \xc3\xa9 "
                     "]]>\\x0asecond line\n");
    assert_has(text, "\nThe harness itself was late by up to 31.0 ms and lost 2 frames.\n");
    assert_has_not(text, "mask/add");
}

static void test_verdict_lines(void **state)
{
    struct made_fixture *fixture = *state;
    struct report *report = fixture->report;
    static const size_t clear[VERDICT_COUNT];
    assert_has(text_of(fixture, write_plain),
               "\n\ne0.1 on eth0: could not be judged: 1 pass, 3 fail, 1 advice, 2 skip, "
               "1 inconclusive, 1 known, 1 fixed, 1 error in 1.3 s\n");
    report->exit_status = EXIT_FAILED;
    memcpy(report->summary, clear, sizeof clear);
    report->summary[VERDICT_PASS] = 97;
    report->summary[VERDICT_ADVICE] = 3;
    assert_has(text_of(fixture, write_plain),
               "e0.1 on eth0: NOT CONFORMANT in strict mode: 97 pass, 3 advice in 1.3 s\n");
    report->summary[VERDICT_FIXED] = 1;
    assert_has(text_of(fixture, write_plain), "eth0: the baseline is stale: 97 pass, ");
    report->summary[VERDICT_FAIL] = 4;
    assert_has(text_of(fixture, write_plain), "eth0: NOT CONFORMANT: 97 pass, 4 fail, ");
}

static void test_a_run_that_ended_early(void **state)
{
    struct made_fixture *fixture = *state;
    fixture->report->count = 0;
    report_conclude(fixture->report, false);
    assert_has(text_of(fixture, write_plain), "\ne0.1 on eth0: nothing ran in 1.3 s\n");
    fixture->report->target_found = false;
    report_conclude(fixture->report, false);
    const char *text = text_of(fixture, write_plain);
    assert_has(text, "\n  target    e0.1 on eth0, not found\n");
    assert_has_not(text, "MTU");
    assert_has(text, "could not be judged: no answer from the target in 1.3 s\n");
    fixture->report->error = "eth0: \x1b Network is down";
    assert_has(text_of(fixture, write_plain),
               "could not be judged: eth0: \\x1b Network is down in 1.3 s\n");
}

/* Nothing but text, whatever targets and files hold, and no line beyond 100 columns but the
 * command and the verdict, which are there to be copied and searched for. */
static void test_lines_are_clean_and_fit(void **state)
{
    struct made_fixture *fixture = *state;
    struct failure *failure = &fixture->report->results[MADE_FAIL].failures[0];
    failure->statement = failure->expected = failure->actual = failure->values = MADE_ODD MADE_ODD;
    failure->rows[0].field = "\x1b[2Jodd\xff";
    failure->rows[1].actual = MADE_ODD;
    failure->rows[2].expected = "thirty-four columns wide to a hair";
    fixture->report->target.interface = "eth\x1b[0m";
    memcpy(fixture->report->target.identity.model, "\x9b\x07", 3);
    for (char *line = strtok(text_of(fixture, write_plain), "\n"); line;
         line = strtok(NULL, "\n")) {
        assert_string_equal(utf8_clean(&fixture->arena, line, true), line);
        if (!strstr(line, "again:") && !strstr(line, "could not be judged"))
            assert_true(utf8_columns(line) <= 100);
    }
}

static void test_colours(void **state)
{
    struct made_fixture *fixture = *state;
    const char *text = text_of(fixture, write_coloured);
    assert_has(text, "\033[1;31mFAIL\033[0m");
    assert_has(text, "\033[1;31m          x error         4 (config string present)");
    assert_has(text, "88 a2 18 \033[1;31m00\033[0m  ................\n");
    assert_has(text, "\033[1;31m                                                    ^^\033[0m\n");
    assert_has(text, "\033[33mcould not be judged\033[0m");
    assert_has_not(text_of(fixture, write_plain), "\033");
}

static void test_verbose(void **state)
{
    const char *text = text_of(*state, write_verbose);
    assert_has(text, "\npass          config/read: a read returns the string\n"
                     "fail          config/set-refused: error=0 instead of error=4\n"
                     "              +0.000 ms  a ->  e0.1 config set request");
    assert_has(text, "\ninconclusive  race/set: the harness was 31 ms late\n");
    assert_has(text, "     2  changes the mask list: --allow masks\n"
                     "            mask/add\n"
                     "            mask/delete\n");
}

static void test_quiet(void **state)
{
    assert_string_equal(text_of(*state, write_quiet), "");
}

/* Into a file goes no progress. */
static void test_no_progress_in_a_file(void **state)
{
    struct made_fixture *fixture = *state;
    const char *text = text_of(fixture, write_plain);
    assert_has_not(text, "\r");
    assert_int_equal(count_of(text, "config/read"), 0);
}

static void test_progress_on_a_terminal(void **state)
{
    struct made_fixture *fixture = *state;
    const struct report_style style = {.done = 3, .total = 12};
    char bytes[256] = "";
    setenv("TERM", "xterm", 1);
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) || unlockpt(master))
        skip();
    FILE *terminal = fopen(ptsname(master), "w");
    assert_non_null(terminal);
    assert_int_equal(report_text_result(terminal, &fixture->report->results[0], &style), 0);
    assert_true(read(master, bytes, sizeof bytes - 1) > 0);
    assert_string_equal(bytes, "\r\033[K[3/12] config/read");
    setenv("TERM", "dumb", 1);
    assert_int_equal(report_text_result(terminal, &fixture->report->results[0], &style), 0);
    struct pollfd more = {.fd = master, .events = POLLIN};
    assert_int_equal(poll(&more, 1, 0), 0);
    fclose(terminal);
    close(master);
}

static void test_full_disk(void **state)
{
    struct made_fixture *fixture = *state;
    assert_true(made_fails(write_plain, fixture->report));
}

#define ALONE(name) cmocka_unit_test_setup_teardown(name, made_set_up, made_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_head),
        ALONE(test_head_of_other_targets),
        ALONE(test_capacities),
        cmocka_unit_test(test_table),
        ALONE(test_table_of_passes),
        cmocka_unit_test(test_a_fail),
        cmocka_unit_test(test_frames),
        ALONE(test_frames_are_complete),
        cmocka_unit_test(test_dump),
        cmocka_unit_test(test_dump_of_a_long_frame),
        ALONE(test_dump_has_an_end),
        ALONE(test_rows_beyond_the_frame),
        cmocka_unit_test(test_long_cells),
        cmocka_unit_test(test_a_runwide_fail),
        ALONE(test_a_may_is_short),
        ALONE(test_a_should_is_shown_whole),
        cmocka_unit_test(test_reasons),
        ALONE(test_verdict_lines),
        ALONE(test_a_run_that_ended_early),
        ALONE(test_lines_are_clean_and_fit),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_verbose),
        cmocka_unit_test(test_quiet),
        cmocka_unit_test(test_no_progress_in_a_file),
        cmocka_unit_test(test_progress_on_a_terminal),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, made_set_up, made_tear_down);
}
