/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "made_compressed.h"

static const uint32_t magic = 0xa1b23c4d;

/* Lengths that let records straddle the borders of batches at every kind of place. */
static uint32_t length_of(uint32_t index)
{
    return index % 7 == 3 ? 9001 : 60 + index * 37 % 1400;
}

static struct made make_pcap(uint32_t frames)
{
    struct made made = {0};
    made_pcap(&made, magic, 1);
    for (uint32_t i = 0; i < frames; i++)
        made_record(&made, 0, i, i, length_of(i), 10000);
    return made;
}

static struct made make_pcapng(uint32_t frames)
{
    struct made made = {.big = true};
    made_section(&made);
    size_t start = made_interface_begin(&made, 1, 0);
    made_option(&made, 9, "\x9", 1);
    made_block_end(&made, start);
    for (uint32_t i = 0; i < frames; i++) {
        start = made_packet_begin(&made, 0, i, i, length_of(i), 10000);
        if (i % 5 == 2)
            made_option(&made, 1, "a comment", 9);
        made_block_end(&made, start);
    }
    return made;
}

static void assert_frames(const struct seen *seen)
{
    for (uint32_t i = 0; i < seen->count; i++)
        assert_frame(seen, i, i, i, length_of(i), 10000);
}

static void test_batches(void **state)
{
    enum { FRAMES = 3000 };
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct made made = kind ? make_pcapng(FRAMES) : make_pcap(FRAMES);
        assert_true(made.length > 4 * CAPTURE_BATCH_BYTES);
        struct seen seen = seen_bytes(made.bytes, made.length);
        assert_end(&seen, CAPTURE_END, FRAMES);
        assert_frames(&seen);
        assert_int_equal(seen.facts.bytes, made.length);
        assert_true(seen.batches >= made.length / CAPTURE_BATCH_BYTES);
        seen_free(&seen);
        made_free(&made);
    }
}

/* More frames in what is read at once than a batch takes: the rest is kept. */
static void test_many_small_frames(void **state)
{
    enum { FRAMES = 10 * CAPTURE_BATCH_FRAMES };
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct made made = {0};
        if (kind) {
            made_section(&made);
            made_interface(&made, 1);
        } else {
            made_pcap(&made, magic, 1);
        }
        for (uint32_t i = 0; i < FRAMES; i++) {
            if (kind)
                made_packet(&made, 0, i, i, i % 2, 1);
            else
                made_record(&made, 0, i, i, i % 2, 1);
        }
        for (uint32_t cut = 0; cut < 2; cut++) {
            struct seen seen = seen_bytes(made.bytes, made.length - cut);
            assert_end(&seen, cut ? CAPTURE_TRUNCATED : CAPTURE_END, FRAMES - cut);
            for (uint32_t i = 0; i < FRAMES - cut; i++)
                assert_frame(&seen, i, kind ? i * 1000 : i, i, i % 2, 1);
            seen_free(&seen);
        }
        made_free(&made);
    }
}

static void assert_not_opened(const uint8_t *bytes, size_t length, const char *why)
{
    char path[32], expected[256], error[256];
    int file = made_file(bytes, length, path, sizeof path);
    assert_null(capture_open(path, error, sizeof error));
    snprintf(expected, sizeof expected, "%s: %s", path, why);
    assert_string_equal(error, expected);
    close(file);
}

static void test_cannot_be_opened(void **state)
{
    static const char neither[] =
        "neither pcap nor pcapng, nor one of them in gzip, zstd, xz or lz4";
    char error[256];
    (void)state;
    assert_null(capture_open("/nonexistent", error, sizeof error));
    assert_string_equal(error, "/nonexistent: No such file or directory");
    assert_not_opened(NULL, 0, "empty");
    assert_not_opened((const uint8_t *)"x", 1, neither);
    assert_not_opened((const uint8_t *)"a text that is no capture at all", 32, neither);
    assert_not_opened((const uint8_t *)"\xd4\xc3\xb2\xa1\x02", 5,
                      "ends within the header of a pcap file");
    assert_not_opened((const uint8_t *)"\n\r\r\n\x1c\0\0\0", 8,
                      "ends within the header of a pcapng file");
}

static void test_compressed_is_no_capture(void **state)
{
    (void)state;
    struct made made = {0};
    made_stream(&made, GZIP, NULL, 0);
    assert_not_opened(made.bytes, made.length, "empty");
    assert_not_opened(made.bytes, 12, "the gzip data ends too early");
    made.bytes[3] = 0xff;
    assert_not_opened(made.bytes, made.length,
                      "the gzip data is damaged: unknown header flags set");
    made_free(&made);
}

