/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Targets that do what no target should: each fault, and who it is told of. */
#include "fake_link.h"

#define CONFIG "3.2-read"

static const char read_once[] = "a send config read\na expect config\n";

/* The faults hit requests with this tag, so that the sentinel's questions stay answered. */
enum { VICTIM = 0x77 };
#define VICTIM_READ "a send config read tag=0x77\n"

static bool is_victim(const struct aoe_frame *request)
{
    return request->tag == VICTIM;
}

static size_t twice(struct link *link, const struct aoe_frame *request, uint8_t *response,
                    size_t length)
{
    if (is_victim(request))
        fake_deliver(link, link->delay / 2, response, length);
    return length;
}

static size_t wrong_tag(struct link *link, const struct aoe_frame *request, uint8_t *response,
                        size_t length)
{
    (void)link;
    if (is_victim(request))
        response[20] = 0x99;
    return length;
}

static size_t dirty_padding(struct link *link, const struct aoe_frame *request, uint8_t *response,
                            size_t length)
{
    (void)link;
    if (is_victim(request))
        response[59] = 0x99;
    return length;
}

static size_t without_r(struct link *link, const struct aoe_frame *request, uint8_t *response,
                        size_t length)
{
    (void)link;
    if (is_victim(request))
        response[14] &= 0xF7;
    return length;
}

static size_t no_answer_to_the_victim(struct link *link, const struct aoe_frame *request,
                                      uint8_t *response, size_t length)
{
    (void)link;
    (void)response;
    return is_victim(request) ? 0 : length;
}

static size_t dead(struct link *link, const struct aoe_frame *request, uint8_t *response,
                   size_t length)
{
    (void)link;
    (void)request;
    (void)response;
    (void)length;
    return 0;
}

static size_t dies_of_the_victim(struct link *link, const struct aoe_frame *request,
                                 uint8_t *response, size_t length)
{
    (void)response;
    if (is_victim(request))
        link->tamper = dead;
    return is_victim(request) ? 0 : length;
}

static size_t loses_every_other(struct link *link, const struct aoe_frame *request,
                                uint8_t *response, size_t length)
{
    (void)request;
    (void)response;
    return link->calls++ % 2 ? length : 0;
}

/* Answers the victim a fifth of a second later than it answers others. */
static size_t late(struct link *link, const struct aoe_frame *request, uint8_t *response,
                   size_t length)
{
    if (!is_victim(request))
        return length;
    fake_deliver(link, MILLISECONDS(200), response, length);
    return 0;
}

static size_t to_another(struct link *link, const struct aoe_frame *request, uint8_t *response,
                         size_t length)
{
    static const uint8_t nobody[] = {2, 7, 7, 7, 7, 7};
    (void)link;
    if (is_victim(request)) {
        memcpy(response, nobody, sizeof nobody);
        response[20] = 0x99;
    }
    return length;
}

static size_t runt(struct link *link, const struct aoe_frame *request, uint8_t *response,
                   size_t length)
{
    (void)link;
    (void)response;
    return is_victim(request) ? 20 + (link->calls++ % 12) : length;
}

/* Runs the scenario of the clause that the fault breaks, and that of another. */
static void assert_finding(struct lab *lab, fake_tamper *tamper, const char *clause,
                           const char *actual)
{
    static const char body[] = VICTIM_READ "a expect any\n";
    lab->link->tamper = tamper;
    assert_fails(lab, clause, body, 3, actual);
    const struct failure *failure = &lab->result.failures[0];
    assert_string_equal(failure->statement, "a send config read tag=0x77");
    assert_string_equal(failure->clause->id, clause);
    assert_non_null(failure->event);
    lab->session.ledger_count = 0;
    memset(lab->session.ledger, 0, sizeof lab->session.ledger);
    assert_passes(lab, "3.2-read", body);
    assert_int_equal(lab->session.ledger_count, 1);
    assert_string_equal(lab->session.ledger[0].clause->id, clause);
    assert_int_equal(lab->session.ledger[0].findings, 1);
}

