/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "initiator-ref/target.h"

static struct aoe_frame config_from(uint8_t last, uint32_t tag, uint16_t buffers, uint8_t sectors)
{
    struct aoe_frame frame = {
        .source = {2, 0, 0, 0, 0, last},
        .tag = tag,
        .config = {buffers, 1, sectors, AOE_VERSION, AOE_CONFIG_READ, 0},
        .extent = AOE_EXTENT_ARGUMENT,
    };
    return frame;
}

static enum target_news hear(struct target *target, uint8_t last, uint32_t tag, uint16_t buffers,
                             uint8_t sectors)
{
    struct aoe_frame frame = config_from(last, tag, buffers, sectors);
    return target_hear(target, &frame);
}

static uint8_t mac_last(const struct target_path *path)
{
    assert_non_null(path);
    return path->mac[5];
}

static void test_nothing_is_known_at_first(void **state)
{
    struct target target = {.path_count = 0};
    (void)state;
    assert_null(target_next(&target));
    assert_int_equal(target_buffer_count(&target), 0);
    assert_int_equal(target_sector_count(&target, 1500), 0);
    assert_false(target_has(&target, TARGET));
    target_answered(&target, TARGET);
    target_unanswered(&target, TARGET);
}

static void test_limits(void **state)
{
    static const struct {
        uint8_t advertised;
        uint32_t mtu;
        unsigned sectors;
    } cases[] = {{2, 1500, 2},      {0, 1500, 2},          {0, 9000, 2}, {17, 9000, 17},
                 {17, 1500, 2},     {255, 9000, 17},       {1, 9000, 1}, {2, 1045, 1},
                 {2, 1046, 2},      {2, 533, 0},           {2, 534, 1},  {2, 0, 0},
                 {255, 65535, 127}, {255, UINT32_MAX, 127}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct target target = {.path_count = 0};
        assert_int_equal(hear(&target, 1, 9, 16, cases[i].advertised), TARGET_HEARD);
        assert_int_equal(target_sector_count(&target, cases[i].mtu), cases[i].sectors);
        assert_int_equal(target_buffer_count(&target), 16);
    }
}

static void test_the_absurd_is_not_believed(void **state)
{
    struct target target = {.path_count = 0};
    struct aoe_frame wrong[5];
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        wrong[i] = config_from(1, 9, 16, 2);
    wrong[0].extent = AOE_EXTENT_HEADER;
    wrong[1].config.version = 2;
    wrong[2].config.ccmd = AOE_CONFIG_FORCE;
    wrong[3].config.length = 1; /* beyond the frame */
    wrong[4].config.length = AOE_STRING_MAX + 1;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_int_equal(target_hear(&target, &wrong[i]), TARGET_ABSURD);
    assert_int_equal(hear(&target, 1, 9, 0, 2), TARGET_NO_BUFFERS);
    assert_int_equal(target.path_count, 0);
}

static void test_the_newest_is_followed(void **state)
{
    struct target target = {.path_count = 0};
    (void)state;
    assert_int_equal(hear(&target, 1, 9, 16, 17), TARGET_HEARD);
    assert_int_equal(hear(&target, 1, 0, 8, 2), TARGET_HEARD);
    assert_int_equal(hear(&target, 1, 9, 16, 17), TARGET_OLD); /* a duplicate of the first */
    assert_int_equal(target_buffer_count(&target), 8);
    assert_int_equal(target_sector_count(&target, 9000), 2);
    assert_int_equal(hear(&target, 1, 10, 4, 5), TARGET_HEARD);
    assert_int_equal(target_buffer_count(&target), 4);
    assert_int_equal(hear(&target, 1, 0, 0, 5), TARGET_NO_BUFFERS);
    assert_int_equal(target_buffer_count(&target), 4);
    assert_int_equal(target.path_count, 1);
}

static void test_paths_take_turns_and_the_least_counts(void **state)
{
    struct target target = {.path_count = 0};
    (void)state;
    hear(&target, 1, 9, 16, 17);
    hear(&target, 2, 9, 4, 8);
    uint8_t first = mac_last(target_next(&target)), second = mac_last(target_next(&target));
    assert_int_equal(first + second, 3);
    assert_int_equal(mac_last(target_next(&target)), first);
    assert_int_equal(target_buffer_count(&target), 4);
    assert_int_equal(target_sector_count(&target, 9000), 8);
}

