/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frames.h"
#include "protocol/exchange_table.h"

enum { CAPACITY = 4096, CHAIN_MOST = 12, SMALL = 16 };

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

static size_t chain_length(const struct exchange_chains *chains, uint32_t print)
{
    size_t length = 0;
    for (uint32_t place = chains->heads[print & chains->mask].newest; place != EXCHANGE_NIL;
         place = chains->links[place].next)
        length++;
    return length;
}

static struct exchange_entry *add(struct exchange_table *table, uint32_t tag, uint64_t content,
                                  enum exchange_state state)
{
    struct exchange_key key = {.link = UINT64_C(2) << 56, .rest = UINT64_C(1) << 32 | tag};
    struct exchange_entry *entry = exchange_table_add(table, &key, exchange_tag_print(&key), state);
    entry->command.content = content;
    return entry;
}

static uint32_t tag_print(const struct exchange_entry *entry)
{
    return exchange_tag_print(&entry->key);
}

static uint32_t command_print(const struct exchange_entry *entry)
{
    return exchange_command_print(&entry->key, &entry->command);
}

/* A full table has chains of a few entries, whichever bytes of tag and LBA change. */
static void chains_stay_short(void **state)
{
    (void)state;
    for (unsigned pattern = 0; pattern < 4; pattern++) {
        struct exchange_table table;
        assert_true(exchange_table_open(&table, CAPACITY));
        for (uint32_t i = 0; i < CAPACITY; i++) {
            uint32_t tag = tag_of(pattern, i);
            uint64_t content = (uint64_t)ATA_READ << 56 | (uint64_t)tag << 3;
            struct exchange_entry *entry = add(&table, tag, content, EXCHANGE_OPEN);
            exchange_table_offer(&table, entry, command_print(entry));
        }
        for (uint32_t i = 0; i < CAPACITY; i++) {
            assert_true(chain_length(&table.tags, tag_print(&table.entries[i])) <= CHAIN_MOST);
            assert_true(chain_length(&table.commands, command_print(&table.entries[i])) <=
                        CHAIN_MOST);
        }
        exchange_table_close(&table);
    }
}

/* The chain of a key, as the serials of its entries. */
static void expect_serials(const struct exchange_chains *chains, const struct exchange_table *table,
                           uint32_t print, uint64_t newest, size_t count)
{
    uint32_t place = exchange_chain_first(chains, print);
    for (size_t i = 0; i < count; i++) {
        assert_true(place != EXCHANGE_NIL);
        assert_true(table->entries[place].serial == newest - i);
        place = exchange_chain_next(chains, place);
    }
    assert_true(place == EXCHANGE_NIL);
}

static void a_chain_keeps_the_newest(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *entries[2 * EXCHANGE_CHAIN_MOST];
    assert_true(exchange_table_open(&table, EXCHANGE_CHAIN_MOST));
    for (uint32_t i = 0; i < COUNT(entries); i++) {
        entries[i] = add(&table, 1, 5, EXCHANGE_OPEN);
        exchange_table_offer(&table, entries[i], command_print(entries[i]));
    }
    expect_serials(&table.tags, &table, tag_print(entries[0]), COUNT(entries) - 1,
                   EXCHANGE_CHAIN_MOST);
    expect_serials(&table.commands, &table, command_print(entries[0]), COUNT(entries) - 1,
                   EXCHANGE_CHAIN_MOST);
    for (uint32_t i = 0; i < COUNT(entries); i++)
        exchange_table_remove(&table, entries[i * 37 % COUNT(entries)]);
    assert_int_equal(chain_length(&table.tags, tag_print(entries[0])), 0);
    assert_int_equal(chain_length(&table.commands, command_print(entries[0])), 0);
    exchange_table_close(&table);
}

static void a_chain_that_was_shortened_grows_again(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *entries[2 * EXCHANGE_CHAIN_MOST];
    assert_true(exchange_table_open(&table, EXCHANGE_CHAIN_MOST));
    for (uint32_t i = 0; i < COUNT(entries); i++)
        entries[i] = add(&table, 1, 5, EXCHANGE_OPEN);
    for (uint32_t i = EXCHANGE_CHAIN_MOST; i < 3 * EXCHANGE_CHAIN_MOST / 2; i++)
        exchange_table_remove(&table, entries[i]);
    assert_int_equal(chain_length(&table.tags, tag_print(entries[0])), EXCHANGE_CHAIN_MOST / 2);
    for (uint32_t i = 0; i < EXCHANGE_CHAIN_MOST / 2; i++)
        add(&table, 1, 5, EXCHANGE_OPEN);
    assert_int_equal(chain_length(&table.tags, tag_print(entries[0])), EXCHANGE_CHAIN_MOST);
    exchange_table_close(&table);
}