static void test_a_duplicate(void **state)
{
    assert_finding(*state, twice, "2-once", "responses a further one");
}

static void test_a_wrong_tag(void **state)
{
    assert_finding(*state, wrong_tag, "2.7-tag", "tag 0x99000077");
}

static void test_dirty_padding(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = dirty_padding;
    assert_int_equal(lab_run(lab, "2.1-padding", VICTIM_READ "a expect ok\n"), VERDICT_FAIL);
    assert_int_equal(lab->result.failures[0].rows[0].byte, 59);
    assert_true(lab->result.failures[0].rows[0].wrong);
}

static void test_no_response_flag(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = without_r;
    assert_int_equal(lab_run(lab, "2.3-response", VICTIM_READ "a expect ok\n"), VERDICT_FAIL);
    assert_int_equal(lab->result.failures_in_all, 1);
}

static void test_findings_of_the_whole_run(void **state)
{
    struct lab *lab = *state;
    static const char every[] = "every response holds\n";
    assert_passes(lab, "2-once", every);
    lab->link->tamper = twice;
    assert_passes(lab, CONFIG, VICTIM_READ "a expect ok\n");
    assert_passes(lab, CONFIG, VICTIM_READ "a expect ok\n");
    size_t responses = lab->session.responses;
    assert_int_equal(lab_run_another(lab, "2-once", every), VERDICT_FAIL);
    assert_int_equal(lab->other.frames_judged, responses);
    assert_int_equal(lab->other.failures_in_all, 2);
    assert_int_equal(lab->other.failure_count, 1);
    assert_string_equal(lab->other.failures[0].statement, "a send config read tag=0x77");
    assert_int_equal(lab_run_another(lab, "2.7-tag", every), VERDICT_PASS);
}

static void test_others_traffic_is_left_alone(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = to_another;
    assert_fails(lab, CONFIG, VICTIM_READ "a expect any\n", 4,
                 "no response in 1000 ms, while a config read was answered");
    assert_int_equal(lab->session.ledger_count, 0);
    for (size_t i = 0; i < lab->result.event_count; i++)
        assert_int_not_equal(lab->result.events[i]->frame.bytes[1], 7);
}

static void test_cut_responses(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = runt;
    for (int i = 0; i < 12; i++)
        assert_int_equal(lab_run(lab, "2-short", VICTIM_READ "a expect config string=\"\"\n"),
                         VERDICT_FAIL);
}

/* ---- silence ---- */

static void test_a_request_without_answer(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = no_answer_to_the_victim;
    assert_fails(lab, CONFIG, VICTIM_READ "a expect ok\n", 4,
                 "no response in 1000 ms, while a config read was answered");
    assert_null(lab->result.failures[0].event);
    assert_false(lab->session.silent);
    assert_passes(lab, CONFIG, read_once);
}

static void test_a_target_that_dies(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = dies_of_the_victim;
    assert_fails(lab, "3.2-set-same", VICTIM_READ "a expect ok\na send config read\n", 4,
                 "no response, and none to the config reads that followed");
    assert_true(lab->session.silent);
    size_t sent = lab->link->sent;
    assert_false(session_sentinel(&lab->session, "again"));
    assert_int_equal(lab->link->sent, sent);
}

/* Another attempt would find a target that was silent before, which is nobody's fault. */
static void test_a_target_that_dies_while_the_harness_is_slow(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = dies_of_the_victim;
    lab->link->sleep = MILLISECONDS(260);
    assert_int_equal(lab_run(lab, CONFIG, VICTIM_READ "a expect ok\n"), VERDICT_FAIL);
}

/* Silence was right, but the target has to live on. */
static void test_a_target_that_dies_in_silence(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = dies_of_the_victim;
    assert_fails(lab, CONFIG, VICTIM_READ "a expect silence\n", 4,
                 "no response, and none to the config reads that followed");
}

