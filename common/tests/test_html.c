/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "common/html.h"

struct memory {
    char *text;
    size_t length;
    FILE *to;
};

static void open_memory(struct memory *memory)
{
    memory->to = open_memstream(&memory->text, &memory->length);
    assert_non_null(memory->to);
}

static void assert_written(struct memory *memory, const char *expected)
{
    fclose(memory->to);
    assert_string_equal(memory->text, expected);
    free(memory->text);
}

static void test_markup_stays(void **state)
{
    struct memory memory;
    (void)state;
    open_memory(&memory);
    html_print(memory.to, "<a href=\"%s\">%u %zu %d 100 %%</a>", "x", 1u, (size_t)2, -3);
    assert_written(&memory, "<a href=\"x\">1 2 -3 100 %</a>");
}

static void test_text_is_no_markup(void **state)
{
    struct memory memory;
    (void)state;
    open_memory(&memory);
    html_print(memory.to, "<i>%s</i>", "</i><script>a && 'b' = \"c\" %s &amp;");
    assert_written(&memory, "<i>&lt;/i&gt;&lt;script&gt;a &amp;&amp; &#39;b&#39; = &quot;c&quot; "
                            "%s &amp;amp;</i>");
}

static void test_odd_text(void **state)
{
    struct memory memory;
    (void)state;
    open_memory(&memory);
    html_print(memory.to, "%s|%s", "\xff\xc3( \xc3\xa9", "\x1b[31m\n\x01");
    assert_written(&memory, "\\xff\\xc3( \xc3\xa9|\\x1b[31m\\x0a\\x01");
}

static void test_fragments(void **state)
{
    struct memory memory;
    (void)state;
    open_memory(&memory);
    html_fragment(memory.to, "frame/a-b_c.d~9:x \"<%#\xc3\xa9");
    assert_written(&memory, "frame/a-b_c.d~9:x%20%22%3C%25%23%C3%A9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_markup_stays),
        cmocka_unit_test(test_text_is_no_markup),
        cmocka_unit_test(test_odd_text),
        cmocka_unit_test(test_fragments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
