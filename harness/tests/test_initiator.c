/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an initiator is made to do, what it is seen to do, and what that amounts to. */
#include "fake_initiator.h"

#include "common/pattern.h"

#define READ "stimulate read 8 2\n"
#define WRITE "stimulate write 8 4\n"

static void assert_stage_fails(struct stage *stage, const char *body, unsigned line,
                               const char *expected, const char *actual)
{
    assert_fails(&stage->lab, "i-match", body, line, actual);
    assert_string_equal(stage->lab.result.failures[0].expected, expected);
}

static void assert_error(struct stage *stage, const char *body, const char *reason)
{
    assert_int_equal(lab_run(&stage->lab, "i-match", body), VERDICT_ERROR);
    assert_string_equal(stage->lab.result.reason, reason);
}

/* ---- meeting it ---- */

static void test_meeting(void **state)
{
    struct stage *stage = *state;
    const char *reason = "";
    struct serving *serving = &stage->initiator.serving;
    assert_int_equal(initiator_reset(&stage->initiator, &reason), 0);
    assert_false(serving->initiator_known);
    assert_int_equal(initiator_meet(&stage->initiator, &reason), 0);
    assert_memory_equal(serving->initiator, INITIATOR_MAC, AOE_MAC_BYTES);
    assert_memory_equal(stage->lab.session.gate.target, INITIATOR_MAC, AOE_MAC_BYTES);
    assert_true(stage->lab.session.gate.target_known);
    assert_int_equal(serving->facts[FACT_INITIATOR], aoe_mac_number(INITIATOR_MAC));
    assert_int_equal(stage->player.step, STEP_DONE);
    assert_null(stage->initiator.stimulus);
}

static void test_meeting_nobody(void **state)
{
    struct stage *stage = *state;
    const char *reason = "";
    stage->player.silent = true;
    int64_t before = stage->lab.link->now;
    assert_int_equal(initiator_meet(&stage->initiator, &reason), -1);
    assert_string_equal(reason, "no initiator has asked for it");
    assert_true(stage->lab.link->now - before >= MILLISECONDS(PATIENCE_MS));
}

static void test_meeting_without_a_stimulus(void **state)
{
    struct stage *stage = *state;
    const char *reason = "";
    stage->initiator.command = NULL;
    assert_int_equal(initiator_reset(&stage->initiator, &reason), 0);
    assert_int_equal(initiator_meet(&stage->initiator, &reason), -1);
    player_query(stage);
    assert_int_equal(initiator_meet(&stage->initiator, &reason), 0);
    assert_true(stage->initiator.serving.initiator_known);
}

static void test_meeting_is_interrupted(void **state)
{
    struct stage *stage = *state;
    const char *reason = "";
    stage->lab.stop = 1;
    assert_int_equal(initiator_meet(&stage->initiator, &reason), -1);
    assert_string_equal(reason, "interrupted");
    assert_int_equal(initiator_reset(&stage->initiator, &reason), -1);
    assert_string_equal(reason, "interrupted");
}

static void test_a_reset_that_fails(void **state)
{
    struct stage *stage = *state;
    const char *reason = "";
    stage->player.reset_status = 3;
    assert_int_equal(initiator_reset(&stage->initiator, &reason), -1);
    assert_string_equal(reason, "exit status 3");
    stage->player.hangs_in_reset = true;
    assert_int_equal(initiator_reset(&stage->initiator, &reason), -1);
    assert_string_equal(reason, "neither success nor an error in 2.0 s");
}

static void test_watching(void **state)
{
    struct stage *stage = *state;
    int64_t before = stage->lab.link->now;
    initiator_watch(&stage->initiator);
    assert_true(stage->lab.link->now - before < MILLISECONDS(1));
    stage->initiator.command = NULL;
    stage->player.spoils_query = true;
    player_query(stage);
    initiator_watch(&stage->initiator);
    assert_true(stage->lab.link->now - before >= MILLISECONDS(PATIENCE_MS));
    assert_int_equal(stage->lab.session.ledger_count, 1);
    assert_string_equal(stage->lab.session.ledger[0].clause->id, "i-request");
}

