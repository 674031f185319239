/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/gate.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { SHELF = 5, SLOT = 2, CAPACITY = 1000, ROOM = 4096 };

static const uint8_t target[] = {2, 0, 0, 0, 0, 0xAA}, own[] = {2, 0, 0, 0, 0, 1};
static const uint8_t other[] = {2, 0, 0, 0, 0, 2}, third[] = {2, 0, 0, 0, 0, 3};
static const uint8_t everybody[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

struct made {
    struct gate gate;
    uint8_t bytes[ROOM];
    size_t length;
};

static void start(struct made *made, unsigned allowed)
{
    *made = (struct made){.gate = {.allowed = allowed,
                                   .shelf = SHELF,
                                   .slot = SLOT,
                                   .target_known = true,
                                   .capacity = CAPACITY}};
    memcpy(made->gate.target, target, sizeof target);
    memcpy(made->gate.own, own, sizeof own);
}

/* A frame of a command with an argument of zeros, 60 bytes long. */
static void header(struct made *made, uint8_t command)
{
    static const uint8_t fixed[] = {0x88, 0xA2, 0x10, 0, 0, SHELF, SLOT};
    memset(made->bytes, 0, sizeof made->bytes);
    memcpy(made->bytes, target, sizeof target);
    memcpy(made->bytes + 6, own, sizeof own);
    memcpy(made->bytes + 12, fixed, sizeof fixed);
    made->bytes[19] = command;
    made->length = AOE_FRAME_MIN;
}

static void ata(struct made *made, uint8_t aflags, uint8_t opcode, uint8_t count, uint64_t lba)
{
    header(made, AOE_COMMAND_ATA);
    made->bytes[24] = aflags;
    made->bytes[26] = count;
    made->bytes[27] = opcode;
    for (size_t i = 0; i < 6; i++)
        made->bytes[28 + i] = (uint8_t)(lba >> (8 * i));
}

static unsigned effects(const struct made *made)
{
    const char *never;
    unsigned found = gate_effects(made->bytes, made->length, &never);
    assert_null(never);
    return found;
}

static bool is_never(const struct made *made)
{
    const char *never;
    gate_effects(made->bytes, made->length, &never);
    return never;
}

static const char *refusal(const struct made *made)
{
    static char text[160];
    return gate_refuses(&made->gate, made->bytes, made->length, text, sizeof text);
}

static bool opcode_is_in(uint8_t opcode, const uint8_t *list, size_t count)
{
    return memchr(list, opcode, count);
}

/* ---- what a frame could change ---- */

static const uint8_t writes[] = {0x30, 0x34, 0x35, 0xCA};
static const uint8_t reads[] = {0x00, 0x01, 0x02, 0x04, 0x05, 0x20, 0x24, 0x25, 0x27,
                                0x40, 0x42, 0xC8, 0xE5, 0xE7, 0xEA, 0xEC, 0xF8};

static void test_every_opcode(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    for (unsigned opcode = 0; opcode < 256; opcode++)
        for (unsigned aflags = 0; aflags < 256; aflags++) {
            bool write = opcode_is_in((uint8_t)opcode, writes, sizeof writes);
            bool read = opcode_is_in((uint8_t)opcode, reads, sizeof reads);
            ata(&made, (uint8_t)aflags, (uint8_t)opcode, 1, 0);
            assert_int_equal(is_never(&made), !write && !read);
            if (write || read)
                assert_int_equal(effects(&made), write || aflags & 1 ? TOUCH_MEDIA : 0);
        }
}

static void test_commands_that_nothing_allows(void **state)
{
    static const uint8_t opcodes[] = {0xF4, 0x92, 0xB0, 0xE6, 0xF1, 0xF2, 0x03,
                                      0x08, 0xC0, 0xEF, 0xE0, 0x31, 0x3C, 0xFF};
    struct made made;
    (void)state;
    start(&made, TOUCH_TARGET | TOUCH_LINK);
    gate_add_extent(&made.gate, 0, CAPACITY);
    for (size_t i = 0; i < sizeof opcodes; i++)
        for (uint8_t aflags = 0; aflags < 2; aflags++) {
            ata(&made, aflags, opcodes[i], 1, 0);
            assert_non_null(refusal(&made));
        }
}

static void test_every_config_command(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    for (unsigned both = 0; both < 256; both++) {
        header(&made, AOE_COMMAND_CONFIG);
        made.bytes[29] = (uint8_t)both;
        assert_int_equal(effects(&made), (both & 15) > 2 ? TOUCH_CONFIG : 0);
    }
}

static void test_every_list_command(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    for (unsigned code = 0; code < 256; code++) {
        header(&made, AOE_COMMAND_MASK);
        made.bytes[25] = (uint8_t)code;
        assert_int_equal(effects(&made), code ? TOUCH_MASKS : 0);
        header(&made, AOE_COMMAND_RESERVE);
        made.bytes[24] = (uint8_t)code;
        assert_int_equal(effects(&made), code ? TOUCH_RESERVE : 0);
    }
}

static void test_every_other_command(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_TARGET);
    for (unsigned command = 4; command < 256; command++) {
        header(&made, (uint8_t)command);
        assert_int_equal(is_never(&made), command > 0xF0);
        assert_int_equal(refusal(&made) != NULL, command > 0xF0);
    }
}

