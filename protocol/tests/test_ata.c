/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"

static void opcodes_are_listed_once_and_whole(void **state)
{
    (void)state;
    size_t listed = 0;
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        const struct ata_opcode *entry = ata_opcode_find((uint8_t)opcode);
        if (!entry)
            continue;
        listed++;
        assert_int_equal(entry->opcode, opcode);
        assert_true(entry->name[0]);
        size_t length = strlen(entry->name);
        bool says_ext = length > 3 && !strcmp(entry->name + length - 3, "EXT");
        assert_int_equal(entry->extended, says_ext);
        if (entry->direction == ATA_DATA_OUT)
            assert_true(entry->addressed);
    }
    assert_true(listed > 20);
    assert_null(ata_opcode_find(0x01));
}

static void data_is_counted_in_its_direction(void **state)
{
    (void)state;
    struct aoe_ata ata = {.opcode = ATA_READ_EXT, .count = 2};
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_IN), 1024);
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_OUT), 0);
    assert_int_equal(ata_data_bytes(&ata, ATA_NO_DATA), 0);
    ata = (struct aoe_ata){.opcode = ATA_WRITE, .count = 255};
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_OUT), 255 * 512);
    ata.count = 0;
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_OUT), 0);
    ata = (struct aoe_ata){.opcode = ATA_IDENTIFY};
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_IN), 512);
    ata = (struct aoe_ata){.opcode = ATA_VERIFY, .count = 4};
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_IN), 0);
    assert_int_equal(ata_data_bytes(&ata, ATA_NO_DATA), 0);
    ata = (struct aoe_ata){.opcode = 0x77, .count = 4};
    assert_int_equal(ata_data_bytes(&ata, ATA_DATA_IN), 0);
}

static void good_status_is_ready_and_nothing_wrong(void **state)
{
    (void)state;
    for (unsigned status = 0; status < 256; status++) {
        bool wrong = status & 0xA9;
        assert_int_equal(ata_status_good((uint8_t)status), (status & 0x40) && !wrong);
    }
}

static const struct ata_identity sample = {
    .serial = "0123456789",
    .firmware = "V 1",
    .model = "a model",
    .lba = true,
    .lba48_supported = true,
    .lba48_enabled = true,
    .lba28_sectors = 0x0FFFFFFF,
    .lba48_sectors = UINT64_C(0x123456789A),
};

static void identity_survives_encoding(void **state)
{
    (void)state;
    uint8_t data[AOE_SECTOR_BYTES];
    struct ata_identity back;
    ata_identify_encode(&sample, data);
    ata_identify_decode(&back, data);
    assert_string_equal(back.serial, sample.serial);
    assert_string_equal(back.firmware, sample.firmware);
    assert_string_equal(back.model, sample.model);
    assert_true(back.lba && back.lba48_supported && back.lba48_enabled);
    assert_true(back.lba28_sectors == sample.lba28_sectors);
    assert_true(back.lba48_sectors == sample.lba48_sectors);
    assert_true(ata_capacity(&back) == sample.lba48_sectors);
    back.lba48_supported = false;
    assert_true(ata_capacity(&back) == sample.lba28_sectors);
}

/* Text is swapped within its words: "0123" is '1' '0' '3' '2' in the bytes. */
static void words_are_where_ata_has_them(void **state)
{
    (void)state;
    uint8_t data[AOE_SECTOR_BYTES];
    ata_identify_encode(&sample, data);
    assert_memory_equal(data + 20, "10325476", 8);
    assert_memory_equal(data + 30, "          ", 10);
    assert_memory_equal(data + 46, " V 1", 4);
    assert_memory_equal(data + 54, " aomed", 6);
    assert_int_equal(data[99], 0x02);
    assert_int_equal(data[120], 0xFF);
    assert_int_equal(data[123], 0x0F);
    assert_int_equal(data[167] & 0xC4, 0x44);
    assert_int_equal(data[173] & 0x04, 0x04);
    assert_int_equal(data[200], 0x9A);
    assert_int_equal(data[204], 0x12);
}

static void texts_of_full_length_end_with_nul(void **state)
{
    (void)state;
    uint8_t data[AOE_SECTOR_BYTES];
    struct ata_identity back;
    memset(data, 'x', sizeof data);
    ata_identify_decode(&back, data);
    assert_int_equal(strlen(back.serial), 20);
    assert_int_equal(strlen(back.firmware), 8);
    assert_int_equal(strlen(back.model), 40);
    memset(data, ' ', sizeof data);
    ata_identify_decode(&back, data);
    assert_int_equal(strlen(back.model), 0);
}

static unsigned defect_of(size_t byte, uint8_t flip)
{
    uint8_t data[AOE_SECTOR_BYTES];
    struct ata_identify_defect defect = {.word = 999};
    ata_identify_encode(&sample, data);
    data[byte] ^= flip;
    bool found = ata_identify_defect(data, &defect);
    assert_int_equal(found, defect.word != 999);
    if (found)
        assert_non_null(defect.what);
    return defect.word;
}

static void each_defect_is_found_at_its_word(void **state)
{
    (void)state;
    assert_int_equal(defect_of(0, 0), 999);
    assert_int_equal(defect_of(20, 0x80), 10);
    assert_int_equal(defect_of(39, 0x20), 19);
    assert_int_equal(defect_of(53, 0x80), 26);
    assert_int_equal(defect_of(93, 0x80), 46);
    assert_int_equal(defect_of(94, 0x80), 999);
    assert_int_equal(defect_of(99, 0x02), 49);
    assert_int_equal(defect_of(123, 0x10), 60);
    assert_int_equal(defect_of(167, 0x40), 83);
    assert_int_equal(defect_of(167, 0x80), 83);
    assert_int_equal(defect_of(167, 0x04), 86);
    assert_int_equal(defect_of(173, 0x04), 86);
    assert_int_equal(defect_of(120, 0x01), 100);
    assert_int_equal(defect_of(200, 0x01), 999);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opcodes_are_listed_once_and_whole),
        cmocka_unit_test(data_is_counted_in_its_direction),
        cmocka_unit_test(good_status_is_ready_and_nothing_wrong),
        cmocka_unit_test(identity_survives_encoding),
        cmocka_unit_test(words_are_where_ata_has_them),
        cmocka_unit_test(texts_of_full_length_end_with_nul),
        cmocka_unit_test(each_defect_is_found_at_its_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
