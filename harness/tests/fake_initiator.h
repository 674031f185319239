/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small initiator at the other end of the fake link, with a shell as the stimulus: it begins when
 * the stimulus starts, and tells the shell by a pipe how to end. For one test program each. */
#ifndef AOE_TESTS_FAKE_INITIATOR_H
#define AOE_TESTS_FAKE_INITIATOR_H

#include "fake_link.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "harness/initiator.h"

/* What shells can name by one digit: it sends what is to be written through SENT, and reads from
 * TOLD its exit status, the bytes to write, and these. */
enum { SENT = 8, TOLD = 9, DATA_MOST = 64 * AOE_SECTOR_BYTES, TRIES = 4, PATIENCE_MS = 2000 };

#define SHELL                                                                                      \
    "f() { test $1 != write || cat >&8; read status length <&9; "                                  \
    "test $length = 0 || head -c $length <&9; exit $status; }; f"

static const uint8_t INITIATOR_MAC[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0x11};
static const uint8_t STRANGER_MAC[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, 0x12};
static const uint8_t ALL_MACS[AOE_MAC_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

enum step { STEP_NONE, STEP_INPUT, STEP_QUERY, STEP_IDENTIFY, STEP_DATA, STEP_DONE, STEP_HANGS };

/* One command at a time, sent again every 200 ms, as it was, up to three times. */
struct player {
    enum step step;
    int64_t begun; /* which stimulus: when it started */
    bool known;    /* the target was found since the last reset */
    uint8_t target[AOE_MAC_BYTES];
    uint8_t sectors;
    uint64_t capacity, at, end;
    uint8_t data[DATA_MOST];
    size_t input; /* bytes of it that have come from the shell */
    uint32_t tag;
    uint8_t last[AOE_FRAME_MAX];
    size_t length;
    int64_t sent;
    unsigned tries;
    /* What it does wrong. */
    bool hangs, hangs_in_reset, silent, spoils_data, spoils_query;
    bool absent;              /* it does nothing, and the shell ends by itself */
    int status, reset_status; /* of the stimulus, where not 0 */
};

struct stage {
    struct lab lab;
    struct initiator initiator;
    struct session_role role;
    struct player player;
    int told, sent; /* the test's ends of the pipes */
};

static inline void player_tell(struct stage *stage, int status, const void *data, size_t length)
{
    char line[32];
    struct player *player = &stage->player;
    int size = snprintf(line, sizeof line, "%d %zu\n", status, length);
    player->step = STEP_DONE;
    assert_int_equal(write(stage->told, line, (size_t)size), size);
    assert_int_equal(write(stage->told, data, length), (ssize_t)length);
}

static inline void player_transmit(struct stage *stage)
{
    struct link *link = stage->lab.link;
    struct player *player = &stage->player;
    player->sent = link->now;
    if (!player->silent)
        fake_deliver(link, link->delay, player->last, player->length);
}

static inline void player_send(struct stage *stage, struct aoe_frame *frame)
{
    struct player *player = &stage->player;
    frame->type = AOE_ETHERTYPE;
    frame->version = AOE_VERSION;
    frame->shelf = SHELF;
    frame->slot = SLOT;
    frame->tag = ++player->tag;
    memcpy(frame->source, INITIATOR_MAC, AOE_MAC_BYTES);
    size_t length = aoe_frame_build(frame, player->last, sizeof player->last);
    player->length = aoe_frame_pad(player->last, length, AOE_FRAME_MIN, sizeof player->last);
    player->tries = 1;
    player_transmit(stage);
}

static inline void player_query(struct stage *stage)
{
    struct aoe_frame frame = {.command = AOE_COMMAND_CONFIG, .config.version = AOE_VERSION};
    stage->player.step = STEP_QUERY;
    frame.config.buffer_count = stage->player.spoils_query;
    memcpy(frame.destination, ALL_MACS, AOE_MAC_BYTES);
    player_send(stage, &frame);
}

static inline void player_identify(struct stage *stage)
{
    struct aoe_frame frame = {.command = AOE_COMMAND_ATA,
                              .ata = {.opcode = ATA_IDENTIFY, .count = 1}};
    stage->player.step = STEP_IDENTIFY;
    memcpy(frame.destination, stage->player.target, AOE_MAC_BYTES);
    player_send(stage, &frame);
}

static inline uint8_t *player_place(struct stage *stage)
{
    return stage->player.data + (stage->player.at - stage->initiator.lba) * AOE_SECTOR_BYTES;
}

static inline void player_finish(struct stage *stage)
{
    char text[32];
    struct player *player = &stage->player;
    enum stimulus_action action = stage->initiator.action;
    if (action == STIMULATE_DISCOVER) {
        int length = snprintf(text, sizeof text, "%llu\n", (unsigned long long)player->capacity);
        player_tell(stage, player->status, text, (size_t)length);
    } else
        player_tell(stage, player->status, player->data,
                    action == STIMULATE_READ ? stage->initiator.count * AOE_SECTOR_BYTES : 0);
}

/* The next command of the action, or its end. */
static inline void player_go_on(struct stage *stage)
{
    struct player *player = &stage->player;
    bool out = stage->initiator.action == STIMULATE_WRITE;
    struct aoe_frame frame = {.command = AOE_COMMAND_ATA};
    player->step = STEP_DATA;
    if (player->at == player->end) {
        player_finish(stage);
        return;
    }
    uint64_t left = player->end - player->at;
    frame.ata.opcode = out ? ATA_WRITE_EXT : ATA_READ_EXT;
    frame.ata.count = left < player->sectors ? (uint8_t)left : player->sectors;
    frame.ata.aflags = AOE_ATA_EXTENDED | (out ? AOE_ATA_WRITE : 0);
    aoe_ata_set_lba(&frame.ata, player->at);
    memcpy(frame.destination, player->target, AOE_MAC_BYTES);
    if (out)
        frame.payload =
            (struct aoe_span){player_place(stage), frame.ata.count * (size_t)AOE_SECTOR_BYTES};
    player_send(stage, &frame);
}

static inline void player_read_input(struct stage *stage)
{
    struct player *player = &stage->player;
    size_t whole = stage->initiator.count * AOE_SECTOR_BYTES;
    ssize_t count = read(stage->sent, player->data + player->input, whole - player->input);
    player->input += count > 0 ? (size_t)count : 0;
    if (player->input < whole)
        return;
    player->data[0] ^= player->spoils_data;
    if (player->known)
        player_go_on(stage);
    else
        player_query(stage);
}

static inline void player_begin(struct stage *stage)
{
    struct player *player = &stage->player;
    const struct initiator *initiator = &stage->initiator;
    bool reset = initiator->action == STIMULATE_RESET;
    player->begun = initiator->started;
    player->input = 0;
    player->at = initiator->lba;
    player->end = player->at;
    if (initiator->action == STIMULATE_READ || initiator->action == STIMULATE_WRITE)
        player->end += initiator->count;
    assert_true(player->end - player->at <= DATA_MOST / AOE_SECTOR_BYTES);
    if (reset)
        player->known = false;
    if (player->absent)
        player->step = STEP_DONE;
    else if (reset ? player->hangs_in_reset : player->hangs)
        player->step = STEP_HANGS;
    else if (reset)
        player_tell(stage, player->reset_status, NULL, 0);
    else if (initiator->action == STIMULATE_WRITE)
        player->step = STEP_INPUT;
    else if (player->known && initiator->action != STIMULATE_DISCOVER)
        player_go_on(stage);
    else
        player_query(stage);
}

static inline bool player_turn(struct link *link)
{
    struct stage *stage = link->user;
    struct player *player = &stage->player;
    if (!stage->initiator.stimulus || stage->initiator.over)
        return false;
    if (player->begun != stage->initiator.started)
        player_begin(stage);
    if (player->step == STEP_INPUT)
        player_read_input(stage);
    if (player->step == STEP_INPUT || player->step == STEP_DONE)
        return true;
    if (player->step == STEP_HANGS || link->now - player->sent < MILLISECONDS(200))
        return false;
    if (player->tries++ < TRIES)
        player_transmit(stage);
    else
        player_tell(stage, STIMULUS_ERROR, NULL, 0);
    return false;
}

static inline void player_take_data(struct stage *stage, const struct aoe_frame *frame)
{
    struct player *player = &stage->player;
    struct aoe_frame asked;
    aoe_frame_decode(&asked, player->last, player->length, player->length);
    size_t length = ata_data_bytes(&asked.ata, ATA_DATA_IN);
    if (frame->payload.length < length)
        return;
    if (player->step == STEP_IDENTIFY) {
        struct ata_identity identity;
        ata_identify_decode(&identity, frame->payload.bytes);
        player->capacity = ata_capacity(&identity);
        player->known = true;
    } else {
        memcpy(player_place(stage), frame->payload.bytes, length);
        if (length)
            player->data[0] ^= player->spoils_data;
        player->at += asked.ata.count;
    }
    player_go_on(stage);
}

/* What the target sends. */
static inline void player_take(struct link *link, const void *bytes, size_t length)
{
    struct stage *stage = link->user;
    struct player *player = &stage->player;
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, length, length);
    if (!aoe_is_response(&frame) || frame.tag != player->tag || frame.shelf != SHELF ||
        memcmp(frame.destination, INITIATOR_MAC, AOE_MAC_BYTES) != 0)
        return;
    if (player->step == STEP_QUERY && frame.command == AOE_COMMAND_CONFIG) {
        memcpy(player->target, frame.source, AOE_MAC_BYTES);
        player->sectors = frame.config.sector_count ? frame.config.sector_count : 2;
        player_identify(stage);
    } else if (player->step < STEP_IDENTIFY || player->step > STEP_DATA ||
               frame.command != AOE_COMMAND_ATA)
        return;
    else if (aoe_is_error(&frame) || !ata_status_good(frame.ata.opcode))
        player_tell(stage, STIMULUS_ERROR, NULL, 0);
    else
        player_take_data(stage, &frame);
}

