/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hooks: none of them changes anything by being there, and each does what it says. */
#include "initiator-ref/hooks.h"

#include "fixture.h"

enum { LBA = 100, COUNT_READ = 10, FRAMES_MAX = 64 };

/* ---- nothing changes ---- */

static struct aoe_span same_frame(void *user, struct engine *engine, struct aoe_span frame)
{
    (void)user;
    (void)engine;
    return frame;
}

static size_t same_length(void *user, struct engine *engine, const struct command *command,
                          uint8_t *frame, size_t length)
{
    (void)user;
    (void)engine;
    (void)command;
    (void)frame;
    return length;
}

static int64_t same_interval(void *user, struct engine *engine, struct command *command,
                             int64_t interval)
{
    (void)user;
    (void)engine;
    (void)command;
    return interval;
}

/* All that was sent, one frame after the other. */
struct log {
    uint8_t bytes[FRAMES_MAX * (AOE_CONFIG_BYTES + 4 * AOE_SECTOR_BYTES)];
    size_t length, frames;
};

static void note(struct log *log, const struct fixture *f)
{
    assert_true(log->length + f->sent.raw.length <= sizeof log->bytes);
    memcpy(log->bytes + log->length, f->sent.raw.bytes, f->sent.raw.length);
    log->length += f->sent.raw.length;
    log->frames++;
}

/* Discovery, a transfer of which every third answer is lost, and an error at the end. */
static void play(struct fixture *f, const struct engine_hooks *hooks, struct log *log)
{
    f->engine.settings.hooks = hooks;
    bring_up(f, 2, 2);
    begin(f, ATA_DATA_OUT, LBA, COUNT_READ);
    while (state_of(f) == ENGINE_BUSY && next_ever(f)) {
        note(log, f);
        if (f->sent.command == AOE_COMMAND_ATA && log->frames % 3)
            answer(f, &f->sent);
    }
    assert_int_equal(state_of(f), ENGINE_DONE);
    begin(f, ATA_DATA_IN, LBA, COUNT_READ);
    assert_true(next(f));
    note(log, f);
    struct aoe_frame error = answer_to(&f->sent);
    error.flags |= AOE_FLAG_ERROR;
    error.error = AOE_ERROR_ARGUMENT;
    receive(f, &error);
    assert_int_equal(state_of(f), ENGINE_FAILED);
}

static void assert_same(const struct engine_hooks *hooks)
{
    static struct log plain, hooked;
    void *one = NULL, *other = NULL;
    memset(&plain, 0, sizeof plain);
    memset(&hooked, 0, sizeof hooked);
    assert_int_equal(setup(&one) | setup(&other), 0);
    play(one, NULL, &plain);
    play(other, hooks, &hooked);
    assert_true(plain.frames > 5);
    assert_int_equal(plain.length, hooked.length);
    assert_memory_equal(plain.bytes, hooked.bytes, plain.length);
    assert_string_equal(engine_message(&((struct fixture *)one)->engine),
                        engine_message(&((struct fixture *)other)->engine));
    teardown(&one);
    teardown(&other);
}

static void test_hooks_that_pass_through(void **state)
{
    static const struct engine_hooks empty,
        through = {.receive = same_frame, .request = same_length, .interval = same_interval};
    (void)state;
    assert_same(&empty);
    assert_same(&through);
}

/* ---- what each does ---- */

/* What the hooks below have been given. */
struct seen {
    unsigned opened, extras, queries, commands;
    bool stop;
};

static void count_open(void *user, struct engine *engine)
{
    (void)engine;
    ((struct seen *)user)->opened++;
}

static size_t one_extra(void *user, struct engine *engine, uint8_t *frame)
{
    struct seen *seen = user;
    (void)engine;
    if (seen->extras++)
        return 0;
    memset(frame, 0xEE, AOE_FRAME_MIN);
    return AOE_FRAME_MIN;
}

static size_t count_request(void *user, struct engine *engine, const struct command *command,
                            uint8_t *frame, size_t length)
{
    struct seen *seen = user;
    (void)engine;
    frame[AOE_HEADER_BYTES - 1] = 0x77;
    *(command ? &seen->commands : &seen->queries) += 1;
    return length;
}

