/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered, saved and loaded. */
#include "stream.h"

enum { ROOM = 1 << 16, FRAMES = 400, SHIFT = 1000000, MARKS = 7 };

static const uint32_t marks[MARKS] = {70, 71, 72, 73, 74, 75, 76};

struct told {
    size_t count;
    uint64_t sum, shift;
    bool mapped;
};

static uint32_t mapped(uint32_t mark, bool is)
{
    assert_true(!is || mark < MARKS || (mark >= marks[0] && mark < marks[0] + MARKS));
    return is && mark < MARKS ? marks[mark] : mark;
}

/* Adds up what is given up, as the one would tell it that was loaded. */
static void tell(void *user, const struct aoe_exchange_given_up *given_up)
{
    struct told *told = user;
    uint64_t all = given_up->request + told->shift;
    all = all * 31 + (uint64_t)given_up->time_first;
    all = all * 31 + (uint64_t)given_up->time_last;
    all = all * 31 + given_up->sent;
    all = all * 31 + mapped(given_up->mark, told->mapped);
    told->sum = told->sum * 31 + all * 2 + given_up->at_end;
    told->count++;
}

static void expect_same(const struct aoe_exchange_event *one, const struct aoe_exchange_event *two)
{
    bool numbered = one->kind != AOE_EXCHANGE_UNSOLICITED && one->kind != AOE_EXCHANGE_NONE;
    uint64_t shift = numbered ? SHIFT : 0;
    assert_int_equal(one->kind, two->kind);
    assert_int_equal(one->given_up, two->given_up);
    assert_int_equal(one->repeats, two->repeats);
    assert_true(one->request + shift == two->request);
    assert_true(one->request_first + shift == two->request_first);
    assert_true(one->since_last == two->since_last && one->since_first == two->since_first);
    assert_true(one->lba == two->lba && one->opcode == two->opcode && one->count == two->count);
    assert_true(one->aflags == two->aflags && one->subcommand == two->subcommand);
    if (numbered)
        assert_int_equal(mapped(one->mark, true), mapped(two->mark, true));
}

static struct stream stream_of_case(uint64_t seed)
{
    struct stream stream = stream_of(seed);
    stream.tags = 2 + stream_below(&stream, 40);
    stream.places = 1 + stream_below(&stream, 30);
    stream.loss = stream_below(&stream, 3) * 4;
    stream.step = 1 + stream_below(&stream, 60);
    return stream;
}

static void feed_one(struct stream *stream, struct aoe_exchanges *exchanges,
                     struct aoe_exchanges *loaded)
{
    struct aoe_frame frame = stream_next(stream);
    if (!stream_below(stream, 50))
        stream->time += (int64_t)stream_below(stream, 3 * PATIENCE) - 3 * PATIENCE / 2;
    uint32_t mark = stream_below(stream, MARKS);
    struct aoe_exchange_event one = stream_feed(exchanges, &frame, stream->number, stream->time);
    aoe_exchanges_mark(exchanges, mark);
    if (!loaded)
        return;
    struct aoe_exchange_event two =
        stream_feed(loaded, &frame, stream->number + SHIFT, stream->time);
    aoe_exchanges_mark(loaded, marks[mark]);
    expect_same(&one, &two);
    assert_int_equal(aoe_exchanges_open(exchanges), aoe_exchanges_open(loaded));
}

static void save_and_go_on(uint64_t seed, uint8_t *bytes)
{
    struct told first = {.shift = SHIFT, .mapped = true}, second = {.shift = 0};
    struct stream stream = stream_of_case(seed);
    struct aoe_exchanges *exchanges = aoe_exchanges_new(16, PATIENCE, tell, &first);
    struct aoe_exchanges *loaded = aoe_exchanges_new(16, PATIENCE, tell, &second);
    assert_true(exchanges && loaded);
    for (unsigned left = stream_below(&stream, FRAMES); left; left--)
        feed_one(&stream, exchanges, NULL);
    struct aoe_writer to = aoe_writer(bytes, ROOM);
    assert_true(aoe_exchanges_save(exchanges, &to));
    struct aoe_cursor from = aoe_cursor(bytes, to.position);
    assert_int_equal(aoe_exchanges_load(loaded, &from, SHIFT, marks, MARKS), 0);
    assert_int_equal(aoe_cursor_left(&from), 0);
    assert_true(aoe_exchanges_settled(loaded));
    first = (struct told){.shift = SHIFT, .mapped = true};
    for (unsigned left = FRAMES; left; left--)
        feed_one(&stream, exchanges, loaded);
    aoe_exchanges_finish(exchanges);
    aoe_exchanges_finish(loaded);
    assert_int_equal(first.count, second.count);
    assert_true(first.sum == second.sum);
    aoe_exchanges_free(exchanges);
    aoe_exchanges_free(loaded);
}

static void what_is_loaded_goes_on_alike(void **state)
{
    (void)state;
    uint8_t *bytes = malloc(ROOM);
    assert_non_null(bytes);
    for (uint64_t seed = 1; seed <= 200; seed++)
        save_and_go_on(seed, bytes);
    free(bytes);
}

