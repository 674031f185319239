/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same for the sectors of commands, and for commands that are sent again. */
#include "watch_lab.h"

/* ---- sectors ---- */

static void test_more_sectors_than_advertised(void **state)
{
    struct lab *lab = *state;
    announce(lab, 16, 1);
    ata(lab, ATA_READ_EXT, 1, 0, 1);
    ata(lab, ATA_VERIFY_EXT, 2, 0, 200); /* moves no data */
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 3, 0, 2);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count at most 1, as advertised", "sector count 2");
    ata(lab, ATA_WRITE_EXT, 4, 0, 2);
    assert_found(lab, "i-sectors", 2);
}

static void test_no_sectors_stand_for_two(void **state)
{
    struct lab *lab = *state;
    lab->watch.mtu = 9000;
    announce(lab, 16, 0);
    ata(lab, ATA_READ_EXT, 1, 0, 2);
    ata(lab, ATA_WRITE_EXT, 2, 0, 2);
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 3, 0, 3);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count at most 2, as advertised", "sector count 3");
}

static void test_sectors_that_nobody_has_told(void **state)
{
    struct lab *lab = *state;
    lab->watch.mtu = 9000;
    ata(lab, ATA_READ_EXT, 1, 0, 17);
    ata(lab, ATA_WRITE_EXT, 2, 0, 17);
    assert_nothing_found(lab);
}

static void test_sectors_that_become_fewer(void **state)
{
    struct lab *lab = *state;
    lab->watch.mtu = 9000;
    announce(lab, 16, 16);
    announce(lab, 16, 4);
    wait_ms(lab, 499);
    ata(lab, ATA_READ_EXT, 1, 0, 16);
    assert_nothing_found(lab);
    wait_ms(lab, 1);
    ata(lab, ATA_READ_EXT, 2, 100, 5);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count at most 4, as advertised", "sector count 5");
}

static void test_a_response_beyond_the_mtu(void **state)
{
    struct lab *lab = *state;
    announce(lab, 16, 255);
    ata(lab, ATA_READ_EXT, 1, 0, 2);
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 2, 100, 3);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "sector count frames of at most 1514 bytes, the MTU is 1500",
                "sector count a frame of 1572");
}

static void test_a_request_beyond_the_mtu(void **state)
{
    struct lab *lab = *state;
    announce(lab, 16, 255);
    ata(lab, ATA_WRITE_EXT, 1, 0, 2);
    assert_nothing_found(lab);
    ata(lab, ATA_WRITE_EXT, 2, 100, 3);
    assert_found(lab, "i-sectors", 1);
    assert_said(lab, "frame length frames of at most 1514 bytes, the MTU is 1500",
                "frame length a frame of 1572");
}

/* ---- repeats ---- */

/* Sends a command, and again after each of the intervals (ms); 0 ends them. */
static void repeat_after(struct lab *lab, const unsigned *intervals)
{
    read_one(lab, 1);
    for (; *intervals; intervals++) {
        wait_ms(lab, *intervals);
        read_one(lab, 1);
    }
}

static void test_intervals_that_shrink(void **state)
{
    struct lab *lab = *state;
    repeat_after(lab, (const unsigned[]){1000, 700, 0});
    assert_found(lab, "i-retransmit", 1);
    assert_said(lab, "repeat not sooner than the last one, 1000 ms", "repeat after 700 ms");
    watch_begin(&lab->watch);
    repeat_after(lab, (const unsigned[]){200, 400, 200, 0});
    assert_found(lab, "i-retransmit", 2);
}

static void test_intervals_that_may_be(void **state)
{
    static const unsigned all[][5] = {
        {1000, 1000, 1000, 0}, {200, 400, 800, 0}, {1000, 750, 563, 0}, /* by a quarter */
        {200, 80, 0},                                                   /* by the timer's slack */
        {1000, 900, 1000, 0},
    };
    struct lab *lab = *state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        watch_begin(&lab->watch);
        repeat_after(lab, all[i]);
    }
    assert_nothing_found(lab);
    watch_begin(&lab->watch);
    repeat_after(lab, (const unsigned[]){200, 79, 0});
    assert_found(lab, "i-retransmit", 1);
}

/* With a new tag a repeat is a repeat nevertheless. */
static void test_intervals_of_repeats_with_new_tags(void **state)
{
    struct lab *lab = *state;
    ata(lab, ATA_READ_EXT, 1, 0, 1);
    wait_ms(lab, 1000);
    ata(lab, ATA_READ_EXT, 2, 0, 1);
    wait_ms(lab, 500);
    ata(lab, ATA_READ_EXT, 3, 0, 1);
    assert_found(lab, "i-retransmit", 1);
}

static void test_a_new_command_begins_anew(void **state)
{
    struct lab *lab = *state;
    repeat_after(lab, (const unsigned[]){1000, 0});
    wait_ms(lab, 1000);
    respond(lab, read_one(lab, 1));
    read_one(lab, 2);
    wait_ms(lab, 200);
    read_one(lab, 2);
    wait_ms(lab, 200);
    read_one(lab, 1); /* the first once more: an answer is missing again */
    wait_ms(lab, 200);
    read_one(lab, 1);
    assert_nothing_found(lab);
}

static void test_pace_after_an_error(void **state)
{
    struct lab *lab = *state;
    refuse(lab, read_one(lab, 1));
    wait_ms(lab, 9);
    ata(lab, ATA_READ_EXT, 2, 1 * BLOCK, 1);
    assert_found(lab, "i-retransmit", 1);
    assert_said(lab, "repeat 10 ms or more after the error response", "repeat 9.000 ms after it");
    refuse(lab, query(lab, target_mac, SHELF, 5));
    query(lab, target_mac, SHELF, 6);
    assert_found(lab, "i-retransmit", 2);
}