/* ---- a session over it ---- */

static inline void stage_pipe(int held, int which, int *own)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(dup2(ends[which], held), held);
    close(ends[which]);
    *own = ends[!which];
}

static inline void stage_serve(struct stage *stage)
{
    const char *reason = "";
    struct lab *lab = &stage->lab;
    struct session *session = &lab->session;
    stage->role = initiator_role(&stage->initiator);
    session->role = &stage->role;
    session->gate = (struct gate){.initiator = true, .shelf = SHELF, .slot = SLOT};
    memcpy(session->gate.own, HOST_MAC, AOE_MAC_BYTES);
    memcpy(lab->target.mac, HOST_MAC, AOE_MAC_BYTES);
    stage->initiator.command = SHELL;
    stage->initiator.serving.patience = MILLISECONDS(PATIENCE_MS);
    if (serving_open(&stage->initiator.serving, session, &reason))
        fail_msg("%s", reason);
}

static inline int stage_set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    signal(SIGPIPE, SIG_IGN);
    lab_init(&stage->lab);
    stage_pipe(SENT, 1, &stage->sent);
    stage_pipe(TOLD, 0, &stage->told);
    fcntl(stage->sent, F_SETFL, O_NONBLOCK);
    stage->lab.initiator = &stage->initiator;
    struct link *link = stage->lab.link;
    link->user = stage;
    link->peer = player_take;
    link->peer_turn = player_turn;
    stage_serve(stage);
    *state = stage;
    return 0;
}

