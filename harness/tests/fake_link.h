/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link without a network: the functions of link.h over a clock of its own, with the reference
 * model at the other end. For one test program each: it defines what link.c defines. */
#ifndef AOE_TESTS_FAKE_LINK_H
#define AOE_TESTS_FAKE_LINK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "harness/discover.h"
#include "harness/initiator.h"
#include "harness/interpret.h"
#include "target-ref/model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MILLISECONDS(n) ((int64_t)(n)*1000000)

enum { SHELF = 5, SLOT = 2, SECTORS = 400, MTU = 1500, QUEUED = 4096 };

static const uint8_t TARGET_MAC[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0xAA};
static const uint8_t HOST_MAC[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 1};

/* What may be done to the response (of `length` bytes, 0 for none) before it travels. Returns its
 * new length. It can send more with fake_deliver. */
typedef size_t fake_tamper(struct link *link, const struct aoe_frame *request, uint8_t *response,
                           size_t length);

struct delivery {
    int64_t time;
    uint8_t *bytes;
    size_t length;
};

struct link {
    struct model model;
    uint8_t media[SECTORS * AOE_SECTOR_BYTES];
    int64_t now;
    int64_t delay; /* of a response */
    /* Who else is at the other end instead of the model: takes what is sent, and does what is due;
     * true while nothing but a process is waited for: so long the clock stands still. */
    void (*peer)(struct link *link, const void *bytes, size_t length);
    bool (*peer_turn)(struct link *link);
    void *user;
    int64_t sleep; /* how much later than asked the harness wakes up */
    struct delivery queue[QUEUED];
    size_t queued;
    uint8_t *current; /* what was received last */
    fake_tamper *tamper;
    unsigned calls; /* of the tamper function, for its own use */
    uint64_t drops;
    uint64_t drops_per_frame;
    bool pads;        /* as hardware does: frames below 60 bytes cannot be sent */
    bool down, stuck; /* cannot be taken up or down */
    bool broken;      /* cannot send */
    bool announces;   /* when the link comes up */
    void (*receives)(struct link *link); /* each time that the harness looks for a frame */
    unsigned mtu;                        /* that was given to the link; 0: none */
    int64_t deaf;                        /* until then nothing reaches the other end */
    size_t sent;
    uint8_t last[AOE_FRAME_MAX]; /* the last frame that was sent */
    size_t last_length;
};

static inline int fake_read(void *user, uint64_t lba, size_t count, void *to)
{
    struct link *link = user;
    assert_true(lba < SECTORS && count <= SECTORS - lba);
    memcpy(to, link->media + lba * AOE_SECTOR_BYTES, count * AOE_SECTOR_BYTES);
    return 0;
}

static inline int fake_write(void *user, uint64_t lba, size_t count, const void *from)
{
    struct link *link = user;
    assert_true(lba < SECTORS && count <= SECTORS - lba);
    memcpy(link->media + lba * AOE_SECTOR_BYTES, from, count * AOE_SECTOR_BYTES);
    return 0;
}

static inline int fake_flush(void *user)
{
    (void)user;
    return 0;
}

/* A frame that arrives `after` from now. */
static inline void fake_deliver(struct link *link, int64_t after, const uint8_t *bytes,
                                size_t length)
{
    assert_true(link->queued < QUEUED);
    struct delivery *delivery = &link->queue[link->queued++];
    *delivery = (struct delivery){link->now + after, malloc(length + 1), length};
    assert_non_null(delivery->bytes);
    memcpy(delivery->bytes, bytes, length);
}

static inline void fake_free(struct link *link)
{
    for (size_t i = 0; i < link->queued; i++)
        free(link->queue[i].bytes);
    free(link->current);
    free(link);
}

static inline struct link *fake_link(void)
{
    struct link *link = calloc(1, sizeof *link);
    assert_non_null(link);
    const struct model_disk disk = {link, SECTORS, fake_read, fake_write, fake_flush};
    model_init(&link->model, SHELF, SLOT, &disk);
    memcpy(link->model.mac, TARGET_MAC, AOE_MAC_BYTES);
    link->model.mtu = MTU;
    link->now = MILLISECONDS(1000);
    link->delay = 50000;
    return link;
}

