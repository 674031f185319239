/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "common/measure.h"

#include <stdlib.h>
#include <string.h>

#include "common/tests/numbers.h"
#include "protocol/ata.h"

static void test_operations_of_ata_by_opcode(void **state)
{
    (void)state;
    static const struct {
        uint8_t opcode;
        enum operation operation;
    } known[] = {
        {0x20, OPERATION_READ},  {0x24, OPERATION_READ},     {0x25, OPERATION_READ},
        {0xC8, OPERATION_READ},  {0x30, OPERATION_WRITE},    {0x34, OPERATION_WRITE},
        {0x35, OPERATION_WRITE}, {0xCA, OPERATION_WRITE},    {0xE7, OPERATION_FLUSH},
        {0xEA, OPERATION_FLUSH}, {0xEC, OPERATION_IDENTIFY},
    };
    for (unsigned opcode = 0; opcode <= UINT8_MAX; opcode++) {
        enum operation expected = OPERATION_ATA;
        for (size_t i = 0; i < COUNT(known); i++)
            if (known[i].opcode == opcode)
                expected = known[i].operation;
        assert_int_equal(operation_of(AOE_COMMAND_ATA, (uint8_t)opcode), expected);
    }
}

static void test_operations_of_other_commands(void **state)
{
    (void)state;
    for (unsigned command = 1; command <= UINT8_MAX; command++) {
        enum operation expected = command == 1   ? OPERATION_CONFIG
                                  : command == 2 ? OPERATION_MASK
                                  : command == 3 ? OPERATION_RESERVE
                                                 : OPERATION_VENDOR;
        assert_int_equal(operation_of((uint8_t)command, ATA_READ), expected);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"read",   "write", "flush",   "identify", "ata",
                                        "config", "mask",  "reserve", "vendor"};
    assert_int_equal(COUNT(names), OPERATIONS);
    for (unsigned i = 0; i < OPERATIONS; i++)
        assert_string_equal(operation_name((enum operation)i), names[i]);
}

/* All the fields that are numbers, each with a value of its own. */
static void fill(struct measure *measure, uint64_t from)
{
    uint64_t *const counts[] = {
        &measure->requests,      &measure->responses,    &measure->commands,
        &measure->answered,      &measure->unanswered,   &measure->unanswered_once,
        &measure->open,          &measure->same_tag,     &measure->answers_to_broadcast,
        &measure->new_tag,       &measure->spurious,     &measure->repeated_commands,
        &measure->duplicate,     &measure->late,         &measure->unsolicited,
        &measure->adverts,       &measure->bytes,        &measure->ata_errors,
        &measure->aoe_errors[0], &measure->ata_bits[0],  &measure->aoe_errors[6],
        &measure->ata_bits[3],   &measure->alignment[0], &measure->alignment[11],
    };
    for (size_t i = 0; i < COUNT(counts); i++)
        *counts[i] = from + i;
}

static void test_all_counts_add(void **state)
{
    (void)state;
    struct measure a = {0}, b = {0}, sum = {0};
    struct latency_pool pool;
    assert_true(latency_pool_open(&pool, 16));
    fill(&a, 1000);
    fill(&b, 1);
    a.largest_frame = 1500;
    b.largest_frame = 9000;
    assert_int_equal(measure_join(&pool, &sum, &pool, &a), 0);
    assert_memory_equal(&sum, &a, sizeof a);
    assert_int_equal(measure_join(&pool, &sum, &pool, &b), 0);
    struct measure expected = {0};
    uint64_t *const words = (uint64_t *)(void *)&expected;
    fill(&expected, 0);
    for (size_t i = 0; i < offsetof(struct measure, plain) / sizeof *words; i++)
        words[i] = ((uint64_t *)(void *)&a)[i] + ((uint64_t *)(void *)&b)[i];
    assert_memory_equal(&sum, &expected, offsetof(struct measure, plain));
    assert_int_equal(sum.alignment[0], a.alignment[0] + b.alignment[0]);
    assert_int_equal(sum.alignment[11], a.alignment[11] + b.alignment[11]);
    assert_int_equal(sum.largest_frame, 9000);
    assert_int_equal(measure_join(&pool, &sum, &pool, &a), 0);
    assert_int_equal(sum.largest_frame, 9000);
    latency_pool_close(&pool);
}

static void test_latencies_add_each_to_its_own(void **state)
{
    (void)state;
    struct measure from = {0}, to = {0};
    struct latency_pool pool;
    assert_true(latency_pool_open(&pool, 64));
    struct latency *const latencies[] = {&from.plain, &from.round_trip, &from.command,
                                         &from.first_repeat, &from.later_repeat};
    const struct latency *const added[] = {&to.plain, &to.round_trip, &to.command, &to.first_repeat,
                                           &to.later_repeat};
    for (size_t i = 0; i < COUNT(latencies); i++)
        for (size_t n = 0; n <= i; n++)
            latency_add(&pool, latencies[i], (int64_t)(i + 1));
    measure_join(&pool, &to, &pool, &from);
    measure_join(&pool, &to, &pool, &from);
    for (size_t i = 0; i < COUNT(added); i++) {
        assert_int_equal(added[i]->count, 2 * (i + 1));
        assert_int_equal(latency_in(&pool, added[i], (unsigned)i + 1), 2 * (i + 1));
    }
    latency_pool_close(&pool);
}

static void test_sectors_are_there_where_there_are_transfers(void **state)
{
    (void)state;
    struct measure from = {0}, to = {0};
    struct latency_pool pool;
    assert_true(latency_pool_open(&pool, 16));
    assert_int_equal(measure_join(&pool, &to, &pool, &from), 0);
    assert_null(to.sectors);
    assert_int_equal(measure_transfers(&from), 0);
    from.sectors[0] = 3;
    from.sectors[255] = 4;
    assert_int_equal(measure_transfers(&from), 0);
    assert_int_equal(from.sectors[255], 4);
    measure_join(&pool, &to, &pool, &from);
    measure_join(&pool, &to, &pool, &from);
    assert_int_equal(to.sectors[0], 6);
    assert_int_equal(to.sectors[255], 8);
    free(from.sectors);
    free(to.sectors);
    latency_pool_close(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_operations_of_ata_by_opcode),
        cmocka_unit_test(test_operations_of_other_commands),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_all_counts_add),
        cmocka_unit_test(test_latencies_add_each_to_its_own),
        cmocka_unit_test(test_sectors_are_there_where_there_are_transfers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