static void test_every_ethernet_type(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_TARGET);
    for (unsigned type = 0; type < 0x10000; type++) {
        header(&made, AOE_COMMAND_CONFIG);
        made.bytes[12] = (uint8_t)(type >> 8);
        made.bytes[13] = (uint8_t)type;
        assert_int_equal(is_never(&made), type != 0x88A2);
        assert_int_equal(refusal(&made) != NULL, type != 0x88A2);
    }
}

/* A broken target does not look at version, flags or address before it obeys. */
static void test_the_header_hides_nothing(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    for (unsigned both = 0; both < 256; both++) {
        ata(&made, 0, ATA_WRITE, 1, 0);
        made.bytes[14] = (uint8_t)both;
        made.bytes[15] = (uint8_t)both;
        made.bytes[16] = made.bytes[18] = (uint8_t)both;
        assert_int_equal(effects(&made), TOUCH_MEDIA);
        assert_non_null(refusal(&made));
    }
}

/* ---- cut frames ---- */

static void test_cut_before_the_command(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    header(&made, AOE_COMMAND_CONFIG);
    for (made.length = 0; made.length < 20; made.length++) {
        assert_int_equal(effects(&made), TOUCH_TARGET);
        for (unsigned allowed = 0; allowed < TOUCH_TARGET; allowed++) {
            made.gate.allowed = allowed;
            assert_non_null(refusal(&made));
        }
        made.gate.allowed = TOUCH_TARGET;
        assert_int_equal(refusal(&made) != NULL, made.length < AOE_MAC_BYTES);
    }
}

/* Harmless frames of every command, cut to every length: harmless once the telling byte is in. */
static void test_cut_before_the_byte_that_tells(void **state)
{
    static const struct {
        uint8_t command;
        size_t tells;
        unsigned touch;
    } all[] = {{AOE_COMMAND_ATA, 27, TOUCH_MEDIA},
               {AOE_COMMAND_CONFIG, 29, TOUCH_CONFIG},
               {AOE_COMMAND_MASK, 25, TOUCH_MASKS},
               {AOE_COMMAND_RESERVE, 24, TOUCH_RESERVE}};
    struct made made;
    (void)state;
    start(&made, 0);
    for (size_t i = 0; i < COUNT(all); i++)
        for (size_t length = 20; length <= AOE_FRAME_MIN; length++) {
            header(&made, all[i].command);
            made.length = length;
            made.gate.allowed = TOUCH_TARGET & ~all[i].touch;
            assert_int_equal(effects(&made), length <= all[i].tells ? all[i].touch : 0);
            assert_int_equal(refusal(&made) != NULL, length <= all[i].tells);
            made.gate.allowed = all[i].touch;
            assert_null(refusal(&made));
        }
}

static void test_a_cut_write_stays_a_write(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    ata(&made, AOE_ATA_WRITE, ATA_WRITE, 1, 0);
    for (made.length = 0; made.length <= AOE_FRAME_MIN; made.length++) {
        assert_true(effects(&made) & TOUCH_MEDIA);
        assert_non_null(refusal(&made));
    }
}

/* ---- permission ---- */

static void change(struct made *made, unsigned touch)
{
    static const struct {
        unsigned touch;
        uint8_t command;
        size_t at;
        uint8_t value;
    } all[] = {{TOUCH_CONFIG, AOE_COMMAND_CONFIG, 29, 0x14},
               {TOUCH_MASKS, AOE_COMMAND_MASK, 25, 1},
               {TOUCH_RESERVE, AOE_COMMAND_RESERVE, 24, 1}};
    if (touch == TOUCH_MEDIA)
        ata(made, AOE_ATA_WRITE, ATA_WRITE, 1, 10);
    for (size_t i = 0; i < COUNT(all); i++)
        if (all[i].touch == touch) {
            header(made, all[i].command);
            made->bytes[all[i].at] = all[i].value;
        }
}

