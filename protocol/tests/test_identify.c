/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "protocol/identify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "protocol/ata.h"

/* The words that named the same thing, first to last, by what an identity has. */
static void assert_words(const char *name, unsigned first, unsigned last)
{
    for (unsigned i = first; i <= last; i++) {
        assert_non_null(ata_identify_word(i));
        assert_string_equal(ata_identify_word(i), name);
    }
    assert_true(!ata_identify_word(first - 1) || strcmp(ata_identify_word(first - 1), name));
    assert_true(!ata_identify_word(last + 1) || strcmp(ata_identify_word(last + 1), name));
}

static void test_words_by_name(void **state)
{
    (void)state;
    assert_words("serial number", 10, 19);
    assert_words("firmware revision", 23, 26);
    assert_words("model number", 27, 46);
    assert_words("capabilities", 49, 50);
    assert_words("sectors by 28-bit addresses", 60, 61);
    assert_words("command sets supported", 82, 84);
    assert_words("sectors by 48-bit addresses", 100, 103);
    assert_words("world wide name", 108, 111);
    assert_string_equal(ata_identify_word(0), "general configuration");
    assert_string_equal(ata_identify_word(255), "integrity");
}

static void test_words_without_a_name(void **state)
{
    (void)state;
    assert_null(ata_identify_word(7));
    assert_null(ata_identify_word(129)); /* the vendor's */
    assert_null(ata_identify_word(254));
    assert_null(ata_identify_word(ATA_IDENTIFY_WORDS));
}

/* What is encoded lies in the words that are named after it, and nowhere else. */
static void test_names_agree_with_the_encoding(void **state)
{
    (void)state;
    const struct ata_identity identity = {.serial = "SSSSSSSSSSSSSSSSSSSS",
                                          .firmware = "FFFFFFFF",
                                          .model = "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
                                          .lba = true,
                                          .lba28_sectors = 0x0FFFFFFF,
                                          .lba48_sectors = UINT64_C(0x123456789ABC)};
    uint8_t data[AOE_SECTOR_BYTES];
    ata_identify_encode(&identity, data);
    for (unsigned i = 0; i < ATA_IDENTIFY_WORDS; i++)
        if (data[2 * i] || data[2 * i + 1])
            assert_non_null(ata_identify_word(i));
    assert_int_equal(data[2 * ATA_WORD_SERIAL], 'S');
    assert_int_equal(data[2 * (ATA_WORD_FIRMWARE + ATA_WORDS_FIRMWARE) - 1], 'F');
    assert_int_equal(data[2 * ATA_WORD_MODEL], 'M');
    assert_int_equal(data[2 * ATA_WORD_LBA28], 0xFF);
    assert_int_equal(data[2 * ATA_WORD_LBA48], 0xBC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_by_name),
        cmocka_unit_test(test_words_without_a_name),
        cmocka_unit_test(test_names_agree_with_the_encoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
