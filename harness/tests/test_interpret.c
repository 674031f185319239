/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scenarios against the reference model, and against what no target should do. */
#include "fake_link.h"

#define CONFIG "3.2-read"
#define LISTS "3.2-set\nhosts a b\ntouches config-string reserve-list mask-list"

/* ---- what a good target does ---- */

static void test_discovery(void **state)
{
    struct lab *lab = *state;
    assert_memory_equal(lab->target.mac, TARGET_MAC, sizeof TARGET_MAC);
    assert_int_equal(lab->target.buffers, MODEL_BUFFER_COUNT);
    assert_int_equal(lab->target.sectors, 2);
    assert_int_equal(lab->target.capacity, SECTORS);
    assert_true(lab->target.has_ata && lab->target.has_masks && lab->target.has_reserve);
    assert_true(lab->target.admitted_by_masks);
    assert_false(lab->target.reserved_by_others);
    assert_int_equal(lab->timing.timeout, MILLISECONDS(1000));
    assert_int_equal(lab->timing.quiet, MILLISECONDS(10));
    assert_int_equal(lab->facts[FACT_LAST], SECTORS - 1);
    assert_int_equal(lab->facts[FACT_SCRATCH], SECTORS - 256);
    assert_int_equal(lab->facts[FACT_END_WRITABLE], 1);
    assert_int_equal(lab->session.ledger_count, 0);
}

static void test_a_conversation(void **state)
{
    assert_passes(*state, LISTS,
                  "a send config force-set \"alpha\"\na expect config string=\"alpha\"\n"
                  "b send config set \"beta\"\nb expect config error=4\n"
                  "b send config test \"beta\"\nb expect silence\n"
                  "b send config prefix \"al\"\nb expect ok\n"
                  "let s = b.string\na send config test s\na expect string=s\n"
                  "a send reserve set [a.mac b.mac]\na expect addresses=[b.mac a.mac]\n"
                  "a send reserve set []\na expect addresses=[]\n"
                  "a send command 0xF0\na expect error=1\n");
}

static void test_media(void **state)
{
    assert_passes(*state, "3.1-readback\ntouches media",
                  "for n in 1..2\n  for lba in scratch last - n + 1\n"
                  "    a send ata write lba=lba count=n data=pattern(n)\n    a expect ok count=0\n"
                  "    a send ata read lba=lba count=n\n    a expect ata data=pattern(n)\n"
                  "  end\nend\n"
                  "a send ata read lba=last + 1\na expect not-found\n"
                  "a send ata read count=3\na expect refused\n"
                  "a send ata write-ext lba=scratch data=pattern(9, 1)\na expect ok\n"
                  "a send ata read lba=scratch\na expect data=pattern(9)\n"
                  "a send ata identify\na expect identity-sound=1 word[49]&0x200=0x200\n");
}

static void test_bursts_and_labels(void **state)
{
    assert_passes(*state, CONFIG,
                  "a send config read as first\na send ata read as second\na send config read\n"
                  "a expect of second ata\na expect of first config\na expect config\n"
                  "a send 16 times ata read\na expect each ata\n"
                  "a send buffer-count times config read as x\na expect each of x config\n");
}

static void test_races(void **state)
{
    struct lab *lab = *state;
    assert_passes(lab, LISTS,
                  "a send config force-set \"\"\na expect ok\n"
                  "a send config set \"x\"\nb send config set \"y\"\n"
                  "exactly one of a b expect ok others error=4\n"
                  "a send config read\na expect string=winner.string string=\"x\"\n"
                  "a send config force-set \"\"\na expect ok\n");
    assert_fails(lab, LISTS,
                 "a send config force-set \"\"\na expect ok\n"
                 "a send config set \"x\"\nb send config set \"x\"\n"
                 "exactly one of a b expect ok others error=4\n",
                 9, "2 do: a b");
    assert_fails(lab, LISTS,
                 "a send config set \"y\"\nb send config set \"y\"\n"
                 "exactly one of a b expect ok others error=4\n",
                 7, "none does");
    assert_int_equal(lab_run(lab, LISTS,
                             "a send config set \"y\"\nb send config set \"y\"\n"
                             "exactly one of a b expect ok others error=5\n"),
                     VERDICT_FAIL);
    assert_string_equal(lab->result.failures[0].actual, "error 4 (config string present)");
}

