/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dissector/sparse_image.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/tests/frames.h"

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

struct place {
    char folder[32], image[64], map[64];
    size_t room;
    char error[256];
};

static int make_folder(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    strcpy(place->folder, "/tmp/test_sparse_XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->image, sizeof place->image, "%s/e0.1.img", place->folder);
    snprintf(place->map, sizeof place->map, "%s/e0.1.map", place->folder);
    place->room = 10;
    *state = place;
    return 0;
}

static int remove_folder(void **state)
{
    struct place *place = *state;
    unlink(place->image);
    unlink(place->map);
    int failed = rmdir(place->folder);
    free(place);
    return failed;
}

static struct sparse_image *make(struct place *place)
{
    return sparse_image_new(place->folder, "e0.1", &place->room, place->error, sizeof place->error);
}

static void put(struct sparse_image *image, uint64_t lba, unsigned sectors, int content)
{
    uint8_t bytes[4 * AOE_SECTOR_BYTES];
    memset(bytes, content, sizeof bytes);
    sparse_image_put(image, lba, bytes, sectors);
}

/* Writes the map, and returns its text, to be freed. */
static char *written(struct place *place, struct sparse_image *image)
{
    enum { MOST = 4096 };
    char *text = calloc(1, MOST);
    assert_int_equal(sparse_image_write(image, place->error, sizeof place->error), 0);
    FILE *file = fopen(place->map, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, MOST - 1, file) > 0);
    fclose(file);
    return text;
}

static void assert_sector(const struct place *place, uint64_t lba, int content)
{
    uint8_t bytes[AOE_SECTOR_BYTES], expected[AOE_SECTOR_BYTES];
    int file = open(place->image, O_RDONLY);
    memset(expected, content, sizeof expected);
    assert_int_equal(pread(file, bytes, sizeof bytes, (off_t)(lba * AOE_SECTOR_BYTES)),
                     AOE_SECTOR_BYTES);
    assert_memory_equal(bytes, expected, sizeof bytes);
    close(file);
}

static struct stat size_of(const struct place *place)
{
    struct stat size;
    assert_int_equal(stat(place->image, &size), 0);
    return size;
}

static void sectors_lie_at_their_offsets_between_holes(void **state)
{
    struct place *place = *state;
    struct sparse_image *image = make(place);
    assert_non_null(image);
    put(image, 4000000, 2, 0xAA);
    put(image, 8, 1, 0xBB);
    put(image, 4000001, 1, 0xCC);
    char *map = written(place, image);
    assert_int_equal(size_of(place).st_size, INT64_C(4000002) * AOE_SECTOR_BYTES);
    assert_true(size_of(place).st_blocks * 512 <= 64 << 10);
    assert_sector(place, 0, 0);
    assert_sector(place, 8, 0xBB);
    assert_sector(place, 4000000, 0xAA);
    assert_sector(place, 4000001, 0xCC);
    assert_non_null(strstr(map, "\n0x00000000  0x00001000  ?\n0x00001000  0x00000200  +\n"
                                "0x00001200  0x7A11EE00  ?\n0x7A120000  0x00000400  +\n"));
    assert_null(strstr(map, "not kept"));
    free(map);
    sparse_image_free(image);
}

static void the_map_is_written_again_as_a_whole(void **state)
{
    struct place *place = *state;
    struct sparse_image *image = make(place);
    put(image, 3, 1, 1);
    put(image, 5, 1, 1);
    free(written(place, image));
    put(image, 0, 4, 1);
    put(image, 4, 1, 1);
    char *map = written(place, image);
    assert_non_null(strstr(map, "status\n0x00000000  0x00000C00  +\n"));
    assert_string_equal(strstr(map, "  +\n"), "  +\n");
    free(map);
    sparse_image_free(image);
}

static void the_size_of_the_device_is_the_size_of_the_image(void **state)
{
    struct place *place = *state;
    struct sparse_image *image = make(place);
    put(image, 2, 1, 1);
    sparse_image_set_capacity(image, 100);
    char *map = written(place, image);
    assert_int_equal(size_of(place).st_size, 100 * AOE_SECTOR_BYTES);
    assert_non_null(strstr(map, "the device has 100 sectors"));
    assert_non_null(strstr(map, "0x00000600  0x0000C200  ?\n"));
    free(map);
    sparse_image_free(image);
}

