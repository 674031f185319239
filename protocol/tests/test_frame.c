/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "frames.h"
#include "protocol/frame.h"

static void fields_are_where_the_layout_has_them(void **state)
{
    (void)state;
    const uint8_t bytes[] = {2,    0,    0,    0,    0,    2,    2,    0,    0,
                             0,    0,    1,    0x88, 0xA2, 0x1D, 0x06, 0x12, 0x34,
                             0x56, 0x00, 0xA1, 0xB2, 0xC3, 0xD4, 0x41, 0x99, 0x02,
                             0x24, 1,    2,    3,    4,    5,    6,    0xEE, 0xFF};
    struct aoe_frame frame;
    aoe_frame_decode(&frame, bytes, sizeof bytes, 1060);
    assert_int_equal(frame.extent, AOE_EXTENT_ARGUMENT);
    assert_memory_equal(frame.destination, target_mac, AOE_MAC_BYTES);
    assert_memory_equal(frame.source, host_mac, AOE_MAC_BYTES);
    assert_int_equal(frame.version, 1);
    assert_int_equal(frame.flags, 0xD);
    assert_true(aoe_is_response(&frame) && aoe_is_error(&frame));
    assert_int_equal(frame.error, 6);
    assert_int_equal(frame.shelf, 0x1234);
    assert_int_equal(frame.slot, 0x56);
    assert_true(frame.tag == 0xA1B2C3D4);
    assert_int_equal(frame.ata.aflags, 0x41);
    assert_int_equal(frame.ata.feature, 0x99);
    assert_int_equal(frame.ata.count, 2);
    assert_int_equal(frame.ata.opcode, 0x24);
    assert_true(aoe_ata_lba(&frame.ata) == UINT64_C(0x060504030201));
    assert_int_equal(frame.ata.reserved, 0xEEFF);
    assert_int_equal(frame.payload.length, 0);
    assert_int_equal(frame.wire_length, 1060);
}

static void config_fields_are_where_the_layout_has_them(void **state)
{
    (void)state;
    struct made made = {.frame = config_response(AOE_CONFIG_PREFIX, "abc")};
    seal(&made, 0);
    const uint8_t argument[] = {0, 16, 0x40, 0x19, 2, 0x12, 0, 3, 'a', 'b', 'c'};
    assert_int_equal(made.length, 35);
    assert_memory_equal(made.bytes + 24, argument, sizeof argument);
    assert_int_equal(made.frame.config.firmware, 0x4019);
    assert_int_equal(made.frame.config.ccmd, AOE_CONFIG_PREFIX);
    assert_int_equal(made.frame.payload.length, 3);
}

static enum aoe_extent extent_at(uint8_t command, size_t length)
{
    if (length < AOE_ETHERNET_BYTES)
        return AOE_EXTENT_NONE;
    if (length < AOE_HEADER_BYTES)
        return AOE_EXTENT_ETHERNET;
    return length < aoe_argument_end(command) ? AOE_EXTENT_HEADER : AOE_EXTENT_ARGUMENT;
}

/* Each length gets memory of its own size, so that the sanitizer sees a read beyond it. */
static void every_length_of_every_command_is_decoded(void **state)
{
    (void)state;
    const uint8_t commands[] = {0, 1, 2, 3, 4, 0xF0};
    for (size_t c = 0; c < COUNT(commands); c++) {
        struct made made = {.frame = request_of(commands[c])};
        seal(&made, 100);
        for (size_t length = 0; length <= made.length; length++) {
            uint8_t *bytes = malloc(length);
            assert_true(bytes || !length);
            if (length)
                memcpy(bytes, made.bytes, length);
            struct aoe_frame frame;
            aoe_frame_decode(&frame, bytes, length, made.length);
            assert_int_equal(frame.extent, extent_at(commands[c], length));
            size_t end = aoe_argument_end(commands[c]);
            assert_int_equal(frame.payload.length, length > end ? length - end : 0);
            if (frame.extent == AOE_EXTENT_ARGUMENT)
                assert_ptr_equal(frame.payload.bytes, bytes + end);
            free(bytes);
        }
    }
}

static void another_ethernet_type_is_not_decoded(void **state)
{
    (void)state;
    struct made made = {.frame = request_of(AOE_COMMAND_ATA)};
    made.frame.type = 0x0800;
    seal(&made, 60);
    assert_int_equal(made.frame.extent, AOE_EXTENT_NONE);
    assert_int_equal(made.frame.tag, 0);
    assert_int_equal(made.frame.type, 0x0800);
}

static void any_bytes_come_back_from_decode_and_build(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[80], again[80];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
        bytes[12] = 0x88;
        bytes[13] = 0xA2;
        bytes[19] = (uint8_t)(round % 6);
        size_t length = AOE_ATA_BYTES + (size_t)(round % 40);
        struct aoe_frame frame;
        aoe_frame_decode(&frame, bytes, length, length);
        assert_int_equal(aoe_frame_build(&frame, again, sizeof again), length);
        assert_memory_equal(again, bytes, length);
    }
}

static void build_needs_room_for_the_whole_frame(void **state)
{
    (void)state;
    struct aoe_frame frame = config_request(AOE_CONFIG_SET, "beta");
    uint8_t bytes[36];
    for (size_t room = 0; room < sizeof bytes; room++)
        assert_int_equal(aoe_frame_build(&frame, bytes, room), 0);
    assert_int_equal(aoe_frame_build(&frame, bytes, sizeof bytes), sizeof bytes);
}

