/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests, byte for byte. */
#include "fixture.h"

static const struct request_route route = {{2, 0, 0, 0, 0, 1}, {2, 0, 0, 0, 0, 0xAA}, 0x0102, 3};

static void test_query(void **state)
{
    static const uint8_t expected[AOE_CONFIG_BYTES] = {
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2,    0,    0, 0, 0, 1, 0x88, 0xA2, 0x10, 0,
        1,    2,    3,    1,    0xDE, 0xAD, 0xBE, 0xEF, 0, 0, 0, 0, 0,    0,    0,    0};
    static uint8_t frame[AOE_FRAME_MAX];
    (void)state;
    assert_int_equal(request_query(frame, &route, 0xDEADBEEF), sizeof expected);
    assert_memory_equal(frame, expected, sizeof expected);
}

/* AFlags, feature, count, opcode, LBA and what is reserved. */
static void check_ata(const struct request_command *command, const uint8_t expected[12],
                      size_t length)
{
    static const uint8_t header[] = {2,    0,    0,    0, 0, 0xAA, 2, 0, 0, 0, 0, 1,
                                     0x88, 0xA2, 0x10, 0, 1, 2,    3, 0, 0, 0, 0, 9};
    static uint8_t frame[AOE_FRAME_MAX];
    assert_int_equal(request_ata(frame, &route, 9, command), length);
    assert_memory_equal(frame, header, sizeof header);
    assert_memory_equal(frame + AOE_HEADER_BYTES, expected, 12);
    if (length > AOE_ATA_BYTES)
        assert_memory_equal(frame + AOE_ATA_BYTES, command->data, length - AOE_ATA_BYTES);
}

static void test_ata(void **state)
{
    static const uint8_t data[2 * AOE_SECTOR_BYTES] = {1, 2, 3, [1023] = 4};
    static const struct {
        struct request_command command;
        uint8_t expected[12];
        size_t length;
    } cases[] = {
        {{ATA_READ, 0x0ABCDEF, 17, NULL}, {0, 0, 17, 0x20, 0xEF, 0xCD, 0xAB}, AOE_ATA_BYTES},
        {{ATA_READ_EXT, 0x060504030201, 1, NULL},
         {0x40, 0, 1, 0x24, 1, 2, 3, 4, 5, 6},
         AOE_ATA_BYTES},
        {{ATA_WRITE, 5, 2, data}, {0x01, 0, 2, 0x30, 5}, AOE_ATA_BYTES + sizeof data},
        {{ATA_WRITE_EXT, 5, 1, data}, {0x41, 0, 1, 0x34, 5}, AOE_ATA_BYTES + 512},
        {{ATA_IDENTIFY, 0, 1, NULL}, {0, 0, 1, 0xEC}, AOE_ATA_BYTES},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        check_ata(&cases[i].command, cases[i].expected, cases[i].length);
}

static void test_an_unknown_opcode_is_no_request(void **state)
{
    static uint8_t frame[AOE_FRAME_MAX];
    (void)state;
    assert_int_equal(request_ata(frame, &route, 9, &(struct request_command){.opcode = 0xFF}), 0);
}

static void test_opcode(void **state)
{
    static const struct ata_identity small = {.lba28_sectors = 100},
                                     large = {.lba48_supported = true,
                                              .lba48_enabled = true,
                                              .lba28_sectors = 0x0FFFFFFF,
                                              .lba48_sectors = ATA_LBA48_END - 1};
    static const struct {
        const struct ata_identity *identity;
        uint64_t lba;
        size_t sectors;
        bool extended;
    } cases[] = {
        {&small, 0, 100, false},
        {&large, 0, 2, false},
        {&large, 0x0FFFFFFE, 1, false},
        {&large, 0x0FFFFFFE, 2, true},
        {&large, 0x0FFFFFFF, 1, true},
        {&large, 0x10000000, 1, true},
        {&large, ATA_LBA48_END - 2, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct ata_identity *identity = cases[i].identity;
        assert_int_equal(request_opcode(identity, ATA_DATA_IN, cases[i].lba, cases[i].sectors),
                         cases[i].extended ? ATA_READ_EXT : ATA_READ);
        assert_int_equal(request_opcode(identity, ATA_DATA_OUT, cases[i].lba, cases[i].sectors),
                         cases[i].extended ? ATA_WRITE_EXT : ATA_WRITE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_ata),
        cmocka_unit_test(test_an_unknown_opcode_is_no_request),
        cmocka_unit_test(test_opcode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