/* ext4 has files of 16 TiB, no file system files of 2^57 bytes or more. */
static void what_no_file_holds_is_said_in_the_map(void **state)
{
    struct place *place = *state;
    struct sparse_image *image = make(place);
    put(image, (UINT64_C(1) << 48) - 1, 1, 1);
    put(image, 1, 1, 1);
    sparse_image_set_capacity(image, UINT64_C(1) << 48);
    sparse_image_miss(image, 5);
    char *map = written(place, image);
    assert_int_equal(sparse_image_lost(image), 6 - sector_map_sectors(sparse_image_map(image)) + 1);
    assert_non_null(strstr(map, "not kept: 5 sectors of answered commands"));
    if (sector_map_runs(sparse_image_map(image)) == 1)
        assert_non_null(strstr(map, "not kept: 1 sectors, that could not be written: "));
    assert_non_null(strstr(map, "\n0x00000200  0x00000200  +\n"));
    free(map);
    sparse_image_free(image);
}

static void what_the_disk_refuses_is_said_in_the_map(void **state)
{
    struct place *place = *state;
    struct rlimit before, least;
    struct sparse_image *image = make(place);
    getrlimit(RLIMIT_FSIZE, &before);
    least = (struct rlimit){4096, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &least), 0);
    put(image, 100, 3, 1);
    put(image, 0, 1, 2);
    setrlimit(RLIMIT_FSIZE, &before);
    char *map = written(place, image);
    assert_non_null(strstr(map, "not kept: 3 sectors, that could not be written: File too large"));
    assert_non_null(strstr(map, "status\n0x00000000  0x00000200  +\n"));
    assert_string_equal(strstr(map, "  +\n"), "  +\n");
    assert_int_equal(sparse_image_lost(image), 3);
    free(map);
    sparse_image_free(image);
}

static void runs_without_room_are_said_in_the_map(void **state)
{
    struct place *place = *state;
    place->room = 1;
    struct sparse_image *image = make(place);
    put(image, 1, 1, 1);
    put(image, 3, 2, 1);
    char *map = written(place, image);
    assert_non_null(strstr(map, "not kept: 2 sectors, for want of room in memory"));
    free(map);
    sparse_image_free(image);
}

static void after_clearing_nothing_is_left(void **state)
{
    struct place *place = *state;
    struct sparse_image *image = make(place);
    put(image, 5, 1, 0xEE);
    sparse_image_miss(image, 1);
    free(written(place, image));
    sparse_image_clear(image);
    assert_int_equal(size_of(place).st_size, 0);
    put(image, 6, 1, 0xDD);
    char *map = written(place, image);
    assert_null(strstr(map, "not kept"));
    assert_sector(place, 5, 0);
    assert_int_equal(sector_map_sectors(sparse_image_map(image)), 1);
    free(map);
    sparse_image_free(image);
}

static void files_that_exist_are_left_alone(void **state)
{
    struct place *place = *state;
    for (unsigned i = 0; i < 2; i++) {
        const char *path = i ? place->map : place->image, *other = i ? place->image : place->map;
        FILE *file = fopen(path, "w");
        fputs("mine", file);
        fclose(file);
        assert_null(make(place));
        assert_string_equal(strrchr(place->error, ':'), ": File exists");
        struct stat size;
        assert_int_equal(stat(path, &size), 0);
        assert_int_equal(size.st_size, 4);
        assert_int_equal(access(other, F_OK), -1);
        unlink(path);
    }
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct place *place = *state;
    assert_null(
        sparse_image_new("/nonexistent", "e0.1", &place->room, place->error, sizeof place->error));
    assert_string_equal(place->error, "/nonexistent/e0.1.map: No such file or directory");
}

int main(void)
{
    /* Writing beyond the limit is then an error, as on a full disk. */
    signal(SIGXFSZ, SIG_IGN);
    const struct CMUnitTest tests[] = {
        IN_FOLDER(sectors_lie_at_their_offsets_between_holes),
        IN_FOLDER(the_map_is_written_again_as_a_whole),
        IN_FOLDER(the_size_of_the_device_is_the_size_of_the_image),
        IN_FOLDER(what_no_file_holds_is_said_in_the_map),
        IN_FOLDER(what_the_disk_refuses_is_said_in_the_map),
        IN_FOLDER(runs_without_room_are_said_in_the_map),
        IN_FOLDER(after_clearing_nothing_is_left),
        IN_FOLDER(files_that_exist_are_left_alone),
        IN_FOLDER(a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
