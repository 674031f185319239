/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames, byte for byte. */
#include "common/pattern.h"
#include "fake_link.h"
#include "harness/compose.h"

/* The header of a frame from host a to the target, but for command and tag. */
#define TO_TARGET 2, 0, 0, 0, 0, 0xAA, 2, 0, 0, 0, 0, 1, 0x88, 0xA2, 0x10, 0, 0, SHELF, SLOT
#define TAG 0x12, 0x34, 0x56, 0x78
#define TAGGED " tag=0x12345678"
#define MAC_A 2, 0, 0, 0, 0, 1
#define MAC_X 2, 0xAB, 0xCD, 0xEF, 1, 2
#define X_TEXT "02:ab:cd:ef:01:02"

struct composing {
    struct run run;
    const struct send *send;
    uint8_t bytes[AOE_FRAME_MAX];
    size_t length;
};

static void compose_again(struct lab *lab, struct composing *to, const char *text,
                          const struct request *again)
{
    struct scenario *scenario = lab_parse(lab, "3.2-read\nhosts a b", text);
    to->run = (struct run){.session = &lab->session,
                           .arena = &lab->arena,
                           .scenario = scenario,
                           .statement = scenario->statements,
                           .facts = lab->facts};
    to->send = scenario->statements->send;
    to->length = compose(&to->run, to->send, scenario->statements->host, again, to->bytes);
}

static void assert_frame(struct lab *lab, const char *text, size_t length, const uint8_t *expected)
{
    static struct composing made;
    compose_again(lab, &made, arena_print(&lab->arena, "%s\n", text), NULL);
    if (made.run.error)
        fail_msg("%s", made.run.error);
    if (made.length != length)
        fail_msg("%s: %zu bytes", text, made.length);
    assert_memory_equal(made.bytes, expected, length);
}

static void assert_padded(struct lab *lab, const char *text, size_t length, const uint8_t *expected)
{
    uint8_t padded[AOE_FRAME_MIN] = {0};
    memcpy(padded, expected, length);
    assert_frame(lab, text, sizeof padded, padded);
}

#define BYTES(...)                                                                                 \
    sizeof((uint8_t[]){__VA_ARGS__}), (uint8_t[])                                                  \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void test_ata(void **state)
{
    assert_padded(*state, "a send ata read lba=0x060504030201 aflags.d=1 reserved=0x0708" TAGGED,
                  BYTES(TO_TARGET, 0, TAG, 0x10, 0, 1, 0x20, 1, 2, 3, 4, 5, 6, 7, 8));
    assert_padded(*state, "a send ata read-ext count=9 feature=5" TAGGED,
                  BYTES(TO_TARGET, 0, TAG, 0x40, 5, 9, 0x24));
    assert_padded(*state, "a send ata write" TAGGED, BYTES(TO_TARGET, 0, TAG, 0x01, 0, 1, 0x30));
    assert_padded(*state, "a send ata write-dma-ext aflags.a=1" TAGGED,
                  BYTES(TO_TARGET, 0, TAG, 0x43, 0, 1, 0x35));
    assert_padded(*state, "a send ata identify" TAGGED, BYTES(TO_TARGET, 0, TAG, 0, 0, 1, 0xEC));
    assert_padded(*state, "a send ata flush-ext" TAGGED,
                  BYTES(TO_TARGET, 0, TAG, 0x40, 0, 0, 0xEA));
    assert_padded(*state, "a send ata check-power" TAGGED, BYTES(TO_TARGET, 0, TAG, 0, 0, 0, 0xE5));
    assert_padded(*state, "a send ata opcode=0x77" TAGGED, BYTES(TO_TARGET, 0, TAG, 0, 0, 0, 0x77));
    assert_padded(*state, "a send ata write data=\"xy\"" TAGGED,
                  BYTES(TO_TARGET, 0, TAG, 1, 0, 1, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 'x', 'y'));
}

