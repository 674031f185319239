/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "target-ref/disk.h"

static char path[64];

static int make_file(void **state)
{
    (void)state;
    strcpy(path, "/tmp/test_disk-XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void open_size(struct disk *disk, off_t bytes)
{
    char message[256];
    assert_int_equal(truncate(path, bytes), 0);
    assert_int_equal(disk_open(disk, path, false, message, sizeof message), 0);
}

static void test_sizes(void **state)
{
    static const struct {
        off_t bytes;
        uint64_t sectors;
    } cases[] = {{512, 1}, {513, 1}, {1023, 1}, {1024, 2}, {(off_t)1 << 41, UINT64_C(1) << 32}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct disk disk;
        open_size(&disk, cases[i].bytes);
        assert_int_equal(disk.sectors, cases[i].sectors);
        assert_int_equal(disk_close(&disk), 0);
    }
}

static void expect_refused(const char *what, bool read_only, const char *why)
{
    struct disk disk;
    char message[256] = "";
    assert_int_equal(disk_open(&disk, what, read_only, message, sizeof message), -1);
    assert_int_equal(strncmp(message, what, strlen(what)), 0);
    if (!strstr(message, why))
        fail_msg("\"%s\" does not say \"%s\"", message, why);
}

static void test_refused(void **state)
{
    (void)state;
    expect_refused(path, false, "0 bytes, but a disk has at least one sector");
    assert_int_equal(truncate(path, 511), 0);
    expect_refused(path, true, "511 bytes");
    expect_refused("/nonexistent/disk", false, "No such file");
    expect_refused("/", true, "neither a file nor a block device");
    expect_refused("/dev/null", true, "neither a file nor a block device");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_refused(path, true, "neither a file nor a block device");
}

static void test_read_write(void **state)
{
    struct disk disk;
    uint8_t out[3 * AOE_SECTOR_BYTES], in[sizeof out];
    (void)state;
    open_size(&disk, 100 * AOE_SECTOR_BYTES + 17);
    struct model_disk model = disk_for_model(&disk);
    assert_int_equal(model.sectors, 100);
    memset(out, 0x5A, sizeof out);
    assert_int_equal(model.write(model.user, 97, 3, out), 0);
    assert_int_equal(model.read(model.user, 97, 3, in), 0);
    assert_memory_equal(in, out, sizeof out);
    assert_int_equal(model.read(model.user, 96, 1, in), 0);
    assert_int_equal(in[0], 0);
    assert_int_equal(model.flush(model.user), 0);
    assert_int_equal(disk_close(&disk), 0);
}

/* What lies past the end is neither read nor written, and the file does not grow. */
static void test_bounds(void **state)
{
    static const struct {
        uint64_t lba;
        size_t count;
    } cases[] = {{100, 1},
                 {99, 2},
                 {0, 101},
                 {UINT64_MAX, 1},
                 {UINT64_MAX, 2},
                 {1, SIZE_MAX},
                 {UINT64_C(1) << 55, 1},
                 {(UINT64_C(1) << 55) + 1, 1}};
    struct disk disk;
    uint8_t bytes[AOE_SECTOR_BYTES] = {1};
    struct stat st;
    (void)state;
    open_size(&disk, 100 * AOE_SECTOR_BYTES + 17);
    struct model_disk model = disk_for_model(&disk);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(model.read(model.user, cases[i].lba, cases[i].count, bytes), -1);
        assert_int_equal(model.write(model.user, cases[i].lba, cases[i].count, bytes), -1);
    }
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 100 * AOE_SECTOR_BYTES + 17);
    assert_int_equal(st.st_blocks, 0);
    disk_close(&disk);
}

static void test_cut_short_while_open(void **state)
{
    struct disk disk;
    uint8_t bytes[2 * AOE_SECTOR_BYTES];
    (void)state;
    open_size(&disk, 10 * AOE_SECTOR_BYTES);
    struct model_disk model = disk_for_model(&disk);
    assert_int_equal(truncate(path, 5 * AOE_SECTOR_BYTES + 100), 0);
    assert_int_equal(model.read(model.user, 5, 1, bytes), -1);
    assert_int_equal(model.read(model.user, 4, 2, bytes), -1);
    assert_int_equal(model.read(model.user, 4, 1, bytes), 0);
    disk_close(&disk);
}

static void test_read_only(void **state)
{
    struct disk disk;
    char message[256];
    uint8_t bytes[AOE_SECTOR_BYTES] = {1};
    (void)state;
    assert_int_equal(truncate(path, 512), 0);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(disk_open(&disk, path, true, message, sizeof message), 0);
    struct model_disk model = disk_for_model(&disk);
    assert_int_equal(model.read(model.user, 0, 1, bytes), 0);
    assert_int_equal(model.write(model.user, 0, 1, bytes), -1);
    assert_int_equal(disk_close(&disk), 0);
    if (geteuid() != 0) /* root may write to any file */
        expect_refused(path, false, "-r serves it read-only");
}

/* The last sectors that 48 bits reach, on a file system that holds such a file. */
static void test_petabytes(void **state)
{
    const uint64_t last = ATA_LBA48_END - 2;
    const char *huge = "/dev/shm/test_disk-huge";
    struct disk disk;
    uint8_t out[AOE_SECTOR_BYTES] = "last", in[AOE_SECTOR_BYTES];
    char message[256];
    (void)state;
    FILE *file = fopen(huge, "we");
    if (!file)
        skip();
    fclose(file);
    if (truncate(huge, (off_t)(ATA_LBA48_END * AOE_SECTOR_BYTES)) != 0) {
        unlink(huge);
        skip();
    }
    assert_int_equal(disk_open(&disk, huge, false, message, sizeof message), 0);
    unlink(huge);
    assert_int_equal(disk.sectors, ATA_LBA48_END);
    struct model_disk model = disk_for_model(&disk);
    assert_int_equal(model.write(model.user, last, 1, out), 0);
    assert_int_equal(model.read(model.user, last, 1, in), 0);
    assert_memory_equal(in, out, sizeof out);
    assert_int_equal(model.read(model.user, last - (UINT64_C(1) << 32), 1, in), 0);
    assert_int_equal(in[0], 0);
    disk_close(&disk);
}

/* A write that the system cuts short and then refuses is a failed write. */
static void test_no_room(void **state)
{
    struct disk disk;
    uint8_t bytes[2 * AOE_SECTOR_BYTES] = {1};
    struct rlimit old, tight;
    (void)state;
    open_size(&disk, 10 * AOE_SECTOR_BYTES);
    struct model_disk model = disk_for_model(&disk);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = 5 * AOE_SECTOR_BYTES;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    int result = model.write(model.user, 4, 2, bytes);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(result, -1);
    disk_close(&disk);
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, make_file, remove_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FILE_TEST(test_sizes),
        FILE_TEST(test_refused),
        FILE_TEST(test_read_write),
        FILE_TEST(test_bounds),
        FILE_TEST(test_cut_short_while_open),
        FILE_TEST(test_read_only),
        FILE_TEST(test_petabytes),
        FILE_TEST(test_no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
