/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/sample.h"

#include "common/traffic.h"
#include "story.h"

static struct sample sample_of(const struct aoe_frame *frame, uint32_t vlan)
{
    uint8_t bytes[4096];
    struct aoe_frame decoded;
    struct sample sample;
    size_t length = aoe_frame_build(frame, bytes, sizeof bytes);
    aoe_frame_decode(&decoded, bytes, length, length);
    sample_read(&sample, &decoded, 99, vlan);
    return sample;
}

static void test_a_request_and_its_response(void **state)
{
    (void)state;
    struct aoe_frame request = read_of(5, 8, 2), response = failed_with(5, AOE_ERROR_DEVICE);
    struct sample ask = sample_of(&request, 0), answer = sample_of(&response, 0);
    assert_int_equal(ask.place, 0);
    assert_int_equal(ask.time, 99);
    assert_int_equal(ask.opcode, ATA_READ_EXT);
    assert_int_equal(aoe_exchange_shelf(&ask.reading), request.shelf);
    assert_int_equal(aoe_exchange_slot(&ask.reading), request.slot);
    assert_int_equal(aoe_exchange_command(&ask.reading), AOE_COMMAND_ATA);
    assert_int_equal(ask.wire_length, AOE_ATA_BYTES);
    assert_int_equal(answer.error, AOE_ERROR_DEVICE);
    assert_true(answer.flags & AOE_FLAG_ERROR);
    assert_int_equal(answer.opcode, ATA_STATUS_DRDY);
    assert_true(answer.reading.response && !ask.reading.response);
    assert_int_equal(aoe_exchange_tag(&ask.reading), 5);
    /* The two ends are the same whichever way the frame goes. */
    assert_int_equal(aoe_exchange_initiator(&ask.reading), aoe_mac_number(request.source));
    assert_int_equal(aoe_exchange_initiator(&answer.reading), aoe_mac_number(response.destination));
    assert_int_equal(aoe_exchange_target(&answer.reading), aoe_mac_number(response.source));
    assert_int_equal(ask.reading.print, answer.reading.print);
}

static void test_other_commands_have_no_registers(void **state)
{
    (void)state;
    struct aoe_frame query = config_request(AOE_CONFIG_TEST, "abcdefghijkl");
    struct sample sample = sample_of(&query, 0);
    assert_int_equal(aoe_exchange_command(&sample.reading), AOE_COMMAND_CONFIG);
    assert_int_equal(sample.opcode, 0);
    assert_int_equal(sample.feature, 0);
}

static void test_vlans_keep_exchanges_apart(void **state)
{
    (void)state;
    struct aoe_frame request = read_of(5, 8, 2);
    const uint32_t vlans[] = {0,
                              aoe_vlan_of(1, 10, 0),
                              aoe_vlan_of(1, 11, 0),
                              aoe_vlan_of(2, 100, 10),
                              aoe_vlan_of(2, 10, 100),
                              aoe_vlan_of(2, 100, 11)};
    for (size_t i = 0; i < COUNT(vlans); i++)
        for (size_t j = 0; j < i; j++)
            assert_true(sample_of(&request, vlans[i]).reading.link !=
                        sample_of(&request, vlans[j]).reading.link);
}

static void test_a_batch(void **state)
{
    uint8_t aoe[64], other[64] = {0}, cut[64];
    (void)state;
    struct aoe_frame request = read_of(5, 8, 2);
    uint32_t length = (uint32_t)aoe_frame_build(&request, aoe, sizeof aoe);
    memcpy(cut, aoe, sizeof cut);
    struct capture_frame frames[] = {
        {other, 1, 60, 60}, {aoe, 2, length, length}, {cut, 3, 30, 60}, {aoe, 4, length, 1000}};
    const struct capture_batch from = {.frames = frames, .count = COUNT(frames)};
    struct sample_batch batch;
    struct unwrapper unwrapper;
    assert_int_equal(sample_batch_open(&batch), 0);
    assert_int_equal(unwrapper_open(&unwrapper), 0);
    for (int again = 0; again < 2; again++) {
        sample_batch_read(&batch, &from, &unwrapper);
        assert_int_equal(batch.frames, 4);
        assert_int_equal(batch.other_frames, 1);
        assert_int_equal(batch.cut_frames, 1);
        assert_int_equal(batch.count, 2);
    }
    assert_ptr_equal(batch.captured, frames);
    assert_int_equal(batch.samples[0].place, 1);
    assert_int_equal(batch.samples[1].place, 3);
    assert_int_equal(batch.samples[1].time, 4);
    assert_int_equal(batch.samples[1].wire_length, 1000);
    sample_batch_close(&batch);
    unwrapper_close(&unwrapper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_request_and_its_response),
        cmocka_unit_test(test_other_commands_have_no_registers),
        cmocka_unit_test(test_vlans_keep_exchanges_apart),
        cmocka_unit_test(test_a_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