static void test_compressed(void **state)
{
    enum { FRAMES = 3000 };
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++)
        for (int format = 0; format < 2; format++) {
            struct made plain = format ? make_pcapng(FRAMES) : make_pcap(FRAMES), made = {0};
            made_stream(&made, kind, plain.bytes, 10);
            made_stream(&made, kind, plain.bytes + 10, plain.length - 10);
            struct seen seen = seen_bytes(made.bytes, made.length);
            assert_end(&seen, CAPTURE_END, FRAMES);
            assert_frames(&seen);
            assert_int_equal(seen.facts.bytes, made.length);
            seen_free(&seen);
            made_free(&plain);
            made_free(&made);
        }
}

/* In the second stream: the frames of the first one are all there. */
static void test_compressed_is_cut(void **state)
{
    (void)state;
    for (enum compression kind = GZIP; kind < COMPRESSIONS; kind++) {
        struct made plain = make_pcap(600), made = {0};
        made_stream(&made, kind, plain.bytes, plain.length);
        made_stream(&made, kind, plain.bytes + 24, plain.length - 24);
        struct seen seen = seen_bytes(made.bytes, made.length - 1);
        assert_true(seen.opened);
        assert_int_equal(seen.status, CAPTURE_TRUNCATED);
        assert_true(seen.count >= 600 && seen.count <= 1200);
        seen.count = 600;
        assert_frames(&seen);
        assert_non_null(strstr(seen.message, "data ends too early"));
        seen_free(&seen);
        made_free(&plain);
        made_free(&made);
    }
}

static void test_compressed_is_damaged(void **state)
{
    char expected[256];
    (void)state;
    struct made plain = make_pcap(600), made = {0};
    made_stream(&made, GZIP, plain.bytes, plain.length - 5);
    made.bytes[made.length - 8] ^= 1;
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_DAMAGED, 599);
    assert_frames(&seen);
    snprintf(expected, sizeof expected,
             "damaged at byte %zu (gzip: before byte %zu of the file): the gzip data is damaged: "
             "incorrect data check",
             plain.length - 5, made.length - 4);
    assert_string_equal(seen.message, expected);
    seen_free(&seen);
    made_free(&plain);
    made_free(&made);
}

static void test_pieces(void **state)
{
    enum { FRAMES = 40 };
    static const size_t pieces[] = {3, 777, 100000};
    int status;
    (void)state;
    for (int kind = 0; kind < 2; kind++)
        for (size_t i = 0; i < 3; i++) {
            struct made made = kind ? make_pcapng(FRAMES) : make_pcap(FRAMES);
            pid_t writer = made_feed(&made, pieces[i]);
            struct seen seen = seen_file("-");
            assert_end(&seen, CAPTURE_END, FRAMES);
            assert_frames(&seen);
            seen_free(&seen);
            assert_int_equal(waitpid(writer, &status, 0), writer);
            assert_int_equal(status, 0);
            made_free(&made);
        }
}

/* A connection that the other side resets, as what it got was not read. */
static void test_operating_system_fails(void **state)
{
    int ends[2];
    (void)state;
    struct made made = make_pcap(3);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[0], made.bytes, made.length), made.length);
    assert_int_equal(write(ends[1], "x", 1), 1);
    dup2(ends[1], STDIN_FILENO);
    close(ends[0]);
    close(ends[1]);
    struct seen seen = seen_file("-");
    assert_end(&seen, CAPTURE_FAILED, 3);
    assert_frames(&seen);
    assert_string_equal(seen.message, "Connection reset by peer");
    seen_free(&seen);
    made_free(&made);
}

static void test_size(void **state)
{
    char path[32], error[256];
    (void)state;
    struct made made = make_pcap(3);
    int file = made_file(made.bytes, made.length, path, sizeof path);
    struct capture *capture = capture_open(path, error, sizeof error);
    assert_non_null(capture);
    assert_int_equal(capture_size(capture), made.length);
    capture_close(capture);
    close(file);
    made_free(&made);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_many_small_frames),
        cmocka_unit_test(test_cannot_be_opened),
        cmocka_unit_test(test_compressed_is_no_capture),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_compressed_is_cut),
        cmocka_unit_test(test_compressed_is_damaged),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_operating_system_fails),
        cmocka_unit_test(test_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
