/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model: mask list and reserve list. */
#include "fixture.h"

enum { AT_1500 = 185 /* directives that a response carries */, RESERVES_AT_1500 = 248 };

static struct aoe_directive directive(uint8_t dcmd, uint8_t last)
{
    return (struct aoe_directive){0, dcmd, {2, 0, 0, 0, 0, last}};
}

/* The answer lists these `count` addresses, by their last byte. */
static void expect_masks(struct fixture *f, const uint8_t *last, size_t count)
{
    assert_int_equal(f->answer.error, 0);
    assert_int_equal(f->answer.mask.merror, 0);
    assert_int_equal(f->answer.mask.count, count);
    for (size_t i = 0; i < count; i++) {
        struct aoe_directive found, wanted = directive(AOE_DIRECTIVE_NONE, last[i]);
        assert_true(aoe_directive_at(&f->answer.payload, i, &found));
        assert_memory_equal(&found, &wanted, sizeof wanted);
    }
}

static void test_mask_edit(void **state)
{
    struct fixture *f = *state;
    const struct aoe_directive first[] = {directive(AOE_DIRECTIVE_ADD, 2),
                                          directive(AOE_DIRECTIVE_NONE, 9),
                                          directive(AOE_DIRECTIVE_ADD, 1),
                                          directive(AOE_DIRECTIVE_ADD, 2),
                                          {0xFF, AOE_DIRECTIVE_ADD, {2, 0, 0, 0, 0, 3}}};
    const struct aoe_directive second[] = {directive(AOE_DIRECTIVE_DELETE, 9),
                                           directive(AOE_DIRECTIVE_DELETE, 2)};
    struct aoe_frame read = mask(AOE_MASK_READ, NULL, 0);
    assert_true(ask(f, &read));
    expect_masks(f, NULL, 0);
    struct aoe_frame edit = mask(AOE_MASK_EDIT, first, COUNT(first));
    edit.mask.reserved = edit.mask.merror = 0xFF;
    assert_true(ask(f, &edit));
    assert_int_equal(f->answer.mask.mcmd, AOE_MASK_EDIT);
    expect_masks(f, (const uint8_t[]){2, 1, 3}, 3);
    edit = mask(AOE_MASK_EDIT, second, COUNT(second));
    assert_true(ask(f, &edit));
    expect_masks(f, (const uint8_t[]){1, 3}, 2);
    assert_true(ask(f, &read));
    expect_masks(f, (const uint8_t[]){1, 3}, 2);
    assert_int_equal(f->saves, 2);
    assert_int_equal(f->saved.masks.count, 2);
}

/* A read changes nothing, even with directives. */
static void test_mask_read(void **state)
{
    struct fixture *f = *state;
    const struct aoe_directive add = directive(AOE_DIRECTIVE_ADD, 1);
    struct aoe_frame read = mask(AOE_MASK_READ, &add, 1);
    assert_true(ask(f, &read));
    expect_masks(f, NULL, 0);
}

static void test_mask_bad_directive(void **state)
{
    struct fixture *f = *state;
    for (unsigned dcmd = 3; dcmd < 256; dcmd++) {
        start_large(f, SECTORS);
        const struct aoe_directive edits[] = {
            directive(AOE_DIRECTIVE_ADD, 1), directive(AOE_DIRECTIVE_ADD, 2),
            directive((uint8_t)dcmd, 3), directive(AOE_DIRECTIVE_ADD, 4)};
        struct aoe_frame edit = mask(AOE_MASK_EDIT, edits, COUNT(edits));
        assert_int_equal(error_of(f, &edit), AOE_ERROR_NONE);
        assert_int_equal(f->answer.mask.merror, AOE_MERROR_DIRECTIVE);
        assert_int_equal(f->answer.mask.count, 2);
        assert_int_equal(f->model.settings.masks.count, 2);
        assert_int_equal(f->saved.masks.count, 2);
    }
}

