/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "analyser/unwrap.h"

#include <stdlib.h>

#include "common/tests/numbers.h"
#include "common/traffic.h"

enum { TAG = 4, TAGS = 10, ROOM = AOE_HEADER_BYTES + TAGS * TAG };

struct wrapped {
    struct unwrapper unwrapper;
    struct aoe_frame frame;
    uint32_t vlan;
};

static int set_up(void **state)
{
    static struct wrapped wrapped;
    *state = &wrapped;
    return unwrapper_open(&wrapped.unwrapper);
}

static int tear_down(void **state)
{
    struct wrapped *wrapped = *state;
    unwrapper_close(&wrapped->unwrapper);
    return 0;
}

/* Unwraps a config request of shelf 7 behind that many tags, of VLANs 1, 2, 3 ..., of which so
 * much was captured, in memory of its own size. */
static enum unwrapped unwrap_tagged(struct wrapped *wrapped, unsigned tags, uint16_t type,
                                    size_t captured)
{
    uint8_t bytes[ROOM] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, *copy = malloc(captured);
    struct aoe_writer to = aoe_writer(bytes, sizeof bytes);
    assert_non_null(copy);
    to.position = 2 * AOE_MAC_BYTES;
    for (unsigned i = 0; i < tags; i++) {
        aoe_put_be16(&to, i % 2 ? 0x88A8 : type);
        aoe_put_be16(&to, (uint16_t)(i + 1));
    }
    aoe_put_be16(&to, AOE_ETHERTYPE);
    aoe_put_be16(&to, 0x1000);
    aoe_put_be16(&to, 7);
    aoe_put_be16(&to, 0x0301);
    memcpy(copy, bytes, captured);
    const struct capture_frame of = {.bytes = copy,
                                     .length = (uint32_t)captured,
                                     .wire_length = (uint32_t)(AOE_HEADER_BYTES + tags * TAG)};
    enum unwrapped kind = unwrap(&wrapped->unwrapper, &of, &wrapped->frame, &wrapped->vlan);
    if (kind == UNWRAPPED_AOE)
        assert_int_equal(wrapped->frame.shelf, 7);
    free(copy);
    return kind;
}

static void test_tags_are_taken_off(void **state)
{
    struct wrapped *wrapped = *state;
    static const uint16_t types[] = {0x8100, 0x88A8, 0x9100};
    for (unsigned tags = 0; tags <= 8; tags++)
        for (size_t i = 0; i < COUNT(types); i++) {
            assert_int_equal(unwrap_tagged(wrapped, tags, types[i], AOE_HEADER_BYTES + tags * TAG),
                             UNWRAPPED_AOE);
            assert_int_equal(wrapped->vlan, aoe_vlan_of(tags, 1, 2));
            assert_int_equal(wrapped->frame.command, AOE_COMMAND_CONFIG);
            assert_int_equal(wrapped->frame.slot, 3);
            assert_int_equal(wrapped->frame.wire_length, AOE_HEADER_BYTES);
            assert_int_equal(wrapped->frame.source[5], 2);
        }
}

static void test_too_many_tags_are_no_aoe(void **state)
{
    assert_int_equal(unwrap_tagged(*state, 9, 0x8100, AOE_HEADER_BYTES + 9 * TAG), UNWRAPPED_OTHER);
}

static void test_other_types_are_no_tags(void **state)
{
    assert_int_equal(unwrap_tagged(*state, 1, 0x8101, AOE_HEADER_BYTES + TAG), UNWRAPPED_OTHER);
}

/* Up to the type nobody knows what it is; from there on it is AoE that was cut. */
static void test_cut_anywhere(void **state)
{
    struct wrapped *wrapped = *state;
    for (unsigned tags = 0; tags <= 3; tags++)
        for (size_t captured = 0; captured <= AOE_HEADER_BYTES + tags * TAG; captured++) {
            size_t type = AOE_ETHERNET_BYTES + tags * TAG;
            enum unwrapped expected = captured < type                            ? UNWRAPPED_OTHER
                                      : captured < AOE_HEADER_BYTES + tags * TAG ? UNWRAPPED_CUT
                                                                                 : UNWRAPPED_AOE;
            assert_int_equal(unwrap_tagged(wrapped, tags, 0x8100, captured), expected);
        }
}

/* Longer than any AoE frame: what is kept does not run over. */
static void test_the_longest_frame_of_a_capture(void **state)
{
    struct wrapped *wrapped = *state;
    uint8_t *bytes = calloc(1, CAPTURE_FRAME_MAX);
    assert_non_null(bytes);
    static const uint8_t head[] = {0x81, 0, 0, 9, 0x88, 0xA2, 0x10, 0, 0, 7, 3, 1};
    memcpy(bytes + 2 * AOE_MAC_BYTES, head, sizeof head);
    const struct capture_frame of = {
        .bytes = bytes, .length = CAPTURE_FRAME_MAX, .wire_length = CAPTURE_FRAME_MAX};
    assert_int_equal(unwrap(&wrapped->unwrapper, &of, &wrapped->frame, &wrapped->vlan),
                     UNWRAPPED_AOE);
    assert_int_equal(wrapped->frame.raw.length, UNWRAP_BYTES);
    assert_int_equal(wrapped->frame.wire_length, CAPTURE_FRAME_MAX - TAG);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tags_are_taken_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_tags_are_no_aoe, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_types_are_no_tags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cut_anywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_longest_frame_of_a_capture, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