static void test_time(void **state)
{
    struct lab *lab = *state;
    int64_t before = lab->link->now;
    assert_passes(lab, CONFIG, "pause 30 ms\na send config read after 20 ms\na expect ok\n");
    assert_in_range(lab->link->now - before, MILLISECONDS(50), MILLISECONDS(52));
    before = lab->link->now;
    assert_passes(lab, CONFIG, "pause 30 ms\na send config read at 70 ms\na expect ok\n");
    assert_in_range(lab->link->now - before, MILLISECONDS(70), MILLISECONDS(72));
    before = lab->link->now;
    assert_passes(lab, CONFIG, "pause 30 ms\na send config read at 5 ms\na expect ok\n");
    assert_in_range(lab->link->now - before, MILLISECONDS(30), MILLISECONDS(32));
    before = lab->link->now;
    assert_passes(lab, CONFIG, "pause 0xFFFFFFFFFF ms\na send config read\na expect ok\n");
    assert_in_range(lab->link->now - before, MILLISECONDS(60000), MILLISECONDS(60002));
}

static void test_within(void **state)
{
    struct lab *lab = *state;
    lab->link->delay = MILLISECONDS(20);
    assert_passes(lab, CONFIG, "a send config read\na expect within 20 ms ok\n");
    assert_fails(lab, CONFIG, "a send config read\na expect within 19 ms ok\n", 4,
                 "after 20.000 ms");
    assert_string_equal(lab->result.failures[0].expected, "a response within 19 ms");
}

static void test_silence_takes_the_quiet_window(void **state)
{
    struct lab *lab = *state;
    int64_t before = lab->link->now;
    assert_passes(lab, CONFIG, "a send config test \"x\"\na expect silence\n");
    assert_in_range(lab->link->now - before, MILLISECONDS(10), MILLISECONDS(11));
}

static void test_announcements(void **state)
{
    struct lab *lab = *state;
    static const char body[] = "link down\nlink up\nhear config shelf=shelf tag=0\n";
    lab->link->announces = true;
    assert_passes(lab, "3.2-announce\ntouches link", body);
    assert_int_equal(lab_run(lab, "3.2-announce\ntouches link",
                             "link down\nlink up\nhear config buffer-count=1\n"),
                     VERDICT_ADVICE);
    lab->link->announces = false;
    assert_int_equal(lab_run(lab, "3.2-announce\ntouches link", body), VERDICT_ADVICE);
    assert_string_equal(lab->result.reason, "none in 2500 ms");
    /* So much later than asked does not matter where so much is waited. */
    lab->link->sleep = MILLISECONDS(300);
    assert_int_equal(lab_run(lab, "3.2-announce\ntouches link", body), VERDICT_ADVICE);
    lab->link->sleep = MILLISECONDS(700);
    assert_int_equal(lab_run(lab, "3.2-announce\ntouches link", body), VERDICT_INCONCLUSIVE);
    lab->link->sleep = 0;
    lab->link->stuck = true;
    assert_int_equal(lab_run(lab, "3.2-announce\ntouches link", body), VERDICT_ERROR);
    assert_string_equal(lab->result.reason, "x.aoe:4: the link is stuck");
}

/* A target may take its time until its link carries frames again. */
static void test_a_target_that_comes_back(void **state)
{
    struct lab *lab = *state;
    static const char head[] = "3.2-announce\ntouches link";
    lab->link->deaf = lab->link->now + MILLISECONDS(3000);
    assert_passes(lab, head,
                  "link down\nlink up\ntarget answers\na send config read\na expect ok\n");
    assert_true(lab->link->now >= lab->link->deaf);
    assert_true(lab->link->now < lab->link->deaf + MILLISECONDS(200));
    lab->link->deaf = lab->link->now + MILLISECONDS(6000);
    assert_int_equal(lab_run(lab, head, "target answers within 500 ms\n"), VERDICT_FAIL);
    assert_string_equal(lab->result.reason, "no response in 500 ms, asked again and again");
}

/* A link that cannot send yet is no error as long as it can in the end. */
static void fixes_link(struct link *link)
{
    link->broken = link->now < link->deaf;
}