/* The initiator has been found before. */
static inline int stage_set_up_and_meet(void **state)
{
    stage_set_up(state);
    struct stage *stage = *state;
    struct serving *serving = &stage->initiator.serving;
    memcpy(serving->initiator, INITIATOR_MAC, AOE_MAC_BYTES);
    serving->initiator_known = true;
    memcpy(stage->lab.session.gate.target, INITIATOR_MAC, AOE_MAC_BYTES);
    stage->lab.session.gate.target_known = true;
    serving_begin(serving, NULL);
    return 0;
}

static inline int stage_tear_down(void **state)
{
    struct stage *stage = *state;
    stimulus_close(stage->initiator.stimulus);
    serving_close(&stage->initiator.serving);
    close(stage->told);
    close(stage->sent);
    close(SENT);
    close(TOLD);
    arena_free(&stage->lab.arena);
    fake_free(stage->lab.link);
    free(stage);
    return 0;
}

static inline char trace_letter(const struct aoe_frame *frame, const struct event *request)
{
    struct aoe_frame asked = *frame;
    if (frame->command != AOE_COMMAND_ATA)
        return frame->command <= AOE_COMMAND_RESERVE ? "acmr"[frame->command] : 'v';
    if (request)
        aoe_frame_decode(&asked, request->frame.bytes, request->frame.length,
                         request->frame.length);
    switch (asked.ata.opcode) {
    case ATA_IDENTIFY:
        return 'i';
    case ATA_READ_EXT:
        return 'r';
    case ATA_WRITE_EXT:
        return 'w';
    default:
        return 'a';
    }
}

/* The frames of the scenario: the initiator's ">" and the target's "<", each with its command:
 * config, identify, read, write, ata, mask, reserve or vendor. */
static inline const char *stage_trace(struct stage *stage)
{
    const struct result *result = &stage->lab.result;
    char *text = arena_array(&stage->lab.arena, result->event_count * 2 + 1, 1);
    for (size_t i = 0; i < result->event_count; i++) {
        const struct event *event = result->events[i];
        struct aoe_frame frame;
        aoe_frame_decode(&frame, event->frame.bytes, event->frame.length, event->frame.length);
        text[2 * i] = event->sent ? '<' : '>';
        text[2 * i + 1] = trace_letter(&frame, event->request);
    }
    return text;
}

/* Passes, and these were the frames. */
static inline void assert_played(struct stage *stage, const char *body, const char *trace)
{
    assert_passes(&stage->lab, "i-match", body);
    assert_string_equal(stage_trace(stage), trace);
}

#define STAGE_TEST(test)                                                                           \
    cmocka_unit_test_setup_teardown(test, stage_set_up_and_meet, stage_tear_down)

#endif
