/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

static void a_request_and_its_answer(void **state)
{
    struct wire *wire = *state;
    assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REQUEST);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(wire->event.request_first, 1);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 1);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.since_last, 10);
    assert_int_equal(wire->event.since_first, 10);
    assert_int_equal(wire->event.repeats, 0);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
    aoe_exchanges_finish(wire->exchanges);
    assert_int_equal(wire->up.count, 0);
}

static void a_second_response_is_a_duplicate(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, data_of(1, 5));
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(wire->event.since_first, 20);
}

static void a_repeat_explains_a_second_response_but_no_third(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REPEAT);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(wire->event.since_last, 10);
    assert_int_equal(wire->event.repeats, 1);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 1);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 2);
    assert_int_equal(wire->event.request_first, 1);
    assert_int_equal(wire->event.since_last, 10);
    assert_int_equal(wire->event.since_first, 20);
    assert_int_equal(wire->event.repeats, 1);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_DUPLICATE);
}

/* The repeat left before the answer arrived. */
static void a_repeat_may_cross_the_answer(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, data_of(1, 5));
    assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REPEAT);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_DUPLICATE);
}

static void a_new_tag_repeats_an_open_command(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    assert_int_equal(feed(wire, read_of(2, 5)), AOE_EXCHANGE_REPEAT_NEW);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(wire->event.repeats, 1);
    assert_int_equal(feed(wire, read_of(3, 5)), AOE_EXCHANGE_REPEAT_NEW);
    assert_int_equal(wire->event.request, 2);
    assert_int_equal(wire->event.request_first, 1);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 1);
    assert_int_equal(feed(wire, data_of(3, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 3);
    assert_int_equal(wire->event.request_first, 1);
    assert_int_equal(wire->event.since_last, 10);
    assert_int_equal(wire->event.since_first, 30);
    assert_int_equal(wire->event.repeats, 2);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(feed(wire, data_of(2, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(feed(wire, data_of(2, 5)), AOE_EXCHANGE_DUPLICATE);
    assert_int_equal(feed(wire, read_of(4, 5)), AOE_EXCHANGE_REQUEST);
}

static void the_old_tag_may_answer_first(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, read_of(2, 5));
    feed(wire, read_of(3, 5));
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(wire->event.since_last, 30);
    assert_int_equal(wire->event.repeats, 2);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
    assert_int_equal(feed(wire, data_of(3, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(feed(wire, data_of(2, 5)), AOE_EXCHANGE_LATE);
    aoe_exchanges_finish(wire->exchanges);
    assert_int_equal(wire->up.count, 0);
}

/* Each of these differs from the command that is open. */
static void another_command_is_no_repeat(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame others[8];
    for (size_t i = 0; i < COUNT(others); i++)
        others[i] = read_of(2, 5);
    others[0].ata.lba[0] = 6;
    others[1].ata.count = 2;
    others[2].ata.opcode = ATA_VERIFY;
    others[3].ata.aflags = AOE_ATA_ASYNC;
    others[4].source[5] = 9;
    others[5].slot = 4;
    others[6].shelf = 8;
    others[7].ata.feature = 1;
    feed(wire, read_of(1, 5));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(feed(wire, others[i]), AOE_EXCHANGE_REQUEST);
    wire->vlan = 5;
    assert_int_equal(feed(wire, read_of(2, 5)), AOE_EXCHANGE_REQUEST);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 2 + COUNT(others));
}

/* Each of these differs in what pairs a response with its request. */
static void what_does_not_pair_is_unsolicited(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame others[6];
    for (size_t i = 0; i < COUNT(others); i++)
        others[i] = data_of(1, 5);
    others[0].tag = 2;
    others[1].shelf = 8;
    others[2].slot = 4;
    others[3].source[5] = 9;
    others[4].destination[5] = 9;
    others[5].command = AOE_COMMAND_CONFIG;
    feed(wire, read_of(1, 5));
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(feed(wire, others[i]), AOE_EXCHANGE_UNSOLICITED);
    wire->vlan = 1;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_UNSOLICITED);
    wire->vlan = 0;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
}

/* Config queries may all have one tag. */
static void an_answered_query_is_asked_anew(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame ask = tagged(config_request(AOE_CONFIG_READ, ""), 0);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(feed(wire, ask), AOE_EXCHANGE_REQUEST);
        assert_int_equal(feed(wire, advert_of(2, 7)), AOE_EXCHANGE_ANSWER);
        assert_int_equal(wire->event.since_first, 10);
    }
    assert_int_equal(feed(wire, advert_of(2, 7)), AOE_EXCHANGE_DUPLICATE);
}

static void a_reused_tag_is_a_new_request(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, data_of(1, 5));
    assert_int_equal(feed(wire, read_of(1, 6)), AOE_EXCHANGE_REQUEST);
    assert_int_equal(feed(wire, data_of(1, 6)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 3);
    assert_int_equal(feed(wire, data_of(1, 6)), AOE_EXCHANGE_DUPLICATE);
}

/* An initiator that breaks i-tag: the LBA tells the responses apart, in any order. */
static void one_tag_for_two_open_commands(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    assert_int_equal(feed(wire, read_of(1, 6)), AOE_EXCHANGE_REQUEST);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 2);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(feed(wire, data_of(1, 6)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 2);
}

/* A silent test and the set after it share a tag; the sub-command says which one is answered. */
static void the_subcommand_tells_queries_apart(void **state)
{
    struct wire *wire = *state;
    feed(wire, config_request(AOE_CONFIG_SET, "a"));
    assert_int_equal(feed(wire, config_request(AOE_CONFIG_TEST, "a")), AOE_EXCHANGE_REQUEST);
    assert_int_equal(feed(wire, config_response(AOE_CONFIG_SET, "a")), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 1);
    assert_int_equal(feed(wire, config_request(AOE_CONFIG_TEST, "b")), AOE_EXCHANGE_REQUEST);
    assert_int_equal(feed(wire, config_request(AOE_CONFIG_TEST, "b")), AOE_EXCHANGE_REPEAT);
}

static void responses_may_come_in_any_order(void **state)
{
    struct wire *wire = *state;
    for (uint32_t tag = 0; tag < 20; tag++)
        feed(wire, read_of(tag, tag));
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 20);
    for (uint32_t i = 0; i < 20; i++) {
        uint32_t tag = i * 7 % 20;
        assert_int_equal(feed(wire, data_of(tag, tag)), AOE_EXCHANGE_ANSWER);
        assert_int_equal(wire->event.request, tag + 1);
    }
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
}

static void what_is_not_answered_is_given_up_once(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, read_of(2, 6));
    feed(wire, read_of(2, 6));
    feed(wire, read_of(3, 5));
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 2);
    wire->time = 30 + PATIENCE - 10;
    feed(wire, read_of(9, 9));
    assert_int_equal(wire->up.count, 0);
    feed(wire, data_of(9, 9));
    assert_int_equal(wire->up.count, 1);
    assert_int_equal(wire->up.request[0], 2);
    assert_int_equal(wire->up.sent[0], 2);
    assert_int_equal(wire->up.time[0], 30);
    feed(wire, read_of(8, 8));
    assert_int_equal(wire->up.count, 2);
    assert_int_equal(wire->up.request[1], 1);
    assert_int_equal(wire->up.sent[1], 2);
    assert_int_equal(wire->up.time[1], 40);
    aoe_exchanges_finish(wire->exchanges);
    assert_int_equal(wire->up.count, 3);
    assert_int_equal(wire->up.request[2], 7);
}

