/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: discovery, window, sectors, what is sent again and when. */
#include "fixture.h"

static void test_discovery(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(state_of(f), ENGINE_DONE);
    assert_false(next(f));
    engine_open(&f->engine);
    assert_int_equal(state_of(f), ENGINE_BUSY);
    assert_int_equal(engine_capacity(&f->engine), 0);
    assert_true(next(f));
    assert_int_equal(f->sent.command, AOE_COMMAND_CONFIG);
    assert_int_equal(f->sent.config.ccmd, AOE_CONFIG_READ);
    assert_memory_equal(f->sent.destination, EVERYBODY, AOE_MAC_BYTES);
    assert_int_equal(f->sent.raw.length, AOE_CONFIG_BYTES);
    struct aoe_frame config = config_answer(&f->sent, TARGET, BUFFERS, 2);
    receive(f, &config);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.opcode, ATA_IDENTIFY);
    assert_memory_equal(f->sent.destination, TARGET, AOE_MAC_BYTES);
    assert_false(next(f));
    answer(f, &f->sent);
    assert_int_equal(state_of(f), ENGINE_DONE);
    assert_int_equal(engine_capacity(&f->engine), SECTORS);
    assert_int_equal(engine_wake(&f->engine), INT64_MAX);
}

/* Sends the same request again and again until the deadline, ever more slowly. */
static void assert_repeated(struct fixture *f, const char *message)
{
    struct aoe_frame first = keep(f);
    int64_t begin = f->now, last = f->now, interval = 0;
    for (;;) {
        assert_false(next(f));
        f->now = engine_wake(&f->engine);
        if (!next(f))
            break;
        assert_int_equal(f->sent.tag, first.tag);
        assert_memory_equal(&f->sent.ata, &first.ata, sizeof first.ata);
        assert_true(f->now - last >= interval);
        interval = f->now - last;
        last = f->now;
    }
    assert_int_equal(f->now - begin, DEADLINE);
    assert_failed(f, message);
    assert_false(next(f));
    assert_int_equal(engine_wake(&f->engine), INT64_MAX);
}

static void test_nobody_answers_the_discovery(void **state)
{
    struct fixture *f = *state;
    engine_open(&f->engine);
    assert_true(next(f));
    assert_repeated(f, "e7.3: discovery: no answer within 10 s, sent 8 times");
}

static void test_discovery_again_forgets(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    engine_open(&f->engine);
    assert_int_equal(engine_capacity(&f->engine), 0);
    assert_true(next(f));
    assert_int_equal(f->sent.command, AOE_COMMAND_CONFIG);
    assert_false(next(f));
}

static void test_a_buffer_count_of_0_is_diagnosed(void **state)
{
    struct fixture *f = *state;
    engine_open(&f->engine);
    assert_true(next(f));
    struct aoe_frame config = config_answer(&f->sent, TARGET, 0, 2);
    receive(f, &config);
    assert_failed(f, "e7.3: advertises a buffer count of 0: nothing may be sent to it");
}

static void test_an_advert_of_0_buffers_does_no_harm(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame absurd = advert(TARGET, 0, 2);
    engine_open(&f->engine);
    assert_true(next(f));
    receive(f, &absurd);
    assert_int_equal(state_of(f), ENGINE_BUSY);
    struct aoe_frame config = config_answer(&f->sent, TARGET, BUFFERS, 2);
    receive(f, &config);
    receive(f, &absurd);
    assert_true(next(f));
}

static void test_an_advert_is_as_good_as_an_answer(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame up = advert(TARGET, BUFFERS, 2);
    engine_open(&f->engine);
    receive(f, &up);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.opcode, ATA_IDENTIFY);
}

