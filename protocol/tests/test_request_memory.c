/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "protocol/request_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct aoe_frame frame_of(uint8_t bytes[], size_t length)
{
    struct aoe_frame frame;
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)i;
    bytes[12] = 0x88;
    bytes[13] = 0xA2;
    aoe_frame_decode(&frame, bytes, length, length);
    return frame;
}

static void test_what_was_kept_comes_back(void **state)
{
    struct aoe_request_memory memory;
    uint8_t bytes[200];
    struct aoe_frame back;
    (void)state;
    assert_true(aoe_request_memory_open(&memory));
    struct aoe_frame frame = frame_of(bytes, sizeof bytes);
    aoe_request_remember(&memory, &frame, 7);
    assert_false(aoe_request_recall(&memory, 0, &back));
    assert_false(aoe_request_recall(&memory, 6, &back));
    assert_true(aoe_request_recall(&memory, 7, &back));
    assert_int_equal(back.tag, frame.tag);
    assert_int_equal(back.wire_length, sizeof bytes);
    assert_int_equal(back.raw.length, AOE_REQUEST_BYTES);
    assert_memory_equal(back.raw.bytes, bytes, AOE_REQUEST_BYTES);
    aoe_request_memory_close(&memory);
}

static void test_a_later_one_takes_its_place(void **state)
{
    struct aoe_request_memory memory;
    uint8_t bytes[AOE_FRAME_MIN];
    struct aoe_frame back;
    (void)state;
    assert_true(aoe_request_memory_open(&memory));
    struct aoe_frame frame = frame_of(bytes, sizeof bytes);
    aoe_request_remember(&memory, &frame, 5);
    aoe_request_remember(&memory, &frame, 5 + AOE_REQUESTS_REMEMBERED - 1);
    assert_true(aoe_request_recall(&memory, 5, &back));
    aoe_request_remember(&memory, &frame, 5 + AOE_REQUESTS_REMEMBERED);
    assert_false(aoe_request_recall(&memory, 5, &back));
    aoe_request_memory_close(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_kept_comes_back),
        cmocka_unit_test(test_a_later_one_takes_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