/* ---- the stimulus ends ---- */

static void test_success(void **state)
{
    struct stage *stage = *state;
    assert_played(stage, "stimulate discover\nstimulus ok\n", ">c<c>i<i");
    assert_played(stage, "stimulate read 8 5\nstimulus ok\n", ">c<c>i<i>r<r>r<r>r<r");
    assert_played(stage, "stimulate write 8 4\nstimulus ends\nstimulate read 8 1\nstimulus ok\n",
                  ">c<c>i<i>w<w>w<w>r<r");
    assert_played(stage, "stimulate work\nstimulus ok\n", ">c<c>i<i");
    assert_false(stage->player.known); /* it was reset */
}

static void test_errors_of_the_initiator(void **state)
{
    struct stage *stage = *state;
    stage->player.status = STIMULUS_ERROR;
    assert_passes(&stage->lab, "i-match", READ "stimulus fails\n" READ "stimulus ends\n");
    assert_stage_fails(stage, READ "stimulus ok\n", 4, "success", "the initiator reports an error");
    stage->player.status = STIMULUS_DONE;
    assert_stage_fails(stage, READ "stimulus fails\n", 4, "an error that the initiator reports",
                       "success");
}

static void test_other_data_than_written(void **state)
{
    struct stage *stage = *state;
    stage->player.status = STIMULUS_DIFFERS;
    for (size_t i = 0; i < 3; i++) {
        static const char *const ends[] = {"ok", "fails", "ends"};
        const char *body = arena_print(&stage->lab.arena, "stimulate work\nstimulus %s\n", ends[i]);
        assert_stage_fails(stage, body, 4, "the initiator reads what it has written", "other data");
    }
}

static void test_what_the_stimulus_has_not(void **state)
{
    struct stage *stage = *state;
    stage->player.status = STIMULUS_CANNOT;
    assert_int_equal(lab_run(&stage->lab, "i-match", READ "stimulus fails\nstimulus ok\n"),
                     VERDICT_SKIP);
    assert_string_equal(stage->lab.result.reason, "the stimulus has no 'read'");
}

static void test_a_broken_stimulus(void **state)
{
    struct stage *stage = *state;
    stage->player.status = 5;
    assert_error(stage, READ "stimulus fails\n",
                 "the stimulus is broken: 'read' ended with exit status 5");
    stage->player.status = 255;
    assert_error(stage, READ "stimulus ends\n",
                 "the stimulus is broken: 'read' ended with exit status 255");
}

/* Whether the shell is told of the signal, or gets it. */
static void test_an_initiator_that_crashes(void **state)
{
    static const char *const commands[] = {"f() { test $1 = reset || kill -9 $$; }; f",
                                           "f() { test $1 = reset || exit 137; }; f"};
    struct stage *stage = *state;
    stage->player.absent = true;
    for (size_t i = 0; i < COUNT(commands); i++) {
        stage->initiator.command = commands[i];
        assert_int_equal(lab_run(&stage->lab, "i-gone", READ "stimulus fails\n"), VERDICT_FAIL);
        assert_string_equal(stage->lab.result.reason, "the initiator has crashed: signal 9");
    }
}

static void test_stimuli_out_of_turn(void **state)
{
    struct stage *stage = *state;
    assert_error(stage, "stimulus ok\n", "x.aoe:3: nothing was stimulated");
    assert_error(stage, READ "stimulus ok\nstimulus ok\n", "x.aoe:5: nothing was stimulated");
    assert_error(stage, READ READ, "x.aoe:4: the stimulus before still runs");
    assert_error(stage, "stimulate read 8 0\n", "x.aoe:3: from 1 to 65536 sectors");
    assert_error(stage, "stimulate write 8 65537\n", "x.aoe:3: from 1 to 65536 sectors");
    assert_error(stage, "stimulate read 8 / 0 1\n", "x.aoe:3:18: division by zero");
}

/* ---- hanging ---- */

