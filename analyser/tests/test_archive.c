/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/tests/numbers.h"

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

enum { LONG = 200000 };

struct place {
    char folder[64], path[96], error[512];
};

static int set_up(void **state)
{
    static struct place place;
    snprintf(place.folder, sizeof place.folder, "/tmp/test_archive.XXXXXX");
    if (!mkdtemp(place.folder))
        return -1;
    snprintf(place.path, sizeof place.path, "%s/state", place.folder);
    place.error[0] = 0;
    *state = &place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    unlink(place->path);
    return rmdir(place->folder); /* fails where anything else was left */
}

static size_t files_in(const struct place *place)
{
    size_t count = 0;
    DIR *folder = opendir(place->folder);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder));)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

static struct archive *created(struct place *place)
{
    struct archive *archive = archive_create(place->path, place->error, sizeof place->error);
    assert_non_null(archive);
    assert_false(archive_reads(archive));
    return archive;
}

static struct archive *opened(struct place *place)
{
    struct archive *archive = archive_open(place->path, place->error, sizeof place->error);
    assert_non_null(archive);
    assert_true(archive_reads(archive));
    return archive;
}

static int closed(struct archive *archive, struct place *place)
{
    return archive_close(archive, true, place->error, sizeof place->error);
}

/* One of each. */
struct values {
    uint64_t u64;
    int64_t i64;
    uint32_t u32;
    uint16_t u16;
    uint8_t u8;
    bool flag;
    unsigned __int128 wide;
    size_t size;
    uint8_t bytes[5];
    uint64_t sparse[9];
};

static void values_state(struct archive *archive, struct values *values)
{
    archive_mark(archive, "values");
    archive_u64(archive, &values->u64);
    archive_i64(archive, &values->i64);
    archive_u32(archive, &values->u32);
    archive_u16(archive, &values->u16);
    archive_u8(archive, &values->u8);
    archive_bool(archive, &values->flag);
    archive_wide(archive, &values->wide);
    archive_size(archive, &values->size, 1000);
    archive_bytes(archive, values->bytes, sizeof values->bytes);
    archive_sparse(archive, values->sparse, COUNT(values->sparse));
}

static const struct values all[] = {
    {.u64 = 0},
    {.u64 = 127, .i64 = 63, .u32 = 128, .u16 = 127, .u8 = 1, .flag = true, .wide = 1, .size = 1},
    {.u64 = 128, .i64 = 64, .u32 = 16383, .u16 = 16384, .u8 = 128, .size = 999},
    {.u64 = UINT64_MAX,
     .i64 = INT64_MAX,
     .u32 = UINT32_MAX,
     .u16 = UINT16_MAX,
     .u8 = UINT8_MAX,
     .flag = true,
     .wide = ~(unsigned __int128)0,
     .size = 1000,
     .bytes = {0xFF, 0, 0x80, 0x7F, 1},
     .sparse = {UINT64_MAX, 1, 2, 3, 4, 5, 6, 7, UINT64_MAX}},
    {.i64 = INT64_MIN, .wide = (unsigned __int128)1 << 64, .sparse = {[8] = 1}},
    {.i64 = -1, .wide = UINT64_MAX, .sparse = {[0] = 128}},
    {.i64 = -64, .u64 = UINT64_C(1) << 63, .sparse = {[3] = 5, [7] = 6}},
};

static void assert_values(const struct values *a, const struct values *b)
{
    assert_true(a->u64 == b->u64 && a->i64 == b->i64 && a->u32 == b->u32 && a->u16 == b->u16);
    assert_true(a->u8 == b->u8 && a->flag == b->flag && a->wide == b->wide && a->size == b->size);
    assert_memory_equal(a->bytes, b->bytes, sizeof a->bytes);
    assert_memory_equal(a->sparse, b->sparse, sizeof a->sparse);
}

