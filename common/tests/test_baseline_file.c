/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/baseline_file.h"

struct file {
    struct arena arena;
    char path[32];
    struct baseline baseline;
    const char *error;
};

static int set_up(void **state)
{
    struct file *file = calloc(1, sizeof *file);
    strcpy(file->path, "/tmp/baseline-XXXXXX");
    int descriptor = mkstemp(file->path);
    *state = file;
    return descriptor < 0 ? -1 : close(descriptor);
}

static int tear_down(void **state)
{
    struct file *file = *state;
    unlink(file->path);
    arena_free(&file->arena);
    free(file);
    return 0;
}

static int read_bytes(struct file *file, const char *bytes, size_t length)
{
    FILE *to = fopen(file->path, "w");
    assert_non_null(to);
    assert_int_equal(fwrite(bytes, 1, length, to), length);
    fclose(to);
    return baseline_read(&file->arena, file->path, &file->baseline, &file->error);
}

static int read_text(struct file *file, const char *text)
{
    return read_bytes(file, text, strlen(text));
}

static void test_read(void **state)
{
    struct file *file = *state;
    assert_int_equal(read_text(file, "# head\n\nconfig/set-refused\n"
                                     "  ata/*\t#  why # and more \r\n \r\nmask/[ab]?"),
                     0);
    assert_int_equal(file->baseline.count, 3);
    assert_string_equal(file->baseline.entries[0].pattern, "config/set-refused");
    assert_string_equal(file->baseline.entries[0].why, "");
    assert_int_equal(file->baseline.entries[0].line, 3);
    assert_string_equal(file->baseline.entries[1].pattern, "ata/*");
    assert_string_equal(file->baseline.entries[1].why, "why # and more");
    assert_int_equal(file->baseline.entries[1].line, 4);
    assert_string_equal(file->baseline.entries[2].pattern, "mask/[ab]?");
    assert_int_equal(file->baseline.entries[2].line, 6);
}

static void test_read_nothing(void **state)
{
    struct file *file = *state;
    assert_int_equal(read_text(file, ""), 0);
    assert_int_equal(file->baseline.count, 0);
    assert_int_equal(read_text(file, "# only\n#comments"), 0);
    assert_int_equal(file->baseline.count, 0);
}

static void test_read_what_is_no_pattern(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } all[] = {
        {"ata/x\nata/read ata/write\n", 24}, {"ata/x\nata/[read\n", 16},
        {"ata/x\nata/\0read\n", 16},         {"ata/x\nata/r\xff\n", 13},
        {"ata/x\n\"ata/x\"\n", 14},
    };
    struct file *file = *state;
    char expected[96];
    snprintf(expected, sizeof expected, "%s:2: not a pattern over ids", file->path);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        assert_int_equal(read_bytes(file, all[i].bytes, all[i].length), -1);
        assert_string_equal(file->error, expected);
    }
}

static void test_read_what_is_not_there(void **state)
{
    struct file *file = *state;
    assert_int_equal(baseline_read(&file->arena, "/tmp/no/such", &file->baseline, &file->error),
                     -1);
    assert_string_equal(file->error, "/tmp/no/such: No such file or directory");
    assert_int_equal(baseline_read(&file->arena, "/tmp", &file->baseline, &file->error), -1);
    assert_string_equal(file->error, "/tmp: Is a directory");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_read),
        TEST(test_read_nothing),
        TEST(test_read_what_is_no_pattern),
        TEST(test_read_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