static void test_a_target_that_dies_at_the_end(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = dies_of_the_victim;
    assert_fails(lab, CONFIG, VICTIM_READ, 3, "the target has stopped answering");
}

/* The sentinel asks three times: a lost frame is no death. */
static void test_lost_frames_are_no_death(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = loses_every_other;
    assert_true(session_sentinel(&lab->session, "alive?"));
    assert_false(lab->session.silent);
}

static void test_a_late_answer_in_time(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = late;
    assert_passes(lab, CONFIG, VICTIM_READ "a expect ok\n");
}

/* What comes when the scenario has ended fails the scenario that it belongs to. */
static void test_a_late_answer_where_silence_is_right(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = late;
    assert_passes(lab, CONFIG, VICTIM_READ "a expect silence\n");
    assert_int_equal(
        lab_run_another(lab, CONFIG, "pause 300 ms\na send config read\na expect ok\n"),
        VERDICT_PASS);
    assert_int_equal(lab->result.failures_in_all, 1);
    assert_string_equal(lab->result.failures[0].expected, "silence");
    assert_string_equal(lab->result.failures[0].actual, "a response, 200 ms later");
    assert_int_equal(lab->result.failures[0].line, 3);
    assert_int_equal(lab->result.verdict, VERDICT_PASS);
    interpret_conclude(&lab->result);
    assert_int_equal(lab->result.verdict, VERDICT_FAIL);
}

/* Also while the scenario goes on; and where a response would have done, it may come late. */
static void test_a_late_answer_in_the_same_scenario(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = late;
    assert_fails(lab, CONFIG, VICTIM_READ "a expect silence\npause 300 ms\n", 3,
                 "a response, 200 ms later");
    assert_passes(lab, CONFIG, VICTIM_READ "a expect ok or silence\npause 300 ms\n");
}

static size_t very_late(struct link *link, const struct aoe_frame *request, uint8_t *response,
                        size_t length)
{
    if (!is_victim(request))
        return length;
    fake_deliver(link, MILLISECONDS(3000), response, length);
    return 0;
}

/* Its absence has been told: that it comes after all is no second failure. */
static void test_a_late_answer_that_was_missed(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = very_late;
    assert_fails(lab, CONFIG, VICTIM_READ "a expect ok\n", 4,
                 "no response in 1000 ms, while a config read was answered");
    assert_int_equal(
        lab_run_another(lab, CONFIG, "pause 4000 ms\na send config read\na expect ok\n"),
        VERDICT_PASS);
    assert_int_equal(lab->result.failures_in_all, 1);
}

/* An announcement has tag 0, as a request of an earlier scenario may have had. */
static void test_an_announcement_answers_nothing(void **state)
{
    struct lab *lab = *state;
    uint8_t advert[AOE_FRAME_MAX];
    size_t length = model_advert(&lab->link->model, advert);
    assert_passes(lab, CONFIG, "a send config read tag=0\na expect tag=0\n");
    fake_deliver(lab->link, 0, advert, length);
    assert_passes(lab, "2-once", read_once);
    assert_non_null(lab->session.advert);
    assert_int_equal(lab->session.ledger_count, 0);
}

/* ---- the harness itself at fault ---- */

static const char slow_body[] = VICTIM_READ "a expect ok\n";

static void test_a_slow_harness_judges_nothing(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = no_answer_to_the_victim;
    lab->link->sleep = MILLISECONDS(240);
    assert_int_equal(lab_run(lab, CONFIG, slow_body), VERDICT_FAIL);
    lab->link->sleep = MILLISECONDS(260);
    assert_int_equal(lab_run(lab, CONFIG, slow_body), VERDICT_INCONCLUSIVE);
    assert_string_equal(lab->result.reason, "the harness was too slow or lost frames, twice");
    lab->link->sleep = 0;
    assert_int_equal(lab_run(lab, CONFIG, slow_body), VERDICT_FAIL);
    assert_true(lab->timing.worst_delay >= MILLISECONDS(260));
}