static void a_response_after_giving_up_is_late(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    wire->time += PATIENCE;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_LATE);
    assert_true(wire->event.given_up);
    assert_int_equal(wire->up.count, 1);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_DUPLICATE);
    feed(wire, discovery());
    wire->time += PATIENCE;
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_LATE);
    assert_true(wire->event.given_up);
    assert_int_equal(feed(wire, advert_of(2, 1)), AOE_EXCHANGE_DUPLICATE);
    assert_false(wire->event.given_up);
    wire->time += PATIENCE;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_UNSOLICITED);
}

static void a_repeat_after_giving_up_opens_again(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    wire->time += PATIENCE;
    assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REPEAT);
    assert_int_equal(wire->up.count, 1);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 1);
    assert_int_equal(feed(wire, read_of(2, 5)), AOE_EXCHANGE_REPEAT_NEW);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
}

static void an_answer_is_forgotten_after_patience(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, data_of(1, 5));
    wire->time += PATIENCE - 10;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_DUPLICATE);
    wire->time += PATIENCE;
    assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REQUEST);
}

static void the_oldest_makes_room(void **state)
{
    struct wire *wire = *state;
    for (uint32_t tag = 0; tag < 64; tag++)
        feed(wire, read_of(tag, tag));
    feed(wire, read_of(0, 0));
    assert_int_equal(wire->up.count, 0);
    feed(wire, read_of(64, 64));
    assert_int_equal(wire->up.count, 1);
    assert_int_equal(wire->up.request[0], 2);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 64);
    assert_false(wire->up.last.at_end);
    assert_int_equal(feed(wire, data_of(1, 1)), AOE_EXCHANGE_LATE);
    assert_true(wire->event.given_up);
    assert_int_equal(feed(wire, data_of(0, 0)), AOE_EXCHANGE_ANSWER);
}