static void test_each_change_needs_its_permission(void **state)
{
    struct made made;
    (void)state;
    for (unsigned allowed = 0; allowed <= (TOUCH_TARGET | TOUCH_LINK); allowed++)
        for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_RESERVE; touch <<= 1) {
            start(&made, allowed);
            gate_add_extent(&made.gate, 10, 1);
            change(&made, touch);
            assert_int_equal(refusal(&made) == NULL, (allowed & touch) != 0);
        }
}

static void test_refusals_say_what_to_allow(void **state)
{
    static const struct {
        unsigned touch;
        const char *text;
    } all[] = {
        {TOUCH_MEDIA, "it could change the target's media: --allow media"},
        {TOUCH_CONFIG, "it could change the target's config-string: --allow config"},
        {TOUCH_MASKS, "it could change the target's mask-list: --allow masks"},
        {TOUCH_RESERVE, "it could change the target's reserve-list: --allow reserve"},
    };
    struct made made;
    (void)state;
    start(&made, 0);
    for (size_t i = 0; i < COUNT(all); i++) {
        change(&made, all[i].touch);
        assert_string_equal(refusal(&made), all[i].text);
    }
}

static void test_changes_go_to_the_target_alone(void **state)
{
    struct made made;
    (void)state;
    for (unsigned touch = TOUCH_MEDIA; touch <= TOUCH_RESERVE; touch <<= 1)
        for (unsigned variant = 0; variant < 8; variant++) {
            start(&made, TOUCH_TARGET);
            gate_add_extent(&made.gate, 0, CAPACITY);
            change(&made, touch);
            assert_null(refusal(&made));
            memcpy(made.bytes, variant == 1 ? other : variant == 2 ? everybody : target, 6);
            made.bytes[16] = variant == 3 || variant == 6 ? 0xFF : 0;
            made.bytes[17] = variant == 4 ? SHELF + 1 : variant == 6 ? 0xFF : SHELF;
            made.bytes[18] = variant == 5 ? SLOT + 1 : variant == 6 ? 0xFF : SLOT;
            made.gate.target_known = variant != 7;
            assert_int_equal(refusal(&made) != NULL, variant != 0);
        }
}

static void test_harmless_frames_go_to_anybody(void **state)
{
    struct made made;
    (void)state;
    start(&made, 0);
    header(&made, AOE_COMMAND_CONFIG);
    memcpy(made.bytes, everybody, sizeof everybody);
    memset(made.bytes + 16, 0xFF, 3);
    assert_null(refusal(&made));
    made.gate.target_known = false;
    assert_null(refusal(&made));
}

/* ---- the write window ---- */

static bool may_write(struct made *made, uint64_t lba, uint8_t count)
{
    ata(made, AOE_ATA_WRITE | AOE_ATA_EXTENDED, ATA_WRITE_EXT, count, lba);
    return !refusal(made);
}

static void test_writes_stay_in_the_window(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    assert_false(may_write(&made, 100, 1));
    assert_int_equal(gate_add_extent(&made.gate, 100, 10), 0);
    for (uint64_t lba = 90; lba < 120; lba++)
        for (uint8_t count = 1; count < 30; count++)
            assert_int_equal(may_write(&made, lba, count), lba >= 100 && lba + count <= 110);
}

static void test_a_refused_write_names_its_sector(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    assert_false(may_write(&made, 0x1FF, 1));
    assert_string_equal(refusal(&made), "it could write sector 511, outside of the scratch window");
}

static void test_a_count_of_zero_could_mean_256(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    gate_add_extent(&made.gate, 100, 255);
    assert_false(may_write(&made, 100, 0));
    gate_add_extent(&made.gate, 355, 1);
    assert_true(may_write(&made, 100, 0));
}

static void test_the_write_flag_makes_a_read_a_write(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    ata(&made, AOE_ATA_WRITE, ATA_READ, 1, 5);
    assert_non_null(refusal(&made));
    gate_add_extent(&made.gate, 5, 1);
    assert_null(refusal(&made));
}

