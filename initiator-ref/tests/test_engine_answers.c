/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine: answers that are wrong, late, short, or news of the target. */
#include "fixture.h"

/* One read of two sectors at LBA 5 has been sent. */
static void ask(struct fixture *f)
{
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, 5, 2);
    assert_true(next(f));
}

/* Gives the engine an answer with junk as data, which must not count; then the right one. */
static void check_ignored(struct fixture *f, struct aoe_frame wrong)
{
    static uint8_t junk[2 * AOE_SECTOR_BYTES];
    struct aoe_frame request = keep(f);
    memset(junk, 0x55, sizeof junk);
    wrong.payload = (struct aoe_span){junk, sizeof junk};
    receive(f, &wrong);
    assert_int_equal(state_of(f), ENGINE_BUSY);
    next_later(f); /* it goes on as if nothing was */
    assert_int_equal(f->sent.tag, request.tag);
    answer(f, &request);
    assert_read(f);
}

static void test_what_does_not_match(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 12; i++) {
        ask(f);
        struct aoe_frame wrong = answer_to(&f->sent);
        switch (i) {
        case 0:
            wrong.tag++;
            break;
        case 1:
            wrong.flags = 0;
            break;
        case 2:
            wrong.version = 2;
            break;
        case 3:
            wrong.shelf++;
            break;
        case 4:
            wrong.slot++;
            break;
        case 5:
            wrong.shelf = AOE_SHELF_ALL;
            wrong.slot = AOE_SLOT_ALL;
            break;
        case 6:
            memcpy(wrong.source, STRANGER, AOE_MAC_BYTES);
            break;
        case 7:
            memcpy(wrong.destination, STRANGER, AOE_MAC_BYTES);
            break;
        case 8:
            memcpy(wrong.destination, EVERYBODY, AOE_MAC_BYTES);
            break;
        case 9:
            wrong.command = AOE_COMMAND_RESERVE;
            break;
        case 10:
            wrong.command = AOE_COMMAND_VENDOR;
            break;
        default:
            wrong.type++;
            break;
        }
        check_ignored(f, wrong);
    }
}

static void test_a_config_answer_with_the_tag_of_a_read(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame wrong = config_answer(&f->sent, TARGET, BUFFERS, 1);
    wrong.command = AOE_COMMAND_CONFIG;
    check_ignored(f, wrong);
    begin(f, ATA_DATA_IN, 5, 2);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.count, 2);
}

static void test_a_wrong_tag_completes_no_discovery(void **state)
{
    struct fixture *f = *state;
    engine_open(&f->engine);
    assert_true(next(f));
    struct aoe_frame wrong = config_answer(&f->sent, TARGET, BUFFERS, 2);
    wrong.tag++;
    receive(f, &wrong);
    next_later(f);
    assert_int_equal(f->sent.command, AOE_COMMAND_CONFIG);
}

/* Tags are no secret: what has not been asked yet cannot be answered. */
static void test_answers_before_the_request(void **state)
{
    struct fixture *f = *state;
    engine_open(&f->engine);
    struct aoe_frame early = advert(TARGET, BUFFERS, 2);
    memcpy(early.destination, OWN, AOE_MAC_BYTES);
    early.tag = f->engine.settings.tag + 1;
    receive(f, &early);
    assert_true(next(f));
    assert_int_equal(f->sent.command, AOE_COMMAND_CONFIG);
    assert_int_equal(f->sent.tag, early.tag);
    receive(f, &early);
    struct aoe_frame identify = f->sent;
    memcpy(identify.destination, TARGET, AOE_MAC_BYTES);
    identify.command = AOE_COMMAND_ATA;
    identify.ata = (struct aoe_ata){.opcode = ATA_IDENTIFY, .count = 1};
    identify.tag++;
    answer(f, &identify);
    assert_true(next(f));
    assert_int_equal(f->sent.tag, identify.tag);
    assert_int_equal(state_of(f), ENGINE_BUSY);
    answer(f, &f->sent);
    assert_int_equal(state_of(f), ENGINE_DONE);
}

static void test_late_and_duplicate_answers(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame first = keep(f);
    answer(f, &first);
    assert_read(f);
    answer(f, &first);
    begin(f, ATA_DATA_IN, 9, 2);
    assert_true(next(f));
    assert_int_not_equal(f->sent.tag, first.tag);
    struct aoe_frame second = keep(f);
    answer(f, &first);
    assert_int_equal(state_of(f), ENGINE_BUSY);
    assert_int_equal(f->data[0], 0xDB);
    answer(f, &second);
    assert_read(f);
}