static void what_is_offered_again_comes_to_its_own_place(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *entries[5];
    assert_true(exchange_table_open(&table, SMALL));
    for (uint32_t i = 0; i < COUNT(entries); i++) {
        entries[i] = add(&table, i, 5, EXCHANGE_OPEN);
        exchange_table_offer(&table, entries[i], command_print(entries[i]));
    }
    for (uint32_t i = 0; i < COUNT(entries); i++) {
        exchange_table_withdraw(&table, entries[i]);
        exchange_table_withdraw(&table, entries[i]);
        assert_int_equal(chain_length(&table.commands, command_print(entries[0])), 4);
        exchange_table_offer(&table, entries[i], command_print(entries[i]));
        expect_serials(&table.commands, &table, command_print(entries[0]), 4, 5);
    }
    exchange_table_close(&table);
}

static void entries_leave_in_any_order_and_come_back(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *entries[2 * SMALL];
    assert_true(exchange_table_open(&table, SMALL));
    for (unsigned round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < COUNT(entries); i++)
            entries[i] = add(&table, i / 3, 0, i & 1 ? EXCHANGE_RESPONDER : EXCHANGE_OPEN);
        assert_int_equal(table.open.count, SMALL);
        assert_int_equal(table.ended.count, SMALL);
        assert_true(table.free == EXCHANGE_NIL);
        for (uint32_t i = 0; i < COUNT(entries); i++) {
            uint32_t which = (i * 5 + round) % COUNT(entries);
            uint32_t print = tag_print(entries[which]);
            size_t before = chain_length(&table.tags, print);
            exchange_table_remove(&table, entries[which]);
            assert_int_equal(chain_length(&table.tags, print), before - 1);
        }
        assert_true(table.open.oldest == EXCHANGE_NIL && table.open.newest == EXCHANGE_NIL);
        assert_true(table.ended.oldest == EXCHANGE_NIL && table.ended.newest == EXCHANGE_NIL);
    }
    exchange_table_close(&table);
}

static void expect_list(const struct exchange_table *table, const struct exchange_list *list,
                        struct exchange_entry *const *entries, size_t count)
{
    uint32_t older = EXCHANGE_NIL, place = list->oldest;
    assert_int_equal(list->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(exchange_table_at(table, place), entries[i]);
        assert_true(table->ages[place].older == older);
        older = place;
        place = table->ages[place].newer;
    }
    assert_true(place == EXCHANGE_NIL && list->newest == older);
}

static void touching_and_turning_change_the_age(void **state)
{
    (void)state;
    struct exchange_table table;
    struct exchange_entry *e[4];
    assert_true(exchange_table_open(&table, SMALL));
    for (uint32_t i = 0; i < COUNT(e); i++)
        e[i] = add(&table, i, 0, EXCHANGE_OPEN);
    exchange_table_touch(&table, e[1], 7);
    assert_int_equal(e[1]->touched, 7);
    expect_list(&table, &table.open, (struct exchange_entry *[]){e[0], e[2], e[3], e[1]}, 4);
    exchange_table_touch(&table, e[0], 8);
    exchange_table_touch(&table, e[0], 9);
    expect_list(&table, &table.open, (struct exchange_entry *[]){e[2], e[3], e[1], e[0]}, 4);
    exchange_table_turn(&table, e[3], EXCHANGE_ANSWERED, 10);
    exchange_table_turn(&table, e[0], EXCHANGE_GIVEN_UP, 11);
    exchange_table_touch(&table, e[3], 12);
    assert_int_equal(e[0]->touched, 11);
    expect_list(&table, &table.open, (struct exchange_entry *[]){e[2], e[1]}, 2);
    expect_list(&table, &table.ended, (struct exchange_entry *[]){e[0], e[3]}, 2);
    exchange_table_turn(&table, e[0], EXCHANGE_OPEN, 13);
    expect_list(&table, &table.open, (struct exchange_entry *[]){e[2], e[1], e[0]}, 3);
    expect_list(&table, &table.ended, (struct exchange_entry *[]){e[3]}, 1);
    exchange_table_close(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chains_stay_short),
        cmocka_unit_test(a_chain_keeps_the_newest),
        cmocka_unit_test(a_chain_that_was_shortened_grows_again),
        cmocka_unit_test(what_is_offered_again_comes_to_its_own_place),
        cmocka_unit_test(entries_leave_in_any_order_and_come_back),
        cmocka_unit_test(touching_and_turning_change_the_age),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
