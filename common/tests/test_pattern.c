/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/pattern.h"

static void test_a_sector_names_its_place(void **state)
{
    static const uint64_t values[] = {0, 1, 255, UINT64_C(0x123456789ABC), UINT64_MAX};
    uint8_t sector[AOE_SECTOR_BYTES];
    (void)state;
    for (size_t l = 0; l < 5; l++)
        for (size_t s = 0; s < 5; s++) {
            uint64_t lba, seed;
            pattern_fill(sector, values[l], 1, values[s]);
            assert_true(pattern_identify(sector, &lba, &seed));
            assert_true(lba == values[l] && seed == values[s]);
        }
}

static void test_the_layout(void **state)
{
    static const uint8_t start[] = {'A', 'o', 'E', ' ', 't', 'e', 's', 't', 0, 0, 1, 2,
                                    3,   4,   5,   6,   0,   0,   0,   0,   0, 0, 0, 9};
    uint8_t sector[AOE_SECTOR_BYTES];
    (void)state;
    pattern_fill(sector, UINT64_C(0x010203040506), 1, 9);
    assert_memory_equal(sector, start, sizeof start);
}

static void test_sectors_follow_each_other(void **state)
{
    uint8_t all[3 * AOE_SECTOR_BYTES + 1], one[AOE_SECTOR_BYTES];
    (void)state;
    all[sizeof all - 1] = 0xEE;
    pattern_fill(all, 7, 3, 5);
    assert_int_equal(all[sizeof all - 1], 0xEE);
    for (size_t i = 0; i < 3; i++) {
        pattern_fill(one, 7 + i, 1, 5);
        assert_memory_equal(all + i * AOE_SECTOR_BYTES, one, sizeof one);
    }
    assert_memory_not_equal(all + 24, all + AOE_SECTOR_BYTES + 24, 64);
}

/* One wrong bit, wherever it is, is no pattern. */
static void test_every_byte_counts(void **state)
{
    uint8_t sector[AOE_SECTOR_BYTES];
    uint64_t lba, seed;
    (void)state;
    pattern_fill(sector, 7, 1, 5);
    for (size_t i = 0; i < sizeof sector; i++) {
        sector[i] ^= 1;
        assert_false(pattern_identify(sector, &lba, &seed));
        sector[i] ^= 1;
    }
    assert_true(pattern_identify(sector, &lba, &seed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sector_names_its_place),
        cmocka_unit_test(test_the_layout),
        cmocka_unit_test(test_sectors_follow_each_other),
        cmocka_unit_test(test_every_byte_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