static void test_errors_of_the_discovery(void **state)
{
    struct fixture *f = *state;
    engine_open(&f->engine);
    for (int i = 0; i < ATTEMPT_REFUSALS; i++) {
        f->now = i ? engine_wake(&f->engine) : f->now;
        assert_true(next(f));
        struct aoe_frame refusal = config_answer(&f->sent, TARGET, BUFFERS, 2);
        refusal.flags |= AOE_FLAG_ERROR;
        refusal.error = AOE_ERROR_DEVICE;
        assert_int_equal(state_of(f), ENGINE_BUSY);
        receive(f, &refusal);
        receive(f, &refusal);
    }
    assert_failed(f, "e7.3: discovery: AoE error 3 (device unavailable)");
}

static void test_a_disk_without_sectors(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame up = advert(TARGET, BUFFERS, 2);
    f->identity = (struct ata_identity){.lba = true};
    engine_open(&f->engine);
    receive(f, &up);
    assert_true(next(f));
    answer(f, &f->sent);
    assert_failed(f, "e7.3: IDENTIFY DEVICE: no sectors, or more than 48 bits count");
}

static void test_past_the_end(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, SECTORS - 1, 2);
    assert_failed(f, "e7.3: 2 sectors at LBA 599: the disk has 600");
    assert_false(next(f));
    f->transfer = (struct engine_transfer){ATA_DATA_IN, UINT64_MAX, SIZE_MAX, f->data};
    engine_transfer(&f->engine, &f->transfer, 1);
    assert_int_equal(state_of(f), ENGINE_FAILED);
}

static void test_nothing_to_do_is_done(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, SECTORS, 0);
    assert_int_equal(state_of(f), ENGINE_DONE);
    engine_transfer(&f->engine, NULL, 0);
    assert_int_equal(state_of(f), ENGINE_DONE);
}

/* Splits: no command has more sectors than were advertised, and each sector is asked for once. */
static void check_split(struct fixture *f, uint8_t advertised, unsigned sectors,
                        enum ata_direction direction)
{
    unsigned asked = 0;
    bring_up(f, BUFFERS, advertised);
    begin(f, direction, 5, 100);
    while (next(f)) {
        assert_int_equal(aoe_ata_lba(&f->sent.ata), 5 + asked);
        assert_int_equal(f->sent.ata.count, asked + sectors > 100 ? 100 - asked : sectors);
        asked += f->sent.ata.count;
        answer(f, &f->sent);
    }
    assert_int_equal(asked, 100);
    assert_read(f);
}

static void test_sectors(void **state)
{
    static const struct {
        uint8_t advertised;
        unsigned sectors;
    } cases[] = {{0, 2}, {1, 1}, {2, 2}, {16, 16}, {17, 17}, {255, 17}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        check_split(*state, cases[i].advertised, cases[i].sectors, ATA_DATA_IN);
        check_split(*state, cases[i].advertised, cases[i].sectors, ATA_DATA_OUT);
    }
}

static void test_the_own_mtu_limits_sectors(void **state)
{
    struct fixture *f = *state;
    engine_follow_link(&f->engine, OWN, 1500);
    check_split(f, 17, 2, ATA_DATA_IN);
    engine_follow_link(&f->engine, OWN, 533);
    begin(f, ATA_DATA_IN, 0, 1);
    assert_false(next(f));
    assert_failed(f, "e7.3: an MTU of 533 does not carry a sector");
}

static void test_window(void **state)
{
    static const struct {
        uint16_t buffers;
        unsigned depth, open;
    } cases[] = {{1, DEPTH, 1},
                 {2, DEPTH, 2},
                 {DEPTH, DEPTH, DEPTH},
                 {UINT16_MAX, DEPTH, DEPTH},
                 {16, 256, 16},
                 {UINT16_MAX, 256, 256},
                 {16, 1, 1}};
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct aoe_frame sent[ENGINE_DEPTH_MAX];
        unsigned open = 0;
        f->engine.settings.depth = cases[i].depth;
        bring_up(f, cases[i].buffers, 1);
        begin(f, ATA_DATA_IN, 0, 300);
        for (; next(f); open++)
            sent[open] = keep(f);
        assert_int_equal(open, cases[i].open);
        for (unsigned a = 0; a < open; a++)
            for (unsigned b = 0; b < a; b++)
                assert_int_not_equal(sent[a].tag, sent[b].tag);
        answer(f, &sent[open / 2]); /* one answer, one more */
        assert_true(next(f));
        assert_false(next(f));
    }
}