static void test_the_window_ends_with_the_medium(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    assert_int_equal(gate_add_extent(&made.gate, CAPACITY - 2, 100), 0);
    assert_int_equal(made.gate.extent_count, 1);
    assert_int_equal(made.gate.extents[0].count, 2);
    assert_true(may_write(&made, CAPACITY - 2, 2));
    assert_true(may_write(&made, CAPACITY - 1, 200)); /* its end is past the medium */
    assert_true(may_write(&made, CAPACITY, 1));
    assert_false(may_write(&made, CAPACITY - 3, 200));
    assert_int_equal(gate_add_extent(&made.gate, CAPACITY, 1), 0);
    assert_int_equal(made.gate.extent_count, 1);
}

static void test_without_capacity_nothing_is_written(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    made.gate.capacity = 0;
    gate_add_extent(&made.gate, 0, 10);
    assert_false(may_write(&made, 0, 1));
    assert_false(may_write(&made, 5000, 1));
}

/* A target that loses the high bits of an address writes another sector. */
static void test_aliases_must_be_covered_too(void **state)
{
    static const unsigned bits[] = {28, 31, 32, 40};
    struct made made;
    (void)state;
    for (size_t i = 0; i < COUNT(bits); i++) {
        start(&made, TOUCH_MEDIA);
        made.gate.capacity = UINT64_C(1) << 47;
        uint64_t lba = (UINT64_C(1) << bits[i]) + 7;
        made.gate.extents[made.gate.extent_count++] = (struct extent){lba, 1};
        assert_false(may_write(&made, lba, 1));
        made.gate.extents[made.gate.extent_count++] = (struct extent){7, 1};
        assert_true(may_write(&made, lba, 1));
    }
}

static void test_an_extent_brings_its_aliases(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    made.gate.capacity = UINT64_C(1) << 48;
    uint64_t lba = UINT64_C(0x7FFFF2345678);
    assert_int_equal(gate_add_extent(&made.gate, lba, 4), 0);
    assert_true(may_write(&made, lba, 4));
    static const uint64_t reached[] = {UINT64_C(0x7FFFF2345678), UINT64_C(0xFFF2345678),
                                       UINT64_C(0xF2345678), UINT64_C(0x72345678),
                                       UINT64_C(0x2345678)};
    assert_int_equal(made.gate.extent_count, COUNT(reached));
    for (size_t i = 0; i < COUNT(reached); i++) {
        assert_true(gate_covers(&made.gate, reached[i], 4));
        assert_false(gate_covers(&made.gate, reached[i], 5));
        assert_false(gate_covers(&made.gate, reached[i] - 1, 1));
    }
}

static void test_aliases_past_the_medium_do_not_count(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    gate_add_extent(&made.gate, 5, 1);
    assert_true(may_write(&made, (UINT64_C(1) << 28) + 5, 1));
    assert_false(may_write(&made, (UINT64_C(1) << 28) + 6, 1));
    assert_true(may_write(&made, (UINT64_C(1) << 27) + 6, 1));
}

static void test_extents_side_by_side_cover_together(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    gate_add_extent(&made.gate, 20, 10);
    gate_add_extent(&made.gate, 10, 10);
    gate_add_extent(&made.gate, 31, 10);
    assert_true(gate_covers(&made.gate, 10, 20));
    assert_true(gate_covers(&made.gate, 15, 15));
    assert_false(gate_covers(&made.gate, 10, 21));
    assert_false(gate_covers(&made.gate, 29, 3));
    assert_false(gate_covers(&made.gate, 9, 2));
    assert_true(gate_covers(&made.gate, 3, 0));
}

static void test_room_for_extents(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    for (uint64_t i = 0; i < GATE_EXTENTS; i++)
        assert_int_equal(gate_add_extent(&made.gate, i * 2, 1), 0);
    assert_int_equal(gate_add_extent(&made.gate, 2, 1), 0); /* covered already */
    assert_int_equal(gate_add_extent(&made.gate, CAPACITY, 1), 0);
    assert_int_equal(gate_add_extent(&made.gate, 501, 1), -1);
    assert_int_equal(made.gate.extent_count, GATE_EXTENTS);
    assert_false(gate_covers(&made.gate, 501, 1));
}

/* ---- the mask list ---- */

struct step {
    uint8_t dcmd;
    const uint8_t *mac;
};