static void test_what_is_sent(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    const struct engine_hooks hooks = {
        .user = &seen, .open = count_open, .extra = one_extra, .request = count_request};
    f->engine.settings.hooks = &hooks;
    engine_open(&f->engine);
    assert_int_equal(seen.opened, 1);
    assert_int_equal(engine_send(&f->engine, f->now, f->bytes), AOE_FRAME_MIN);
    assert_int_equal(f->bytes[0], 0xEE);
    assert_true(next(f));
    assert_int_equal(f->sent.tag & 0xFF, 0x77);
    assert_int_equal(seen.queries, 1);
    struct aoe_frame config = config_answer(&f->sent, TARGET, 1, 2);
    config.tag = f->engine.query_attempt.tag;
    receive(f, &config);
    assert_true(next(f));
    assert_int_equal(f->sent.tag & 0xFF, 0x77);
    assert_int_equal(seen.commands, 1);
}

static struct aoe_span no_frame(void *user, struct engine *engine, struct aoe_span frame)
{
    (void)user;
    (void)engine;
    return (struct aoe_span){frame.bytes, 0};
}

static bool accept_none(void *user, struct engine *engine, const struct aoe_frame *frame,
                        bool accepts)
{
    (void)user;
    (void)engine;
    (void)frame;
    assert_true(accepts);
    return false;
}

static bool config_none(void *user, struct engine *engine, struct aoe_frame *frame)
{
    (void)user;
    (void)engine;
    (void)frame;
    return false;
}

static void test_a_response_is_kept_away(void **state)
{
    struct fixture *f = *state;
    static const struct engine_hooks all[] = {
        {.receive = no_frame}, {.accepts = accept_none}, {.config = config_none}};
    engine_open(&f->engine);
    assert_true(next(f));
    struct aoe_frame config = config_answer(&f->sent, TARGET, BUFFERS, 2);
    for (size_t i = 0; i < COUNT(all); i++) {
        f->engine.settings.hooks = &all[i];
        receive(f, &config);
        assert_false(next(f));
    }
    f->engine.settings.hooks = NULL;
    receive(f, &config);
    assert_true(next(f));
}

static bool config_changed(void *user, struct engine *engine, struct aoe_frame *frame)
{
    (void)user;
    (void)engine;
    frame->config.buffer_count = 3;
    return true;
}

static void test_a_config_response_is_changed(void **state)
{
    struct fixture *f = *state;
    static const struct engine_hooks hooks = {.config = config_changed};
    f->engine.settings.hooks = &hooks;
    bring_up(f, 0, 2);
    assert_int_equal(target_buffer_count(&f->engine.target), 3);
}

static struct command *match_none(void *user, struct engine *engine, const struct aoe_frame *frame,
                                  struct command *command)
{
    (void)user;
    (void)engine;
    (void)frame;
    assert_non_null(command);
    return NULL;
}

static enum answer judge_ignored(void *user, struct engine *engine, struct command *command,
                                 const struct aoe_frame *frame, enum answer answer)
{
    (void)user;
    (void)engine;
    (void)command;
    (void)frame;
    assert_int_equal(answer, ANSWER_GOOD);
    return ANSWER_IGNORED;
}

static void take_nothing(void *user, struct engine *engine, struct command *command,
                         const struct aoe_frame *frame, size_t bytes)
{
    (void)user;
    (void)engine;
    (void)command;
    (void)frame;
    assert_int_equal(bytes, AOE_SECTOR_BYTES);
}

static void test_answers(void **state)
{
    struct fixture *f = *state;
    static const struct engine_hooks keep_away[] = {{.match = match_none},
                                                    {.judge = judge_ignored}},
                                     empty_handed = {.take = take_nothing};
    bring_up(f, 1, 1);
    begin(f, ATA_DATA_IN, LBA, 1);
    assert_true(next(f));
    for (size_t i = 0; i < COUNT(keep_away); i++) {
        f->engine.settings.hooks = &keep_away[i];
        answer(f, &f->sent);
        assert_int_equal(state_of(f), ENGINE_BUSY);
    }
    f->engine.settings.hooks = &empty_handed;
    answer(f, &f->sent);
    assert_int_equal(state_of(f), ENGINE_DONE);
    assert_int_equal(f->data[0], 0xDB);
}