static void test_a_link_that_comes_back(void **state)
{
    struct lab *lab = *state;
    lab->link->receives = fixes_link;
    lab->link->deaf = lab->link->now + MILLISECONDS(700);
    lab->link->broken = true;
    assert_passes(lab, CONFIG, "target answers\na send config read\na expect ok\n");
    lab->link->deaf = lab->link->now + MILLISECONDS(700);
    lab->link->broken = true;
    assert_int_equal(lab_run(lab, CONFIG, "target answers within 300 ms\n"), VERDICT_ERROR);
    assert_string_equal(lab->result.reason, "the link is broken");
}

static void test_another_mtu(void **state)
{
    struct lab *lab = *state;
    static const char head[] = "2.1-padding\ntouches link";
    assert_passes(lab, head,
                  "link mtu mtu + 4\na send config read append zeros(mtu - 14)\na expect ok\n");
    assert_int_equal(lab->link->last_length, AOE_FRAME_MIN); /* the harness's own at the end */
    assert_int_equal(lab->link->mtu, MTU);
    lab->link->mtu = 0;
    assert_fails(lab, head, "link mtu 9000\na send config read\na expect refused\n", 6,
                 "error 0 (none)");
    assert_int_equal(lab->link->mtu, MTU);
    lab->link->stuck = true;
    assert_int_equal(lab_run(lab, head, "link mtu 9000\na send config read\na expect ok\n"),
                     VERDICT_SKIP);
    assert_string_equal(lab->result.reason, "the link is stuck");
}

/* Who is met with silence has not won. */
static void test_races_with_silent_losers(void **state)
{
    static const char edits[] = "a send mask edit add [a.mac b.mac c.mac]\na expect ok\n"
                                "b send mask edit delete c.mac\nc send mask edit delete b.mac\n"
                                "exactly one of b c expect mask others silence\n";
    static const char head[] = "3.3-mask\nhosts a b c\ntouches mask-list";
    struct lab *lab = *state;
    assert_passes(lab, head,
                  arena_print(&lab->arena,
                              "%sa send mask read\na expect addresses=[a.mac winner.mac]\n",
                              edits));
    assert_fails(lab, head,
                 "a send mask edit delete b.mac add [a.mac c.mac]\na expect ok\n"
                 "b send config read\nb send config read\n"
                 "exactly one of b expect config others silence\n",
                 9, "none does");
}

static size_t loses_many(struct link *link, const struct aoe_frame *request, uint8_t *response,
                         size_t length)
{
    (void)response;
    return request->source[0] == HOST_MAC[0] && link->calls++ % 8 > 2 ? 0 : length;
}

static void test_at_least(void **state)
{
    struct lab *lab = *state;
    static const char burst[] = "a send 16 times ata read\n";
    assert_passes(lab, CONFIG,
                  "a send 16 times config read\na expect each at least 16 config\n"
                  "a send config read\na expect config\n");
    lab->link->tamper = loses_many;
    assert_passes(lab, CONFIG, arena_print(&lab->arena, "%sa expect each at least 6 ata\n", burst));
    lab->link->calls = 0;
    assert_fails(lab, CONFIG, arena_print(&lab->arena, "%sa expect each at least 7 ata\n", burst),
                 4, "6");
    lab->link->calls = 0;
    assert_fails(lab, CONFIG,
                 arena_print(&lab->arena, "%sa expect each at least 1 refused\n", burst), 4,
                 "error 0 (none)");
}

static void test_who_is_listed(void **state)
{
    struct lab *lab = *state;
    assert_passes(lab, LISTS,
                  "a send mask read\na expect mask asker-listed=0\n"
                  "a send mask edit add [b.mac a.mac]\na expect mask asker-listed=1\n"
                  "a send reserve set [b.mac]\na expect reserve asker-listed=0\n"
                  "b send reserve read\nb expect reserve asker-listed=1\n"
                  "a send config read\na expect asker-listed!=1 or ok\n");
}

/* ---- what fails ---- */

