/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "made_compressed.h"

#include <fcntl.h>

#include "analyser/input.h"

static const char *const names[COMPRESSIONS] = {"gzip", "zstd", "xz", "lz4"};

/* Everything that an input gives, and how it ends. */
struct content {
    struct made made;
    enum input_failure failure;
    char message[256];
};

static struct content drain(struct input *input, size_t piece)
{
    struct content content = {0};
    ssize_t got = 1;
    while (got > 0) {
        uint8_t *to = made_space(&content.made, piece);
        got = input_read(input, to, piece);
        assert_true(got <= (ssize_t)piece);
        content.made.length -= piece - (got > 0 ? (size_t)got : 0);
    }
    assert_int_equal(got, input_failure(input) ? -1 : 0);
    assert_int_equal(input_read(input, made_space(&content.made, 1), 1), got);
    content.made.length--;
    content.failure = input_failure(input);
    snprintf(content.message, sizeof content.message, "%s", input_message(input));
    return content;
}

static struct content content_of(const uint8_t *bytes, size_t length, size_t piece)
{
    char path[32], error[256];
    int file = made_file(bytes, length, path, sizeof path);
    struct input *input = input_open(path, error, sizeof error);
    assert_non_null(input);
    assert_int_equal(input_size(input), length);
    struct content content = drain(input, piece);
    if (!content.failure)
        assert_int_equal(input_position(input), length);
    input_close(input);
    close(file);
    return content;
}

static void assert_content(struct content *content, const struct made *expected,
                           enum input_failure failure)
{
    assert_int_equal(content->failure, failure);
    assert_int_equal(content->made.length, expected->length);
    if (expected->length)
        assert_memory_equal(content->made.bytes, expected->bytes, expected->length);
    made_free(&content->made);
}

/* Of which some can be compressed and some not. */
static struct made make_plain(size_t length)
{
    struct made made = {0};
    uint32_t random = 1;
    for (uint8_t *to = made_space(&made, length); length; length--) {
        random = random * 1664525 + 1013904223;
        *to++ = length & 4096 ? (uint8_t)(random >> 24) : (uint8_t)(length >> 9);
    }
    return made;
}

static void test_plain(void **state)
{
    static const size_t lengths[] = {0, 1, 3, 23, 24, 1 << 17, (1 << 17) + 1, 3000000};
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct made made = make_plain(lengths[i]);
        struct content content = content_of(made.bytes, made.length, 100003);
        assert_content(&content, &made, INPUT_WHOLE);
        made_free(&made);
    }
}

static void test_streams(void **state)
{
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++)
        for (size_t piece = 97; piece < 2000000; piece *= 137) {
            struct made plain = make_plain(piece < 100 ? 50000 : 3000000), made = {0};
            size_t half = plain.length / 3;
            made_stream(&made, kind, plain.bytes, half);
            made_stream(&made, kind, NULL, 0);
            made_stream(&made, kind, plain.bytes + half, plain.length - half);
            struct content content = content_of(made.bytes, made.length, piece);
            assert_content(&content, &plain, INPUT_WHOLE);
            made_free(&made);
            made_free(&plain);
        }
}

static void test_names(void **state)
{
    char path[32], error[256];
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made made = {0};
        made_stream(&made, kind, (const uint8_t *)"abc", 3);
        int file = made_file(made.bytes, made.length, path, sizeof path);
        struct input *input = input_open(path, error, sizeof error);
        assert_string_equal(input_compression(input), names[kind]);
        input_close(input);
        close(file);
        made_free(&made);
    }
}

/* Everything before the cut comes out: all of the streams before it, and nothing that is not there.
 * At the border of two streams nothing is cut. */
static void test_every_cut(void **state)
{
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made plain = make_plain(900), made = {0};
        made_stream(&made, kind, plain.bytes, 300);
        size_t border = made.length;
        made_stream(&made, kind, plain.bytes + 300, 600);
        for (size_t cut = 6; cut < made.length; cut++) {
            struct content content = content_of(made.bytes, cut, 70);
            assert_int_equal(content.failure, cut == border ? INPUT_WHOLE : INPUT_CUT);
            assert_true(content.made.length >= (cut >= border ? 300 : 0));
            assert_true(content.made.length <= (cut >= border ? 900 : 300));
            assert_true(content.made.length <= 300 || cut > border);
            if (content.made.length)
                assert_memory_equal(content.made.bytes, plain.bytes, content.made.length);
            if (content.failure)
                assert_non_null(strstr(content.message, "data ends too early"));
            made_free(&content.made);
        }
        made_free(&made);
        made_free(&plain);
    }
}