/* ---- what link.h declares ---- */

/* link_now has no link: the clock of the one link that a test has. */
static struct link *the_link;

int64_t link_now(void)
{
    return the_link->now += 100;
}

struct link *link_open(const char *interface, char *error, size_t size)
{
    (void)interface;
    snprintf(error, size, "not in a test");
    return NULL;
}

void link_close(struct link *link)
{
    (void)link;
}

const uint8_t *link_mac(const struct link *link)
{
    (void)link;
    return HOST_MAC;
}

unsigned link_mtu(const struct link *link)
{
    (void)link;
    return MTU;
}

bool link_is_up(const struct link *link)
{
    return !link->down;
}

bool link_carries_short(const struct link *link)
{
    return !link->pads;
}

int link_set_up(struct link *link, bool up, char *error, size_t size)
{
    uint8_t advert[AOE_FRAME_MAX];
    if (link->stuck) {
        snprintf(error, size, "the link is stuck");
        return -1;
    }
    link->down = !up;
    if (up && link->announces)
        fake_deliver(link, MILLISECONDS(3), advert, model_advert(&link->model, advert));
    return 0;
}

int link_set_mtu(struct link *link, unsigned mtu, char *error, size_t size)
{
    if (link->stuck) {
        snprintf(error, size, "the link is stuck");
        return -1;
    }
    link->mtu = mtu;
    return 0;
}

int link_send(struct link *link, const void *bytes, size_t length, int64_t *time, char *error,
              size_t size)
{
    uint8_t response[AOE_FRAME_MAX];
    struct aoe_frame request;
    *time = link->now;
    if (link->broken) {
        snprintf(error, size, "the link is broken");
        return -1;
    }
    link->sent++;
    memcpy(link->last, bytes, length);
    link->last_length = length;
    if (link->down || link->now < link->deaf)
        return 0;
    if (link->peer) {
        link->peer(link, bytes, length);
        return 0;
    }
    aoe_frame_decode(&request, link->last, length, length);
    size_t answered = model_answer(&link->model, (struct aoe_span){link->last, length}, response);
    if (link->tamper)
        answered = link->tamper(link, &request, response, answered);
    if (answered)
        fake_deliver(link, link->delay, response, answered);
    return 0;
}

static inline size_t next_delivery(const struct link *link)
{
    size_t first = 0;
    for (size_t i = 1; i < link->queued; i++)
        if (link->queue[i].time < link->queue[first].time)
            first = i;
    return first;
}

int link_receive(struct link *link, int64_t until, struct received *to)
{
    const struct timespec moment = {0, 200000};
    if (link->receives)
        link->receives(link);
    bool still = link->peer_turn && link->peer_turn(link);
    size_t i = next_delivery(link);
    if (!link->queued || (link->queue[i].time > until && link->queue[i].time > link->now)) {
        if (still) {
            nanosleep(&moment, NULL);
            return 0;
        }
        link->now = until > link->now ? until + link->sleep : link->now;
        return 0;
    }
    struct delivery first = link->queue[i];
    memmove(&link->queue[i], &link->queue[i + 1], (--link->queued - i) * sizeof first);
    free(link->current);
    link->current = first.bytes;
    link->now = first.time > link->now ? first.time + link->sleep : link->now;
    link->drops += link->drops_per_frame;
    *to = (struct received){first.time, first.bytes, first.length};
    return 1;
}

uint64_t link_drops(const struct link *link)
{
    return link->drops;
}

/* ---- a session over it ---- */

struct lab {
    struct arena arena;
    struct link *link;
    struct target target;
    struct timing timing;
    struct session session;
    struct initiator *initiator; /* that is judged, or NULL: the model is */
    struct result background, result, other;
    uint64_t facts[FACT_COUNT];
    int stop;
};