static void test_lost_frames_judge_nothing(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = no_answer_to_the_victim;
    lab->link->drops_per_frame = 1;
    assert_int_equal(lab_run(lab, CONFIG, slow_body), VERDICT_INCONCLUSIVE);
    assert_int_equal(lab->timing.drops, lab->link->drops);
    lab->link->drops_per_frame = 0;
    assert_int_equal(lab_run(lab, CONFIG, slow_body), VERDICT_FAIL);
}

static size_t silent_once(struct link *link, const struct aoe_frame *request, uint8_t *response,
                          size_t length)
{
    (void)response;
    if (!is_victim(request) || link->calls++)
        return length;
    link->drops++;
    return 0;
}

static void test_a_second_attempt_counts(void **state)
{
    struct lab *lab = *state;
    lab->link->tamper = silent_once;
    assert_passes(lab, CONFIG, slow_body);
    assert_int_equal(lab->link->calls, 2);
}

/* What does not rest on time is judged by a slow harness, too. */
static void test_a_wrong_answer_is_wrong_however_slow(void **state)
{
    struct lab *lab = *state;
    lab->link->sleep = MILLISECONDS(400);
    lab->link->drops_per_frame = 1;
    assert_fails(lab, CONFIG, VICTIM_READ "a expect firmware=2\n", 4, "firmware 1");
    assert_passes(lab, CONFIG, read_once);
}

/* ---- one by one ---- */

/* A tag may be given again after a request that was rightly left without answer. */
static void test_a_tag_that_is_given_again(void **state)
{
    struct lab *lab = *state;
    assert_passes(lab, "2.7-tag\nhosts a b",
                  "a send config test \"nobody has this\" tag=5\n"
                  "a expect silence\n"
                  "b send config read tag=5\n"
                  "b expect config\n"
                  "a send config read tag=5\n"
                  "a expect config\n");
    assert_int_equal(lab->result.failures_in_all, 0);
}

static void test_tags_and_addresses_are_unique(void **state)
{
    enum { MANY = 300 };
    struct lab *lab = *state;
    uint8_t macs[MANY][AOE_MAC_BYTES];
    uint32_t tags[MANY];
    for (unsigned i = 0; i < MANY; i++) {
        tags[i] = session_tag(&lab->session);
        session_mac(&lab->session, i, macs[i]);
        assert_int_equal(macs[i][0], 2);
        for (unsigned before = 0; before < i; before++) {
            assert_int_not_equal(tags[i], tags[before]);
            assert_memory_not_equal(macs[i], macs[before], AOE_MAC_BYTES);
        }
    }
}

static void test_only_so_many_failures_are_kept(void **state)
{
    struct lab *lab = *state;
    struct result result = {.reason = ""};
    for (int i = 0; i < 20; i++)
        session_failure(&lab->session, &result, NULL, NULL)->actual = "x";
    assert_int_equal(result.failure_count, 8);
    assert_int_equal(result.failures_in_all, 20);
}

static void test_what_is_sent_is_logged(void **state)
{
    struct lab *lab = *state;
    assert_passes(lab, "3.2-read\nhosts x y", "y send config read\ny expect ok\n");
    assert_true(lab->result.event_count >= 4);
    const struct event *request = lab->result.events[0], *response = lab->result.events[1];
    assert_true(request->sent && !response->sent);
    assert_ptr_equal(response->request, request);
    assert_string_equal(request->host, "y");
    assert_string_equal(response->host, "y");
    assert_int_equal(request->line, 4);
    assert_string_equal(request->statement, "y send config read");
    assert_true(response->time > request->time);
    assert_string_equal(lab->result.events[2]->statement, "end of the scenario");
    assert_int_equal(lab->result.events[2]->line, 0);
}

static void test_nobody_answers_the_discovery(void **state)
{
    struct lab *lab = *state;
    const char *reason = "";
    lab->link->tamper = dead;
    assert_int_equal(discover(&lab->session, &reason), -1);
    assert_string_equal(reason, "no answer");
    assert_true(lab->link->now < MILLISECONDS(5000));
    assert_int_equal(lab->link->sent, 5);
}