/* Only the checksum is missing: all of the data is there. */
static void test_cut_at_the_checksum(void **state)
{
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made plain = make_plain(200000), made = {0};
        made_stream(&made, kind, plain.bytes, plain.length);
        struct content content = content_of(made.bytes, made.length - 1, 1 << 20);
        assert_content(&content, &plain, INPUT_CUT);
        made_free(&made);
        made_free(&plain);
    }
}

static void assert_damaged(const struct made *made, const struct made *before, const char *what)
{
    struct content content = content_of(made->bytes, made->length, 1000);
    if (what)
        assert_non_null(strstr(content.message, what));
    assert_non_null(strstr(content.message, "data is damaged: "));
    assert_content(&content, before, INPUT_DAMAGED);
}

static void test_damage(void **state)
{
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made plain = make_plain(5000), made = {0};
        made_stream(&made, kind, plain.bytes, plain.length);
        size_t end = made.length;
        made_stream(&made, kind, plain.bytes, plain.length);
        made.bytes[kind == XZ ? end + 20 : made.length - 3] ^= 1;
        struct content content = content_of(made.bytes, made.length, 1000);
        assert_int_equal(content.failure, INPUT_DAMAGED);
        assert_true(content.made.length >= plain.length);
        assert_memory_equal(content.made.bytes, plain.bytes, plain.length);
        made_free(&content.made);
        made.length = end;
        made_put(&made, "this is not a stream", 20);
        assert_damaged(&made, &plain, names[kind]);
        made_free(&made);
        made_free(&plain);
    }
}

/* zstd and lz4 have skippable frames in common, also before the first real one. */
static void test_skippable_frames(void **state)
{
    static const enum compression kinds[] = {ZSTD, LZ4};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct made plain = make_plain(2000), made = {0};
        for (uint32_t frame = 0; frame < 3; frame++) {
            made_u32(&made, 0x184D2A50 + 5 * frame);
            made_u32(&made, 3 * frame);
            made_frame(&made, 1, 3 * frame);
        }
        made_stream(&made, kinds[i], plain.bytes, plain.length);
        made_u32(&made, 0x184D2A50);
        made_u32(&made, 0);
        struct content content = content_of(made.bytes, made.length, 300);
        assert_content(&content, &plain, INPUT_WHOLE);
        made_free(&made);
        made_free(&plain);
    }
}

/* One that is longer than what tells the kind of file: zstd's are, in practice. */
static void test_long_skippable_frame(void **state)
{
    enum { LONG = 300000 };
    struct made plain = make_plain(2000), made = {0};
    (void)state;
    made_u32(&made, 0x184D2A5E);
    made_u32(&made, LONG);
    made_frame(&made, 1, LONG);
    made_stream(&made, ZSTD, plain.bytes, plain.length);
    struct content content = content_of(made.bytes, made.length, 300);
    assert_content(&content, &plain, INPUT_WHOLE);
    made_free(&made);
    made_free(&plain);
}

static void test_padding(void **state)
{
    static const enum compression kinds[] = {GZIP, XZ};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct made plain = make_plain(2000), made = {0};
        made_stream(&made, kinds[i], plain.bytes, plain.length);
        memset(made_space(&made, 512), 0, 512);
        struct content content = content_of(made.bytes, made.length, 300);
        assert_content(&content, &plain, INPUT_WHOLE);
        made_free(&made);
        made_free(&plain);
    }
}

/* An xz block header that asks for a dictionary of 4 GiB. */
static void test_xz_memory(void **state)
{
    enum { HEADER = 12, LARGEST = 40 };
    static const uint8_t filter[2] = {0x21, 1}; /* LZMA2, with one byte: the dictionary's size */
    struct made plain = make_plain(100), made = {0}, none = {0};
    (void)state;
    made_stream(&made, XZ, plain.bytes, plain.length);
    size_t length = (made.bytes[HEADER] + 1u) * 4 - 4;
    uint8_t *found = memmem(made.bytes + HEADER, length, filter, sizeof filter);
    assert_non_null(found);
    found[2] = LARGEST;
    uint32_t check = lzma_crc32(made.bytes + HEADER, length, 0);
    memcpy(made.bytes + HEADER + length, &check, 4);
    assert_damaged(&made, &none, "needs more than 128 MiB of memory");
    made_free(&made);
    made_free(&plain);
}