static void test_config(void **state)
{
    assert_padded(*state, "a send config read" TAGGED,
                  BYTES(TO_TARGET, 1, TAG, 0, 0, 0, 0, 0, 0x10, 0, 0));
    assert_padded(*state, "a send config test \"abc\"" TAGGED,
                  BYTES(TO_TARGET, 1, TAG, 0, 0, 0, 0, 0, 0x11, 0, 3, 'a', 'b', 'c'));
    assert_padded(*state, "a send config prefix x\"00ff\" length=0x0405" TAGGED,
                  BYTES(TO_TARGET, 1, TAG, 0, 0, 0, 0, 0, 0x12, 4, 5, 0, 0xFF));
    assert_padded(*state, "a send config set \"\" aoe-version=2 ccmd=15 buffer-count=0x0102" TAGGED,
                  BYTES(TO_TARGET, 1, TAG, 1, 2, 0, 0, 0, 0x2F, 0, 0));
    assert_padded(*state, "a send config force-set \"z\" firmware=0x0304 sector-count=5" TAGGED,
                  BYTES(TO_TARGET, 1, TAG, 0, 0, 3, 4, 5, 0x14, 0, 1, 'z'));
    assert_padded(*state, "a send config read payload=\"q\" length=0" TAGGED,
                  BYTES(TO_TARGET, 1, TAG, 0, 0, 0, 0, 0, 0x10, 0, 0, 'q'));
}

static void test_mask(void **state)
{
    assert_padded(*state, "a send mask read merror=7" TAGGED, BYTES(TO_TARGET, 2, TAG, 0, 0, 7, 0));
    assert_padded(*state, "a send mask edit add " X_TEXT " delete a.mac" TAGGED,
                  BYTES(TO_TARGET, 2, TAG, 0, 1, 0, 2, 0, 1, MAC_X, 0, 2, MAC_A));
    assert_padded(*state,
                  "a send mask edit none [a.mac " X_TEXT "] directive 9 a.mac dir-count=5" TAGGED,
                  BYTES(TO_TARGET, 2, TAG, 0, 1, 0, 5, 0, 0, MAC_A, 0, 0, MAC_X, 0, 9, MAC_A));
}

static void test_reserve(void **state)
{
    assert_padded(*state, "a send reserve read" TAGGED, BYTES(TO_TARGET, 3, TAG, 0, 0));
    assert_padded(*state, "a send reserve set [a.mac " X_TEXT "]" TAGGED,
                  BYTES(TO_TARGET, 3, TAG, 1, 2, MAC_A, MAC_X));
    assert_padded(*state, "a send reserve force-set [] nmacs=9 rcmd=4" TAGGED,
                  BYTES(TO_TARGET, 3, TAG, 4, 9));
}

static void test_other_commands(void **state)
{
    assert_padded(*state, "a send command 0xF0" TAGGED, BYTES(TO_TARGET, 0xF0, TAG));
    assert_padded(*state, "a send command 4 payload=\"abc\"" TAGGED,
                  BYTES(TO_TARGET, 4, TAG, 'a', 'b', 'c'));
    assert_padded(*state, "a send raw x\"10 00 aabb\"",
                  BYTES(2, 0, 0, 0, 0, 0xAA, MAC_A, 0x88, 0xA2, 0x10, 0, 0xAA, 0xBB));
    assert_frame(*state, "a send raw \"\" type=0x1234 unpadded",
                 BYTES(2, 0, 0, 0, 0, 0xAA, MAC_A, 0x12, 0x34));
}

static void test_the_header(void **state)
{
    assert_padded(
        *state,
        "a send config read destination=" X_TEXT " source=a.mac type=0x0102 version=3 "
        "flags=4 error=5 shelf=0x0607 slot=8 command=9 tag=0x0A0B0C0D",
        BYTES(MAC_X, MAC_A, 1, 2, 0x34, 5, 6, 7, 8, 9, 0xA, 0xB, 0xC, 0xD, 0, 0, 0, 0, 0, 0x10));
    assert_padded(*state, "a send command 9 r=1 e=1 z=3" TAGGED,
                  BYTES(2, 0, 0, 0, 0, 0xAA, MAC_A, 0x88, 0xA2, 0x1F, 0, 0, SHELF, SLOT, 9, TAG));
}

static void test_hosts_have_their_own_source(void **state)
{
    static struct composing made;
    struct lab *lab = *state;
    compose_again(lab, &made, "b send config read\n", NULL);
    assert_memory_equal(made.bytes + 6, lab->session.macs[1], AOE_MAC_BYTES);
    compose_again(lab, &made, "b send raw \"\"\n", NULL);
    assert_memory_equal(made.bytes + 6, lab->session.macs[1], AOE_MAC_BYTES);
}