static void test_a_stimulus_that_hangs(void **state)
{
    struct stage *stage = *state;
    stage->player.hangs = true;
    assert_stage_fails(stage, "target send config read\n" READ "stimulus ends\n", 5,
                       "success or an error", "neither success nor an error in 2.0 s");
    assert_stage_fails(stage, READ "stimulus ends within 300 ms\n", 4, "success or an error",
                       "neither success nor an error in 0.3 s");
    assert_null(stage->initiator.stimulus);
    assert_false(stage->lab.session.silent);
}

/* The time counts from the start of the stimulus. */
static void test_within(void **state)
{
    struct stage *stage = *state;
    static const char body[] = "when 1 ata read answer after 100 ms\n" READ "pause %u ms\n"
                               "stimulus ok within %u ms\n";
    struct arena *arena = &stage->lab.arena;
    assert_passes(&stage->lab, "i-match", arena_print(arena, body, 1, 150));
    assert_passes(&stage->lab, "i-match", arena_print(arena, body, 1000, 150));
    assert_int_equal(lab_run(&stage->lab, "i-match", arena_print(arena, body, 1, 90)),
                     VERDICT_FAIL);
    assert_int_equal(lab_run(&stage->lab, "i-match", arena_print(arena, body, 50, 90)),
                     VERDICT_FAIL);
}

static void test_a_stimulus_that_is_left_alone(void **state)
{
    struct stage *stage = *state;
    assert_played(stage, "stimulate read 8 4\n", ">c<c>i<i>r<r>r<r");
    stage->player.status = STIMULUS_ERROR;
    assert_played(stage, READ, ">c<c>i<i>r<r");
    stage->player.hangs = true;
    assert_stage_fails(stage, READ "target send config read\n", 3,
                       "the initiator ends it, with success or an error",
                       "neither success nor an error in 2.0 s");
}

/* A failure ends the scenario, and the stimulus with it. */
static void test_a_failure_ends_the_stimulus(void **state)
{
    struct stage *stage = *state;
    stage->player.hangs = true;
    int64_t before = stage->lab.link->now;
    assert_int_equal(lab_run(&stage->lab, "i-match",
                             READ "initiator sends request within 100 ms\nstimulus ok\n"),
                     VERDICT_FAIL);
    assert_int_equal(stage->lab.result.failures_in_all, 1);
    assert_true(stage->lab.link->now - before < MILLISECONDS(200));
}

static void test_an_initiator_that_cannot_be_reset(void **state)
{
    struct stage *stage = *state;
    stage->player.reset_status = 1;
    assert_stage_fails(stage, READ "stimulus ok\n", 4, "afterwards the initiator can be reset",
                       "the stimulus 'reset': exit status 1");
    assert_true(stage->lab.session.silent);
    stage->lab.session.silent = false;
    stage->player.reset_status = 0;
    stage->player.hangs_in_reset = true;
    assert_stage_fails(stage, READ "stimulus ok\n", 4, "afterwards the initiator can be reset",
                       "the stimulus 'reset': neither success nor an error in 2.0 s");
}

/* It has failed, but the run goes on. */
static void test_a_second_reset_may_help(void **state)
{
    struct stage *stage = *state;
    char path[] = "/tmp/aoe-test-reset-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    stage->player.absent = true;
    stage->initiator.command =
        arena_print(&stage->lab.arena, "f() { test $1 = reset || exit 1; ! rm %s; }; f", path);
    assert_stage_fails(stage, READ "stimulus ends\n", 4, "afterwards the initiator can be reset",
                       "the stimulus 'reset': exit status 1");
    assert_false(stage->lab.session.silent);
}

/* ---- wrong data ---- */

static void test_wrong_data_of_a_read(void **state)
{
    struct stage *stage = *state;
    stage->player.spoils_data = true;
    for (size_t i = 0; i < 3; i++) {
        static const char *const ends[] = {"ok", "fails", "ends"};
        const char *body = arena_print(&stage->lab.arena, READ "stimulus %s\n", ends[i]);
        assert_int_equal(lab_run(&stage->lab, "i-match", body), VERDICT_FAIL);
        assert_string_equal(stage->lab.result.failures[0].expected,
                            "the initiator delivers what the medium holds");
        assert_int_equal(stage->lab.result.failures_in_all, 1);
    }
}