/* A zstd frame header that asks for a window of 256 MiB, and one of 128 MiB, which is given. */
static void test_zstd_memory(void **state)
{
    uint8_t frame[] = {0x28, 0xb5, 0x2f, 0xfd, 0, (28 - 10) << 3, 1 | 3 << 3, 0, 0, 'a', 'b', 'c'};
    struct made made = {0}, none = {0}, abc = {0};
    (void)state;
    made_put(&made, frame, sizeof frame);
    assert_damaged(&made, &none, "needs a window of more than 128 MiB");
    made.bytes[5] = (27 - 10) << 3;
    made_put(&abc, "abc", 3);
    struct content content = content_of(made.bytes, made.length, 1000);
    assert_content(&content, &abc, INPUT_WHOLE);
    made_free(&made);
    made_free(&abc);
}

static void test_cannot_be_opened(void **state)
{
    char error[256];
    (void)state;
    assert_null(input_open("/nonexistent/capture", error, sizeof error));
    assert_string_equal(error, "/nonexistent/capture: No such file or directory");
    assert_null(input_open("/", error, sizeof error));
    assert_string_equal(error, "/: Is a directory");
}

static void assert_pieces(const struct made *made, const struct made *expected, size_t piece)
{
    char error[256];
    int status;
    pid_t writer = made_feed(made, piece);
    struct input *input = input_open("-", error, sizeof error);
    assert_non_null(input);
    assert_int_equal(input_size(input), 0);
    struct content content = drain(input, 8192);
    assert_int_equal(input_position(input), made->length);
    assert_content(&content, expected, INPUT_WHOLE);
    input_close(input);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_int_equal(status, 0);
}

static void test_pieces(void **state)
{
    (void)state;
    struct made plain = make_plain(5000);
    assert_pieces(&plain, &plain, 1);
    assert_pieces(&plain, &plain, 4999);
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made made = {0};
        made_stream(&made, kind, plain.bytes, 2500);
        made_stream(&made, kind, plain.bytes + 2500, 2500);
        assert_pieces(&made, &plain, 1);
        assert_pieces(&made, &plain, 997);
        made_free(&made);
    }
    made_free(&plain);
}

/* A pipe that holds that and has a writer, as standard input; it fails where it would be waited
 * for. Returns the writer's end. */
static int open_pipe(const uint8_t *bytes, size_t length)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    assert_int_equal(write(ends[1], bytes, length), length);
    return ends[1];
}

/* Three pieces, and then nothing. */
static void assert_given_at_once(const struct made *made, size_t piece)
{
    char error[256];
    uint8_t to[1000];
    int writer = open_pipe(made->bytes, made->length);
    struct input *input = input_open("-", error, sizeof error);
    assert_non_null(input);
    for (int i = 0; i < 3; i++)
        assert_int_equal(input_read(input, to, piece), piece);
    assert_int_equal(input_read(input, to, piece), -1);
    assert_int_equal(input_failure(input), INPUT_FAILED);
    input_close(input);
    close(writer);
}

static void test_pipe_is_not_waited_for(void **state)
{
    struct made plain = make_plain(3000);
    (void)state;
    assert_given_at_once(&plain, 1000);
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made made = {0};
        made_stream(&made, kind, plain.bytes, plain.length);
        assert_given_at_once(&made, 1000);
        made_free(&made);
    }
    made_free(&plain);
}

/* A block of lz4 that is whole, in a frame whose end is still to come: the decoder takes all of the
 * block before all of it comes out. */
static void test_decoder_holds_back(void **state)
{
    enum { FRAME_END = 8 }; /* a mark and a checksum */
    struct made plain = make_plain(3000), made = {0};
    (void)state;
    made_stream(&made, LZ4, plain.bytes, plain.length);
    made.length -= FRAME_END;
    assert_given_at_once(&made, 1000);
    made_free(&made);
    made_free(&plain);
}

/* A failure stays, even if the operating system would go on. */
static void test_failure_stays(void **state)
{
    char error[256];
    uint8_t to[64];
    (void)state;
    struct made plain = make_plain(64);
    int writer = open_pipe(plain.bytes, plain.length);
    struct input *input = input_open("-", error, sizeof error);
    assert_int_equal(input_read(input, to, sizeof to), sizeof to);
    assert_int_equal(input_read(input, to, sizeof to), -1);
    assert_int_equal(write(writer, plain.bytes, plain.length), plain.length);
    assert_int_equal(input_read(input, to, sizeof to), -1);
    assert_string_equal(input_message(input), "Resource temporarily unavailable");
    input_close(input);
    close(writer);
    made_free(&plain);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_cut_at_the_checksum),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_skippable_frames),
        cmocka_unit_test(test_long_skippable_frame),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_xz_memory),
        cmocka_unit_test(test_zstd_memory),
        cmocka_unit_test(test_cannot_be_opened),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_pipe_is_not_waited_for),
        cmocka_unit_test(test_decoder_holds_back),
        cmocka_unit_test(test_failure_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
