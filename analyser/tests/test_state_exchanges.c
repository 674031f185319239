/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/state_exchanges.h"

#include "story.h"

enum { CAPACITY = 64, MARKS = 4 };

static struct aoe_exchanges *fed(const struct aoe_frame *frames, size_t count, uint64_t number,
                                 uint32_t mark)
{
    uint8_t bytes[4096];
    struct aoe_frame decoded;
    struct aoe_exchanges *exchanges = aoe_exchanges_new(CAPACITY, STORY_PATIENCE, NULL, NULL);
    assert_non_null(exchanges);
    for (size_t i = 0; i < count; i++) {
        size_t length = aoe_frame_build(&frames[i], bytes, sizeof bytes);
        aoe_frame_decode(&decoded, bytes, length, length);
        aoe_exchanges_feed(exchanges, &decoded, number + i, (int64_t)i, 0);
        aoe_exchanges_mark(exchanges, mark);
    }
    return exchanges;
}

static int same(struct aoe_exchanges *exchanges, const struct exchanges_image *image,
                uint64_t shift, const uint32_t *marks)
{
    const struct exchanges_border border = {shift, marks, MARKS};
    return exchanges_image_equals(image, exchanges, CAPACITY, STORY_PATIENCE, &border);
}

/* Frame numbers and marks differ between a part and the whole; what waits does not. */
static void test_equal_as_seen_from_the_whole(void **state)
{
    const uint32_t marks[MARKS] = {3, 2, 1, 0};
    const struct aoe_frame frames[] = {read_of(1, 8, 2), read_of(2, 16, 2), done(1)};
    struct exchanges_image image;
    (void)state;
    struct aoe_exchanges *part = fed(frames, 3, 1, 1), *whole = fed(frames, 3, 101, 2);
    assert_int_equal(exchanges_image_take(&image, part), 0);
    assert_int_equal(same(whole, &image, 100, marks), 1);
    assert_int_equal(same(whole, &image, 99, marks), 0);
    const uint32_t others[MARKS] = {0, 1, 2, 3};
    assert_int_equal(same(whole, &image, 100, others), 0);
    exchanges_image_free(&image);
    aoe_exchanges_free(part);
    aoe_exchanges_free(whole);
}

/* The whole knows a command that the part does not: its first send was in the part before. */
static void test_a_command_more_is_a_difference(void **state)
{
    const uint32_t marks[MARKS] = {0, 1, 2, 3};
    const struct aoe_frame frames[] = {read_of(9, 64, 2), read_of(1, 8, 2), read_of(2, 16, 2)};
    struct exchanges_image image;
    (void)state;
    struct aoe_exchanges *part = fed(frames + 1, 2, 2, 0), *whole = fed(frames, 3, 1, 0);
    assert_int_equal(exchanges_image_take(&image, part), 0);
    assert_int_equal(same(whole, &image, 0, marks), 0);
    exchanges_image_free(&image);
    aoe_exchanges_free(part);
    aoe_exchanges_free(whole);
}

static void test_a_damaged_image_is_refused(void **state)
{
    const uint32_t marks[MARKS] = {0, 1, 2, 3};
    const struct aoe_frame frames[] = {read_of(1, 8, 2)};
    struct exchanges_image image;
    (void)state;
    struct aoe_exchanges *exchanges = fed(frames, 1, 1, 0);
    const struct exchanges_border border = {0, marks, MARKS}, no_marks = {0, marks, 0};
    assert_int_equal(exchanges_image_take(&image, exchanges), 0);
    assert_int_equal(exchanges_image_load(&image, exchanges, &border), 0);
    assert_int_equal(exchanges_image_load(&image, exchanges, &no_marks), -1);
    image.length--;
    assert_int_equal(exchanges_image_load(&image, exchanges, &border), -1);
    assert_int_equal(same(exchanges, &image, 0, marks), -1);
    exchanges_image_free(&image);
    aoe_exchanges_free(exchanges);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_as_seen_from_the_whole),
        cmocka_unit_test(test_a_command_more_is_a_difference),
        cmocka_unit_test(test_a_damaged_image_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