/* Each turn of a loop is told, up to three that failed. */
static void test_failures_in_loops(void **state)
{
    struct lab *lab = *state;
    static const char body[] = "for m in 1..2\nfor n in 3..11\n  a send config read tag=n\n"
                               "  a expect tag=3|5|7|9|11\nend\nend\n";
    assert_int_equal(lab_run(lab, CONFIG, body), VERDICT_FAIL);
    static const char *const values[] = {"n=4 m=1", "n=6 m=1", "n=8 m=1",
                                         "n=4 m=2", "n=6 m=2", "n=8 m=2"};
    assert_int_equal(lab->result.failures_in_all, COUNT(values));
    for (size_t i = 0; i < COUNT(values); i++) {
        const struct failure *f = &lab->result.failures[i];
        assert_string_equal(f->values, values[i]);
        assert_int_equal(f->line, 6);
        assert_string_equal(f->statement, "a expect tag=3|5|7|9|11");
        assert_string_equal(f->expected, "success with tag=3|5|7|9|11");
        assert_string_equal(f->id, "x");
        assert_non_null(f->event);
        assert_true(f->context_count >= 2 && f->context_count <= 6);
        assert_ptr_equal(f->context[f->context_count - 1], f->event);
        assert_ptr_equal(f->context[f->context_count - 2], f->event->request);
    }
}

static void test_a_failure_ends_the_scenario(void **state)
{
    assert_fails(*state, CONFIG,
                 "a send config read tag=2\na expect tag=1\na send config read\na expect tag=1\n",
                 4, "tag 2");
}

static void test_no_response(void **state)
{
    assert_fails(*state, CONFIG, "a send config test \"x\"\na expect ok\n", 4,
                 "no response in 1000 ms, while a config read was answered");
}

static void test_a_response_where_silence_is_expected(void **state)
{
    struct lab *lab = *state;
    assert_fails(lab, CONFIG, "a send config read\na expect silence\n", 4, "a response");
    assert_string_equal(lab->result.failures[0].expected, "silence");
    assert_passes(lab, CONFIG, "a send config read\na expect silence or ok\n");
    assert_passes(lab, CONFIG, "a send config test \"x\"\na expect error=2 or silence\n");
}

static void test_success_is_implied(void **state)
{
    struct lab *lab = *state;
    assert_fails(lab, CONFIG, "a send ata opcode=1\na expect ata\n", 4, "status 0x41 (DRDY ERR)");
    assert_passes(lab, CONFIG, "a send ata opcode=1\na expect ata err=1\n");
    assert_passes(lab, CONFIG, "a send ata opcode=1\na expect any\n");
    assert_fails(lab, CONFIG, "a send command 0xF0\na expect ok\n", 4,
                 "error 1 (unrecognized command)");
    assert_int_equal(lab_run(lab, LISTS, "a send mask edit directive 9 other\na expect mask\n"),
                     VERDICT_FAIL);
    assert_string_equal(lab->result.reason, "merror 2 (bad directive)");
}

static void test_the_closest_alternative_is_shown(void **state)
{
    struct lab *lab = *state;
    assert_fails(lab, CONFIG,
                 "a send config read\n"
                 "a expect error=2 tag=1 or config firmware=2 or error=3 tag=5\n",
                 4, "firmware 1");
    assert_string_equal(lab->result.failures[0].expected,
                        "error=2 with tag=1, or success with config with firmware=2, or error=3 "
                        "with tag=5");
    assert_int_equal(lab->result.failures[0].row_count, 3);
}

static void test_levels(void **state)
{
    struct lab *lab = *state;
    static const char body[] = "a send config read\na expect tag=1\n";
    assert_int_equal(lab_run(lab, "3.2-set-same", body), VERDICT_ADVICE);
    assert_int_equal(lab_run(lab, CONFIG "\nlevel may", body), VERDICT_ADVICE);
    assert_int_equal(lab_run(lab, CONFIG, body), VERDICT_FAIL);
}

/* ---- what is skipped, and what is an error ---- */

