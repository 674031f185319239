/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/json_stream.h"

#include <stdlib.h>

#include "common/tests/numbers.h"

struct document {
    char *text;
    size_t length;
    struct json_stream stream;
};

static void begin(struct document *document)
{
    *document = (struct document){.text = NULL};
    document->stream.to = open_memstream(&document->text, &document->length);
    assert_non_null(document->stream.to);
}

static void end_as(struct document *document, const char *expected)
{
    assert_int_equal(json_stream_status(&document->stream), 0);
    assert_int_equal(fclose(document->stream.to), 0);
    assert_string_equal(document->text, expected);
    json_t *parsed = json_loads(document->text, 0, NULL);
    assert_non_null(parsed);
    json_decref(parsed);
    free(document->text);
}

static void test_pieces_stand_on_lines(void **state)
{
    const uint64_t numbers[] = {1, UINT64_C(9007199254740993)};
    struct document document;
    (void)state;
    begin(&document);
    struct json_stream *stream = &document.stream;
    json_stream_open(stream, NULL, '{');
    json_stream_put(stream, "a", json_string("x<\xc3\xa9"));
    json_stream_open(stream, "list", '[');
    json_stream_numbers(stream, numbers, 2);
    json_stream_numbers(stream, numbers, 0);
    json_stream_put(stream, NULL, json_pack("{s:i}", "n", 1));
    json_stream_close(stream);
    json_stream_open(stream, "empty", '{');
    json_stream_close(stream);
    json_stream_put(stream, "last", json_null());
    json_stream_close(stream);
    end_as(&document,
           "{\n\"a\": \"x<\\u00E9\",\n\"list\": [\n[1,9007199254740993],\n[],\n{\"n\":1}\n],\n"
           "\"empty\": {},\n\"last\": null\n}\n");
}

static void test_what_is_missing_is_a_failure(void **state)
{
    struct document document;
    (void)state;
    begin(&document);
    json_stream_open(&document.stream, NULL, '[');
    json_stream_put(&document.stream, NULL, NULL);
    json_stream_close(&document.stream);
    assert_int_equal(json_stream_status(&document.stream), -1);
    fclose(document.stream.to);
    free(document.text);
}

static void test_a_full_device_is_a_failure(void **state)
{
    struct json_stream stream = {.to = fopen("/dev/full", "w")};
    (void)state;
    assert_non_null(stream.to);
    setvbuf(stream.to, NULL, _IONBF, 0);
    json_stream_open(&stream, NULL, '[');
    json_stream_put(&stream, NULL, json_integer(1));
    json_stream_close(&stream);
    assert_int_equal(json_stream_status(&stream), -1);
    fclose(stream.to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_stand_on_lines),
        cmocka_unit_test(test_what_is_missing_is_a_failure),
        cmocka_unit_test(test_a_full_device_is_a_failure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