/* The initiator's timer was set when nothing had come yet. */
static void test_pace_after_a_late_error(void **state)
{
    struct lab *lab = *state;
    const struct event *request = read_one(lab, 1);
    wait_ms(lab, 10);
    refuse(lab, request);
    wait_ms(lab, 1);
    read_one(lab, 1);
    assert_nothing_found(lab);
    wait_ms(lab, 1000);
    request = read_one(lab, 1);
    wait_ms(lab, 9);
    refuse(lab, request);
    wait_ms(lab, 1);
    read_one(lab, 1);
    assert_found(lab, "i-retransmit", 1);
}

static void test_the_same_tag_after_an_error(void **state)
{
    struct lab *lab = *state;
    refuse(lab, read_one(lab, 1));
    read_one(lab, 1);
    assert_found(lab, "i-retransmit", 1);
}

static void test_what_may_follow_an_error(void **state)
{
    struct lab *lab = *state;
    refuse(lab, read_one(lab, 1));
    wait_ms(lab, 10);
    ata(lab, ATA_READ_EXT, 2, 1 * BLOCK, 1);
    refuse(lab, read_one(lab, 3));
    read_one(lab, 4); /* another command */
    query(lab, target_mac, SHELF, 5);
    respond(lab, read_one(lab, 6));
    ata(lab, ATA_READ_EXT, 7, 6 * BLOCK, 1); /* after a success */
    refuse(lab, query(lab, everybody, AOE_SHELF_ALL, 8));
    query(lab, everybody, AOE_SHELF_ALL, 9);
    assert_nothing_found(lab);
}

/* Without an argument the command alone tells one from another. */
static void test_another_command_after_an_error(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame one = header(0xF0, 1), other = header(0xF1, 2);
    refuse(lab, take(lab, &one));
    take(lab, &other);
    assert_nothing_found(lab);
    one.tag = 3;
    take(lab, &one);
    assert_found(lab, "i-retransmit", 1);
}

static void test_the_latest_errors_are_remembered(void **state)
{
    struct lab *lab = *state;
    for (uint32_t tag = 1; tag <= WATCH_ERRORS + 1; tag++)
        refuse(lab, read_one(lab, tag));
    ata(lab, ATA_READ_EXT, 100, 1 * BLOCK, 1);
    assert_nothing_found(lab);
    ata(lab, ATA_READ_EXT, 101, 2 * BLOCK, 1);
    ata(lab, ATA_READ_EXT, 102, (WATCH_ERRORS + 1) * BLOCK, 1);
    assert_found(lab, "i-retransmit", 2);
}

static void test_other_data_in_a_repeat(void **state)
{
    struct lab *lab = *state;
    ata(lab, ATA_WRITE_EXT, 1, 8, 2);
    ata(lab, ATA_WRITE_EXT, 1, 8, 2);
    ata(lab, ATA_WRITE_EXT, 2, 8, 2);
    assert_nothing_found(lab);
    lab->data = 7;
    ata(lab, ATA_WRITE_EXT, 3, 8, 2);
    assert_found(lab, "i-retransmit", 1);
    assert_said(lab, "data the data that it had first", "data other data");
    ata(lab, ATA_WRITE_EXT, 3, 8, 2);
    assert_found(lab, "i-retransmit", 2);
}

static void test_other_data_in_another_write(void **state)
{
    struct lab *lab = *state;
    respond(lab, ata(lab, ATA_WRITE_EXT, 1, 8, 2));
    lab->data = 7;
    ata(lab, ATA_WRITE_EXT, 2, 8, 2);
    ata(lab, ATA_WRITE_EXT, 3, 10, 2);
    assert_nothing_found(lab);
}

/* A padding is no data. */
static void test_another_padding_in_a_repeat(void **state)
{
    struct lab *lab = *state;
    struct aoe_frame frame = header(AOE_COMMAND_ATA, 1);
    frame.ata = (struct aoe_ata){.opcode = ATA_FLUSH};
    frame.payload = (struct aoe_span){target_mac, 4};
    take(lab, &frame);
    frame.payload = (struct aoe_span){everybody, 4};
    take(lab, &frame);
    assert_nothing_found(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(test_more_sectors_than_advertised),
        WATCH_TEST(test_no_sectors_stand_for_two),
        WATCH_TEST(test_sectors_that_nobody_has_told),
        WATCH_TEST(test_sectors_that_become_fewer),
        WATCH_TEST(test_a_response_beyond_the_mtu),
        WATCH_TEST(test_a_request_beyond_the_mtu),
        WATCH_TEST(test_intervals_that_shrink),
        WATCH_TEST(test_intervals_that_may_be),
        WATCH_TEST(test_intervals_of_repeats_with_new_tags),
        WATCH_TEST(test_a_new_command_begins_anew),
        WATCH_TEST(test_pace_after_an_error),
        WATCH_TEST(test_pace_after_a_late_error),
        WATCH_TEST(test_the_same_tag_after_an_error),
        WATCH_TEST(test_what_may_follow_an_error),
        WATCH_TEST(test_another_command_after_an_error),
        WATCH_TEST(test_the_latest_errors_are_remembered),
        WATCH_TEST(test_other_data_in_a_repeat),
        WATCH_TEST(test_other_data_in_another_write),
        WATCH_TEST(test_another_padding_in_a_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