static void test_skips(void **state)
{
    struct lab *lab = *state;
    static const struct {
        const char *head, *reason;
    } all[] = {
        {"3.2-read\nneeds mtu >= 9000", "needs mtu >= 9000: here it is 1500"},
        {"3.2-read\nneeds ata mtu < 5", "needs mtu < 5: here it is 1500"},
        {"3.2-read\nneeds beyond-lba28", "needs beyond-lba28, which the target does not have"},
        {"3.2-read\ntouches media", "not allowed to touch the media: --allow media"},
        {"3.2-read\ntouches config-string",
         "not allowed to touch the config-string: --allow config"},
        {"3.2-read\ntouches mask-list", "not allowed to touch the mask-list: --allow masks"},
        {"3.2-read\ntouches reserve-list",
         "not allowed to touch the reserve-list: --allow reserve"},
        {"3.2-read\ntouches link", "not allowed to touch the link: --allow link"},
    };
    lab->session.gate.allowed = 0;
    for (size_t i = 0; i < COUNT(all); i++) {
        size_t sent = lab->link->sent;
        assert_int_equal(lab_run(lab, all[i].head, "a send config read\na expect ok\n"),
                         VERDICT_SKIP);
        assert_string_equal(lab->result.reason, all[i].reason);
        assert_int_equal(lab->link->sent, sent);
    }
}

static void test_skips_by_what_others_did(void **state)
{
    struct lab *lab = *state;
    static const char body[] = "a send ata read\na expect any\n";
    lab->target.reserved_by_others = true;
    assert_int_equal(lab_run(lab, CONFIG, body), VERDICT_SKIP);
    assert_string_equal(lab->result.reason, "the target is reserved by another host");
    assert_passes(lab, "3.2-read\ntouches reserve-list", body);
    assert_passes(lab, CONFIG, "a send ata identify\na expect ok\n");
    lab->target.reserved_by_others = false;
    lab->target.admitted_by_masks = false;
    assert_passes(lab, CONFIG, body);
    assert_int_equal(lab_run(lab, "3.2-read\nhosts a b", body), VERDICT_SKIP);
    assert_string_equal(lab->result.reason, "the target's mask list keeps further hosts out");
}

static void test_frames_that_the_link_pads(void **state)
{
    struct lab *lab = *state;
    lab->link->pads = true;
    size_t sent = lab->link->sent;
    assert_int_equal(lab_run(lab, CONFIG, "a send config read unpadded\na expect ok\n"),
                     VERDICT_SKIP);
    assert_string_equal(lab->result.reason, "this kind of interface pads frames to 60 bytes");
    assert_int_equal(lab->link->sent, sent + 1); /* the question at the end */
    assert_passes(lab, CONFIG, "a send config read\na expect ok\n");
}

static void test_refusals_of_the_gate(void **state)
{
    struct lab *lab = *state;
    lab->session.gate.allowed = TOUCH_CONFIG;
    assert_int_equal(lab_run(lab, CONFIG, "a send ata write data=zeros(512)\na expect ok\n"),
                     VERDICT_ERROR);
    assert_string_equal(lab->result.reason,
                        "x.aoe:3: it could change the target's media: --allow media");
    assert_int_equal(lab_run(lab, "3.2-read\ntouches config-string",
                             "a send config force-set \"x\"\na expect ok\na send reserve set []\n"),
                     VERDICT_SKIP);
    assert_string_equal(lab->result.reason,
                        "x.aoe:6: it could change the target's reserve-list: --allow reserve");
    assert_fails(lab, "3.2-read\ntouches config-string",
                 "for n in 1..1\na send config read tag=2\na expect tag=1\nend\n", 6, "tag 2");
}

static void test_errors(void **state)
{
    struct lab *lab = *state;
    static const struct {
        const char *body, *reason;
    } all[] = {
        {"a expect ok\n", "x.aoe:3: the host has no request that still waits"},
        {"a expect each ok\n", "x.aoe:3: the host has no request that still waits"},
        {"a send config read\na expect ok\na expect ok\n",
         "x.aoe:5: the host has no request that still waits"},
        {"exactly one of a expect ok others ok\n",
         "x.aoe:3: the host has no request that still waits"},
        {"a send again\n", "x.aoe:3: that host has sent nothing yet"},
        {"pause 1 / 0 ms\n", "x.aoe:3:9: division by zero"},
        {"let n = a.tag\n", "x.aoe:3:9: that host has had no response yet"},
        {"for n in 1 2 / 0\na send config read\na expect ok\nend\n",
         "x.aoe:3:14: division by zero"},
        {"for n in 1..2 / 0\na send config read\nend\n", "x.aoe:3:15: division by zero"},
        {"a send (1 - 2) times config read\n",
         "x.aoe:3:11: the result is no number from 0 to 2^64-1"},
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        assert_int_equal(lab_run(lab, CONFIG, all[i].body), VERDICT_ERROR);
        assert_string_equal(lab->result.reason, all[i].reason);
    }
    lab->link->broken = true;
    assert_int_equal(lab_run(lab, CONFIG, "a send config read\n"), VERDICT_ERROR);
    assert_false(lab->session.silent);
    lab->link->broken = false;
    assert_passes(lab, CONFIG, "a send config read\na expect ok\n");
}

