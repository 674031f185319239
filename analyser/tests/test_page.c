/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyser/page.h"
#include "analyser/page_resource.h"

#define DATA_BEGIN "<script type=\"application/json\" id=\"captures\">"
#define DATA_END "</script>"

/* Text that would end the element that it is in, or a line of a script, were it not escaped. */
#define HOSTILE "</script><!--<script> \xe2\x80\xa8\xe2\x80\xa9 \xc3\xa9 \" \\"

static json_t *made_result(const char *text)
{
    json_t *result = json_pack("{s:{s:I}, s:s, s:n, s:[f]}", "capture", "start_ns",
                               (json_int_t)1795230000123456789, "text", text, "none", "list", 0.25);
    assert_non_null(result);
    return result;
}

static char *page_of(const struct page_capture *captures, size_t count)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    assert_non_null(to);
    assert_int_equal(page_write(to, captures, count), 0);
    assert_int_equal(fclose(to), 0);
    assert_int_equal(strlen(text), length);
    return text;
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text++)
        count++;
    return count;
}

/* The data in the page, as it stands there; ends with NUL. */
static char *data_text(const char *page)
{
    assert_int_equal(count_of(page, DATA_BEGIN), 1);
    const char *begin = strstr(page, DATA_BEGIN) + strlen(DATA_BEGIN);
    char *data = strndup(begin, (size_t)(strstr(begin, DATA_END) - begin));
    assert_non_null(data);
    return data;
}

static json_t *data_of(const char *page)
{
    json_error_t error;
    char *text = data_text(page);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!json)
        fail_msg("data, byte %d: %s", error.position, error.text);
    return json;
}

static const json_t *capture_in(const json_t *data, size_t i)
{
    return json_array_get(json_object_get(data, "captures"), i);
}

static const char *string_in(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void test_one(void **state)
{
    (void)state;
    const struct page_file files[] = {{"/dir/a.0", 1, 10}, {"/dir/a.1", 11, UINT64_C(1) << 40}};
    const struct page_capture capture = {"a", files, 2, page_json, made_result("plain")};
    char *page = page_of(&capture, 1);
    json_t *data = data_of(page);
    assert_int_equal(json_array_size(json_object_get(data, "captures")), 1);
    const json_t *written = capture_in(data, 0), *list = json_object_get(written, "files");
    assert_string_equal(string_in(written, "name"), "a");
    assert_true(json_equal(json_object_get(written, "result"), (json_t *)capture.of));
    assert_int_equal(json_array_size(list), 2);
    const json_t *file = json_array_get(list, 1);
    assert_string_equal(string_in(file, "name"), "/dir/a.1");
    assert_int_equal(json_integer_value(json_object_get(file, "first_frame")), 11);
    assert_int_equal(json_integer_value(json_object_get(file, "frames")), INT64_C(1) << 40);
    json_decref(data);
    json_decref((json_t *)capture.of);
    free(page);
}

static void test_two(void **state)
{
    (void)state;
    const struct page_file file = {"b", 1, 3};
    const struct page_capture captures[] = {{"a", NULL, 0, page_json, made_result("first")},
                                            {"b", &file, 1, page_json, made_result("second")}};
    char *page = page_of(captures, 2);
    json_t *data = data_of(page);
    assert_int_equal(json_array_size(json_object_get(data, "captures")), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *written = capture_in(data, i);
        assert_string_equal(string_in(written, "name"), captures[i].name);
        assert_int_equal(json_array_size(json_object_get(written, "files")), i);
        assert_true(json_equal(json_object_get(written, "result"), (json_t *)captures[i].of));
        json_decref((json_t *)captures[i].of);
    }
    json_decref(data);
    free(page);
}

static void assert_once(const char *page, const struct embedded *file)
{
    char *text = strndup(file->bytes, embedded_length(file));
    assert_non_null(text);
    assert_true(strlen(text) > 100);
    if (count_of(page, text) != 1)
        fail_msg("'%.60s ...' is not in the page once", text);
    free(text);
}

/* Every file is in the page, once. */
static void test_whole(void **state)
{
    (void)state;
    const struct page_capture capture = {"a", NULL, 0, page_json, made_result("plain")};
    char *page = page_of(&capture, 1);
    assert_int_equal(strncmp(page, "<!DOCTYPE html>", 15), 0);
    assert_string_equal(page + strlen(page) - strlen("</html>\n"), "</html>\n");
    for (size_t i = 0; i < PAGE_STYLES; i++)
        assert_once(page, &page_styles[i]);
    for (size_t i = 0; i < PAGE_SCRIPTS; i++)
        assert_once(page, &page_scripts[i]);
    assert_int_equal(count_of(page, "<script"), 2);
    assert_int_equal(count_of(page, DATA_END), 2);
    json_decref((json_t *)capture.of);
    free(page);
}

static void test_hostile_text(void **state)
{
    (void)state;
    const struct page_file file = {HOSTILE, 1, 1};
    const struct page_capture capture = {HOSTILE, &file, 1, page_json, made_result(HOSTILE)};
    char *page = page_of(&capture, 1), *text = data_text(page);
    assert_int_equal(count_of(page, "<script"), 2);
    assert_int_equal(count_of(page, DATA_END), 2);
    assert_null(strchr(text, '<'));
    for (const char *at = text; *at; at++)
        assert_true((unsigned char)*at < 0x80);
    json_t *data = data_of(page);
    const json_t *written = capture_in(data, 0);
    const json_t *name = json_array_get(json_object_get(written, "files"), 0);
    assert_string_equal(string_in(written, "name"), HOSTILE);
    assert_string_equal(string_in(name, "name"), HOSTILE);
    assert_string_equal(string_in(json_object_get(written, "result"), "text"), HOSTILE);
    json_decref(data);
    json_decref((json_t *)capture.of);
    free(text);
    free(page);
}

static void test_names_that_are_not_utf8(void **state)
{
    (void)state;
    const struct page_capture capture = {"a\xff\xc3(<", NULL, 0, page_json, made_result("plain")};
    char *page = page_of(&capture, 1);
    json_t *data = data_of(page);
    assert_string_equal(string_in(capture_in(data, 0), "name"), "a\\xff\\xc3(<");
    json_decref(data);
    json_decref((json_t *)capture.of);
    free(page);
}

static void test_wrong_use(void **state)
{
    (void)state;
    json_t *result = made_result("plain");
    const struct page_capture captures[] = {{"a", NULL, 0, page_json, result},
                                            {"b", NULL, 0, page_json, result},
                                            {"c", NULL, 0, page_json, result}};
    const struct {
        const struct page_capture *captures;
        size_t count;
    } all[] = {{captures, 0}, {captures, 3}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char *text = NULL;
        size_t length = 0;
        FILE *to = open_memstream(&text, &length);
        assert_non_null(to);
        errno = 0;
        assert_int_equal(page_write(to, all[i].captures, all[i].count), -1);
        assert_int_equal(errno, EINVAL);
        assert_int_equal(fclose(to), 0);
        assert_int_equal(length, 0);
        free(text);
    }
    json_decref(result);
}

/* Whatever part of the page meets the full device, the caller hears of it. */
static void test_full_device(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 4096, 100000, 1 << 20};
    const struct page_file file = {"b", 1, 3};
    const struct page_capture capture = {"a", &file, 1, page_json, made_result("plain")};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        FILE *full = fopen("/dev/full", "w");
        char *buffer = malloc(sizes[i]);
        assert_non_null(full);
        assert_non_null(buffer);
        assert_int_equal(setvbuf(full, buffer, _IOFBF, sizes[i]), 0);
        errno = 0;
        assert_int_equal(page_write(full, &capture, 1), -1);
        assert_int_equal(errno, ENOSPC);
        fclose(full);
        free(buffer);
    }
    json_decref((json_t *)capture.of);
}