/* Sends enough edits to bring the list to `count` addresses, the sender's first. */
static void fill_masks(struct fixture *f, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct aoe_directive add = directive(AOE_DIRECTIVE_ADD, (uint8_t)(i + 1));
        add.mac[4] = (uint8_t)((i + 1) >> 8);
        struct aoe_frame edit = mask(AOE_MASK_EDIT, &add, 1);
        assert_int_equal(error_of(f, &edit), AOE_ERROR_NONE);
        assert_int_equal(f->answer.mask.merror, AOE_MERROR_NONE);
    }
}

static void expect_full(struct fixture *f, unsigned capacity)
{
    const struct aoe_directive edits[] = {directive(AOE_DIRECTIVE_ADD, 1),
                                          {0, AOE_DIRECTIVE_ADD, {6, 6, 6, 6, 6, 6}}};
    struct aoe_frame edit = mask(AOE_MASK_EDIT, edits, COUNT(edits));
    fill_masks(f, capacity);
    assert_int_equal(error_of(f, &edit), AOE_ERROR_NONE);
    assert_int_equal(f->answer.mask.merror, AOE_MERROR_FULL);
    assert_int_equal(f->answer.mask.count, 1);
    assert_int_equal(f->model.settings.masks.count, capacity);
    struct aoe_frame read = mask(AOE_MASK_READ, NULL, 0);
    assert_int_equal(error_of(f, &read), AOE_ERROR_NONE);
    assert_int_equal(f->answer.mask.count, capacity);
}

static void test_mask_full(void **state)
{
    struct fixture *f = *state;
    expect_full(f, AT_1500);
    start_large(f, SECTORS);
    f->model.mtu = 9000;
    expect_full(f, AOE_LIST_MAX);
    f->model.mtu = MTU; /* the list does not fit a response any more */
    struct aoe_frame read = mask(AOE_MASK_READ, NULL, 0);
    assert_int_equal(error_of(f, &read), AOE_ERROR_DEVICE);
    assert_int_equal(f->answer.mask.count, 0);
}

/* Filters whatever the command, also the edit that would lift it. */
static void test_mask_filters(void **state)
{
    struct fixture *f = *state;
    for (uint8_t others = 0; others < 3; others++) {
        const struct aoe_directive add[] = {directive(AOE_DIRECTIVE_ADD, 1),
                                            directive(AOE_DIRECTIVE_ADD, (uint8_t)(9 + others))};
        struct aoe_frame edit = mask(AOE_MASK_EDIT, add, others ? 2 : 1);
        assert_true(ask(f, &edit));
        for (unsigned command = 0; command < 256; command++) {
            struct aoe_frame request = request_of((uint8_t)command);
            assert_true(ask(f, &request));
            from_bob(&request);
            assert_false(ask(f, &request));
        }
    }
    const struct aoe_directive delete[] = {directive(AOE_DIRECTIVE_DELETE, 10),
                                           directive(AOE_DIRECTIVE_DELETE, 11),
                                           directive(AOE_DIRECTIVE_DELETE, 1)};
    struct aoe_frame edit = mask(AOE_MASK_EDIT, delete, COUNT(delete));
    assert_true(ask(f, &edit));
    from_bob(&edit);
    assert_true(ask(f, &edit)); /* an empty list admits all */
}

/* The edit that locks its sender out is the last that it hears of. */
static void test_mask_locks_out(void **state)
{
    struct fixture *f = *state;
    const struct aoe_directive add = directive(AOE_DIRECTIVE_ADD, 9);
    struct aoe_frame edit = mask(AOE_MASK_EDIT, &add, 1);
    assert_true(ask(f, &edit));
    expect_masks(f, (const uint8_t[]){9}, 1);
    assert_false(ask(f, &edit));
}