static void test_answers_after_it_was_given_up(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame first = keep(f);
    while (next_ever(f))
        ;
    answer(f, &first);
    assert_int_equal(state_of(f), ENGINE_FAILED);
    assert_int_equal(f->data[0], 0xDB);
}

static void test_aoe_errors_that_stay(void **state)
{
    static const struct {
        uint8_t error;
        const char *message;
    } cases[] = {
        {1, "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 1 (unrecognized command)"},
        {2, "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 2 (bad argument)"},
        {4, "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 4 (config string present)"},
        {5, "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 5 (unsupported version)"},
        {6, "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 6 (target is reserved)"},
        {200, "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 200 (unknown)"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        ask(f);
        struct aoe_frame refusal = answer_to(&f->sent);
        refusal.flags |= AOE_FLAG_ERROR;
        refusal.error = cases[i].error;
        receive(f, &refusal);
        assert_failed(f, cases[i].message);
        assert_int_equal(f->data[0], 0xDB);
    }
}

static void test_an_error_of_the_header_alone(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame refusal = answer_to(&f->sent);
    uint8_t bytes[AOE_ATA_BYTES];
    refusal.flags |= AOE_FLAG_ERROR;
    refusal.error = AOE_ERROR_ARGUMENT;
    assert_int_equal(aoe_frame_build(&refusal, bytes, sizeof bytes), sizeof bytes);
    engine_receive(&f->engine, (struct aoe_span){bytes, AOE_HEADER_BYTES});
    assert_int_equal(state_of(f), ENGINE_FAILED);
}

/* What may pass: the command goes on at its pace, and fails in bounded time. */
static void check_refused(struct fixture *f, const struct aoe_frame *refusal, const char *message)
{
    uint32_t tag = f->sent.tag;
    int64_t last = f->now, interval = 0;
    for (int sent = 1; sent < ATTEMPT_REFUSALS; sent++) {
        receive(f, refusal);
        receive(f, refusal);
        assert_true(next_command(f));
        assert_int_equal(f->sent.tag, tag);
        assert_true(f->now - last > interval);
        interval = f->now - last;
        last = f->now;
    }
    receive(f, refusal);
    assert_failed(f, message);
    assert_int_equal(f->data[0], 0xDB);
}

static void test_a_device_that_is_unavailable(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame refusal = answer_to(&f->sent);
    refusal.flags |= AOE_FLAG_ERROR;
    refusal.error = AOE_ERROR_DEVICE;
    check_refused(f, &refusal,
                  "e7.3: READ SECTORS of 2 sectors at LBA 5: AoE error 3 (device unavailable)");
}

static void test_a_device_that_becomes_available(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame refusal = answer_to(&f->sent);
    refusal.flags |= AOE_FLAG_ERROR;
    refusal.error = AOE_ERROR_DEVICE;
    receive(f, &refusal);
    next_later(f);
    answer(f, &f->sent);
    assert_read(f);
}

static void test_too_little_data(void **state)
{
    static const size_t lengths[] = {0, 1, 24, 512, 1023};
    struct fixture *f = *state;
    uint8_t junk[2 * AOE_SECTOR_BYTES] = {0};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char message[ENGINE_TEXT];
        ask(f);
        struct aoe_frame cut = answer_to(&f->sent);
        cut.payload = (struct aoe_span){junk, lengths[i]};
        snprintf(message, sizeof message,
                 "e7.3: READ SECTORS of 2 sectors at LBA 5: %zu of 1024 bytes of data came",
                 lengths[i]);
        check_refused(f, &cut, message);
    }
}

static void test_a_success_without_its_argument(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_OUT, 5, 2);
    assert_true(next(f));
    struct aoe_frame request = keep(f), whole = answer_to(&request);
    uint8_t bytes[AOE_ATA_BYTES];
    aoe_frame_build(&whole, bytes, sizeof bytes);
    for (size_t length = 0; length < sizeof bytes; length++) {
        engine_receive(&f->engine, (struct aoe_span){bytes, length});
        assert_int_equal(state_of(f), ENGINE_BUSY);
    }
    engine_receive(&f->engine, (struct aoe_span){bytes, sizeof bytes});
    assert_int_equal(state_of(f), ENGINE_DONE);
}

static void test_too_much_data_is_cut(void **state)
{
    struct fixture *f = *state;
    static uint8_t data[5 * AOE_SECTOR_BYTES];
    ask(f);
    struct aoe_frame more = answer_to(&f->sent);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = content(5 + i / AOE_SECTOR_BYTES, i % AOE_SECTOR_BYTES);
    more.payload = (struct aoe_span){data, sizeof data};
    receive(f, &more);
    assert_read(f);
}