/* A stream that refuses the write which would go beyond `left` bytes, and takes all that follow:
 * only who looks at every write hears of it. */
struct leak {
    size_t left;
    bool refused;
};

static ssize_t take(void *cookie, const char *bytes, size_t length)
{
    struct leak *leak = cookie;
    (void)bytes;
    if (!leak->refused && length > leak->left) {
        leak->refused = true;
        errno = ENOSPC;
        return 0;
    }
    leak->left -= leak->refused ? 0 : length;
    return (ssize_t)length;
}

static void test_every_write_is_looked_at(void **state)
{
    (void)state;
    const struct page_file files[] = {{"b", 1, 3}, {"c\xff", 4, 3}};
    const struct page_capture captures[] = {{"a<b", files, 2, page_json, made_result(HOSTILE)},
                                            {"d", files, 1, page_json, made_result("plain")}};
    char *page = page_of(captures, 2);
    size_t begin = (size_t)(strstr(page, DATA_BEGIN) - page) + strlen(DATA_BEGIN);
    char *text = data_text(page);
    for (size_t more = 0; more <= strlen(text); more++) {
        struct leak leak = {.left = begin + more};
        FILE *to = fopencookie(&leak, "w", (cookie_io_functions_t){.write = take});
        assert_non_null(to);
        setvbuf(to, NULL, _IONBF, 0);
        errno = 0;
        assert_int_equal(page_write(to, captures, 2), -1);
        assert_int_equal(errno, ENOSPC);
        assert_true(leak.refused);
        fclose(to);
    }
    for (size_t i = 0; i < 2; i++)
        json_decref((json_t *)captures[i].of);
    free(text);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_two),
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_names_that_are_not_utf8),
        cmocka_unit_test(test_wrong_use),
        cmocka_unit_test(test_full_device),
        cmocka_unit_test(test_every_write_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