static void test_tags_differ(void **state)
{
    static struct composing first, second;
    compose_again(*state, &first, "a send config read\n", NULL);
    compose_again(*state, &second, "a send config read\n", NULL);
    assert_memory_not_equal(first.bytes + 20, second.bytes + 20, 4);
}

static void test_cut_and_padding(void **state)
{
    static const uint8_t header[] = {TO_TARGET, 4, TAG, 'a', 'b'};
    uint8_t bytes[100];
    for (size_t cut = 14; cut <= sizeof header; cut++) {
        struct lab *lab = *state;
        assert_frame(
            lab, arena_print(&lab->arena, "a send command 4 payload=\"ab\"" TAGGED " cut %zu", cut),
            cut, header);
    }
    assert_frame(*state, "a send command 4 payload=\"ab\"" TAGGED " unpadded", sizeof header,
                 header);
    assert_frame(*state, "a send command 4 payload=\"ab\"" TAGGED " cut 99", sizeof header, header);
    assert_frame(*state, "a send command 4 payload=\"ab\"" TAGGED " pad 20", sizeof header, header);
    memset(bytes, 0xEE, sizeof bytes);
    memcpy(bytes, header, sizeof header);
    assert_frame(*state, "a send command 4 payload=\"ab\"" TAGGED " fill 0xEE", 60, bytes);
    assert_frame(*state, "a send command 4 payload=\"ab\"" TAGGED " pad 100 fill 0xEE", 100, bytes);
    memset(bytes + 16, 0xEE, sizeof bytes - 16);
    assert_frame(*state, "a send command 4" TAGGED " cut 16 pad 30 fill 0xEE", 30, bytes);
}

static void test_append_and_single_bytes(void **state)
{
    assert_padded(
        *state,
        "a send command 4 payload=\"ab\" append x\"ccdd\" byte[27]=0xEE byte[4 - 4]=9" TAGGED,
        BYTES(9, 0, 0, 0, 0, 0xAA, MAC_A, 0x88, 0xA2, 0x10, 0, 0, SHELF, SLOT, 4, TAG, 'a', 'b',
              0xCC, 0xEE));
    assert_frame(*state, "a send command 4 append \"xyz\" cut 25" TAGGED,
                 BYTES(TO_TARGET, 4, TAG, 'x'));
}

static void test_again(void **state)
{
    static struct composing made;
    static const uint8_t before[] = {TO_TARGET, 1, TAG, 0, 0, 0, 0, 0, 0x10, 0, 0};
    const struct event event = {.frame = {before, sizeof before}};
    const struct request request = {.event = &event};
    uint8_t expected[AOE_FRAME_MIN] = {0};
    compose_again(*state, &made, "a send again\n", &request);
    assert_int_equal(made.length, sizeof before);
    assert_memory_equal(made.bytes, before, sizeof before);
    compose_again(*state, &made, "a send again tag=5 byte[31]=7 pad 60\n", &request);
    memcpy(expected, before, sizeof before);
    memcpy(expected + 20, (uint8_t[]){0, 0, 0, 5}, 4);
    expected[31] = 7;
    assert_int_equal(made.length, sizeof expected);
    assert_memory_equal(made.bytes, expected, sizeof expected);
    compose_again(*state, &made, "a send again cut 20\n", &request);
    assert_int_equal(made.length, 20);
    compose_again(*state, &made, "a send again append \"zz\"\n", &request);
    assert_int_equal(made.length, sizeof before + 2);
}