/* Something of each state. */
static size_t save_some(uint8_t *bytes, size_t room)
{
    struct stream stream = stream_of_case(5);
    struct aoe_exchanges *exchanges = aoe_exchanges_new(16, PATIENCE, NULL, NULL);
    assert_non_null(exchanges);
    stream.loss = 4;
    for (int i = 0; i < 100; i++) {
        struct aoe_frame frame = stream_next(&stream);
        stream_feed(exchanges, &frame, stream.number, stream.time);
    }
    struct aoe_writer to = aoe_writer(bytes, room);
    bool saved = aoe_exchanges_save(exchanges, &to);
    aoe_exchanges_free(exchanges);
    return saved ? to.position : 0;
}

static int load(const uint8_t *bytes, size_t length, size_t capacity, int64_t patience,
                size_t count)
{
    struct aoe_exchanges *exchanges = aoe_exchanges_new(capacity, patience, NULL, NULL);
    assert_non_null(exchanges);
    struct aoe_cursor from = aoe_cursor(bytes, length);
    struct aoe_frame frame = read_of(1, 1);
    stream_feed(exchanges, &frame, 1, 1);
    int result = aoe_exchanges_load(exchanges, &from, 0, marks, count);
    if (result < 0)
        assert_int_equal(aoe_exchanges_open(exchanges), 0);
    for (struct stream stream = stream_of_case(6); stream.number < 100;) {
        frame = stream_next(&stream);
        stream_feed(exchanges, &frame, stream.number, stream.time);
    }
    aoe_exchanges_free(exchanges);
    return result;
}

static void only_what_was_saved_alike_is_loaded(void **state)
{
    (void)state;
    uint8_t bytes[8192];
    size_t length = save_some(bytes, sizeof bytes);
    assert_true(length > 500);
    assert_int_equal(load(bytes, length, 16, PATIENCE, MARKS), 0);
    assert_int_equal(load(bytes, length, 32, PATIENCE, MARKS), -1);
    assert_int_equal(load(bytes, length, 16, PATIENCE + 1, MARKS), -1);
    assert_int_equal(load(bytes, length, 16, PATIENCE, 0), -1);
    for (size_t cut = 0; cut < length; cut++)
        assert_int_equal(load(bytes, cut, 16, PATIENCE, MARKS), -1);
}

static void what_does_not_fit_is_not_saved(void **state)
{
    (void)state;
    uint8_t bytes[8192];
    size_t length = save_some(bytes, sizeof bytes);
    assert_int_equal(save_some(bytes, length), length);
    for (size_t room = 0; room < length; room += 7)
        assert_int_equal(save_some(bytes, room), 0);
}

/* Whether it came from the frames or from what was saved meanwhile. */
static void the_same_is_saved_again(void **state)
{
    (void)state;
    static const uint32_t same[MARKS] = {0, 1, 2, 3, 4, 5, 6};
    uint8_t bytes[2][8192];
    struct stream stream = stream_of_case(5);
    struct aoe_exchanges *exchanges[2];
    for (int i = 0; i < 2; i++)
        assert_non_null(exchanges[i] = aoe_exchanges_new(16, PATIENCE, NULL, NULL));
    for (int i = 0; i < 150; i++) {
        struct aoe_frame frame = stream_next(&stream);
        stream_feed(exchanges[0], &frame, stream.number, stream.time);
        stream_feed(exchanges[1], &frame, stream.number, stream.time);
        struct aoe_writer to[2];
        for (int k = 0; k < 2; k++) {
            to[k] = aoe_writer(bytes[k], sizeof bytes[k]);
            assert_true(aoe_exchanges_save(exchanges[k], &to[k]));
        }
        assert_int_equal(to[0].position, to[1].position);
        assert_memory_equal(bytes[0], bytes[1], to[0].position);
        struct aoe_cursor from = aoe_cursor(bytes[0], to[0].position);
        assert_int_equal(aoe_exchanges_load(exchanges[1], &from, 0, same, MARKS), 0);
    }
    aoe_exchanges_free(exchanges[0]);
    aoe_exchanges_free(exchanges[1]);
}

/* A byte anywhere: refused, or loaded and harmless. */
static void spoilt_states_do_no_harm(void **state)
{
    (void)state;
    uint8_t bytes[8192], good[8192];
    size_t length = save_some(good, sizeof good), refused = 0;
    for (size_t at = 0; at < length; at++)
        for (unsigned bit = 0; bit < 8; bit++) {
            memcpy(bytes, good, length);
            bytes[at] ^= (uint8_t)(1 << bit);
            refused += load(bytes, length, 16, PATIENCE, MARKS) < 0;
        }
    assert_true(refused > length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_loaded_goes_on_alike),
        cmocka_unit_test(only_what_was_saved_alike_is_loaded),
        cmocka_unit_test(what_does_not_fit_is_not_saved),
        cmocka_unit_test(the_same_is_saved_again),
        cmocka_unit_test(spoilt_states_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