static void test_mask_refused(void **state)
{
    struct fixture *f = *state;
    const struct aoe_directive add = directive(AOE_DIRECTIVE_ADD, 1);
    for (unsigned mcmd = 2; mcmd < 256; mcmd++) {
        struct aoe_frame edit = mask((uint8_t)mcmd, &add, 1);
        assert_int_equal(error_of(f, &edit), AOE_ERROR_ARGUMENT);
        assert_int_equal(f->answer.mask.mcmd, mcmd);
        assert_int_equal(f->answer.mask.count, 0);
    }
    for (unsigned count = 2; count < 256; count++) {
        struct aoe_frame edit = mask(AOE_MASK_EDIT, &add, 1);
        edit.mask.count = (uint8_t)count;
        edit.mask.merror = (uint8_t)count;
        assert_int_equal(error_of(f, &edit), AOE_ERROR_ARGUMENT);
        edit.mask.mcmd = AOE_MASK_READ;
        assert_int_equal(error_of(f, &edit), AOE_ERROR_ARGUMENT);
    }
    assert_int_equal(f->model.settings.masks.count, 0);
    const struct aoe_directive bad[] = {add, directive(3, 2)};
    f->full = true;
    struct aoe_frame edit = mask(AOE_MASK_EDIT, bad, COUNT(bad));
    assert_int_equal(error_of(f, &edit), AOE_ERROR_DEVICE);
    assert_int_equal(f->answer.mask.merror, 0);
    edit = mask(AOE_MASK_EDIT, &add, 1);
    assert_int_equal(error_of(f, &edit), AOE_ERROR_DEVICE);
    assert_int_equal(f->model.settings.masks.count, 0);
    from_bob(&edit);
    assert_true(ask(f, &edit));
}

static void expect_reserves(struct fixture *f, unsigned error, const void *addresses, size_t count)
{
    assert_int_equal(f->answer.error, error);
    assert_int_equal(f->answer.reserve.count, count);
    assert_true(f->answer.payload.length >= count * AOE_MAC_BYTES);
    assert_memory_equal(f->answer.payload.bytes, addresses, count * AOE_MAC_BYTES);
}

static void test_reserve(void **state)
{
    struct fixture *f = *state;
    uint8_t both[2][AOE_MAC_BYTES];
    memcpy(both[0], BOB, AOE_MAC_BYTES);
    memcpy(both[1], ALICE, AOE_MAC_BYTES);
    struct aoe_frame read = reserve(AOE_RESERVE_READ, both, 2); /* a read stores nothing */
    assert_true(ask(f, &read));
    expect_reserves(f, 0, ALICE, 0);
    struct aoe_frame set = reserve(AOE_RESERVE_SET, ALICE, 1);
    assert_true(ask(f, &set));
    assert_int_equal(f->answer.reserve.rcmd, AOE_RESERVE_SET);
    expect_reserves(f, 0, ALICE, 1);
    from_bob(&set);
    assert_true(ask(f, &set));
    expect_reserves(f, AOE_ERROR_RESERVED, ALICE, 1);
    struct aoe_frame force = reserve(AOE_RESERVE_FORCE, both, 2);
    from_bob(&force);
    assert_true(ask(f, &force));
    expect_reserves(f, 0, both, 2);
    struct aoe_frame release = reserve(AOE_RESERVE_SET, NULL, 0);
    assert_true(ask(f, &release));
    expect_reserves(f, 0, ALICE, 0);
    assert_int_equal(f->saves, 3);
    assert_int_equal(f->saved.reserves.count, 0);
}

/* A host may reserve for others: then it holds nothing itself. */
static void test_reserve_for_others(void **state)
{
    struct fixture *f = *state;
    struct aoe_frame set = reserve(AOE_RESERVE_SET, BOB, 1);
    assert_int_equal(error_of(f, &set), AOE_ERROR_NONE);
    struct aoe_frame release = reserve(AOE_RESERVE_SET, NULL, 0);
    assert_int_equal(error_of(f, &release), AOE_ERROR_RESERVED);
    release = reserve(AOE_RESERVE_FORCE, NULL, 0);
    assert_int_equal(error_of(f, &release), AOE_ERROR_NONE);
    assert_int_equal(f->model.settings.reserves.count, 0);
}

