/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/drawing.h"
#include "made_report.h"

struct drawn {
    struct arena arena;
    struct drawn_field *fields;
    size_t count;
};

static struct drawn draw(const struct event *event, const struct row *rows, size_t count)
{
    struct drawn drawn = {.count = 0};
    drawn.fields = drawing_fields(&drawn.arena, event, rows, count, &drawn.count);
    return drawn;
}

static const struct drawn_field *field(const struct drawn *drawn, const char *name)
{
    for (size_t i = 0; i < drawn->count; i++)
        if (!strcmp(drawn->fields[i].name, name))
            return &drawn->fields[i];
    fail_msg("no field '%s'", name);
    return NULL;
}

static void assert_field(const struct drawn *drawn, const char *name, size_t byte, size_t bytes,
                         const char *value)
{
    const struct drawn_field *found = field(drawn, name);
    assert_int_equal(found->byte, byte);
    assert_int_equal(found->bytes, bytes);
    assert_string_equal(found->value, value);
}

/* Every byte belongs to a field, in order; only those that share a byte overlap. */
static void assert_covered(const struct drawn *drawn, size_t length)
{
    size_t end = 0;
    for (size_t i = 0; i < drawn->count; i++) {
        const struct drawn_field *one = &drawn->fields[i];
        if (!one->bytes)
            continue;
        bool shares = i && *one->bits && drawn->fields[i - 1].byte == one->byte;
        assert_int_equal(one->byte, shares ? end - 1 : end);
        end = one->byte + one->bytes;
    }
    assert_int_equal(end, length);
}

static void test_ata(void **state)
{
    struct arena arena = {0};
    struct result result = {0};
    (void)state;
    made_data_events(&arena, &result);
    struct drawn request = draw(result.events[0], NULL, 0);
    struct drawn response = draw(result.events[1], NULL, 0);
    assert_covered(&request, 60);
    assert_covered(&response, 36 + 1024);
    assert_field(&request, "type", 12, 2, "0x88a2");
    assert_field(&request, "flags", 14, 1, "none");
    assert_field(&request, "aflags", 24, 1, "E (48 bits) ");
    assert_field(&request, "opcode", 27, 1, "0x24 (READ SECTORS EXT)");
    assert_field(&request, "lba", 28, 6, "4711 (48 bits)");
    assert_field(&request, "padding", 36, 24, "24 zero bytes");
    assert_field(&response, "flags", 14, 1, "R (response) ");
    assert_field(&response, "status", 27, 1, "0x40 (DRDY)");
    assert_field(&response, "data, sector 0", 36, 512, "bytes 00 07 0e 15 ...");
    assert_field(&response, "data, sector 1", 548, 512, "bytes 00 07 0e 15 ...");
    arena_free(&request.arena);
    arena_free(&response.arena);
    arena_free(&arena);
}

static struct event event_of(const uint8_t *bytes, size_t length)
{
    return (struct event){.host = "a", .frame = {bytes, length}};
}

/* However long the frame is, every byte is drawn once, and what is missing is said. */
static void test_cut_frames(void **state)
{
    static const uint8_t commands[] = {AOE_COMMAND_ATA, AOE_COMMAND_CONFIG, AOE_COMMAND_MASK,
                                       AOE_COMMAND_RESERVE, 0x77};
    uint8_t bytes[80];
    (void)state;
    for (size_t c = 0; c < sizeof commands; c++) {
        struct aoe_frame frame = made_frame(commands[c], 7);
        memset(bytes, 0x5a, sizeof bytes);
        aoe_frame_build(&frame, bytes, sizeof bytes);
        for (size_t length = 0; length <= sizeof bytes; length++) {
            const struct event event = event_of(bytes, length);
            struct drawn drawn = draw(&event, NULL, 0);
            assert_covered(&drawn, length);
            arena_free(&drawn.arena);
        }
    }
    const struct event cut = event_of(bytes, 22);
    struct drawn drawn = draw(&cut, NULL, 0);
    assert_field(&drawn, "tag", 20, 2, "cut: the frame ends in it");
    arena_free(&drawn.arena);
    const struct event none = event_of(bytes, 15);
    drawn = draw(&none, NULL, 0);
    assert_field(&drawn, "error", 15, 0, "missing: the frame ends before");
    arena_free(&drawn.arena);
}

static void test_lists(void **state)
{
    uint8_t bytes[400];
    uint8_t payload[240] = {0, AOE_DIRECTIVE_ADD, 2, 0, 0, 0, 0, 9};
    struct aoe_frame frame = made_frame(AOE_COMMAND_MASK, 7);
    (void)state;
    frame.mask.count = 20;
    frame.payload = (struct aoe_span){payload, 160};
    struct event event = event_of(bytes, aoe_frame_build(&frame, bytes, sizeof bytes));
    struct drawn drawn = draw(&event, NULL, 0);
    assert_covered(&drawn, 188);
    assert_field(&drawn, "directive 0", 28, 8, "1 (add) 02:00:00:00:00:09");
    assert_field(&drawn, "further ones", 28 + 16 * 8, 32, "4 more");
    arena_free(&drawn.arena);
    frame = made_frame(AOE_COMMAND_RESERVE, 7);
    frame.reserve.count = 2;
    frame.payload = (struct aoe_span){payload + 2, 14};
    event = event_of(bytes, aoe_frame_build(&frame, bytes, sizeof bytes));
    drawn = draw(&event, NULL, 0);
    assert_covered(&drawn, 40);
    assert_field(&drawn, "address 0", 26, 6, "02:00:00:00:00:09");
    assert_field(&drawn, "address 1", 32, 6, "00:00:00:00:00:00");
    arena_free(&drawn.arena);
}

/* A wrong field marks itself, and of what shares its byte only what shares its bits. */
static void test_marks(void **state)
{
    static const struct row rows[] = {
        {"version", "1", "2", 14, 1, true},
        {"tag", "7", "7", 20, 4, false},
        {"ccmd", "0", "3", 29, 1, true},
        {"frame-length", "60", "61", 0, 0, true},
    };
    static const struct row flag = {"e", "0", "1", 14, 1, true};
    struct arena arena = {0};
    struct result result = {0};
    (void)state;
    made_config_events(&arena, &result);
    struct drawn drawn = draw(result.events[1], rows, sizeof rows / sizeof *rows);
    for (size_t i = 0; i < drawn.count; i++) {
        const struct drawn_field *one = &drawn.fields[i];
        bool expected = !strcmp(one->name, "version") || !strcmp(one->name, "ccmd");
        if (one->wrong != expected)
            fail_msg("'%s' is marked wrongly", one->name);
    }
    arena_free(&drawn.arena);
    drawn = draw(result.events[1], &flag, 1);
    assert_true(field(&drawn, "flags")->wrong);
    assert_false(field(&drawn, "version")->wrong);
    arena_free(&drawn.arena);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ata),
        cmocka_unit_test(test_cut_frames),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
