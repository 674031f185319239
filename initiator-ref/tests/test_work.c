/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/pattern.h"
#include "fixture.h"
#include "initiator-ref/work.h"

static const uint64_t capacities[] = {
    1, 2, 3, WORK_SECTORS - 1, WORK_SECTORS, WORK_SECTORS + 1, 20480, ATA_LBA48_END - 1};

static int make(void **state)
{
    *state = malloc(sizeof(struct work));
    return *state ? 0 : -1;
}

/* Which transfer has the sector at `lba`, and where in the data it lies; one only. */
static const uint8_t *place_of(const struct work *work, uint64_t lba)
{
    const uint8_t *place = NULL;
    for (size_t i = 0; i < work->count; i++) {
        const struct engine_transfer *transfer = &work->transfers[i];
        if (lba < transfer->lba || lba - transfer->lba >= transfer->sectors)
            continue;
        assert_null(place);
        place = transfer->data + (lba - transfer->lba) * AOE_SECTOR_BYTES;
    }
    return place;
}

static uint64_t sectors_of(const struct work *work, enum ata_direction direction)
{
    uint64_t sectors = 0;
    for (size_t i = 0; i < work->count; i++) {
        assert_int_equal(work->transfers[i].direction, direction);
        assert_true(work->transfers[i].sectors > 0);
        sectors += work->transfers[i].sectors;
    }
    return sectors;
}

static void test_both_ends_of_the_disk_once(void **state)
{
    struct work *work = *state;
    for (size_t i = 0; i < COUNT(capacities); i++) {
        uint64_t capacity = capacities[i];
        uint64_t all = capacity < WORK_SECTORS ? capacity : WORK_SECTORS;
        work_init(work, capacity, 5);
        work_plan_writes(work);
        assert_int_equal(sectors_of(work, ATA_DATA_OUT), all);
        assert_non_null(place_of(work, 0));
        assert_non_null(place_of(work, capacity - 1));
        assert_null(place_of(work, capacity));
        work_plan_reads(work);
        assert_int_equal(sectors_of(work, ATA_DATA_IN), all);
        assert_non_null(place_of(work, 0));
        assert_non_null(place_of(work, capacity - 1));
        assert_null(place_of(work, capacity));
    }
}

static void test_reads_differ_from_writes(void **state)
{
    struct work *work = *state;
    work_init(work, 20480, 5);
    work_plan_writes(work);
    uint64_t lba = work->transfers[0].lba;
    size_t count = work->count;
    work_plan_reads(work);
    assert_int_not_equal(work->transfers[0].lba, lba);
    assert_int_not_equal(work->count, count);
}

/* Copies what the writes would have put on the disk to where the reads put it. */
static void go_round(struct work *work)
{
    static uint8_t disk[WORK_SECTORS * AOE_SECTOR_BYTES];
    work_plan_writes(work);
    memcpy(disk, work->data, sizeof disk);
    work_plan_reads(work);
    assert_memory_not_equal(disk, work->data, sizeof disk);
    memcpy(work->data, disk, sizeof disk);
}

static void test_what_was_written_is_right(void **state)
{
    struct work *work = *state;
    char message[100] = "";
    for (size_t i = 0; i < COUNT(capacities); i++) {
        work_init(work, capacities[i], 5);
        go_round(work);
        assert_true(work_check(work, message, sizeof message));
        assert_string_equal(message, "");
    }
}

static void test_each_byte_is_compared(void **state)
{
    struct work *work = *state;
    char message[100];
    work_init(work, 20480, 5);
    go_round(work);
    for (size_t at = 0; at < sizeof work->data; at += 509) {
        work->data[at] ^= 0x10;
        assert_false(work_check(work, message, sizeof message));
        work->data[at] ^= 0x10;
    }
}

static void test_where_a_sector_came_from(void **state)
{
    struct work *work = *state;
    char message[100];
    work_init(work, 20480, 5);
    go_round(work);
    memcpy(work->data, work->data + AOE_SECTOR_BYTES, AOE_SECTOR_BYTES);
    assert_false(work_check(work, message, sizeof message));
    assert_string_equal(message, "LBA 0 holds what was written to LBA 1");
    pattern_fill(work->data, 0, 1, 4);
    assert_false(work_check(work, message, sizeof message));
    assert_string_equal(message, "LBA 0 holds what was written before, to LBA 0");
    memset(work->data, 0, AOE_SECTOR_BYTES);
    assert_false(work_check(work, message, sizeof message));
    assert_string_equal(message, "LBA 0 does not hold what was written there");
}

#define WORK_TEST(test) cmocka_unit_test_setup_teardown(test, make, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORK_TEST(test_both_ends_of_the_disk_once), WORK_TEST(test_reads_differ_from_writes),
        WORK_TEST(test_what_was_written_is_right),  WORK_TEST(test_each_byte_is_compared),
        WORK_TEST(test_where_a_sector_came_from),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