/* However many others are answered meanwhile. */
static void what_is_open_is_not_pushed_out(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1000, 5));
    wire->time -= 10;
    for (uint32_t tag = 0; tag < 500; tag++) {
        feed(wire, read_of(tag, 100 + tag));
        assert_int_equal(feed(wire, data_of(tag, 100 + tag)), AOE_EXCHANGE_ANSWER);
        wire->time -= 20;
    }
    assert_int_equal(feed(wire, read_of(1000, 5)), AOE_EXCHANGE_REPEAT);
    assert_int_equal(feed(wire, data_of(1000, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(feed(wire, data_of(1000, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(wire->up.count, 0);
}

/* As many others, of which the 64th pushes it out. */
static void what_ended_is_pushed_out_by_as_many_others(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1000, 5));
    feed(wire, data_of(1000, 5));
    for (uint32_t tag = 0; tag < 64; tag++) {
        feed(wire, read_of(tag, 100 + tag));
        assert_int_equal(feed(wire, data_of(1000, 5)), AOE_EXCHANGE_DUPLICATE);
        feed(wire, data_of(tag, 100 + tag));
        wire->time -= 30;
    }
    assert_int_equal(feed(wire, data_of(1000, 5)), AOE_EXCHANGE_UNSOLICITED);
    assert_int_equal(feed(wire, data_of(0, 100)), AOE_EXCHANGE_DUPLICATE);
}

/* The successor of a superseded tag may be forgotten before it. */
static void a_forgotten_successor_is_not_followed(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1000, 5));
    feed(wire, read_of(1001, 5));
    feed(wire, data_of(1001, 5));
    for (uint32_t i = 0; i < 500; i++) {
        feed(wire, read_of(1000, 5));
        wire->time -= 10;
        feed(wire, read_of(i, 100 + i));
        feed(wire, data_of(i, 100 + i));
        wire->time -= 20;
    }
    assert_int_equal(wire->up.count, 0);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
}

/* The old tag is forgotten by count while late responses to it come. */
static void late_responses_keep_nothing_in_mind(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1000, 5));
    feed(wire, read_of(1001, 5));
    feed(wire, data_of(1001, 5));
    for (uint32_t i = 0; i < 100; i++) {
        enum aoe_exchange_kind kind = feed(wire, data_of(1000, 5));
        if (i == 0)
            assert_int_equal(kind, AOE_EXCHANGE_LATE);
        else
            assert_int_equal(kind, i < 63 ? AOE_EXCHANGE_DUPLICATE : AOE_EXCHANGE_UNSOLICITED);
        feed(wire, read_of(i, 100 + i));
        feed(wire, data_of(i, 100 + i));
        wire->time -= 30;
    }
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
}

