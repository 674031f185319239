/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "made_capture.h"

enum { ETHERNET = 1, LINUX_COOKED = 113, DROP_COUNT = 4, IF_DROP = 5, OS_DROP = 7, FCS = 13 };

/* A section with one Ethernet interface of microseconds. */
static struct made make(bool big)
{
    struct made made = {.big = big};
    made_section(&made);
    made_interface(&made, ETHERNET);
    return made;
}

/* Reads what was made, and frees it. */
static struct seen see(struct made *made)
{
    struct seen seen = seen_bytes(made->bytes, made->length);
    made_free(made);
    return seen;
}

static void put_simple(struct made *made, uint32_t seed, uint32_t length, uint32_t wire)
{
    size_t start = made_block(made, 3);
    made_u32(made, wire);
    made_frame(made, seed, length);
    made_block_end(made, start);
}

static void put_obsolete(struct made *made, uint16_t interface, uint16_t drops, uint32_t ticks,
                         uint32_t seed, uint32_t length)
{
    size_t start = made_block(made, 2);
    made_u16(made, interface);
    made_u16(made, drops);
    made_u32(made, 0);
    made_u32(made, ticks);
    made_u32(made, length);
    made_u32(made, length + 1);
    made_frame(made, seed, length);
    made_block_end(made, start);
}

static void put_statistics(struct made *made, uint32_t interface, uint64_t dropped,
                           uint64_t os_dropped)
{
    size_t start = made_block(made, 5);
    made_u32(made, interface);
    made_u64(made, 0);
    made_option_u64(made, 4, 12345); /* received: not what is counted */
    made_option_u64(made, IF_DROP, dropped);
    made_option_u64(made, OS_DROP, os_dropped);
    made_option(made, 0, "", 0);
    made_block_end(made, start);
}

static void put_packet_with_drops(struct made *made, uint32_t interface, uint64_t drops)
{
    size_t start = made_packet_begin(made, interface, 1, 1, 20, 20);
    made_option(made, 2, "\0\0\0\1", 4); /* flags */
    made_option_u64(made, DROP_COUNT, drops);
    made_block_end(made, start);
}

static void test_packets(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct made made = make(big);
        made_packet(&made, 0, 1700000000000001, 1, 60, 60);
        put_simple(&made, 2, 37, 37);
        put_obsolete(&made, 0, 0xffff, 7, 3, 21);
        made_packet(&made, 0, 9, 4, 0, 64);
        size_t start = made_packet_begin(&made, 0, 1700000000000010, 5, 59, 1000);
        made_option(&made, 1, "comment", 7);
        made_block_end(&made, start);
        struct seen seen = see(&made);
        assert_end(&seen, CAPTURE_END, 5);
        assert_frame(&seen, 0, 1700000000000001000, 1, 60, 60);
        assert_frame(&seen, 1, 1700000000000001000, 2, 37, 37);
        assert_frame(&seen, 2, 7000, 3, 21, 22);
        assert_frame(&seen, 3, 9000, 4, 0, 64);
        assert_frame(&seen, 4, 1700000000000010000, 5, 59, 1000);
        assert_int_equal(seen.facts.timeless, 1);
        assert_false(seen.facts.drops_known);
        seen_free(&seen);
    }
}

static void put_interface(struct made *made, uint16_t link_type, uint8_t resolution, int64_t offset,
                          uint8_t check_bytes)
{
    size_t start = made_interface_begin(made, link_type, 0);
    made_option(made, 2, "eth", 3);
    made_option(made, 9, &resolution, 1);
    made_option_u64(made, 14, (uint64_t)offset);
    made_option(made, FCS, &check_bytes, 1);
    made_option(made, 0, "", 0);
    made_option(made, 9, "\3", 1); /* after the end of the options: does not count */
    made_block_end(made, start);
}

