/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From where on what was fed before the first frame does not matter. */
#include <stdio.h>

#include "stream.h"

enum { BEFORE = 300, AFTER = 1500 };

static struct stream stream_of_case(uint64_t seed)
{
    struct stream stream = stream_of(seed);
    stream.tags = 2 + stream_below(&stream, stream_below(&stream, 2) ? 30 : 60000);
    stream.places = 1 + stream_below(&stream, stream_below(&stream, 2) ? 20 : 100000);
    stream.loss = stream_below(&stream, 3) * 20;
    stream.step = 1 + stream_below(&stream, stream_below(&stream, 2) ? 20 : 200);
    return stream;
}

/* The next frame to both, or to one alone. */
static void feed_both(struct stream *stream, struct aoe_exchanges *whole,
                      struct aoe_exchanges *part, unsigned jumps, const char *what)
{
    struct aoe_frame frame = stream_next(stream);
    if (jumps && !stream_below(stream, jumps))
        stream->time += (int64_t)stream_below(stream, 3 * PATIENCE) - 3 * PATIENCE / 2;
    struct aoe_exchange_event one = stream_feed(whole, &frame, stream->number, stream->time);
    if (!part)
        return;
    struct aoe_exchange_event two = stream_feed(part, &frame, stream->number, stream->time);
    if (!aoe_exchanges_settled(part))
        return;
    bool same = one.kind == two.kind && one.request == two.request &&
                one.request_first == two.request_first && one.repeats == two.repeats &&
                one.since_last == two.since_last && one.since_first == two.since_first &&
                one.given_up == two.given_up &&
                aoe_exchanges_open(whole) == aoe_exchanges_open(part);
    if (!same)
        fail_msg("%s: frame %llu is %s and %s", what, (unsigned long long)stream->number,
                 aoe_exchange_name(one.kind), aoe_exchange_name(two.kind));
}

static bool settles(uint64_t seed, size_t capacity, unsigned jumps)
{
    char what[64];
    struct stream stream = stream_of_case(seed);
    struct aoe_exchanges *whole = aoe_exchanges_new(capacity, PATIENCE, NULL, NULL);
    struct aoe_exchanges *part = aoe_exchanges_new(capacity, PATIENCE, NULL, NULL);
    assert_true(whole && part);
    snprintf(what, sizeof what, "case %llu of %zu", (unsigned long long)seed, capacity);
    for (unsigned left = stream_below(&stream, BEFORE); left; left--)
        feed_both(&stream, whole, NULL, jumps, what);
    if (!stream_below(&stream, 3))
        stream.time -= stream_below(&stream, 2 * PATIENCE);
    for (unsigned left = AFTER; left; left--)
        feed_both(&stream, whole, part, jumps, what);
    bool settled = aoe_exchanges_settled(part);
    aoe_exchanges_free(whole);
    aoe_exchanges_free(part);
    return settled;
}

static void what_is_settled_does_not_depend_on_the_past(void **state)
{
    (void)state;
    size_t settled = 0;
    for (uint64_t seed = 1; seed <= 120; seed++) {
        settled += settles(seed, 16, seed % 5 ? 0 : 100);
        settled += settles(seed, 64, seed % 5 ? 0 : 100);
    }
    assert_true(settled > 45);
}

/* Where tags are not used again soon, in little more than three times the patience, losses or
 * not; and after a step back at once. */
static void ordinary_traffic_settles(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct stream stream = stream_of(seed);
        struct aoe_exchanges *whole = aoe_exchanges_new(64, PATIENCE, NULL, NULL);
        struct aoe_exchanges *part = aoe_exchanges_new(64, PATIENCE, NULL, NULL);
        assert_true(whole && part);
        stream.tags = UINT32_MAX;
        stream.places = 1000000;
        stream.loss = 100;
        stream.step = 5;
        stream.plain = true;
        for (int i = 0; i < 200; i++)
            feed_both(&stream, whole, NULL, 0, "ordinary");
        for (int64_t end = stream.time + 5 * PATIENCE; stream.time < end;)
            feed_both(&stream, whole, part, 0, "ordinary");
        assert_true(aoe_exchanges_settled(part));
        aoe_exchanges_free(whole);
        aoe_exchanges_free(part);
    }
}

/* A command and its answer, to the end that time passes. */
static void pass(struct aoe_exchanges *whole, struct aoe_exchanges *part, uint32_t tag,
                 int64_t time)
{
    const struct aoe_frame frames[] = {read_of(tag, tag), data_of(tag, tag)};
    for (size_t i = 0; i < COUNT(frames); i++) {
        stream_feed(whole, &frames[i], tag + i, time);
        stream_feed(part, &frames[i], tag + i, time);
    }
}

/* The earlier frames were stamped by a clock that is ahead by the patience. The last request among
 * them is given up after another patience, and remembered for a third one: until then its repeat
 * is known as one by who saw it, and by nobody else. */
static void what_was_given_up_may_still_be_repeated(void **state)
{
    (void)state;
    const struct aoe_frame lost = read_of(1, 1000);
    struct aoe_exchanges *whole = aoe_exchanges_new(64, PATIENCE, NULL, NULL);
    struct aoe_exchanges *part = aoe_exchanges_new(64, PATIENCE, NULL, NULL);
    assert_true(whole && part);
    stream_feed(whole, &lost, 1, PATIENCE);
    const int64_t times[] = {1, PATIENCE + 1, PATIENCE + 2, 2 * PATIENCE + 3, 2 * PATIENCE + 4};
    for (size_t i = 0; i < COUNT(times); i++)
        pass(whole, part, (uint32_t)(10 * (i + 1)), times[i]);
    assert_false(aoe_exchanges_settled(part));
    assert_int_equal(stream_feed(whole, &lost, 90, 2 * PATIENCE + 5).kind, AOE_EXCHANGE_REPEAT);
    assert_int_equal(stream_feed(part, &lost, 90, 2 * PATIENCE + 5).kind, AOE_EXCHANGE_REQUEST);
    aoe_exchanges_free(whole);
    aoe_exchanges_free(part);
}

static void a_step_back_settles(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    wire->time += PATIENCE;
    feed(wire, read_of(2, 5));
    assert_false(aoe_exchanges_settled(wire->exchanges));
    wire->time -= 2 * PATIENCE;
    feed(wire, read_of(3, 5));
    assert_true(aoe_exchanges_settled(wire->exchanges));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_settled_does_not_depend_on_the_past),
        cmocka_unit_test(ordinary_traffic_settles),
        cmocka_unit_test(what_was_given_up_may_still_be_repeated),
        ON_WIRE(a_step_back_settles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