static void write_all(struct place *place)
{
    struct archive *archive = created(place);
    for (size_t i = 0; i < COUNT(all); i++) {
        struct values values = all[i];
        values_state(archive, &values);
        assert_values(&values, &all[i]); /* writing changes nothing */
    }
    assert_int_equal(closed(archive, place), 0);
}

static void test_every_kind_of_value_comes_back(void **state)
{
    struct place *place = *state;
    write_all(place);
    struct archive *archive = opened(place);
    for (size_t i = 0; i < COUNT(all); i++) {
        struct values values;
        memset(&values, 0xA5, sizeof values);
        values.flag = false;
        values_state(archive, &values);
        assert_true(archive_good(archive));
        assert_values(&values, &all[i]);
    }
    assert_int_equal(closed(archive, place), 0);
}

/* Longer than the buffer, in pieces that do not divide it. */
static void test_long_data(void **state)
{
    struct place *place = *state;
    static uint8_t data[LONG], back[LONG];
    uint64_t seed = 1, number = UINT64_MAX;
    for (size_t i = 0; i < LONG; i++)
        data[i] = (uint8_t)chance(&seed);
    struct archive *archive = created(place);
    archive_bytes(archive, data, LONG);
    for (size_t i = 0; i < LONG / 10; i++)
        archive_u64(archive, &number);
    archive_bytes(archive, data, LONG);
    assert_int_equal(closed(archive, place), 0);
    archive = opened(place);
    archive_bytes(archive, back, LONG);
    assert_memory_equal(back, data, LONG);
    for (size_t i = 0; i < LONG / 10; i++) {
        number = 0;
        archive_u64(archive, &number);
        assert_true(number == UINT64_MAX);
    }
    archive_bytes(archive, back, LONG);
    assert_memory_equal(back, data, LONG);
    assert_int_equal(closed(archive, place), 0);
}

static void read_all(struct archive *archive)
{
    for (size_t i = 0; i < COUNT(all); i++) {
        struct values values = {.u64 = 0};
        values_state(archive, &values);
    }
}

static size_t bytes_of(const struct place *place, uint8_t *bytes, size_t room)
{
    int file = open(place->path, O_RDONLY | O_CLOEXEC);
    assert_true(file >= 0);
    ssize_t length = read(file, bytes, room);
    close(file);
    assert_true(length > 0 && (size_t)length < room);
    return (size_t)length;
}

static void put_bytes(const struct place *place, const uint8_t *bytes, size_t length)
{
    int file = open(place->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, length), length);
    close(file);
}

static void assert_rejected(struct place *place)
{
    struct archive *archive = opened(place);
    read_all(archive);
    assert_false(archive_good(archive));
    assert_int_equal(closed(archive, place), -1);
    assert_true(!strncmp(place->error, place->path, strlen(place->path)));
    assert_true(strlen(place->error) > strlen(place->path) + 4);
}

static void test_cut_anywhere_it_is_rejected(void **state)
{
    struct place *place = *state;
    uint8_t bytes[4096];
    write_all(place);
    size_t length = bytes_of(place, bytes, sizeof bytes);
    /* Without its checksum all values are there. */
    for (size_t cut = 0; cut + 8 < length; cut++) {
        put_bytes(place, bytes, cut);
        assert_rejected(place);
    }
}

static void test_damaged_it_does_no_harm(void **state)
{
    struct place *place = *state;
    uint8_t bytes[4096];
    write_all(place);
    size_t length = bytes_of(place, bytes, sizeof bytes);
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 0x10;
        put_bytes(place, bytes, length);
        struct archive *archive = opened(place);
        read_all(archive);
        bool good = archive_good(archive);
        place->error[0] = 0;
        assert_int_equal(closed(archive, place), good ? 0 : -1);
        assert_true(good == !place->error[0]);
        bytes[i] ^= 0x10;
    }
}