static void test_interfaces(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct made made = make(big);
        put_interface(&made, ETHERNET, 9, -1, 4);
        put_interface(&made, LINUX_COOKED, 9, 0, 0);
        put_interface(&made, ETHERNET, 0x80 | 10, 3, 0);
        for (uint32_t i = 0; i < 4; i++)
            made_packet(&made, i, 2048, i, 64, 64);
        put_obsolete(&made, 2, 0xffff, 0, 0, 20);
        made_packet(&made, 0, 1, 5, 64, 64);
        struct seen seen = see(&made);
        assert_end(&seen, CAPTURE_END, 4);
        assert_frame(&seen, 0, 2048000, 0, 64, 64);
        assert_frame(&seen, 1, 2048 - 1000000000, 1, 60, 60);
        assert_frame(&seen, 2, 5000000000, 3, 64, 64);
        assert_frame(&seen, 3, 1000, 5, 64, 64);
        assert_int_equal(seen.facts.not_ethernet, 2);
        assert_int_equal(seen.facts.link_type, LINUX_COOKED);
        seen_free(&seen);
    }
}

/* Each section has a byte order and interfaces of its own. */
static void test_sections(void **state)
{
    (void)state;
    struct made made = make(false);
    made_packet(&made, 0, 1, 1, 60, 60);
    made.big = true;
    made_section(&made);
    put_interface(&made, ETHERNET, 9, 0, 0);
    made_interface(&made, ETHERNET);
    made_packet(&made, 0, 2, 2, 60, 60);
    made.big = false;
    made_section(&made);
    made_interface(&made, ETHERNET);
    made_packet(&made, 0, 3, 3, 60, 60);
    made_packet(&made, 1, 4, 4, 60, 60);
    struct seen seen = see(&made);
    assert_end(&seen, CAPTURE_DAMAGED, 3);
    assert_frame(&seen, 0, 1000, 1, 60, 60);
    assert_frame(&seen, 1, 2, 2, 60, 60);
    assert_frame(&seen, 2, 3000, 3, 60, 60);
    assert_non_null(strstr(seen.message, "a packet of interface 1, but the section has 1 so far"));
    seen_free(&seen);
}

static void test_simple_is_cut(void **state)
{
    (void)state;
    struct made made = {0};
    made_section(&made);
    made_block_end(&made, made_interface_begin(&made, ETHERNET, 50));
    put_simple(&made, 1, 50, 1000); /* 2 bytes of padding, which are no part of it */
    put_simple(&made, 2, 20, 18);
    put_simple(&made, 3, 20, 49); /* less than there should be */
    struct seen seen = see(&made);
    assert_end(&seen, CAPTURE_END, 3);
    assert_frame(&seen, 0, 0, 1, 50, 1000);
    assert_frame(&seen, 1, 0, 2, 18, 18);
    assert_frame(&seen, 2, 0, 3, 20, 49);
    seen_free(&seen);
}

/* The last statistics of each interface, in every section. */
static void test_statistics(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct made made = make(big);
        made_interface(&made, ETHERNET);
        put_statistics(&made, 0, 100, 200);
        put_statistics(&made, 1, 1, 2);
        put_statistics(&made, 0, 10, 20);
        made_section(&made);
        made_interface(&made, ETHERNET);
        put_statistics(&made, 0, 5, 0);
        struct seen seen = see(&made);
        assert_end(&seen, CAPTURE_END, 0);
        assert_true(seen.facts.drops_known);
        assert_int_equal(seen.facts.dropped, 10 + 20 + 1 + 2 + 5);
        seen_free(&seen);
    }
}

/* They count where an interface has no statistics. */
static void test_packet_drops(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct made made = make(big);
        made_interface(&made, ETHERNET);
        put_packet_with_drops(&made, 0, 3);
        put_packet_with_drops(&made, 1, 40);
        put_obsolete(&made, 1, 500, 1, 1, 20);
        put_statistics(&made, 0, 6000, 0);
        put_packet_with_drops(&made, 0, 3);
        put_packet_with_drops(&made, 1, 70000);
        struct seen seen = see(&made);
        assert_end(&seen, CAPTURE_END, 5);
        assert_true(seen.facts.drops_known);
        assert_int_equal(seen.facts.dropped, 76540);
        seen_free(&seen);
    }
}