static void a_repeat_does_not_push_out_what_it_repeats(void **state)
{
    struct wire *wire = *state;
    for (uint32_t tag = 0; tag < 64; tag++)
        feed(wire, read_of(tag, tag));
    assert_int_equal(feed(wire, read_of(100, 0)), AOE_EXCHANGE_REPEAT_NEW);
    assert_int_equal(wire->up.count, 0);
    assert_int_equal(feed(wire, data_of(100, 0)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request_first, 1);
    assert_int_equal(feed(wire, data_of(0, 0)), AOE_EXCHANGE_LATE);
}

/* Both lists are full: the one that opens again is the oldest of its own. */
static void what_opens_again_is_not_pushed_out_by_it(void **state)
{
    struct wire *wire = *state;
    for (uint32_t tag = 0; tag < 128; tag++) {
        feed(wire, read_of(tag, tag));
        wire->time -= 10;
    }
    assert_int_equal(wire->up.count, 64);
    wire->up.count = 0;
    assert_int_equal(feed(wire, read_of(0, 0)), AOE_EXCHANGE_REPEAT);
    assert_int_equal(wire->up.count, 1);
    assert_int_equal(wire->up.request[0], 65);
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 64);
    assert_int_equal(feed(wire, data_of(0, 0)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request_first, 1);
}

static void a_command_keeps_its_mark(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    aoe_exchanges_mark(wire->exchanges, 7);
    assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REPEAT);
    assert_int_equal(wire->event.mark, 7);
    aoe_exchanges_mark(wire->exchanges, 8);
    assert_int_equal(feed(wire, read_of(2, 5)), AOE_EXCHANGE_REPEAT_NEW);
    assert_int_equal(wire->event.mark, 7);
    aoe_exchanges_mark(wire->exchanges, 8);
    feed(wire, read_of(3, 6));
    assert_int_equal(wire->event.mark, 0);
    assert_int_equal(feed(wire, data_of(2, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.mark, 7);
    aoe_exchanges_mark(wire->exchanges, 8);
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_LATE);
    assert_int_equal(wire->event.mark, 7);
    feed(wire, read_of(4, 7));
    aoe_exchanges_mark(wire->exchanges, 9);
    aoe_exchanges_finish(wire->exchanges);
    assert_int_equal(wire->up.count, 2);
    assert_int_equal(wire->up.last.mark, 9);
    assert_int_equal(wire->up.last.request, 7);
    assert_true(wire->up.last.at_end);
    aoe_exchanges_mark(wire->exchanges, 9);
}

/* Whatever the response says. */
static void an_event_tells_the_command(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame ask = tagged(ata_request(ATA_WRITE_EXT, 2, UINT64_C(0xABCDEF012345)), 1);
    for (int i = 0; i < 3; i++) {
        feed(wire, i < 2 ? ask : data_of(1, UINT64_C(0xABCDEF012345)));
        assert_int_equal(wire->event.opcode, ATA_WRITE_EXT);
        assert_int_equal(wire->event.count, 2);
        assert_int_equal(wire->event.aflags, AOE_ATA_EXTENDED | AOE_ATA_WRITE);
        assert_true(wire->event.lba == UINT64_C(0xABCDEF012345));
        assert_int_equal(wire->event.subcommand, 0);
    }
    for (int i = 0; i < 2; i++) {
        feed(wire,
             i ? config_response(AOE_CONFIG_TEST, "a") : config_request(AOE_CONFIG_TEST, "a"));
        assert_int_equal(wire->event.subcommand, AOE_CONFIG_TEST);
        assert_true(!wire->event.opcode && !wire->event.count && !wire->event.lba);
    }
    feed(wire, data_of(9, 9));
    assert_int_equal(wire->event.kind, AOE_EXCHANGE_UNSOLICITED);
    assert_true(!wire->event.lba && !wire->event.mark && !wire->event.request);
}

/* Sent with the old tag last, answered by nobody. */
static void what_is_given_up_tells_its_story(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, read_of(2, 5));
    feed(wire, read_of(1, 5));
    aoe_exchanges_finish(wire->exchanges);
    assert_int_equal(wire->up.count, 1);
    assert_int_equal(wire->up.last.request, 1);
    assert_int_equal(wire->up.last.sent, 3);
    assert_int_equal(wire->up.last.time_first, 10);
    assert_int_equal(wire->up.last.time_last, 30);
}