/* Data names the LBA and has the count that the frame has in the end. */
static void test_patterned_data(void **state)
{
    static const struct {
        const char *text;
        uint64_t lba, seed;
        size_t sectors;
    } all[] = {
        {"a send ata write lba=77 count=2 data=pattern(5)", 77, 5, 2},
        {"a send ata write data=pattern(5) count=1 lba0=9 lba3=0xE1", 0x1000009, 5, 1},
        {"a send ata write-ext data=pattern(6) lba=0x123456789ABC", UINT64_C(0x123456789ABC), 6, 1},
        {"a send ata write lba=3 count=0 data=pattern(7)", 3, 7, 0},
        {"a send ata write lba=3 count=1 data=pattern(7, 2)", 3, 7, 2},
    };
    static struct composing made;
    struct lab *lab = *state;
    uint8_t data[2 * AOE_SECTOR_BYTES];
    for (size_t i = 0; i < COUNT(all); i++) {
        compose_again(lab, &made, arena_print(&lab->arena, "%s unpadded\n", all[i].text), NULL);
        pattern_fill(data, all[i].lba, all[i].sectors, all[i].seed + (1 << 16));
        assert_int_equal(made.length, AOE_ATA_BYTES + all[i].sectors * AOE_SECTOR_BYTES);
        assert_memory_equal(made.bytes + AOE_ATA_BYTES, data, all[i].sectors * AOE_SECTOR_BYTES);
    }
}

static void test_long_lists(void **state)
{
    static struct composing made;
    compose_again(*state, &made, "a send reserve set macs(300)\n", NULL);
    assert_int_equal(made.length, 26 + 300 * 6);
    assert_int_equal(made.bytes[25], 255);
    compose_again(*state, &made, "a send mask edit add macs(256)\n", NULL);
    assert_int_equal(made.length, 28 + 256 * 8);
    assert_int_equal(made.bytes[27], 255);
}

static void test_what_cannot_be_composed(void **state)
{
    static const struct {
        const char *text, *error;
    } all[] = {
        {"a send config read version=16", "16 does not fit field 'version'"},
        {"a send config read error=256", "256 does not fit field 'error'"},
        {"a send ata read lba=0x1000000000000", "281474976710656 does not fit field 'lba'"},
        {"a send raw \"ab\" slot=1", "1 does not fit field 'slot'"},
        {"a send command 256", "a command is a number up to 255"},
        {"a send command 4 byte[24]=1", "byte[...] is outside of the frame, or more than 255"},
        {"a send command 4 byte[0]=256", "byte[...] is outside of the frame, or more than 255"},
        {"a send config read cut 13", "a frame is not cut below its Ethernet header of 14 bytes"},
        {"a send config read pad 65550", "pad takes a length of at most 65549, fill a byte"},
        {"a send config read fill 256", "pad takes a length of at most 65549, fill a byte"},
        {"a send config set zeros(65540)", "the message does not fit any frame"},
        {"a send config set join(zeros(65540), zeros(100))", "the payload does not fit any frame"},
        {"a send raw zeros(65536)", "the bytes do not fit any frame"},
        {"a send raw zeros(65535) append \"x\"", "what is appended does not fit any frame"},
        {"a send ata write count=128 data=pattern(1)", "the data does not fit any frame"},
        {"a send again", "that host has sent nothing yet"},
    };
    static struct composing made;
    struct lab *lab = *state;
    for (size_t i = 0; i < COUNT(all); i++) {
        compose_again(lab, &made, arena_print(&lab->arena, "%s\n", all[i].text), NULL);
        assert_int_equal(made.length, 0);
        assert_non_null(made.run.error);
        assert_string_equal(made.run.error, arena_print(&lab->arena, "x.aoe:4: %s", all[i].error));
    }
}

static void test_the_largest_frame(void **state)
{
    static struct composing made;
    compose_again(*state, &made, "a send raw zeros(65535)\n", NULL);
    assert_int_equal(made.length, AOE_FRAME_MAX);
    compose_again(*state, &made, "a send config read pad 65549 fill 0xAB\n", NULL);
    assert_int_equal(made.length, AOE_FRAME_MAX);
    assert_int_equal(made.bytes[AOE_FRAME_MAX - 1], 0xAB);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LAB_TEST(test_ata),
        LAB_TEST(test_config),
        LAB_TEST(test_mask),
        LAB_TEST(test_reserve),
        LAB_TEST(test_other_commands),
        LAB_TEST(test_the_header),
        LAB_TEST(test_hosts_have_their_own_source),
        LAB_TEST(test_tags_differ),
        LAB_TEST(test_cut_and_padding),
        LAB_TEST(test_append_and_single_bytes),
        LAB_TEST(test_again),
        LAB_TEST(test_patterned_data),
        LAB_TEST(test_long_lists),
        LAB_TEST(test_what_cannot_be_composed),
        LAB_TEST(test_the_largest_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
