/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests that several targets may answer. */
#include "wire.h"

static void a_broadcast_is_answered_once_by_each(void **state)
{
    struct wire *wire = *state;
    feed(wire, discovery());
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(feed(wire, advert_of(3, 2)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(4, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(feed(wire, advert_of(3, 2)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
    assert_int_equal(feed(wire, discovery()), AOE_EXCHANGE_REQUEST);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 8);
    aoe_exchanges_finish(wire->exchanges);
    assert_int_equal(wire->up.count, 0);
}

static void a_repeated_broadcast_explains_second_responses(void **state)
{
    struct wire *wire = *state;
    feed(wire, discovery());
    assert_int_equal(feed(wire, discovery()), AOE_EXCHANGE_REPEAT);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_LATE);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(feed(wire, advert_of(3, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(3, 1)), AOE_EXCHANGE_LATE);
}

/* Of the two broadcasts of Ethernet and AoE each is enough to reach several targets. */
static void each_kind_of_broadcast_reaches_several(void **state)
{
    struct wire *wire = *state;
    for (unsigned kind = 0; kind < 4; kind++) {
        struct aoe_frame ask = discovery();
        ask.tag = 100 + kind;
        ask.shelf = kind == 1 || kind == 3 ? AOE_SHELF_ALL : 7;
        ask.slot = kind == 2 || kind == 3 ? AOE_SLOT_ALL : 3;
        struct aoe_frame answer = tagged(advert_of(2, 7), ask.tag);
        assert_int_equal(feed(wire, ask), AOE_EXCHANGE_REQUEST);
        assert_int_equal(feed(wire, answer), AOE_EXCHANGE_ANSWER);
        assert_int_equal(feed(wire, answer), AOE_EXCHANGE_DUPLICATE);
        answer.source[5] = 8;
        assert_int_equal(feed(wire, answer), AOE_EXCHANGE_ANSWER);
        answer.shelf = 9;
        assert_int_equal(feed(wire, answer),
                         kind == 1 || kind == 3 ? AOE_EXCHANGE_ANSWER : AOE_EXCHANGE_UNSOLICITED);
    }
}

/* A unicast frame with a broadcast address is for one machine, whoever it is there. */
static void an_address_broadcast_stays_with_its_mac(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame ask = discovery();
    memcpy(ask.destination, target_mac, AOE_MAC_BYTES);
    feed(wire, ask);
    assert_int_equal(feed(wire, advert_of(3, 1)), AOE_EXCHANGE_UNSOLICITED);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 2)), AOE_EXCHANGE_ANSWER);
}

/* Both ask for the same: Linux sends them with the same tag, and each is answered. */
static void two_broadcasts_that_overlap_are_both_answered(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame specific = discovery();
    specific.shelf = 7;
    specific.slot = 3;
    feed(wire, discovery());
    assert_int_equal(feed(wire, specific), AOE_EXCHANGE_REQUEST);
    assert_int_equal(feed(wire, advert_of(2, 7)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 7)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 7)), AOE_EXCHANGE_DUPLICATE);
}

/* The count of broadcast requests follows those that are forgotten, and only those. */
static void forgetting_others_does_not_hide_a_broadcast(void **state)
{
    struct wire *wire = *state;
    feed(wire, config_request(AOE_CONFIG_READ, ""));
    feed(wire, config_response(AOE_CONFIG_READ, ""));
    wire->time += PATIENCE;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(feed(wire, discovery()), AOE_EXCHANGE_REQUEST);
        assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_ANSWER);
        wire->time += 2 * PATIENCE;
    }
}

/* It is remembered as long as it has to be, with all who answered. */
static void responses_do_not_prolong_the_memory(void **state)
{
    struct wire *wire = *state;
    feed(wire, discovery());
    feed(wire, advert_of(2, 1));
    wire->time += PATIENCE - 30;
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(feed(wire, advert_of(3, 1)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_UNSOLICITED);
    assert_int_equal(feed(wire, advert_of(3, 1)), AOE_EXCHANGE_UNSOLICITED);
}

/* More targets than there is room for: those who came first are forgotten with the request. */
static void more_responders_than_room(void **state)
{
    struct wire *wire = *state;
    feed(wire, discovery());
    for (uint16_t shelf = 0; shelf < 64; shelf++) {
        assert_int_equal(feed(wire, advert_of(2, shelf)), AOE_EXCHANGE_ANSWER);
        wire->time -= 10;
    }
    for (uint16_t shelf = 0; shelf < 64; shelf++)
        assert_int_equal(feed(wire, advert_of(2, shelf)), AOE_EXCHANGE_UNSOLICITED);
    assert_int_equal(feed(wire, discovery()), AOE_EXCHANGE_REQUEST);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_ANSWER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_WIRE(a_broadcast_is_answered_once_by_each),
        ON_WIRE(a_repeated_broadcast_explains_second_responses),
        ON_WIRE(each_kind_of_broadcast_reaches_several),
        ON_WIRE(an_address_broadcast_stays_with_its_mac),
        ON_WIRE(two_broadcasts_that_overlap_are_both_answered),
        ON_WIRE(forgetting_others_does_not_hide_a_broadcast),
        ON_WIRE(responses_do_not_prolong_the_memory),
        ON_WIRE(more_responders_than_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