static void edit(struct made *made, size_t count, const struct step *steps)
{
    header(made, AOE_COMMAND_MASK);
    made->bytes[25] = AOE_MASK_EDIT;
    made->bytes[27] = (uint8_t)count;
    for (size_t i = 0; i < count; i++) {
        made->bytes[28 + 8 * i + 1] = steps[i].dcmd;
        memcpy(made->bytes + 28 + 8 * i + 2, steps[i].mac, 6);
    }
    made->length = 28 + 8 * count < 60 ? 60 : 28 + 8 * count;
}

#define EDIT(made, ...)                                                                            \
    edit(made, sizeof((struct step[]){__VA_ARGS__}) / sizeof(struct step),                         \
         (struct step[]){__VA_ARGS__})

enum { NONE, ADD, DELETE, UNKNOWN };

static bool may_edit(struct made *made)
{
    const char *why = refusal(made);
    if (why)
        assert_string_equal(why, "a mask list without the harness's own address would lock it out");
    return !why;
}

static void test_lists_without_the_own_address(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MASKS);
    EDIT(&made, {ADD, other});
    assert_false(may_edit(&made));
    EDIT(&made, {ADD, own});
    assert_true(may_edit(&made));
    EDIT(&made, {ADD, own}, {ADD, other});
    assert_true(may_edit(&made));
    EDIT(&made, {ADD, other}, {ADD, own});
    assert_true(may_edit(&made));
    EDIT(&made, {NONE, own}, {ADD, other});
    assert_false(may_edit(&made));
    EDIT(&made, {ADD, own}, {ADD, other}, {DELETE, own});
    assert_false(may_edit(&made));
    EDIT(&made, {DELETE, own}, {DELETE, third});
    assert_true(may_edit(&made));
}

static void test_deleting_the_own_address(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MASKS);
    EDIT(&made, {ADD, own}, {ADD, other});
    gate_sent(&made.gate, made.bytes, made.length);
    EDIT(&made, {DELETE, own});
    assert_false(may_edit(&made));
    EDIT(&made, {DELETE, own}, {ADD, third}, {ADD, own});
    assert_true(may_edit(&made));
    EDIT(&made, {DELETE, own}, {DELETE, other});
    assert_true(may_edit(&made));
    EDIT(&made, {DELETE, other});
    assert_true(may_edit(&made));
    gate_sent(&made.gate, made.bytes, made.length);
    EDIT(&made, {DELETE, own});
    assert_true(may_edit(&made));
}

/* The target stops at a directive that it does not know: what stands behind is not applied. */
/* There may be targets that take any mask command for an edit. */
static void test_every_mask_command_may_edit(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MASKS);
    for (unsigned mcmd = 1; mcmd <= UINT8_MAX; mcmd++) {
        EDIT(&made, {ADD, other});
        made.bytes[25] = (uint8_t)mcmd;
        assert_non_null(refusal(&made));
    }
}

static void test_a_write_whose_address_is_cut(void **state)
{
    enum { OPCODE = 27, FLAGS = 24 };
    struct made made;
    (void)state;
    start(&made, TOUCH_MEDIA);
    gate_add_extent(&made.gate, 0, CAPACITY);
    header(&made, AOE_COMMAND_ATA);
    made.bytes[OPCODE] = ATA_WRITE;
    for (made.length = 28; made.length <= AOE_FRAME_MIN; made.length++)
        assert_int_equal(refusal(&made) != NULL, made.length < 34);
    made.bytes[OPCODE] = ATA_READ;
    made.bytes[FLAGS] = AOE_ATA_WRITE;
    for (made.length = 28; made.length <= AOE_FRAME_MIN; made.length++)
        assert_int_equal(refusal(&made) != NULL, made.length < 34);
}

static void test_a_bad_directive_ends_the_edit(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MASKS);
    EDIT(&made, {ADD, other}, {UNKNOWN, third}, {ADD, own});
    assert_false(may_edit(&made));
    EDIT(&made, {ADD, own}, {UNKNOWN, third}, {ADD, other});
    assert_true(may_edit(&made));
    gate_sent(&made.gate, made.bytes, made.length);
    assert_int_equal(made.gate.mask_count, 1);
}

static void test_the_list_is_followed(void **state)
{
    struct made made;
    (void)state;
    start(&made, TOUCH_MASKS);
    EDIT(&made, {ADD, own}, {ADD, other}, {ADD, own}, {ADD, third}, {DELETE, other}, {NONE, other});
    gate_sent(&made.gate, made.bytes, made.length);
    assert_int_equal(made.gate.mask_count, 2);
    assert_memory_equal(made.gate.masks[0], own, 6);
    assert_memory_equal(made.gate.masks[1], third, 6);
    made.bytes[25] = AOE_MASK_READ;
    gate_sent(&made.gate, made.bytes, made.length);
    EDIT(&made, {DELETE, own});
    gate_sent(&made.gate, made.bytes, 27);
    assert_int_equal(made.gate.mask_count, 2);
}

