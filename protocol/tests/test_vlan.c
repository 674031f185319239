/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "protocol/vlan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_vlan(unsigned tags, uint16_t outer, uint16_t inner, const char *expected)
{
    char text[AOE_VLAN_TEXT];
    const char *actual = aoe_vlan_text(text, aoe_vlan_of(tags, outer, inner));
    if (!expected)
        assert_null(actual);
    else
        assert_string_equal(actual, expected);
}

static void test_vlans_as_text(void **state)
{
    (void)state;
    assert_vlan(0, 5, 6, NULL);
    assert_vlan(1, 10, 0, "10");
    assert_vlan(1, 0xE00A, 0, "10"); /* without its priority */
    assert_vlan(1, 0xE000, 0, NULL); /* a priority tag alone */
    assert_vlan(1, 0xFFFF, 0, "4095");
    assert_vlan(2, 100, 10, "100.10");
    assert_vlan(2, 0xF064, 0xF00A, "100.10");
    assert_vlan(2, 0, 0, "0.0");
    assert_vlan(2, 4095, 4095, "4095.4095");
    assert_vlan(3, 1, 2, "1.2");
}

static void test_vlans_sort_by_number(void **state)
{
    (void)state;
    assert_true(aoe_vlan_of(0, 0, 0) < aoe_vlan_of(1, 1, 0));
    assert_true(aoe_vlan_of(1, 9, 0) < aoe_vlan_of(1, 10, 0));
    assert_true(aoe_vlan_of(1, 4095, 0) < aoe_vlan_of(2, 0, 0));
    assert_true(aoe_vlan_of(2, 1, 4095) < aoe_vlan_of(2, 2, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vlans_as_text),
        cmocka_unit_test(test_vlans_sort_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
