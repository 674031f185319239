/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"
#include "protocol/names.h"

static void values_have_names(void **state)
{
    (void)state;
    assert_string_equal(aoe_name_command(0), "ATA");
    assert_string_equal(aoe_name_command(3), "reserve");
    assert_string_equal(aoe_name_command(4), "unknown");
    assert_string_equal(aoe_name_command(0xEF), "unknown");
    assert_string_equal(aoe_name_command(0xF0), "vendor");
    assert_string_equal(aoe_name_error(2), "bad argument");
    assert_string_equal(aoe_name_error(6), "target is reserved");
    assert_string_equal(aoe_name_error(7), "unknown");
    assert_string_equal(aoe_name_ccmd(4), "force-set");
    assert_string_equal(aoe_name_ccmd(5), "unknown");
    assert_string_equal(aoe_name_mcmd(1), "edit");
    assert_string_equal(aoe_name_dcmd(2), "delete");
    assert_string_equal(aoe_name_merror(3), "list full");
    assert_string_equal(aoe_name_rcmd(1), "set");
    assert_string_equal(aoe_name_opcode(0xEC), "IDENTIFY DEVICE");
    assert_string_equal(aoe_name_opcode(0x01), "unknown");
}

static void every_value_has_some_name(void **state)
{
    (void)state;
    static const char *(*const names[])(uint8_t) = {
        aoe_name_command, aoe_name_error,  aoe_name_ccmd, aoe_name_mcmd,
        aoe_name_dcmd,    aoe_name_merror, aoe_name_rcmd, aoe_name_opcode,
    };
    for (size_t i = 0; i < COUNT(names); i++)
        for (unsigned value = 0; value < 256; value++)
            assert_true(names[i]((uint8_t)value)[0]);
}

static void bits_are_named_and_the_rest_is_hex(void **state)
{
    (void)state;
    char to[64];
    assert_string_equal(aoe_name_status(to, sizeof to, 0), "0");
    assert_string_equal(aoe_name_status(to, sizeof to, 0x40), "DRDY");
    assert_string_equal(aoe_name_status(to, sizeof to, 0x51), "DRDY DSC ERR");
    assert_string_equal(aoe_name_status(to, sizeof to, 0x06), "0x06");
    assert_string_equal(aoe_name_status(to, sizeof to, 0xFF), "BSY DRDY DF DSC DRQ ERR 0x06");
    assert_string_equal(aoe_name_ata_error(to, sizeof to, 0x14), "IDNF ABRT");
    assert_string_equal(aoe_name_ata_error(to, sizeof to, 0x41), "UNC 0x01");
    assert_string_equal(aoe_name_status(to, 7, 0x51), "DRDY D");
    assert_string_equal(aoe_name_status(to, 1, 0x51), "");
}

static void addresses_are_written_as_people_do(void **state)
{
    (void)state;
    char to[AOE_ADDRESS_TEXT];
    assert_string_equal(aoe_address_text(to, 0, 1), "e0.1");
    assert_string_equal(aoe_address_text(to, 65534, 254), "e65534.254");
    assert_string_equal(aoe_address_text(to, 0xFFFF, 0xFF), "e*.*");
    assert_string_equal(aoe_address_text(to, 0xFFFF, 2), "e*.2");
}

static void addresses_are_read_strictly(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "e",
                                        "e0",
                                        "e0.",
                                        "e.1",
                                        "0.1",
                                        "e0.1 ",
                                        " e0.1",
                                        "e65535.0",
                                        "e0.255",
                                        "e-1.0",
                                        "e0.1.2",
                                        "e0x1.0",
                                        "e*.1",
                                        "E0.1",
                                        "e+1.1",
                                        "e99999999999999999999.1"};
    uint16_t shelf = 11;
    uint8_t slot = 22;
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(aoe_address_parse(wrong[i], &shelf, &slot));
    assert_int_equal(shelf, 11);
    assert_int_equal(slot, 22);
    assert_true(aoe_address_parse("e65534.254", &shelf, &slot));
    assert_int_equal(shelf, 65534);
    assert_int_equal(slot, 254);
    assert_true(aoe_address_parse("e9.9", &shelf, &slot));
    assert_int_equal(shelf, 9);
    assert_true(aoe_address_parse("e0.1", &shelf, &slot));
    assert_int_equal(shelf, 0);
    assert_int_equal(slot, 1);
}

static void macs_are_read_strictly(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "02:00:00:00:00",
                                        "02:00:00:00:00:0",
                                        "02:00:00:00:00:01:",
                                        "02:00:00:00:00:01 ",
                                        "02-00-00-00-00-01",
                                        "0200.0000.0001",
                                        "02000000000",
                                        "0200000000010",
                                        "0g0000000001",
                                        "02:0000000001",
                                        "020000:000001"};
    uint8_t mac[AOE_MAC_BYTES] = {9, 9, 9, 9, 9, 9};
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(aoe_mac_parse(wrong[i], mac));
    assert_int_equal(mac[0], 9);
    assert_true(aoe_mac_parse("02:00:00:00:00:01", mac));
    assert_memory_equal(mac, host_mac, sizeof mac);
    char to[AOE_MAC_TEXT];
    assert_true(aoe_mac_parse("AbCdEF019283", mac));
    assert_string_equal(aoe_mac_text(to, mac), "ab:cd:ef:01:92:83");
}

static const char *quoted(char *to, size_t size, const char *bytes, size_t length)
{
    return aoe_quote(to, size, (struct aoe_span){(const uint8_t *)bytes, length});
}

static void bytes_are_quoted(void **state)
{
    (void)state;
    char to[64];
    assert_string_equal(quoted(to, sizeof to, NULL, 0), "\"\"");
    assert_string_equal(quoted(to, sizeof to, "beta", 4), "\"beta\"");
    assert_string_equal(quoted(to, sizeof to, "a\0\n\"\\\x7f\xff", 7),
                        "\"a\\x00\\x0a\\\"\\\\\\x7f\\xff\"");
}

static void quotes_are_cut_with_a_mark_and_never_within_an_escape(void **state)
{
    (void)state;
    char to[64];
    assert_string_equal(quoted(to, 8, "12345", 5), "\"12345\"");
    assert_string_equal(quoted(to, 8, "123456", 6), "\"12\"...");
    assert_string_equal(quoted(to, 8, "\0\0", 2), "\"\"...");
    assert_string_equal(quoted(to, 11, "1\0\0", 3), "\"1\\x00\"...");
    for (size_t size = 8; size < 40; size++) {
        memset(to, '#', sizeof to);
        quoted(to, size, "a\0b\"c\\d\xff efghijklmnopqrst", 24);
        assert_true(strlen(to) < size);
        assert_int_equal(to[size], '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_names),
        cmocka_unit_test(every_value_has_some_name),
        cmocka_unit_test(bits_are_named_and_the_rest_is_hex),
        cmocka_unit_test(addresses_are_written_as_people_do),
        cmocka_unit_test(addresses_are_read_strictly),
        cmocka_unit_test(macs_are_read_strictly),
        cmocka_unit_test(bytes_are_quoted),
        cmocka_unit_test(quotes_are_cut_with_a_mark_and_never_within_an_escape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