static void padding_is_zero_and_only_where_it_fits(void **state)
{
    (void)state;
    uint8_t bytes[64];
    memset(bytes, 0xAA, sizeof bytes);
    assert_int_equal(aoe_frame_pad(bytes, 32, 60, 64), 60);
    assert_int_equal(bytes[31], 0xAA);
    assert_int_equal(bytes[32], 0);
    assert_int_equal(bytes[59], 0);
    assert_int_equal(bytes[60], 0xAA);
    assert_int_equal(aoe_frame_pad(bytes, 61, 60, 64), 61);
    assert_int_equal(aoe_frame_pad(bytes, 32, 60, 59), 32);
}

static void lba_has_28_or_48_bits(void **state)
{
    (void)state;
    struct aoe_ata ata = {0};
    aoe_ata_set_lba(&ata, UINT64_C(0xFEDCBA987654));
    assert_true(aoe_ata_lba(&ata) == 0xA987654);
    ata.aflags = AOE_ATA_EXTENDED;
    assert_true(aoe_ata_lba(&ata) == UINT64_C(0xFEDCBA987654));
    aoe_ata_set_lba(&ata, UINT64_MAX);
    assert_true(aoe_ata_lba(&ata) == UINT64_C(0xFFFFFFFFFFFF));
}

static void the_message_ends_where_its_lengths_say(void **state)
{
    (void)state;
    struct aoe_frame frame = request_of(AOE_COMMAND_ATA);
    assert_int_equal(aoe_message_end(&frame, 1024), 1060);
    frame = config_request(AOE_CONFIG_SET, "beta");
    assert_int_equal(aoe_message_end(&frame, 512), 36);
    frame = request_of(AOE_COMMAND_MASK);
    frame.mask.count = 255;
    assert_int_equal(aoe_message_end(&frame, 0), 28 + 255 * 8);
    frame.mask.merror = AOE_MERROR_FULL;
    assert_int_equal(aoe_message_end(&frame, 0), 28);
    frame = request_of(AOE_COMMAND_RESERVE);
    frame.reserve.count = 255;
    assert_int_equal(aoe_message_end(&frame, 0), 26 + 255 * 6);
    frame = request_of(AOE_COMMAND_VENDOR);
    assert_int_equal(aoe_message_end(&frame, 0), 24);
}

static void broadcast_values_reach_each_by_itself(void **state)
{
    (void)state;
    assert_true(aoe_address_reaches(7, 3, 7, 3));
    assert_true(aoe_address_reaches(0xFFFF, 3, 7, 3));
    assert_true(aoe_address_reaches(7, 0xFF, 7, 3));
    assert_true(aoe_address_reaches(0xFFFF, 0xFF, 7, 3));
    assert_false(aoe_address_reaches(0xFFFF, 4, 7, 3));
    assert_false(aoe_address_reaches(8, 0xFF, 7, 3));
    assert_false(aoe_address_reaches(0xFF, 3, 7, 3));
}

static void lists_end_with_the_payload(void **state)
{
    (void)state;
    const uint8_t bytes[] = {9, 1, 2, 0, 0, 0, 0, 1, 0, 2, 2, 0, 0, 0, 0, 2};
    struct aoe_span payload = {bytes, 16};
    struct aoe_directive directive;
    uint8_t mac[AOE_MAC_BYTES];
    assert_true(aoe_directive_at(&payload, 0, &directive));
    assert_int_equal(directive.reserved, 9);
    assert_int_equal(directive.dcmd, AOE_DIRECTIVE_ADD);
    assert_memory_equal(directive.mac, host_mac, AOE_MAC_BYTES);
    assert_true(aoe_directive_at(&payload, 1, &directive));
    assert_memory_equal(directive.mac, target_mac, AOE_MAC_BYTES);
    assert_false(aoe_directive_at(&payload, 2, &directive));
    assert_false(aoe_directive_at(&payload, SIZE_MAX / 4, &directive));
    payload.length = 15;
    assert_false(aoe_directive_at(&payload, 1, &directive));
    assert_true(aoe_address_at(&payload, 1, mac));
    assert_false(aoe_address_at(&payload, 2, mac));
    assert_false(aoe_address_at(&payload, SIZE_MAX / 2, mac));
    assert_false(aoe_address_at(&(struct aoe_span){NULL, 0}, 0, mac));
}

static void addresses_are_numbers_and_back(void **state)
{
    const uint8_t mac[AOE_MAC_BYTES] = {0x02, 0x80, 0xFF, 0x00, 0x01, 0xFE};
    uint8_t back[AOE_MAC_BYTES];
    (void)state;
    assert_true(aoe_mac_number(mac) == UINT64_C(0x0280FF0001FE));
    aoe_mac_from_number(UINT64_C(0xABCD0280FF0001FE), back);
    assert_memory_equal(back, mac, sizeof mac);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_where_the_layout_has_them),
        cmocka_unit_test(config_fields_are_where_the_layout_has_them),
        cmocka_unit_test(every_length_of_every_command_is_decoded),
        cmocka_unit_test(another_ethernet_type_is_not_decoded),
        cmocka_unit_test(any_bytes_come_back_from_decode_and_build),
        cmocka_unit_test(build_needs_room_for_the_whole_frame),
        cmocka_unit_test(padding_is_zero_and_only_where_it_fits),
        cmocka_unit_test(lba_has_28_or_48_bits),
        cmocka_unit_test(the_message_ends_where_its_lengths_say),
        cmocka_unit_test(broadcast_values_reach_each_by_itself),
        cmocka_unit_test(lists_end_with_the_payload),
        cmocka_unit_test(addresses_are_numbers_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
