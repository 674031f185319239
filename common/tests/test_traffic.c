/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/traffic.h"

#include <string.h>

#include "common/tests/numbers.h"

#define WITH_TRAFFIC(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static int set_up(void **state)
{
    static struct traffic traffic;
    *state = &traffic;
    return traffic_open(&traffic);
}

static int tear_down(void **state)
{
    traffic_close(*state);
    return 0;
}

static struct pair_key key_of(uint32_t initiator, uint16_t shelf, uint8_t slot, uint32_t vlan)
{
    struct pair_key key = {.shelf = shelf, .slot = slot, .vlan = vlan};
    memcpy(key.initiator, &initiator, sizeof initiator);
    return key;
}

static struct pair *pair_of(struct traffic *traffic, uint32_t initiator, uint16_t shelf,
                            uint8_t slot, uint32_t vlan)
{
    struct pair_key key = key_of(initiator, shelf, slot, vlan);
    int index = traffic_pair(traffic, &key);
    assert_true(index >= 0);
    return traffic->pairs[index];
}

static void test_a_pair_is_made_once(void **state)
{
    struct traffic *traffic = *state;
    const struct pair *first = pair_of(traffic, 1, 7, 3, 0);
    assert_ptr_equal(pair_of(traffic, 1, 7, 3, 0), first);
    assert_ptr_not_equal(pair_of(traffic, 2, 7, 3, 0), first); /* another initiator, */
    assert_ptr_not_equal(pair_of(traffic, 1, 8, 3, 0), first); /* shelf, */
    assert_ptr_not_equal(pair_of(traffic, 1, 7, 4, 0), first); /* slot */
    assert_ptr_not_equal(pair_of(traffic, 1, 7, 3, 9), first); /* and VLAN */
    assert_int_equal(traffic->pair_count, 5);
    assert_int_equal(traffic->target_count, 4);
    assert_int_equal(traffic->initiator_count, 2);
}

static void test_what_finds_no_room_shares_the_last_pair(void **state)
{
    struct traffic *traffic = *state;
    for (uint32_t i = 0; i < TRAFFIC_PAIRS - 1; i++)
        pair_of(traffic, i * i * 7919, (uint16_t)(i % 3), 0, 0);
    assert_int_equal(traffic->pair_count, TRAFFIC_PAIRS - 1);
    assert_false(traffic->overflow);
    const struct pair *others = pair_of(traffic, 5000, 1, 1, 1);
    assert_true(traffic->overflow);
    assert_int_equal(others->key.others, 1);
    assert_ptr_equal(pair_of(traffic, 6000, 2, 2, 2), others);
    assert_int_equal(traffic->pair_count, TRAFFIC_PAIRS);
    assert_true(traffic->targets[others->target]->others);
    assert_true(traffic->initiators[others->initiator]->others);
    for (uint32_t i = 0; i < TRAFFIC_PAIRS - 1; i++)
        assert_ptr_equal(pair_of(traffic, i * i * 7919, (uint16_t)(i % 3), 0, 0),
                         traffic->pairs[i]);
}

static void test_a_measure_is_made_once(void **state)
{
    struct traffic *traffic = *state;
    struct pair *pair = pair_of(traffic, 1, 7, 3, 0);
    for (unsigned i = 0; i < OPERATIONS; i++) {
        assert_null(pair->measures[i]);
        struct measure *measure = traffic_measure(traffic, pair, (enum operation)i);
        assert_ptr_equal(traffic_measure(traffic, pair, (enum operation)i), measure);
        assert_true((measure->sectors != NULL) == (i == OPERATION_READ || i == OPERATION_WRITE));
    }
}

static void test_levels_of_pair_target_initiator_and_all(void **state)
{
    struct traffic *traffic = *state;
    struct pair *a = pair_of(traffic, 1, 1, 0, 0), *b = pair_of(traffic, 1, 2, 0, 0),
                *c = pair_of(traffic, 2, 1, 0, 0);
    assert_int_equal(traffic_up(traffic, a, 10), 1);
    assert_int_equal(traffic_up(traffic, b, 20), 1);
    assert_int_equal(traffic_up(traffic, c, 30), 1);
    assert_int_equal(traffic_up(traffic, a, 40), 2);
    assert_int_equal(traffic_down(traffic, a, 50), 1);
    traffic_end(traffic, 60);
    assert_int_equal(traffic->level.most, 4);
    assert_int_equal(traffic->level.ns[4], 10);
    assert_int_equal(traffic->level.ns[3], 20);
    const struct level *target = &traffic->targets[a->target]->level;
    const struct level *initiator = &traffic->initiators[a->initiator]->level;
    assert_int_equal(target->most, 3);
    assert_int_equal(target->ns[3], 10);
    assert_int_equal(target->ns[1], 20);
    assert_int_equal(initiator->most, 3);
    assert_int_equal(initiator->ns[2], 30);
    assert_int_equal(b->level.ns[1], 40);
    assert_int_equal(c->level.ns[1], 30);
    assert_int_equal(a->level.ns[2], 10);
    assert_int_equal(a->level.ns[1], 40);
}