static void test_answers_in_any_order(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame sent[DEPTH];
    bring_up(f, BUFFERS, 1);
    begin(f, ATA_DATA_IN, 3, DEPTH);
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_true(next(f));
        sent[i] = keep(f);
    }
    for (unsigned i = DEPTH; i-- > 0;) {
        assert_int_equal(state_of(f), ENGINE_BUSY);
        answer(f, &sent[i]);
    }
    assert_read(f);
}

static void test_several_transfers(void **state)
{
    struct fixture *f = *state;
    struct engine_transfer transfers[] = {{ATA_DATA_IN, 9, 3, f->data},
                                          {ATA_DATA_IN, 7, 0, NULL},
                                          {ATA_DATA_IN, 5, 1, f->data + 3 * AOE_SECTOR_BYTES}};
    bring_up(f, BUFFERS, 2);
    engine_transfer(&f->engine, transfers, COUNT(transfers));
    while (next(f))
        answer(f, &f->sent);
    assert_int_equal(state_of(f), ENGINE_DONE);
    assert_int_equal(f->data[0], content(9, 0));
    assert_int_equal(f->data[2 * AOE_SECTOR_BYTES + 300], content(11, 300));
    assert_int_equal(f->data[3 * AOE_SECTOR_BYTES + 300], content(5, 300));
}

static void test_nobody_answers_a_command(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_OUT, 5, 2);
    assert_true(next(f));
    struct aoe_frame first = keep(f);
    unsigned queries = 0, repeats = 0;
    while (next_ever(f)) {
        if (f->sent.command == AOE_COMMAND_CONFIG) {
            queries++;
            assert_true(repeats >= 2); /* not before the command is stuck */
            continue;
        }
        repeats++;
        assert_int_equal(f->sent.tag, first.tag);
        assert_memory_equal(&f->sent.ata, &first.ata, sizeof first.ata);
        assert_memory_equal(f->sent.payload.bytes, f->data, 2 * AOE_SECTOR_BYTES);
    }
    assert_true(queries > 1);
    assert_int_equal(repeats, 7);
    assert_failed(f,
                  "e7.3: WRITE SECTORS of 2 sectors at LBA 5: no answer within 10 s, sent 8 times");
}

/* Where the target has no buffer left for a query, none is sent. */
static void test_a_query_takes_a_buffer(void **state)
{
    struct fixture *f = *state;
    for (uint16_t buffers = 1; buffers <= DEPTH + 1; buffers++) {
        unsigned queries = 0;
        bring_up(f, buffers, 2);
        begin(f, ATA_DATA_IN, 0, 100);
        while (next_ever(f)) {
            bool asks = f->engine.query == QUERY_ASKS;
            queries += f->sent.command == AOE_COMMAND_CONFIG;
            assert_true(f->engine.commands.open + asks <= buffers);
        }
        assert_int_equal(queries > 0, buffers > DEPTH);
    }
}

static void next_query(struct fixture *f)
{
    do
        assert_true(next_ever(f));
    while (f->sent.command != AOE_COMMAND_CONFIG);
}

/* Each time that commands are stuck the target is asked for anew, and once it has answered no
 * more. */
static void test_each_time_it_is_stuck(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, 0, 4 * DEPTH);
    f->engine.settings.depth = 1;
    for (int i = 0; i < 2; i++) {
        next_query(f);
        struct aoe_frame config = config_answer(&f->sent, TARGET, BUFFERS, 2);
        receive(f, &config);
        assert_true(next_ever(f));
        assert_int_equal(f->sent.command, AOE_COMMAND_ATA);
        assert_true(next_ever(f));
        assert_int_equal(f->sent.command, AOE_COMMAND_ATA);
        answer(f, &f->sent);
        assert_true(next(f));
    }
}