/* Only ATA says what it asks for in so many words; the same query may be meant twice. */
static void only_ata_is_repeated_with_a_new_tag(void **state)
{
    struct wire *wire = *state;
    struct aoe_frame wide = read_of(3, 5);
    feed(wire, tagged(config_request(AOE_CONFIG_READ, ""), 1));
    assert_int_equal(feed(wire, tagged(config_request(AOE_CONFIG_READ, ""), 2)),
                     AOE_EXCHANGE_REQUEST);
    wide.slot = AOE_SLOT_ALL;
    feed(wire, wide);
    assert_int_equal(feed(wire, tagged(wide, 4)), AOE_EXCHANGE_REQUEST);
}

/* Neither LBA is the response's: the later request is taken. */
static void of_two_open_commands_the_later_is_answered(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, read_of(1, 6));
    assert_int_equal(feed(wire, data_of(1, 0)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 2);
    assert_int_equal(feed(wire, data_of(1, 0)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.request, 1);
}

static void repeats_of_the_old_tag_keep_a_command_open(void **state)
{
    struct wire *wire = *state;
    feed(wire, read_of(1, 5));
    feed(wire, read_of(2, 5));
    for (int i = 0; i < 5; i++) {
        wire->time += PATIENCE - 100;
        assert_int_equal(feed(wire, read_of(1, 5)), AOE_EXCHANGE_REPEAT);
    }
    assert_int_equal(wire->up.count, 0);
    assert_int_equal(feed(wire, data_of(2, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.repeats, 6);
}

/* An error response may be a header alone, and a capture may hold no more of it. */
static void a_header_is_enough(void **state)
{
    struct wire *wire = *state;
    struct made made = {.frame = data_of(1, 5)};
    feed(wire, read_of(1, 5));
    seal(&made, 0);
    reseal(&made, AOE_HEADER_BYTES);
    assert_int_equal(aoe_exchanges_feed(wire->exchanges, &made.frame, 2, 20, 0).kind,
                     AOE_EXCHANGE_ANSWER);
}

static void times_may_step_back_a_little(void **state)
{
    struct wire *wire = *state;
    wire->time = 5000;
    feed(wire, read_of(1, 5));
    wire->time -= 100;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_ANSWER);
    assert_int_equal(wire->event.since_last, 0);
    assert_int_equal(wire->event.since_first, 0);
    feed(wire, read_of(2, 6));
    wire->time = 100;
    assert_int_equal(feed(wire, data_of(1, 5)), AOE_EXCHANGE_UNSOLICITED);
    assert_int_equal(wire->up.count, 1);
    feed(wire, read_of(3, 7));
    wire->time += PATIENCE;
    feed(wire, read_of(4, 8));
    assert_int_equal(wire->up.count, 2);
}

static void extreme_times_do_no_harm(void **state)
{
    struct wire *wire = *state;
    struct made made = {.frame = read_of(1, 5)};
    const int64_t times[] = {INT64_MIN, INT64_MAX, 0, INT64_MAX, INT64_MIN, -1, 1};
    seal(&made, 60);
    for (size_t i = 0; i < COUNT(times); i++) {
        struct aoe_exchange_event event =
            aoe_exchanges_feed(wire->exchanges, &made.frame, i, times[i], 0);
        assert_true(event.since_last >= 0 && event.since_first >= 0);
    }
}

static void other_frames_are_not_counted(void **state)
{
    struct wire *wire = *state;
    struct made made = {.frame = read_of(1, 5)};
    seal(&made, 60);
    for (size_t length = 0; length < AOE_HEADER_BYTES; length++) {
        reseal(&made, length);
        assert_int_equal(aoe_exchanges_feed(wire->exchanges, &made.frame, 1, 1, 0).kind,
                         AOE_EXCHANGE_NONE);
    }
    assert_int_equal(aoe_exchanges_open(wire->exchanges), 0);
}

/* All frames of one key: each feed looks at a few entries, however many there are. */
static void a_hostile_capture_is_not_slow(void **state)
{
    (void)state;
    struct aoe_exchanges *exchanges = aoe_exchanges_new(1 << 16, INT64_MAX, NULL, NULL);
    assert_non_null(exchanges);
    for (uint32_t i = 0; i < 200000; i++) {
        struct made made = {.frame = read_of(i & 1 ? 1 : i, i & 1 ? i : 0)};
        if (i % 3 == 0)
            made.frame.flags |= AOE_FLAG_RESPONSE;
        seal(&made, 0);
        aoe_exchanges_feed(exchanges, &made.frame, i, i, 0);
    }
    aoe_exchanges_finish(exchanges);
    aoe_exchanges_free(exchanges);
}

static void arguments_out_of_range_are_refused(void **state)
{
    (void)state;
    assert_null(aoe_exchanges_new(0, 1, NULL, NULL));
    assert_null(aoe_exchanges_new(8, 1, NULL, NULL));
    assert_null(aoe_exchanges_new(17, 1, NULL, NULL));
    assert_null(aoe_exchanges_new(SIZE_MAX, 1, NULL, NULL));
    assert_null(aoe_exchanges_new(16, 0, NULL, NULL));
    aoe_exchanges_free(NULL);
    struct aoe_exchanges *exchanges = aoe_exchanges_new(16, 1, NULL, NULL);
    assert_non_null(exchanges);
    aoe_exchanges_finish(exchanges);
    aoe_exchanges_free(exchanges);
}

static void kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(aoe_exchange_name(AOE_EXCHANGE_REQUEST), "request");
    assert_string_equal(aoe_exchange_name(AOE_EXCHANGE_REPEAT_NEW), "repeat-new-tag");
    assert_string_equal(aoe_exchange_name(AOE_EXCHANGE_NONE), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {ON_WIRE(a_request_and_its_answer),
                                       ON_WIRE(a_second_response_is_a_duplicate),
                                       ON_WIRE(a_repeat_explains_a_second_response_but_no_third),
                                       ON_WIRE(a_repeat_may_cross_the_answer),
                                       ON_WIRE(a_new_tag_repeats_an_open_command),
                                       ON_WIRE(the_old_tag_may_answer_first),
                                       ON_WIRE(another_command_is_no_repeat),
                                       ON_WIRE(what_does_not_pair_is_unsolicited),
                                       ON_WIRE(an_answered_query_is_asked_anew),
                                       ON_WIRE(a_reused_tag_is_a_new_request),
                                       ON_WIRE(one_tag_for_two_open_commands),
                                       ON_WIRE(the_subcommand_tells_queries_apart),
                                       ON_WIRE(responses_may_come_in_any_order),
                                       ON_WIRE(what_is_not_answered_is_given_up_once),
                                       ON_WIRE(a_response_after_giving_up_is_late),
                                       ON_WIRE(a_repeat_after_giving_up_opens_again),
                                       ON_WIRE(an_answer_is_forgotten_after_patience),
                                       ON_WIRE(the_oldest_makes_room),
                                       ON_WIRE(a_forgotten_successor_is_not_followed),
                                       ON_WIRE(late_responses_keep_nothing_in_mind),
                                       ON_WIRE(what_is_open_is_not_pushed_out),
                                       ON_WIRE(what_ended_is_pushed_out_by_as_many_others),
                                       ON_WIRE(what_opens_again_is_not_pushed_out_by_it),
                                       ON_WIRE(a_command_keeps_its_mark),
                                       ON_WIRE(an_event_tells_the_command),
                                       ON_WIRE(what_is_given_up_tells_its_story),
                                       ON_WIRE(a_repeat_does_not_push_out_what_it_repeats),
                                       ON_WIRE(only_ata_is_repeated_with_a_new_tag),
                                       ON_WIRE(of_two_open_commands_the_later_is_answered),
                                       ON_WIRE(repeats_of_the_old_tag_keep_a_command_open),
                                       ON_WIRE(a_header_is_enough),
                                       ON_WIRE(times_may_step_back_a_little),
                                       ON_WIRE(extreme_times_do_no_harm),
                                       ON_WIRE(other_frames_are_not_counted),
                                       cmocka_unit_test(a_hostile_capture_is_not_slow),
                                       cmocka_unit_test(arguments_out_of_range_are_refused),
                                       cmocka_unit_test(kinds_have_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
