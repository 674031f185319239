/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"
#include "protocol/exchange_table.h"

enum { CAPACITY = 4096, CHAIN_MOST = 12 };

/* Tags as initiators count them: from 0 up, in the high half (Linux), in the high byte. */
static uint32_t tag_of(unsigned pattern, uint32_t i)
{
    switch (pattern) {
    case 0:
        return i;
    case 1:
        return i << 16 | 0x1234;
    case 2:
        return i << 24 | i >> 8;
    default:
        return i * 2654435761u;
    }
}

static size_t tag_chain_length(const struct exchange_table *table, const struct exchange_key *key)
{
    size_t length = 0;
    for (struct exchange_entry *entry = exchange_table_tag(table, key); entry;
         entry = exchange_table_at(table, entry->tag_next))
        length++;
    return length;
}

static size_t command_chain_length(const struct exchange_table *table,
                                   const struct exchange_entry *of)
{
    size_t length = 0;
    for (struct exchange_entry *entry = exchange_table_command(table, &of->key, &of->command);
         entry; entry = exchange_table_at(table, entry->command_next))
        length++;
    return length;
}

/* A full table has chains of a few entries, whichever bytes of tag and LBA change. */
static void chains_stay_short(void **state)
{
    (void)state;
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        struct exchange_table table;
        assert_true(exchange_table_open(&table, CAPACITY));
        for (uint32_t i = 0; i < CAPACITY; i++) {
            struct exchange_key key = {.initiator = {2}, .shelf = 1, .tag = tag_of(pattern, i)};
            struct exchange_entry *entry = exchange_table_add(&table, &key);
            assert_non_null(entry);
            entry->command.content = (uint64_t)ATA_READ << 56 | (uint64_t)tag_of(pattern, i) << 3;
            exchange_table_offer(&table, entry);
        }
        for (uint32_t i = 0; i < CAPACITY; i++) {
            assert_true(tag_chain_length(&table, &table.entries[i].key) <= CHAIN_MOST);
            assert_true(command_chain_length(&table, &table.entries[i]) <= CHAIN_MOST);
        }
        exchange_table_close(&table);
    }
}

static void entries_leave_in_any_order_and_come_back(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *entries[16];
    assert_true(exchange_table_open(&table, COUNT(entries)));
    for (unsigned round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < COUNT(entries); i++) {
            struct exchange_key key = {.tag = i / 3};
            entries[i] = exchange_table_add(&table, &key);
            assert_non_null(entries[i]);
            exchange_table_offer(&table, entries[i]);
            exchange_table_offer(&table, entries[i]);
        }
        assert_null(exchange_table_add(&table, &(struct exchange_key){.tag = 99}));
        assert_int_equal(command_chain_length(&table, entries[0]), COUNT(entries));
        for (uint32_t i = 0; i < COUNT(entries); i++) {
            uint32_t which = (i * 5 + round) % COUNT(entries);
            size_t before = tag_chain_length(&table, &entries[which]->key);
            exchange_table_remove(&table, entries[which]);
            assert_int_equal(tag_chain_length(&table, &entries[which]->key), before - 1);
        }
        assert_int_equal(table.oldest, EXCHANGE_NIL);
        assert_int_equal(table.newest, EXCHANGE_NIL);
    }
    exchange_table_close(&table);
}

static void touching_changes_the_age(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *entries[3];
    assert_true(exchange_table_open(&table, 16));
    for (uint32_t i = 0; i < COUNT(entries); i++)
        entries[i] = exchange_table_add(&table, &(struct exchange_key){.tag = i});
    exchange_table_touch(&table, entries[1], 7);
    assert_int_equal(entries[1]->touched, 7);
    assert_ptr_equal(exchange_table_at(&table, table.oldest), entries[0]);
    assert_ptr_equal(exchange_table_at(&table, table.newest), entries[1]);
    exchange_table_touch(&table, entries[0], 8);
    exchange_table_touch(&table, entries[0], 9);
    assert_ptr_equal(exchange_table_at(&table, table.oldest), entries[2]);
    assert_ptr_equal(exchange_table_at(&table, table.newest), entries[0]);
    assert_ptr_equal(exchange_table_at(&table, entries[2]->newer), entries[1]);
    assert_ptr_equal(exchange_table_at(&table, entries[1]->older), entries[2]);
    assert_null(exchange_table_at(&table, entries[0]->newer));
    exchange_table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_stay_short),
        cmocka_unit_test(entries_leave_in_any_order_and_come_back),
        cmocka_unit_test(touching_changes_the_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
