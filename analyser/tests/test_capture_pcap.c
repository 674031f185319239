/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "made_capture.h"

static const uint32_t us_magic = 0xa1b2c3d4, ns_magic = 0xa1b23c4d, modified_magic = 0xa1b2cd34;

/* Three records, of 60, 0 and 33 bytes. */
static void put_records(struct made *made)
{
    made_record(made, 1700000000, 5, 1, 60, 60);
    made_record(made, 0, 999999, 2, 0, 0);
    made_record(made, UINT32_MAX, UINT32_MAX, 3, 33, 1500);
}

static void assert_records(const struct seen *seen, int64_t unit)
{
    assert_frame(seen, 0, 1700000000000000000 + 5 * unit, 1, 60, 60);
    assert_frame(seen, 1, 999999 * unit, 2, 0, 0);
    assert_frame(seen, 2, 4294967295000000000 + 4294967295 * unit, 3, 33, 1500);
}

static void test_forms(void **state)
{
    (void)state;
    for (int form = 0; form < 4; form++) {
        struct made made = {.big = form & 1};
        made_pcap(&made, form & 2 ? ns_magic : us_magic, 1);
        put_records(&made);
        struct seen seen = seen_bytes(made.bytes, made.length);
        assert_end(&seen, CAPTURE_END, 3);
        assert_records(&seen, form & 2 ? 1 : 1000);
        assert_int_equal(seen.facts.bytes, made.length);
        assert_false(seen.facts.drops_known);
        seen_free(&seen);
        made_free(&made);
    }
}

static void test_modified(void **state)
{
    (void)state;
    for (int form = 0; form < 2; form++) {
        struct made made = {.big = form};
        made_pcap(&made, modified_magic, 1);
        for (uint32_t i = 0; i < 3; i++) {
            made_record(&made, 7, i, 0, 0, 0);
            made.length -= 8;
            made_u32(&made, 20 + i);
            made_u32(&made, 64);
            made_u64(&made, UINT64_MAX); /* interface, protocol, packet type */
            made_frame(&made, i, 20 + i);
        }
        struct seen seen = seen_bytes(made.bytes, made.length);
        assert_end(&seen, CAPTURE_END, 3);
        for (uint32_t i = 0; i < 3; i++)
            assert_frame(&seen, i, 7000000000 + 1000 * (int64_t)i, i, 20 + i, 64);
        seen_free(&seen);
        made_free(&made);
    }
}

/* The frame check sequence, 2 x 2 bytes, is not part of a frame, also where the frame is cut. */
static void test_check_sequence(void **state)
{
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 1 | 1u << 26 | 2u << 28);
    made_record(&made, 0, 0, 1, 64, 64);
    made_record(&made, 0, 0, 2, 62, 64);
    made_record(&made, 0, 0, 3, 20, 64);
    made_record(&made, 0, 0, 4, 3, 3);
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_END, 4);
    assert_frame(&seen, 0, 0, 1, 60, 60);
    assert_frame(&seen, 1, 0, 2, 60, 60);
    assert_frame(&seen, 2, 0, 3, 20, 60);
    assert_frame(&seen, 3, 0, 4, 0, 0);
    seen_free(&seen);
    made_free(&made);
}

/* The length of it counts only where the bit beside it says so. */
static void test_no_check_sequence(void **state)
{
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 1 | 2u << 28);
    made_record(&made, 0, 0, 1, 64, 64);
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_END, 1);
    assert_frame(&seen, 0, 0, 1, 64, 64);
    seen_free(&seen);
    made_free(&made);
}

static void test_wire_below_captured(void **state)
{
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 1);
    made_record(&made, 0, 0, 1, 64, 10);
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_END, 1);
    assert_frame(&seen, 0, 0, 1, 64, 64);
    seen_free(&seen);
    made_free(&made);
}

/* More records than a batch has frames, none of which goes on. */
static void test_other_link(void **state)
{
    enum { RECORDS = 3 * CAPTURE_BATCH_FRAMES + 5 };
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 113);
    for (int i = 0; i < RECORDS; i++)
        made_record(&made, 0, 0, 0, 1, 1);
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_END, 0);
    assert_int_equal(seen.facts.not_ethernet, RECORDS);
    assert_int_equal(seen.facts.link_type, 113);
    seen_free(&seen);
    made_free(&made);
}

/* Whole at the end of each record, else cut; before the end of the file header it is no capture. */
static void test_every_cut(void **state)
{
    static const size_t ends[] = {24, 24 + 76, 24 + 76 + 16, 24 + 76 + 16 + 49};
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 1);
    put_records(&made);
    assert_int_equal(made.length, ends[3]);
    for (size_t cut = 0; cut <= made.length; cut++) {
        struct seen seen = seen_bytes(made.bytes, cut);
        assert_int_equal(seen.opened, cut >= 24);
        size_t frames = 0;
        while (frames < 3 && cut >= ends[frames + 1])
            frames++;
        if (seen.opened)
            assert_end(&seen, cut == ends[frames] ? CAPTURE_END : CAPTURE_TRUNCATED, frames);
        assert_int_equal(!*seen.message, seen.opened && cut == ends[frames]);
        seen_free(&seen);
    }
    made_free(&made);
}

static void test_cut_message(void **state)
{
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 1);
    put_records(&made);
    struct seen seen = seen_bytes(made.bytes, 120);
    assert_string_equal(seen.message, "cut at byte 120: the last record is not whole");
    seen_free(&seen);
    made_free(&made);
}

static void test_longest(void **state)
{
    (void)state;
    struct made made = {0};
    made_pcap(&made, us_magic, 1);
    for (uint32_t i = 0; i < 9; i++)
        made_record(&made, 0, 0, i, CAPTURE_FRAME_MAX, CAPTURE_FRAME_MAX);
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_END, 9);
    for (uint32_t i = 0; i < 9; i++)
        assert_frame(&seen, i, 0, i, CAPTURE_FRAME_MAX, CAPTURE_FRAME_MAX);
    seen_free(&seen);
    made_free(&made);
}

/* Also where the record is whole: the first one fills what is read first. */
static void test_too_long(void **state)
{
    enum { FIRST = 140000 };
    char expected[100];
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct made made = {.big = big};
        made_pcap(&made, us_magic, 1);
        made_record(&made, 0, 0, 1, FIRST, FIRST);
        size_t start = made.length;
        made_record(&made, 0, 0, 4, CAPTURE_FRAME_MAX + 1, 60);
        put_records(&made);
        struct seen seen = seen_bytes(made.bytes, made.length);
        assert_end(&seen, CAPTURE_DAMAGED, 1);
        assert_frame(&seen, 0, 0, 1, FIRST, FIRST);
        snprintf(expected, sizeof expected,
                 "damaged at byte %zu: a record says that it has 262145 bytes, more than any frame",
                 start);
        assert_string_equal(seen.message, expected);
        seen_free(&seen);
        made_free(&made);
    }
}

static void test_version(void **state)
{
    (void)state;
    struct made made = {.big = true};
    made_pcap(&made, us_magic, 1);
    made.bytes[7] = 3;
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_false(seen.opened);
    assert_non_null(strstr(seen.message, ": pcap of version 2.3"));
    seen_free(&seen);
    made_free(&made);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_modified),
        cmocka_unit_test(test_check_sequence),
        cmocka_unit_test(test_no_check_sequence),
        cmocka_unit_test(test_wire_below_captured),
        cmocka_unit_test(test_other_link),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_cut_message),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