/* What is wrong with a query while a disk is used does not end its use. */
static void test_errors_of_a_query_in_between(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame command;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, 0, 2);
    assert_true(next(f));
    command = keep(f);
    for (int i = 0; i < ATTEMPT_REFUSALS; i++) {
        next_query(f);
        struct aoe_frame refusal = config_answer(&f->sent, TARGET, BUFFERS, 2);
        refusal.flags |= AOE_FLAG_ERROR;
        refusal.error = AOE_ERROR_DEVICE;
        receive(f, &refusal);
        assert_int_equal(state_of(f), ENGINE_BUSY);
    }
    answer(f, &command);
    assert_read(f);
}

/* A command waits where a query has the last buffer. */
static void test_a_command_waits_for_the_query(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame first;
    bring_up(f, DEPTH - 1, 2);
    begin(f, ATA_DATA_IN, 0, 100);
    assert_true(next(f));
    first = keep(f);
    while (f->engine.commands.all[0].attempt.sent < 4)
        assert_true(next_ever(f));
    while (next(f))
        assert_int_equal(f->sent.command, AOE_COMMAND_ATA);
    answer(f, &first);
    assert_true(next(f));
    assert_int_equal(f->sent.command, AOE_COMMAND_CONFIG);
    assert_false(next(f));
    struct aoe_frame config = config_answer(&f->sent, TARGET, DEPTH - 1, 2);
    receive(f, &config);
    assert_true(next(f));
    assert_int_equal(aoe_ata_lba(&f->sent.ata), 2 * (DEPTH - 1));
}

static void test_an_answer_to_the_repeat(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, 5, 2);
    assert_true(next(f));
    next_later(f);
    next_later(f);
    answer(f, &f->sent);
    assert_read(f);
}

static void test_the_last_sectors_of_a_large_disk(void **state)
{
    struct fixture *f = *state;
    f->identity.lba28_sectors = 0x0FFFFFFF;
    f->identity.lba48_sectors = ATA_LBA48_END - 1;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, 0x0FFFFFFD, 4);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.opcode, ATA_READ);
    assert_int_equal(aoe_ata_lba(&f->sent.ata), 0x0FFFFFFD);
    answer(f, &f->sent);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.opcode, ATA_READ_EXT);
    assert_int_equal(aoe_ata_lba(&f->sent.ata), 0x0FFFFFFF);
    answer(f, &f->sent);
    assert_read(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_discovery),
        FIXTURE_TEST(test_nobody_answers_the_discovery),
        FIXTURE_TEST(test_discovery_again_forgets),
        FIXTURE_TEST(test_a_buffer_count_of_0_is_diagnosed),
        FIXTURE_TEST(test_an_advert_of_0_buffers_does_no_harm),
        FIXTURE_TEST(test_an_advert_is_as_good_as_an_answer),
        FIXTURE_TEST(test_errors_of_the_discovery),
        FIXTURE_TEST(test_a_disk_without_sectors),
        FIXTURE_TEST(test_past_the_end),
        FIXTURE_TEST(test_nothing_to_do_is_done),
        FIXTURE_TEST(test_sectors),
        FIXTURE_TEST(test_the_own_mtu_limits_sectors),
        FIXTURE_TEST(test_window),
        FIXTURE_TEST(test_answers_in_any_order),
        FIXTURE_TEST(test_several_transfers),
        FIXTURE_TEST(test_nobody_answers_a_command),
        FIXTURE_TEST(test_a_query_takes_a_buffer),
        FIXTURE_TEST(test_each_time_it_is_stuck),
        FIXTURE_TEST(test_errors_of_a_query_in_between),
        FIXTURE_TEST(test_a_command_waits_for_the_query),
        FIXTURE_TEST(test_an_answer_to_the_repeat),
        FIXTURE_TEST(test_the_last_sectors_of_a_large_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