static void test_wrong_data_of_a_write(void **state)
{
    struct stage *stage = *state;
    stage->player.spoils_data = true;
    assert_int_equal(lab_run(&stage->lab, "i-match", WRITE "stimulus ok\n"), VERDICT_FAIL);
    assert_string_equal(stage->lab.result.failures[0].expected,
                        "the medium holds what was written");
    stage->player.status = STIMULUS_ERROR; /* then nobody trusts it */
    assert_passes(&stage->lab, "i-match", WRITE "stimulus fails\n");
}

/* Otherwise a write that is not done would leave what was to be written. */
static void test_data_to_write_is_new(void **state)
{
    struct stage *stage = *state;
    uint64_t lba, seeds[2];
    for (size_t i = 0; i < 2; i++) {
        stage->lab.session.seed = i + 1;
        assert_passes(&stage->lab, "i-match", WRITE "stimulus ok\n");
        struct aoe_span input = stage->initiator.input;
        assert_int_equal(input.length, 4 * AOE_SECTOR_BYTES);
        assert_true(pattern_identify(input.bytes + AOE_SECTOR_BYTES, &lba, &seeds[i]));
        assert_int_equal(lba, 9);
        assert_int_not_equal(seeds[i], SERVING_SEED);
    }
    assert_int_not_equal(seeds[0], seeds[1]);
}

static void test_success_beyond_the_medium(void **state)
{
    struct stage *stage = *state;
    stage->player.absent = true;
    stage->initiator.command = "true";
    assert_stage_fails(stage, "stimulate read 32767 2\nstimulus ok\n", 4,
                       "an error: not all sectors are on the medium", "success");
}

static void test_less_data_than_asked_for(void **state)
{
    struct stage *stage = *state;
    stage->player.absent = true;
    stage->initiator.command = "f() { test $1 = reset || printf \"AoE test\"; }; f";
    assert_int_equal(lab_run(&stage->lab, "i-match", READ "stimulus ok\n"), VERDICT_FAIL);
    assert_string_equal(stage->lab.result.failures[0].expected,
                        "the initiator delivers what the medium holds");
}

static void test_a_wrong_capacity(void **state)
{
    struct stage *stage = *state;
    stage->player.absent = true;
    stage->initiator.command = "f() { test $1 = reset || echo 32767; }; f";
    assert_stage_fails(stage, "stimulate discover\nstimulus ok\n", 4, "a capacity of 32768 sectors",
                       "the initiator has found 32767");
}

/* ---- what is seen ---- */

static void test_what_it_sends(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  READ "initiator sends config read\ninitiator sends ata identify\n"
                       "initiator sends ata read lba=8 count=2\nstimulus ok\n");
    assert_passes(&stage->lab, "i-match",
                  "stimulate read 8 4\ninitiator sends ata read\n"
                  "initiator sends ata read lba=request.lba+2\nstimulus ok\n");
    assert_passes(&stage->lab, "i-match",
                  READ "stimulus ok\ninitiator sends ata\ninitiator sends ata within 1 ms\n");
    /* The next request finds what the next statement has brought about. */
    assert_passes(&stage->lab, "i-match",
                  "stimulate read 8 4\ninitiator sends ata read lba=8\n"
                  "when every request ignore\nstimulus fails\n");
}

static void test_what_it_does_not_send(void **state)
{
    struct stage *stage = *state;
    assert_stage_fails(stage,
                       READ "initiator sends ata read\ninitiator sends config within 30 ms\n", 5,
                       "the initiator sends config", "not in 30 ms; 0 other requests came");
    assert_stage_fails(stage, READ "stimulus ok\ninitiator sends ata write\n", 5,
                       "the initiator sends ata write", "not in 2000 ms; 3 other requests came");
    assert_non_null(stage->lab.result.failures[0].event);
}