static void test_drops_without_end(void **state)
{
    (void)state;
    struct made made = make(false);
    made_interface(&made, ETHERNET);
    put_statistics(&made, 0, UINT64_MAX, UINT64_MAX);
    put_packet_with_drops(&made, 1, UINT64_MAX);
    put_packet_with_drops(&made, 1, UINT64_MAX);
    struct seen seen = see(&made);
    assert_end(&seen, CAPTURE_END, 2);
    assert_true(seen.facts.dropped == UINT64_MAX);
    seen_free(&seen);
}

/* Of any length, also beyond a batch, and none of it is taken for a block. */
static void test_other_blocks(void **state)
{
    static const size_t lengths[] = {0, 4, 40000, CAPTURE_BATCH_BYTES - 52,
                                     3 * CAPTURE_BATCH_BYTES};
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct made made = make(big);
        for (uint32_t i = 0; i < 5; i++) {
            size_t start = made_block(&made, 0xbad);
            made_frame(&made, i, lengths[i]);
            made_block_end(&made, start);
            made_packet(&made, 0, i, i, 60, 60);
        }
        struct seen seen = see(&made);
        assert_end(&seen, CAPTURE_END, 5);
        for (uint32_t i = 0; i < 5; i++)
            assert_frame(&seen, i, i * 1000, i, 60, 60);
        seen_free(&seen);
    }
}

/* A block that is skipped ends where it says so at its end, wherever a batch ends. */
static void test_other_block_straddles(void **state)
{
    (void)state;
    struct made made = make(false);
    size_t start = made_block(&made, 0xbad);
    made_frame(&made, 1, CAPTURE_BATCH_BYTES * 2);
    made_block_end(&made, start);
    size_t end = made.length;
    made.bytes[end - 2] ^= 1;
    made_packet(&made, 0, 1, 1, 60, 60);
    struct seen seen = seen_bytes(made.bytes, made.length);
    assert_end(&seen, CAPTURE_DAMAGED, 0);
    char says[64];
    snprintf(says, sizeof says, "a block says that it has %zu bytes, and at its end ", end - start);
    assert_non_null(strstr(seen.message, says));
    seen_free(&seen);
    for (size_t cut = end - 5; cut < end; cut++) {
        seen = seen_bytes(made.bytes, cut);
        assert_end(&seen, CAPTURE_TRUNCATED, 0);
        seen_free(&seen);
    }
    made_free(&made);
}

/* Each kind of block once; `ends` of the blocks, and how many frames there are up to each. */
static size_t make_all_kinds(struct made *made, size_t *ends, size_t *frames)
{
    size_t count = 0;
    *made = make(true);
    ends[count] = made->length, frames[count++] = 0;
    made_packet(made, 0, 1, 1, 21, 21);
    ends[count] = made->length, frames[count++] = 1;
    put_simple(made, 1, 21, 21);
    ends[count] = made->length, frames[count++] = 2;
    put_obsolete(made, 0, 0, 1, 1, 22);
    ends[count] = made->length, frames[count++] = 3;
    put_packet_with_drops(made, 0, 1);
    ends[count] = made->length, frames[count++] = 4;
    made_block_end(made, made_block(made, 0xbad));
    ends[count] = made->length, frames[count++] = 4;
    put_statistics(made, 0, 1, 2);
    ends[count] = made->length, frames[count++] = 4;
    made->big = false;
    made_section(made);
    ends[count] = made->length, frames[count++] = 4;
    return count;
}

static void test_every_cut(void **state)
{
    size_t ends[8], frames[8];
    struct made made;
    (void)state;
    size_t count = make_all_kinds(&made, ends, frames);
    for (size_t cut = 0; cut <= made.length; cut++) {
        size_t whole = 0;
        while (whole + 1 < count && cut >= ends[whole + 1])
            whole++;
        bool end = cut == ends[whole] || cut == 28; /* after the section, before its interface */
        struct seen seen = seen_bytes(made.bytes, cut);
        assert_int_equal(seen.opened, cut >= 12);
        if (seen.opened)
            assert_end(&seen, end ? CAPTURE_END : CAPTURE_TRUNCATED, frames[whole]);
        seen_free(&seen);
    }
    made_free(&made);
}

