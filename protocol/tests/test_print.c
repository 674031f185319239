/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "frames.h"
#include "protocol/print.h"

static const char *line(const struct aoe_frame *frame, const struct aoe_frame *request)
{
    static char text[1024];
    return aoe_print_line(text, sizeof text, frame, request);
}

static void config_lines(void **state)
{
    (void)state;
    struct made made = {.frame = config_request(AOE_CONFIG_SET, "beta")};
    made.frame.tag = 7;
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 config set request, tag 0x00000007, length 4 \"beta\"");
    made.frame = config_response(AOE_CONFIG_READ, "");
    made.frame.version = 0;
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 config read response, tag 0x01020304, version 0, buffer count 16, "
                        "firmware 0x4019, sector count 2, length 0");
    made.frame = config_request(9, "");
    made.frame.shelf = AOE_SHELF_ALL;
    made.frame.slot = AOE_SLOT_ALL;
    made.frame.config.length = 100;
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL),
                        "e*.* config 0x09 request, tag 0x01020304, length 100 "
                        "\"\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
                        "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\""
                        ", 72 bytes are missing");
}

static void ata_lines(void **state)
{
    (void)state;
    uint8_t data[1024] = {0};
    struct made ask = {.frame = ata_request(ATA_READ_EXT, 2, 5)};
    struct made made = {.frame = ata_response(ATA_STATUS_DRDY, 5)};
    seal(&ask, 60);
    assert_string_equal(line(&ask.frame, NULL), "e7.3 ATA READ SECTORS EXT request, tag "
                                                "0x01020304, count 2, LBA 5, flags E");
    made.frame.payload = (struct aoe_span){data, sizeof data};
    seal(&made, 0);
    assert_string_equal(line(&made.frame, NULL), "e7.3 ATA response, tag 0x01020304, count 0, "
                                                 "status DRDY, LBA 5, 1024 bytes of data");
    assert_string_equal(line(&made.frame, &ask.frame),
                        "e7.3 ATA READ SECTORS EXT response, tag 0x01020304, count 0, status "
                        "DRDY, LBA 5, 1024 bytes of data");
    made.frame = ata_response(ATA_STATUS_DRDY | ATA_STATUS_ERR, 5);
    made.frame.ata.feature = ATA_ERROR_IDNF;
    made.frame.ata.reserved = 0x1234;
    made.frame.ata.aflags = 0x84;
    made.frame.flags |= 2;
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 ATA response, tag 0x01020304, reserved flags 0x2, count 0, status "
                        "DRDY ERR, ATA error IDNF, LBA 5, reserved flags 0x84 of the argument, "
                        "reserved bytes 0x1234");
}

static void list_lines(void **state)
{
    (void)state;
    const uint8_t directives[] = {0, 1, 2, 0, 0, 0, 0, 1, 5, 7, 2, 0, 0, 0, 0, 2};
    struct made made = {.frame = request_of(AOE_COMMAND_MASK)};
    made.frame.mask = (struct aoe_mask){.mcmd = AOE_MASK_EDIT, .count = 2};
    made.frame.payload = (struct aoe_span){directives, sizeof directives};
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 mask edit request, tag 0x01020304, 2 directives: add "
                        "02:00:00:00:00:01, 0x07 02:00:00:00:00:02 reserved byte 0x05");
    made.frame = response_of(AOE_COMMAND_MASK);
    made.frame.mask =
        (struct aoe_mask){.mcmd = AOE_MASK_EDIT, .merror = AOE_MERROR_FULL, .count = 9};
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL), "e7.3 mask edit response, tag 0x01020304, mask "
                                                 "error 3 (list full), directive 9");
    made.frame = request_of(AOE_COMMAND_RESERVE);
    made.frame.reserve = (struct aoe_reserve){.rcmd = AOE_RESERVE_FORCE, .count = 1};
    made.frame.payload = (struct aoe_span){host_mac, AOE_MAC_BYTES};
    seal(&made, 60);
    assert_string_equal(line(&made.frame, NULL), "e7.3 reserve force-set request, tag 0x01020304, "
                                                 "1 address: 02:00:00:00:00:01");
}

static void errors_and_strangers(void **state)
{
    (void)state;
    struct made made = {.frame = response_of(AOE_COMMAND_VENDOR + 2)};
    made.frame.flags |= AOE_FLAG_ERROR;
    made.frame.error = 1;
    seal(&made, 0);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 vendor command 0xf2 response, tag 0x01020304, error 1 "
                        "(unrecognized command)");
    made.frame.flags = 0;
    seal(&made, 30);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 vendor command 0xf2 request, tag 0x01020304, error 1 "
                        "(unrecognized command) without E, 6 bytes follow");
}

static void cuts_are_told_apart(void **state)
{
    (void)state;
    struct made made = {.frame = request_of(AOE_COMMAND_ATA)};
    seal(&made, 60);
    aoe_frame_decode(&made.frame, made.bytes, 30, 30);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 ATA request, tag 0x01020304, cut in the argument at 30 bytes");
    aoe_frame_decode(&made.frame, made.bytes, 30, 60);
    assert_string_equal(line(&made.frame, NULL),
                        "e7.3 ATA request, tag 0x01020304, cut in the argument at 30 bytes, "
                        "captured 30 of 60 bytes");
    aoe_frame_decode(&made.frame, made.bytes, 20, 20);
    assert_string_equal(line(&made.frame, NULL), "AoE, cut in the AoE header at 20 bytes");
    aoe_frame_decode(&made.frame, made.bytes, 9, 9);
    assert_string_equal(line(&made.frame, NULL), "not AoE, cut in the Ethernet header at 9 bytes");
    made.bytes[12] = 8;
    made.bytes[13] = 0;
    aoe_frame_decode(&made.frame, made.bytes, 60, 60);
    assert_string_equal(line(&made.frame, NULL), "not AoE, type 0x0800, 60 bytes");
}

static void text_never_passes_its_size(void **state)
{
    (void)state;
    struct made made = {.frame = config_response(AOE_CONFIG_READ, "some config string")};
    seal(&made, 60);
    size_t whole = strlen(line(&made.frame, NULL));
    for (size_t size = 1; size < whole + 3; size++) {
        char *text = malloc(size);
        assert_non_null(text);
        aoe_print_line(text, size, &made.frame, NULL);
        assert_int_equal(strlen(text), size - 1 < whole ? size - 1 : whole);
        assert_memory_equal(text, line(&made.frame, NULL), strlen(text));
        free(text);
    }
    aoe_print_line(NULL, 0, &made.frame, NULL);
}

static void dump_rows(void **state)
{
    (void)state;
    char row[AOE_DUMP_TEXT];
    uint8_t bytes[18];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)('!' + 6 * i);
    struct aoe_span span = {bytes, sizeof bytes};
    assert_true(aoe_print_dump_row(row, span, 0));
    assert_string_equal(row,
                        "0000  21 27 2d 33 39 3f 45 4b  51 57 5d 63 69 6f 75 7b  !'-39?EKQW]ciou{");
    assert_true(aoe_print_dump_row(row, span, 16));
    assert_string_equal(row, "0010  81 87                                             ..");
    assert_false(aoe_print_dump_row(row, span, 18));
    assert_string_equal(row, "");
    assert_false(aoe_print_dump_row(row, span, SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_lines),        cmocka_unit_test(ata_lines),
        cmocka_unit_test(list_lines),          cmocka_unit_test(errors_and_strangers),
        cmocka_unit_test(cuts_are_told_apart), cmocka_unit_test(text_never_passes_its_size),
        cmocka_unit_test(dump_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