static void numbered(unsigned number, uint8_t *mac)
{
    const uint8_t made[] = {2, 9, 9, 9, (uint8_t)(number >> 8), (uint8_t)number};
    memcpy(mac, made, sizeof made);
}

static void test_a_full_list(void **state)
{
    struct made made;
    uint8_t macs[AOE_LIST_MAX][AOE_MAC_BYTES];
    struct step steps[AOE_LIST_MAX];
    (void)state;
    start(&made, TOUCH_MASKS);
    for (unsigned i = 0; i < AOE_LIST_MAX; i++) {
        numbered(i, macs[i]);
        steps[i] = (struct step){ADD, macs[i]};
    }
    edit(&made, AOE_LIST_MAX, steps);
    assert_false(may_edit(&made));
    steps[AOE_LIST_MAX - 1].mac = own;
    edit(&made, AOE_LIST_MAX, steps);
    assert_true(may_edit(&made));
    gate_sent(&made.gate, made.bytes, made.length);
    EDIT(&made, {ADD, other});
    gate_sent(&made.gate, made.bytes, made.length);
    assert_int_equal(made.gate.mask_count, AOE_LIST_MAX);
    EDIT(&made, {DELETE, own});
    gate_sent(&made.gate, made.bytes, made.length);
    assert_int_equal(made.gate.mask_count, AOE_LIST_MAX - 1);
}

static void test_a_list_that_the_target_told(void **state)
{
    struct made made;
    struct aoe_frame response;
    (void)state;
    start(&made, TOUCH_MASKS);
    EDIT(&made, {NONE, other}, {NONE, own});
    made.bytes[27] = 200; /* more than the frame holds: padding is no address */
    aoe_frame_decode(&response, made.bytes, 28 + 16, 28 + 16);
    gate_set_masks(&made.gate, &response);
    assert_int_equal(made.gate.mask_count, 2);
    EDIT(&made, {DELETE, own});
    assert_false(may_edit(&made));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_opcode),
        cmocka_unit_test(test_commands_that_nothing_allows),
        cmocka_unit_test(test_every_config_command),
        cmocka_unit_test(test_every_list_command),
        cmocka_unit_test(test_every_other_command),
        cmocka_unit_test(test_every_ethernet_type),
        cmocka_unit_test(test_the_header_hides_nothing),
        cmocka_unit_test(test_cut_before_the_command),
        cmocka_unit_test(test_cut_before_the_byte_that_tells),
        cmocka_unit_test(test_every_mask_command_may_edit),
        cmocka_unit_test(test_a_write_whose_address_is_cut),
        cmocka_unit_test(test_a_cut_write_stays_a_write),
        cmocka_unit_test(test_each_change_needs_its_permission),
        cmocka_unit_test(test_refusals_say_what_to_allow),
        cmocka_unit_test(test_changes_go_to_the_target_alone),
        cmocka_unit_test(test_harmless_frames_go_to_anybody),
        cmocka_unit_test(test_writes_stay_in_the_window),
        cmocka_unit_test(test_a_refused_write_names_its_sector),
        cmocka_unit_test(test_a_count_of_zero_could_mean_256),
        cmocka_unit_test(test_the_write_flag_makes_a_read_a_write),
        cmocka_unit_test(test_the_window_ends_with_the_medium),
        cmocka_unit_test(test_without_capacity_nothing_is_written),
        cmocka_unit_test(test_aliases_must_be_covered_too),
        cmocka_unit_test(test_an_extent_brings_its_aliases),
        cmocka_unit_test(test_aliases_past_the_medium_do_not_count),
        cmocka_unit_test(test_extents_side_by_side_cover_together),
        cmocka_unit_test(test_room_for_extents),
        cmocka_unit_test(test_lists_without_the_own_address),
        cmocka_unit_test(test_deleting_the_own_address),
        cmocka_unit_test(test_a_bad_directive_ends_the_edit),
        cmocka_unit_test(test_the_list_is_followed),
        cmocka_unit_test(test_a_full_list),
        cmocka_unit_test(test_a_list_that_the_target_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
