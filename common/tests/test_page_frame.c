/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/page_frame.h"

static const char style[] = "i { color: red; }", first[] = "one();", second[] = "two();";

static const struct embedded styles[] = {{style, style + sizeof style - 1}};
static const struct embedded scripts[] = {{first, first + sizeof first - 1},
                                          {second, second + sizeof second - 1}};

static int write_title(FILE *to, const void *of)
{
    return fprintf(to, "the %s", (const char *)of) < 0 ? -1 : 0;
}

static int write_body(FILE *to, const void *of)
{
    return fprintf(to, "<p>%s</p>", (const char *)of) < 0 ? -1 : 0;
}

static int refuse(FILE *to, const void *of)
{
    (void)to;
    (void)of;
    errno = EBADF;
    return -1;
}

static struct page_frame made_frame(void)
{
    return (struct page_frame){"made", styles, 1, scripts, 2, write_title, write_body, "page"};
}

static void test_order(void **state)
{
    static const char *const parts[] = {"<!DOCTYPE html>",   "default-src 'none'",
                                        "content=\"made\"",  "<title>the page</title>",
                                        "<style>",           "--page:",
                                        "i { color: red; }", "</style>",
                                        "<p>page</p>",       "<script>",
                                        "one();\ntwo();\n",  "</html>\n"};
    struct page_frame frame = made_frame();
    char *text = NULL;
    size_t length = 0;
    (void)state;
    FILE *to = open_memstream(&text, &length);
    assert_int_equal(page_frame_write(to, &frame), 0);
    fclose(to);
    const char *at = text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        at = strstr(at, parts[i]);
        if (!at)
            fail_msg("%s is not where it belongs", parts[i]);
        at += strlen(parts[i]);
    }
    assert_true(*at == '\0');
    free(text);
}

static int written_to(const char *path, const struct page_frame *frame)
{
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    setvbuf(to, NULL, _IONBF, 0);
    errno = 0;
    int status = page_frame_write(to, frame), why = errno;
    fclose(to);
    errno = why;
    return status;
}

static void test_failures(void **state)
{
    struct page_frame frame = made_frame();
    (void)state;
    assert_int_equal(written_to("/dev/null", &frame), 0);
    assert_int_equal(written_to("/dev/full", &frame), -1);
    assert_int_equal(errno, ENOSPC);
    frame.title = refuse;
    assert_int_equal(written_to("/dev/null", &frame), -1);
    assert_int_equal(errno, EBADF);
    frame = made_frame();
    frame.body = refuse;
    assert_int_equal(written_to("/dev/null", &frame), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