/* What counts is how long was waited, which here is more than the timeout. */
static void test_a_slow_harness_judges_nothing(void **state)
{
    static const char body[] = READ "stimulus ok\ninitiator sends ata write\n";
    struct stage *stage = *state;
    stage->lab.link->sleep = MILLISECONDS(PATIENCE_MS / 4 - 20);
    assert_int_equal(lab_run(&stage->lab, "i-match", body), VERDICT_FAIL);
    stage->lab.link->sleep = MILLISECONDS(PATIENCE_MS / 4 + 20);
    assert_int_equal(lab_run(&stage->lab, "i-match", body), VERDICT_INCONCLUSIVE);
}

static void test_what_it_sends_at_most(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  READ "initiator sends at most 1 ata read within 50 ms\n"
                       "initiator sends no request within 50 ms\nstimulus ok\n");
    assert_passes(&stage->lab, "i-match",
                  "stimulate read 8 4\ninitiator sends at most 2 ata read within 50 ms\n");
    assert_stage_fails(stage,
                       "stimulate read 8 4\ninitiator sends at most 1 ata read within 50 ms\n", 4,
                       "at most 1 times ata read", "one more");
    const struct event *shown = stage->lab.result.failures[0].event;
    assert_int_equal(shown->frame.bytes[28], 10);
    assert_stage_fails(stage, READ "initiator sends no ata read within 50 ms\n", 4, "no ata read",
                       "one");
}

static void test_from_here_on(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match",
                  READ "stimulus ok\ninitiator sends ata read\n"
                       "initiator sends no request within 1 ms\n" READ
                       "initiator sends at most 0 config within 50 ms\nstimulus ok\n");
    assert_int_equal(lab_run(&stage->lab, "i-match",
                             READ "stimulus ok\ninitiator sends no ata read within 1 ms\n"),
                     VERDICT_FAIL);
}

/* ---- verdicts ---- */

static void test_without_a_stimulus(void **state)
{
    struct stage *stage = *state;
    stage->initiator.command = NULL;
    assert_int_equal(lab_run(&stage->lab, "i-match", "initiator sends request\n"), VERDICT_SKIP);
    assert_string_equal(stage->lab.result.reason,
                        "without --stimulus nothing makes the initiator do what is to be judged");
    assert_passes(&stage->lab, "i-request", "every request holds\n");
}

static void test_nothing_was_sent(void **state)
{
    struct stage *stage = *state;
    stage->player.absent = true;
    stage->initiator.command = "f() { test $1 = reset || exit 1; }; f";
    assert_int_equal(lab_run(&stage->lab, "i-match", READ "stimulus fails\n"), VERDICT_SKIP);
    assert_string_equal(stage->lab.result.reason, "the initiator has sent nothing");
}

static void test_needs(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match\nneeds capacity = 32768 mtu = 1500 buffer-count = 16",
                  READ "stimulus ok\n");
    assert_int_equal(lab_run(&stage->lab, "i-match\nneeds mtu >= 9000", READ), VERDICT_SKIP);
}

static void test_every_request(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-match", READ "stimulus ok\n");
    assert_passes(&stage->lab, "i-request", "every request holds\n");
    assert_int_equal(stage->lab.result.frames_judged, 3);
    stage->player.spoils_query = true;
    assert_passes(&stage->lab, "i-match", READ "stimulus ok\n");
    assert_passes(&stage->lab, "i-flags", "every request holds\n");
    assert_int_equal(lab_run(&stage->lab, "i-request", "every request holds\n"), VERDICT_FAIL);
    assert_string_equal(stage->lab.result.reason, "buffer-count 0x1");
    assert_int_equal(lab_run(&stage->lab, "i-request", READ "stimulus ok\n"), VERDICT_FAIL);
}

/* An error ends what is outstanding: it is not counted against what follows. */
static void test_what_is_given_up(void **state)
{
    struct stage *stage = *state;
    assert_passes(&stage->lab, "i-bufcount",
                  "serve buffer-count=1\nwhen every ata read ignore\n" READ "stimulus fails\n"
                  "serve normally\nstimulate read 16 1\nstimulus ok\n");
}