static bool expired_passes(void *user, struct engine *engine, enum failure why)
{
    (void)user;
    (void)engine;
    assert_int_equal(why, FAILURE_EXPIRED);
    return false;
}

static void test_a_failure_passes(void **state)
{
    struct fixture *f = *state;
    static const struct engine_hooks hooks = {.fails = expired_passes};
    bring_up(f, 1, 1);
    f->engine.settings.hooks = &hooks;
    begin(f, ATA_DATA_IN, LBA, 1);
    while (next_ever(f)) {
    }
    assert_int_equal(state_of(f), ENGINE_DONE);
}

static unsigned window_of_two(void *user, struct engine *engine, unsigned window)
{
    (void)user;
    (void)engine;
    assert_int_equal(window, BUFFERS);
    return 2;
}

static uint8_t sectors_of_three(void *user, struct engine *engine, enum ata_direction direction,
                                uint8_t sectors)
{
    (void)user;
    (void)engine;
    (void)sectors;
    assert_int_not_equal(direction, ATA_DATA_OUT);
    return 3;
}

static uint8_t always_extended(void *user, struct engine *engine, const struct command *command,
                               uint8_t opcode)
{
    (void)user;
    (void)engine;
    assert_int_equal(command->sectors, 3);
    assert_int_equal(opcode, ATA_READ);
    return ATA_READ_EXT;
}

static uint32_t tag_of_lba(void *user, struct engine *engine, const struct command *command,
                           uint32_t tag)
{
    (void)user;
    (void)engine;
    return command ? (uint32_t)command->lba : tag;
}

static void test_decisions(void **state)
{
    struct fixture *f = *state;
    static const struct engine_hooks hooks = {.window = window_of_two,
                                              .sectors = sectors_of_three,
                                              .opcode = always_extended,
                                              .tag = tag_of_lba};
    bring_up(f, BUFFERS, 17);
    f->engine.settings.hooks = &hooks;
    begin(f, ATA_DATA_IN, LBA, 9);
    for (uint64_t lba = LBA; lba < LBA + 6; lba += 3) {
        assert_true(next(f));
        assert_int_equal(f->sent.ata.opcode, ATA_READ_EXT);
        assert_int_equal(f->sent.ata.count, 3);
        assert_int_equal(f->sent.tag, lba);
    }
    assert_false(next(f));
}

static int64_t one_second(void *user, struct engine *engine, struct command *command,
                          int64_t interval)
{
    (void)user;
    (void)engine;
    assert_non_null(command);
    assert_int_equal(interval, ATTEMPT_INTERVAL_FIRST);
    return ATTEMPT_SECOND;
}

static const struct target_path *first_path(void *user, struct engine *engine,
                                            const struct command *command,
                                            const struct target_path *path)
{
    (void)user;
    (void)command;
    assert_non_null(path);
    return &engine->target.paths[0];
}

static void test_when_and_where(void **state)
{
    struct fixture *f = *state;
    static const struct engine_hooks hooks = {.interval = one_second, .path = first_path};
    bring_up(f, 1, 1);
    struct aoe_frame second = advert(SECOND, BUFFERS, 2);
    f->engine.settings.hooks = &hooks;
    receive(f, &second);
    for (unsigned i = 0; i < 3; i++) {
        begin(f, ATA_DATA_IN, LBA, 1);
        assert_true(next(f));
        assert_memory_equal(f->sent.destination, TARGET, AOE_MAC_BYTES);
        assert_int_equal(engine_wake(&f->engine), f->now + ATTEMPT_SECOND);
        answer(f, &f->sent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hooks_that_pass_through),
        FIXTURE_TEST(test_what_is_sent),
        FIXTURE_TEST(test_a_response_is_kept_away),
        FIXTURE_TEST(test_a_config_response_is_changed),
        FIXTURE_TEST(test_answers),
        FIXTURE_TEST(test_a_failure_passes),
        FIXTURE_TEST(test_decisions),
        FIXTURE_TEST(test_when_and_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
