/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/utf8.h"

static void test_decode(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
        uint32_t character;
    } all[] = {
        {"a", 1, 'a'},
        {"\xc2\x80", 2, 0x80},
        {"\xc3\xa9x", 2, 0xe9},
        {"\xe0\xa0\x80", 3, 0x800},
        {"\xef\xbf\xbf", 3, 0xffff},
        {"\xf0\x90\x80\x80", 4, 0x10000},
        {"\xf4\x8f\xbf\xbf", 4, 0x10ffff},
        {"", 0, 0},
        {"\x80", 0, 0},     /* a continuation that continues nothing */
        {"\xc1\xbf", 0, 0}, /* longer than need be */
        {"\xe0\x9f\xbf", 0, 0},
        {"\xf0\x8f\xbf\xbf", 0, 0},
        {"\xed\xa0\x80", 0, 0},     /* half a surrogate pair */
        {"\xf4\x90\x80\x80", 0, 0}, /* beyond the last character */
        {"\xf5\x80\x80\x80", 0, 0},
        {"\xe2\x82", 0, 0}, /* cut */
        {"\xe2\x28\xa1", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        uint32_t character = 0;
        assert_int_equal(utf8_decode(all[i].text, &character), all[i].bytes);
        assert_int_equal(character, all[i].character);
    }
}

static void test_clean(void **state)
{
    static const struct {
        const char *text, *kept, *escaped;
    } all[] = {
        {"plain", "plain", "plain"},
        {"", "", ""},
        {NULL, "", ""},
        {"\xc3\xa9\xff", "\xc3\xa9\\xff", "\xc3\xa9\\xff"},
        {"\xff\xfe\xfd\xfc", "\\xff\\xfe\\xfd\\xfc", "\\xff\\xfe\\xfd\\xfc"},
        {"a\nb\x1b\x7f", "a\nb\x1b\x7f", "a\\x0ab\\x1b\\x7f"},
        {"\xc2\x9b", "\xc2\x9b", "\\u009b"}, /* a control sequence to some terminals */
        {"\xef\xbf\xbe\xef\xbf\xbf", "\xef\xbf\xbe\xef\xbf\xbf", "\\ufffe\\uffff"},
        {"cut \xe2\x82", "cut \\xe2\\x82", "cut \\xe2\\x82"},
    };
    struct arena arena = {0};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_string_equal(utf8_clean(&arena, all[i].text, false), all[i].kept);
        assert_string_equal(utf8_clean(&arena, all[i].text, true), all[i].escaped);
    }
    arena_free(&arena);
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(utf8_columns(""), 0);
    assert_int_equal(utf8_columns("abc"), 3);
    assert_int_equal(utf8_columns("\xc3\xa9\xe2\x82\xac"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