static void let_die(struct target *target, uint8_t last)
{
    for (int i = 0; i < TARGET_PATIENCE; i++)
        target_unanswered(target, (const uint8_t[AOE_MAC_BYTES]){2, 0, 0, 0, 0, last});
}

static void test_a_dead_path_is_left_alone(void **state)
{
    struct target target = {.path_count = 0};
    (void)state;
    hear(&target, 1, 9, 16, 17);
    hear(&target, 2, 9, 4, 8);
    target_unanswered(&target, (const uint8_t[]){2, 0, 0, 0, 0, 2});
    target_answered(&target, (const uint8_t[]){2, 0, 0, 0, 0, 2});
    target_unanswered(&target, (const uint8_t[]){2, 0, 0, 0, 0, 2});
    assert_int_equal(target_buffer_count(&target), 4); /* not two in a row */
    let_die(&target, 2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(mac_last(target_next(&target)), 1);
    assert_int_equal(target_buffer_count(&target), 16);
    assert_int_equal(target_sector_count(&target, 9000), 17);
    hear(&target, 2, 10, 4, 8);
    assert_int_equal(mac_last(target_next(&target)) + mac_last(target_next(&target)), 3);
}

static void test_where_all_are_dead_all_are_tried(void **state)
{
    struct target target = {.path_count = 0};
    (void)state;
    hear(&target, 1, 9, 16, 17);
    hear(&target, 2, 9, 4, 8);
    let_die(&target, 1);
    let_die(&target, 2);
    assert_int_equal(mac_last(target_next(&target)) + mac_last(target_next(&target)), 3);
    assert_int_equal(target_buffer_count(&target), 4);
}

static void test_only_the_dead_make_room(void **state)
{
    struct target target = {.path_count = 0};
    (void)state;
    for (uint8_t i = 1; i <= TARGET_PATHS_MAX; i++)
        assert_int_equal(hear(&target, i, 9, 16, 17), TARGET_HEARD);
    assert_int_equal(hear(&target, 99, 9, 16, 17), TARGET_ABSURD);
    let_die(&target, 3);
    assert_int_equal(hear(&target, 99, 9, 16, 17), TARGET_HEARD);
    assert_false(target_has(&target, (const uint8_t[]){2, 0, 0, 0, 0, 3}));
    assert_true(target_has(&target, (const uint8_t[]){2, 0, 0, 0, 0, 99}));
    assert_int_equal(target.path_count, TARGET_PATHS_MAX);
}

static void test_identity(void **state)
{
    static const struct {
        uint32_t lba28;
        bool supported, enabled;
        uint64_t lba48, capacity;
        uint32_t reach;
    } cases[] = {{40, false, false, 0, 40, 40},
                 {40, true, true, 90, 90, 40},
                 {40, true, false, 90, 40, 40},
                 {UINT32_MAX, false, false, 0, 0x0FFFFFFF, 0x0FFFFFFF},
                 {UINT32_MAX, true, true, UINT64_C(1) << 40, UINT64_C(1) << 40, 0x0FFFFFFF},
                 {0, true, true, ATA_LBA48_END, ATA_LBA48_END, 0},
                 {40, true, true, ATA_LBA48_END + 1, 0, 0},
                 {40, true, true, 0, 0, 0},
                 {0, false, false, 90, 0, 0}};
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct target target = {.path_count = 0};
        uint8_t data[AOE_SECTOR_BYTES];
        ata_identify_encode(&(struct ata_identity){.lba = true,
                                                   .lba48_supported = cases[i].supported,
                                                   .lba48_enabled = cases[i].enabled,
                                                   .lba28_sectors = cases[i].lba28,
                                                   .lba48_sectors = cases[i].lba48},
                            data);
        assert_int_equal(target_identify(&target, data), cases[i].capacity != 0);
        assert_int_equal(ata_capacity(&target.identity), cases[i].capacity);
        assert_int_equal(target.identity.lba28_sectors, cases[i].reach);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_known_at_first),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_the_absurd_is_not_believed),
        cmocka_unit_test(test_the_newest_is_followed),
        cmocka_unit_test(test_paths_take_turns_and_the_least_counts),
        cmocka_unit_test(test_a_dead_path_is_left_alone),
        cmocka_unit_test(test_where_all_are_dead_all_are_tried),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_only_the_dead_make_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