static void test_an_interruption(void **state)
{
    struct stage *stage = *state;
    stage->lab.stop = 1;
    assert_error(stage, READ "stimulus ok\n", "interrupted");
    assert_false(stage->lab.session.silent);
}

/* ---- the gate ---- */

static void test_what_goes_to_the_initiator_alone(void **state)
{
    struct stage *stage = *state;
    assert_played(stage,
                  READ "stimulus ok\ntarget send ata write-ext data=pattern(1, 1)\n"
                       "target send config force-set \"x\" slot=3\n"
                       "target send command 0xF7\ntarget send ata opcode=0x92\n",
                  ">c<c>i<i>r<r<w<c<v<a");
}

static void test_what_goes_to_others_as_well(void **state)
{
    struct stage *stage = *state;
    static const char all[] = "target send %s destination=FF:FF:FF:FF:FF:FF\n";
    static const char *const refused[] = {"config force-set \"x\"", "ata write data=zeros(512)",
                                          "mask edit add other", "command 0xF7"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        const char *body = arena_print(&stage->lab.arena, all, refused[i]);
        assert_int_equal(lab_run(&stage->lab, "i-match",
                                 arena_print(&stage->lab.arena, READ "stimulus ok\n%s", body)),
                         VERDICT_ERROR);
        assert_int_equal(strncmp(stage->lab.result.reason, "x.aoe:5: ", 9), 0);
    }
    const char *body = arena_print(&stage->lab.arena, all, "config read r=1");
    assert_played(stage, arena_print(&stage->lab.arena, READ "stimulus ok\n%s", body),
                  ">c<c>i<i>r<r<c");
}

int main(void)
{
#define FIRST(test) cmocka_unit_test_setup_teardown(test, stage_set_up, stage_tear_down)
    const struct CMUnitTest tests[] = {
        FIRST(test_meeting),
        FIRST(test_meeting_nobody),
        FIRST(test_meeting_without_a_stimulus),
        FIRST(test_meeting_is_interrupted),
        FIRST(test_a_reset_that_fails),
        STAGE_TEST(test_watching),
        STAGE_TEST(test_success),
        STAGE_TEST(test_errors_of_the_initiator),
        STAGE_TEST(test_other_data_than_written),
        STAGE_TEST(test_what_the_stimulus_has_not),
        STAGE_TEST(test_a_broken_stimulus),
        STAGE_TEST(test_an_initiator_that_crashes),
        STAGE_TEST(test_stimuli_out_of_turn),
        STAGE_TEST(test_a_stimulus_that_hangs),
        STAGE_TEST(test_within),
        STAGE_TEST(test_a_stimulus_that_is_left_alone),
        STAGE_TEST(test_a_failure_ends_the_stimulus),
        STAGE_TEST(test_an_initiator_that_cannot_be_reset),
        STAGE_TEST(test_a_second_reset_may_help),
        STAGE_TEST(test_wrong_data_of_a_read),
        STAGE_TEST(test_wrong_data_of_a_write),
        STAGE_TEST(test_data_to_write_is_new),
        STAGE_TEST(test_success_beyond_the_medium),
        STAGE_TEST(test_less_data_than_asked_for),
        STAGE_TEST(test_a_wrong_capacity),
        STAGE_TEST(test_what_it_sends),
        STAGE_TEST(test_what_it_does_not_send),
        STAGE_TEST(test_a_slow_harness_judges_nothing),
        STAGE_TEST(test_what_it_sends_at_most),
        STAGE_TEST(test_from_here_on),
        STAGE_TEST(test_without_a_stimulus),
        STAGE_TEST(test_nothing_was_sent),
        STAGE_TEST(test_needs),
        STAGE_TEST(test_every_request),
        STAGE_TEST(test_what_is_given_up),
        STAGE_TEST(test_an_interruption),
        STAGE_TEST(test_what_goes_to_the_initiator_alone),
        STAGE_TEST(test_what_goes_to_others_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