static size_t broadcasts_only(struct link *link, const struct aoe_frame *request, uint8_t *response,
                              size_t length)
{
    (void)link;
    (void)response;
    return aoe_mac_is_group(request->destination) ? length : 0;
}

static void test_a_target_that_answers_broadcasts_only(void **state)
{
    struct lab *lab = *state;
    const char *reason = "";
    lab->link->tamper = broadcasts_only;
    assert_int_equal(discover(&lab->session, &reason), -1);
    assert_string_equal(reason, "it answers broadcasts only");
}

struct flood {
    struct link *link;
    unsigned left; /* frames that come at once, one behind the other */
    unsigned taken;
    unsigned looked_at; /* which of them ends the wait; 0: none */
};

static int64_t flood_turn(void *user, int64_t until)
{
    (void)user;
    return until;
}

static bool flood_take(void *user, const struct received *received)
{
    struct flood *flood = user;
    (void)received;
    flood->taken++;
    if (flood->left && flood->left--)
        fake_deliver(flood->link, 0, (const uint8_t *)"frame", 5);
    return flood->taken == flood->looked_at;
}

/* What comes faster than it is taken in, or is to be looked at, ends the wait. */
static void test_a_flood_ends(void **state)
{
    enum { FRAMES = 50000, FEW = 100 };
    struct lab *lab = *state;
    struct flood flood = {.link = lab->link, .left = FRAMES, .looked_at = 3};
    const struct session_role role = {&flood, flood_turn, flood_take};
    lab->session.role = &role;
    fake_deliver(lab->link, 0, (const uint8_t *)"frame", 5);
    session_wait(&lab->session, NULL, link_now() + MILLISECONDS(1));
    assert_int_equal(flood.taken, 3);
    session_wait(&lab->session, NULL, link_now() + MILLISECONDS(1));
    assert_in_range(flood.taken, FEW, FRAMES / 2);
    flood.left = 0;
    lab->session.role = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_TEST(test_a_duplicate),
        LAB_TEST(test_a_wrong_tag),
        LAB_TEST(test_dirty_padding),
        LAB_TEST(test_no_response_flag),
        LAB_TEST(test_findings_of_the_whole_run),
        LAB_TEST(test_others_traffic_is_left_alone),
        LAB_TEST(test_cut_responses),
        LAB_TEST(test_a_request_without_answer),
        LAB_TEST(test_a_target_that_dies),
        LAB_TEST(test_a_target_that_dies_while_the_harness_is_slow),
        LAB_TEST(test_a_target_that_dies_in_silence),
        LAB_TEST(test_a_target_that_dies_at_the_end),
        LAB_TEST(test_lost_frames_are_no_death),
        LAB_TEST(test_a_late_answer_in_time),
        LAB_TEST(test_a_late_answer_where_silence_is_right),
        LAB_TEST(test_a_late_answer_in_the_same_scenario),
        LAB_TEST(test_a_late_answer_that_was_missed),
        LAB_TEST(test_an_announcement_answers_nothing),
        LAB_TEST(test_a_slow_harness_judges_nothing),
        LAB_TEST(test_lost_frames_judge_nothing),
        LAB_TEST(test_a_second_attempt_counts),
        LAB_TEST(test_a_wrong_answer_is_wrong_however_slow),
        LAB_TEST(test_a_tag_that_is_given_again),
        LAB_TEST(test_tags_and_addresses_are_unique),
        LAB_TEST(test_only_so_many_failures_are_kept),
        LAB_TEST(test_what_is_sent_is_logged),
        LAB_TEST(test_a_flood_ends),
        cmocka_unit_test_setup_teardown(test_nobody_answers_the_discovery, lab_set_up,
                                        lab_tear_down),
        cmocka_unit_test_setup_teardown(test_a_target_that_answers_broadcasts_only, lab_set_up,
                                        lab_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