static void test_reserve_enforced(void **state)
{
    static const uint8_t data[AOE_SECTOR_BYTES];
    struct fixture *f = *state;
    struct aoe_frame set = reserve(AOE_RESERVE_SET, ALICE, 1);
    assert_int_equal(error_of(f, &set), AOE_ERROR_NONE);
    uint8_t before[sizeof f->media];
    memcpy(before, f->media, sizeof before);
    for (unsigned opcode = 0; opcode < 256; opcode++) {
        struct aoe_frame request = ata((uint8_t)opcode, 0, 1, data);
        from_bob(&request);
        assert_int_equal(error_of(f, &request), opcode == ATA_IDENTIFY ? 0 : AOE_ERROR_RESERVED);
    }
    assert_memory_equal(f->media, before, sizeof before);
    struct aoe_frame request = config(AOE_CONFIG_READ, "");
    from_bob(&request);
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    request = ata(ATA_WRITE, 0, 1, data);
    assert_int_equal(error_of(f, &request), AOE_ERROR_NONE);
    assert_memory_equal(f->media, data, sizeof data);
}

static void test_reserve_refused(void **state)
{
    struct fixture *f = *state;
    for (unsigned rcmd = 3; rcmd < 256; rcmd++) {
        struct aoe_frame request = reserve((uint8_t)rcmd, ALICE, 1);
        assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
        assert_int_equal(f->answer.reserve.rcmd, rcmd);
    }
    for (unsigned count = 2; count < 256; count++) {
        struct aoe_frame request = reserve(AOE_RESERVE_FORCE, ALICE, 1);
        request.reserve.count = (uint8_t)count;
        assert_int_equal(error_of(f, &request), AOE_ERROR_ARGUMENT);
    }
    assert_int_equal(f->model.settings.reserves.count, 0);
    f->full = true;
    struct aoe_frame request = reserve(AOE_RESERVE_SET, ALICE, 1);
    assert_int_equal(error_of(f, &request), AOE_ERROR_DEVICE);
    expect_reserves(f, AOE_ERROR_DEVICE, ALICE, 0);
    assert_int_equal(f->model.settings.reserves.count, 0);
}

static void test_reserve_capacity(void **state)
{
    static uint8_t addresses[AOE_LIST_MAX][AOE_MAC_BYTES];
    struct fixture *f = *state;
    for (unsigned i = 0; i < AOE_LIST_MAX; i++)
        addresses[i][5] = (uint8_t)i;
    struct aoe_frame set = reserve(AOE_RESERVE_FORCE, addresses, RESERVES_AT_1500 + 1);
    assert_int_equal(error_of(f, &set), AOE_ERROR_ARGUMENT);
    set = reserve(AOE_RESERVE_FORCE, addresses, RESERVES_AT_1500);
    assert_true(ask(f, &set));
    expect_reserves(f, 0, addresses, RESERVES_AT_1500);
    f->model.mtu = 9000;
    set = reserve(AOE_RESERVE_FORCE, addresses, AOE_LIST_MAX);
    assert_true(ask(f, &set));
    expect_reserves(f, 0, addresses, AOE_LIST_MAX);
    f->model.mtu = MTU;
    struct aoe_frame read = reserve(AOE_RESERVE_READ, NULL, 0);
    assert_int_equal(error_of(f, &read), AOE_ERROR_DEVICE);
    assert_int_equal(f->answer.reserve.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_mask_edit),          FIXTURE_TEST(test_mask_read),
        FIXTURE_TEST(test_mask_bad_directive), FIXTURE_TEST(test_mask_full),
        FIXTURE_TEST(test_mask_filters),       FIXTURE_TEST(test_mask_locks_out),
        FIXTURE_TEST(test_mask_refused),       FIXTURE_TEST(test_reserve),
        FIXTURE_TEST(test_reserve_for_others), FIXTURE_TEST(test_reserve_enforced),
        FIXTURE_TEST(test_reserve_refused),    FIXTURE_TEST(test_reserve_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