/* A pass that has tried nothing would be a lie. */
static void test_nothing_to_try(void **state)
{
    struct lab *lab = *state;
    static const char body[] = "for n in 3..2\n  a send config read\n  a expect ok\nend\n";
    assert_int_equal(lab_run(lab, CONFIG, body), VERDICT_SKIP);
    assert_string_equal(lab->result.reason, "there is nothing to try here: no line sends a frame");
    assert_int_equal(lab_run(lab, CONFIG, "for n in 0..100000\n  a send config read\nend\n"),
                     VERDICT_ERROR);
    assert_int_equal(lab_run(lab, CONFIG, "a send 100001 times config read\n"), VERDICT_ERROR);
}

static void test_a_loop_to_the_last_number(void **state)
{
    assert_passes(*state, CONFIG,
                  "for n in 0xFFFFFFFFFFFFFFFE..0xFFFFFFFFFFFFFFFF\n"
                  "  a send config read tag=n % 7\n  a expect ok\nend\n");
}

static void test_an_interruption(void **state)
{
    struct lab *lab = *state;
    lab->stop = 1;
    assert_int_equal(lab_run(lab, CONFIG, "a send config read\na expect ok\n"), VERDICT_ERROR);
    assert_string_equal(lab->result.reason, "interrupted");
}

static void test_names_are_of_their_turn(void **state)
{
    assert_passes(
        *state, CONFIG,
        "let n = 1\nfor n in 5..5\n  a send config read tag=n\n  a expect tag=5\n"
        "  let n = 6\n  a send config read tag=n\n  a expect tag=6\nend\n"
        "a send config read tag=n\na expect tag=1\n"
        "for n in 3..2\n  a expect ok\nend\n"
        "for s in \"a\" \"b\"\n  a send config test s\n  a expect silence\nend\n"
        "for n in 0xFFFFFFFE..0xFFFFFFFF\n  a send config read tag=n\n  a expect tag=n\nend\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_TEST(test_discovery),
        LAB_TEST(test_a_conversation),
        LAB_TEST(test_media),
        LAB_TEST(test_bursts_and_labels),
        LAB_TEST(test_races),
        LAB_TEST(test_time),
        LAB_TEST(test_within),
        LAB_TEST(test_silence_takes_the_quiet_window),
        LAB_TEST(test_announcements),
        LAB_TEST(test_a_target_that_comes_back),
        LAB_TEST(test_a_link_that_comes_back),
        LAB_TEST(test_another_mtu),
        LAB_TEST(test_races_with_silent_losers),
        LAB_TEST(test_at_least),
        LAB_TEST(test_who_is_listed),
        LAB_TEST(test_failures_in_loops),
        LAB_TEST(test_a_failure_ends_the_scenario),
        LAB_TEST(test_no_response),
        LAB_TEST(test_a_response_where_silence_is_expected),
        LAB_TEST(test_success_is_implied),
        LAB_TEST(test_the_closest_alternative_is_shown),
        LAB_TEST(test_levels),
        LAB_TEST(test_skips),
        LAB_TEST(test_nothing_to_try),
        LAB_TEST(test_a_loop_to_the_last_number),
        LAB_TEST(test_skips_by_what_others_did),
        LAB_TEST(test_frames_that_the_link_pads),
        LAB_TEST(test_refusals_of_the_gate),
        LAB_TEST(test_errors),
        LAB_TEST(test_an_interruption),
        LAB_TEST(test_names_are_of_their_turn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
