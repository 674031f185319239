/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/pcapng.h"
#include "harness/report.h"
#include "made_report.h"

enum { SECTION = 0x0A0D0D0A, INTERFACE = 1, PACKET = 6, COMMENT = 1 };

struct file {
    uint8_t *bytes;
    size_t length;
    FILE *to;
};

static void open_file(struct file *file)
{
    *file = (struct file){0};
    file->to = open_memstream((char **)&file->bytes, &file->length);
    assert_non_null(file->to);
}

static void free_file(struct file *file)
{
    fclose(file->to);
    free(file->bytes);
}

static uint32_t le32(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* The block of that index, with its type, and its length checked at both ends. */
static struct aoe_span block_at(const struct file *file, size_t index, uint32_t *type)
{
    size_t at = 0;
    for (;; index--) {
        assert_true(at + 12 <= file->length);
        uint32_t length = le32(file->bytes + at + 4);
        assert_int_equal(length % 4, 0);
        assert_true(length >= 12 && length <= file->length - at);
        assert_int_equal(le32(file->bytes + at + length - 4), length);
        *type = le32(file->bytes + at);
        if (!index)
            return (struct aoe_span){file->bytes + at, length};
        at += length;
    }
}

static size_t block_count(const struct file *file)
{
    size_t count = 0;
    for (size_t at = 0; at < file->length; at += le32(file->bytes + at + 4))
        count++;
    return count;
}

/* The n-th option of that code among those that start at `at`; NULL bytes where there is none. */
static struct aoe_span option_at(struct aoe_span block, size_t at, unsigned code, size_t n)
{
    for (;;) {
        assert_true(at + 4 <= block.length - 4);
        unsigned found = block.bytes[at] | (unsigned)block.bytes[at + 1] << 8;
        size_t length = block.bytes[at + 2] | (size_t)block.bytes[at + 3] << 8;
        if (!found)
            return (struct aoe_span){NULL, 0};
        assert_true(at + 4 + length <= block.length - 4);
        if (found == code && !n--)
            return (struct aoe_span){block.bytes + at + 4, length};
        at += 4 + ((length + 3) & ~(size_t)3);
    }
}

static void assert_option(struct aoe_span option, const char *expected)
{
    assert_non_null(option.bytes);
    assert_int_equal(option.length, strlen(expected));
    assert_int_equal(memcmp(option.bytes, expected, option.length), 0);
}

/* Where the options of a packet begin. */
static size_t packet_options(struct aoe_span block)
{
    return 28 + ((le32(block.bytes + 20) + 3u) & ~3u);
}

static void test_section(void **state)
{
    static const struct pcapng_section section = {.comment = "c\xff",
                                                  .hardware = "hard",
                                                  .application = "app",
                                                  .interface = "eth0",
                                                  .description = "towards e0.1"};
    struct file file;
    uint32_t type;
    (void)state;
    open_file(&file);
    assert_int_equal(pcapng_begin(file.to, &section), 0);
    fflush(file.to);
    struct aoe_span block = block_at(&file, 0, &type);
    assert_int_equal(type, SECTION);
    assert_int_equal(le32(block.bytes + 8), 0x1A2B3C4D);
    assert_int_equal(le32(block.bytes + 12), 1);
    assert_int_equal(le32(block.bytes + 16), UINT32_MAX);
    assert_option(option_at(block, 24, COMMENT, 0), "c\\xff");
    assert_option(option_at(block, 24, 2, 0), "hard");
    assert_option(option_at(block, 24, 4, 0), "app");
    block = block_at(&file, 1, &type);
    assert_int_equal(type, INTERFACE);
    assert_int_equal(le32(block.bytes + 8), 1); /* Ethernet */
    assert_option(option_at(block, 16, 2, 0), "eth0");
    assert_option(option_at(block, 16, 3, 0), "towards e0.1");
    assert_option(option_at(block, 16, 9, 0), "\x09");
    assert_int_equal(block_count(&file), 2);
    free_file(&file);
}

static void test_empty_texts_are_left_out(void **state)
{
    static const struct pcapng_section section = {.comment = ""};
    struct file file;
    uint32_t type;
    (void)state;
    open_file(&file);
    assert_int_equal(pcapng_begin(file.to, &section), 0);
    fflush(file.to);
    assert_null(option_at(block_at(&file, 0, &type), 24, COMMENT, 0).bytes);
    assert_null(option_at(block_at(&file, 1, &type), 16, 2, 0).bytes);
    free_file(&file);
}

/* Frames of all lengths, with NUL bytes and none at all, are padded but keep their length. */
static void test_packets_of_any_length(void **state)
{
    static const uint8_t bytes[9] = {0, 1, 0, 2, 0, 3, 0, 4, 0xff};
    static const char *const comments[] = {"one", "", "three"};
    (void)state;
    for (size_t length = 0; length <= sizeof bytes; length++) {
        struct file file;
        uint32_t type;
        open_file(&file);
        assert_int_equal(pcapng_packet(file.to, INT64_C(0x1122334455667788), length & 1,
                                       (struct aoe_span){bytes, length}, comments, 3),
                         0);
        fflush(file.to);
        struct aoe_span block = block_at(&file, 0, &type);
        assert_int_equal(type, PACKET);
        assert_int_equal(le32(block.bytes + 8), 0);
        assert_int_equal(le32(block.bytes + 12), 0x11223344);
        assert_int_equal(le32(block.bytes + 16), 0x55667788);
        assert_int_equal(le32(block.bytes + 20), length);
        assert_int_equal(le32(block.bytes + 24), length);
        assert_int_equal(memcmp(block.bytes + 28, bytes, length), 0);
        struct aoe_span flags = option_at(block, packet_options(block), 2, 0);
        assert_int_equal(flags.length, 4);
        assert_int_equal(le32(flags.bytes), length & 1 ? 2 : 1);
        assert_option(option_at(block, packet_options(block), COMMENT, 0), "one");
        assert_option(option_at(block, packet_options(block), COMMENT, 1), "three");
        assert_null(option_at(block, packet_options(block), COMMENT, 2).bytes);
        free_file(&file);
    }
}

/* Comments are cut to what an option holds, between two characters. */
static void test_a_comment_that_is_too_long(void **state)
{
    enum { LENGTH = 70000 };
    struct file file;
    uint32_t type;
    char *text = calloc(1, LENGTH + 1);
    (void)state;
    for (size_t i = 0; i < LENGTH; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    open_file(&file);
    assert_int_equal(
        pcapng_packet(file.to, 0, true, (struct aoe_span){NULL, 0}, (const char *const[]){text}, 1),
        0);
    fflush(file.to);
    struct aoe_span block = block_at(&file, 0, &type);
    struct aoe_span comment = option_at(block, packet_options(block), COMMENT, 0);
    assert_int_equal(comment.length, 65534);
    assert_int_equal(memcmp(comment.bytes, text, comment.length), 0);
    free_file(&file);
    free(text);
}

static void capture(struct file *file, struct made_fixture *fixture, size_t result)
{
    open_file(file);
    assert_int_equal(report_capture(file->to, fixture->report, &fixture->report->results[result]),
                     0);
}

static struct aoe_span comment_at(const struct file *file, size_t packet, size_t n)
{
    uint32_t type;
    struct aoe_span block = block_at(file, packet + 2, &type);
    assert_int_equal(type, PACKET);
    return option_at(block, packet_options(block), COMMENT, n);
}

static void test_capture_of_a_fail(void **state)
{
    struct made_fixture *fixture = *state;
    struct file file;
    uint32_t type;
    capture(&file, fixture, MADE_FAIL);
    assert_int_equal(block_count(&file), 5);
    struct aoe_span section = option_at(block_at(&file, 0, &type), 24, COMMENT, 0);
    assert_non_null(memmem(section.bytes, section.length, "config/set-refused: set does not", 32));
    assert_non_null(memmem(section.bytes, section.length, "\nverdict: fail: error=0", 23));
    assert_option(comment_at(&file, 0, 0),
                  "scenarios/config/set-refused.aoe:8: a send config set \"beta\"");
    assert_null(comment_at(&file, 0, 1).bytes);
    assert_option(comment_at(&file, 1, 0),
                  "fail: 3.2-set: expected error=4, actual error=0; "
                  "scenarios/config/set-refused.aoe:9: a expect config error=4");
    assert_null(comment_at(&file, 1, 1).bytes);
    assert_option(comment_at(&file, 2, 0), "is the target alive?");
    assert_option(comment_at(&file, 2, 1),
                  "fail: 3.2-set: expected a response within 1000 ms, actual silence; "
                  "scenarios/config/set-refused.aoe:12: a expect config string=\"alpha\"");
    assert_option(comment_at(&file, 2, 2), "verdict: fail: error=0 instead of error=4");
    free_file(&file);
}

static void test_capture_keeps_times_and_bytes(void **state)
{
    struct made_fixture *fixture = *state;
    struct file file;
    uint32_t type;
    capture(&file, fixture, MADE_DATA);
    for (size_t i = 0; i < 2; i++) {
        const struct event *event = fixture->report->results[MADE_DATA].events[i];
        struct aoe_span block = block_at(&file, i + 2, &type);
        uint64_t time = (uint64_t)le32(block.bytes + 12) << 32 | le32(block.bytes + 16);
        assert_int_equal(time, event->time);
        assert_int_equal(le32(block.bytes + 20), event->frame.length);
        assert_int_equal(memcmp(block.bytes + 28, event->frame.bytes, event->frame.length), 0);
    }
    free_file(&file);
}

/* A run-wide scenario has no frames of its own: those around its failures, in their order. */
static void test_capture_of_a_runwide_fail(void **state)
{
    struct made_fixture *fixture = *state;
    struct file file;
    capture(&file, fixture, MADE_RUNWIDE);
    assert_int_equal(block_count(&file), 4);
    assert_option(comment_at(&file, 0, 0),
                  "scenarios/config/set-refused.aoe:8: a send config set \"beta\"");
    assert_option(comment_at(&file, 1, 0),
                  "fail: 2.2-version: expected version=1, actual version=2; "
                  "scenarios/config/set-refused.aoe:9: a expect config error=4");
    assert_option(comment_at(&file, 1, 1), "verdict: fail: version 2 in 1 of 412");
    free_file(&file);
}

static void test_capture_without_frames(void **state)
{
    struct made_fixture *fixture = *state;
    struct file file;
    uint32_t type;
    capture(&file, fixture, MADE_ERROR);
    assert_int_equal(block_count(&file), 2);
    struct aoe_span section = option_at(block_at(&file, 0, &type), 24, COMMENT, 0);
    assert_null(memchr(section.bytes, '\x1b', section.length));
    assert_non_null(memmem(section.bytes, section.length, "]]>\\x0asecond line", 18));
    free_file(&file);
}

static void test_comments_are_clean(void **state)
{
    struct made_fixture *fixture = *state;
    struct file file;
    struct event *event = (struct event *)fixture->report->results[MADE_FAIL].events[2];
    event->statement = "\x1b[2J \xff";
    capture(&file, fixture, MADE_FAIL);
    assert_option(comment_at(&file, 2, 0), "\\x1b[2J \\xff");
    free_file(&file);
}

static void test_full_disk(void **state)
{
    struct made_fixture *fixture = *state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_int_equal(report_capture(full, fixture->report, &fixture->report->results[MADE_FAIL]),
                     -1);
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_section),
        cmocka_unit_test(test_empty_texts_are_left_out),
        cmocka_unit_test(test_packets_of_any_length),
        cmocka_unit_test(test_a_comment_that_is_too_long),
        cmocka_unit_test(test_capture_of_a_fail),
        cmocka_unit_test(test_capture_keeps_times_and_bytes),
        cmocka_unit_test(test_capture_of_a_runwide_fail),
        cmocka_unit_test(test_capture_without_frames),
        cmocka_unit_test_setup_teardown(test_comments_are_clean, made_set_up, made_tear_down),
        cmocka_unit_test(test_full_disk),
    };
    return cmocka_run_group_tests(tests, made_set_up, made_tear_down);
}