/* The row of a distance from the end of the command before. */
static void assert_seek(uint64_t end, uint64_t lba, unsigned row, bool forward)
{
    struct pair pair = {.target = 0};
    traffic_seek(&pair, end, 0);
    traffic_seek(&pair, lba, 1);
    const uint64_t *rows = forward ? pair.seeks.forward : pair.seeks.backward;
    const uint64_t *none = forward ? pair.seeks.backward : pair.seeks.forward;
    for (unsigned i = 0; i < TRAFFIC_SEEKS; i++) {
        assert_int_equal(rows[i], i == row);
        assert_int_equal(none[i], 0);
    }
    assert_int_equal(pair.seeks.sequential, 0);
}

static void test_seeks_by_powers_of_two(void **state)
{
    (void)state;
    assert_seek(100, 101, 0, true);
    assert_seek(100, 102, 1, true);
    assert_seek(100, 103, 1, true);
    assert_seek(100, 104, 2, true);
    assert_seek(100, 99, 0, false);
    assert_seek(100, 0, 6, false);
    assert_seek(0, UINT64_C(1) << 47, 47, true);
    assert_seek(0, (UINT64_C(1) << 48) - 1, 47, true);
    assert_seek((UINT64_C(1) << 48) + 254, 0, 47, false); /* beyond the last row */
}

static void test_sequential_and_the_first(void **state)
{
    (void)state;
    struct pair pair = {.target = 0};
    traffic_seek(&pair, 1000, 8);
    assert_true(pair.seeks.first_open);
    assert_int_equal(pair.seeks.first, 1000);
    traffic_seek(&pair, 1008, 255);
    traffic_seek(&pair, 1263, 0);
    traffic_seek(&pair, 1263, 1);
    assert_int_equal(pair.seeks.sequential, 3);
    assert_int_equal(pair.seeks.first, 1000);
}

static void test_think_time_from_the_last_answer_to_the_next_command(void **state)
{
    struct traffic *traffic = *state;
    struct pair *pair = pair_of(traffic, 1, 1, 0, 0);
    traffic_begins(traffic, pair, 100); /* nobody knows what was before */
    assert_int_equal(pair->thinking.time.count, 0);
    assert_true(pair->thinking.first_open);
    assert_true(pair->thinking.first == 100);
    traffic_begins(traffic, pair, 110); /* the first is not over */
    traffic_idles(pair, 200);
    traffic_begins(traffic, pair, 230);
    traffic_begins(traffic, pair, 240);
    assert_int_equal(pair->thinking.time.count, 1);
    assert_true(pair->thinking.time.max == 30);
    traffic_idles(pair, 300);
    traffic_begins(traffic, pair, 290); /* a step back */
    assert_int_equal(pair->thinking.time.count, 2);
    assert_true(pair->thinking.time.min == 0);
    assert_true(pair->thinking.first == 100);
}

static void test_an_answer_first_makes_the_beginning_known(void **state)
{
    struct traffic *traffic = *state;
    struct pair *pair = pair_of(traffic, 1, 1, 0, 0);
    traffic_idles(pair, 50);
    traffic_begins(traffic, pair, 60);
    assert_false(pair->thinking.first_open);
    assert_true(pair->thinking.time.count == 1 && pair->thinking.time.max == 10);
}

static void test_the_first_addresses_of_a_target(void **state)
{
    (void)state;
    struct traffic_target target = {.shelf = 1};
    for (uint8_t i = 0; i < 20; i++) {
        const uint8_t mac[AOE_MAC_BYTES] = {2, 0, 0, 0, 0, i / 2};
        traffic_answers_from(&target, mac);
    }
    assert_int_equal(target.mac_count, TRAFFIC_MACS);
    for (uint8_t i = 0; i < TRAFFIC_MACS; i++)
        assert_int_equal(target.macs[i][5], i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TRAFFIC(test_a_pair_is_made_once),
        WITH_TRAFFIC(test_what_finds_no_room_shares_the_last_pair),
        WITH_TRAFFIC(test_a_measure_is_made_once),
        WITH_TRAFFIC(test_levels_of_pair_target_initiator_and_all),
        cmocka_unit_test(test_seeks_by_powers_of_two),
        cmocka_unit_test(test_sequential_and_the_first),
        WITH_TRAFFIC(test_think_time_from_the_last_answer_to_the_next_command),
        WITH_TRAFFIC(test_an_answer_first_makes_the_beginning_known),
        cmocka_unit_test(test_the_first_addresses_of_a_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