/* What is not compressed is read as it is. */
static struct archive *reading(struct place *place, const uint8_t *bytes, size_t length)
{
    put_bytes(place, bytes, length);
    return opened(place);
}

static void test_numbers_out_of_their_range(void **state)
{
    struct place *place = *state;
    static const uint8_t beyond_u8[] = {0x80, 0x02}, beyond_u16[] = {0x80, 0x80, 0x04},
                         beyond_u32[] = {0x80, 0x80, 0x80, 0x80, 0x10}, two[] = {2},
                         beyond_size[] = {0xE9, 0x07};
    struct values values = {.u8 = 9, .u16 = 9, .u32 = 9, .flag = true, .size = 9};
    struct archive *archive = reading(place, beyond_u8, sizeof beyond_u8);
    archive_u8(archive, &values.u8);
    assert_int_equal(values.u8, 0);
    assert_int_equal(closed(archive, place), -1);
    assert_non_null(strstr(place->error, "out of range"));
    archive = reading(place, beyond_u16, sizeof beyond_u16);
    archive_u16(archive, &values.u16);
    assert_int_equal(values.u16, 0);
    assert_int_equal(closed(archive, place), -1);
    archive = reading(place, beyond_u32, sizeof beyond_u32);
    archive_u32(archive, &values.u32);
    assert_int_equal(values.u32, 0);
    assert_int_equal(closed(archive, place), -1);
    archive = reading(place, two, sizeof two);
    archive_bool(archive, &values.flag);
    assert_false(values.flag);
    assert_int_equal(closed(archive, place), -1);
    archive = reading(place, beyond_size, sizeof beyond_size);
    archive_size(archive, &values.size, 1000);
    assert_int_equal(values.size, 0);
    assert_int_equal(closed(archive, place), -1);
}

static void test_a_number_without_an_end(void **state)
{
    struct place *place = *state;
    uint8_t bytes[20];
    uint64_t value = 5;
    memset(bytes, 0x80, sizeof bytes);
    struct archive *archive = reading(place, bytes, sizeof bytes);
    archive_u64(archive, &value);
    assert_true(value == 0);
    assert_int_equal(closed(archive, place), -1);
    assert_non_null(strstr(place->error, "no end"));
}

static void test_a_sparse_list_beyond_its_end(void **state)
{
    struct place *place = *state;
    static const uint8_t beyond[] = {2, 7, 4, 7, 0, 0},
                         far[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0};
    uint64_t values[6] = {0}; /* the last one is not part of the list */
    struct archive *archive = reading(place, beyond, sizeof beyond);
    archive_sparse(archive, values, 5);
    assert_int_equal(closed(archive, place), -1);
    assert_non_null(strstr(place->error, "too long"));
    archive = reading(place, far, sizeof far);
    archive_sparse(archive, values, 5);
    assert_int_equal(closed(archive, place), -1);
    assert_int_equal(values[5], 0);
}

static void test_another_mark(void **state)
{
    struct place *place = *state;
    struct archive *archive = reading(place, (const uint8_t *)"valuEs", 6);
    archive_mark(archive, "values");
    assert_false(archive_good(archive));
    assert_int_equal(closed(archive, place), -1);
    archive = reading(place, (const uint8_t *)"values", 6);
    archive_mark(archive, "values");
    assert_int_equal(closed(archive, place), 0);
}

static void test_after_a_rejection_zeros_come(void **state)
{
    struct place *place = *state;
    write_all(place);
    struct archive *archive = opened(place);
    struct values values;
    memset(&values, 0x11, sizeof values);
    values.flag = true;
    archive_reject(archive, "the first reason");
    archive_reject(archive, "another one");
    values_state(archive, &values);
    static const struct values zeros;
    assert_values(&values, &zeros);
    assert_int_equal(closed(archive, place), -1);
    assert_non_null(strstr(place->error, "the first reason"));
}