static void test_ata_errors(void **state)
{
    static const struct {
        uint8_t status, error;
        const char *text;
    } cases[] = {
        {0x41, 0x10, "status DRDY ERR, error IDNF"}, {0x41, 0x40, "status DRDY ERR, error UNC"},
        {0x60, 0, "status DRDY DF, error 0"},        {0x80, 0, "status BSY, error 0"},
        {0x48, 0, "status DRDY DRQ, error 0"},       {0x00, 0, "status 0, error 0"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint8_t junk[2 * AOE_SECTOR_BYTES] = {0};
        char message[ENGINE_TEXT];
        ask(f);
        struct aoe_frame failed = answer_to(&f->sent);
        failed.ata.opcode = cases[i].status;
        failed.ata.feature = cases[i].error;
        failed.payload = (struct aoe_span){junk, sizeof junk};
        receive(f, &failed);
        snprintf(message, sizeof message, "e7.3: READ SECTORS of 2 sectors at LBA 5: I/O error: %s",
                 cases[i].text);
        assert_failed(f, message);
        assert_int_equal(f->data[0], 0xDB);
    }
}

/* ---- news of the target ---- */

static void test_fewer_sectors_from_now_on(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame news = advert(TARGET, BUFFERS, 1);
    bring_up(f, BUFFERS, 4);
    begin(f, ATA_DATA_OUT, 5, 6);
    assert_true(next(f));
    struct aoe_frame first = keep(f);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.count, 2);
    answer(f, &f->sent);
    receive(f, &news);
    next_later(f); /* what was asked for as 4 sectors is asked for anew, one by one */
    assert_int_not_equal(f->sent.tag, first.tag);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(f->sent.ata.count, 1);
        assert_int_equal(aoe_ata_lba(&f->sent.ata), 5 + i);
        struct aoe_frame late = answer_to(&first); /* nothing waits for it any more */
        receive(f, &late);
        assert_int_equal(state_of(f), ENGINE_BUSY);
        answer(f, &f->sent);
        assert_int_equal(next(f), i < 3);
    }
    assert_read(f);
}

static void test_an_error_since_fewer_sectors_are_taken(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame news = advert(TARGET, BUFFERS, 1);
    ask(f);
    struct aoe_frame refusal = answer_to(&f->sent);
    refusal.flags |= AOE_FLAG_ERROR;
    refusal.error = AOE_ERROR_ARGUMENT;
    receive(f, &news);
    receive(f, &refusal);
    while (next_command(f)) {
        assert_int_equal(f->sent.ata.count, 1);
        answer(f, &f->sent);
    }
    assert_read(f);
}

static void test_more_sectors_from_now_on(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame news = advert(TARGET, BUFFERS, 17);
    ask(f);
    receive(f, &news);
    next_later(f);
    assert_int_equal(f->sent.ata.count, 2); /* a repeat has the same content */
    answer(f, &f->sent);
    assert_read(f);
    begin(f, ATA_DATA_IN, 5, 20);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.count, 17);
}

static void test_fewer_buffers_from_now_on(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame news = advert(TARGET, 1, 2), sent[DEPTH];
    bring_up(f, BUFFERS, 2);
    begin(f, ATA_DATA_IN, 0, 40);
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_true(next(f));
        sent[i] = keep(f);
    }
    receive(f, &news);
    for (unsigned i = 0; i < DEPTH; i++) {
        assert_false(next(f));
        answer(f, &sent[i]);
    }
    while (next(f)) {
        struct aoe_frame only = keep(f);
        assert_false(next(f));
        answer(f, &only);
    }
    assert_read(f);
}

static void test_the_own_mtu_shrinks(void **state)
{
    struct fixture *f = *state;
    bring_up(f, BUFFERS, 17);
    begin(f, ATA_DATA_OUT, 5, 17);
    assert_true(next(f));
    assert_int_equal(f->sent.ata.count, 17);
    engine_follow_link(&f->engine, OWN, 1500);
    next_later(f);
    do {
        assert_true(f->sent.ata.count <= 2);
        answer(f, &f->sent);
    } while (next(f));
    assert_read(f);
}

static void test_the_target_moved(void **state)
{
    struct fixture *f = *state;
    ask(f);
    struct aoe_frame first = keep(f);
    while (f->sent.command == AOE_COMMAND_ATA)
        assert_true(next_ever(f));
    struct aoe_frame here = config_answer(&f->sent, SECOND, BUFFERS, 2);
    receive(f, &here);
    next_later(f);
    assert_memory_equal(f->sent.destination, SECOND, AOE_MAC_BYTES);
    assert_int_equal(f->sent.tag, first.tag);
    answer(f, &f->sent);
    assert_read(f);
}