/* Whatever single byte is wrong, reading ends, and no frame is made up. */
static void test_every_byte_wrong(void **state)
{
    size_t ends[8], frames[8];
    struct made made;
    (void)state;
    make_all_kinds(&made, ends, frames);
    for (size_t at = 0; at < made.length; at++)
        for (unsigned bit = 0; bit < 8; bit += 7) {
            made.bytes[at] ^= (uint8_t)(1 << bit);
            struct seen seen = seen_bytes(made.bytes, made.length);
            assert_true(seen.count <= 4);
            assert_true(seen.opened || at < 12);
            seen_free(&seen);
            made.bytes[at] ^= (uint8_t)(1 << bit);
        }
    made_free(&made);
}

/* What was made is one good packet and a damaged block; another good packet follows. */
static void assert_damage(struct made *made, size_t start, const char *what)
{
    char expected[256];
    made_packet(made, 0, 2, 2, 60, 60);
    struct seen seen = see(made);
    assert_end(&seen, CAPTURE_DAMAGED, 1);
    assert_frame(&seen, 0, 1000, 1, 60, 60);
    snprintf(expected, sizeof expected, "damaged at byte %zu: %s", start, what);
    assert_string_equal(seen.message, expected);
    seen_free(&seen);
}

static struct made make_one(void)
{
    struct made made = make(false);
    made_packet(&made, 0, 1, 1, 60, 60);
    return made;
}

static void set_u32(struct made *made, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++)
        made->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

static void test_wrong_lengths(void **state)
{
    static const struct {
        uint32_t type, length;
        const char *what;
    } cases[] = {
        {6, 0, "a block of 0 bytes cannot be"},
        {0xbad, 8, "a block of 8 bytes cannot be"},
        {6, 94, "a block of 94 bytes cannot be"},
        {6, 88, "a block says that it has 88 bytes, and at its end that it has 286331153"},
        {6, 1 << 20, "a block of type 6 with 1048576 bytes: too long for its kind"},
        {1, UINT32_MAX - 3, "a block of type 1 with 4294967292 bytes: too long for its kind"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made made = make_one();
        size_t start = made_block(&made, cases[i].type);
        memset(made_space(&made, 84), 0x11, 84);
        set_u32(&made, start + 4, cases[i].length);
        assert_damage(&made, i == 3 ? start + 84 : start, cases[i].what);
    }
}

static void test_wrong_end(void **state)
{
    struct made made = make_one();
    size_t start = made.length;
    (void)state;
    made_packet(&made, 0, 1, 1, 60, 60);
    set_u32(&made, start + 88, 96);
    assert_damage(&made, start + 88,
                  "a block says that it has 92 bytes, and at its end that it has 96");
}

static void test_packet_beyond_block(void **state)
{
    static const uint32_t lengths[] = {65, 61, CAPTURE_FRAME_MAX + 1, UINT32_MAX};
    char what[100];
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct made made = make_one();
        size_t start = made.length;
        made_packet(&made, 0, 1, 1, 60, 60);
        set_u32(&made, start + 20, lengths[i]);
        snprintf(what, sizeof what, "a packet of %u bytes, more than its block or any frame holds",
                 lengths[i]);
        assert_damage(&made, start, what);
    }
}

static void test_packet_too_long(void **state)
{
    struct made made = make_one();
    size_t start = made.length;
    (void)state;
    made_packet(&made, 0, 1, 1, CAPTURE_FRAME_MAX + 1, 60);
    assert_damage(&made, start, "a packet of 262145 bytes, more than its block or any frame holds");
    made = make_one();
    start = made.length;
    put_simple(&made, 1, CAPTURE_FRAME_MAX + 1, CAPTURE_FRAME_MAX + 1);
    assert_damage(&made, start, "a packet of 262145 bytes, more than any frame holds");
}

static void test_longest(void **state)
{
    (void)state;
    struct made made = make(false);
    for (uint32_t i = 0; i < 9; i++)
        made_packet(&made, 0, i, i, CAPTURE_FRAME_MAX, CAPTURE_FRAME_MAX);
    struct seen seen = see(&made);
    assert_end(&seen, CAPTURE_END, 9);
    for (uint32_t i = 0; i < 9; i++)
        assert_frame(&seen, i, i * 1000, i, CAPTURE_FRAME_MAX, CAPTURE_FRAME_MAX);
    seen_free(&seen);
}

