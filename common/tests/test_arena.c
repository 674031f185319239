/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/arena.h"

static void test_memory_is_zeroed_and_aligned(void **state)
{
    struct arena arena = {NULL};
    (void)state;
    for (size_t size = 0; size < 100; size++) {
        const uint8_t *bytes = arena_new(&arena, size);
        assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(bytes[i], 0);
    }
    arena_free(&arena);
    assert_null(arena.blocks);
    arena_free(&arena);
}

static void test_an_array_that_grows(void **state)
{
    struct arena arena = {NULL};
    uint32_t *numbers = NULL;
    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        numbers = arena_grow(&arena, numbers, i, sizeof *numbers);
        numbers[i] = i * 3;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], i * 3);
    arena_free(&arena);
}

static void test_copies_end_with_nul(void **state)
{
    struct arena arena = {NULL};
    (void)state;
    const uint8_t *bytes = arena_bytes(&arena, "a\0b", 3);
    assert_memory_equal(bytes, "a\0b\0", 4);
    assert_int_equal(arena_bytes(&arena, NULL, 0)[0], 0);
    assert_string_equal(arena_text(&arena, ""), "");
    assert_string_equal(arena_text(&arena, "text"), "text");
    assert_string_equal(arena_print(&arena, "%s-%d", "x", 12345), "x-12345");
    assert_string_equal(arena_print(&arena, "%s", ""), "");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_an_array_that_grows),
        cmocka_unit_test(test_copies_end_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
