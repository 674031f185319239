/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"
#include "protocol/cursor.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};

static void integers_have_their_byte_order(void **state)
{
    (void)state;
    struct aoe_cursor cursor = aoe_cursor(bytes, sizeof bytes);
    assert_int_equal(aoe_take_u8(&cursor), 1);
    assert_int_equal(aoe_take_be16(&cursor), 0x0203);
    assert_int_equal(aoe_take_be32(&cursor), 0x04050607);
    assert_int_equal(aoe_cursor_left(&cursor), 1);
    cursor = aoe_cursor(bytes, sizeof bytes);
    assert_int_equal(aoe_take_le16(&cursor), 0x0201);
    cursor = aoe_cursor(bytes, sizeof bytes);
    assert_true(aoe_take_be64(&cursor) == UINT64_C(0x0102030405060708));
    assert_false(cursor.overrun);
    assert_true(aoe_take_be64(&cursor) == 0 && cursor.overrun);
}

static void high_bits_survive(void **state)
{
    (void)state;
    const uint8_t high[] = {0xFF, 0xFE, 0xFD, 0xFC};
    struct aoe_cursor cursor = aoe_cursor(high, sizeof high);
    assert_true(aoe_take_be32(&cursor) == 0xFFFEFDFCu);
}

static void a_read_past_the_end_gives_zero_and_sticks(void **state)
{
    (void)state;
    struct aoe_cursor cursor = aoe_cursor(bytes, 3);
    assert_int_equal(aoe_take_be32(&cursor), 0);
    assert_true(cursor.overrun);
    assert_int_equal(cursor.position, 0);
    assert_int_equal(aoe_take_u8(&cursor), 0);
    assert_null(aoe_take(&cursor, 0));
}

static void a_read_to_the_very_end_is_no_overrun(void **state)
{
    (void)state;
    struct aoe_cursor cursor = aoe_cursor(bytes, 4);
    assert_int_equal(aoe_take_be32(&cursor), 0x01020304);
    assert_non_null(aoe_take(&cursor, 0));
    assert_false(cursor.overrun);
    assert_null(aoe_take(&cursor, SIZE_MAX));
    assert_true(cursor.overrun);
}

static void a_copy_past_the_end_is_filled_with_zeros(void **state)
{
    (void)state;
    uint8_t to[6] = {9, 9, 9, 9, 9, 9};
    const uint8_t zeros[6] = {0};
    struct aoe_cursor cursor = aoe_cursor(bytes, 5);
    assert_false(aoe_take_copy(&cursor, to, sizeof to));
    assert_memory_equal(to, zeros, sizeof to);
    cursor = aoe_cursor(bytes, 6);
    assert_true(aoe_take_copy(&cursor, to, sizeof to));
    assert_memory_equal(to, bytes, sizeof to);
}

static void nothing_can_be_read_from_nothing(void **state)
{
    (void)state;
    struct aoe_cursor cursor = aoe_cursor(NULL, 0);
    aoe_take(&cursor, 0);
    assert_false(cursor.overrun);
    assert_int_equal(aoe_take_u8(&cursor), 0);
    assert_true(cursor.overrun);
}

static void writing_has_the_same_byte_order(void **state)
{
    (void)state;
    uint8_t to[7];
    struct aoe_writer writer = aoe_writer(to, sizeof to);
    aoe_put_u8(&writer, 1);
    aoe_put_be16(&writer, 0x0203);
    aoe_put_be32(&writer, 0x04050607);
    assert_false(writer.overrun);
    assert_memory_equal(to, bytes, sizeof to);
    uint8_t eight[8];
    writer = aoe_writer(eight, sizeof eight);
    aoe_put_be64(&writer, UINT64_C(0x0102030405060708));
    assert_memory_equal(eight, bytes, sizeof eight);
}

static void what_does_not_fit_is_not_written(void **state)
{
    (void)state;
    uint8_t to[4] = {9, 9, 9, 9};
    struct aoe_writer writer = aoe_writer(to, 3);
    aoe_put_be16(&writer, 0x0102);
    aoe_put_be16(&writer, 0x0304);
    assert_true(writer.overrun);
    assert_int_equal(writer.position, 2);
    assert_int_equal(to[2], 9);
    aoe_put_u8(&writer, 7);
    assert_int_equal(to[2], 9);
    aoe_put(&writer, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_have_their_byte_order),
        cmocka_unit_test(high_bits_survive),
        cmocka_unit_test(a_read_past_the_end_gives_zero_and_sticks),
        cmocka_unit_test(a_read_to_the_very_end_is_no_overrun),
        cmocka_unit_test(a_copy_past_the_end_is_filled_with_zeros),
        cmocka_unit_test(nothing_can_be_read_from_nothing),
        cmocka_unit_test(writing_has_the_same_byte_order),
        cmocka_unit_test(what_does_not_fit_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