static void test_options_beyond_block(void **state)
{
    static const uint8_t option[4] = {1, 0, 5, 0};
    struct made made = make_one();
    size_t start = made_packet_begin(&made, 0, 1, 1, 60, 60);
    (void)state;
    made_put(&made, option, 4);
    made_block_end(&made, start);
    assert_damage(&made, start, "an option of a packet reaches beyond its block");
    made = make_one();
    start = made_interface_begin(&made, ETHERNET, 0);
    made_put(&made, option, 4);
    made_block_end(&made, start);
    assert_damage(&made, start, "an interface, or an option of it, reaches beyond its block");
    made = make_one();
    start = made_block(&made, 5);
    memset(made_space(&made, 12), 0, 12);
    made_put(&made, option, 4);
    made_block_end(&made, start);
    assert_damage(&made, start, "an option of statistics reaches beyond its block");
}

static void test_too_short_blocks(void **state)
{
    static const struct {
        uint32_t type;
        const char *what;
    } cases[] = {
        {1, "an interface, or an option of it, reaches beyond its block"},
        {3, "a simple packet that is too short"},
        {5, "statistics of interface 0, but the section has 1 so far"},
        {6, "a packet of 0 bytes, more than its block or any frame holds"},
    };
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct made made = make_one();
        size_t start = made_block(&made, cases[i].type);
        made_block_end(&made, start);
        assert_damage(&made, start, cases[i].what);
    }
}

static void test_wrong_sections(void **state)
{
    struct made made = make_one();
    size_t start = made.length;
    (void)state;
    made_section(&made);
    made.bytes[start + 8] ^= 1;
    assert_damage(&made, start, "a section that tells no byte order");
    made = make_one();
    start = made.length;
    made_section(&made);
    made.bytes[start + 12] = 2;
    assert_damage(&made, start, "a section of pcapng 2.0: only version 1 is known");
}

static void test_no_interface(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct made made = {0};
        made_section(&made);
        if (kind == 0)
            made_packet(&made, 0, 1, 1, 20, 20);
        else if (kind == 1)
            put_simple(&made, 1, 20, 20);
        else
            put_statistics(&made, 0, 1, 1);
        struct seen seen = see(&made);
        assert_end(&seen, CAPTURE_DAMAGED, 0);
        assert_non_null(strstr(seen.message, "damaged at byte 28: "));
        assert_non_null(strstr(seen.message, " of interface 0, but the section has 0 so far"));
        seen_free(&seen);
    }
}

static void test_too_many_interfaces(void **state)
{
    (void)state;
    struct made made = {0};
    made_section(&made);
    for (int i = 0; i < CAPTURE_INTERFACES; i++)
        made_interface(&made, ETHERNET);
    made_packet(&made, CAPTURE_INTERFACES - 1, 1, 1, 60, 60);
    made_interface(&made, ETHERNET);
    struct seen seen = see(&made);
    assert_end(&seen, CAPTURE_DAMAGED, 1);
    assert_non_null(strstr(seen.message, "a section of more than 4096 interfaces"));
    seen_free(&seen);
}

static void test_no_byte_order(void **state)
{
    (void)state;
    struct made made = make(false);
    made.bytes[8] ^= 1;
    struct seen seen = see(&made);
    assert_false(seen.opened);
    assert_non_null(strstr(seen.message, "begins as pcapng does, but tells no byte order"));
    seen_free(&seen);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packets),
        cmocka_unit_test(test_interfaces),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_simple_is_cut),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_packet_drops),
        cmocka_unit_test(test_drops_without_end),
        cmocka_unit_test(test_other_blocks),
        cmocka_unit_test(test_other_block_straddles),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_every_byte_wrong),
        cmocka_unit_test(test_wrong_lengths),
        cmocka_unit_test(test_wrong_end),
        cmocka_unit_test(test_packet_beyond_block),
        cmocka_unit_test(test_packet_too_long),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_options_beyond_block),
        cmocka_unit_test(test_too_short_blocks),
        cmocka_unit_test(test_wrong_sections),
        cmocka_unit_test(test_no_interface),
        cmocka_unit_test(test_too_many_interfaces),
        cmocka_unit_test(test_no_byte_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