static void test_a_path_dies(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame other = advert(SECOND, BUFFERS, 2);
    unsigned to_dead = 0;
    bring_up(f, BUFFERS, 2);
    receive(f, &other);
    begin(f, ATA_DATA_IN, 0, 60);
    while (next_command(f)) {
        if (memcmp(f->sent.destination, TARGET, AOE_MAC_BYTES) == 0)
            to_dead++;
        else
            answer(f, &f->sent);
    }
    assert_read(f);
    assert_in_range(to_dead, 1, 2 * DEPTH); /* what was in flight, and no more */
}

/* Now and then a frame is lost: that does not add up to a dead path. */
static void test_a_path_that_answers_now_and_then(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame other = advert(SECOND, BUFFERS, 2);
    unsigned to_target = 0;
    bring_up(f, BUFFERS, 2);
    receive(f, &other);
    begin(f, ATA_DATA_IN, 0, 120);
    f->engine.settings.depth = 1;
    while (next_command(f)) {
        bool here = memcmp(f->sent.destination, TARGET, AOE_MAC_BYTES) == 0;
        to_target += here;
        if (!here || to_target % 2)
            answer(f, &f->sent);
    }
    assert_read(f);
    assert_in_range(to_target, 30, 60);
}

static void test_both_paths_are_used(void **state)
{
    struct fixture *f = *state;
    engine_open(&f->engine);
    assert_true(next(f));
    struct aoe_frame first = config_answer(&f->sent, TARGET, BUFFERS, 2);
    struct aoe_frame second = config_answer(&f->sent, SECOND, BUFFERS, 2);
    receive(f, &first);
    receive(f, &second);
    unsigned to_second = 0, sent = 0;
    assert_true(next(f));
    answer(f, &f->sent);
    begin(f, ATA_DATA_IN, 0, 40);
    for (; next(f); sent++) {
        to_second += !memcmp(f->sent.destination, SECOND, AOE_MAC_BYTES);
        answer(f, &f->sent);
    }
    assert_int_equal(sent, 20);
    assert_int_equal(to_second, 10);
    assert_read(f);
}

static void test_adverts_of_others_do_no_harm(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        struct aoe_frame absurd = advert(STRANGER, BUFFERS, 1);
        ask(f);
        switch (i) {
        case 0:
            absurd.shelf = AOE_SHELF_ALL;
            break;
        case 1:
            absurd.slot++;
            break;
        case 2:
            absurd.config.version = 3;
            break;
        case 3:
            absurd.config.length = UINT16_MAX;
            break;
        default:
            absurd.source[0] |= 1;
            break;
        }
        receive(f, &absurd);
        assert_int_equal(f->engine.target.path_count, 1);
        answer(f, &f->sent);
        assert_read(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_what_does_not_match),
        FIXTURE_TEST(test_a_config_answer_with_the_tag_of_a_read),
        FIXTURE_TEST(test_a_wrong_tag_completes_no_discovery),
        FIXTURE_TEST(test_answers_before_the_request),
        FIXTURE_TEST(test_late_and_duplicate_answers),
        FIXTURE_TEST(test_answers_after_it_was_given_up),
        FIXTURE_TEST(test_aoe_errors_that_stay),
        FIXTURE_TEST(test_an_error_of_the_header_alone),
        FIXTURE_TEST(test_a_device_that_is_unavailable),
        FIXTURE_TEST(test_a_device_that_becomes_available),
        FIXTURE_TEST(test_too_little_data),
        FIXTURE_TEST(test_a_success_without_its_argument),
        FIXTURE_TEST(test_too_much_data_is_cut),
        FIXTURE_TEST(test_ata_errors),
        FIXTURE_TEST(test_fewer_sectors_from_now_on),
        FIXTURE_TEST(test_an_error_since_fewer_sectors_are_taken),
        FIXTURE_TEST(test_more_sectors_from_now_on),
        FIXTURE_TEST(test_fewer_buffers_from_now_on),
        FIXTURE_TEST(test_the_own_mtu_shrinks),
        FIXTURE_TEST(test_the_target_moved),
        FIXTURE_TEST(test_a_path_dies),
        FIXTURE_TEST(test_a_path_that_answers_now_and_then),
        FIXTURE_TEST(test_both_paths_are_used),
        FIXTURE_TEST(test_adverts_of_others_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
