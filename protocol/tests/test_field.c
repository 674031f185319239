/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"
#include "protocol/clause.h"
#include "protocol/field.h"

static uint64_t get(const struct made *made, const char *name)
{
    uint64_t value = UINT64_MAX;
    const struct aoe_field *field = aoe_field_find(name, made->frame.command);
    assert_non_null(field);
    assert_true(aoe_field_get(field, made->bytes, made->length, &value));
    return value;
}

static void fields_say_what_the_decoder_says(void **state)
{
    (void)state;
    struct made made = {.frame = ata_request(ATA_WRITE_EXT, 2, UINT64_C(0x0102030405F6))};
    made.frame.flags = 0xA;
    made.frame.error = 9;
    seal(&made, 0);
    assert_int_equal(get(&made, "version"), 1);
    assert_int_equal(get(&made, "flags"), 0xA);
    assert_int_equal(get(&made, "r"), 1);
    assert_int_equal(get(&made, "e"), 0);
    assert_int_equal(get(&made, "z"), 2);
    assert_int_equal(get(&made, "error"), 9);
    assert_int_equal(get(&made, "shelf"), 7);
    assert_int_equal(get(&made, "slot"), 3);
    assert_int_equal(get(&made, "tag"), 0x01020304);
    assert_int_equal(get(&made, "source"), 0x020000000001);
    assert_int_equal(get(&made, "aflags.e"), 1);
    assert_int_equal(get(&made, "aflags.w"), 1);
    assert_int_equal(get(&made, "opcode"), ATA_WRITE_EXT);
    assert_int_equal(get(&made, "lba"), 0x0102030405F6);
    assert_int_equal(get(&made, "lba0"), 0xF6);
    assert_int_equal(get(&made, "lba5"), 1);
}

static size_t bits_outside(const struct aoe_field *field, const uint8_t *bytes, size_t length)
{
    size_t changed = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned inside = 0;
        if (i >= field->byte && i < (size_t)field->byte + field->bytes)
            inside = field->bits ? (unsigned)aoe_field_max(field) << field->shift : 0xFF;
        changed += (bytes[i] & ~inside) != 0;
    }
    return changed;
}

static void every_field_reads_back_and_touches_nothing_else(void **state)
{
    (void)state;
    size_t count;
    const struct aoe_field *fields = aoe_fields(&count);
    assert_true(count > 40);
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[AOE_ATA_BYTES] = {0};
        uint64_t value, most = aoe_field_max(&fields[i]);
        assert_true(aoe_field_set(&fields[i], bytes, sizeof bytes, most));
        assert_true(aoe_field_get(&fields[i], bytes, sizeof bytes, &value));
        assert_true(value == most);
        assert_int_equal(bits_outside(&fields[i], bytes, sizeof bytes), 0);
        assert_true(aoe_field_set(&fields[i], bytes, sizeof bytes, 1));
        assert_true(aoe_field_get(&fields[i], bytes, sizeof bytes, &value));
        assert_true(value == 1);
        assert_false(aoe_field_set(&fields[i], bytes, sizeof bytes, most + 1));
        assert_true(aoe_field_get(&fields[i], bytes, sizeof bytes, &value));
        assert_true(value == 1);
    }
}

static void a_field_beyond_the_end_is_neither_read_nor_written(void **state)
{
    (void)state;
    size_t count;
    const struct aoe_field *fields = aoe_fields(&count);
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[AOE_ATA_BYTES] = {0};
        uint64_t value;
        size_t end = (size_t)fields[i].byte + fields[i].bytes;
        assert_false(aoe_field_set(&fields[i], bytes, end - 1, 1));
        assert_false(aoe_field_get(&fields[i], bytes, end - 1, &value));
        assert_false(aoe_field_get(&fields[i], bytes, 0, &value));
        assert_true(aoe_field_get(&fields[i], bytes, end, &value));
        assert_true(value == 0);
    }
}

static void a_name_belongs_to_its_command(void **state)
{
    (void)state;
    assert_null(aoe_field_find("ccmd", AOE_COMMAND_ATA));
    assert_non_null(aoe_field_find("ccmd", AOE_COMMAND_CONFIG));
    assert_int_equal(aoe_field_find("reserved", AOE_COMMAND_ATA)->byte, 34);
    assert_int_equal(aoe_field_find("reserved", AOE_COMMAND_MASK)->byte, 24);
    assert_non_null(aoe_field_find("tag", AOE_COMMAND_VENDOR));
    assert_null(aoe_field_find("rcmd", AOE_COMMAND_VENDOR));
    assert_null(aoe_field_find("nonsense", AOE_COMMAND_ATA));
    assert_true(aoe_field_exists("merror"));
    assert_false(aoe_field_exists("mirror"));
}

/* Every meaning ends with the clause, in brackets, where a reader finds more. */
static void meanings_name_clauses_that_exist(void **state)
{
    (void)state;
    size_t count;
    const struct aoe_field *fields = aoe_fields(&count);
    for (size_t i = 0; i < count; i++) {
        char id[32];
        const char *open = strrchr(fields[i].meaning, '(');
        assert_non_null(open);
        size_t length = strlen(open + 1) - 1;
        assert_true(length < sizeof id);
        memcpy(id, open + 1, length);
        id[length] = '\0';
        assert_non_null(aoe_clause_find(id));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_say_what_the_decoder_says),
        cmocka_unit_test(every_field_reads_back_and_touches_nothing_else),
        cmocka_unit_test(a_field_beyond_the_end_is_neither_read_nor_written),
        cmocka_unit_test(a_name_belongs_to_its_command),
        cmocka_unit_test(meanings_name_clauses_that_exist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