static void test_nothing_is_kept_that_is_not_wanted(void **state)
{
    struct place *place = *state;
    struct archive *archive = created(place);
    uint64_t value = 1;
    archive_u64(archive, &value);
    assert_int_equal(archive_close(archive, false, place->error, sizeof place->error), -1);
    assert_int_equal(files_in(place), 0);
    archive = created(place);
    archive_reject(archive, "no sense");
    archive_u64(archive, &value);
    assert_int_equal(closed(archive, place), -1);
    assert_int_equal(files_in(place), 0);
}

static void test_the_old_file_stays_until_the_new_one_is_whole(void **state)
{
    struct place *place = *state;
    uint8_t bytes[4096];
    put_bytes(place, (const uint8_t *)"old", 3);
    struct archive *archive = created(place);
    assert_int_equal(bytes_of(place, bytes, sizeof bytes), 3);
    assert_int_equal(archive_close(archive, false, place->error, sizeof place->error), -1);
    assert_int_equal(bytes_of(place, bytes, sizeof bytes), 3);
    write_all(place);
    assert_true(bytes_of(place, bytes, sizeof bytes) > 3);
    assert_int_equal(files_in(place), 1);
}

static void test_no_room_on_the_device(void **state)
{
    struct place *place = *state;
    struct rlimit old, small = {.rlim_cur = 1000};
    uint64_t seed = 1, value;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small.rlim_max = old.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct archive *archive = created(place);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (size_t i = 0; i < LONG; i++) {
        value = chance(&seed);
        archive_u64(archive, &value);
    }
    int result = closed(archive, place);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(result, -1);
    assert_non_null(strstr(place->error, "File too large"));
    assert_int_equal(files_in(place), 0);
}

/* So little that nothing is written before the end. */
static void test_no_room_for_the_last_bytes(void **state)
{
    struct place *place = *state;
    struct rlimit old, none = {.rlim_cur = 0};
    uint64_t value = 1;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    none.rlim_max = old.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    struct archive *archive = created(place);
    archive_u64(archive, &value);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int result = closed(archive, place);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(result, -1);
    assert_int_equal(files_in(place), 0);
}

static void test_no_such_folder_and_no_such_file(void **state)
{
    char error[256] = "";
    (void)state;
    assert_null(archive_create("/nowhere/state", error, sizeof error));
    assert_string_equal(error, "/nowhere/state: cannot be written: No such file or directory");
    assert_null(archive_open("/nowhere/state", error, sizeof error));
    assert_true(!strncmp(error, "/nowhere/state: ", 16));
}

/* Renaming fails: there is a folder of that name. */
static void test_the_name_is_taken_by_a_folder(void **state)
{
    struct place *place = *state;
    assert_int_equal(mkdir(place->path, 0700), 0);
    struct archive *archive = created(place);
    assert_int_equal(closed(archive, place), -1);
    assert_non_null(strstr(place->error, "Is a directory"));
    assert_int_equal(files_in(place), 1);
    assert_int_equal(rmdir(place->path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_every_kind_of_value_comes_back),
        IN_FOLDER(test_long_data),
        IN_FOLDER(test_cut_anywhere_it_is_rejected),
        IN_FOLDER(test_damaged_it_does_no_harm),
        IN_FOLDER(test_numbers_out_of_their_range),
        IN_FOLDER(test_a_number_without_an_end),
        IN_FOLDER(test_a_sparse_list_beyond_its_end),
        IN_FOLDER(test_another_mark),
        IN_FOLDER(test_after_a_rejection_zeros_come),
        IN_FOLDER(test_nothing_is_kept_that_is_not_wanted),
        IN_FOLDER(test_the_old_file_stays_until_the_new_one_is_whole),
        IN_FOLDER(test_no_room_on_the_device),
        IN_FOLDER(test_no_room_for_the_last_bytes),
        cmocka_unit_test(test_no_such_folder_and_no_such_file),
        IN_FOLDER(test_the_name_is_taken_by_a_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