static inline void lab_meet(struct lab *lab)
{
    const char *reason = "";
    struct session *session = &lab->session;
    if (discover(session, &reason) || discover_timing(session, 0, &reason))
        fail_msg("%s", reason);
    gate_add_extent(&session->gate, SECTORS - 256, 256);
    discover_facts(session, lab->facts);
}

static inline void lab_init(struct lab *lab)
{
    the_link = lab->link = fake_link();
    lab->target = (struct target){.interface = "fake0", .shelf = SHELF, .slot = SLOT, .mtu = MTU};
    lab->timing.timeout = MILLISECONDS(500);
    lab->session = (struct session){.arena = &lab->arena,
                                    .link = lab->link,
                                    .target = &lab->target,
                                    .timing = &lab->timing,
                                    .stop = &lab->stop,
                                    .seed = 1};
    struct gate *gate = &lab->session.gate;
    *gate = (struct gate){.allowed = TOUCH_TARGET | TOUCH_LINK, .shelf = SHELF, .slot = SLOT};
    memcpy(gate->own, HOST_MAC, AOE_MAC_BYTES);
    memcpy(lab->session.macs[0], HOST_MAC, AOE_MAC_BYTES);
    for (unsigned i = 1; i < SCENARIO_HOSTS; i++)
        session_mac(&lab->session, i, lab->session.macs[i]);
    session_begin(&lab->session, &lab->background, NULL);
}

static inline int lab_set_up(void **state)
{
    struct lab *lab = calloc(1, sizeof *lab);
    assert_non_null(lab);
    lab_init(lab);
    *state = lab;
    return 0;
}

static inline int lab_set_up_and_meet(void **state)
{
    lab_set_up(state);
    lab_meet(*state);
    return 0;
}

static inline int lab_tear_down(void **state)
{
    struct lab *lab = *state;
    arena_free(&lab->arena);
    fake_free(lab->link);
    free(lab);
    return 0;
}

static inline struct scenario *lab_parse(struct lab *lab, const char *head, const char *body)
{
    const char *error, *text = arena_print(&lab->arena, "title t\nclause %s\n%s", head, body);
    struct scenario *scenario =
        scenario_parse(&lab->arena, "x", "x.aoe", text, strlen(text), &error);
    if (!scenario)
        fail_msg("%s", error);
    return scenario;
}

static inline void lab_interpret(struct lab *lab, const char *head, const char *body,
                                 struct result *result)
{
    const uint64_t *facts = lab->initiator ? lab->initiator->serving.facts : lab->facts;
    interpret(&lab->session, lab->initiator, lab_parse(lab, head, body), facts, result);
}

/* Runs a scenario: the clause with further head lines, and the statements. */
static inline enum verdict lab_run(struct lab *lab, const char *head, const char *body)
{
    lab->result = (struct result){.reason = ""};
    lab_interpret(lab, head, body, &lab->result);
    return lab->result.verdict;
}

/* Runs another scenario behind the one whose result the lab keeps. */
static inline enum verdict lab_run_another(struct lab *lab, const char *head, const char *body)
{
    lab->other = (struct result){.reason = ""};
    lab_interpret(lab, head, body, &lab->other);
    return lab->other.verdict;
}

static inline void assert_passes(struct lab *lab, const char *head, const char *body)
{
    if (lab_run(lab, head, body) != VERDICT_PASS)
        fail_msg("%s: %s, in:\n%s", verdict_name(lab->result.verdict), lab->result.reason, body);
}

/* Fails once, at that line, with that as what was there instead. */
static inline void assert_fails(struct lab *lab, const char *head, const char *body, unsigned line,
                                const char *actual)
{
    if (lab_run(lab, head, body) != VERDICT_FAIL)
        fail_msg("%s: %s, in:\n%s", verdict_name(lab->result.verdict), lab->result.reason, body);
    assert_string_equal(lab->result.reason, actual);
    assert_string_equal(lab->result.failures[0].actual, actual);
    assert_int_equal(lab->result.failures[0].line, line);
    assert_int_equal(lab->result.failures_in_all, 1);
}

#define LAB_TEST(test) cmocka_unit_test_setup_teardown(test, lab_set_up_and_meet, lab_tear_down)

#endif
