/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fixture.h"
#include "initiator-ref/response.h"

static struct aoe_frame good(void)
{
    struct aoe_frame frame = {.flags = AOE_FLAG_RESPONSE,
                              .version = AOE_VERSION,
                              .shelf = SHELF,
                              .slot = SLOT,
                              .extent = AOE_EXTENT_HEADER};
    memcpy(frame.destination, OWN, AOE_MAC_BYTES);
    memcpy(frame.source, TARGET, AOE_MAC_BYTES);
    return frame;
}

static bool counts(const struct aoe_frame *frame)
{
    return response_counts(frame, SHELF, SLOT, OWN);
}

static void test_a_good_one_counts(void **state)
{
    struct aoe_frame frame = good();
    (void)state;
    assert_true(counts(&frame));
    assert_false(response_is_broadcast(&frame));
    memcpy(frame.destination, EVERYBODY, AOE_MAC_BYTES);
    assert_true(counts(&frame));
    assert_true(response_is_broadcast(&frame));
}

static void test_any_wrong_field_makes_it_nothing(void **state)
{
    struct aoe_frame wrong[9];
    (void)state;
    for (size_t i = 0; i < COUNT(wrong); i++)
        wrong[i] = good();
    wrong[0].flags = 0;
    wrong[1].version = 0;
    wrong[2].version = 2;
    wrong[3].shelf = AOE_SHELF_ALL;
    wrong[4].slot = AOE_SLOT_ALL;
    wrong[5].slot = SLOT + 1;
    wrong[6].extent = AOE_EXTENT_ETHERNET;
    memcpy(wrong[7].destination, STRANGER, AOE_MAC_BYTES);
    memcpy(wrong[8].source, OWN, AOE_MAC_BYTES);
    for (size_t i = 0; i < COUNT(wrong); i++)
        assert_false(counts(&wrong[i]));
    struct aoe_frame group = good();
    group.source[0] |= 1;
    assert_false(counts(&group));
}

static void test_errors(void **state)
{
    char text[RESPONSE_TEXT];
    struct aoe_frame frame = good();
    (void)state;
    assert_false(response_is_error(&frame));
    frame.flags |= AOE_FLAG_ERROR;
    assert_true(response_is_error(&frame));
    frame.flags = AOE_FLAG_RESPONSE;
    frame.error = AOE_ERROR_DEVICE;
    assert_true(response_is_error(&frame));
    assert_string_equal(response_aoe_error(text, &frame), "AoE error 3 (device unavailable)");
}

static void test_registers(void **state)
{
    struct aoe_ata ata = {.opcode = ATA_STATUS_DRDY | ATA_STATUS_ERR, .feature = ATA_ERROR_IDNF};
    char text[RESPONSE_TEXT];
    (void)state;
    assert_string_equal(response_ata_error(text, &ata), "I/O error: status DRDY ERR, error IDNF");
    ata = (struct aoe_ata){.opcode = 0xFF, .feature = 0xFF};
    assert_non_null(strstr(response_ata_error(text, &ata), "DF"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_good_one_counts),
        cmocka_unit_test(test_any_wrong_field_makes_it_nothing),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
